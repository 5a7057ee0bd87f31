/**
 * What the shape of a list of steps alone can't say: ids used twice, steps too deep in each other.
 *
 * Owns these checks. Must not look at expressions. The surprise: it walks a document that may not be a
 * manifest, and that aliases may make far bigger than its text, so a list is looked at once however
 * often it stands there.
 */
import { deepest } from "../expression/Limits.ts"
import type { Finding, Path } from "./Finding.ts"
import { pathText } from "./Finding.ts"
import { isMapping } from "./IssueWords.ts"

type List = ReadonlyArray<unknown>

const isList = (value: unknown): value is List => Array.isArray(value)

const holding = ["then", "else", "default", "steps"] as const

type Inner = readonly [keys: Path, steps: List]
const none: ReadonlyArray<Inner> = []

/** The lists of steps within a step, with the keys that lead to each. */
const listsIn = (step: unknown): ReadonlyArray<Inner> => {
  if (!isMapping(step)) return none
  let lists: Array<Inner> | undefined
  for (const key of holding) {
    const steps = step[key]
    if (isList(steps)) (lists ??= []).push([[key], steps])
  }
  const cases = step["cases"]
  if (isMapping(cases)) {
    for (const [name, steps] of Object.entries(cases)) if (isList(steps)) (lists ??= []).push([["cases", name], steps])
  }
  return lists ?? none
}

const usedTwice = (steps: List, path: Path, where: string, findings: Array<Finding>): void => {
  const first = new Map<string, number>()
  for (let index = 0; index < steps.length; index++) {
    const step = steps[index]
    const id = isMapping(step) ? step["id"] : undefined
    if (typeof id !== "string") continue
    const earlier = first.get(id)
    if (earlier === undefined) first.set(id, index)
    else {
      findings.push({
        path: [...path, index, "id"],
        message: `step id \`${id}\` is used twice in ${where}`,
        hint: `the other is \`${pathText([...path, earlier])}\`: expressions and logs need to tell them apart`
      })
    }
  }
}

/**
 * Ids used twice in one list of steps, at any depth; `then` and `else` are two lists. Lists that are in `seen`
 * are passed by, and those that are looked at are put there. `where` is what holds the list.
 */
export const sameStepIds = (
  steps: unknown,
  path: Path,
  seen: Set<List>,
  where = "this target"
): ReadonlyArray<Finding> => {
  const findings: Array<Finding> = []
  const visit = (list: List, at: Path, where: string): void => {
    if (seen.has(list)) return
    seen.add(list)
    if (list.length > 1) usedTwice(list, at, where, findings)
    list.forEach((step, index) => {
      for (const [keys, inner] of listsIn(step)) visit(inner, [...at, index, ...keys], `\`${pathText(keys)}\``)
    })
  }
  if (isList(steps)) visit(steps, path, where)
  return findings
}

/** How many lists of steps stand in each other, this one included; what is known of those with others in them is in `heights`. */
const heightOf = (steps: List, heights: Map<List, number>): number => {
  const known = heights.get(steps)
  if (known !== undefined) return known
  let height = 0
  for (const step of steps) for (const [, inner] of listsIn(step)) height = Math.max(height, heightOf(inner, heights))
  if (height > 0) heights.set(steps, height + 1)
  return height + 1
}

/** Where the first list stands that is `levels` within this one. */
const levelsWithin = (steps: List, path: Path, levels: number, heights: Map<List, number>): Path => {
  if (levels === 0) return path
  for (const [index, step] of steps.entries()) {
    for (const [keys, inner] of listsIn(step)) {
      if (heightOf(inner, heights) >= levels) {
        return levelsWithin(inner, [...path, index, ...keys], levels - 1, heights)
      }
    }
  }
  return path
}

/** The first list of steps that stands too deep, if one does. */
export const stepsTooDeep = (targets: List): Finding | undefined => {
  const heights = new Map<List, number>()
  for (const [index, target] of targets.entries()) {
    const steps = isMapping(target) ? target["steps"] : undefined
    if (isList(steps) && heightOf(steps, heights) > deepest) {
      return {
        path: levelsWithin(steps, ["targets", index, "steps"], deepest, heights),
        at: "key",
        message: `steps stand in each other more than ${deepest} deep`,
        hint: "put the inner work into a script, or into a batch of its own"
      }
    }
  }
  return undefined
}
