/**
 * The state of a run: the fold of its events.
 *
 * Owns `apply`, which is pure and total: an event that makes no sense changes nothing but `seq`.
 * Must not know of plans, files or clocks. The surprise: a target that nothing has happened to
 * is not in the map at all.
 */
import { HashMap, Option } from "effect"
import type { HaltReason, RunEvent } from "./RunEvent.ts"
import { changeCheck, type Checks, type PreflightEvent, restChecks } from "./PreflightState.ts"
import { millisecondsBetween } from "./StepState.ts"
import { again, atRest, changeTarget, stepState, type TargetEvent, type TargetState, untouched } from "./TargetState.ts"

export interface RunState {
  readonly seq: number
  readonly runId: string
  readonly batch: string
  readonly planHash: string
  /** File name of the plan now followed. */
  readonly plan: string
  readonly startedAt: string
  /** Time of the latest event. */
  readonly updatedAt: string
  readonly invocations: number
  /** Steps started in this invocation, each counted once whatever its attempts. */
  readonly stepsExecuted: number
  /** Rate limits so far: nothing starts before `until`; `waitMs` is how long that comes to in all. */
  readonly limited?: { readonly until: string; readonly count: number; readonly waitMs: number }
  /** Of the latest invocation that made any, or was about to. */
  readonly preflight?: Checks
  /** The target that got stuck first since the run was last at rest. */
  readonly stuck?: { readonly target: string; readonly breakerOpened: boolean }
  /** Set while the run is at rest. */
  readonly halted?: {
    readonly reason: HaltReason
    readonly at: string
    readonly message?: string
    readonly retryAt?: string
    /** Who cancelled it, where somebody did. */
    readonly by?: string
    readonly note?: string
  }
  readonly targets: HashMap.HashMap<string, TargetState>
}

export const empty: RunState = {
  seq: 0,
  runId: "",
  batch: "",
  planHash: "",
  plan: "",
  startedAt: "",
  updatedAt: "",
  invocations: 0,
  stepsExecuted: 0,
  targets: HashMap.empty()
}

/** Of states as they were stored: going on with a run asks for each of its targets several times. */
const indexes = new WeakMap<RunState["targets"], ReadonlyMap<string, TargetState>>()

/** Targets that were stored. Until one of them changes, looking one up takes a fraction of what it takes otherwise. */
export const storedTargets = (entries: Iterable<readonly [string, TargetState]>): RunState["targets"] => {
  const index = new Map(entries)
  const targets = HashMap.fromIterable(index)
  indexes.set(targets, index)
  return targets
}

/** The state of one target; `pending` with no steps where nothing has happened to it. */
export const targetState = ({ targets }: RunState, id: string): TargetState => {
  const index = indexes.get(targets)
  return (index === undefined ? Option.getOrUndefined(HashMap.get(targets, id)) : index.get(id)) ?? untouched
}

const rest = (targets: RunState["targets"]): RunState["targets"] =>
  HashMap.reduce(
    targets,
    targets,
    (all, target, id) => target.status === "running" ? HashMap.set(all, id, atRest(target)) : all
  )

const resumed = (
  targets: RunState["targets"],
  event: Extract<RunEvent, { readonly type: "RunResumed" }>
): RunState["targets"] => {
  const kept = event.reset.reduce((all, id) => HashMap.remove(all, id), rest(targets))
  return event.retried.reduce((all, id) => HashMap.modify(all, id, again), kept)
}

/** What a rate limit adds: times that overlap count once. */
const limit = (
  before: RunState["limited"],
  { at, until }: { readonly at: string; readonly until: string }
): NonNullable<RunState["limited"]> => {
  const from = before === undefined || before.until < at ? at : before.until
  return {
    until: before === undefined || before.until < until ? until : before.until,
    count: (before?.count ?? 0) + 1,
    waitMs: (before?.waitMs ?? 0) + millisecondsBetween(from, until)
  }
}

