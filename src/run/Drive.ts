/**
 * One invocation of a run, between its first event and its halt.
 *
 * Owns what is recorded around the engine's work. Must not choose the run. The surprise: a
 * signal and a full disk are ways for a run to halt, not errors; both end with an outcome.
 */
import { Clock, Effect, Either, Option } from "effect"
import { Checkpoint } from "../checkpoint/Checkpoint.ts"
import { Environment } from "../manifest/Environment.ts"
import type { LoadedPlan } from "../plan/LoadPlan.ts"
import type { Plan } from "../plan/Plan.ts"
import type { PlanError } from "../plan/PlanError.ts"
import type { Selection } from "../plan/Selection.ts"
import { ProcessRunner } from "../process/ProcessRunner.ts"
import { runTargets } from "./Engine.ts"
import { waitsForOthers } from "./Frontier.ts"
import { type GateKeeper, makeKeeper } from "./GateKeeper.ts"
import { Gates } from "./Gates.ts"
import { takeLeftovers } from "./Leftovers.ts"
import type { Growth } from "./Growth.ts"
import { Machine } from "./Machine.ts"
import { makeMask } from "./Mask.ts"
import { countSelected, type Signal } from "./Outcome.ts"
import { planResume, type ResumeRequest } from "./Resume.ts"
import type { HaltReason } from "./RunEvent.ts"
import { type RunState, targetState } from "./RunState.ts"
import { decide, type SchedulerOptions } from "./Scheduler.ts"
import { Shutdown, type StopRequest } from "./Shutdown.ts"
import type { StateError } from "./StateError.ts"
import { Status } from "./Status.ts"
import { stepState } from "./TargetState.ts"

export interface DriveRequest {
  readonly loaded: LoadedPlan
  readonly selection: Selection
  readonly options: SchedulerOptions
  /** Where targets may come while others run. */
  readonly growth?: Growth
  readonly resume: ResumeRequest
  readonly runId: string
  readonly runDir: string
  /** The plan that the run now follows, by its file name. */
  readonly storedPlan: (name: string) => Effect.Effect<Plan, StateError>
  /** Stores the plan under a name of its own. */
  readonly addPlan: Effect.Effect<string, StateError>
  /** Called once the run has durably begun. */
  readonly onBegun: Effect.Effect<void>
}

export interface Driven {
  /** `halted` is set. */
  readonly state: RunState
  readonly haltReason: HaltReason
  /** Epoch milliseconds, where it halted to be gone on with later. */
  readonly retryAt?: number
  readonly signal?: Signal
  /** Who cancelled it, where somebody did. */
  readonly cancelled?: StopRequest["cancelled"]
  readonly error?: StateError
  readonly notes: ReadonlyArray<string>
}

const FIRST_PLAN = "plan.json"

/** Whether a target that rests at a gate can be gone on with: somebody can be asked, or has decided. */
const canGoOn = ({ loaded: { plan }, runDir, selection }: DriveRequest, state: RunState) =>
  Effect.gen(function*() {
    const resting = new Set(selection.order.flatMap((index) => {
      const id = plan.targets[index]?.id
      return id !== undefined && targetState(state, id).status === "paused" ? [id] : []
    }))
    if (resting.size === 0) return false
    const gates = yield* Gates
    for (const id of resting) if (!waitsForOthers(targetState(state, id), gates.canAsk)) return true
    const { decisions } = yield* gates.inbox(runDir)
    return decisions.some(({ opened, path, target }) =>
      resting.has(target) && stepState(targetState(state, target), path)?.gate?.opened === opened
    )
  })

/** Records that the run starts or goes on. None: nothing is left to do, and nothing was recorded. */
const begin = (request: DriveRequest): Effect.Effect<
  Option.Option<ReadonlyArray<string>>,
  StateError | PlanError,
  Checkpoint | ProcessRunner | Gates
> =>
  Effect.gen(function*() {
    const checkpoint = yield* Checkpoint
    const { loaded: { plan }, selection } = request
    const state = yield* checkpoint.state
    const planName = state.seq === 0 ? FIRST_PLAN : state.plan
    // Reading a stored plan takes long where it is large; the same hash says the same plan.
    const stored = state.planHash === plan.hash ? plan : yield* request.storedPlan(planName)
    const isSame = stored.hash === plan.hash
    const name = isSame ? Effect.succeed(planName) : request.addPlan
    const common = { planHash: plan.hash, targets: plan.targets.length }

    if (state.seq === 0) {
      yield* checkpoint.append([
        { type: "RunStarted", runId: request.runId, batch: plan.batch, plan: yield* name, ...common }
      ])
      return Option.some([])
    }
    const { notes, reset, retried } = yield* planResume(stored, plan, selection, state, request.resume)
    const counts = countSelected(plan, selection, state)
    const toDo = counts.pending + counts.running + reset.length + retried.length
    // A pawl that was killed after its last target still owes the halt.
    const isAtRest = isSame && toDo === 0 && state.halted !== undefined
    if (isAtRest && !(yield* canGoOn(request, state))) return Option.none()
    const mask = makeMask(plan.secrets, request.loaded.values)
    const left = yield* takeLeftovers({ plan, state, runDir: request.runDir, mask })
    yield* checkpoint.append([
      { type: "RunResumed", plan: yield* name, ...common, reset, retried },
      ...left.facts
    ])
    const dropped = checkpoint.recovery.dropped
    return Option.some([
      ...(dropped === undefined ? [] : [`line ${dropped.line} of the journal was torn by a crash and dropped`]),
      ...notes,
      ...left.notes
    ])
  })

