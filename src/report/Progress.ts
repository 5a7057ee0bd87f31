/**
 * How far a run is: a small fold of its events, for whoever shows it while it goes.
 *
 * Owns the counts and what waits for a person; what is under way is in `Running.ts`. Must not look at the whole state
 * once an event: a batch may have a hundred thousand targets. The surprise: targets that earlier
 * invocations brought to an end are counted as ended from the start, but not in the rate.
 */
import { HashMap, HashSet } from "effect"
import type { Plan } from "../plan/Plan.ts"
import { PREFLIGHT } from "../plan/Preflight.ts"
import type { Selection } from "../plan/Selection.ts"
import { checkAsStep } from "../run/PreflightState.ts"
import type { RunEvent } from "../run/RunEvent.ts"
import { type RunState, targetState } from "../run/RunState.ts"
import { isEnded, stepEntries, type TargetStatus } from "../run/TargetState.ts"
import {
  mapEntered,
  nothingRuns,
  type Running,
  stepBegan,
  stepEnded,
  stepWaits,
  targetBegan,
  targetLeft
} from "./Running.ts"

export interface Progress {
  readonly runId: string
  /** Targets that this invocation is about, those of a list that is still being read as far as it was. */
  readonly total: number
  /** More may come. */
  readonly isOpen: boolean
  readonly completed: number
  readonly blocked: number
  readonly errored: number
  readonly skipped: number
  /** Gates that wait for a person, as target and path. */
  readonly gates: HashSet.HashSet<string>
  /** Targets that rest, and go on only when somebody decides. */
  readonly paused: HashSet.HashSet<string>
  /** Time of this invocation's first event. */
  readonly startedAt: string
  /** Targets that ended in this invocation, those left out that were skipped: they were no work. */
  readonly endedHere: number
  readonly running: Running
  /** The end of the latest rate limit, ISO; it may have passed. */
  readonly limitedUntil?: string
}

export const nothing: Progress = {
  runId: "",
  total: 0,
  isOpen: false,
  completed: 0,
  blocked: 0,
  errored: 0,
  skipped: 0,
  gates: HashSet.empty(),
  paused: HashSet.empty(),
  startedAt: "",
  endedHere: 0,
  running: nothingRuns
}

/** Targets that have ended, however they did. */
export const endedOf = (progress: Progress): number =>
  progress.completed + progress.blocked + progress.errored + progress.skipped

/** Targets that have not ended. */
export const leftOf = (progress: Progress): number => Math.max(0, progress.total - endedOf(progress))

/** A number of targets in words; `+` stands for those that are still to be read. */
export const countOf = ({ isOpen }: Progress, count: number): string => `${count}${isOpen ? "+" : ""}`

/** How many gates wait, in words; undefined where none does. */
export const waitingWords = ({ gates }: Progress): string | undefined => {
  const count = HashSet.size(gates)
  return count === 0 ? undefined : `${count} ${count === 1 ? "waits" : "wait"} for a person`
}

const counted = ["completed", "blocked", "errored", "skipped"] as const
type Counted = (typeof counted)[number]
const isCounted = (status: TargetStatus): status is Counted => counted.some((each) => each === status)

const gateKey = (target: string, path: string): string => `${target}\n${path}`

const begun = (event: RunEvent, state: RunState, ids: Iterable<string> | undefined, total: number): Progress => {
  const counts = { completed: 0, blocked: 0, errored: 0, skipped: 0 }
  let gates = HashSet.empty<string>()
  let paused = HashSet.empty<string>()
  let running: Running = nothingRuns
  // Of a new run there is nothing to know, however many targets it has.
  for (const id of HashMap.isEmpty(state.targets) ? [] : ids ?? HashMap.keys(state.targets)) {
    const target = targetState(state, id)
    if (isCounted(target.status)) counts[target.status]++
    if (isEnded(target.status)) continue
    if (target.status === "paused") paused = HashSet.add(paused, id)
    for (const [path, step] of stepEntries(target)) {
      if (step.gate !== undefined) gates = HashSet.add(gates, gateKey(id, path))
      // What an earlier invocation waited for is waited for again, and no event says so.
      running = stepWaits(running, { at: event.at, target: id }, path, step)
    }
  }
  const limited = state.limited === undefined ? {} : { limitedUntil: state.limited.until }
  return { ...nothing, ...counts, gates, paused, running, ...limited, runId: state.runId, total, startedAt: event.at }
}

const selectedIds = function*(plan: Plan, selection: Selection): Generator<string> {
  for (const index of selection.order) {
    const target = plan.targets[index]
    if (target !== undefined) yield target.id
  }
}

