/**
 * `needs:` to the targets they name: patterns resolved, unknown ones told.
 *
 * Owns what an entry of `needs` matches. Cycles are found in `Cycles.ts`. The surprise: a list
 * of needs that many targets share stays one list, so that a hundred thousand targets that wait
 * for a thousand others are a hundred thousand references and not their product.
 */
import { nearest } from "../expression/Nearest.ts"
import { idPattern, isPattern } from "./IdPattern.ts"

/** A target as far as needs go. */
export interface Needing {
  readonly id: string
  /** Rendered, patterns not resolved; one array where the targets of an entry have the same. */
  readonly needs: ReadonlyArray<string>
}

export interface NeedProblem {
  /** Index of the target. */
  readonly target: number
  /** Index into its `needs`. */
  readonly need: number
  readonly message: string
  readonly hint?: string
}

export interface Resolved {
  /** For each target the indices of those it needs, in plan order, each once. */
  readonly needs: ReadonlyArray<ReadonlyArray<number>>
  readonly problems: ReadonlyArray<NeedProblem>
}

type Indices = ReadonlyArray<number>

const unmatched = (need: string, known: Iterable<string>) => {
  if (isPattern(need)) {
    return {
      message: `no other target matches \`${need}\``,
      hint: "a pattern is held against whole ids: `*` is any characters, `?` any one"
    }
  }
  const near = nearest(need, known)
  return {
    message: `\`${need}\` is no target`,
    hint: near === undefined ? "name the `id` of a target of this batch, or take it out" : `did you mean \`${near}\`?`
  }
}

const holds = (sorted: Indices, wanted: number): boolean => {
  let low = 0
  let high = sorted.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const found = sorted[middle] ?? 0
    if (found === wanted) return true
    if (found < wanted) low = middle + 1
    else high = middle - 1
  }
  return false
}

const merged = (lists: ReadonlyArray<Indices>): Indices => {
  const [only, ...others] = lists
  return only !== undefined && others.length === 0 ? only : [...new Set(lists.flat())].sort((a, b) => a - b)
}

const none: Indices = []

/**
 * Resolves every target's needs. An id that a target has is that target; anything else with
 * `*` or `?` in it is a pattern, which never matches the target that says it.
 */
export const resolveNeeds = (targets: ReadonlyArray<Needing>): Resolved => {
  if (targets.every((target) => target.needs.length === 0)) return { needs: targets.map(() => none), problems: [] }
  const indices = new Map(targets.map((target, index) => [target.id, index]))
  const patterns = new Map<string, Indices>()
  const shared = new Map<ReadonlyArray<string>, Indices>()
  /** By pattern, the first target that says it and matches it. */
  const selfish = new Map<string, number>()
  const problems: Array<NeedProblem> = []

  const matching = (pattern: string): Indices => {
    const known = patterns.get(pattern)
    if (known !== undefined) return known
    const matches = idPattern(pattern)
    const found = targets.flatMap((target, index) => (matches(target.id) ? [index] : []))
    patterns.set(pattern, found)
    return found
  }
  const lookup = (need: string): Indices => {
    const exact = indices.get(need)
    return exact !== undefined ? [exact] : isPattern(need) ? matching(need) : none
  }
  const without = (need: string, self: number): Indices => {
    const found = lookup(need)
    if (indices.has(need) || !holds(found, self)) return found
    const first = selfish.get(need)
    // Two targets that both match a pattern and both say it need each other: that is a cycle
    // already, and the copies that would show it in full could be as many as there are targets.
    if (first !== undefined && first !== self) return [first]
    selfish.set(need, self)
    return found.filter((index) => index !== self)
  }

  const needs = targets.map((target, self) => {
    if (target.needs.length === 0) return none
    const known = shared.get(target.needs)
    if (known !== undefined && !holds(known, self)) return known
    const lists = target.needs.map((need, at) => {
      const found = without(need, self)
      if (found.length === 0) problems.push({ target: self, need: at, ...unmatched(need, indices.keys()) })
      return found
    })
    const all = merged(lists)
    if (known === undefined && !target.needs.some((need) => holds(lookup(need), self))) shared.set(target.needs, all)
    return all
  })
  return { needs, problems }
}
