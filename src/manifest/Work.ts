/**
 * What a `run` and a `command` are made of, on a step or directly on a target.
 *
 * Owns these fields. Must not know where one stands.
 */
import { Schema } from "effect"
import { DurationText, EnvName, ShellText } from "./Scalars.ts"
import { Expected, Hint, optional } from "./Words.ts"

export const Env = Schema.Record({ key: EnvName, value: Schema.String }).annotations({
  [Expected]: "a mapping of names to texts"
})

/** One lone `{{ … }}` that is true or false. */
export const Condition = Schema.String.annotations({
  [Expected]: "one expression",
  [Hint]: "for example `\"{{ inputs.level == 'full' }}\"`",
  jsonSchema: { type: "string", pattern: "^\\s*\\{\\{[\\s\\S]*\\}\\}\\s*$" }
})

export const Script = Schema.String.pipe(Schema.minLength(1, { [Expected]: "a script" }))
export const CommandWords = Schema.NonEmptyArray(Schema.String).annotations({
  [Expected]: "a list: the program, then its arguments",
  [Hint]: "for example `command: [gzip, -t, \"{{ item }}\"]`; a line for the shell is `run:`"
})

/** What a `run` and a `command` have beside the work itself. */
export const attemptFields = {
  timeout: optional(DurationText, "How long one attempt may take; goes before `failure.timeout`.", {
    examples: ["90s"]
  }),
  outputs: optional(
    Schema.Literal("text", "json").annotations({ [Expected]: "`text` or `json`" }),
    "Whether standard output is also read as one JSON value, `output.json`.",
    { default: "text" }
  )
}
export const shellField = {
  shell: optional(ShellText, "The shell and its options; the script is handed over with `-c`.", {
    default: "sh -e",
    examples: ["bash -euo pipefail"]
  })
}
export const aboutRun = "A script for the shell, in which the value of `{{ … }}` is always data."
export const aboutCommand = "A program and its arguments, started without a shell."
