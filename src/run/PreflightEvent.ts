/**
 * The events of a preflight: what is recorded of its checks.
 *
 * Owns their shapes. The surprise: they have a `check` where those of steps have `target` and `path`, since a
 * check belongs to no target.
 */
import { Schema } from "effect"
import { event, FailureReason, optional } from "./EventShape.ts"
import { StepOutput } from "./StepOutput.ts"

const check = {
  /** The id of a check of the preflight, of this invocation. */
  check: Schema.String
}

/** An attempt of a check began. */
export const PreflightStarted = event("PreflightStarted", {
  ...check,
  attempt: Schema.Int.pipe(Schema.positive()),
  pid: Schema.Int,
  pidStart: optional(Schema.Int)
})
/** An attempt of a check failed, or ran into a rate limit (`rate-limited`, not counted), and another follows. */
export const PreflightRetried = event("PreflightRetried", {
  ...check,
  attempt: Schema.Int.pipe(Schema.positive()),
  reason: FailureReason,
  message: Schema.String,
  exitCode: optional(Schema.Int),
  signal: optional(Schema.String),
  durationMs: Schema.NonNegativeInt,
  nextAttemptAt: Schema.String
})
/** A check is through. Once one has `failed`, the run halts and no target starts. */
export const PreflightFinished = event("PreflightFinished", {
  ...check,
  /** `continued`: it failed, and the run goes on all the same; `skipped`: its `when` is false. */
  outcome: Schema.Literal("passed", "failed", "continued", "skipped"),
  /** How many were made; 0 where not even one could begin. */
  attempts: Schema.NonNegativeInt,
  durationMs: Schema.NonNegativeInt,
  /** Of the last attempt, where it failed. */
  reason: optional(FailureReason),
  message: optional(Schema.String),
  exitCode: optional(Schema.Int),
  signal: optional(Schema.String),
  /** Of the last attempt. */
  output: optional(StepOutput)
})
