/**
 * The facts of a run (`pawl.event/v1`). Everything else pawl knows of a run is a fold of these.
 *
 * Owns their shapes as Schema. Must not hold behaviour. The surprise: the decoded form is the
 * JSON form, so that writing an event on the hot path is one `JSON.stringify`.
 */
import { Schema } from "effect"
import { event, FailureReason, optional } from "./EventShape.ts"
import { PreflightFinished, PreflightRetried, PreflightStarted } from "./PreflightEvent.ts"
import { StepOutput } from "./StepOutput.ts"

/** Why a run stopped. */
export const HaltReason = Schema.Literal(
  "AllDoneOrBlocked",
  "TargetCompleted",
  "TargetBlocked",
  "CircuitBreakerTripped",
  "FailureThresholdReached",
  "CapReached",
  "FilterExhausted",
  "NoMatchingItems",
  "RateLimited",
  "AwaitingApproval",
  "PreflightFailed",
  "ShutdownRequested",
  "CheckpointFailed"
)
export type HaltReason = typeof HaltReason.Type

const target = { target: Schema.String }
const attempt = { ...target, path: Schema.String, attempt: Schema.Int.pipe(Schema.positive()) }
const failure = {
  ...attempt,
  reason: FailureReason,
  message: Schema.String,
  exitCode: optional(Schema.Int),
  signal: optional(Schema.String),
  durationMs: Schema.NonNegativeInt
}
const stopped = {
  ...target,
  /** The path of the step that stopped it. */
  step: Schema.String,
  message: Schema.String,
  attempts: Schema.Int,
  durationMs: Schema.NonNegativeInt
}

export const RunStarted = event("RunStarted", {
  runId: Schema.String,
  batch: Schema.String,
  planHash: Schema.String,
  /** File name of the plan in the run's directory. */
  plan: Schema.String,
  targets: Schema.Int
})
export const RunResumed = event("RunResumed", {
  planHash: Schema.String,
  plan: Schema.String,
  targets: Schema.Int,
  /** Targets that start from the beginning again: changed, or no longer held up by a need. */
  reset: Schema.Array(Schema.String),
  /** Stuck targets that are tried again: what they have done stays done. */
  retried: Schema.Array(Schema.String)
})
export const TargetStarted = event("TargetStarted", target)
export const StepStarted = event("StepStarted", {
  ...attempt,
  pid: Schema.Int,
  /** The process's start time in clock ticks since boot, as `/proc/PID/stat` has it; absent where there is none. */
  pidStart: optional(Schema.Int)
})
/**
 * An attempt ended by itself while no pawl was there: the one that started it had been killed. It is judged like any
 * other once its target is taken up, and not made again.
 */
export const AttemptRecovered = event("AttemptRecovered", {
  ...attempt,
  exitCode: optional(Schema.Int),
  signal: optional(Schema.String),
  durationMs: Schema.NonNegativeInt,
  /** ISO time; an older pawl names none. */
  endedAt: optional(Schema.String),
  /** The last of its output. */
  stdout: Schema.String,
  stderr: Schema.String,
  truncated: Schema.Struct({ stdout: Schema.Boolean, stderr: Schema.Boolean }),
  /** What it wrote to `$PAWL_OUTPUT`. */
  outputs: optional(Schema.Struct({ text: Schema.String, tooLong: Schema.Boolean }))
})
/** Why a gate waits for a person, or for its rule to change its mind. */
export const PauseReason = Schema.Literal("awaiting-approval", "in-flight", "policy-denied")
export type PauseReason = typeof PauseReason.Type

export const OnReject = Schema.Literal("abort", "skip", "retry")

const step = { ...target, path: Schema.String }

/**
 * A composite step began, with what it decided: which branch, how many items. Or an attempt that
 * must not be made twice is about to begin.
 */
