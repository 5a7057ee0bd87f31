/**
 * The state of one instance of a step: the fold of the events about it.
 *
 * Owns every move of a step's state machine. Pure and total. The surprise: an attempt that was
 * under way when pawl ended does not count, but is remembered (`interrupted`), since a step that
 * must not run twice then waits for a person.
 */
import type { FailureReason } from "./EventShape.ts"
import type { RunEvent } from "./RunEvent.ts"
import type { StepOutput } from "./StepOutput.ts"

export type StepStatus = "pending" | "running" | "succeeded" | "failed" | "skipped"

/** A gate that waits for a person. */
export interface OpenGate {
  /** `seq` of the event that opened it. */
  readonly opened: number
  readonly about: "approval" | "in-flight"
  readonly message: string
  readonly options: ReadonlyArray<string>
  readonly onReject: "abort" | "skip" | "retry"
  readonly show?: string
  readonly at: string
}

/** How a gate was decided. */
export interface GateDecision {
  readonly option: string
  readonly outcome: "approved" | "rejected"
  readonly by: string
  readonly note?: string
  /** When it was made; it may have been recorded later. */
  readonly at: string
}

export type Recovered = Omit<
  Extract<RunEvent, { readonly type: "AttemptRecovered" }>,
  "seq" | "at" | "type" | "target" | "path"
>

export interface StepState {
  readonly status: StepStatus
  /** Attempts that have started, the running one included; 0 for a composite step and a gate. */
  readonly attempts: number
  readonly durationMs: number
  /** Failed, and the target went on (`continueOnError`). */
  readonly continued?: boolean
  readonly exitCode?: number
  readonly reason?: FailureReason | "when-false" | "interrupted" | "policy-denied"
  readonly message?: string
  /** Of a composite step that failed: the path of the first child that did. */
  readonly child?: string
  /** ISO time before which the next attempt or iteration must not start. */
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
  /** An attempt was under way when pawl ended. */
  readonly interrupted?: boolean
  /** How its next attempt has ended already, after pawl was killed and before anybody could judge it. */
  readonly recovered?: Recovered
  /** It ran into a rate limit, so often in a row, and was told to wait so long in all. */
  readonly limits?: number
  readonly limitedMs?: number
  /** Of an `if` and a `switch`: what was chosen. */
  readonly branch?: string
  /** Of a `map`. */
  readonly items?: number
  readonly itemsHash?: string
  /** Of a `loop`: iterations that are through, and that another follows. */
  readonly iterations?: number
  /** Waits for a person. */
  readonly gate?: OpenGate
  readonly decision?: GateDecision
}

export const noStep: StepState = { status: "pending", attempts: 0, durationMs: 0 }

type About<Event> = Event extends { readonly target: string; readonly path: string } ? Event : never
export type StepEvent = About<RunEvent>

/** From one ISO time to another that is later; 0 where it is not, or where one is no time. */
export const millisecondsBetween = (from: string, until: string): number => {
  const span = Date.parse(until) - Date.parse(from)
  return span > 0 ? span : 0
}

const notLimited = ({ limitedMs: _l, limits: _c, ...step }: StepState): StepState => step

/** Drops what only later steps could have asked for. */
export const slimStep = (
  { interrupted: _i, nextAttemptAt: _n, output: _o, pid: _p, pidStart: _s, recovered: _r, ...step }: StepState
): StepState => step

/** A running step as pending, the attempt that was under way not counted. A composite step has no attempts. */
export const restStep = (step: StepState): StepState => {
  if (step.status !== "running") return step
  const { pid: _pid, pidStart: _pidStart, ...rest } = step
  return step.attempts === 0
    ? { ...rest, status: "pending" }
    : { ...rest, status: "pending", attempts: step.attempts - 1, interrupted: true }
}

/**
 * A failed step when its target is tried again: of one with others in it, what those go by stays, since what became of
 * them does. Undefined: there is nothing to keep.
 */
export const goingBy = ({ branch, items, itemsHash, iterations }: StepState): StepState | undefined =>
  branch === undefined && items === undefined && iterations === undefined ? undefined : {
    ...noStep,
    ...(branch === undefined ? {} : { branch }),
    ...(items === undefined ? {} : { items }),
    ...(itemsHash === undefined ? {} : { itemsHash }),
    ...(iterations === undefined ? {} : { iterations })
  }

/** A step that was interrupted by a failure beside it, when its target is tried again. */
export const resumeStep = ({ reason: _r, ...step }: StepState): StepState => ({ ...step, status: "pending" })

const isSilent = (attempt: number, output: StepOutput): boolean =>
  attempt === 1 && output.exit_code === 0 && output.stdout === "" && output.stderr === ""

const silence = (attempt: number, output: StepOutput | undefined) => ({
  ...(output === undefined ? {} : { output }),
  ...(output !== undefined && isSilent(attempt, output) ? { silent: true } : {})
})

