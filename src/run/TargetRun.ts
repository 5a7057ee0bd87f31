/**
 * One target as one Effect: its steps from where it stands to its end, or to where it rests.
 *
 * Owns what the end of the walk means for the target. Must not start another target. The
 * surprise: the last step's outcome and the target's end become durable as one.
 */
import { Effect, Either } from "effect"
import { makeBreaker } from "./Breaker.ts"
import { type Carried, handOver, settle, take } from "./Carried.ts"
import { surroundingsOf } from "./PrepareAttempt.ts"
import { emptyOutput, failureFact, recordOf, stopFacts } from "./StepOutcome.ts"
import { walkSteps } from "./StepsRun.ts"
import type { StateError } from "./StateError.ts"
import type { TargetContext, TargetRequest } from "./TargetContext.ts"
import { stepEntries, type TargetState, type TargetStatus } from "./TargetState.ts"
import type { Ended, ListEnded } from "./Walk.ts"

export interface TargetEnd {
  /** `pending` where it rests between two steps because the cap is used up, or a wait is too long. */
  readonly status: TargetStatus
  /** Epoch milliseconds before which it can't go on. */
  readonly later?: number
  readonly breakerOpened: boolean
  /** It came to rest, but something was decided meanwhile: it is to be taken up again. */
  readonly again?: true
}

/** Work of earlier invocations; what a composite step took is in its children. */
const workOf = (target: TargetState): number =>
  stepEntries(target).reduce((total, [, { attempts, durationMs }]) => attempts === 0 ? total : total + durationMs, 0)

/** The environment or folder of the target can't be worked out: its first step fails for it. */
const noSurroundings = (context: TargetContext, message: string, carried: Carried): Effect.Effect<Ended> => {
  const [first] = context.template.steps
  if (first === undefined) throw new Error(`target ${context.target.id} has no steps`)
  const failure = { reason: "expression-failed" as const, message: context.mask.text(message) }
  const end = { attempts: 0, durationMs: 0, output: emptyOutput, failure }
  const path = first.step.id
  carried.facts = take(carried, { type: "StepFailed", ...failureFact(context.target.id, path, end) })
  return Effect.succeed({ type: "failed", record: recordOf("failed", end), path, failure, attempts: 0 })
}

const walk = (context: TargetContext, carried: Carried): Effect.Effect<ListEnded | Ended, StateError> => {
  const { manifestDir, mask, scope, template, variables } = context
  const surroundings = surroundingsOf(template, scope, variables, manifestDir, mask)
  if (Either.isLeft(surroundings)) return noSurroundings(context, surroundings.left.message, carried)
  const inner = { ...scope, env: surroundings.right.env }
  const frame = { parent: undefined, scope: inner, surroundings: surroundings.right, carried }
  return walkSteps(context, template.steps, frame)
}

/** Runs a target from where its state stands; returns once its end, or its rest, is durable. */
export const runTarget = (request: TargetRequest, before: TargetState): Effect.Effect<TargetEnd, StateError> =>
  Effect.gen(function*() {
    const { checkpoint, target, template } = request
    const breaker = yield* makeBreaker(template.breakerThreshold, before.exhausted)
    const carried: Carried = { facts: [{ type: "TargetStarted", target: target.id }] }
    const earlier = workOf(before)
    const startedAt = request.now()
    const ended = yield* walk({ ...request, before, breaker }, carried)
    /** Work and waits of this invocation, and the work of earlier ones, milliseconds. */
    const durationMs = earlier + Math.max(0, request.now() - startedAt)
    switch (ended.type) {
      case "through":
      case "left":
        yield* checkpoint.append(take(carried, { type: "TargetCompleted", target: target.id, durationMs }))
        return { status: "completed", breakerOpened: false }
      case "stopped":
        // That something began is recorded again when the target goes on; what was done must not be done again.
        yield* settle(checkpoint, carried)
        return {
          status: "pending",
          breakerOpened: false,
          ...(ended.later === undefined ? {} : { later: ended.later })
        }
      case "resting": {
        const { message, path: step, reason } = ended
        const paused = { type: "TargetPaused" as const, target: target.id, step, reason, message }
        const rests = yield* request.keeper.rest(
          target.id,
          Effect.suspend(() => checkpoint.append(take(carried, paused)))
        )
        if (rests) return { status: "paused", breakerOpened: false }
        yield* handOver(checkpoint, carried)
        return { status: "pending", breakerOpened: false, again: true }
      }
      case "failed": {
        const { facts, status } = stopFacts(target.id, ended, durationMs, template.breakerThreshold)
        yield* checkpoint.append(take(carried, ...facts))
        return { status, breakerOpened: ended.final?.type === "breaker" }
      }
    }
  })
