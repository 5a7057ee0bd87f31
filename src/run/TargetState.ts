/**
 * The state of one target: the fold of the events about it.
 *
 * Owns every move of a step's and a target's state machine. Pure and total, like the fold of
 * the run that it is part of. The surprise: a target that has completed keeps no step output,
 * so that the state of a hundred thousand targets stays small; a stuck one keeps it, since
 * later steps may ask for it when it is tried again.
 */
import type { FailureReason, RunEvent, StepOutput } from "./RunEvent.ts"

export type StepStatus = "pending" | "running" | "succeeded" | "failed" | "skipped"

export interface StepState {
  readonly status: StepStatus
  /** Attempts that have started, the running one included. */
  readonly attempts: number
  readonly durationMs: number
  /** Failed, and the target went on (`continueOnError`). */
  readonly continued?: boolean
  readonly exitCode?: number
  readonly reason?: FailureReason | "when-false"
  readonly message?: string
  /** ISO time before which the next attempt must not start. */
  readonly nextAttemptAt?: string
  /** Kept while the target is under way, since later steps may refer to it. */
  readonly output?: StepOutput
  /** Its only attempt succeeded without printing anything, so that there may be no log. */
  readonly silent?: boolean
  /** The invocation that last started an attempt of it, counted from 1. */
  readonly invocation?: number
  /** The process of the running attempt. */
  readonly pid?: number
  readonly pidStart?: number
}

export type TargetStatus = "pending" | "running" | "completed" | "blocked" | "errored" | "skipped"

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
  /** By step path, in the order they were reached. */
  readonly steps: Readonly<Record<string, StepState>>
}

/** A target that nothing has happened to. */
export const untouched: TargetState = { status: "pending", steps: {} }
const noStep: StepState = { status: "pending", attempts: 0, durationMs: 0 }

/** True for a status that only a reset can leave. */
export const isEnded = (status: TargetStatus): boolean => status !== "pending" && status !== "running"

/** Drops what only later steps could have asked for. */
const slim = (steps: TargetState["steps"]): TargetState["steps"] => {
  const slimmed: Record<string, StepState> = {}
  for (const [path, { nextAttemptAt: _n, output: _o, pid: _p, pidStart: _s, ...rest }] of Object.entries(steps)) {
    slimmed[path] = rest
  }
  return slimmed
}

/** What was running when the process died or was told to stop goes back to `pending`, one attempt fewer. */
export const atRest = (target: TargetState): TargetState => ({
  ...target,
  status: target.status === "running" ? "pending" : target.status,
  steps: Object.fromEntries(
    Object.entries(target.steps).map(([path, step]) => {
      if (step.status !== "running") return [path, step]
      const { pid: _pid, pidStart: _pidStart, ...rest } = step
      return [path, { ...rest, status: "pending" as const, attempts: step.attempts - 1 }]
    })
  )
})

/** A stuck target as it was before the failures that stopped it; what succeeded stays. */
export const again = (target: TargetState): TargetState => ({
  status: "pending",
  steps: Object.fromEntries(
    Object.entries(target.steps).filter(([, step]) =>
      step.status !== "failed" || (step.continued === true && target.reason !== "breaker-opened")
    )
  )
})

export type TargetEvent = Extract<RunEvent, { readonly target: string }>
type StepEvent = Extract<TargetEvent, { readonly path: string }>

const isSilent = (attempt: number, output: StepOutput): boolean =>
  attempt === 1 && output.exit_code === 0 && output.stdout === "" && output.stderr === ""

const changeStep = (before: StepState, event: StepEvent, invocation: number): StepState => {
  const { nextAttemptAt: _n, pid: _p, pidStart: _s, ...step } = before
  switch (event.type) {
    case "StepStarted":
      return {
        ...step,
        status: "running",
        attempts: event.attempt,
        invocation,
        pid: event.pid,
        ...(event.pidStart === undefined ? {} : { pidStart: event.pidStart })
      }
    case "AttemptFailed":
      return {
        ...step,
        status: "pending",
        attempts: event.attempt,
        durationMs: step.durationMs + event.durationMs,
        reason: event.reason,
        message: event.message,
        nextAttemptAt: event.nextAttemptAt
      }
    case "StepSucceeded":
      return {
        status: "succeeded",
        attempts: event.attempt,
        durationMs: step.durationMs + event.durationMs,
        ...(event.output.exit_code === undefined ? {} : { exitCode: event.output.exit_code }),
        ...(isSilent(event.attempt, event.output) ? { silent: true } : {}),
        output: event.output
      }
    case "StepFailed":
    case "StepContinued":
      return {
        ...step,
        status: "failed",
        attempts: event.attempt,
        durationMs: step.durationMs + event.durationMs,
        reason: event.reason,
        message: event.message,
        ...(event.exitCode === undefined ? {} : { exitCode: event.exitCode }),
        ...(event.type === "StepContinued" ? { continued: true } : {}),
        ...(isSilent(event.attempt, event.output) ? { silent: true } : {}),
        output: event.output
      }
    case "StepSkipped":
      return { ...before, status: "skipped", reason: event.reason }
    case "BreakerOpened":
      return before
  }
}

/** The state of a target after one more event about it. `invocation` is that of the run. */
export const changeTarget = (target: TargetState, event: TargetEvent, invocation: number): TargetState => {
  switch (event.type) {
    case "TargetStarted":
      return { ...target, status: "running", startedAt: target.startedAt ?? event.at }
    case "TargetCompleted":
      return { ...target, status: "completed", durationMs: event.durationMs, steps: slim(target.steps) }
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
    default: {
      const step = changeStep(target.steps[event.path] ?? noStep, event, invocation)
      return { ...target, steps: { ...target.steps, [event.path]: step } }
    }
  }
}
