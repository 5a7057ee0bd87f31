/**
 * Keeps the values of secret inputs out of what is recorded.
 *
 * Pure. The surprise: longer secrets go first, or a short one that is part of a long one would
 * leave the rest of the long one to be read.
 */
import type { Value, ValueObject } from "../expression/Value.ts"
import type { StepOutput } from "./StepOutput.ts"

const MASKED = "***"

export interface Mask {
  readonly text: (text: string) => string
  readonly value: (value: Value) => Value
  readonly output: (output: StepOutput) => StepOutput
}

/** `Array.isArray` does not tell a read-only array from an object by type. */
const isList = (value: object): value is ReadonlyArray<Value> => Array.isArray(value)

/** How much of a secret's end, but not all of it, a text begins with. */
const tailLength = (text: string, secret: string): number => {
  for (let length = secret.length - 1; length > 0; length--) {
    if (text.startsWith(secret.slice(-length))) return length
  }
  return 0
}

/** As it stands within a JSON text or a quoted message. */
const escaped = (secret: string): string => JSON.stringify(secret).slice(1, -1)

const nothing: Mask = { text: (text) => text, value: (value) => value, output: (output) => output }

/** The texts that give a secret away. True, false and null are no secrets: masking them would hide everything. */
const leaves = (value: Value | undefined): ReadonlyArray<string> => {
  if (value === undefined || value === null || typeof value === "boolean" || value === "") return []
  if (typeof value !== "object") return [String(value)]
  return Object.values(value).flatMap(leaves)
}

/** A mask over the secret inputs among `values`. Without secrets it costs nothing. */
export const makeMask = (secrets: ReadonlyArray<string>, values: ValueObject): Mask => {
  const clear = secrets.flatMap((name) => leaves(values[name]))
  const hidden = [...new Set([...clear, ...clear.map(escaped)])].sort((a, b) => b.length - a.length)
  if (hidden.length === 0) return nothing

  const text = (clear: string): string => hidden.reduce((masked, secret) => masked.replaceAll(secret, MASKED), clear)
  /** Text whose beginning was cut off: the end of a secret that the cut went through is masked as well. */
  const withoutTail = (cut: string): string => {
    const length = Math.max(0, ...hidden.map((secret) => tailLength(cut, secret)))
    return length === 0 ? cut : `${MASKED}${cut.slice(length)}`
  }
  const deep = (value: Value): Value => {
    if (typeof value === "string") return text(value)
    // A secret number is one whole value, never a part of a longer number.
    if (typeof value === "number" || typeof value === "bigint") return hidden.includes(String(value)) ? MASKED : value
    if (typeof value !== "object" || value === null) return value
    return isList(value) ? value.map(deep) : object(value)
  }
  const object = (value: ValueObject): ValueObject =>
    Object.fromEntries(Object.entries(value).map(([key, inner]) => [text(key), deep(inner)]))
  return {
    text,
    value: deep,
    output: ({ json, values: set, ...rest }) => ({
      ...rest,
      stdout: text(rest.truncated === true ? withoutTail(rest.stdout) : rest.stdout),
      stderr: text(rest.truncated === true ? withoutTail(rest.stderr) : rest.stderr),
      ...(json === undefined ? {} : { json: deep(json) }),
      ...(set === undefined ? {} : { values: object(set) })
    })
  }
}
