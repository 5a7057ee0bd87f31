/**
 * What the filters take and give.
 *
 * Pure. Keeps to what `Filters.ts` does. The surprise: `default` turns null into its argument too, so that
 * what comes out of it is null only if the argument is.
 */
import { alternatives, bool, dyn, inWords, listOf, type OneType, text, type Type, union, type Wrong } from "./Type.ts"
import type { Seen } from "./TypeScope.ts"
import { takeIndex, type Taken, takeName } from "./TypeOfAccess.ts"

const areAll = (type: Type, ...kinds: ReadonlyArray<OneType["kind"]>): boolean =>
  alternatives(type).every(({ kind }) => kind === "dyn" || kinds.includes(kind))

const needs = (before: string, found: Type): Wrong => ({
  message: `it needs ${before} before it, and this is ${inWords(found)}`
})

const join = (input: Type, separator: Type): Type | Wrong => {
  if (!areAll(input, "list")) return needs("a list", input)
  return areAll(separator, "string")
    ? text
    : { message: `its separator must be text, and this is ${inWords(separator)}`, hint: "for example `join(', ')`" }
}

const contains = (input: Type, wanted: Type): Type | Wrong => {
  if (!areAll(input, "list", "string", "map", "record")) return needs("a list, text or a map", input)
  return areAll(input, "list") || areAll(wanted, "string")
    ? bool
    : {
      message: `it asks whether ${inWords(input)} contains ${inWords(wanted)}; that must be text`,
      hint: "make it text with `string(…)`"
    }
}

const elementOf = (type: Type): Type => union(alternatives(type).map((one) => (one.kind === "list" ? one.of : dyn)))

/** The path of `map('a.b')` in one element, each name by itself. */
const pluck = (element: Seen, path: string): ReadonlyArray<Taken & { readonly from: Seen }> => {
  const all: Array<Taken & { readonly from: Seen }> = []
  let seen = element
  for (const key of path.split(".")) {
    const isPlace = /^\d+$/.test(key) && areAll(seen.type, "list")
    const taken = isPlace ? takeIndex(seen, { kind: "int" }, key) : takeName(seen, key)
    all.push({ ...taken, from: seen })
    seen = taken.seen
  }
  return all
}

export interface Filtered {
  readonly type: Type
  readonly wrong?: Wrong
  /** What was taken of each element, for what may be missing there. */
  readonly taken?: ReadonlyArray<Taken & { readonly from: Seen }>
}

const map = (input: Seen, path: Type): Filtered => {
  if (!areAll(input.type, "list")) return { type: dyn, wrong: needs("a list", input.type) }
  if (!areAll(path, "string")) {
    return { type: dyn, wrong: { message: `its path must be text such as 'a.b', and this is ${inWords(path)}` } }
  }
  const fixed = path.kind === "string" && path.what === undefined && path.values?.length === 1
    ? path.values[0]
    : undefined
  if (fixed === undefined) return { type: listOf(dyn) }
  const from = { ...input, type: elementOf(input.type), ...(input.id === undefined ? {} : { id: `${input.id}[]` }) }
  const taken = pluck(from, fixed)
  const wrong = taken.find((each) => each.wrong !== undefined)?.wrong
  const last = taken.at(-1)
  return {
    type: listOf(wrong === undefined && last !== undefined ? last.seen.type : dyn),
    taken,
    ...(wrong === undefined ? {} : { wrong })
  }
}

/** The type of `input | name(argument)`. */
export const typeOfFilter = (name: string, input: Seen, argument: Type): Filtered => {
  const plain = (found: Type | Wrong): Filtered => "message" in found ? { type: dyn, wrong: found } : { type: found }
  switch (name) {
    case "default":
      return plain(union([...alternatives(input.type).filter(({ kind }) => kind !== "null"), argument]))
    case "join":
      return plain(join(input.type, argument))
    case "contains":
      return plain(contains(input.type, argument))
    case "map":
      return map(input, argument)
    default:
      return { type: dyn }
  }
}