const decided = (before: StepState, event: Extract<RunEvent, { readonly type: "GateDecided" }>): StepState => {
  const { gate, interrupted: _i, ...step } = before
  const { at, by, decidedAt = at, note, option, outcome } = event
  const decision = { option, outcome, by, ...(note === undefined ? {} : { note }), at: decidedAt }
  if (gate?.about === "in-flight" && outcome === "approved") {
    return { ...step, decision, status: option === "done" ? "succeeded" : "pending" }
  }
  if (outcome === "approved") return { ...step, decision, status: "succeeded" }
  switch (event.onReject) {
    case "abort": {
      const message = `rejected by ${by}${note === undefined ? "" : `: ${note}`}`
      return { ...step, decision, status: "failed", reason: "gate-rejected", message }
    }
    case "skip":
      return { ...step, decision, status: "skipped", reason: "gate-rejected" }
    case "retry":
      return { ...step, decision, status: "pending", ...(by === "policy" ? { reason: "policy-denied" as const } : {}) }
  }
}

/** A step that is left out; where that interrupts it, whether an attempt was under way is remembered. */
const leftOut = (
  reason: "when-false" | "interrupted" | "gate-rejected",
  before: StepState,
  step: StepState
): StepState => {
  const { gate: _g, ...rest } = reason === "interrupted" ? restStep(before) : step
  return { ...rest, status: "skipped", reason }
}

/** The state of a step after one more event about it. */
export const changeStep = (before: StepState, event: StepEvent, invocation: number): StepState => {
  const { interrupted: _i, nextAttemptAt: _n, pid: _p, pidStart: _s, recovered: _r, ...step } = before
  switch (event.type) {
    case "StepEntered":
      return {
        ...step,
        status: "running",
        ...(event.attempt === undefined ? {} : { attempts: event.attempt }),
        ...(event.branch === undefined ? {} : { branch: event.branch }),
        ...(event.items === undefined ? {} : { items: event.items }),
        ...(event.itemsHash === undefined ? {} : { itemsHash: event.itemsHash })
      }
    case "StepStarted":
      return {
        ...step,
        status: "running",
        attempts: event.attempt,
        invocation,
        pid: event.pid,
        ...(event.pidStart === undefined ? {} : { pidStart: event.pidStart })
      }
    case "AttemptRecovered": {
      const { at: _at, path: _path, seq: _seq, target: _target, type: _type, ...recovered } = event
      return { ...step, status: "pending", attempts: event.attempt - 1, recovered }
    }
    case "IterationEnded":
      return {
        ...step,
        iterations: event.iteration + 1,
        ...(event.nextAttemptAt === undefined ? {} : { nextAttemptAt: event.nextAttemptAt })
      }
    case "AttemptFailed":
      return {
        ...notLimited(step),
        status: "pending",
        attempts: event.attempt,
        durationMs: step.durationMs + event.durationMs,
        reason: event.reason,
        message: event.message,
        nextAttemptAt: event.nextAttemptAt
      }
    case "RateLimited":
      return {
        ...step,
        status: "pending",
        attempts: event.attempt - 1,
        durationMs: step.durationMs + event.durationMs,
        nextAttemptAt: event.until,
        limitedMs: (step.limitedMs ?? 0) + millisecondsBetween(event.at, event.until),
        limits: (step.limits ?? 0) + 1
      }
    case "StepSucceeded": {
      const { exitCode: _e, limitedMs: _l, message: _m, reason: _r, ...rest } = step
      return {
        ...rest,
        status: "succeeded",
        attempts: event.output === undefined ? 0 : event.attempt,
        durationMs: step.durationMs + event.durationMs,
        ...(event.output?.exit_code === undefined ? {} : { exitCode: event.output.exit_code }),
        ...silence(event.attempt, event.output)
      }
    }
    case "StepFailed":
    case "StepContinued":
      return {
        ...step,
        status: "failed",
        attempts: event.output === undefined ? 0 : event.attempt,
        durationMs: step.durationMs + event.durationMs,
        reason: event.reason,
        message: event.message,
        ...(event.exitCode === undefined ? {} : { exitCode: event.exitCode }),
        ...(event.child === undefined ? {} : { child: event.child }),
        ...(event.type === "StepContinued" ? { continued: true } : {}),
        ...silence(event.attempt, event.output)
      }
    case "StepSkipped":
      return leftOut(event.reason, before, step)
    case "GateOpened": {
      const { about, at, message, onReject, options, seq: opened, show } = event
      const gate = { opened, about, message, options, onReject, ...(show === undefined ? {} : { show }), at }
      return { ...before, status: "pending", gate }
    }
    case "GateDecided":
      return decided(before, event)
    case "BreakerOpened":
      return before
  }
}
