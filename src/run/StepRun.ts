/**
 * One step of one target: attempts, until one succeeds or none is left.
 *
 * Owns the retry: what failed is recorded with the time of the next attempt before that time is
 * waited for. Must not decide what an exhausted step means for its target. The surprise: a
 * resumed step goes on with the attempt it had come to, and waits only what is left of the wait.
 */
import { Clock, Effect, Either, Option } from "effect"
import type { Scope } from "../expression/Scope.ts"
import { renderBoolean } from "../expression/Template.ts"
import { banner } from "./Banner.ts"
import type { CompiledStep } from "./CompiledTemplate.ts"
import { cutOutput, type Failure, JSON_BYTES, judge, KEPT_BYTES, type Verdict } from "./Judge.ts"
import { logPath } from "./LogPath.ts"
import { prepareAttempt, type Surroundings } from "./PrepareAttempt.ts"
import { nextAttemptAt } from "./RetryPolicy.ts"
import type { RunFact } from "./RunEvent.ts"
import type { StepState } from "./TargetState.ts"
import type { StateError } from "./StateError.ts"
import { emptyOutput, type StepEnd } from "./StepOutcome.ts"
import type { TargetContext } from "./TargetContext.ts"

/** Facts that wait to be recorded together with the next one. */
export interface Carried {
  facts: ReadonlyArray<RunFact>
}

/** Takes what is carried, followed by more. */
export const take = (carried: Carried, ...more: ReadonlyArray<RunFact>): ReadonlyArray<RunFact> => {
  const facts = [...carried.facts, ...more]
  carried.facts = []
  return facts
}

export interface StepWork {
  readonly compiled: CompiledStep
  readonly path: string
  readonly surroundings: Surroundings
  readonly scope: Scope
  /** What earlier invocations know of it. */
  readonly before: StepState | undefined
}

const neverRan = (reason: Failure["reason"], message: string): Verdict => ({
  output: emptyOutput,
  failure: { reason, message }
})

const withAttempt = (scope: Scope, attempt: number): Scope =>
  scope.context === undefined ? scope : { ...scope, context: { ...scope.context, attempt } }

/** Whether a step is to run: its `when`, which must give a boolean. */
export const isWanted = (work: StepWork): Either.Either<boolean, string> =>
  work.compiled.when === undefined
    ? Either.right(true)
    : Either.mapLeft(renderBoolean(work.compiled.when, work.scope), (error) => error.message)

interface Tried {
  readonly verdict: Verdict
  readonly durationMs: number
}

/** One attempt, from the rendered command to the judged end. */
const attemptOnce = (
  context: TargetContext,
  work: StepWork,
  carried: Carried,
  attempt: number
): Effect.Effect<Tried, StateError> => {
  const { checkpoint, now, runDir, runId, runner, target } = context
  const { compiled: { step }, path } = work
  const log = `${runDir}/${logPath(target.id, path)}`
  const identity = { runId, target: target.id, path, attempt }
  const prepared = prepareAttempt(work.compiled, withAttempt(work.scope, attempt), work.surroundings, identity)
  if (Either.isLeft(prepared)) {
    return Effect.succeed({ verdict: neverRan("expression-failed", prepared.left.message), durationMs: 0 })
  }
  const running = runner.run(
    {
      ...prepared.right,
      ...(step.timeoutMs === undefined ? {} : { timeoutMs: step.timeoutMs }),
      out: `${log}.out`,
      err: `${log}.err`,
      banner: banner(attempt, new Date(now()).toISOString()),
      keep: { stdout: step.outputs === "json" ? JSON_BYTES : KEPT_BYTES, stderr: KEPT_BYTES }
    },
    (id) => checkpoint.note(take(carried, { type: "StepStarted", target: target.id, path, attempt, ...id }))
  )
  return Effect.matchEffect(running, {
    onSuccess: (exit): Effect.Effect<Tried, StateError> =>
      Effect.succeed({ verdict: judge(exit, step.outputs, step.timeoutMs), durationMs: exit.durationMs }),
    onFailure: (error) =>
      error._tag === "CouldNotStart"
        ? Effect.succeed({ verdict: neverRan("could-not-start", error.message), durationMs: 0 })
        : Effect.fail(error)
  })
}

const waitUntil = (time: number): Effect.Effect<void> =>
  Effect.flatMap(Clock.currentTimeMillis, (now) => time > now ? Effect.sleep(time - now) : Effect.void)

/** Runs a step to its end. Failed attempts that another follows are recorded here; its end is not. */
export const runStep = (
  context: TargetContext,
  work: StepWork,
  carried: Carried
): Effect.Effect<StepEnd, StateError> =>
  Effect.gen(function*() {
    const { checkpoint, mask, target } = context
    const { before, compiled: { step }, path } = work
    if (before?.nextAttemptAt !== undefined) yield* waitUntil(Date.parse(before.nextAttemptAt))
    for (let attempt = (before?.attempts ?? 0) + 1;; attempt++) {
      const { durationMs, verdict } = yield* attemptOnce(context, work, carried, attempt)
      const output = cutOutput(mask.output(verdict.output))
      if (verdict.failure === undefined) return { attempts: attempt, durationMs, output }
      const failure = { ...verdict.failure, message: mask.text(verdict.failure.message) }
      const next = yield* nextAttemptAt(step.retries, attempt, failure, context.now())
      if (Option.isNone(next)) return { attempts: attempt, durationMs, output, failure }
      yield* checkpoint.append(take(carried, {
        type: "AttemptFailed",
        target: target.id,
        path,
        attempt,
        ...failure,
        durationMs,
        nextAttemptAt: new Date(next.value).toISOString()
      }))
      yield* waitUntil(next.value)
    }
  })
