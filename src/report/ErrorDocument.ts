/**
 * Errors as programs read them (`pawl.error/v1`): the one document that `--format json` prints
 * where there is no run to tell of.
 *
 * Owns its shape and the way from an error to it. Must not print.
 */
import { Schema } from "effect"
import { exitCodeOf, type PawlError } from "../run/ExitCode.ts"

const ErrorEntry = Schema.Struct({
  message: Schema.String,
  /** What to do next. */
  hint: Schema.optional(Schema.String),
  /** As the user named it; `-` is standard input. */
  file: Schema.optional(Schema.String),
  /** From 1. */
  line: Schema.optional(Schema.Int),
  /** From 1, in characters. */
  column: Schema.optional(Schema.Int),
  /** One past the last character on that line. */
  endColumn: Schema.optional(Schema.Int),
  /** Where in the manifest, such as `targets[3].steps[0].run`. */
  path: Schema.optional(Schema.String),
  /** One line each, such as the targets that changed. */
  details: Schema.optional(Schema.Array(Schema.String))
})

export const ErrorDocument = Schema.Struct({
  schema: Schema.Literal("pawl.error/v1"),
  exitCode: Schema.Int,
  errors: Schema.NonEmptyArray(ErrorEntry)
}).annotations({ identifier: "ErrorDocument", title: "pawl.error/v1" })
export type ErrorDocument = typeof ErrorDocument.Type

const errorsOf = (error: PawlError): ErrorDocument["errors"] => {
  switch (error._tag) {
    case "UsageError":
      return error.problems
    case "ManifestError": {
      const [{ text: _text, ...first }, ...rest] = error.diagnostics
      return [first, ...rest.map(({ text: _line, ...entry }) => entry)]
    }
    case "PlanError":
      return [{
        message: error.message,
        hint: error.hint,
        ...(error.details.length === 0 ? {} : { details: error.details })
      }]
    case "GateError":
    case "StateError":
    case "RunHeldError":
      return [{ message: error.message, hint: error.hint }]
  }
}

/** The document of an error that stopped pawl before or beside a run's own outcome. */
export const errorDocument = (error: PawlError): ErrorDocument => ({
  schema: "pawl.error/v1",
  exitCode: exitCodeOf(error),
  errors: errorsOf(error)
})

/** The document of an ending that is no error of the user's: a defect, or a signal before there was a run. */
export const plainErrorDocument = (exitCode: number, message: string, hint?: string): ErrorDocument => ({
  schema: "pawl.error/v1",
  exitCode,
  errors: [{ message, ...(hint === undefined ? {} : { hint }) }]
})
