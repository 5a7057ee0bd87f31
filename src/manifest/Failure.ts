/**
 * The `failure:` block: retries, the circuit breaker and the time-out, on a batch, a target or a step.
 *
 * Owns its shape. Must not merge the levels: inheritance is planning (`plan/Failure.ts`).
 */
import { Schema } from "effect"
import { DurationText, numberFrom, wholeNumber } from "./Scalars.ts"
import { Expected, Misplaced, optional, required } from "./Words.ts"

const count = wholeNumber(1, Number.MAX_SAFE_INTEGER, "a whole number of at least 1")
const seconds = numberFrom(0, "a number of seconds, 0 or more", "write the number alone, without a unit")
const exitCode = wholeNumber(1, 255, "an exit code from 1 to 255")

export const RetryOn = Schema.Struct({
  exitCodes: optional(Schema.Array(exitCode), "Exit codes that are worth another attempt.", { examples: [[75]] }),
  timeout: optional(Schema.Boolean, "Whether a time-out is worth another attempt.", { default: false })
}).annotations({ identifier: "RetryOn", description: "Which failures are worth another attempt." })

export const Retries = Schema.Struct({
  maxAttempts: optional(count, "How often a step may be tried in all.", { default: 1 }),
  backoffSeconds: optional(seconds, "How long to wait before the second attempt.", { default: 1 }),
  factor: optional(
    numberFrom(1, "a number of at least 1", "1 keeps the wait constant, 2 doubles it"),
    "What the wait is multiplied by after each attempt; 1 keeps it constant.",
    { default: 2 }
  ),
  maxBackoffSeconds: optional(seconds, "The longest wait between two attempts.", { default: 300 }),
  jitter: optional(Schema.Boolean, "Whether waits vary at random, so that targets do not try again in step.", {
    default: false
  }),
  on: optional(RetryOn, "Which failures are worth another attempt; any, when left out.")
}).annotations({ identifier: "Retries", description: "How often and when a failed step is tried again." })

export const CircuitBreaker = Schema.Union(
  Schema.Struct({
    threshold: required(count, "How many exhausted steps in a row stop the target.")
  }),
  Schema.Literal(false)
).annotations({
  [Expected]: "`{ threshold: 3 }` or `false`",
  identifier: "CircuitBreaker",
  description: "Stops a target after so many exhausted steps in a row; `false` turns it off."
})

const stepFields = {
  retries: optional(Retries, "How often and when a failed step is tried again."),
  timeout: optional(DurationText, "How long one attempt may take.", { examples: ["10m", "1h30m"] })
}

export const FailurePolicy = Schema.Struct({
  ...stepFields,
  circuitBreaker: optional(
    CircuitBreaker,
    "Stops a target after so many exhausted steps in a row; `false` turns it off.",
    { default: { threshold: 3 } }
  )
}).annotations({
  identifier: "Failure",
  description: "What happens when a step fails: inherited from batch to target to step, the inner one wins."
})
export type FailurePolicy = typeof FailurePolicy.Type

/** A breaker counts the steps of a target, so a step has none of its own. */
export const StepFailurePolicy = Schema.Struct(stepFields).annotations({
  [Misplaced]: {
    circuitBreaker: "a breaker counts the steps of a target: put it under `failure` of the target or the batch"
  },
  identifier: "StepFailure",
  description: "What happens when the step, or one within it, fails, over what is said further out."
})

/** A check is made once, so a gate has no retries. */
export const GateFailurePolicy = Schema.Struct({
  timeout: optional(DurationText, "How long a check may take.", { examples: ["90s"] })
}).annotations({
  [Misplaced]: {
    retries: "a check is made once: try again within its script, or say `onReject: retry` in the gate",
    circuitBreaker: "a breaker counts the steps of a target: put it under `failure` of the target or the batch"
  },
  identifier: "GateFailure",
  description: "What holds for the check of a gate, over what is said further out."
})
