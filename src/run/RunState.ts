/**
 * The state of a run: the fold of its events.
 *
 * Owns `apply`, which is pure and total: an event that makes no sense changes nothing but `seq`.
 * Must not know of plans, files or clocks. The surprise: a target that nothing has happened to
 * is not in the map at all, and one that has completed keeps no step output, so that the state of
 * a hundred thousand targets stays small.
 */
import { HashMap, Option } from "effect"
import type { FailureReason, HaltReason, RunEvent, StepOutput } from "./RunEvent.ts"

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
  /** Set while the run is at rest. */
  readonly halted?: { readonly reason: HaltReason; readonly at: string; readonly message?: string }
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

const untouched: TargetState = { status: "pending", steps: {} }
const noStep: StepState = { status: "pending", attempts: 0, durationMs: 0 }

/** The state of one target; `pending` with no steps where nothing has happened to it. */
export const targetState = (state: RunState, id: string): TargetState =>
  Option.getOrElse(HashMap.get(state.targets, id), () => untouched)

/** True for a status that only a reset can leave. */
export const isEnded = (status: TargetStatus): boolean => status !== "pending" && status !== "running"

const withTarget = (state: RunState, id: string, change: (target: TargetState) => TargetState): RunState => ({
  ...state,
  targets: HashMap.set(state.targets, id, change(targetState(state, id)))
})

const withStep = (
  state: RunState,
  event: { readonly target: string; readonly path: string },
  change: (step: StepState) => StepState
): RunState =>
  withTarget(state, event.target, (target) => ({
    ...target,
    steps: { ...target.steps, [event.path]: change(target.steps[event.path] ?? noStep) }
  }))

/** Drops what only later steps could have asked for. */
const slim = (steps: TargetState["steps"]): TargetState["steps"] => {
  const slimmed: Record<string, StepState> = {}
  for (const [path, { nextAttemptAt: _n, output: _o, pid: _p, pidStart: _s, ...rest }] of Object.entries(steps)) {
    slimmed[path] = rest
  }
  return slimmed
}

/** What was running when the process died or was told to stop goes back to `pending`, one attempt fewer. */
const atRest = (target: TargetState): TargetState => ({
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

const rest = (targets: RunState["targets"]): RunState["targets"] =>
  HashMap.reduce(
    targets,
    targets,
    (all, target, id) => target.status === "running" ? HashMap.set(all, id, atRest(target)) : all
  )

const ended = (
  state: RunState,
  event: Extract<
    RunEvent,
    { readonly type: "TargetBlocked" | "TargetErrored" | "TargetSkipped" }
  >,
  change: Partial<TargetState> & { readonly status: TargetStatus }
): RunState => withTarget(state, event.target, (target) => ({ ...target, ...change }))

/** A stuck target as it was before the failures that stopped it; what succeeded stays. */
const again = (target: TargetState): TargetState => ({
  status: "pending",
  steps: Object.fromEntries(
    Object.entries(target.steps).filter(([, step]) =>
      step.status !== "failed" || (step.continued === true && target.reason !== "breaker-opened")
    )
  )
})

const resumed = (
  targets: RunState["targets"],
  event: Extract<RunEvent, { readonly type: "RunResumed" }>
): RunState["targets"] => {
  const kept = event.reset.reduce((all, id) => HashMap.remove(all, id), rest(targets))
  return event.retried.reduce((all, id) => HashMap.modify(all, id, again), kept)
}

const failed = (
  state: RunState,
  event: Extract<RunEvent, { readonly type: "StepFailed" | "StepContinued" }>
): RunState =>
  withStep(state, event, ({ nextAttemptAt: _n, pid: _p, pidStart: _s, ...step }) => ({
    ...step,
    status: "failed",
    attempts: event.attempt,
    durationMs: step.durationMs + event.durationMs,
    reason: event.reason,
    message: event.message,
    ...(event.exitCode === undefined ? {} : { exitCode: event.exitCode }),
    ...(event.type === "StepContinued" ? { continued: true } : {}),
    output: event.output
  }))

const change = (state: RunState, event: RunEvent): RunState => {
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
      const { halted: _halted, ...going } = state
      return {
        ...going,
        planHash: event.planHash,
        plan: event.plan,
        invocations: state.invocations + 1,
        stepsExecuted: 0,
        targets: resumed(state.targets, event)
      }
    }
    case "TargetStarted":
      return withTarget(state, event.target, (target) => ({
        ...target,
        status: "running",
        startedAt: target.startedAt ?? event.at
      }))
    case "StepStarted":
      return withStep({ ...state, stepsExecuted: state.stepsExecuted + firstOfInvocation(state, event) }, event, (
        { nextAttemptAt: _n, ...step }
      ) => ({
        ...step,
        status: "running",
        attempts: event.attempt,
        invocation: state.invocations,
        pid: event.pid,
        ...(event.pidStart === undefined ? {} : { pidStart: event.pidStart })
      }))
    case "AttemptFailed":
      return withStep(state, event, ({ pid: _p, pidStart: _s, ...step }) => ({
        ...step,
        status: "pending",
        attempts: event.attempt,
        durationMs: step.durationMs + event.durationMs,
        reason: event.reason,
        message: event.message,
        nextAttemptAt: event.nextAttemptAt
      }))
    case "StepSucceeded":
      return withStep(state, event, (step) => ({
        status: "succeeded",
        attempts: event.attempt,
        durationMs: step.durationMs + event.durationMs,
        ...(event.output.exit_code === undefined ? {} : { exitCode: event.output.exit_code }),
        output: event.output
      }))
    case "StepFailed":
    case "StepContinued":
      return failed(state, event)
    case "StepSkipped":
      return withStep(state, event, (step) => ({ ...step, status: "skipped", reason: event.reason }))
    case "BreakerOpened":
      return state
    case "TargetCompleted":
      return withTarget(state, event.target, (target) => ({
        ...target,
        status: "completed",
        durationMs: event.durationMs,
        steps: slim(target.steps)
      }))
    case "TargetBlocked":
    case "TargetErrored":
      return ended(state, event, {
        status: event.type === "TargetBlocked" ? "blocked" : "errored",
        reason: event.reason,
        step: event.step,
        message: event.message,
        attempts: event.attempts,
        durationMs: event.durationMs
      })
    case "TargetSkipped":
      return ended(state, event, {
        status: "skipped",
        reason: event.reason,
        need: event.need,
        message: event.message
      })
    case "RunHalted":
      return {
        ...state,
        targets: rest(state.targets),
        halted: {
          reason: event.haltReason,
          at: event.at,
          ...(event.message === undefined ? {} : { message: event.message })
        }
      }
  }
}

/** A retry of a step that this invocation already counted does not count again. */
const firstOfInvocation = (
  state: RunState,
  event: { readonly target: string; readonly path: string; readonly attempt: number }
): 0 | 1 => (targetState(state, event.target).steps[event.path]?.invocation === state.invocations ? 0 : 1)

/** The state after one more event. */
export const apply = (state: RunState, event: RunEvent): RunState => ({
  ...change(state, event),
  seq: event.seq,
  updatedAt: event.at
})
