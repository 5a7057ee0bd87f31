/**
 * Retry policy as data → `Schedule`.
 *
 * Owns which failures are worth another attempt and how long to wait before it. Must not sleep:
 * the engine records when the next attempt may start, and only then waits. The surprise: the
 * schedule is stepped by hand, one step a failed attempt, and never drives the retry itself.
 */
import { Duration, Effect, type Option, Schedule, ScheduleDecision, ScheduleIntervals as Intervals } from "effect"
import type { RetryPolicyData } from "../plan/Plan.ts"
import type { FailureReason } from "./EventShape.ts"

/** What the policy looks at. */
export interface AttemptFailure {
  readonly reason: FailureReason
  readonly exitCode?: number
}

/** Jitter spreads a delay between these shares of it. */
const JITTER = { min: 0.8, max: 1.2 }

/** What trying again cannot mend, whatever the policy says. */
const isHopeless = (failure: AttemptFailure): boolean =>
  failure.reason === "expression-failed" || failure.reason === "rate-limited"

/** Whether a failure is one that the policy retries. */
export const isRetried = (policy: RetryPolicyData, failure: AttemptFailure): boolean => {
  if (isHopeless(failure)) return false
  if (policy.on === undefined) return true
  if (failure.reason === "timed-out") return policy.on.timeout === true
  return failure.exitCode !== undefined && (policy.on.exitCodes ?? []).includes(failure.exitCode)
}

/** The schedule of a policy: constant or exponential, capped, jittered, bounded in attempts. */
export const toSchedule = (policy: RetryPolicyData): Schedule.Schedule<unknown, AttemptFailure> => {
  const base = Duration.seconds(policy.backoffSeconds)
  const cap = Duration.seconds(policy.maxBackoffSeconds)
  const delays: Schedule.Schedule<unknown> = policy.factor === 1
    ? Schedule.spaced(base)
    : Schedule.exponential(base, policy.factor)
  return delays.pipe(
    (schedule) => policy.jitter ? Schedule.jitteredWith(schedule, JITTER) : schedule,
    Schedule.modifyDelay((_, delay) => Duration.min(delay, cap)),
    Schedule.intersect(Schedule.recurs(policy.maxAttempts - 1)),
    Schedule.whileInput((failure: AttemptFailure) => isRetried(policy, failure))
  )
}

/**
 * When the attempt after this failure may start, epoch milliseconds; none where the step is
 * exhausted. `failed` counts the attempts that have failed, this one included.
 *
 * The schedule is stepped from its beginning each time: a resumed run then gets the delay that
 * an unbroken one would have got.
 */
export const nextAttemptAt = (
  policy: RetryPolicyData,
  failed: number,
  failure: AttemptFailure,
  now: number
): Effect.Effect<Option.Option<number>> => {
  if (failed >= policy.maxAttempts || !isRetried(policy, failure)) return Effect.succeedNone
  const schedule = toSchedule(policy)
  const step = (count: number, state: unknown): Effect.Effect<Option.Option<number>> =>
    Effect.flatMap(schedule.step(now, failure, state), ([after, , decision]) => {
      if (ScheduleDecision.isDone(decision)) return Effect.succeedNone
      return count === failed
        ? Effect.succeedSome(Math.round(Intervals.start(decision.intervals)))
        : step(count + 1, after)
    })
  return step(1, schedule.initial)
}
