/**
 * The fields of a mapping in an imported file.
 *
 * Owns the words for a field that is missing, wrong or not known. Must not know which fields there
 * are. Whoever asks for a field that is wrong gets nothing, and the draft says why.
 */
import { nearest } from "../expression/Nearest.ts"
import type { Value, ValueObject } from "../expression/Value.ts"
import type { Finding, Path } from "../manifest/Finding.ts"
import type { Draft } from "./Draft.ts"
import type { Fault } from "./Tree.ts"

/** A mapping and its place in the file. */
export interface Fields {
  readonly draft: Draft
  readonly at: Path
  readonly values: ValueObject
}

export const isObject = (value: Value | undefined): value is ValueObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

export const isList = (value: Value | undefined): value is ReadonlyArray<Value> => Array.isArray(value)

/** Says that something can't be carried over. */
export const complain = (
  { draft }: Pick<Fields, "draft">,
  path: Path,
  message: string,
  more: Partial<Finding> = {}
): void => {
  draft.problems.push({ ...more, path, message })
}

/** Says what is wrong with parts of a text. */
export const complainOf = ({ draft }: Pick<Fields, "draft">, path: Path, faults: ReadonlyArray<Fault>): void => {
  for (const { end, hint, message, start } of faults) {
    const problem = { path, message, within: { offset: start, length: Math.max(1, end - start) } }
    draft.problems.push(hint === undefined ? problem : { ...problem, hint })
  }
}

/** Complains of every key that is not one of `known`; `noun` says what has them, such as "a shell step". */
export const onlyKeys = (fields: Fields, known: ReadonlyArray<string>, noun: string): void => {
  for (const key of Object.keys(fields.values)) {
    if (known.includes(key)) continue
    const near = nearest(key, known)
    complain(fields, [...fields.at, key], `${noun} has no \`${key}\`, so that it can't be carried over`, {
      at: "key",
      hint: key === "<<"
        ? "YAML 1.2 has no merge keys: write the keys out"
        : near === undefined
        ? "take it out, or write what it does in another way"
        : `did you mean \`${near}\`?`
    })
  }
}

const article = (value: Value): string =>
  value === null
    ? "nothing"
    : isList(value)
    ? "a list"
    : typeof value === "object"
    ? "a mapping"
    : typeof value === "string"
    ? "a text"
    : typeof value === "boolean"
    ? "true or false"
    : "a number"

const wrong = (fields: Fields, key: string, expected: string): undefined => {
  const value = fields.values[key]
  const hint = typeof value === "string" && /^(?:yes|no|on|off)$/i.test(value) && expected === "true or false"
    ? { hint: `write \`${/^(?:yes|on)$/i.test(value)}\`: YAML 1.2 has no other words for it` }
    : {}
  complain(fields, [...fields.at, key], `\`${key}\` must be ${expected}, not ${article(value ?? null)}`, hint)
  return undefined
}

const isAbsent = (value: Value | undefined): value is null | undefined => value === undefined || value === null

export const textAt = (fields: Fields, key: string): string | undefined => {
  const value = fields.values[key]
  return isAbsent(value) ? undefined : typeof value === "string" ? value : wrong(fields, key, "a text")
}

/** A text that has to be there; `noun` says what needs it, such as "a shell step". */
export const requiredText = (fields: Fields, key: string, noun: string): string | undefined => {
  if (isAbsent(fields.values[key])) complain(fields, fields.at, `${noun} needs \`${key}\``)
  return textAt(fields, key)
}

export const flagAt = (fields: Fields, key: string): boolean | undefined => {
  const value = fields.values[key]
  return isAbsent(value) ? undefined : typeof value === "boolean" ? value : wrong(fields, key, "true or false")
}

export const countAt = (fields: Fields, key: string, least: number, most: number): number | undefined => {
  const value = fields.values[key]
  if (isAbsent(value)) return undefined
  return typeof value === "number" && Number.isInteger(value) && value >= least && value <= most
    ? value
    : wrong(fields, key, `a whole number from ${least} to ${most}`)
}

export const numberAt = (fields: Fields, key: string): number | undefined => {
  const value = fields.values[key]
  return isAbsent(value)
    ? undefined
    : typeof value === "number" && Number.isFinite(value) && value >= 0
    ? value
    : wrong(fields, key, "a number, 0 or more")
}

export const listAt = (fields: Fields, key: string): ReadonlyArray<Value> | undefined => {
  const value = fields.values[key]
  return isAbsent(value) ? undefined : isList(value) ? value : wrong(fields, key, "a list")
}

/** A mapping within. */
export const fieldsAt = (fields: Fields, key: string): Fields | undefined => {
  const value = fields.values[key]
  if (isAbsent(value)) return undefined
  return isObject(value)
    ? { draft: fields.draft, at: [...fields.at, key], values: value }
    : wrong(fields, key, "a mapping")
}

/** The mappings of a list; what is no mapping is complained of. */
export const entriesAt = (fields: Fields, key: string, noun: string): ReadonlyArray<Fields> =>
  (listAt(fields, key) ?? []).flatMap((value, index) => {
    const at = [...fields.at, key, index]
    if (isObject(value)) return [{ draft: fields.draft, at, values: value }]
    complain(fields, at, `${noun} must be a mapping, not ${article(value)}`)
    return []
  })