export const StepEntered = event("StepEntered", {
  ...step,
  kind: Schema.Literal("run", "command", "if", "switch", "map", "parallel", "loop"),
  /** Of an `if` and a `switch`: `then`, `else`, `default` or `case:` and its name; `none` where nothing was to be done. */
  branch: optional(Schema.String),
  /** Of a `map`. */
  items: optional(Schema.NonNegativeInt),
  /** Of a `map`: what its items were, 16 hex digits. */
  itemsHash: optional(Schema.String),
  /** Of an attempt. */
  attempt: optional(Schema.Int.pipe(Schema.positive()))
})
/** An iteration of a loop is through, and another follows, not before `nextAttemptAt`. */
export const IterationEnded = event("IterationEnded", {
  ...step,
  /** From 0. */
  iteration: Schema.NonNegativeInt,
  nextAttemptAt: optional(Schema.String)
})
/** A person has to decide; `seq` of this event is what a decision refers to. */
export const GateOpened = event("GateOpened", {
  ...step,
  about: Schema.Literal("approval", "in-flight"),
  message: Schema.String,
  options: Schema.Array(Schema.String),
  onReject: OnReject,
  /** The path of a file to look at, as the manifest has it. */
  show: optional(Schema.String)
})
export const GateDecided = event("GateDecided", {
  ...step,
  option: Schema.String,
  outcome: Schema.Literal("approved", "rejected"),
  onReject: OnReject,
  /** Who: a name, or `policy`. */
  by: Schema.String,
  note: optional(Schema.String),
  /** When the decision was made, where it was made before it could be recorded. */
  decidedAt: optional(Schema.String),
  /** `seq` of the `GateOpened` that it answers; absent for a policy. */
  opened: optional(Schema.Int)
})
/** A failed attempt that another one follows. */
export const AttemptFailed = event("AttemptFailed", { ...failure, nextAttemptAt: Schema.String })
/** An attempt ran into a rate limit, which is not counted as an attempt: nothing more starts before `until`. */
export const RateLimited = event("RateLimited", {
  ...attempt,
  until: Schema.String,
  message: Schema.String,
  exitCode: optional(Schema.Int),
  durationMs: Schema.NonNegativeInt
})
export const StepSucceeded = event("StepSucceeded", {
  ...attempt,
  durationMs: Schema.NonNegativeInt,
  /** Absent for a composite step: its output is that of its children. */
  output: optional(StepOutput)
})
const ended = {
  ...failure,
  /** Absent for a composite step. */
  output: optional(StepOutput),
  /** Of a composite step: the path of the first child that failed. */
  child: optional(Schema.String)
}
/** A step that is exhausted and ends its branch or its target. */
export const StepFailed = event("StepFailed", ended)
/** A step that is exhausted and that its target goes on without (`continueOnError`). */
export const StepContinued = event("StepContinued", ended)
export const StepSkipped = event("StepSkipped", {
  ...target,
  path: Schema.String,
  /** `interrupted`: it was under way or about to be when a step beside it failed. */
  reason: Schema.Literal("when-false", "interrupted", "gate-rejected")
})
export const BreakerOpened = event("BreakerOpened", {
  ...target,
  path: Schema.String,
  exhausted: Schema.Int,
  threshold: Schema.Int
})
export const TargetCompleted = event("TargetCompleted", { ...target, durationMs: Schema.NonNegativeInt })
export const TargetBlocked = event("TargetBlocked", {
  ...stopped,
  reason: Schema.Literal("step-exhausted", "breaker-opened", "gate-rejected")
})
export const TargetErrored = event("TargetErrored", {
  ...stopped,
  reason: Schema.Literal("could-not-start", "timed-out", "rate-limited")
})
export const TargetSkipped = event("TargetSkipped", {
  ...target,
  reason: Schema.Literal("need-not-completed"),
  /** The target that it needs and that did not complete. */
  need: Schema.String,
  message: Schema.String
})
export const TargetPaused = event("TargetPaused", {
  ...target,
  /** The path of the gate, the first where there are several. */
  step: Schema.String,
  reason: PauseReason,
  message: Schema.String
})
export const RunHalted = event("RunHalted", {
  haltReason: HaltReason,
  message: optional(Schema.String),
  /** When the run may go on, where it halted for a rate limit or a wait. */
  retryAt: optional(Schema.String),
  /** Who cancelled it, where somebody did; a signal says no name. */
  by: optional(Schema.String),
  note: optional(Schema.String)
})

export const RunEvent = Schema.Union(
  RunStarted,
  RunResumed,
  PreflightStarted,
  PreflightRetried,
  PreflightFinished,
  TargetStarted,
  StepEntered,
  StepStarted,
  AttemptRecovered,
  IterationEnded,
  GateOpened,
  GateDecided,
  AttemptFailed,
  RateLimited,
  StepSucceeded,
  StepFailed,
  StepContinued,
  StepSkipped,
  BreakerOpened,
  TargetCompleted,
  TargetBlocked,
  TargetErrored,
  TargetSkipped,
  TargetPaused,
  RunHalted
).annotations({ identifier: "RunEvent", title: "pawl.event/v1" })
export type RunEvent = typeof RunEvent.Type

type Unstamped<Event> = Event extends RunEvent ? Omit<Event, "seq" | "at"> : never
/** An event before it has its place and time: what the engine hands to the checkpoint. */
export type RunFact = Unstamped<RunEvent>