/** A check that is turned away by a rate limit meets it for the whole run. */
const changedCheck = (state: RunState, event: PreflightEvent): RunState => {
  const preflight = changeCheck(state.preflight, event, state.invocations)
  if (event.type !== "PreflightRetried" || event.reason !== "rate-limited") return { ...state, preflight }
  return { ...state, preflight, limited: limit(state.limited, { at: event.at, until: event.nextAttemptAt }) }
}

type RunLevel = Exclude<RunEvent, TargetEvent>

const change = (state: RunState, event: RunLevel): RunState => {
  switch (event.type) {
    case "RunStarted":
      return {
        ...empty,
        runId: event.runId,
        batch: event.batch,
        planHash: event.planHash,
        plan: event.plan,
        startedAt: event.at,
        invocations: 1
      }
    case "RunResumed": {
      const { halted: _halted, preflight: _preflight, stuck, ...going } = state
      const isTriedAgain = stuck !== undefined
        && (event.reset.includes(stuck.target) || event.retried.includes(stuck.target))
      return {
        ...going,
        ...(stuck === undefined || isTriedAgain ? {} : { stuck }),
        planHash: event.planHash,
        plan: event.plan,
        invocations: state.invocations + 1,
        stepsExecuted: 0,
        targets: resumed(state.targets, event)
      }
    }
    case "PreflightStarted":
    case "PreflightRetried":
    case "PreflightFinished":
      return changedCheck(state, event)
    case "RunHalted": {
      const { stuck: _stuck, ...told } = state
      return {
        ...told,
        ...(state.preflight === undefined ? {} : { preflight: restChecks(state.preflight) }),
        targets: rest(state.targets),
        halted: {
          reason: event.haltReason,
          at: event.at,
          ...(event.message === undefined ? {} : { message: event.message }),
          ...(event.retryAt === undefined ? {} : { retryAt: event.retryAt }),
          ...(event.by === undefined ? {} : { by: event.by }),
          ...(event.note === undefined ? {} : { note: event.note })
        }
      }
    }
  }
}

const isAboutTarget = (event: RunEvent): event is TargetEvent => "target" in event

/** A retry of a step that this invocation already counted does not count again. */
const isFirstOfInvocation = (target: TargetState, event: TargetEvent, invocation: number): boolean =>
  event.type === "StepStarted" && stepState(target, event.path)?.invocation !== invocation

/**
 * The state after more events. Events about the same target that follow each other touch the
 * map of targets once: they come in twos and threes, and the map is what costs.
 */
export const applyAll = (before: RunState, events: ReadonlyArray<RunEvent>): RunState => {
  let state = before
  for (let at = 0; at < events.length;) {
    const event = events[at]
    if (event === undefined) break
    if (!isAboutTarget(event)) {
      state = { ...change(state, event), seq: event.seq, updatedAt: event.at }
      at += 1
      continue
    }
    const id = event.target
    const { invocations } = state
    let target = targetState(state, id)
    let last: TargetEvent = event
    let { limited, stuck } = state
    let steps = 0
    for (let next: RunEvent | undefined = event; next !== undefined; next = events[at]) {
      if (!isAboutTarget(next) || next.target !== id) break
      if (isFirstOfInvocation(target, next, invocations)) steps += 1
      if (next.type === "RateLimited") limited = limit(limited, next)
      if (next.type === "TargetBlocked" || next.type === "TargetErrored") {
        stuck ??= { target: id, breakerOpened: next.reason === "breaker-opened" }
      }
      target = changeTarget(target, next, invocations)
      last = next
      at += 1
    }
    state = {
      ...state,
      stepsExecuted: state.stepsExecuted + steps,
      ...(limited === undefined ? {} : { limited }),
      ...(stuck === undefined ? {} : { stuck }),
      targets: HashMap.set(state.targets, id, target),
      seq: last.seq,
      updatedAt: last.at
    }
  }
  return state
}

/** The state after one more event. */
export const apply = (state: RunState, event: RunEvent): RunState => applyAll(state, [event])
