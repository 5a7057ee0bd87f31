/**
 * The `preflight:` block: checks that must pass before any target starts.
 *
 * Owns the shape of a check, and where people find what a check does not have. Must not know how a
 * preflight is run. The surprise: a check is a `run` or `command` step in all but what it hands on:
 * nothing comes after it that could see its output.
 */
import { Schema } from "effect"
import { kindsOf } from "./Kinds.ts"
import { surroundings } from "./StepFields.ts"
import { attemptPlaces } from "./StepPlaces.ts"
import { StepId } from "./Scalars.ts"
import { aboutCommand, aboutRun, attemptFields, CommandWords, Condition, Script, shellField } from "./Work.ts"
import { Expected, Hint, Misplaced, optional, required } from "./Words.ts"

const each = (keys: ReadonlyArray<string>, hint: string): Readonly<Record<string, string>> =>
  Object.fromEntries(keys.map((key) => [key, hint]))

const checkPlaces = {
  ...attemptPlaces,
  ...each(["if", "then", "else", "switch", "cases", "default"], "a check is left out with `when`"),
  ...each(["map", "over"], "checks are listed one by one: write one for each item"),
  ...each(["parallel", "maxParallel", "steps"], "checks come one after the other: put each into the list itself"),
  ...each(
    ["loop", "while", "until", "maxIterations", "every"],
    "try it again with `failure: { retries: { maxAttempts: 10, backoffSeconds: 30, factor: 1 } }`"
  ),
  ...each(
    ["gate", "approval", "policy", "options", "onReject", "show"],
    "nobody is asked before a run: put a gate first among the steps of a target"
  ),
  circuitBreaker: "a breaker counts the steps of a target, and a check belongs to none",
  threshold: "a breaker counts the steps of a target, and a check belongs to none",
  outputs: "nothing comes after a check that could see its output: take it out",
  idempotent: "a check is made again on every resume, so it has to be such that it may: take it out",
  needs: "checks come one after the other, in the order of the list",
  labels: "it belongs to a target",
  forEach: "it belongs to a target; checks are listed one by one"
}

const { timeout } = attemptFields

const checkFields = {
  id: required(StepId, "What logs and summaries call the check; unique in the preflight.", { examples: ["api-up"] }),
  name: optional(Schema.String, "What people call the check."),
  when: optional(Condition, "Leaves the check out where this is false.", {
    examples: ["{{ inputs.level == 'full' }}"]
  }),
  continueOnError: optional(Schema.Boolean, "Whether the run starts although the check fails, which is then told.", {
    default: false
  }),
  ...surroundings,
  timeout
}

const RunCheck = Schema.Struct({
  ...checkFields,
  run: required(Script, aboutRun, { examples: ["curl -fsS \"$API/health\""] }),
  ...shellField
}).annotations({
  [Misplaced]: checkPlaces,
  title: "run",
  description: "A check that is a shell script."
})

const CommandCheck = Schema.Struct({
  ...checkFields,
  command: required(CommandWords, aboutCommand, { examples: [["pg_isready", "-t", "5"]] })
}).annotations({
  [Misplaced]: checkPlaces,
  title: "command",
  description: "A check that is a program, started without a shell."
})

export const Check = kindsOf({ run: RunCheck, command: CommandCheck }, {
  noun: "a check",
  identifier: "Check",
  description: "One check of the preflight: it passes if it exits 0.",
  words: { [Expected]: "a check", [Hint]: "for example `{ id: api-up, run: 'curl -fsS \"$API/health\"' }`" }
})
export type Check = typeof Check.Type

export const Preflight = Schema.NonEmptyArray(Check).annotations({
  [Expected]: "a list of at least one check",
  [Hint]: "for example `- { id: api-up, run: 'curl -fsS \"$API/health\"' }`"
})
