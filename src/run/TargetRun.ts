/**
 * One target as one Effect: its steps in order, from where it stands to its end.
 *
 * Owns what a step's end means for the target. Must not start another target. The surprise: for
 * each step it first asks the state for a durable outcome and takes that; only where there is
 * none does it act and record one. That one rule is what makes a resume exact.
 */
import { Effect, Either } from "effect"
import type { Scope, StepRecord } from "../expression/Scope.ts"
import { type Breaker, makeBreaker } from "./Breaker.ts"
import type { CompiledStep } from "./CompiledTemplate.ts"
import { surroundingsOf } from "./PrepareAttempt.ts"
import type { StepState, TargetState, TargetStatus } from "./TargetState.ts"
import type { StateError } from "./StateError.ts"
import { durableRecord, emptyOutput, failureFact, recordOf, type StepEnd, stopFacts } from "./StepOutcome.ts"
import { type Carried, isWanted, runStep, take } from "./StepRun.ts"
import type { TargetContext } from "./TargetContext.ts"

export interface TargetEnd {
  /** `pending` where it rests between two steps because the cap is used up. */
  readonly status: TargetStatus
  readonly breakerOpened: boolean
}

type Steps = Readonly<Record<string, StepRecord>>

const takeDurable = (breaker: Breaker, record: StepRecord): Effect.Effect<unknown> => {
  if (record.status === "skipped") return Effect.void
  return record.status === "succeeded" ? breaker.succeeded : breaker.exhausted
}

const durationOf = (steps: TargetState["steps"]): number =>
  Object.values(steps).reduce((total, step) => total + step.durationMs, 0)

/** Runs a target from where its state stands; returns once its end is durable. */
export const runTarget = (context: TargetContext, before: TargetState): Effect.Effect<TargetEnd, StateError> =>
  Effect.gen(function*() {
    const { checkpoint, target, template } = context
    const breaker = yield* makeBreaker(template.breakerThreshold)
    const carried: Carried = { facts: [{ type: "TargetStarted", target: target.id }] }
    const earlier = durationOf(before.steps)
    const startedAt = context.now()
    /** Work and waits of this invocation, and the work of earlier ones, milliseconds. */
    const elapsed = (): number => earlier + Math.max(0, context.now() - startedAt)
    let steps: Steps = {}
    const scopeNow = (): Scope => ({ ...context.scope, steps })
    const surroundings = surroundingsOf(template, context.scope, context.variables, context.manifestDir)

    for (const [position, compiled] of template.steps.entries()) {
      const path = compiled.step.id
      const known = before.steps[path]
      const durable = known === undefined ? undefined : durableRecord(known)
      if (durable !== undefined) {
        yield* takeDurable(breaker, durable)
        steps = { ...steps, [path]: durable }
        continue
      }
      const last = position === template.steps.length - 1
      const end = yield* stepEnd(context, compiled, path, known, scopeNow(), surroundings, carried)
      if (end === "capped") {
        // What is carried is recorded again when the target goes on.
        return { status: "pending", breakerOpened: false }
      }
      if (end === "skipped") {
        carried.facts = take(carried, { type: "StepSkipped", target: target.id, path, reason: "when-false" })
        steps = { ...steps, [path]: { status: "skipped", attempts: 0, output: emptyOutput } }
        continue
      }
      if (end.failure === undefined) {
        yield* breaker.succeeded
        steps = { ...steps, [path]: recordOf("succeeded", end) }
        carried.facts = take(carried, {
          type: "StepSucceeded",
          target: target.id,
          path,
          attempt: end.attempts,
          durationMs: end.durationMs,
          output: end.output
        })
      } else {
        const failed = { ...end, failure: end.failure }
        const fact = failureFact(target.id, path, failed)
        const opened = yield* breaker.exhausted
        if (opened !== undefined || !compiled.step.continueOnError) {
          const stopped = stopFacts(target.id, path, failed, elapsed(), opened, template.breakerThreshold)
          yield* checkpoint.append(take(carried, { type: "StepFailed", ...fact }, ...stopped.facts))
          return { status: stopped.status, breakerOpened: opened !== undefined }
        }
        steps = { ...steps, [path]: recordOf("failed", end) }
        carried.facts = take(carried, { type: "StepContinued", ...fact })
      }
      // The last outcome and the target's end become durable as one.
      if (!last) yield* checkpoint.append(take(carried))
    }
    yield* checkpoint.append(take(carried, { type: "TargetCompleted", target: target.id, durationMs: elapsed() }))
    return { status: "completed", breakerOpened: false }
  })

/** One step's end; a `when` or a surrounding text that cannot be evaluated is a failure like any other. */
const stepEnd = (
  context: TargetContext,
  compiled: CompiledStep,
  path: string,
  before: StepState | undefined,
  scope: Scope,
  surroundings: ReturnType<typeof surroundingsOf>,
  carried: Carried
): Effect.Effect<StepEnd | "skipped" | "capped", StateError> => {
  const failed = (message: string): Effect.Effect<StepEnd> =>
    Effect.succeed({
      attempts: 0,
      durationMs: 0,
      output: emptyOutput,
      failure: { reason: "expression-failed", message: context.mask.text(message) }
    })
  if (Either.isLeft(surroundings)) return failed(surroundings.left.message)
  const work = {
    compiled,
    path,
    before,
    surroundings: surroundings.right,
    scope: { ...scope, env: surroundings.right.env }
  }
  const wanted = isWanted(work)
  if (Either.isLeft(wanted)) return failed(wanted.left)
  if (!wanted.right) return Effect.succeed("skipped")
  return context.mayStart() ? runStep(context, work, carried) : Effect.succeed("capped")
}
