/**
 * A `run` or `command` step in its place: leave to start, the attempts, and what their end means.
 *
 * Owns the order of these. The surprise: an attempt that must not be made twice, and was under
 * way when pawl ended, is asked about first.
 */
import { Effect } from "effect"
import { take } from "./Carried.ts"
import type { CompiledAttempt } from "./CompiledTemplate.ts"
import { stepFailed } from "./FailedStep.ts"
import { askInFlight } from "./GateRun.ts"
import { recordOf } from "./StepOutcome.ts"
import { runStep, stoppedFor } from "./StepRun.ts"
import type { StepState } from "./StepState.ts"
import type { StateError } from "./StateError.ts"
import type { TargetContext } from "./TargetContext.ts"
import type { Ended, Frame } from "./Walk.ts"

/** Runs a step from where it stands. Its end is carried, to be recorded with what follows from it. */
export const attemptStep = (
  context: TargetContext,
  compiled: CompiledAttempt,
  path: string,
  known: StepState | undefined,
  frame: Frame
): Effect.Effect<Ended, StateError> =>
  Effect.gen(function*() {
    const { carried, scope, surroundings } = frame
    if (compiled.step.idempotent === false && known?.interrupted === true) {
      const decided = yield* askInFlight(context, compiled, path, known, frame)
      if (decided !== undefined) return decided
    }
    // One that has ended already is not started again.
    if (known?.recovered === undefined && context.leave.isUsedUp()) return { type: "stopped" }
    const end = yield* runStep(context, { compiled, path, before: known, surroundings, scope }, carried)
    if ("later" in end) return stoppedFor(end)
    if (end.failure !== undefined) {
      return yield* stepFailed(context, compiled, path, { ...end, failure: end.failure }, frame)
    }
    yield* context.breaker.succeeded
    carried.facts = take(carried, {
      type: "StepSucceeded",
      target: context.target.id,
      path,
      attempt: end.attempts,
      durationMs: end.durationMs,
      output: end.output
    })
    return { type: "through", record: recordOf("succeeded", end) }
  })
