/**
 * What happens when a step fails, after inheritance: batch, then target, then step, the inner one wins.
 *
 * Owns the merging and the defaults. The surprise: `retries` is merged field by field, so a
 * step that sets `maxAttempts` alone keeps its batch's back-off; `on` counts as one field.
 */
import type { FailurePolicy } from "../manifest/Failure.ts"
import { durationMs } from "../manifest/Scalars.ts"
import type { RetryPolicyData } from "./Plan.ts"

/** From the outermost level to the innermost; a level that says nothing is absent. */
export type Levels = ReadonlyArray<FailurePolicy | undefined>

const noRetries: RetryPolicyData = {
  maxAttempts: 1,
  backoffSeconds: 1,
  factor: 2,
  maxBackoffSeconds: 300,
  jitter: false
}

/** How many exhausted steps in a row stop a target where nothing says otherwise. */
const defaultThreshold = 3

export const retriesOf = (levels: Levels): RetryPolicyData =>
  levels.reduce<RetryPolicyData>(
    (outer, level) => (level?.retries === undefined ? outer : { ...outer, ...level.retries }),
    noRetries
  )

/** Milliseconds of one attempt, `undefined` where there is no limit. `own` is the step's `timeout`. */
export const timeoutOf = (levels: Levels, own: string | undefined): number | undefined => {
  const text = own ?? levels.findLast((level) => level?.timeout !== undefined)?.timeout
  return text === undefined ? undefined : durationMs(text)
}

/** Of a target: `false` where there is no breaker. */
export const breakerOf = (levels: Levels): number | false => {
  const breaker = levels.findLast((level) => level?.circuitBreaker !== undefined)?.circuitBreaker
  return breaker === undefined ? defaultThreshold : breaker === false ? false : breaker.threshold
}
