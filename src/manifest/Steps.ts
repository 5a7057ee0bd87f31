/**
 * The steps of a target, one schema for each kind; the key that gives a step its work tells the kinds apart.
 *
 * Owns their shapes. Must not read expressions: the texts here are templates, looked at by `CheckTexts.ts`.
 */
import { Schema } from "effect"
import { StepFailurePolicy } from "./Failure.ts"
import { DurationText, EnvName, ShellText, StepId, Text } from "./Scalars.ts"
import { Choice, Expected, Hint, optional, required } from "./Words.ts"

export const Env = Schema.Record({ key: EnvName, value: Schema.String }).annotations({
  [Expected]: "a mapping of names to texts"
})

/** One lone `{{ … }}` that is true or false. */
export const Condition = Schema.String.annotations({
  [Expected]: "one expression",
  [Hint]: "for example `when: \"{{ inputs.level == 'full' }}\"`"
})

export const Script = Schema.String.pipe(Schema.minLength(1, { [Expected]: "a script" }))
export const CommandWords = Schema.NonEmptyArray(Schema.String).annotations({
  [Expected]: "a list: the program, then its arguments",
  [Hint]: "for example `command: [gzip, -t, \"{{ item }}\"]`; a line for the shell is `run:`"
})

/** What a `run` and a `command` have beside the work itself, on a step or directly on a target. */
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

const stepFields = {
  id: required(StepId, "What expressions and logs call the step; unique in its target.", { examples: ["build"] }),
  name: optional(Schema.String, "What people call the step."),
  when: optional(Condition, "Skips the step where this is false."),
  continueOnError: optional(Schema.Boolean, "Whether the target goes on when the step fails.", { default: false }),
  failure: optional(StepFailurePolicy, "What happens when the step fails, over what the target says."),
  env: optional(Env, "Environment variables, over those of the target."),
  workdir: optional(Text, "Where it runs, relative to the working directory of the target."),
  ...attemptFields
}

export const RunStep = Schema.Struct({
  ...stepFields,
  run: required(Script, aboutRun, { examples: ["make build"] }),
  ...shellField
}).annotations({
  identifier: "RunStep",
  title: "run",
  description: "A step that runs a shell script."
})
export const CommandStep = Schema.Struct({
  ...stepFields,
  command: required(CommandWords, aboutCommand, { examples: [["gzip", "-t", "{{ item }}"]] })
}).annotations({
  identifier: "CommandStep",
  title: "command",
  description: "A step that starts a program without a shell."
})

export const Step = Schema.Union(RunStep, CommandStep).annotations({
  [Choice]: { noun: "a step", keys: ["run", "command"] },
  [Expected]: "a step",
  identifier: "Step",
  description: "One step of a target."
})
export type Step = typeof Step.Type
