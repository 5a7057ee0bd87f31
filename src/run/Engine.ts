/**
 * Runs the selected targets of a plan until the scheduler halts.
 *
 * Owns the moves. Must not decide: every one of them is the scheduler's. The surprise: it does
 * not know whether its clock, its processes and its checkpoint are real; the code that runs a
 * batch is the code that rehearses it.
 */
import { Effect } from "effect"
import type { ValueObject } from "../expression/Value.ts"
import type { Plan, PlanTarget } from "../plan/Plan.ts"
import type { Selection } from "../plan/Selection.ts"
import { ASKED_EVERY, makeBrake } from "./Brake.ts"
import { compiler } from "./CompiledTemplate.ts"
import { makeFrontier, skippedFor } from "./Frontier.ts"
import { grow, type Growth } from "./Growth.ts"
import type { Machine } from "./Machine.ts"
import { countSelected, owedStop } from "./Outcome.ts"
import { runPreflight } from "./Preflight.ts"
import type { HaltReason } from "./RunEvent.ts"
import { makeResting } from "./Resting.ts"
import { decide, type SchedulerOptions, type Situation } from "./Scheduler.ts"
import type { StateError } from "./StateError.ts"
import type { RunContext, TargetRequest } from "./TargetContext.ts"
import { limitedTo, unlimited } from "./Leave.ts"
import { makeLookAhead } from "./LookAhead.ts"
import { rateLimits } from "./RateLimit.ts"
import type { LocalZone } from "./RetryAfter.ts"
import type { Status } from "./Status.ts"
import { runTarget, type TargetEnd } from "./TargetRun.ts"
import { makePlaces, noPlace, type Place } from "./Place.ts"
import { makeTurn } from "./Turn.ts"
import { makeWorkers } from "./Workers.ts"

export interface EngineRequest {
  readonly plan: Plan
  readonly selection: Selection
  readonly options: SchedulerOptions
  /** All inputs, secret ones included. */
  readonly values: ValueObject
  /** The zone of times that a rate limit is told in and that name none. */
  readonly localZone?: LocalZone
  readonly context: Omit<RunContext, "ahead" | "leave" | "now" | "limits" | "turn">
  /** Where targets may come while others run. */
  readonly growth?: Growth
  readonly machine: Machine["Type"]
  /** Called when new targets begin to be held back, and when no longer. */
  readonly holding?: Status["Type"]["holding"]
}

