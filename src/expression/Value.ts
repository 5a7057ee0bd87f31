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

/** A number with digits enough that a double may have lost some: only then is the slower, exact reading worth it. */
const longInteger = /(?:^|[:,[\s])-?\d{16}/

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

/**
 * Writes JSON on one line, or indented; a `bigint` is written as its digits. Keys keep their order.
 *
 * A replacer makes `JSON.stringify` several times slower, so one is only given where there turns
 * out to be a `bigint`, which it refuses by itself.
 */
export const stringifyJson = (value: unknown, indent?: number): string => {
  try {
    return JSON.stringify(value, undefined, indent) ?? "null"
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    return JSON.stringify(value, writeDigits, indent) ?? "null"
  }
}

const isRecord = (data: unknown): data is { readonly [key: string]: unknown } =>
  typeof data === "object" && data !== null

/**
 * Canonical JSON of any plain data: keys in code-unit order, no white space, integers with all
 * their digits, absent fields left out. What hashes are taken over and values compared by.
 * Written without making a sorted copy, in which whole-number keys would go first.
 */
export const canonicalJson = (data: unknown): string => {
  if (typeof data === "string") return JSON.stringify(data)
  if (Array.isArray(data)) return `[${data.map(canonicalJson).join(",")}]`
  if (!isRecord(data)) return stringifyJson(data)
  const fields = Object.keys(data).filter((key) => data[key] !== undefined).sort()
  return `{${fields.map((key) => `${JSON.stringify(key)}:${canonicalJson(data[key])}`).join(",")}}`
}
