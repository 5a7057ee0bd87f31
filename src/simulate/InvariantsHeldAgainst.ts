/**
 * What a run is held against: a plan as bounds, and how a promise that was broken is told.
 *
 * Owns the shapes. Pure. The surprise: two branches of a step may use a path twice, and the laxer of
 * their bounds is what counts, since the path alone does not say which of them was taken.
 */
import type { Plan, PlanStep } from "../plan/Plan.ts"
import { definitionsOf } from "./ScenarioPlaces.ts"

/** One thing that must hold and does not. */
export interface Violation {
  /** Such as `never-twice`. */
  readonly invariant: string
  readonly message: string
  /** The event at which it shows. */
  readonly seq?: number
}

export type Tell = (invariant: string, message: string, seq: number) => void

/** What of a step's definition its life is held against. */
export interface Rule {
  readonly maxAttempts: number
  readonly isRepeatable: boolean
}

const ruleOf = (step: PlanStep): Rule =>
  step.kind === "run" || step.kind === "command"
    ? { maxAttempts: step.retries.maxAttempts, isRepeatable: step.idempotent !== false }
    : { maxAttempts: 1, isRepeatable: true }

/** The bounds of the steps of each template, by their paths without numbers. */
export const rulesOf = (plan: Plan): ReadonlyArray<ReadonlyMap<string, Rule>> =>
  plan.templates.map(({ steps }) => {
    const rules = new Map<string, Rule>()
    for (const [path, step] of definitionsOf(steps)) {
      const rule = ruleOf(step)
      const other = rules.get(path) ?? rule
      rules.set(path, {
        maxAttempts: Math.max(rule.maxAttempts, other.maxAttempts),
        isRepeatable: rule.isRepeatable || other.isRepeatable
      })
    }
    return rules
  })

/** `a[0]::b` and `a` for `a[0]::b::c`. */
export const outerPaths = (path: string): ReadonlyArray<string> => {
  const parts = path.split("::")
  return parts.slice(0, -1).map((_, at) => parts.slice(0, at + 1).join("::").replace(/\[\d+\]$/, ""))
}
