/**
 * The values that move through a batch: JSON, with integers that keep all their digits.
 *
 * Owns the exact reading and writing of JSON. Must not know where a value comes from.
 * The surprise: an integer that a double cannot hold is a `bigint` here, and is written
 * back as the same digits, so `12345678901234567890` survives a plan, a journal and a step.
 */

export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | ReadonlyArray<Value>
  | { readonly [key: string]: Value }

/** A JSON object: what a `jsonl` line, a `matrix` combination or a step's `output.values` is. */
export type ValueObject = { readonly [key: string]: Value }

const integer = /^-?\d+$/

const keepDigits = (_key: string, value: unknown, context?: { readonly source?: string }): unknown =>
  typeof value === "number" && !Number.isSafeInteger(value) && context?.source !== undefined
    && integer.test(context.source)
    ? BigInt(context.source)
    : value

/** Digits enough that a double may have lost some: only then is the slower, exact reading worth it. */
const longInteger = /\d{16}/

/**
 * Reads one JSON text. Integers outside ±(2^53 − 1) become `bigint`.
 *
 * @throws SyntaxError where the text is not JSON; callers turn it into an error with a place.
 */
export const parseJson = (text: string): Value =>
  longInteger.test(text) ? JSON.parse(text, keepDigits) : JSON.parse(text)

declare global {
  interface JSON {
    rawJSON(text: string): unknown
  }
}

const writeDigits = (_key: string, value: unknown): unknown =>
  typeof value === "bigint" ? JSON.rawJSON(value.toString()) : value

/** Writes JSON on one line; a `bigint` is written as its digits. Keys keep their order. */
export const stringifyJson = (value: unknown, indent?: number): string =>
  JSON.stringify(value, writeDigits, indent) ?? "null"

const sortKeys = (value: Value): Value => {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value).filter(([, v]) => v !== undefined).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([k, v]) => [k, sortKeys(v)])
  )
}

/** JSON with keys in code-unit order and nothing optional about its bytes: what hashes are taken over. */
export const canonicalJson = (value: Value): string => stringifyJson(sortKeys(value))
