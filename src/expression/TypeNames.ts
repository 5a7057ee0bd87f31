/**
 * What CEL calls the type of a value while it evaluates.
 *
 * Owns how much of a value's shape goes into that. The surprise: the library keeps every type that it ever named,
 * with the names of all that is in it. Of values from outside, nested deep, each would leave a megabyte behind.
 */
import type { Environment } from "@marcbachmann/cel-js"

interface Named {
  readonly kind: string
}

/** The part of the library's evaluator that names types. */
interface Namer {
  debugTypeDeep: (value: unknown) => Named
  readonly debugType: (value: unknown) => Named
  readonly registry: {
    readonly getListType: (element: Named) => Named
    readonly getMapType: (key: Named, value: Named) => Named
  }
}
const isNamer = (evaluator: unknown): evaluator is Namer =>
  typeof evaluator === "object" && evaluator !== null && "debugTypeDeep" in evaluator && "debugType" in evaluator
  && "registry" in evaluator

/** How deep a type is looked into; what is deeper may be anything. */
const deepestName = 3

const firstOf = (value: unknown): unknown => {
  if (Array.isArray(value)) return value[0]
  if (value instanceof Map) return value.entries().next().value
  return typeof value === "object" && value !== null ? Object.entries(value)[0] : undefined
}

const nameOf = (namer: Namer, value: unknown, depth: number): Named => {
  const type = namer.debugType(value)
  if (depth === deepestName || (type.kind !== "list" && type.kind !== "map")) return type
  const first = firstOf(value)
  if (first === undefined) return type
  if (type.kind === "list") return namer.registry.getListType(nameOf(namer, first, depth + 1))
  const [key, field]: ReadonlyArray<unknown> = Array.isArray(first) ? first : []
  return namer.registry.getMapType(nameOf(namer, key, depth + 1), nameOf(namer, field, depth + 1))
}

/** No function for an expression: by it the evaluator is found, which the library hands to functions as `this`. */
export const boundsTypeNames = "bounds_type_names_"

/** Bounds what the evaluator of an environment calls types. */
export const boundTypeNames = (environment: Environment): void => {
  environment.registerFunction(`${boundsTypeNames}(): bool`, function(this: unknown) {
    if (!isNamer(this)) return false
    this.debugTypeDeep = (value) => nameOf(this, value, 0)
    return true
  }, { async: false })
  if (environment.evaluate(`${boundsTypeNames}()`) !== true) throw new Error("CEL does not let its types be bounded")
}
