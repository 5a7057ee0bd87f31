/**
 * What a plan calls a rate limit, and how long one lasts.
 *
 * Owns the recognition. Pure but for loading the engine of regular expressions once. The surprise:
 * only an attempt that failed is looked at; the same words from one that succeeded mean nothing.
 */
import { Either } from "effect"
import { compilePattern, type Pattern } from "../expression/Pattern.ts"
import type { RateLimitPolicy, RetryPolicyData } from "../plan/Plan.ts"
import type { Verdict } from "./Judge.ts"
import { type LocalZone, readRetryAfter } from "./RetryAfter.ts"

export interface RateLimited {
  /** Epoch milliseconds. */
  readonly until: number
  readonly message: string
}

export interface RateLimits {
  /**
   * The limit that an attempt ran into, if it did. `count` is how often the step did before, in a
   * row; `retries` give the back-off where nothing can be read.
   */
  readonly of: (verdict: Verdict, retries: RetryPolicyData, count: number, now: number) => RateLimited | undefined
  readonly onLimit: "wait" | "halt"
  /** How long a step may wait in a row. */
  readonly maxWaitMs: number
}

const none: RateLimits = { of: () => undefined, onLimit: "wait", maxWaitMs: 0 }

// No seconds times a number beyond all numbers is not a number.
const backOff = ({ backoffSeconds, factor, maxBackoffSeconds }: RetryPolicyData, count: number): number =>
  Math.max(1, Math.min(maxBackoffSeconds, backoffSeconds * Math.min(factor ** count, Number.MAX_VALUE))) * 1000

const patternOf = (text: string | undefined): Pattern | undefined =>
  text === undefined
    ? undefined
    : Either.getOrThrowWith(
      compilePattern(text),
      ({ reason }) => new Error(`unchecked pattern in a plan: it ${reason}`)
    )

/** The limits of a plan; `local` gives the zone of times that name none. A plan without any costs nothing. */
export const rateLimits = (policy: RateLimitPolicy | undefined, local?: LocalZone): RateLimits => {
  if (policy === undefined) return none
  const pattern = patternOf(policy.stderr)
  const isLimit = ({ failure, output }: Verdict): boolean =>
    failure !== undefined
    && failure.reason !== "could-not-start" && failure.reason !== "expression-failed"
    && ((failure.exitCode !== undefined && failure.exitCode !== 0 && policy.exitCodes.includes(failure.exitCode))
      || (pattern?.test(output.stderr) ?? false))
  return {
    onLimit: policy.onLimit,
    // A run that halts waits for nothing: it says when to come back, however late that is.
    maxWaitMs: policy.onLimit === "halt" ? Number.POSITIVE_INFINITY : policy.maxWaitMs,
    of: (verdict, retries, count, now) => {
      if (!isLimit(verdict)) return undefined
      const read = readRetryAfter(verdict.output.stderr, now, local)
      const why = verdict.failure?.message ?? "rate-limited"
      return read === undefined
        ? {
          until: now + backOff(retries, count),
          message: `${why}; it says no time that can be read, so the back-off counts`
        }
        : { until: read, message: why }
    }
  }
}
