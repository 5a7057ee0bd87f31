/**
 * The name under which the checks of a preflight are known: in logs, in scenarios, to the checks themselves.
 *
 * Owns that name alone. The surprise: it is a name among those of the targets, so that `preflight/api-up`
 * is found wherever `api/build` is; so a batch with a preflight has no target that is called so.
 */
import type { Plan, PlanTemplate } from "./Plan.ts"

export const PREFLIGHT = "preflight"

/** The checks of a plan, if it is they that this id means, and not a target. */
export const checksOf = ({ preflight }: Plan, id: string): PlanTemplate | undefined =>
  id === PREFLIGHT ? preflight : undefined
