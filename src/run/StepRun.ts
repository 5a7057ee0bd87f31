/**
 * One step of one target: attempts, until one succeeds or none is left.
 *
 * Owns the retry: what failed is recorded with the time of the next attempt before that time is
 * waited for. Must not decide what an exhausted step means for its target. The surprise: a
 * resumed step goes on with the attempt it had come to, and waits only what is left of the wait.
 */
import { Effect, Either, Option } from "effect"
import { attemptOf, type AttemptWork } from "./AttemptOf.ts"
import { banner } from "./Banner.ts"
import { type Carried, take } from "./Carried.ts"
import { cutOutput, type Failure, judge, shortDuration, type Verdict } from "./Judge.ts"
import { nextAttemptAt } from "./RetryPolicy.ts"
import type { Recovered, StepState } from "./StepState.ts"
import type { StateError } from "./StateError.ts"
import { emptyOutput, type StepEnd } from "./StepOutcome.ts"
import type { TargetContext } from "./TargetContext.ts"
import type { StoppedEnd } from "./Walk.ts"

export interface StepWork extends AttemptWork {
  /** What earlier invocations know of it. */
  readonly before: StepState | undefined
}

const neverRan = (reason: Failure["reason"], message: string): Verdict => ({
  output: emptyOutput,
  failure: { reason, message }
})

interface Tried {
  readonly verdict: Verdict
  readonly durationMs: number
}

/** An attempt that has ended already, judged like any other. */
const judgeRecovered = (
  { compiled: { step } }: StepWork,
  { attempt: _attempt, durationMs, ...end }: Recovered
): Tried => ({ verdict: judge({ ...end, durationMs, timedOut: false }, step.outputs), durationMs })

/** One attempt, from the rendered command to the judged end. */
const attemptOnce = (
  context: TargetContext,
  work: StepWork,
  carried: Carried,
  attempt: number
): Effect.Effect<Tried, StateError> => {
  const { ahead, checkpoint, mask, now, runner, target } = context
  const { compiled: { step }, path } = work
  const prepared = ahead.take(target.id, path, attempt) ?? attemptOf(context, work, attempt)
  if (Either.isLeft(prepared)) {
    return Effect.succeed({ verdict: neverRan(prepared.left.reason, prepared.left.message), durationMs: 0 })
  }
  mask.learn(prepared.right.texts)
  const running = runner.run(
    { ...prepared.right.attempt, banner: banner(attempt, new Date(now()).toISOString()) },
    (id) =>
      Effect.map(
        checkpoint.note(take(carried, { type: "StepStarted", target: target.id, path, attempt, ...id })),
        ahead.look
      )
  )
  const armed = step.idempotent === false
    // What must not run twice is on disk before it can have run once.
    ? Effect.zipRight(
      checkpoint.append(
        take(carried, { type: "StepEntered", target: target.id, path, kind: step.kind, attempt })
      ),
      running
    )
    : running
  return Effect.matchEffect(armed, {
    onSuccess: (exit): Effect.Effect<Tried, StateError> =>
      Effect.succeed({ verdict: judge(exit, step.outputs, step.timeoutMs), durationMs: exit.durationMs }),
    onFailure: (error) =>
      error._tag === "CouldNotStart"
        ? Effect.succeed({ verdict: neverRan("could-not-start", error.message), durationMs: 0 })
        : Effect.fail(error)
  })
}

/** It goes on no earlier than this, epoch milliseconds, and that may not be waited for; or no leave to start is left. */
export interface Later {
  readonly later: number | undefined
}

export const stoppedFor = ({ later }: Later): StoppedEnd =>
  later === undefined ? { type: "stopped" } : { type: "stopped", later }

const iso = (time: number): string => new Date(time).toISOString()

/** What a rate limit that outlasts its wait is as a failure. */
const outlasted = (failure: Failure, until: number, maxWaitMs: number): Failure => ({
  ...failure,
  reason: "rate-limited",
  message: `rate-limited until ${iso(until)}, longer than the ${
    shortDuration(maxWaitMs)
  } of \`maxWait\`: ${failure.message}`
})

/** Runs a step to its end. Failed attempts that another follows are recorded here; its end is not. */
export const runStep = (
  context: TargetContext,
  work: StepWork,
  carried: Carried
): Effect.Effect<StepEnd | Later, StateError> =>
  Effect.gen(function*() {
    const { checkpoint, leave, limits, mask, now, target, turn } = context
    const { before, compiled: { step }, path } = work
    let limited = before?.limits ?? 0
    let limitedMs = before?.limitedMs ?? 0
    let next = before?.nextAttemptAt === undefined ? undefined : Date.parse(before.nextAttemptAt)
    let { recovered } = before ?? {}
    let hasLeave = false
    for (let attempt = (before?.attempts ?? 0) + 1;; attempt++) {
      if (recovered === undefined) {
        const wait = turn.come(next)
        const later = yield* hasLeave || leave.usedUp === undefined ? wait : Effect.raceFirst(wait, leave.usedUp)
        if (later !== undefined) return { later }
        // Its later attempts are the same step.
        if (!hasLeave && !leave.take()) return { later: undefined }
        hasLeave = true
      }
      const { durationMs, verdict } = recovered === undefined
        ? yield* attemptOnce(context, work, carried, attempt)
        : judgeRecovered(work, recovered)
      // What it said of a time, it said then, as far as that is known.
      const told = Date.parse(recovered?.endedAt ?? "")
      const endedAt = told < now() ? told : now()
      recovered = undefined
      const output = cutOutput(mask.output(verdict.output))
      if (verdict.failure === undefined) return { attempts: attempt, durationMs, output }
      const failure = { ...verdict.failure, message: mask.text(verdict.failure.message) }
      const fact = { target: target.id, path, attempt }
      const limit = limits.of(verdict, step.retries, limited, endedAt)
      if (limit !== undefined) {
        // While no pawl was there nothing waited.
        limitedMs += Math.max(0, limit.until - now())
        if (limitedMs > limits.maxWaitMs) {
          return { attempts: attempt, durationMs, output, failure: outlasted(failure, limit.until, limits.maxWaitMs) }
        }
        limited += 1
        const { exitCode } = failure
        const code = exitCode === undefined ? {} : { exitCode }
        const until = iso(limit.until)
        const message = mask.text(limit.message)
        yield* checkpoint.append(take(carried, { type: "RateLimited", ...fact, until, message, ...code, durationMs }))
        turn.limit(limit.until)
        // What a rate limit turned away was no attempt.
        attempt -= 1
        next = undefined
        continue
      }
      limited = 0
      limitedMs = 0
      const again = yield* nextAttemptAt(step.retries, attempt, failure, endedAt)
      if (Option.isNone(again)) return { attempts: attempt, durationMs, output, failure }
      next = again.value
      yield* checkpoint.append(
        take(carried, { type: "AttemptFailed", ...fact, ...failure, durationMs, nextAttemptAt: iso(next) })
      )
    }
  })
