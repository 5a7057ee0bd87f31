/**
 * A gate at which a rule decides: an expression, or a check.
 *
 * Owns turning what the rule says into a decision, by `policy`. The surprise: nobody opens such a
 * gate; where it waits (`onReject: retry`), the rule is looked at again by each invocation.
 */
import { Effect, Either } from "effect"
import { renderBoolean } from "../expression/Template.ts"
import type { OnReject } from "../plan/Plan.ts"
import { take } from "./Carried.ts"
import type { CompiledAttempt, CompiledGate } from "./CompiledTemplate.ts"
import { notBegun, stepFailed } from "./FailedStep.ts"
import { endOf, resting } from "./GateEnd.ts"
import type { StateError } from "./StateError.ts"
import { runStep, stoppedFor } from "./StepRun.ts"
import type { StepState } from "./StepState.ts"
import type { TargetContext } from "./TargetContext.ts"
import type { Ended, Frame } from "./Walk.ts"

/** What a rule said, as a decision. */
const ruled = (
  context: TargetContext,
  path: string,
  onReject: OnReject,
  isMet: boolean,
  why: string,
  { carried }: Frame
): Ended => {
  const decided = {
    option: isMet ? "approve" : "reject",
    outcome: isMet ? "approved" as const : "rejected" as const,
    by: "policy",
    ...(isMet ? {} : { note: why })
  }
  carried.facts = take(carried, { type: "GateDecided", target: context.target.id, path, onReject, ...decided })
  return endOf(path, onReject, decided) ?? resting(path, "policy-denied", why)
}

/** A check decides by its exit code; one that can't even be made fails as a step does. */
export const checkGate = (
  context: TargetContext,
  compiled: CompiledGate,
  attempt: CompiledAttempt,
  path: string,
  known: StepState | undefined,
  frame: Frame
): Effect.Effect<Ended, StateError> =>
  Effect.gen(function*() {
    if (context.leave.isUsedUp()) return { type: "stopped" }
    const { carried, scope, surroundings } = frame
    const before = known === undefined ? undefined : { ...known, attempts: 0 }
    const end = yield* runStep(context, { compiled: attempt, path, before, surroundings, scope }, carried)
    if ("later" in end) return stoppedFor(end)
    const { failure } = end
    if (failure !== undefined && failure.reason !== "exit-code" && failure.reason !== "signal") {
      // Like every gate it has no attempts to speak of.
      return yield* stepFailed(context, compiled, path, { ...end, failure, attempts: 0 }, frame)
    }
    const why = failure === undefined ? "" : `the check ended with ${failure.message}`
    return ruled(context, path, compiled.gate.is.onReject, failure === undefined, why, frame)
  })

/** An expression decides by being true. What it decides is carried. */
export const policyGate = (
  context: TargetContext,
  compiled: CompiledGate,
  { is, policy }: Extract<CompiledGate["gate"], { readonly type: "policy" }>,
  path: string,
  frame: Frame
): Effect.Effect<Ended> =>
  Effect.suspend(() => {
    const met = renderBoolean(policy, frame.scope)
    return Either.isLeft(met)
      ? notBegun(context, compiled, path, met.left.message, frame)
      : Effect.succeed(ruled(context, path, is.onReject, met.right, "its policy is not met", frame))
  })
