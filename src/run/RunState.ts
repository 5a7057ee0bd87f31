/**
 * The state of a run: the fold of its events.
 *
 * Owns `apply`, which is pure and total: an event that makes no sense changes nothing but `seq`.
 * Must not know of plans, files or clocks. The surprise: a target that nothing has happened to
 * is not in the map at all.
 */
import { HashMap, Option } from "effect"
import type { HaltReason, RunEvent } from "./RunEvent.ts"
import { again, atRest, changeTarget, type TargetEvent, type TargetState, untouched } from "./TargetState.ts"

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

/** The state of one target; `pending` with no steps where nothing has happened to it. */
export const targetState = (state: RunState, id: string): TargetState =>
  Option.getOrElse(HashMap.get(state.targets, id), () => untouched)

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

/** A retry of a step that this invocation already counted does not count again. */
const isFirstOfInvocation = (state: RunState, event: TargetEvent): boolean =>
  event.type === "StepStarted"
  && targetState(state, event.target).steps[event.path]?.invocation !== state.invocations

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
    default:
      return {
        ...state,
        stepsExecuted: state.stepsExecuted + (isFirstOfInvocation(state, event) ? 1 : 0),
        targets: HashMap.set(
          state.targets,
          event.target,
          changeTarget(targetState(state, event.target), event, state.invocations)
        )
      }
  }
}

/** The state after one more event. */
export const apply = (state: RunState, event: RunEvent): RunState => ({
  ...change(state, event),
  seq: event.seq,
  updatedAt: event.at
})
