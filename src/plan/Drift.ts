/**
 * What changed between the plan a run was begun with and the plan of today.
 *
 * Owns the comparison. Must not decide whether the change is acceptable: a resume does.
 * The surprise: only ids and hashes count, so a target that moved, or whose labels changed,
 * has not changed.
 */
import type { Plan } from "./Plan.ts"

export interface Drift {
  /** Ids in the later plan alone, in its order. */
  readonly added: ReadonlyArray<string>
  /** Ids in the earlier plan alone, in its order. */
  readonly removed: ReadonlyArray<string>
  /** Ids in both that no longer do the same, in the order of the later plan. */
  readonly changed: ReadonlyArray<string>
}

const hashes = (plan: Plan): ReadonlyMap<string, string> =>
  new Map(plan.targets.map((target) => [target.id, target.hash]))

/** Compares two plans of one batch, target by target. */
export const compare = (before: Plan, after: Plan): Drift => {
  if (before === after) return { added: [], removed: [], changed: [] }
  const earlier = hashes(before)
  const later = hashes(after)
  const ids = (plan: Plan, keep: (id: string, hash: string) => boolean) =>
    plan.targets.filter((target) => keep(target.id, target.hash)).map((target) => target.id)
  return {
    added: ids(after, (id) => !earlier.has(id)),
    removed: ids(before, (id) => !later.has(id)),
    changed: ids(after, (id, hash) => earlier.has(id) && earlier.get(id) !== hash)
  }
}
