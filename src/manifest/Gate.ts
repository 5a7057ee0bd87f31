/**
 * Gates: who or what decides whether a target goes on.
 *
 * Owns their shape. Must not decide anything. The surprise: `reject` is the one option that
 * rejects; every other name approves, and is there for later steps to look at.
 */
import { Schema } from "effect"
import { DurationText, StepId, Text } from "./Scalars.ts"
import { kindsOf } from "./Kinds.ts"
import { checkPlaces, decisionPlaces } from "./StepPlaces.ts"
import { Condition, Script, shellField } from "./Work.ts"
import { Expected, Hint, Misplaced, optional, required } from "./Words.ts"

const onReject = {
  onReject: optional(
    Schema.Literal("abort", "skip", "retry").annotations({ [Expected]: "`abort`, `skip` or `retry`" }),
    "What a rejection means: `abort` blocks the target, `skip` leaves out the rest of the branch, `retry` waits again.",
    { default: "abort" as const }
  )
}

const Options = Schema.NonEmptyArray(StepId).annotations({
  [Expected]: "a list of names",
  [Hint]: "for example `options: [blue, green, reject]`"
}).pipe(
  Schema.filter(
    (options) => new Set(options).size === options.length && options.some((option) => option !== "reject"),
    {
      [Expected]: "a list of different names, at least one of which is not `reject`",
      [Hint]: "for example `options: [blue, green, reject]`",
      jsonSchema: { uniqueItems: true, contains: { not: { const: "reject" } } }
    }
  )
)

export const Approval = Schema.Struct({
  approval: required(Text, "What a person is asked.", { examples: ["Ship {{ inputs.release }}?"] }),
  options: optional(Options, "What can be answered; `reject` rejects, everything else approves.", {
    default: ["approve", "reject"]
  }),
  ...onReject,
  show: optional(Text, "A file to show with the question, relative to the working directory.")
}).annotations({ title: "approval", description: "A person decides.", [Misplaced]: decisionPlaces })

export const Check = Schema.Struct({
  run: required(Script, "A check that passes by exiting 0.", { examples: ["./may-ship.sh"] }),
  ...shellField,
  timeout: optional(DurationText, "How long the check may take.", { examples: ["90s"] })
}).annotations({
  [Misplaced]: checkPlaces,
  identifier: "PolicyCheck",
  title: "check",
  description: "A script that decides by its exit code."
})

export const Policy = Schema.Struct({
  policy: required(
    Schema.Union(Condition, Check).annotations({
      [Expected]: "one expression, or a mapping with `run`",
      [Hint]: "for example `policy: \"{{ inputs.level == 'full' }}\"` or `policy: { run: ./may-ship.sh }`"
    }),
    "An expression that must be true, or a check that must exit 0."
  ),
  ...onReject
}).annotations({ title: "policy", description: "A rule decides.", [Misplaced]: decisionPlaces })

export const Gate = kindsOf({ approval: Approval, policy: Policy }, {
  noun: "a gate",
  identifier: "Gate",
  description: "Who or what decides whether the target goes on.",
  words: { [Expected]: "a mapping such as `{ approval: \"Ship?\" }`" }
})
export type Gate = typeof Gate.Type
