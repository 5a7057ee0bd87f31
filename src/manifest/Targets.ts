/**
 * The entries under `targets:`: one target, or with `forEach` one for each item of a source.
 *
 * Owns their shapes and the rule of what goes with what. Must not read sources (`Items.ts`
 * does). The surprise: one entry may stand for a hundred thousand targets.
 */
import { Schema } from "effect"
import { FailurePolicy } from "./Failure.ts"
import { AnyValue } from "./Inputs.ts"
import { kindsOf } from "./Kinds.ts"
import { LabelName, Text } from "./Scalars.ts"
import { Step } from "./Steps.ts"
import { aboutCommand, aboutRun, attemptFields, CommandWords, Condition, Env, Script, shellField } from "./Work.ts"
import { Expected, Hint, KeyRule, Misplaced, optional, required } from "./Words.ts"

const source = <Fields extends Schema.Struct.Fields>(title: string, description: string, fields: Fields) =>
  Schema.Struct(fields).annotations({ title, description })

const path = Text

export const ForEach = kindsOf({
  items: source("items", "A target for each value of a list.", {
    items: required(
      Schema.Union(Schema.Array(AnyValue), Condition).annotations({
        [Expected]: "a list, or one expression that gives a list",
        [Hint]: "for example `items: [a, b]` or `items: \"{{ inputs.suites }}\"`"
      }),
      "A list of values, or one expression that gives a list.",
      { examples: [["api", "web"], "{{ inputs.suites }}"] }
    )
  }),
  file: source("file", "A target for each line of a file.", {
    file: required(path, "A file of lines, relative to the manifest's folder; blank lines are left out.", {
      examples: ["hosts.txt"]
    })
  }),
  glob: source("glob", "A target for each path that matches.", {
    glob: required(path, "A pattern of paths, relative to the manifest's folder.", { examples: ["data/*.csv"] })
  }),
  jsonl: source("jsonl", "A target for each line of a file of JSON values.", {
    jsonl: required(path, "A file with one JSON value a line, relative to the manifest's folder.", {
      examples: ["packages.jsonl"]
    })
  }),
  stdin: source("stdin", "A target for each line of standard input.", {
    stdin: required(
      Schema.Literal(true).annotations({ [Expected]: "`true`" }),
      "Takes the lines of standard input; blank lines are left out."
    )
  }),
  matrix: source("matrix", "A target for each combination of values.", {
    matrix: required(
      Schema.Record({ key: Text, value: Schema.Array(AnyValue) }).annotations({
        [Expected]: "a mapping of names to lists of values"
      }),
      "Names with their values; `item` is one combination, the first name varies slowest.",
      { examples: [{ os: ["linux", "macos"], node: [20, 22] }] }
    )
  })
}, {
  noun: "a `forEach`",
  identifier: "ForEach",
  description: "Where the items of a target come from.",
  words: { [Expected]: "a mapping such as `{ file: hosts.txt }`" }
})
export type ForEach = typeof ForEach.Type

const work = ["run", "command", "steps"] as const

/** What a target does not have, since it has steps. */
const ofSteps = "name when continueOnError idempotent gate if then else switch cases default map parallel loop"
  .split(" ")

/** What is the same for all targets. */
const ofBatch = {
  preflight: "it is made before any target starts: put it at the top of the manifest",
  rateLimit: "a rate limit holds for all targets: put it at the top of the manifest"
}

/** What is wrong with the keys of a target, if anything: it has its work once, and what goes with it. */
const workProblem = (target: { readonly [key: string]: unknown }): Schema.FilterOutput | undefined => {
  const given = work.filter((key) => key in target)
  if (given.length === 0) return "a target needs one of `run`, `command` or `steps`"
  if (given.length > 1) {
    return { path: [given[1] ?? "steps"], message: `a target has either \`${given[0]}\` or \`${given[1]}\`, not both` }
  }
  const astray = (["shell", "timeout", "outputs"] as const).find((key) =>
    key in target && given[0] !== "run" && (given[0] === "steps" || key === "shell")
  )
  if (astray === undefined) return undefined
  return {
    path: [astray],
    message: given[0] === "steps"
      ? `\`${astray}\` belongs to a step here, since the target has \`steps\``
      : "`shell` goes with `run`, not with `command`"
  }
}

export const Target = Schema.Struct({
  id: required(Text, "What the target is called everywhere; unique in the batch.", {
    examples: ["api", "host-{{ item }}"]
  }),
  forEach: optional(ForEach, "Makes one target for each item of a source; `item` and `index` are in its expressions."),
  labels: optional(
    Schema.Record({ key: LabelName, value: Schema.String }).annotations({
      [Expected]: "a mapping of names to texts"
    }),
    "Names and values to choose targets by, with `--only`.",
    { examples: [{ tier: "T1" }] }
  ),
  needs: optional(
    Schema.Array(Text).annotations({
      [Expected]: "a list of target ids",
      [Hint]: "for example `needs: [build, \"host-*\"]`"
    }),
    "Ids or patterns of the targets that must be completed first.",
    { examples: [["build", "host-*"]] }
  ),
  env: optional(Env, "Environment variables, over those of the batch."),
  workdir: optional(Text, "Where its steps run, relative to the working directory of the batch."),
  failure: optional(FailurePolicy, "What happens when a step of it fails, over what the batch says."),
  run: optional(Script, `${aboutRun} The target then has this one step, called \`run\`.`),
  command: optional(CommandWords, `${aboutCommand} The target then has this one step, called \`command\`.`),
  ...shellField,
  ...attemptFields,
  steps: optional(
    Schema.NonEmptyArray(Step).annotations({ [Expected]: "a list of steps" }),
    "What the target does, in order."
  )
}).annotations({
  [Misplaced]: {
    ...Object.fromEntries(ofSteps.map((key) => [key, "it belongs to a step: write the work as `steps`"])),
    ...ofBatch
  }
}).pipe(
  Schema.filter(workProblem, {
    [KeyRule]: true,
    identifier: "Target",
    description: "One target, or with `forEach` one for each item of a source.",
    jsonSchema: { allOf: [{ oneOf: work.map((key) => ({ required: [key] })) }] }
  })
)
export type Target = typeof Target.Type
