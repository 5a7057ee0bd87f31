/**
 * Plan and state → summary.
 *
 * Owns which status a target and a run has in the eyes of a reader; steps are in `StepList.ts`.
 * Must not read files or clocks. The surprise: a target that this invocation did not select and
 * that nothing has happened to counts as `skipped` (`filtered-out`), while one that an earlier
 * invocation brought somewhere keeps what it has.
 */
import type { ValueObject } from "../expression/Value.ts"
import type { Plan, PlanTarget } from "../plan/Plan.ts"
import type { Selection } from "../plan/Selection.ts"
import type { ExitCode } from "../run/ExitCode.ts"
import type { HaltReason } from "../run/RunEvent.ts"
import { type RunState, targetState } from "../run/RunState.ts"
import { atRest, isEnded, stepState, type TargetState } from "../run/TargetState.ts"
import { between } from "./Duration.ts"
import { lastLine } from "./LastLine.ts"
import { listChecks } from "./CheckList.ts"
import { type Fate, stepList } from "./StepList.ts"
import type { Summary, SummaryGate, SummaryStep, SummaryTarget } from "./Summary.ts"

export interface Ending {
  readonly plan: Plan
  readonly state: RunState
  readonly selection: Selection
  readonly exitCode: ExitCode
  readonly outputs: ValueObject
  readonly error?: { readonly message: string; readonly hint: string }
}

/** What is said of the steps of a target that it did not come to. */
const fateOf = (target: TargetState, selected: boolean): Fate => {
  if (target.status === "skipped" || (!selected && target.status === "pending" && target.startedAt === undefined)) {
    return { status: "skipped", reason: "target-skipped" }
  }
  return isEnded(target.status) ? { status: "skipped", reason: "target-ended" } : { status: "pending" }
}

const filteredOut = { status: "skipped", reason: "filtered-out", message: "not selected" } as const

/** What the step that a target is stuck at said last. */
const lastErrorOf = (target: TargetState): string | undefined => {
  const { status, step } = target
  if (step === undefined || (status !== "blocked" && status !== "errored")) return undefined
  const output = stepState(target, step)?.output
  return output === undefined ? undefined : lastLine(output)
}

const outcome = (
  target: TargetState,
  lastError = lastErrorOf(target)
): Omit<SummaryTarget, "id" | "labels" | "steps"> => ({
  status: target.status,
  ...(target.reason === undefined ? {} : { reason: target.reason }),
  ...(target.step === undefined ? {} : { step: target.step }),
  ...(target.message === undefined ? {} : { message: target.message }),
  ...(lastError === undefined ? {} : { lastError }),
  ...(target.attempts === undefined ? {} : { attempts: target.attempts }),
  ...(target.need === undefined ? {} : { need: target.need }),
  ...(target.durationMs === undefined ? {} : { durationMs: target.durationMs })
})

const isUntouched = (target: TargetState): boolean =>
  target.status === "pending" && target.startedAt === undefined && Object.keys(target.steps).length === 0

export interface TargetView {
  /** Whether this invocation was about it. */
  readonly selected: boolean
  /** Whether a process works on the run now; without one nothing is running, whatever was recorded last. */
  readonly live: boolean
}

/** The state of a target as one may rely on it. */
const seen = (state: RunState, id: string, live: boolean): TargetState => {
  const recorded = targetState(state, id)
  return !live && recorded.status === "running" ? atRest(recorded) : recorded
}

/** One target as a reader sees it. */
export const summarizeTarget = (
  plan: Plan,
  state: RunState,
  target: PlanTarget,
  { live, selected }: TargetView
): SummaryTarget => {
  const known = seen(state, target.id, live)
  return {
    id: target.id,
    ...(!selected && isUntouched(known) ? filteredOut : outcome(known)),
    labels: target.labels,
    steps: stepList(plan.templates[target.template]?.steps ?? [], {
      id: target.id,
      state: known,
      fate: fateOf(known, selected)
    })
  }
}

/** An open gate of a target, with what a decision about it has to name. */
export interface ListedGate {
  readonly gate: SummaryGate
  /** `seq` of the event that opened it. */
  readonly opened: number
}

