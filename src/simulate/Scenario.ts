/**
 * A scenario (`pawl.scenario/v1`): how the world behaves while a run is rehearsed.
 *
 * Owns the shape of the file, and what its times come to. Must not match anything. The surprise:
 * every time has two names, `after` for people (`30s`) and `afterMs` for programs, of which one is
 * given.
 */
import { Schema } from "effect"
import { stringifyJson } from "../expression/Value.ts"
import { AnyValue } from "../manifest/Inputs.ts"
import { kindsOf } from "../manifest/Kinds.ts"
import { durationMs, DurationText, StepId, Text, wholeNumber } from "../manifest/Scalars.ts"
import { Expected, Hint, Misplaced, optional, required } from "../manifest/Words.ts"
import type { ScriptedEnd } from "../process/ScriptedProcess.ts"

const count = wholeNumber(1, Number.MAX_SAFE_INTEGER, "a whole number of at least 1")
/** Twenty years: times stay such that they can be written down. */
const longest = 20 * 366 * 86_400_000
const milliseconds = wholeNumber(0, longest, "a whole number of milliseconds, 0 or more")
const flag = Schema.Literal(true).annotations({ [Expected]: "true", [Hint]: "leave it out where it is not so" })

const Match = Text.annotations({
  [Expected]: "a text such as `api/build`",
  [Hint]:
    "target, slash, step: `api/build`, `host-*/migrate`, `api/shards[0]::e2e`, or `api/shards::e2e` for every item"
})
const aboutMatch =
  "Target and step, such as `api/build`, or a check: `preflight/up`; `*` is any run of characters, `?` any one. The first rule "
  + "that matches counts. Without its numbers a path means every item and iteration."

const endFields = {
  exitCode: optional(wholeNumber(0, 255, "an exit code from 0 to 255"), "The exit code.", { default: 0 }),
  signal: optional(
    Schema.String.pipe(Schema.pattern(/^SIG[A-Z0-9]+$/, {
      [Expected]: "the name of a signal",
      [Hint]: "for example `SIGKILL`"
    })),
    "The signal that ends it instead of an exit code."
  ),
  hangs: optional(flag, "It goes on until the step's own time-out ends it."),
  couldNotStart: optional(
    Schema.Union(flag, Text).annotations({ [Expected]: "true, or the reason" }),
    "It can't be started, and why."
  ),
  durationMs: optional(milliseconds, "How long it takes, in milliseconds.", { default: 0, examples: [30_000] }),
  duration: optional(DurationText, "How long it takes, in words.", { examples: ["30s"] }),
  stdout: optional(Schema.String, "What it prints."),
  stderr: optional(Schema.String, "What it prints to standard error."),
  outputs: optional(
    Schema.Union(Schema.String, Schema.Record({ key: Schema.String, value: AnyValue })).annotations({
      [Expected]: "a text, or a mapping of names to values"
    }),
    "What it writes to `$PAWL_OUTPUT`.",
    { examples: [{ version: "1.4.2" }] }
  )
}

const strays = { timedOut: "write `hangs: true`: the step's own `timeout` then ends it" }

export const AttemptRule = Schema.Struct({
  match: required(Match, aboutMatch, { examples: ["api/build"] }),
  attempt: optional(count, "Only this attempt, from 1; every one, when left out."),
  times: optional(
    count,
    "How often the rule counts for a step; then the next ones do. What a rate limit turns away is no attempt, so it "
      + "has no number of its own."
  ),
  ...endFields
}).annotations({
  [Misplaced]: strays,
  identifier: "AttemptRule",
  description: "How the attempts of a step go."
})
export type AttemptRule = typeof AttemptRule.Type

const End = Schema.Struct(endFields).annotations({
  [Misplaced]: strays,
  identifier: "End",
  description: "How an attempt goes."
})
export type End = typeof End.Type

const decisionFields = {
  match: required(Match, aboutMatch, { examples: ["api/ship"] }),
  opening: optional(count, "Which time the gate opens, from 1.", { default: 1 }),
  by: optional(Text, "Who decides.", { default: "scenario" }),
  note: optional(Schema.String, "What is said with the decision."),
  afterMs: optional(milliseconds, "How long after the question, in milliseconds.", { default: 0 }),
  after: optional(DurationText, "How long after the question, in words.", { examples: ["2h"] })
}

