/**
 * The state of one target: the fold of the events about it.
 *
 * Owns every move of a target's state machine; a step's are in `StepState.ts`. Pure and total,
 * like the fold of the run that it is part of. The surprise: a target that has completed keeps
 * no step output, so that the state of a hundred thousand targets stays small; a stuck one keeps
 * it, since later steps may ask for it when it is tried again.
 */
import { HashMap, Option } from "effect"
import type { PauseReason, RunEvent } from "./RunEvent.ts"
import {
  changeStep,
  goingBy,
  noStep,
  restStep,
  resumeStep,
  slimStep,
  type StepEvent,
  type StepState
} from "./StepState.ts"
import { instancePath, isWithin } from "../plan/StepPath.ts"

export type TargetStatus = "pending" | "running" | "completed" | "blocked" | "errored" | "skipped" | "paused"

export interface TargetState {
  readonly status: TargetStatus
  readonly startedAt?: string
  readonly durationMs?: number
  readonly reason?: string
  readonly step?: string
  readonly message?: string
  /** Of the step that stopped it. */
  readonly attempts?: number
  /** The target it needs that did not complete. */
  readonly need?: string
  /** Exhausted `run` and `command` steps in a row, up to now: what its breaker counts. */
  readonly exhausted?: number
  /** Steps at the top of the target by id, in the order they were reached. */
  readonly steps: Readonly<Record<string, StepState>>
  /** Steps within steps by path. A `map` may have ten thousand of them, and one changes at a time. */
  readonly within?: HashMap.HashMap<string, StepState>
}

/** A target that nothing has happened to. */
export const untouched: TargetState = { status: "pending", steps: {} }

/** True for a status that only a reset can leave. */
export const isEnded = (status: TargetStatus): boolean =>
  status !== "pending" && status !== "running" && status !== "paused"

const isTop = (path: string): boolean => !path.includes("::")

/** The state of one step; undefined where nothing has happened to it. A step may be called `constructor`. */
export const stepState = ({ steps, within }: TargetState, path: string): StepState | undefined => {
  if (isTop(path)) return Object.hasOwn(steps, path) ? steps[path] : undefined
  return within === undefined ? undefined : Option.getOrUndefined(HashMap.get(within, path))
}

/** Every step that something has happened to; those at the top first, in the order they were reached. */
export const stepEntries = ({ steps, within }: TargetState): ReadonlyArray<readonly [path: string, StepState]> =>
  within === undefined ? Object.entries(steps) : [...Object.entries(steps), ...HashMap.toEntries(within)]

const setStep = (target: TargetState, path: string, step: StepState): TargetState =>
  isTop(path)
    ? { ...target, steps: { ...target.steps, [path]: step } }
    : { ...target, within: HashMap.set(target.within ?? HashMap.empty(), path, step) }

/** A target with every step changed, or left out where `change` gives undefined. */
const mapSteps = (
  { within: inner, ...target }: TargetState,
  change: (step: StepState, path: string) => StepState | undefined
): TargetState => {
  const steps: Record<string, StepState> = {}
  for (const [path, step] of Object.entries(target.steps)) {
    const changed = change(step, path)
    if (changed !== undefined) steps[path] = changed
  }
  if (inner === undefined) return { ...target, steps }
  const within = HashMap.filterMap(inner, (step, path) => Option.fromNullable(change(step, path)))
  return { ...target, steps, ...(HashMap.isEmpty(within) ? {} : { within }) }
}

/** What was running when the process died or was told to stop goes back to `pending`, one attempt fewer. */
export const atRest = (target: TargetState): TargetState => ({
  ...mapSteps(target, restStep),
  status: target.status === "running" ? "pending" : target.status
})

/**
 * A stuck target as it was before the failures that stopped it; what succeeded stays, and so does what a step with
 * others in it goes by. A loop that came to its last iteration, and a map whose list has changed, begin anew.
 */
export const again = (target: TargetState): TargetState => {
  const { reason } = target
  const anew = stepEntries(target)
    .filter(([, { continued, reason }]) =>
      continued !== true && (reason === "too-many-iterations" || reason === "items-changed")
    )
    .map(([path]) => `${path}[`)
  const { steps, within } = mapSteps(target, (step, path) => {
    if (anew.some((within) => path.startsWith(within) || within === `${path}[`)) return undefined
    const failed = step.status === "failed" && (step.continued !== true || reason === "breaker-opened")
    if (failed) return goingBy(step)
    return step.reason === "interrupted" ? resumeStep(step) : step
  })
  return { status: "pending", steps, ...(within === undefined ? {} : { within }) }
}

export type TargetEvent = Extract<RunEvent, { readonly target: string }>

/** What the breaker of a target counts, after one more event. Composite steps have no output, and do not count. */
const countExhausted = ({ exhausted }: TargetState, event: StepEvent): Pick<TargetState, "exhausted"> => {
  if (!("output" in event) || event.output === undefined) return {}
  if (event.type === "StepSucceeded") return exhausted === undefined ? {} : { exhausted: 0 }
  return { exhausted: (exhausted ?? 0) + 1 }
}

const paused = (target: TargetState, step: string, reason: PauseReason, message: string): TargetState => ({
  ...target,
  status: "paused",
  step,
  reason,
  message
})

/** A target at rest with nothing said about why. */
const going = ({ message: _m, reason: _r, step: _s, ...target }: TargetState): TargetState => target

const changeSteps = (target: TargetState, event: StepEvent, invocation: number): TargetState => {
  const step = changeStep(stepState(target, event.path) ?? noStep, event, invocation)
  const changed = { ...setStep(target, event.path, step), ...countExhausted(target, event) }
  switch (event.type) {
    case "IterationEnded": {
      const instance = instancePath(event.path, event.iteration)
      return mapSteps(changed, (each, path) => isWithin(path, instance) ? undefined : each)
    }
    case "GateDecided":
      // Somebody has decided, so there is something to go on with.
      return changed.status === "paused" ? { ...going(changed), status: "pending" } : changed
    default:
      return changed
  }
}

/** The state of a target after one more event about it. `invocation` is that of the run. */
export const changeTarget = (target: TargetState, event: TargetEvent, invocation: number): TargetState => {
  switch (event.type) {
    case "TargetStarted":
      return {
        ...(target.status === "paused" ? going(target) : target),
        status: "running",
        startedAt: target.startedAt ?? event.at
      }
    case "TargetCompleted":
      return { ...mapSteps(target, slimStep), status: "completed", durationMs: event.durationMs }
    case "TargetBlocked":
    case "TargetErrored":
      return {
        ...target,
        status: event.type === "TargetBlocked" ? "blocked" : "errored",
        reason: event.reason,
        step: event.step,
        message: event.message,
        attempts: event.attempts,
        durationMs: event.durationMs
      }
    case "TargetSkipped":
      return { ...target, status: "skipped", reason: event.reason, need: event.need, message: event.message }
    case "TargetPaused":
      return paused(target, event.step, event.reason, event.message)
    default:
      return changeSteps(target, event, invocation)
  }
}