const isGate = ({ reason, status }: SummaryStep): boolean =>
  status === "pending" && (reason === "awaiting-approval" || reason === "in-flight")

/** The gates of these targets that wait for a person, in plan order. What an ended target leaves open waits for nobody. */
export const listGates = (targets: ReadonlyArray<SummaryTarget>, state: RunState): ReadonlyArray<ListedGate> =>
  targets.flatMap(({ id, status, steps }) => {
    const waiting = isEnded(status) ? [] : steps.filter(isGate)
    // Hardly any target waits, and looking one up costs.
    if (waiting.length === 0) return []
    const target = targetState(state, id)
    return waiting.flatMap(({ path }): ReadonlyArray<ListedGate> => {
      const open = stepState(target, path)?.gate
      if (open === undefined) return []
      const { about, at, message, onReject, opened, options, show } = open
      const shown = show === undefined ? {} : { show }
      return [{ opened, gate: { target: id, path, about, message, options, onReject, ...shown, openedAt: at } }]
    })
  })

/** How many targets are in which status. `running` counts as `pending`: it has not ended. */
export const countTargets = (targets: ReadonlyArray<SummaryTarget>): Summary["counts"] => {
  const counts = { total: targets.length, completed: 0, blocked: 0, errored: 0, skipped: 0, paused: 0, pending: 0 }
  for (const target of targets) counts[target.status === "running" ? "pending" : target.status]++
  return counts
}

const stuckAtOnce: ReadonlyArray<HaltReason> = ["TargetBlocked", "CircuitBreakerTripped", "FailureThresholdReached"]

/** The status of a run at rest, from the targets that were selected and why it halted. */
export const restingStatus = (
  selected: ReadonlyArray<SummaryTarget>,
  haltReason: HaltReason
): Summary["status"] => {
  if (haltReason === "RateLimited") return "rate-limited"
  if (haltReason === "CheckpointFailed" || haltReason === "PreflightFailed") return "failed"
  if (haltReason === "ShutdownRequested") return "interrupted"
  const counts = countTargets(selected)
  if (counts.paused > 0) return "paused"
  if (counts.completed === counts.total) return "completed"
  if (stuckAtOnce.includes(haltReason)) return "blocked"
  return counts.completed === 0 && counts.blocked + counts.errored > 0 ? "blocked" : "partial"
}

/** Who cancelled a run at rest, where somebody did. */
export const cancelledBy = ({ halted }: RunState): Pick<Summary, "cancelled"> => {
  if (halted?.by === undefined) return {}
  return { cancelled: { by: halted.by, ...(halted.note === undefined ? {} : { note: halted.note }) } }
}

/** The summary of a run at its halt. Linear in targets and their steps. */
export const summarize = ({ error, exitCode, outputs, plan, selection, state }: Ending): Summary => {
  const selected = new Set(selection.order)
  const targets = plan.targets.map((target, index) =>
    summarizeTarget(plan, state, target, { selected: selected.has(index), live: false })
  )
  const haltReason = error === undefined ? state.halted?.reason ?? "CheckpointFailed" : "CheckpointFailed"
  const finishedAt = state.halted?.at ?? state.updatedAt
  return {
    schema: "pawl.summary/v1",
    runId: state.runId,
    batch: plan.batch,
    planHash: plan.hash,
    status: restingStatus(targets.filter((_, index) => selected.has(index)), haltReason),
    haltReason,
    exitCode,
    startedAt: state.startedAt,
    finishedAt,
    durationMs: between(state.startedAt, finishedAt),
    invocations: state.invocations,
    counts: countTargets(targets),
    stepsExecuted: state.stepsExecuted,
    preflight: listChecks(plan, state, false),
    targets,
    gates: listGates(targets, state).map(({ gate }) => gate),
    retryAt: state.halted?.retryAt ?? null,
    rateLimits: { count: state.limited?.count ?? 0, waitMs: state.limited?.waitMs ?? 0 },
    outputs,
    ...cancelledBy(state),
    error: error === undefined ? null : { message: error.message, hint: error.hint }
  }
}
