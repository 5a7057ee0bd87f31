/**
 * What each kind of step has beside the steps within it.
 *
 * Owns these fields and the blocks under `map`, `parallel` and `loop`; what a step and a target have
 * alike is in `Work.ts`. Must not know that steps hold steps: `Steps.ts` adds that.
 */
import { Schema } from "effect"
import { mostItems, mostIterations } from "../expression/Limits.ts"
import { GateFailurePolicy, StepFailurePolicy } from "./Failure.ts"
import { Gate } from "./Gate.ts"
import { AnyValue } from "./Inputs.ts"
import { kindsOf } from "./Kinds.ts"
import { DurationText, StepId, Text, wholeNumber } from "./Scalars.ts"
import { insidePlaces } from "./StepPlaces.ts"
import { aboutCommand, aboutRun, attemptFields, CommandWords, Condition, Env, Script, shellField } from "./Work.ts"
import { Expected, Hint, Misplaced, optional, required } from "./Words.ts"

const baseFields = {
  id: required(StepId, "What expressions and logs call the step; unique among the steps beside it.", {
    examples: ["build"]
  }),
  name: optional(Schema.String, "What people call the step."),
  when: optional(Condition, "Skips the step where this is false."),
  continueOnError: optional(Schema.Boolean, "Whether the target goes on when the step fails.", { default: false })
}

/** What every step has beside its work. */
export const surroundings = {
  failure: optional(StepFailurePolicy, "What happens when the step fails, over what is said further out."),
  env: optional(Env, "Environment variables, over those further out."),
  workdir: optional(Text, "Where it runs, relative to the working directory further out.")
}

const idempotent = {
  idempotent: optional(
    Schema.Boolean,
    "Where false, an attempt that was under way when pawl was killed waits for a person instead of running again.",
    { default: true }
  )
}

export const runFields = {
  ...baseFields,
  ...surroundings,
  ...attemptFields,
  ...idempotent,
  run: required(Script, aboutRun, { examples: ["make build"] }),
  ...shellField
}
export const commandFields = {
  ...baseFields,
  ...surroundings,
  ...attemptFields,
  ...idempotent,
  command: required(CommandWords, aboutCommand, { examples: [["gzip", "-t", "{{ item }}"]] })
}
export const gateFields = {
  ...baseFields,
  ...surroundings,
  failure: optional(GateFailurePolicy, "How long a check may take, over what is said further out."),
  gate: required(Gate, "Who or what decides whether the target goes on.", {
    examples: [{ approval: "Ship {{ inputs.release }}?" }]
  })
}

const count = wholeNumber(1, Number.MAX_SAFE_INTEGER, "a whole number of at least 1")
const iterations = wholeNumber(1, mostIterations, `a whole number from 1 to ${mostIterations}`)

const Items = Schema.Array(AnyValue).pipe(
  Schema.maxItems(mostItems, {
    [Expected]: `a list of at most ${mostItems} items`,
    [Hint]: "make each item a target of its own, with `forEach`"
  })
)

export const MapOver = Schema.Struct({
  over: required(
    Schema.Union(Items, Condition).annotations({
      [Expected]: "a list, or one expression that gives a list",
      [Hint]: "for example `over: [a, b]` or `over: \"{{ inputs.suites }}\"`"
    }),
    "The items: a list, or one expression that gives a list.",
    { examples: ["{{ inputs.suites }}"] }
  ),
  maxParallel: optional(count, "How many items may be under way at once.", { default: 1 })
}).annotations({
  [Expected]: "a mapping",
  [Hint]: "for example `map: { over: [a, b] }`",
  [Misplaced]: insidePlaces("map"),
  identifier: "MapOver",
  description: "What a `map` goes over."
})

export const Side = Schema.Struct({
  maxParallel: optional(count, "How many of the steps may be under way at once; all, when left out.")
}).annotations({
  [Expected]: "a mapping",
  [Hint]: "`parallel: {}` does all of them side by side, `parallel: { maxParallel: 2 }` two at a time",
  [Misplaced]: insidePlaces("parallel"),
  identifier: "Parallel",
  description: "How steps go side by side."
})

const everyIteration = {
  maxIterations: optional(iterations, "After how many iterations the loop fails.", { default: 10 }),
  every: optional(DurationText, "How long to wait between two iterations.", { examples: ["30s"] })
}
export const LoopOn = kindsOf({
  while: Schema.Struct({
    while: required(Condition, "Looked at before each iteration; the loop goes on while it is true."),
    ...everyIteration
  }).annotations({ title: "while", [Misplaced]: insidePlaces("loop") }),
  until: Schema.Struct({
    until: required(Condition, "Looked at after each iteration; the loop ends once it is true.", {
      examples: ["{{ steps.check.output.exit_code == 0 }}"]
    }),
    ...everyIteration
  }).annotations({ title: "until", [Misplaced]: insidePlaces("loop") })
}, {
  noun: "a loop",
  identifier: "Loop",
  description: "When a loop ends.",
  words: { [Expected]: "a mapping such as `{ until: \"{{ … }}\", every: 30s }`" }
})

export const ifFields = {
  ...baseFields,
  ...surroundings,
  if: required(Condition, "Chooses between `then` and `else`.", { examples: ["{{ inputs.level == 'full' }}"] })
}
export const switchFields = {
  ...baseFields,
  ...surroundings,
  switch: required(Text, "A text; the case of the same name is taken.", { examples: ["{{ inputs.level }}"] })
}
export const mapFields = {
  ...baseFields,
  ...surroundings,
  map: required(MapOver, "What the steps are done for, each.")
}
export const parallelFields = {
  ...baseFields,
  ...surroundings,
  parallel: required(Side, "Does the steps side by side.", { examples: [{ maxParallel: 2 }] })
}
export const loopFields = { ...baseFields, ...surroundings, loop: required(LoopOn, "When the loop ends.") }