/** Ends when somebody asks the run to stop: by a signal, or by its inbox. */
const stopRequest = ({ cancelled }: GateKeeper) =>
  Effect.gen(function*() {
    const { requested } = yield* Shutdown
    const { stopping } = yield* Status
    const request = yield* Effect.raceFirst(
      Effect.map(requested, (signal): StopRequest => ({ signal })),
      Effect.map(cancelled, ({ by, note }): StopRequest => ({
        signal: "SIGTERM",
        cancelled: { by, ...(note === undefined ? {} : { note }) }
      }))
    )
    stopping?.(request)
    return { haltReason: "ShutdownRequested" as const, ...request }
  })

/** The engine's work, or the request that cut it short. */
const work = (request: DriveRequest) =>
  Effect.gen(function*() {
    const { growth, loaded: { manifestDir, plan, values }, options, runDir, runId, selection } = request
    const { timeZone, variables } = yield* Environment
    const { holding } = yield* Status
    const checkpoint = yield* Checkpoint
    const mask = makeMask(plan.secrets, values)
    const keeper = yield* makeKeeper(checkpoint, runDir, mask)
    const engine = runTargets({
      plan,
      selection,
      options,
      values,
      ...(growth === undefined ? {} : { growth }),
      machine: yield* Machine,
      ...(holding === undefined ? {} : { holding }),
      ...(timeZone === undefined ? {} : { localZone: timeZone }),
      context: {
        checkpoint,
        keeper,
        runner: yield* ProcessRunner,
        mask,
        invocation: (yield* checkpoint.state).invocations,
        runId,
        runDir,
        manifestDir,
        variables
      }
    })
    const ended = yield* Effect.raceFirst(engine, stopRequest(keeper))
    return { ended, notes: yield* keeper.notes }
  })

const halted = (state: RunState, reason: HaltReason, at: string): RunState => ({ ...state, halted: { reason, at } })

/** The reason that a finished selection halts for, without running anything. */
const idleReason = (request: DriveRequest, state: RunState): HaltReason => {
  const counts = countSelected(request.loaded.plan, request.selection, state)
  const decision = decide({
    next: undefined,
    running: 0,
    placed: 0,
    due: 0,
    held: false,
    stuck: counts.blocked + counts.errored,
    paused: counts.paused,
    waits: "none",
    total: request.selection.order.length,
    started: 0,
    capped: false,
    stop: undefined
  }, request.options)
  return decision.type === "Halt" ? decision.reason : "AllDoneOrBlocked"
}

/** Drives a run to its halt. Fails only where the run did not begin. */
export const drive = (request: DriveRequest) =>
  Effect.gen(function*() {
    const checkpoint = yield* Checkpoint
    const status = yield* Status
    status.begin?.(request.loaded.plan, request.selection)
    const begun = yield* begin(request)
    if (Option.isNone(begun)) {
      const state = yield* checkpoint.state
      const haltReason = idleReason(request, state)
      const driven: Driven = {
        state: { ...halted(state, haltReason, state.updatedAt), stepsExecuted: 0 },
        haltReason,
        notes: []
      }
      return driven
    }
    yield* request.onBegun
    const worked = yield* Effect.either(work(request))
    const end: Omit<Driven, "state" | "notes"> = Either.isRight(worked)
      ? worked.right.ended
      : { haltReason: "CheckpointFailed", error: worked.left }
    const { cancelled, haltReason, retryAt } = end
    const when = retryAt === undefined ? {} : { retryAt: new Date(retryAt).toISOString() }
    const recorded = yield* Effect.either(Effect.zipRight(
      checkpoint.append([{ type: "RunHalted", haltReason, ...when, ...cancelled }]),
      checkpoint.snapshot
    ))
    const state = yield* checkpoint.state
    const notes = Either.isRight(worked) ? [...begun.value, ...worked.right.notes] : begun.value
    const at = new Date(yield* Clock.currentTimeMillis).toISOString()
    if (Either.isRight(recorded)) return { state, notes, ...end } satisfies Driven
    const failed: Driven = {
      state: halted(state, "CheckpointFailed", at),
      notes,
      ...end,
      haltReason: "CheckpointFailed",
      error: end.error ?? recorded.left
    }
    return failed
  })
