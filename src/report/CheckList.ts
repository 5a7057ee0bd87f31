/**
 * The checks of a preflight as a list: what a reader sees of each.
 *
 * Owns which of them is at fault. Pure. The surprise: checks belong to an invocation and not to the run,
 * so those of an earlier one say nothing once another has begun.
 */
import type { Plan } from "../plan/Plan.ts"
import { PREFLIGHT } from "../plan/Preflight.ts"
import { checksTarget, restChecks } from "../run/PreflightState.ts"
import type { RunState } from "../run/RunState.ts"
import { lastLine } from "./LastLine.ts"
import { stepList } from "./StepList.ts"
import type { SummaryCheck } from "./Summary.ts"

/** All checks of a plan, in their order. `live`: a process works on the run now. */
export const listChecks = ({ preflight }: Plan, state: RunState, live: boolean): ReadonlyArray<SummaryCheck> => {
  if (preflight === undefined) return []
  const known = state.preflight ?? {}
  const checks = live ? known : restChecks(known)
  const listed = { id: PREFLIGHT, state: checksTarget(checks), fate: { status: "pending" as const } }
  return stepList(preflight.steps, listed).map((step): SummaryCheck => {
    const output = step.status === "failed" ? checks[step.path]?.output : undefined
    const lastError = output === undefined ? undefined : lastLine(output)
    return lastError === undefined ? step : { ...step, lastError }
  })
}

/** The check that keeps targets from starting. */
export const failedCheck = (checks: ReadonlyArray<SummaryCheck>): SummaryCheck | undefined =>
  checks.find(({ continued, status }) => status === "failed" && continued !== true)