export const GateRule = kindsOf({
  decision: Schema.Struct({
    ...decisionFields,
    decision: required(
      Schema.Literal("approve", "reject").annotations({ [Expected]: "`approve` or `reject`" }),
      "`approve` takes the first option that does not reject."
    )
  }).annotations({ title: "decision", description: "A gate is approved or rejected." }),
  option: Schema.Struct({
    ...decisionFields,
    option: required(StepId, "The option that is chosen.", { examples: ["blue"] })
  }).annotations({ title: "option", description: "One of the options of a gate is chosen." })
}, {
  noun: "a rule for a gate",
  identifier: "GateRule",
  description: "How a gate is decided; one that no rule matches is never decided.",
  words: { [Expected]: "a mapping such as `{ match: api/ship, decision: approve }`" }
})
export type GateRule = typeof GateRule.Type

const again = {
  resumeAfterMs: optional(milliseconds, "How long until the same call is made again, in milliseconds."),
  resumeAfter: optional(DurationText, "How long until the same call is made again, in words.", { examples: ["10m"] })
}

export const Crash = Schema.Struct({
  atEvent: required(count, "The number of the event."),
  ...again
}).annotations({ identifier: "Crash", description: "A kill of pawl." })

export const SignalRule = Schema.Struct({
  name: optional(
    Schema.Literal("SIGHUP", "SIGINT", "SIGTERM").annotations({ [Expected]: "`SIGHUP`, `SIGINT` or `SIGTERM`" }),
    "The signal.",
    { default: "SIGTERM" }
  ),
  afterMs: optional(milliseconds, "When it comes, in milliseconds from the beginning.", { default: 0 }),
  after: optional(DurationText, "When it comes, from the beginning, in words.", { examples: ["1h"] }),
  ...again
}).annotations({
  identifier: "SignalRule",
  description: "A signal that asks pawl to stop. Without `resumeAfter` the rehearsal ends with it."
})

export const Scenario = Schema.Struct({
  $schema: optional(Schema.String, "Where the JSON Schema of this language is, for editors."),
  schema: optional(Schema.Literal("pawl.scenario/v1"), "The version of this language."),
  description: optional(Schema.String, "What is rehearsed, in a sentence."),
  default: optional(End, "How an attempt goes that no rule matches; it succeeds at once, when left out.", {
    examples: [{ durationMs: 1000 }]
  }),
  steps: optional(
    Schema.Array(AttemptRule).annotations({ [Expected]: "a list of rules" }),
    "How the attempts of steps go."
  ),
  gates: optional(
    Schema.Array(GateRule).annotations({ [Expected]: "a list of rules" }),
    "How gates are decided."
  ),
  terminal: optional(
    Schema.Boolean,
    "Whether pawl is started on a terminal, so that it waits there for the decisions under `gates`.",
    { default: false }
  ),
  crash: optional(
    Schema.Array(
      Schema.Union(count, Crash).annotations({ [Expected]: "the number of an event, or a mapping with `atEvent`" })
    ).annotations({ [Expected]: "a list of numbers of events", [Hint]: "for example `crash: [12, 30]`" }),
    "Kills pawl as these events become durable; the same call is made again.",
    { examples: [[12]] }
  ),
  signal: optional(SignalRule, "A signal that asks pawl to stop.")
}).annotations({
  identifier: "Scenario",
  title: "pawl.scenario/v1",
  description: "How the world behaves while a run is rehearsed: `pawl simulate BATCH --scenario FILE`."
})
export type Scenario = typeof Scenario.Type

/** Milliseconds of a time with its two names; undefined where it has neither. */
export const timeOf = (ms: number | undefined, text: string | undefined): number | undefined =>
  ms ?? (text === undefined ? undefined : durationMs(text))

/** What a rule says of an attempt. */
export const endOf = (end: End): ScriptedEnd => {
  const { couldNotStart, duration, durationMs: ms, exitCode, hangs, outputs, signal, stderr, stdout } = end
  const length = timeOf(ms, duration)
  return {
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(signal === undefined ? {} : { signal }),
    ...(hangs === undefined ? {} : { hangs }),
    ...(couldNotStart === undefined
      ? {}
      : { couldNotStart: couldNotStart === true ? "the scenario says that it can't be started" : couldNotStart }),
    ...(length === undefined ? {} : { durationMs: length }),
    ...(stdout === undefined ? {} : { stdout }),
    ...(stderr === undefined ? {} : { stderr }),
    ...(outputs === undefined ? {} : { outputs: typeof outputs === "string" ? outputs : stringifyJson(outputs) })
  }
}