/** What a target that has ended leaves open waits for nobody. */
const withoutGates = (gates: Progress["gates"], target: string): Progress["gates"] =>
  HashSet.size(gates) === 0 ? gates : HashSet.filter(gates, (key) => !key.startsWith(`${target}\n`))

const ended = (progress: Progress, target: string, status: Counted): Progress => ({
  ...progress,
  [status]: progress[status] + 1,
  gates: withoutGates(progress.gates, target),
  endedHere: progress.endedHere + (status === "skipped" ? 0 : 1),
  paused: HashSet.remove(progress.paused, target),
  running: targetLeft(progress.running, target)
})

/** What the invocation is about, where the engine says so; without it, every target of the plan. */
export interface About {
  readonly plan: Plan
  readonly selection: Selection
}

/** The progress with the targets that are known of by now. */
export const upToDate = (progress: Progress, about: About | undefined): Progress => {
  if (about === undefined || progress.startedAt === "") return progress
  const { isOpen: asked, order } = about.selection
  const isOpen = asked?.() ?? false
  return progress.total === order.length && progress.isOpen === isOpen
    ? progress
    : { ...progress, total: order.length, isOpen }
}

/** The progress after one more event; `state` gives the fold of the run with it. */
export const advance = (progress: Progress, event: RunEvent, state: () => RunState, about?: About): Progress =>
  upToDate(changed(progress, event, state, about), about)

const changed = (progress: Progress, event: RunEvent, state: () => RunState, about?: About): Progress => {
  switch (event.type) {
    case "RunStarted":
    case "RunResumed":
      return about === undefined
        ? begun(event, state(), undefined, event.targets)
        : begun(event, state(), selectedIds(about.plan, about.selection), about.selection.order.length)
    case "PreflightStarted":
    case "PreflightRetried":
      return changed(progress, checkAsStep(event), state, about)
    case "PreflightFinished":
      return { ...progress, running: targetLeft(progress.running, PREFLIGHT) }
    case "TargetStarted":
      return {
        ...progress,
        paused: HashSet.remove(progress.paused, event.target),
        running: targetBegan(progress.running, event)
      }
    case "StepEntered": {
      const { items, path } = event
      return items === undefined
        ? progress
        : { ...progress, running: mapEntered(progress.running, event, path, items) }
    }
    case "StepStarted": {
      const { at: since, attempt, path } = event
      return { ...progress, running: stepBegan(progress.running, event, { path, attempt, since }) }
    }
    case "RateLimited": {
      const { at: since, attempt, path, until: nextAttemptAt } = event
      const { limitedUntil = nextAttemptAt } = progress
      return {
        ...progress,
        limitedUntil: limitedUntil > nextAttemptAt ? limitedUntil : nextAttemptAt,
        running: stepBegan(progress.running, event, { path, attempt, since, nextAttemptAt })
      }
    }
    case "AttemptFailed": {
      const { at: since, attempt, nextAttemptAt, path } = event
      const next = { path, attempt: attempt + 1, since, nextAttemptAt }
      return { ...progress, running: stepBegan(progress.running, event, next) }
    }
    case "IterationEnded": {
      const { at: since, iteration, nextAttemptAt, path } = event
      if (nextAttemptAt === undefined) return progress
      const next = { path, attempt: iteration + 2, since, nextAttemptAt, isLoop: true as const }
      return { ...progress, running: stepBegan(progress.running, event, next) }
    }
    case "StepSucceeded":
    case "StepFailed":
    case "StepContinued":
    case "StepSkipped":
      return { ...progress, running: stepEnded(progress.running, event) }
    case "GateOpened":
      return { ...progress, gates: HashSet.add(progress.gates, gateKey(event.target, event.path)) }
    case "GateDecided":
      return { ...progress, gates: HashSet.remove(progress.gates, gateKey(event.target, event.path)) }
    case "TargetCompleted":
      return ended(progress, event.target, "completed")
    case "TargetBlocked":
      return ended(progress, event.target, "blocked")
    case "TargetErrored":
      return ended(progress, event.target, "errored")
    case "TargetSkipped":
      return ended(progress, event.target, "skipped")
    case "TargetPaused":
      return {
        ...progress,
        paused: HashSet.add(progress.paused, event.target),
        running: targetLeft(progress.running, event.target)
      }
    case "RunHalted": {
      const { limitedUntil: _l, ...rest } = progress
      return { ...rest, running: nothingRuns }
    }
    case "BreakerOpened":
    case "AttemptRecovered":
      return progress
  }
}
