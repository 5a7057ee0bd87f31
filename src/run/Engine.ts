/**
 * Runs the selected targets of a plan until the scheduler halts.
 *
 * Owns as many workers as targets may run side by side. Must not decide: every move is the
 * scheduler's. The surprise: it does not know whether its clock, its processes and its
 * checkpoint are real; the code that runs a batch is the code that rehearses it.
 */
import { Deferred, Effect, FiberId } from "effect"
import type { ValueObject } from "../expression/Value.ts"
import type { Plan, PlanTarget } from "../plan/Plan.ts"
import type { Selection } from "../plan/Selection.ts"
import { compiler } from "./CompiledTemplate.ts"
import { makeFrontier } from "./Frontier.ts"
import { countSelected } from "./Outcome.ts"
import type { HaltReason } from "./RunEvent.ts"
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
  readonly context: Omit<RunContext, "mayStart" | "now">
}

/** Runs until nothing more may start and nothing runs; gives the reason why. */
export const runTargets = ({ context, options, plan, selection, values }: EngineRequest) =>
  Effect.gen(function*() {
    const { checkpoint } = context
    const initial = yield* checkpoint.state
    const counts = countSelected(plan, selection, initial)
    const frontier = makeFrontier(plan, selection, initial)
    const compiled = compiler(plan.templates)
    const total = selection.order.length
    const clock = yield* Effect.clock
    const now = (): number => clock.unsafeCurrentTimeMillis()

    let running = 0
    let started = 0
    let stuck = counts.blocked + counts.errored
    let capped = false
    let stop: Situation["stop"]
    /** Completed, and made anew, whenever a target comes to its end. */
    let change = Deferred.unsafeMake<void>(FiberId.none)

    const mayStart = (): boolean => {
      if (options.cap !== undefined && started >= options.cap) return false
      started += 1
      return true
    }

    const contextOf = (target: PlanTarget): TargetContext => ({
      ...context,
      now,
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

    const targetAt = (index: number): PlanTarget => {
      const target = plan.targets[index]
      if (target === undefined) throw new Error(`a selection names target ${index}, which the plan does not have`)
      return target
    }

    const finish = (target: PlanTarget, { breakerOpened, status }: TargetEnd): void => {
      if (status === "pending") capped = true
      else frontier.ended(target.id, status)
      if (status === "blocked" || status === "errored") {
        stuck += 1
        stop ??= breakerOpened ? "breaker-opened" : "other"
      }
    }

    // A target runs once an invocation, so what was durable of it at the start is what is durable of it now.
    const run = (target: PlanTarget): Effect.Effect<void, StateError> =>
      Effect.map(runTarget(contextOf(target), targetState(initial, target.id)), (end) => {
        running -= 1
        finish(target, end)
        const told = change
        change = Deferred.unsafeMake<void>(FiberId.none)
        Deferred.unsafeDone(told, Effect.void)
      })

    const skip = (target: PlanTarget, need: string): Effect.Effect<void, StateError> =>
      Effect.gen(function*() {
        const { status } = targetState(yield* checkpoint.state, need)
        const why = status === "pending" ? "not part of this selection" : status
        const message = `it needs ${need}, which is ${why}`
        yield* checkpoint.append([{
          type: "TargetSkipped",
          target: target.id,
          reason: "need-not-completed",
          need,
          message
        }])
        frontier.ended(target.id, "skipped")
      })

    /** Takes one target after the other, until there is nothing more to take. */
    const worker: Effect.Effect<HaltReason, StateError> = Effect.gen(function*() {
      while (true) {
        const decision = decide({ next: frontier.peek(), running, stuck, total, started, capped, stop }, options)
        switch (decision.type) {
          case "Halt":
            return decision.reason
          case "Start":
            frontier.take()
            running += 1
            yield* run(targetAt(decision.index))
            break
          case "Skip":
            frontier.take()
            yield* skip(targetAt(decision.index), decision.need)
            break
          case "Wait":
            yield* Deferred.await(change)
        }
      }
    })

    const width = Math.max(1, Math.min(options.maxParallel, total))
    const reasons = yield* Effect.all(Array.from({ length: width }, () => worker), { concurrency: "unbounded" })
    return { haltReason: reasons[0] ?? "AllDoneOrBlocked", started }
  })
