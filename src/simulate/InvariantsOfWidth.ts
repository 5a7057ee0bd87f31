/**
 * How much may be under way at once: targets of a run, items of a `map`, steps of a `parallel`.
 *
 * Owns the counting. Pure. The surprise: what counts is attempts, since a target that waits has given
 * up its place, and so has an item that waits at a gate.
 */
import type { Plan } from "../plan/Plan.ts"
import { definitionPath } from "../plan/StepPath.ts"
import type { SchedulerOptions } from "../run/Scheduler.ts"
import { outerPaths } from "./InvariantsHeldAgainst.ts"
import { definitionsOf } from "./ScenarioPlaces.ts"

type UnderWay = ReadonlyArray<readonly [target: string, path: string]>

export interface Widths {
  /** A message for each bound that is passed. */
  readonly over: (underWay: UnderWay) => ReadonlyArray<string>
}

/** Of a template, how many children of a composite step may be under way, by its path without numbers. */
const widthsOf = ({ templates }: Plan): ReadonlyArray<ReadonlyMap<string, number>> =>
  templates.map(({ steps }) => {
    const widths = new Map<string, number>()
    for (const [path, step] of definitionsOf(steps)) {
      if (step.kind === "map") widths.set(path, Math.max(step.maxParallel, widths.get(path) ?? 0))
      if (step.kind === "loop" || step.kind === "if" || step.kind === "switch") {
        widths.set(path, Math.max(1, widths.get(path) ?? 0))
      }
      if (step.kind === "parallel") {
        widths.set(path, Math.max(step.maxParallel ?? step.steps.length, widths.get(path) ?? 0))
      }
    }
    return widths
  })

/** The child of `outer` that `path` lies in: `a[3]` or `a::b`. */
const childOf = (outer: string, path: string): string =>
  /^(?:\[\d+\]|::[^:[]+)/.exec(path.slice(outer.length))?.[0] ?? path

export const makeWidths = (plan: Plan, { maxParallel }: SchedulerOptions): Widths => {
  const widths = widthsOf(plan)
  const templateOf = new Map(plan.targets.map(({ id, template }) => [id, template]))
  return {
    over: (underWay) => {
      if (underWay.length < 2) return []
      const found: Array<string> = []
      const targets = new Set(underWay.map(([target]) => target))
      if (targets.size > maxParallel) found.push(`${targets.size} targets at once, where ${maxParallel} may be`)
      const children = new Map<string, Set<string>>()
      const bounds = new Map<string, number>()
      for (const [target, path] of underWay) {
        for (const outer of outerPaths(path)) {
          const bound = widths[templateOf.get(target) ?? -1]?.get(definitionPath(outer))
          if (bound === undefined) continue
          const name = `${target}/${outer}`
          const own = children.get(name) ?? new Set()
          children.set(name, own.add(childOf(outer, path)))
          bounds.set(name, bound)
        }
      }
      for (const [name, own] of children) {
        const bound = bounds.get(name) ?? own.size
        if (own.size > bound) found.push(`${own.size} at once in ${name}, where ${bound} may be`)
      }
      return found
    }
  }
}