/** Runs until nothing more may start and nothing runs; gives the reason why. */
export const runTargets = (request: EngineRequest) =>
  Effect.gen(function*() {
    const { context, growth, localZone, machine, options, plan, selection, values } = request
    const { checkpoint, keeper } = context
    yield* keeper.takeUp
    const initial = yield* checkpoint.state
    const counts = countSelected(plan, selection, initial)
    const frontier = makeFrontier(plan, selection, initial, keeper.canAsk)
    const compiled = compiler(plan.templates)
    const clock = yield* Effect.clock
    const now = (): number => clock.unsafeCurrentTimeMillis()

    let running = 0
    let stuck = counts.blocked + counts.errored
    const ids = selection.order.flatMap((index) => plan.targets[index]?.id ?? [])
    const resting = makeResting({ checkpoint, keeper, frontier, initial, ids })
    let capped = false
    let retryAt: number | undefined
    // A killed pawl may have owed the halt for it.
    let stop: Situation["stop"] = owedStop(plan, selection, initial)

    const leave = options.cap === undefined ? unlimited() : limitedTo(options.cap)

    const limits = rateLimits(plan.rateLimit, localZone)
    const limited = initial.limited === undefined ? 0 : Date.parse(initial.limited.until)
    const turn = makeTurn(limited, { onLimit: limits.onLimit, noWait: options.noWait ?? false, now })

    const waits = (): Situation["waits"] => {
      if (turn.isClosed() && retryAt !== undefined) return "all"
      return retryAt === undefined ? "none" : "some"
    }

    const brake = options.brake === undefined
      ? undefined
      : makeBrake(options.brake, machine, now, (hold) => request.holding?.(hold))

    const situation = (): Situation => ({
      next: frontier.peek(),
      running,
      placed: places.taken(),
      due: places.due(),
      held: brake?.holds(places.taken() < options.maxParallel && frontier.peek() !== undefined) ?? false,
      stuck,
      paused: resting.count(),
      total: selection.order.length,
      more: growth?.isOpen() ?? false,
      started: leave.taken(),
      capped,
      stop,
      waits: waits()
    })

    /** Whoever makes something to do for a worker asks for one. */
    const anotherWorker: Effect.Effect<void> = Effect.suspend(() => {
      const { type } = decide(situation(), options)
      return type === "Wait" || type === "Halt" ? Effect.void : workers.another
    })
    const places = makePlaces(anotherWorker)

    /** What would start next, if nothing is known of it yet. */
    const untouched = (): TargetRequest | undefined => {
      const candidate = frontier.peek()
      if (candidate === undefined || candidate.deadNeed !== undefined) return undefined
      const target = targetAt(candidate.index)
      return resting.isTouched(target.id) ? undefined : contextOf(target, noPlace)
    }
    const ahead = makeLookAhead(context.runner, untouched)
    const shared: RunContext = { ...context, now, leave, limits, turn, ahead }
    const contextOf = (target: PlanTarget, place: Place): TargetRequest => ({
      ...shared,
      turn: turn.at(place),
      target,
      place,
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

    const finish = (target: PlanTarget, { again, breakerOpened, later, status }: TargetEnd): void => {
      const wasDecided = resting.ends(target.id)
      if (again === true || (status === "paused" && wasDecided)) frontier.again(target.id)
      else if (later !== undefined) retryAt = Math.min(retryAt ?? later, later)
      else if (status === "pending") capped = true
      else if (status !== "paused") frontier.ended(target.id, status)
      else resting.rests(target.id)
      if (status === "blocked" || status === "errored") {
        stuck += 1
        stop ??= breakerOpened ? "breaker-opened" : "other"
      }
    }

    const run = (target: PlanTarget, place: Place): Effect.Effect<void, StateError> =>
      Effect.gen(function*() {
        resting.begins(target.id)
        const end = yield* runTarget(contextOf(target, place), yield* resting.stateOf(target.id))
        running -= 1
        place.leave()
        finish(target, end)
      })

    /** How often targets at rest were put back, since something was decided about them. */
    let putBack = 0
    const takeUp = Effect.flatMap(resting.takeUp, (any) => {
      if (any) putBack += 1
      return any ? anotherWorker : Effect.void
    })

    /** Of the worker that halted last: it saw the most. */
    const halt: { reason: HaltReason } = { reason: "AllDoneOrBlocked" }
    /** Whether there is more to do by what was decided about while the run came to its halt. */
    const putBackDecided = Effect.map(resting.putBackDecided, () => {
      const decision = decide(situation(), options)
      if (decision.type === "Halt") halt.reason = decision.reason
      return decision.type !== "Halt"
    })

    const skip = (target: PlanTarget, need: string): Effect.Effect<void, StateError> =>
      Effect.gen(function*() {
        yield* checkpoint.append([skippedFor(target, need, yield* checkpoint.state)])
        frontier.ended(target.id, "skipped")
      })

    let isReady = plan.preflight === undefined
    /** Made by who comes first to start a target; the others wait for it. */
    const ready = yield* Effect.cached(runPreflight({ plan, values, context: shared }))

    /** Takes one target after the other, until there is nothing to take for now. */
    const worker: Effect.Effect<void, StateError> = Effect.gen(function*() {
      while (true) {
        const decision = decide(situation(), options)
        switch (decision.type) {
          case "Halt": {
            if (running > 0) {
              halt.reason = decision.reason
              return workers.end()
            }
            const before = putBack
            if (decision.reason === "AwaitingApproval") yield* takeUp
            // Others may have taken something up meanwhile.
            if (putBack !== before) break
            halt.reason = decision.reason
            return
          }
          case "Start": {
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
            brake?.started()
            const place = places.take()
            if (places.taken() < options.maxParallel) yield* anotherWorker
            yield* run(targetAt(decision.index), place)
            break
          }
          case "Skip":
            frontier.take()
            yield* skip(targetAt(decision.index), decision.need)
            break
          case "GoOn":
            places.goOn()
            break
          case "Wait":
            // Without anybody left the run would be over.
            if (growth === undefined || running > 0) return
            yield* growth.change
        }
      }
    })

    const workers = makeWorkers(worker)
    const watch = Effect.forever(Effect.zipRight(keeper.changed, takeUp))
    const lookAgain = Effect.forever(Effect.zipRight(Effect.sleep(ASKED_EVERY), anotherWorker))
    const braked = brake === undefined ? watch : Effect.raceFirst(watch, lookAgain)
    const watches = growth === undefined ? braked : Effect.raceFirst(braked, grow(growth, anotherWorker))
    const untilHalt = Effect.raceFirst(workers.run, watches)
    yield* untilHalt
    while (halt.reason === "AwaitingApproval" && (yield* putBackDecided)) yield* untilHalt
    const haltReason = halt.reason
    if (haltReason !== "RateLimited" || retryAt === undefined) return { haltReason }
    // Another target may have met a longer one meanwhile.
    return { haltReason, retryAt: turn.isClosed() ? Math.max(retryAt, turn.end()) : retryAt }
  })
