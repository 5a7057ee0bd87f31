/**
 * Which targets can't have their turn, since one that they need does not complete.
 *
 * Owns how that spreads along `needs`. Pure. The surprise: it goes by lists of needs and not by targets: a
 * hundred thousand that wait for the same thousand share one list.
 */
import type { PlanTarget } from "../plan/Plan.ts"

export interface NeedsRequest {
  readonly targets: ReadonlyArray<PlanTarget>
  readonly isSelected: (id: string) => boolean
  /** Whether it is with this target that it begins; asked once of each that is needed. */
  readonly isStuck: (target: PlanTarget) => boolean
}

/**
 * For each selected target the need that keeps it from its turn, the first in the order of its needs; undefined
 * where there is none. Linear in targets and in the distinct lists of needs.
 */
export const stuckNeeds = (
  { isSelected, isStuck, targets }: NeedsRequest
): (target: PlanTarget) => string | undefined => {
  const waiting = new Map<ReadonlyArray<string>, Array<string>>()
  for (const { id, needs } of targets) {
    if (needs.length === 0 || !isSelected(id)) continue
    const ids = waiting.get(needs)
    if (ids === undefined) waiting.set(needs, [id])
    else ids.push(id)
  }
  const listsWith = new Map<string, Array<ReadonlyArray<string>>>()
  for (const needs of waiting.keys()) {
    for (const need of needs) {
      const lists = listsWith.get(need)
      if (lists === undefined) listsWith.set(need, [needs])
      else lists.push(needs)
    }
  }
  const stuck = new Set<string>()
  const held = new Set<ReadonlyArray<string>>()
  const queue = targets.filter((target) => listsWith.has(target.id) && isStuck(target)).map(({ id }) => id)
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (stuck.has(next)) continue
    stuck.add(next)
    for (const needs of listsWith.get(next) ?? []) {
      if (held.has(needs)) continue
      held.add(needs)
      for (const id of waiting.get(needs) ?? []) queue.push(id)
    }
  }
  const first = new Map<ReadonlyArray<string>, string | undefined>()
  for (const needs of held) first.set(needs, needs.find((need) => stuck.has(need)))
  return ({ needs }) => first.get(needs)
}
