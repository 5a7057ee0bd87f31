/**
 * How far a run is: a small fold of its events, for whoever shows it while it goes.
 *
 * Owns the counts and what runs now. Must not look at the whole state once an event: a batch
 * may have a hundred thousand targets. The surprise: targets that earlier invocations brought
 * to an end are counted as ended from the start, but not in the rate.
 */
import { HashMap } from "effect"
import type { Plan } from "../plan/Plan.ts"
import type { Selection } from "../plan/Selection.ts"
import type { RunEvent } from "../run/RunEvent.ts"
import { type RunState, targetState } from "../run/RunState.ts"
import type { TargetStatus } from "../run/TargetState.ts"

export interface Running {
  readonly target: string
  /** Absent until a step of it starts. */
  readonly path?: string
  readonly attempt: number
  /** Of the attempt, or of the target before there is one; ISO. */
  readonly since: string
  /** Set while it waits for its next attempt. */
  readonly nextAttemptAt?: string
}

export interface Progress {
  readonly runId: string
  /** Targets that this invocation is about. */
  readonly total: number
  readonly completed: number
  readonly blocked: number
  readonly errored: number
  readonly skipped: number
  /** Time of this invocation's first event. */
  readonly startedAt: string
  /** Targets that ended in this invocation. */
  readonly endedHere: number
  readonly running: HashMap.HashMap<string, Running>
}

export const nothing: Progress = {
  runId: "",
  total: 0,
  completed: 0,
  blocked: 0,
  errored: 0,
  skipped: 0,
  startedAt: "",
  endedHere: 0,
  running: HashMap.empty()
}

/** Targets that have ended, however they did. */
export const endedOf = (progress: Progress): number =>
  progress.completed + progress.blocked + progress.errored + progress.skipped

/** Targets that have not ended. */
export const leftOf = (progress: Progress): number => Math.max(0, progress.total - endedOf(progress))

const counted = ["completed", "blocked", "errored", "skipped"] as const
type Counted = (typeof counted)[number]
const isCounted = (status: TargetStatus): status is Counted => counted.some((each) => each === status)

const begun = (event: RunEvent, state: RunState, ids: Iterable<string> | undefined, total: number): Progress => {
  const counts = { completed: 0, blocked: 0, errored: 0, skipped: 0 }
  for (const id of ids ?? HashMap.keys(state.targets)) {
    const { status } = targetState(state, id)
    if (isCounted(status)) counts[status]++
  }
  return { ...nothing, ...counts, runId: state.runId, total, startedAt: event.at }
}

const selectedIds = function*(plan: Plan, selection: Selection): Generator<string> {
  for (const index of selection.order) {
    const target = plan.targets[index]
    if (target !== undefined) yield target.id
  }
}

const ended = (progress: Progress, target: string, status: Counted): Progress => ({
  ...progress,
  [status]: progress[status] + 1,
  endedHere: progress.endedHere + 1,
  running: HashMap.remove(progress.running, target)
})

const at = (progress: Progress, running: Running): Progress => ({
  ...progress,
  running: HashMap.set(progress.running, running.target, running)
})

/** What the invocation is about, where the engine says so; without it, every target of the plan. */
export interface About {
  readonly plan: Plan
  readonly selection: Selection
}

/** The progress after one more event; `state` gives the fold of the run with it. */
export const advance = (progress: Progress, event: RunEvent, state: () => RunState, about?: About): Progress => {
  switch (event.type) {
    case "RunStarted":
    case "RunResumed":
      return about === undefined
        ? begun(event, state(), undefined, event.targets)
        : begun(event, state(), selectedIds(about.plan, about.selection), about.selection.order.length)
    case "TargetStarted":
      return at(progress, { target: event.target, attempt: 0, since: event.at })
    case "StepStarted":
      return at(progress, { target: event.target, path: event.path, attempt: event.attempt, since: event.at })
    case "AttemptFailed":
      return at(progress, {
        target: event.target,
        path: event.path,
        attempt: event.attempt + 1,
        since: event.at,
        nextAttemptAt: event.nextAttemptAt
      })
    case "TargetCompleted":
      return ended(progress, event.target, "completed")
    case "TargetBlocked":
      return ended(progress, event.target, "blocked")
    case "TargetErrored":
      return ended(progress, event.target, "errored")
    case "TargetSkipped":
      return ended(progress, event.target, "skipped")
    case "RunHalted":
      return { ...progress, running: HashMap.empty() }
    default:
      return progress
  }
}
