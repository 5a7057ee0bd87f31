/**
 * A step that failed: whether its target goes on without it, and what is recorded.
 *
 * Owns the breaker's part in it. The surprise: an opened breaker ends the target even on a step
 * that it would have gone on without; and only attempts count for it, since what holds steps
 * fails because they do.
 */
import { Effect } from "effect"
import type { StepRecord } from "../expression/Scope.ts"
import { take } from "./Carried.ts"
import type { CompiledStep } from "./CompiledTemplate.ts"
import type { Failure } from "./Judge.ts"
import { emptyOutput, failureFact, recordOf, type StepEnd } from "./StepOutcome.ts"
import type { RunFact } from "./RunEvent.ts"
import type { TargetContext } from "./TargetContext.ts"
import type { Ended, FailedEnd, Final, Frame } from "./Walk.ts"

type FailedFact = Omit<Extract<RunFact, { readonly type: "StepFailed" }>, "type">

/** Carries how a failure was resolved, and gives what it means for the walk. */
const resolve = (
  { step }: CompiledStep,
  fact: FailedFact,
  failed: Omit<FailedEnd, "type" | "final">,
  final: Final | undefined,
  { carried }: Frame
): Ended => {
  if (final === undefined && step.continueOnError) {
    carried.facts = take(carried, { type: "StepContinued", ...fact })
    return { type: "through", record: failed.record }
  }
  carried.facts = take(carried, { type: "StepFailed", ...fact })
  return { type: "failed", ...failed, ...(final === undefined ? {} : { final }) }
}

interface FailedOnItsOwn extends Omit<StepEnd, "output" | "failure"> {
  /** Of a composite step, what its children came to. */
  readonly output: StepRecord["output"]
  readonly failure: Failure
}

/** A step that failed by itself: an exhausted attempt, or an expression of its own. */
export const stepFailed = (
  context: TargetContext,
  compiled: CompiledStep,
  path: string,
  end: FailedOnItsOwn,
  frame: Frame
): Effect.Effect<Ended> => {
  const { attempts, failure } = end
  const fact = failureFact(context.target.id, path, end)
  const failed = { record: recordOf("failed", end), path, failure, attempts }
  if (compiled.kind !== "attempt") {
    return Effect.sync(() => resolve(compiled, fact, failed, undefined, frame))
  }
  return Effect.map(context.breaker.exhausted, (exhausted) => {
    const final = exhausted === undefined ? undefined : { type: "breaker" as const, exhausted }
    return resolve(compiled, { ...fact, output: { ...emptyOutput, ...end.output } }, failed, final, frame)
  })
}

/** A step of which not even an attempt could begin, since an expression failed. */
export const notBegun = (
  context: TargetContext,
  compiled: CompiledStep,
  path: string,
  message: string,
  frame: Frame
): Effect.Effect<Ended> => {
  const failure = { reason: "expression-failed" as const, message: context.mask.text(message) }
  return stepFailed(context, compiled, path, { attempts: 0, durationMs: 0, output: emptyOutput, failure }, frame)
}

/** A composite step that failed since a step in it did. `first` is the failure it is put down to. */
export const childFailed = (
  context: TargetContext,
  compiled: CompiledStep,
  path: string,
  first: FailedEnd,
  end: { readonly message: string; readonly durationMs: number; readonly output: StepRecord["output"] },
  frame: Frame
): Ended => {
  const { durationMs, message, output } = end
  const fact = {
    target: context.target.id,
    path,
    attempt: 1,
    reason: "child-failed" as const,
    message,
    durationMs,
    child: first.path
  }
  const record: StepRecord = { status: "failed", attempts: 0, error: message, output }
  const { attempts, failure, path: leaf } = first
  return resolve(compiled, fact, { record, path: leaf, failure, attempts }, first.final, frame)
}
