/**
 * Text to value where the text is JSON, which is read many times as fast as YAML.
 *
 * Owns the test that both ways would give the same. Must not tell what is wrong. The surprise: a
 * duplicate key is noticed by counting, the keys in the text against those in the value; a text
 * with one, or anything else to tell, is read again as YAML, which has the places and the words.
 */
import { Option } from "effect"
import { parseJson, type Value } from "../expression/Value.ts"
import { deepest } from "./YamlDocument.ts"

/** Keys of a value and all that is in it; not a number where it holds what a document can't. */
const keysIn = (value: Value, depth: number): number => {
  if (typeof value === "number") return Number.isFinite(value) ? 0 : Number.NaN
  if (typeof value !== "object" || value === null) return 0
  if (depth > deepest || Object.hasOwn(value, "__proto__")) return Number.NaN
  let count = 0
  for (const inner of Array.isArray(value) ? value : Object.values(value)) count += keysIn(inner, depth + 1)
  return Array.isArray(value) ? count : count + Object.keys(value).length
}

/** Where the string of a JSON text ends that begins at an offset. */
const closing = (text: string, open: number): number => {
  for (let quote = text.indexOf("\"", open + 1);; quote = text.indexOf("\"", quote + 1)) {
    let start = quote
    while (text[start - 1] === "\\") start--
    if ((quote - start) % 2 === 0) return quote
  }
}

/** Keys in a text that is JSON. */
const keysOf = (text: string): number => {
  const colon = /\s*:/y
  let count = 0
  let open = text.indexOf("\"")
  while (open !== -1) {
    const close = closing(text, open)
    if (close === -1) return Number.NaN
    colon.lastIndex = close + 1
    if (colon.test(text)) count++
    open = text.indexOf("\"", close + 1)
  }
  return count
}

const parse = (text: string): Option.Option<Value> => {
  try {
    return Option.some(parseJson(text))
  } catch {
    // Not JSON, or JSON with a mistake: the other way knows the words.
    return Option.none()
  }
}

/** The value of a JSON text with nothing wrong in it; nothing for any other text. */
export const readJson = (text: string): Option.Option<Value> =>
  /^\s*[[{]/.test(text)
    ? Option.filter(parse(text), (value) => keysIn(value, 1) === keysOf(text))
    : Option.none()
