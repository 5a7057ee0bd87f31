/**
 * The values that move through a batch: JSON, with integers that keep all their digits.
 *
 * Owns the exact reading and writing of JSON. Must not know where a value comes from.
 * The surprise: an integer that a double cannot hold is a `bigint` here, and is written
 * back as the same digits, so `12345678901234567890` survives a plan, a journal and a step.
 */
import { deepestValue, mostDigits } from "./Limits.ts"

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

/** It is JSON, and holds what no value of a batch may; the message says what. */
export class UnfitJson extends SyntaxError {}

const digitsOf = (value: unknown, context: { readonly source?: string } | undefined): string | undefined =>
  typeof value === "number" && !Number.isSafeInteger(value) && context?.source !== undefined
    && integer.test(context.source)
    ? context.source
    : undefined

const keepDigits = (_key: string, value: unknown, context?: { readonly source?: string }): unknown => {
  const digits = digitsOf(value, context)
  return digits === undefined ? value : BigInt(digits)
}

const keepSomeDigits = (_key: string, value: unknown, context?: { readonly source?: string }): unknown => {
  const digits = digitsOf(value, context)
  if (digits === undefined) return value
  if (digits.length > mostDigits) throw new UnfitJson(`a number of more than ${mostDigits} digits`)
  return BigInt(digits)
}

/** A number with digits enough that a double may have lost some: only then is the slower, exact reading worth it. */
const longInteger = /(?:^|[:,[\s])-?\d{16}/

/** Whether lists and maps stand deeper in each other than `most`, in a text that is JSON. */
const isDeeper = (text: string, most: number): boolean => {
  // Each level takes two characters.
  if (text.length <= 2 * most) return false
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x5b:
      case 0x7b:
        if (++depth > most) return true
        break
      case 0x5d:
      case 0x7d:
        depth--
        break
      case 0x22:
        at = closing(text, at)
        if (at === -1) return false
    }
  }
  return false
}

/** Where the string that opens at an offset is closed, or -1. */
const closing = (text: string, open: number): number => {
  let quote = text.indexOf("\"", open + 1)
  while (quote !== -1) {
    let backslash = quote
    while (text[backslash - 1] === "\\") backslash--
    if ((quote - backslash) % 2 === 0) return quote
    quote = text.indexOf("\"", quote + 1)
  }
  return -1
}

/**
 * Reads JSON that pawl wrote itself. Integers outside ±(2^53 − 1) become `bigint`.
 *
 * @throws SyntaxError where the text is not JSON; callers turn it into an error with a place.
 */
export const parseStored = (text: string): Value =>
  longInteger.test(text) ? JSON.parse(text, keepDigits) : JSON.parse(text)

/**
 * Reads one JSON text from anywhere, as `parseStored` does.
 *
 * @throws SyntaxError where the text is not JSON; `UnfitJson` where it has a number of more than `mostDigits`
 * digits, or is nested deeper than `deepestValue`: whatever walks through a value goes down a call a level.
 */
export const parseJson = (text: string): Value => {
  if (isDeeper(text, deepestValue)) throw new UnfitJson(`lists or maps more than ${deepestValue} deep in each other`)
  return longInteger.test(text) ? JSON.parse(text, keepSomeDigits) : JSON.parse(text)
}

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
export const canonicalJson = (data: unknown): string => (isInOrder(data) ? JSON.stringify(data) : inOrder(data))

const inOrder = (data: unknown): string => {
  if (typeof data === "string") return JSON.stringify(data)
  if (Array.isArray(data)) return `[${data.map(inOrder).join(",")}]`
  if (!isRecord(data)) return stringifyJson(data)
  const fields = Object.keys(data).filter((key) => data[key] !== undefined).sort()
  return `{${fields.map((key) => `${JSON.stringify(key)}:${inOrder(data[key])}`).join(",")}}`
}

/** Whether `JSON.stringify` alone, which is many times as fast, writes it canonically. */
const isInOrder = (data: unknown): boolean => {
  if (!isRecord(data)) return typeof data !== "bigint" && data !== undefined
  if (Array.isArray(data)) return data.every(isInOrder)
  let last: string | undefined
  for (const key in data) {
    if ((last !== undefined && key < last) || !isInOrder(data[key])) return false
    last = key
  }
  return true
}
