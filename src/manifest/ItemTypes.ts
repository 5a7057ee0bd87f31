/**
 * The type of `item`: what a `forEach` or a `map` goes over.
 *
 * Owns reading it from the manifest as it is written. Must not read sources. The surprise: a literal list is taken
 * for its kinds of values and not for the values themselves, so that taking one out makes no expression wrong.
 */
import { alternatives, dyn, listOf, mapOf, recordOf, text, type Type, typeOfValues, union } from "../expression/Type.ts"
import { isValue } from "./Inputs.ts"
import { isMapping, itemsOf, type Mapping } from "./Spot.ts"

/** The type of a text with one lone expression, or undefined for any other text. */
export type Lone = (text: string) => Type | undefined

const elements = (list: Type): Type => union(alternatives(list).map((one) => (one.kind === "list" ? one.of : dyn)))

/** The type of a value in whose texts expressions may stand. */
const written = (value: unknown, lone: Lone): Type => {
  if (typeof value === "string") return value.includes("{{") ? lone(value) ?? text : text
  if (Array.isArray(value)) return listOf(union(value.map((each) => written(each, lone))))
  if (isMapping(value)) return mapOf(dyn)
  return isValue(value) ? typeOfValues([value]) : dyn
}

const hasExpressions = (value: unknown): boolean =>
  typeof value === "string"
    ? value.includes("{{")
    : Array.isArray(value)
    ? value.some(hasExpressions)
    : isMapping(value) && Object.values(value).some(hasExpressions)

/** What a list, or an expression that gives one, has for elements. */
const overList = (list: unknown, lone: Lone): Type => {
  if (typeof list === "string") return elements(lone(list) ?? dyn)
  if (!Array.isArray(list)) return dyn
  return hasExpressions(list)
    ? union(list.map((each) => written(each, lone)))
    : typeOfValues(list.filter(isValue))
}

/** The item of a `map` step. */
export const mapItemType = (step: Mapping, lone: Lone): Type =>
  isMapping(step["map"]) ? overList(step["map"]["over"], lone) : dyn

/** The item of a `forEach`. */
export const forEachItemType = (source: unknown, lone: Lone): Type => {
  if (!isMapping(source)) return dyn
  if (source["items"] !== undefined) return overList(source["items"], lone)
  const { file, glob, matrix, stdin } = source
  if (file !== undefined || glob !== undefined || stdin !== undefined) return text
  return isMapping(matrix)
    ? recordOf(
      "`item`",
      Object.entries(matrix).map(([name, all]) => [name, { type: typeOfValues(itemsOf(all).filter(isValue)) }])
    )
    : dyn
}
