/**
 * What going on with a run means for the targets that something has already happened to.
 *
 * Owns drift, retries and needs that have come back to life. Pure. The surprise: a target is
 * known by its id and its definition, never by its place in the list.
 */
import { Either } from "effect"
import { compare } from "../plan/Drift.ts"
import type { Plan } from "../plan/Plan.ts"
import { PlanError } from "../plan/PlanError.ts"
import type { Selection } from "../plan/Selection.ts"
import { type RunState, targetState } from "./RunState.ts"
import { isEnded, stepEntries } from "./TargetState.ts"

export interface ResumeRequest {
  readonly retryErrors: boolean
  readonly retryBlocked: boolean
  readonly allowChanges: boolean
}

export interface ResumePlan {
  /** Targets that start from the beginning again, in plan order. */
  readonly reset: ReadonlyArray<string>
  /** Stuck targets that are tried again, what they have done kept, in plan order. */
  readonly retried: ReadonlyArray<string>
  /** Worth a word on standard error. */
  readonly notes: ReadonlyArray<string>
}

const LISTED = 5

const some = (ids: ReadonlyArray<string>): string =>
  ids.length <= LISTED ? ids.join(", ") : `${ids.slice(0, LISTED).join(", ")} and ${ids.length - LISTED} more`

const count = (ids: ReadonlyArray<string>): string => `${ids.length} target${ids.length === 1 ? "" : "s"}`

const refuse = (changed: ReadonlyArray<string>, state: RunState): PlanError =>
  new PlanError({
    message: `${count(changed)} changed since run ${state.runId} worked on them`,
    hint: "--allow-changes runs them again from their first step; --fresh sets this run aside and starts anew",
    details: changed.map((id) => `${id}: ${targetState(state, id).status}`)
  })

/** Selected targets that were skipped for a need which now can complete, or has completed. */
const revived = (plan: Plan, selected: ReadonlySet<string>, state: RunState, again: ReadonlySet<string>) => {
  const free = new Set<string>()
  const canComplete = (id: string): boolean => {
    const { status } = targetState(state, id)
    if (status === "completed" && !again.has(id)) return true
    return selected.has(id) && (!isEnded(status) || again.has(id) || free.has(id))
  }
  const skipped = plan.targets.filter(({ id }) => targetState(state, id).status === "skipped" && selected.has(id))
  // A need may itself be revived by a later look: go round until nothing more is.
  for (let before = -1; before !== free.size;) {
    before = free.size
    for (const { id, needs } of skipped) if (!free.has(id) && needs.every(canComplete)) free.add(id)
  }
  return free
}

const idsOf = (plan: Plan, keep: (id: string) => boolean): ReadonlyArray<string> =>
  plan.targets.map(({ id }) => id).filter(keep)

/** Decides what an invocation resets before it goes on; left where the plan drifted and nobody allowed it. */
export const planResume = (
  stored: Plan,
  plan: Plan,
  selection: Selection,
  state: RunState,
  request: ResumeRequest
): Either.Either<ResumePlan, PlanError> => {
  const drift = compare(stored, plan)
  const begun = drift.changed.filter((id) => targetState(state, id).status !== "pending" || hasBegun(state, id))
  if (begun.length > 0 && !request.allowChanges) return Either.left(refuse(begun, state))

  const selected = new Set(selection.order.flatMap((index) => plan.targets[index]?.id ?? []))
  const changed = new Set(begun)
  const isTriedAgain = (id: string): boolean => {
    const { status } = targetState(state, id)
    if (!selected.has(id) || changed.has(id)) return false
    return (status === "errored" && request.retryErrors) || (status === "blocked" && request.retryBlocked)
  }
  const retried = request.retryErrors || request.retryBlocked ? idsOf(plan, isTriedAgain) : []
  const free = revived(plan, selected, state, new Set([...changed, ...retried]))
  return Either.right({
    reset: changed.size + free.size === 0 ? [] : idsOf(plan, (id) => changed.has(id) || free.has(id)),
    retried,
    notes: [
      ...(drift.added.length === 0 ? [] : [`${count(drift.added)} added to the plan: ${some(drift.added)}`]),
      ...(drift.removed.length === 0 ? [] : [`${count(drift.removed)} no longer in the plan: ${some(drift.removed)}`]),
      ...(begun.length === 0 ? [] : [`${count(begun)} changed and will run again: ${some(begun)}`])
    ]
  })
}

const hasBegun = (state: RunState, id: string): boolean => stepEntries(targetState(state, id)).length > 0
