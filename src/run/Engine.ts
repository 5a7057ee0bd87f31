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
import { makeFrontier, waitsForOthers } from "./Frontier.ts"
import { countSelected, owedStop } from "./Outcome.ts"
import { runPreflight } from "./Preflight.ts"
import type { HaltReason } from "./RunEvent.ts"
import { targetState } from "./RunState.ts"
import { decide, type SchedulerOptions, type Situation } from "./Scheduler.ts"
import type { StateError } from "./StateError.ts"
import type { RunContext, TargetRequest } from "./TargetContext.ts"
import { limitedTo, unlimited } from "./Leave.ts"
import { rateLimits } from "./RateLimit.ts"
import type { LocalZone } from "./RetryAfter.ts"
import { runTarget, type TargetEnd } from "./TargetRun.ts"
import type { TargetState } from "./TargetState.ts"
import { makeTurn } from "./Turn.ts"

export interface EngineRequest {
  readonly plan: Plan
  readonly selection: Selection
  readonly options: SchedulerOptions
  /** All inputs, secret ones included. */
  readonly values: ValueObject
  /** The zone of times that a rate limit is told in and that name none. */
  readonly localZone?: LocalZone
  readonly context: Omit<RunContext, "leave" | "now" | "limits" | "turn">
}

/** Runs until nothing more may start and nothing runs; gives the reason why. */
export const runTargets = ({ context, localZone, options, plan, selection, values }: EngineRequest) =>
  Effect.gen(function*() {
    const { checkpoint, keeper } = context
    yield* keeper.takeUp
    const initial = yield* checkpoint.state
    const counts = countSelected(plan, selection, initial)
    const frontier = makeFrontier(plan, selection, initial, keeper.canAsk)
    const compiled = compiler(plan.templates)
    const total = selection.order.length
    const clock = yield* Effect.clock
    const now = (): number => clock.unsafeCurrentTimeMillis()

    let running = 0
    let stuck = counts.blocked + counts.errored
    /** Targets that rest until somebody decides. */
    const resting = new Set<string>()
    for (const index of selection.order) {
      const id = plan.targets[index]?.id
      if (id !== undefined && waitsForOthers(targetState(initial, id), keeper.canAsk)) resting.add(id)
    }
    let capped = false
    let retryAt: number | undefined
    // A killed pawl may have owed the halt for it.
    let stop: Situation["stop"] = owedStop(plan, selection, initial)
    /** Targets that are under way, and of these the ones about which something was decided meanwhile. */
    const underWay = new Set<string>()
    const decided = new Set<string>()
    /** Targets whose state is no longer what it was when the invocation began. */
    const moved = new Set<string>()
    /** Completed, and made anew, whenever a target comes to its end. */
    let change = Deferred.unsafeMake<void>(FiberId.none)

    const leave = options.cap === undefined ? unlimited() : limitedTo(options.cap)

    const limits = rateLimits(plan.rateLimit, localZone)
    const limited = initial.limited === undefined ? 0 : Date.parse(initial.limited.until)
    const turn = makeTurn(limited, { onLimit: limits.onLimit, noWait: options.noWait ?? false, now })

    const waits = (): Situation["waits"] => {
      if (turn.isClosed() && retryAt !== undefined) return "all"
      return retryAt === undefined ? "none" : "some"
    }

    const situation = (): Situation => ({
      next: frontier.peek(),
      running,
      stuck,
      paused: resting.size,
      total,
      started: leave.taken(),
      capped,
      stop,
      waits: waits()
    })

    const shared: RunContext = { ...context, now, leave, limits, turn }
    const contextOf = (target: PlanTarget): TargetRequest => ({
      ...shared,
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

    const announce = (): void => {
      const told = change
      change = Deferred.unsafeMake<void>(FiberId.none)
      Deferred.unsafeDone(told, Effect.void)
    }

    const finish = (target: PlanTarget, { again, breakerOpened, later, status }: TargetEnd): void => {
      moved.add(target.id)
      const wasDecided = decided.delete(target.id)
      if (again === true || (status === "paused" && wasDecided)) frontier.again(target.id)
      else if (later !== undefined) retryAt = Math.min(retryAt ?? later, later)
      else if (status === "pending") capped = true
      else if (status !== "paused") frontier.ended(target.id, status)
      else resting.add(target.id)
      if (status === "blocked" || status === "errored") {
        stuck += 1
        stop ??= breakerOpened ? "breaker-opened" : "other"
      }
    }

    // A target that has not been under way in this invocation is as it was at the start.
    const before = (id: string): Effect.Effect<TargetState> =>
      moved.has(id)
        ? Effect.map(checkpoint.state, (state) => targetState(state, id))
        : Effect.succeed(targetState(initial, id))

    const run = (target: PlanTarget): Effect.Effect<void, StateError> =>
      Effect.gen(function*() {
        underWay.add(target.id)
        keeper.takenUp(target.id)
        const end = yield* runTarget(contextOf(target), yield* before(target.id))
        underWay.delete(target.id)
        running -= 1
        finish(target, end)
        announce()
      })

    /** How often targets at rest were put back, since something was decided about them. */
    let putBack = 0
    /** Takes up what was decided elsewhere. */
    const takeUp = Effect.gen(function*() {
      const about = yield* keeper.takeUp
      if (about.length === 0) return
      const state = yield* checkpoint.state
      let any = false
      for (const id of new Set(about)) {
        moved.add(id)
        if (underWay.has(id)) decided.add(id)
        // Several decisions about a target put it back once.
        else if (resting.has(id) && targetState(state, id).status === "pending" && frontier.again(id)) {
          resting.delete(id)
          any = true
        }
      }
      if (!any) return
      putBack += 1
      announce()
    })

    /** Of the worker that halted last: it saw the most. */
    const halt: { reason: HaltReason } = { reason: "AllDoneOrBlocked" }
    /** Puts back what was decided about while the run came to its halt, and nobody takes up anything any more. */
    const putBackDecided = Effect.map(checkpoint.state, (state) => {
      for (const id of resting) {
        if (targetState(state, id).status !== "pending" || !frontier.again(id)) continue
        moved.add(id)
        resting.delete(id)
      }
      const decision = decide(situation(), options)
      if (decision.type === "Halt") halt.reason = decision.reason
      return decision.type !== "Halt"
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

    let isReady = plan.preflight === undefined
    /** Made by who comes first to start a target; the others wait for it. */
    const ready = yield* Effect.cached(runPreflight({ plan, values, context: shared }))

    /** Takes one target after the other, until there is nothing more to take. */
    const worker: Effect.Effect<void, StateError> = Effect.gen(function*() {
      while (true) {
        const decision = decide(situation(), options)
        switch (decision.type) {
          case "Halt": {
            const before = putBack
            if (decision.reason === "AwaitingApproval") yield* takeUp
            // Others may have taken something up meanwhile.
            if (putBack !== before) break
            halt.reason = decision.reason
            return
          }
          case "Start":
            if (!isReady) {
              const notReady = yield* ready
              if (notReady !== undefined) {
                retryAt = notReady.retryAt
                halt.reason = notReady.haltReason
                return
              }
              isReady = true
              break
            }
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

    const watch = Effect.forever(Effect.zipRight(keeper.changed, takeUp))
    const width = Math.max(1, Math.min(options.maxParallel, total))
    const workers = Effect.all(Array.from({ length: width }, () => worker), { concurrency: "unbounded" })
    const untilHalt = Effect.raceFirst(workers, watch)
    yield* untilHalt
    while (halt.reason === "AwaitingApproval" && (yield* putBackDecided)) yield* untilHalt
    const haltReason = halt.reason
    if (haltReason !== "RateLimited" || retryAt === undefined) return { haltReason }
    // Another target may have met a longer one meanwhile.
    return { haltReason, retryAt: turn.isClosed() ? Math.max(retryAt, turn.end()) : retryAt }
  })
