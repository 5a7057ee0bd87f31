/**
 * What happens when a step fails, after inheritance: batch, then target, then step, the inner one wins.
 *
 * Owns the merging and the defaults. The surprise: `retries` is merged field by field, so a
 * step that sets `maxAttempts` alone keeps its batch's back-off; `on` counts as one field.
 */
import type { FailurePolicy } from "../manifest/Failure.ts"
import { durationMs } from "../manifest/Scalars.ts"
import type { RetryPolicyData } from "./Plan.ts"

export interface Inherited {
  readonly retries: RetryPolicyData
  /** Of one attempt, milliseconds; `undefined` where there is no limit. */
  readonly timeoutMs: number | undefined
  /** Consecutive exhausted steps that stop a target; `false`: there is no breaker. */
  readonly breakerThreshold: number | false
}

/** Where nothing is said. */
export const defaults: Inherited = {
  // In the order of canonical JSON, as `PlanStep.ts` has it.
  retries: { backoffSeconds: 1, factor: 2, jitter: false, maxAttempts: 1, maxBackoffSeconds: 300 },
  timeoutMs: undefined,
  breakerThreshold: 3
}

/** What holds one level further in. A level that says nothing shares the outer one's data. */
export const inherit = (outer: Inherited, level: FailurePolicy | undefined): Inherited => {
  if (level === undefined) return outer
  const { circuitBreaker, retries, timeout } = level
  return {
    retries: retries === undefined ? outer.retries : { ...outer.retries, ...retries },
    timeoutMs: timeout === undefined ? outer.timeoutMs : durationMs(timeout),
    breakerThreshold: circuitBreaker === undefined
      ? outer.breakerThreshold
      : circuitBreaker === false
      ? false
      : circuitBreaker.threshold
  }
}
