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
import { type TargetList, targetList } from "./TargetList.ts"

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

/** The open gates of a target that wait for a person. What an ended target leaves open waits for nobody. */
const gatesOf = ({ id, steps }: SummaryTarget, target: TargetState): ReadonlyArray<ListedGate> =>
  steps.filter(isGate).flatMap(({ path }): ReadonlyArray<ListedGate> => {
    const open = stepState(target, path)?.gate
    if (open === undefined) return []
    const { about, at, message, onReject, opened, options, show } = open
    const shown = show === undefined ? {} : { show }
    return [{ opened, gate: { target: id, path, about, message, options, onReject, ...shown, openedAt: at } }]
  })

type Counts = Summary["counts"]

/** What is known of all targets together. */
export interface Survey {
  readonly targets: TargetList
  readonly counts: Counts
  /** Of those that this invocation was about. */
  readonly selectedCounts: Counts
  /** In plan order. */
  readonly gates: ReadonlyArray<ListedGate>
}

const noCounts = () => ({ total: 0, completed: 0, blocked: 0, errored: 0, skipped: 0, paused: 0, pending: 0 })

/** Looks at all targets, and makes no more of them than that takes. `running` counts as `pending`: it has not ended. */
export const survey = (
  plan: Plan,
  state: RunState,
  live: boolean,
  isSelected: (index: number) => boolean
): Survey => {
  const counts = noCounts()
  const selectedCounts = noCounts()
  const gates: Array<ListedGate> = []
  for (const [index, target] of plan.targets.entries()) {
    const selected = isSelected(index)
    const known = seen(state, target.id, live)
    const { status } = !selected && isUntouched(known) ? filteredOut : known
    for (const each of selected ? [counts, selectedCounts] : [counts]) {
      each.total += 1
      each[status === "running" ? "pending" : status] += 1
    }
    // Hardly any target waits.
    if (!isEnded(status) && Object.keys(known.steps).length > 0) {
      gates.push(...gatesOf(summarizeTarget(plan, state, target, { selected, live }), targetState(state, target.id)))
    }
  }
  const targetAt = (index: number): SummaryTarget => {
    const target = plan.targets[index]
    if (target === undefined) throw new Error(`there is no target ${index}`)
    return summarizeTarget(plan, state, target, { selected: isSelected(index), live })
  }
  return { targets: targetList(plan.targets.length, targetAt), counts, selectedCounts, gates }
}

const stuckAtOnce: ReadonlyArray<HaltReason> = ["TargetBlocked", "CircuitBreakerTripped", "FailureThresholdReached"]

/** The status of a run at rest, from the counts of the targets that were selected and why it halted. */
export const restingStatus = (counts: Counts, haltReason: HaltReason): Summary["status"] => {
  if (haltReason === "RateLimited") return "rate-limited"
  if (haltReason === "CheckpointFailed" || haltReason === "PreflightFailed") return "failed"
  if (haltReason === "ShutdownRequested") return "interrupted"
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

/** The summary of a run at its halt. Its targets are made when they are asked for. */
export const summarize = ({ error, exitCode, outputs, plan, selection, state }: Ending): Summary => {
  // None is in it twice.
  const selected = selection.order.length === plan.targets.length ? undefined : new Set(selection.order)
  const isSelected = (index: number): boolean => selected === undefined || selected.has(index)
  const { counts, gates, selectedCounts, targets } = survey(plan, state, false, isSelected)
  const haltReason = error === undefined ? state.halted?.reason ?? "CheckpointFailed" : "CheckpointFailed"
  const finishedAt = state.halted?.at ?? state.updatedAt
  return {
    schema: "pawl.summary/v1",
    runId: state.runId,
    batch: plan.batch,
    planHash: plan.hash,
    status: restingStatus(selectedCounts, haltReason),
    haltReason,
    exitCode,
    startedAt: state.startedAt,
    finishedAt,
    durationMs: between(state.startedAt, finishedAt),
    invocations: state.invocations,
    counts,
    stepsExecuted: state.stepsExecuted,
    preflight: listChecks(plan, state, false),
    targets,
    gates: gates.map(({ gate }) => gate),
    retryAt: state.halted?.retryAt ?? null,
    rateLimits: { count: state.limited?.count ?? 0, waitMs: state.limited?.waitMs ?? 0 },
    outputs,
    ...cancelledBy(state),
    error: error === undefined ? null : { message: error.message, hint: error.hint }
  }
}
