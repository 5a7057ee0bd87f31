/**
 * Everything wrong with a manifest or the inputs to it, at once, each with its place.
 *
 * Owns the shape of a diagnostic. Must not print. Exit code 65.
 */
import { Array, Schema } from "effect"

export const Diagnostic = Schema.Struct({
  /** As the user named it; `-` is standard input, `--input` the command line. */
  file: Schema.String,
  /** From 1; absent where the problem has no place in a file. */
  line: Schema.optional(Schema.Int),
  /** From 1, in characters. */
  column: Schema.optional(Schema.Int),
  /** One past the last character on that line, for the caret. */
  endColumn: Schema.optional(Schema.Int),
  /** The line itself, for people. */
  text: Schema.optional(Schema.String),
  /** Where in the document, such as `targets[3].steps[0].run`. */
  path: Schema.optional(Schema.String),
  /** What is wrong, lower-case, without a full stop. */
  message: Schema.String,
  /** What to do next. */
  hint: Schema.optional(Schema.String)
})
export type Diagnostic = typeof Diagnostic.Type

export class ManifestError extends Schema.TaggedError<ManifestError>()("ManifestError", {
  diagnostics: Schema.NonEmptyArray(Diagnostic),
  /** How many errors there are in all, where that is more than the diagnostics tell one by one. */
  total: Schema.optional(Schema.Int)
}) {
  override get message(): string {
    return this.diagnostics.map((diagnostic) => diagnostic.message).join("; ")
  }
}

/** The error of a file, an argument or a stream as a whole. */
export const manifestError = (file: string, message: string, hint?: string): ManifestError =>
  new ManifestError({ diagnostics: [{ file, message, ...(hint === undefined ? {} : { hint }) }] })

/** What an error says, for who has other problems to tell with it: its place goes into the message. */
export const problemsOf = (error: ManifestError) =>
  Array.map(error.diagnostics, ({ column, file, hint, line, message }) => ({
    // An argument has no place that helps to find it.
    message: line === undefined
      ? message
      : `${[file, line, ...(column === undefined ? [] : [column])].join(":")}: ${message}`,
    ...(hint === undefined ? {} : { hint })
  }))
