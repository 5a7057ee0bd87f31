/**
 * Where the path of a step instance belongs in the tree of a plan's steps.
 *
 * Owns finding a step by a path, the order of paths, and which paths a word of the user's means.
 * Pure. The surprise: a word without numbers, such as `shards::e2e`, means every instance, and a
 * word that is a composite step means everything in it.
 */
import type { PlanStep } from "../plan/Plan.ts"
import { branchesOf } from "../plan/StepTree.ts"

interface Segment {
  readonly id: string
  readonly index?: number
}

const numbered = /^(.*)\[(\d+)\]$/

const segmentsOf = (path: string): ReadonlyArray<Segment> =>
  path.split("::").map((part) => {
    const found = numbered.exec(part)
    return found === null ? { id: part } : { id: found[1] ?? "", index: Number(found[2]) }
  })

/** The steps directly within a step, of all its branches. */
export const stepsIn = (step: PlanStep): ReadonlyArray<PlanStep> => branchesOf(step).flatMap(({ steps }) => steps)

/** The step that a path is an instance of; of two branches that use an id twice, the first that fits. */
export const findStep = (steps: ReadonlyArray<PlanStep>, path: string): PlanStep | undefined => {
  const find = (among: ReadonlyArray<PlanStep>, segments: ReadonlyArray<Segment>): PlanStep | undefined => {
    const [first, ...rest] = segments
    for (const step of among) {
      if (step.id !== first?.id) continue
      const found = rest.length === 0 ? step : find(stepsIn(step), rest)
      if (found !== undefined) return found
    }
    return undefined
  }
  return find(steps, segmentsOf(path))
}

/** Every path of the manifest's own, such as `shards::e2e`, once. */
export const definitionPaths = (steps: ReadonlyArray<PlanStep>, parent = ""): ReadonlyArray<string> => [
  ...new Set(steps.flatMap((step) => [
    `${parent}${step.id}`,
    ...definitionPaths(stepsIn(step), `${parent}${step.id}::`)
  ]))
]

const keyOf = (steps: ReadonlyArray<PlanStep>, path: string): ReadonlyArray<number> => {
  let among = steps
  return segmentsOf(path).flatMap(({ id, index }) => {
    const at = among.findIndex((step) => step.id === id)
    among = among.filter((step) => step.id === id).flatMap(stepsIn)
    return [at, index ?? -1]
  })
}

/** Paths in the order of the plan: items and iterations by their number, a composite step before what is in it. */
export const inPlanOrder = (steps: ReadonlyArray<PlanStep>, paths: Iterable<string>): ReadonlyArray<string> =>
  Array.from(paths, (path) => ({ path, key: keyOf(steps, path) })).sort((a, b) => {
    const at = a.key.findIndex((number, position) => number !== b.key[position])
    return at === -1 ? a.key.length - b.key.length : (a.key[at] ?? 0) - (b.key[at] ?? -1)
  }).map(({ path }) => path)

/** Whether a word of the user's means this instance: itself, one of its definition's, or one within what it names. */
export const isMeant = (word: string, path: string): boolean => {
  const segments = segmentsOf(path)
  return segmentsOf(word).every(({ id, index }, at) => {
    const segment = segments[at]
    return segment?.id === id && (index === undefined || segment.index === index)
  })
}
