/**
 * Plan and state → summary.
 *
 * Owns which status a target, a step and a run has in the eyes of a reader. Must not read
 * files or clocks. The surprise: a target that this invocation did not select and that nothing
 * has happened to counts as `skipped` (`filtered-out`), while one that an earlier invocation
 * brought somewhere keeps what it has.
 */
import type { ValueObject } from "../expression/Value.ts"
import type { Plan, PlanStep, PlanTarget } from "../plan/Plan.ts"
import type { Selection } from "../plan/Selection.ts"
import type { ExitCode } from "../run/ExitCode.ts"
import { logPath } from "../run/LogPath.ts"
import type { HaltReason } from "../run/RunEvent.ts"
import { type RunState, targetState } from "../run/RunState.ts"
import { atRest, isEnded, type StepState, type TargetState } from "../run/TargetState.ts"
import { between } from "./Duration.ts"
import { lastLine } from "./LastLine.ts"
import type { Summary, SummaryStep, SummaryTarget } from "./Summary.ts"

export interface Ending {
  readonly plan: Plan
  readonly state: RunState
  readonly selection: Selection
  readonly exitCode: ExitCode
  readonly outputs: ValueObject
  readonly error?: { readonly message: string; readonly hint: string }
}

const untouchedStep = (target: TargetState, selected: boolean): Pick<SummaryStep, "status" | "reason"> => {
  if (target.status === "skipped" || (!selected && target.status === "pending" && target.startedAt === undefined)) {
    return { status: "skipped", reason: "target-skipped" }
  }
  return isEnded(target.status) ? { status: "skipped", reason: "target-ended" } : { status: "pending" }
}

/** A step may have ended without ever being started, where its expression failed, and leaves no log in silence. */
const hasLog = ({ attempts, invocation, reason, silent }: StepState): boolean =>
  silent !== true && (invocation !== undefined || (attempts > 0 && reason !== "expression-failed"))

const knownStep = (target: string, path: string, step: StepState): Omit<SummaryStep, "path" | "kind"> => ({
  status: step.status,
  attempts: step.attempts,
  durationMs: step.durationMs,
  ...(step.exitCode === undefined ? {} : { exitCode: step.exitCode }),
  ...(step.reason === undefined ? {} : { reason: step.reason }),
  ...(step.message === undefined ? {} : { message: step.message }),
  ...(step.continued === true ? { continued: true } : {}),
  ...(step.nextAttemptAt === undefined ? {} : { nextAttemptAt: step.nextAttemptAt }),
  ...(hasLog(step) ? { log: `${logPath(target, path)}.out` } : {}),
  ...(step.status === "failed" && step.output !== undefined && step.output.stderr !== ""
    ? { errorLog: `${logPath(target, path)}.err` }
    : {})
})

const summarizeStep = (plan: PlanTarget, target: TargetState, step: PlanStep, selected: boolean): SummaryStep => {
  const known = target.steps[step.id]
  return {
    path: step.id,
    kind: step.kind,
    ...(known === undefined || (known.status === "pending" && known.attempts === 0 && isEnded(target.status))
      ? { ...untouchedStep(target, selected), attempts: 0, durationMs: 0 }
      : knownStep(plan.id, step.id, known))
  }
}

const filteredOut = { status: "skipped", reason: "filtered-out", message: "not selected" } as const

/** What the step that a target is stuck at said last. */
const lastErrorOf = ({ status, step, steps }: TargetState): string | undefined => {
  const output = step === undefined || (status !== "blocked" && status !== "errored") ? undefined : steps[step]?.output
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

/** One target as a reader sees it. */
export const summarizeTarget = (
  plan: Plan,
  state: RunState,
  target: PlanTarget,
  { live, selected }: TargetView
): SummaryTarget => {
  const recorded = targetState(state, target.id)
  const known = !live && recorded.status === "running" ? atRest(recorded) : recorded
  return {
    id: target.id,
    ...(!selected && isUntouched(known) ? filteredOut : outcome(known)),
    labels: target.labels,
    steps: (plan.templates[target.template]?.steps ?? []).map((step) => summarizeStep(target, known, step, selected))
  }
}

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
  if (haltReason === "CheckpointFailed") return "failed"
  if (haltReason === "ShutdownRequested") return "interrupted"
  const counts = countTargets(selected)
  if (counts.completed === counts.total) return "completed"
  if (stuckAtOnce.includes(haltReason)) return "blocked"
  return counts.completed === 0 && counts.blocked + counts.errored > 0 ? "blocked" : "partial"
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
    targets,
    gates: [],
    retryAt: null,
    outputs,
    error: error === undefined ? null : { message: error.message, hint: error.hint }
  }
}
