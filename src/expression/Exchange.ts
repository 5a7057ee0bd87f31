/**
 * The exchange between pawl's values and CEL's.
 *
 * Owns which number is an integer, and what CEL gets to see of an object. Must not know
 * expressions. The surprise: an object goes in as a `Map`, because a `Map` has no
 * `constructor` or `__proto__` that a key could be mistaken for.
 */
import type { Reach } from "./Names.ts"
import type { Value, ValueObject } from "./Value.ts"

export type CelValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | ReadonlyArray<CelValue>
  | ReadonlyMap<string, CelValue>

export const isObject = (value: unknown): value is ValueObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** The value under a key of an object, and of nothing else: no length, no prototype. */
export const member = (value: Value, key: string): Value | undefined =>
  isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined

/** All of a value for CEL. Whole numbers become CEL ints; a list without any is handed over as it is. */
export const toCel = (value: Value): CelValue => {
  if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : value
  if (typeof value !== "object" || value === null) return value
  if (isObject(value)) {
    const map = new Map<string, CelValue>()
    for (const key of Object.keys(value)) {
      const field = value[key]
      if (field !== undefined) map.set(key, toCel(field))
    }
    return map
  }
  return value.map(toCel)
}

/** Converts again only when asked about another value than last time: `inputs` stay the same all night. */
const toCelRemembering = (): (value: Value) => CelValue => {
  let last: { readonly from: Value; readonly to: CelValue } | undefined
  return (value) => {
    if (typeof value !== "object" || value === null) return toCel(value)
    if (last?.from !== value) last = { from: value, to: toCel(value) }
    return last.to
  }
}

/** Makes the function that takes from a value what is reached of it, and converts no more than that. */
export const makeTake = (reach: Reach): (value: Value) => CelValue => {
  const whole = toCelRemembering()
  if (reach.whole) return whole
  const keys = [...reach.keys].map(([key, deeper]) => [key, makeTake(deeper)] as const)
  return (value) => {
    if (!isObject(value)) return whole(value)
    const map = new Map<string, CelValue>()
    for (const [key, take] of keys) {
      const field = member(value, key)
      if (field !== undefined) map.set(key, take(field))
    }
    return map
  }
}

const typeName = (value: object): string => {
  if (value instanceof Date) return "a timestamp"
  if (value instanceof Uint8Array) return "bytes"
  return Symbol.toStringTag in value && String(value[Symbol.toStringTag]).endsWith("Duration") ? "a duration" : "a type"
}

/**
 * A result of CEL as a value; integers are numbers again where a number holds them.
 * What no JSON can hold is named in `refused`, and is null in the result.
 */
export const fromCel = (value: unknown, refused: Array<string>): Value => {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value
    case "bigint":
      return -9007199254740991n <= value && value <= 9007199254740991n ? Number(value) : value
    case "number":
      if (!Number.isFinite(value)) refused.push("a number that is not finite")
      return value
    case "object": {
      if (value === null) return null
      if (Array.isArray(value)) return value.map((element: unknown) => fromCel(element, refused))
      if (value instanceof Map) {
        return Object.fromEntries(Array.from(value, ([key, field]) => [String(key), fromCel(field, refused)]))
      }
      const prototype: unknown = Object.getPrototypeOf(value)
      if (prototype === Object.prototype || prototype === null) {
        return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, fromCel(field, refused)]))
      }
      const primitive: unknown = value.valueOf()
      if (typeof primitive === "bigint") return fromCel(primitive, refused)
      refused.push(typeName(value))
      return null
    }
    default:
      refused.push(`a ${typeof value}`)
      return null
  }
}
