/**
 * The exchange between pawl's values and CEL's.
 *
 * Owns what a key can find in a value, and what of a result can leave CEL. Must not know expressions. The
 * surprise: a result is paid for once more when it leaves. What is small in memory may be huge when it is
 * written out, since one part can stand in it many times.
 */
import type { Budget } from "./Budget.ts"
import { CelMap } from "./CelMap.ts"
import type { Value, ValueObject } from "./Value.ts"

export const isObject = (value: unknown): value is ValueObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** The value under a key of an object, and of nothing else: no length, no prototype. */
export const member = (value: Value, key: string): Value | undefined =>
  isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined

/** Pays for looking at all of a value: a step for each part of it, and its texts. */
export const payFor = (value: Value, budget: Budget): void => {
  if (typeof value === "string") return budget.text(value.length)
  if (typeof value !== "object" || value === null) return
  if (isObject(value)) {
    const keys = Object.keys(value)
    budget.work(keys.length)
    for (const key of keys) {
      budget.text(key.length)
      payFor(value[key] ?? null, budget)
    }
  } else {
    budget.work(value.length)
    for (const each of value) payFor(each, budget)
  }
}

/** Making a list or a map, beside what is in it. */
const costOfCopy = 4

const typeName = (value: object): string => {
  if (value instanceof Date) return "a timestamp"
  if (value instanceof Uint8Array) return "bytes"
  return Symbol.toStringTag in value && String(value[Symbol.toStringTag]).endsWith("Duration") ? "a duration" : "a type"
}

/**
 * A result of CEL as a value; integers are numbers again where a number holds them. What no JSON can hold is
 * named in `refused`, and is null in the result. Throws `OverBudget`.
 */
export const fromCel = (value: unknown, refused: Array<string>, budget: Budget): Value => {
  switch (typeof value) {
    case "string":
      budget.text(value.length)
      return value
    case "boolean":
      return value
    case "bigint":
      return -9007199254740991n <= value && value <= 9007199254740991n ? Number(value) : value
    case "number":
      if (!Number.isFinite(value)) refused.push("a number that is not finite")
      return value
    case "object": {
      if (value === null) return null
      if (value instanceof CelMap) {
        payFor(value.from, budget)
        return value.from
      }
      if (Array.isArray(value)) {
        budget.work(costOfCopy + value.length)
        return value.map((element: unknown) => fromCel(element, refused, budget))
      }
      if (value instanceof Map) return fromEntries([...value], refused, budget)
      const prototype: unknown = Object.getPrototypeOf(value)
      if (prototype === Object.prototype || prototype === null) {
        return fromEntries(Object.entries(value), refused, budget)
      }
      const primitive: unknown = value.valueOf()
      if (typeof primitive === "bigint") return fromCel(primitive, refused, budget)
      refused.push(typeName(value))
      return null
    }
    default:
      refused.push(`a ${typeof value}`)
      return null
  }
}

const fromEntries = (
  entries: ReadonlyArray<readonly [unknown, unknown]>,
  refused: Array<string>,
  budget: Budget
): ValueObject => {
  budget.work(costOfCopy + entries.length)
  return Object.fromEntries(entries.map(([key, field]) => {
    const name = String(key)
    budget.text(name.length)
    return [name, fromCel(field, refused, budget)]
  }))
}
