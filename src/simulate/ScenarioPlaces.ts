/**
 * Which steps of a plan a rule of a scenario is about.
 *
 * Owns the matching of `target/path`, and of `preflight/check`. Pure. The surprise: ids of targets may hold slashes, so a
 * name is not cut at one but looked up whole, at each of them.
 */
import { idPattern, isPattern } from "../plan/IdPattern.ts"
import type { Plan, PlanStep } from "../plan/Plan.ts"
import { PREFLIGHT } from "../plan/Preflight.ts"
import { childPath, definitionPath } from "../plan/StepPath.ts"
import { branchesOf } from "../plan/StepTree.ts"

/** What can happen at a step; `rule`: a gate that an expression decides. */
export type PlaceKind = "attempt" | "gate" | "rule" | "composite"

const kindsOfStep = (step: PlanStep): ReadonlyArray<PlaceKind> => {
  switch (step.kind) {
    case "run":
    case "command":
      return step.idempotent === false ? ["attempt", "gate"] : ["attempt"]
    case "gate":
      return [step.gate.type === "approval" ? "gate" : step.gate.type === "check" ? "attempt" : "rule"]
    default:
      return ["composite"]
  }
}

/** Every step of a template by its path without numbers; branches may use one twice. */
export const definitionsOf = (
  steps: ReadonlyArray<PlanStep>,
  parent?: string
): ReadonlyArray<readonly [path: string, step: PlanStep]> =>
  steps.flatMap((step) => {
    const path = childPath(parent, step.id)
    return [
      [path, step] as const,
      ...branchesOf(step).flatMap((branch) => definitionsOf(branch.steps, path))
    ]
  })

export interface Places {
  /** What can happen at the steps that a rule matches; empty where it matches none. */
  readonly kindsOf: (match: string) => ReadonlySet<PlaceKind>
  /** Every `target/path` of the plan, without numbers. */
  readonly names: () => Iterable<string>
}

/** `shards[0]::e2e` and `shards[*]::e2e` as `shards::e2e`. */
const withoutNumbers = (match: string): string => match.replaceAll(/\[[\d*?]+\]/g, "")

export const makePlaces = (plan: Plan): Places => {
  const { preflight } = plan
  const templates = preflight === undefined ? plan.templates : [...plan.templates, preflight]
  const targets = preflight === undefined
    ? plan.targets
    : [{ id: PREFLIGHT, template: plan.templates.length }, ...plan.targets]
  const kinds = templates.map(({ steps }) => {
    const found = new Map<string, ReadonlyArray<PlaceKind>>()
    for (const [path, step] of definitionsOf(steps)) {
      found.set(path, [...(found.get(path) ?? []), ...kindsOfStep(step)])
    }
    return found
  })
  const templateOf = new Map(targets.map(({ id, template }) => [id, template]))

  const exact = (name: string): ReadonlyArray<PlaceKind> => {
    for (let at = name.indexOf("/"); at !== -1; at = name.indexOf("/", at + 1)) {
      const template = templateOf.get(name.slice(0, at))
      const found = template === undefined ? undefined : kinds[template]?.get(name.slice(at + 1))
      if (found !== undefined) return found
    }
    return []
  }

  const names = function*(): Generator<string> {
    for (const { id, template } of targets) for (const path of kinds[template]?.keys() ?? []) yield `${id}/${path}`
  }

  const wild = (pattern: string): ReadonlyArray<PlaceKind> => {
    const matches = idPattern(pattern)
    return targets.flatMap(({ id, template }) =>
      [...kinds[template] ?? []].flatMap(([path, found]) => matches(`${id}/${path}`) ? found : [])
    )
  }

  return {
    kindsOf: (match) => {
      const pattern = withoutNumbers(match)
      return new Set(isPattern(pattern) ? wild(pattern) : exact(pattern))
    },
    names
  }
}

/** The rules that are about one step, in their order, by index. */
export const makeMatcher = (
  rules: ReadonlyArray<{ readonly match: string }>
): (target: string, path: string) => ReadonlyArray<number> => {
  if (rules.length === 0) return () => []
  const exact = new Map<string, Array<number>>()
  const wild: Array<{ readonly index: number; readonly matches: (name: string) => boolean }> = []
  for (const [index, { match }] of rules.entries()) {
    if (isPattern(match)) wild.push({ index, matches: idPattern(match) })
    else exact.set(match, [...(exact.get(match) ?? []), index])
  }
  return (target, path) => {
    const name = `${target}/${path}`
    const definition = `${target}/${definitionPath(path)}`
    const found = new Set([...exact.get(name) ?? [], ...exact.get(definition) ?? []])
    for (const { index, matches } of wild) if (matches(name) || matches(definition)) found.add(index)
    return [...found].sort((a, b) => a - b)
  }
}
