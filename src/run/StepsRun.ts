/**
 * The walk itself: a list of steps in order, each by its kind.
 *
 * Owns the one rule that makes a resume exact at any depth: for each instance of a step the state
 * is asked for a durable outcome, and that is taken; only where there is none does anything
 * happen, and is recorded. The surprise: `when` is asked once; a step that has begun goes on.
 */
import { Effect, Either } from "effect"
import type { StepRecord } from "../expression/Scope.ts"
import { renderBoolean } from "../expression/Template.ts"
import { childPath } from "../plan/StepPath.ts"
import { attemptStep } from "./AttemptStep.ts"
import { settle, take } from "./Carried.ts"
import type { CompiledStep } from "./CompiledTemplate.ts"
import { compositeStep } from "./CompositeRun.ts"
import { failedOfState, hasEnded, recordOfState } from "./Durable.ts"
import { notBegun } from "./FailedStep.ts"
import { gateStep } from "./GateRun.ts"
import { surroundingsWithin } from "./PrepareAttempt.ts"
import type { StepState } from "./StepState.ts"
import type { StateError } from "./StateError.ts"
import type { TargetContext } from "./TargetContext.ts"
import { stepState } from "./TargetState.ts"
import type { Ended, Frame, Records, WalkStep, WalkSteps } from "./Walk.ts"

const skipped: StepRecord = { status: "skipped", attempts: 0, output: {} }

/** An end that was durable before this invocation. */
const durableEnd = (context: TargetContext, compiled: CompiledStep, path: string, state: StepState): Ended => {
  if (state.status === "failed" && state.continued !== true) {
    return failedOfState(compiled, context.before, path, state, context.template.breakerThreshold)
  }
  const record = recordOfState(compiled, context.before, path, state)
  return compiled.kind === "gate" && state.reason === "gate-rejected" && state.decision !== undefined
    ? { type: "left", record }
    : { type: "through", record }
}

const begin = (
  context: TargetContext,
  compiled: CompiledStep,
  path: string,
  known: StepState | undefined,
  frame: Frame
): Effect.Effect<Ended, StateError> => {
  if (compiled.kind === "attempt") return attemptStep(context, compiled, path, known, frame)
  const within = surroundingsWithin(compiled, frame.scope, frame.surroundings, context.mask)
  if (Either.isLeft(within)) return notBegun(context, compiled, path, within.left.message, frame)
  const { right: surroundings } = within
  const inner = { ...frame, surroundings, scope: { ...frame.scope, env: surroundings.env } }
  return compiled.kind === "gate"
    ? gateStep(context, compiled, path, known, inner)
    : compositeStep(context, compiled, path, known, inner, walkSteps)
}

/** One step: from what is durable, or by doing it. */
const walkStep: WalkStep = (context, compiled, frame) =>
  Effect.suspend(() => {
    const path = childPath(frame.parent, compiled.step.id)
    const known = stepState(context.before, path)
    if (known !== undefined && hasEnded(known)) return Effect.succeed(durableEnd(context, compiled, path, known))
    if (known !== undefined || compiled.when === undefined) return begin(context, compiled, path, known, frame)
    const wanted = renderBoolean(compiled.when, frame.scope)
    if (Either.isLeft(wanted)) return notBegun(context, compiled, path, wanted.left.message, frame)
    if (wanted.right) return begin(context, compiled, path, known, frame)
    frame.carried.facts = take(frame.carried, {
      type: "StepSkipped",
      target: context.target.id,
      path,
      reason: "when-false"
    })
    return Effect.succeed<Ended>({ type: "through", record: skipped })
  })

/** The rest of a list is left out, since a gate in it was rejected. */
const leaveOut = (
  context: TargetContext,
  rest: ReadonlyArray<CompiledStep>,
  { carried, parent }: Frame
): Records => {
  const target = context.target.id
  const left = rest.filter(({ step: { id } }) => {
    const known = stepState(context.before, childPath(parent, id))
    return known === undefined || !hasEnded(known)
  })
  carried.facts = take(
    carried,
    ...left.map(({ step: { id } }) => ({
      type: "StepSkipped" as const,
      target,
      path: childPath(parent, id),
      reason: "gate-rejected" as const
    }))
  )
  return Object.fromEntries(rest.map(({ step: { id } }) => [id, skipped]))
}

/** Steps in order. What the last one came to may still be carried when it returns. */
export const walkSteps: WalkSteps = (context, steps, frame) =>
  Effect.gen(function*() {
    let records: Records = {}
    const outer = frame.scope.steps
    for (const [position, compiled] of steps.entries()) {
      if (position > 0) yield* settle(context.checkpoint, frame.carried)
      const scope = { ...frame.scope, steps: { ...outer, ...records } }
      const ended = yield* walkStep(context, compiled, { ...frame, scope })
      if (ended.type === "stopped" || ended.type === "resting") return { ...ended, records }
      records = { ...records, [compiled.step.id]: ended.record }
      if (ended.type === "failed") return { ...ended, records }
      if (ended.type === "left") {
        return { type: "through", records: { ...records, ...leaveOut(context, steps.slice(position + 1), frame) } }
      }
    }
    return { type: "through", records }
  })
