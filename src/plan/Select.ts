/**
 * Which targets an invocation is about: `--target`, `--only` and `--order` over a plan.
 *
 * Owns the reading of the three. Must not know a run's state. The surprise: targets named by
 * `--target` start in the order they were named, not in the order of the plan.
 */
import { Array, Either, Option } from "effect"
import { nearest } from "../expression/Nearest.ts"
import { idPattern, isPattern } from "./IdPattern.ts"
import type { Plan, PlanTarget } from "./Plan.ts"
import type { Selection } from "./Selection.ts"

export interface SelectRequest {
  /** Target ids in the order given. */
  readonly target: ReadonlyArray<string>
  /** Filters such as `tier=T1,T2`; all must hold. */
  readonly only: ReadonlyArray<string>
  readonly order: "manifest" | "longest-first"
}

/** Wrong use of the command line, as `UsageError` carries it. */
export interface SelectProblem {
  readonly message: string
  readonly hint?: string
}

interface Filter {
  readonly key: string
  readonly holds: (target: PlanTarget) => boolean
}

const filterShape = /^([^=!]+)(!?=)(.+)$/s

/** A label that a target does not have is no value at all: `=` is then false and `!=` true. */
const parseFilter = (text: string): Either.Either<Filter, SelectProblem> => {
  const [, key = "", sign, list = ""] = filterShape.exec(text) ?? []
  const values = list.split(",").map((value) => value.trim())
  if (sign === undefined || values.includes("")) {
    return Either.left({
      message: `\`--only ${text}\` is not a filter`,
      hint: "write `--only key=value`, `--only key=one,other` or `--only key!=value`; the key is `id` or a label"
    })
  }
  const tests = values.map((value) => isPattern(value) ? idPattern(value) : (name: string) => name === value)
  const name = key.trim()
  const wanted = sign === "="
  return Either.right({
    key: name,
    holds: (target) => {
      const value = name === "id" ? target.id : Object.hasOwn(target.labels, name) ? target.labels[name] : undefined
      return (value !== undefined && tests.some((test) => test(value))) === wanted
    }
  })
}

const suggestion = (name: string, known: Iterable<string>): { readonly hint?: string } => {
  const near = nearest(name, known)
  return near === undefined ? {} : { hint: `did you mean \`${near}\`?` }
}

const labelNames = (plan: Plan): ReadonlySet<string> =>
  new Set(plan.targets.flatMap((target) => Object.keys(target.labels)))

const parseFilters = (
  plan: Plan,
  texts: ReadonlyArray<string>
): { readonly filters: ReadonlyArray<Filter>; readonly problems: ReadonlyArray<SelectProblem> } => {
  const [problems, filters] = Array.separate(texts.map(parseFilter))
  if (filters.every((filter) => filter.key === "id")) return { filters, problems }
  const labels = labelNames(plan)
  const unknown = filters.filter((filter) => filter.key !== "id" && !labels.has(filter.key)).map((filter) => ({
    message: `no target has a label \`${filter.key}\``,
    hint: suggestion(filter.key, ["id", ...labels]).hint
      ?? (labels.size === 0
        ? "no target of this batch has labels"
        : `known: ${[...labels].map((l) => `\`${l}\``).join(", ")}`)
  }))
  return { filters, problems: [...problems, ...unknown] }
}

/** Indices of the named targets, each once, in the order named; the rest of the answer is what to say about it. */
const named = (plan: Plan, ids: ReadonlyArray<string>) => {
  const indices = new Map(plan.targets.map((target, index) => [target.id, index]))
  const chosen = new Set<number>()
  const notes: Array<string> = []
  const problems: Array<SelectProblem> = []
  for (const id of ids) {
    const index = indices.get(id)
    if (index === undefined) {
      problems.push({
        message: `unknown target \`${id}\``,
        hint: suggestion(id, indices.keys()).hint ?? "`pawl plan BATCH` lists the targets of a batch"
      })
    } else if (chosen.has(index)) notes.push(`target \`${id}\` is named more than once and counts once`)
    else chosen.add(index)
  }
  return { chosen: [...chosen], notes: [...new Set(notes)], problems }
}

/** Longest first; a target whose duration is not known could be the longest, so it goes before all. */
const longestFirst = (plan: Plan, order: ReadonlyArray<number>, durations: ReadonlyMap<string, number>) => {
  const duration = (index: number) => durations.get(plan.targets[index]?.id ?? "") ?? Number.POSITIVE_INFINITY
  return order.toSorted((a, b) => {
    const [left, right] = [duration(a), duration(b)]
    return left === right ? a - b : right - left
  })
}

/**
 * The targets that an invocation is about, and their order.
 *
 * `durations` are of earlier runs, in milliseconds by target id. A filter that nothing passes
 * is no problem: the selection is then empty. All problems are told at once.
 */
export const select = (
  plan: Plan,
  request: SelectRequest,
  durations: ReadonlyMap<string, number>
): Either.Either<Selection, Array.NonEmptyReadonlyArray<SelectProblem>> => {
  const byName = request.target.length > 0
  const targets = byName
    ? named(plan, request.target)
    : { chosen: plan.targets.map((_, index) => index), notes: [], problems: [] }
  const { filters, problems } = parseFilters(plan, request.only)
  const all = [...targets.problems, ...problems]
  if (Array.isNonEmptyReadonlyArray(all)) return Either.left(all)
  const order = filters.length === 0
    ? targets.chosen
    : targets.chosen.filter((index) =>
      Option.exists(Array.get(plan.targets, index), (target) => filters.every((filter) => filter.holds(target)))
    )
  return Either.right({
    by: byName ? "targets" : filters.length > 0 ? "filter" : "all",
    order: request.order === "longest-first" ? longestFirst(plan, order, durations) : order,
    notes: targets.notes
  })
}
