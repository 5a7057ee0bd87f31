/**
 * Runs the selected targets of a plan until the scheduler halts.
 *
 * Owns the fibers of the targets that are under way. Must not decide: every move is the
 * scheduler's. The surprise: it does not know whether its clock, its processes and its
 * checkpoint are real; the code that runs a batch is the code that rehearses it.
 */
import { Effect, Exit, FiberSet, Queue } from "effect"
import type { ValueObject } from "../expression/Value.ts"
import type { Plan, PlanTarget } from "../plan/Plan.ts"
import type { Selection } from "../plan/Selection.ts"
import { compiler } from "./CompiledTemplate.ts"
import { makeFrontier } from "./Frontier.ts"
import { countSelected } from "./Outcome.ts"
import { targetState } from "./RunState.ts"
import { decide, type SchedulerOptions, type Situation } from "./Scheduler.ts"
import type { StateError } from "./StateError.ts"
import type { RunContext, TargetContext } from "./TargetContext.ts"
import { runTarget, type TargetEnd } from "./TargetRun.ts"

export interface EngineRequest {
  readonly plan: Plan
  readonly selection: Selection
  readonly options: SchedulerOptions
  /** All inputs, secret ones included. */
  readonly values: ValueObject
  readonly context: Omit<RunContext, "mayStart">
}

interface Ended {
  readonly target: PlanTarget
  readonly exit: Exit.Exit<TargetEnd, StateError>
}

/** Runs until nothing more may start and nothing runs; gives the reason why. */
export const runTargets = ({ context, options, plan, selection, values }: EngineRequest) =>
  Effect.gen(function*() {
    const { checkpoint } = context
    const initial = yield* checkpoint.state
    const counts = countSelected(plan, selection, initial)
    const frontier = makeFrontier(plan, selection, initial)
    const compiled = compiler(plan.templates)
    const ended = yield* Queue.unbounded<Ended>()
    const fibers = yield* FiberSet.make<void>()

    let running = 0
    let started = 0
    let stuck = counts.blocked + counts.errored
    let capped = false
    let stop: Situation["stop"]

    const mayStart = Effect.sync(() => {
      if (options.cap !== undefined && started >= options.cap) return false
      started += 1
      return true
    })

    const contextOf = (target: PlanTarget): TargetContext => ({
      ...context,
      mayStart,
      target,
      template: compiled(target.template),
      scope: {
        inputs: values,
        env: context.variables,
        ...(target.item === undefined ? {} : { item: target.item }),
        ...(target.index === undefined ? {} : { index: target.index }),
        context: { run_id: context.runId, batch: plan.batch, target: target.id, run_dir: context.runDir }
      }
    })

    const start = (target: PlanTarget) =>
      Effect.flatMap(checkpoint.state, (state) => {
        running += 1
        return Effect.suspend(() => runTarget(contextOf(target), targetState(state, target.id))).pipe(
          Effect.exit,
          Effect.flatMap((exit) => Queue.offer(ended, { target, exit })),
          FiberSet.run(fibers)
        )
      })

    const finish = ({ exit, target }: Ended): Effect.Effect<void, StateError> => {
      running -= 1
      if (Exit.isFailure(exit)) return Effect.failCause(exit.cause)
      const { breakerOpened, status } = exit.value
      if (status === "pending") capped = true
      else frontier.ended(target.id, status)
      if (status === "blocked" || status === "errored") {
        stuck += 1
        stop ??= breakerOpened ? "breaker-opened" : "other"
      }
      return Effect.void
    }

    const targetAt = (index: number): PlanTarget => {
      const target = plan.targets[index]
      if (target === undefined) throw new Error(`a selection names target ${index}, which the plan does not have`)
      return target
    }

    while (true) {
      const total = selection.order.length
      const decision = decide({ next: frontier.peek(), running, stuck, total, started, capped, stop }, options)
      switch (decision.type) {
        case "Halt":
          return { haltReason: decision.reason, started }
        case "Start":
          frontier.take()
          yield* start(targetAt(decision.index))
          break
        case "Skip": {
          frontier.take()
          const target = targetAt(decision.index)
          const { status } = targetState(yield* checkpoint.state, decision.need)
          yield* checkpoint.append([{
            type: "TargetSkipped",
            target: target.id,
            reason: "need-not-completed",
            need: decision.need,
            message: `it needs ${decision.need}, which is ${
              status === "pending" ? "not part of this selection" : status
            }`
          }])
          frontier.ended(target.id, "skipped")
          break
        }
        case "Wait":
          yield* finish(yield* Queue.take(ended))
      }
    }
  }).pipe(Effect.scoped)
