/**
 * What is known of a value before there is one: its type.
 *
 * Owns the shapes, putting several types together, and their words. Must not know expressions. The
 * surprise: a number of the manifest's language is an integer or a double, which CEL keeps apart, so
 * `number` is a union; and a type of which nothing is known (`dyn`) is in order everywhere.
 */
import type { Fact, Shown } from "./Fact.ts"
import type { Value, ValueObject } from "./Value.ts"

const simple = {
  null: "null",
  bool: "true or false",
  int: "an integer",
  double: "a number",
  uint: "an unsigned integer",
  bytes: "bytes",
  type: "a type",
  timestamp: "a timestamp",
  duration: "a duration"
} as const

export interface SimpleType {
  readonly kind: keyof typeof simple
}

export interface TextType {
  readonly kind: "string"
  /** The only texts that it can be, where they are known. */
  readonly values?: ReadonlyArray<string>
  /** What has these texts: "the status of a step". Absent for a text that stands in the expression itself. */
  readonly what?: string
}

/** Why a field that is known may be missing, and what shows that it is there. */
export interface Unless {
  /** Whose state decides: the step on whose output it is, whether that step failed, or it is a record itself. */
  readonly by: "ran" | "failed" | "self"
  /** A sentence without a full stop. */
  readonly why: string
  /** Facts that, taken together, show that it is there, by what facts call the step that it is in; absent: none do. */
  readonly given?: (step: string | undefined) => ReadonlyArray<Fact>
}

export interface Wrong {
  readonly message: string
  readonly hint?: string | undefined
}

export interface Field {
  readonly type: Type
  readonly unless?: Unless
  /** It must not be used here, whatever it is. */
  readonly refused?: Wrong
  /** What facts call it, at the root of a path. */
  readonly id?: string
}

export interface RecordType {
  readonly kind: "record"
  /** With back-ticks where they belong: "`inputs`", "the output of `build`". */
  readonly what: string
  readonly field: (name: string) => Field | undefined
  /** Of all fields; asked for only to suggest one. */
  readonly names: () => ReadonlyArray<string>
  /** What to say of a name that it does not have. */
  readonly unknown?: (name: string) => Wrong | undefined
  /** Present for the record of a step: what is so where it has run. */
  readonly step?: { readonly implies: () => ReadonlyArray<Shown> }
}

export interface ListType {
  readonly kind: "list"
  readonly of: Type
}

/** A map of which the keys are not known. */
export interface MapType {
  readonly kind: "map"
  readonly of: Type
}

/** One kind of value. */
export type OneType = { readonly kind: "dyn" } | SimpleType | TextType | ListType | MapType | RecordType
/** One of several: what an empty list holds is one of none. */
export type Type = OneType | { readonly kind: "union"; readonly of: ReadonlyArray<OneType> }

export const dyn = { kind: "dyn" } as const satisfies Type
export const nullType = { kind: "null" } as const satisfies Type
export const bool = { kind: "bool" } as const satisfies Type
export const int = { kind: "int" } as const satisfies Type
export const double = { kind: "double" } as const satisfies Type
export const text = { kind: "string" } as const satisfies Type
/** What an input of type `number` is: CEL takes a whole one for an integer. */
export const number: Type = { kind: "union", of: [int, double] }

export const listOf = (of: Type): ListType => ({ kind: "list", of })
export const mapOf = (of: Type): MapType => ({ kind: "map", of })

export const alternatives = (type: Type): ReadonlyArray<OneType> => (type.kind === "union" ? type.of : [type])

/** More alternatives than this are not told apart. */
const mostAlternatives = 20

const joinTexts = (a: TextType, b: TextType): TextType => {
  if (a.values === undefined || b.values === undefined) return text
  const values = [...new Set([...a.values, ...b.values])]
  return a.what === b.what ? { ...a, values } : { kind: "string", values }
}

const join = (a: OneType, b: OneType): OneType | undefined => {
  if (a === b) return a
  if (a.kind === "string" && b.kind === "string") return joinTexts(a, b)
  if (a.kind === "list" && b.kind === "list") return listOf(union([a.of, b.of]))
  if (a.kind === "map" && b.kind === "map") return mapOf(union([a.of, b.of]))
  return a.kind === b.kind && a.kind !== "record" ? a : undefined
}

/** One of several types; where one of them is not known, none is. */
export const union = (types: ReadonlyArray<Type>): Type => {
  const all: Array<OneType> = []
  for (const one of types.flatMap(alternatives)) {
    if (one.kind === "dyn" || all.length > mostAlternatives) return dyn
    const at = all.findIndex((other) => join(other, one) !== undefined)
    const joined = all[at] === undefined ? undefined : join(all[at], one)
    if (joined === undefined) all.push(one)
    else all[at] = joined
  }
  const [only] = all
  return only !== undefined && all.length === 1 ? only : { kind: "union", of: all }
}

/** A record with these fields. */
export const recordOf = (what: string, fields: ReadonlyArray<readonly [string, Field]>): RecordType => {
  const made: ReadonlyMap<string, Field> = new Map(fields)
  return { kind: "record", what, field: (name) => made.get(name), names: () => [...made.keys()] }
}

/** True for a record that is a value's, and not something that pawl puts together. */
export const isLiteral = ({ step, unknown }: RecordType): boolean => step === undefined && unknown === undefined

const isList = (value: Value): value is ReadonlyArray<Value> => Array.isArray(value)
const isMap = (value: Value): value is ValueObject => typeof value === "object" && value !== null && !isList(value)

/**
 * The type of any of these values, which stand in a manifest; of maps the one that has every key that one of them
 * has. Texts are any text: a list that changes must not make a mistake of an expression.
 */
export const typeOfValues = (values: ReadonlyArray<Value>): Type => {
  const keys = new Map<string, Array<Value>>()
  for (const map of values.filter(isMap)) {
    for (const [key, value] of Object.entries(map)) {
      const known = keys.get(key)
      if (known === undefined) keys.set(key, [value])
      else known.push(value)
    }
  }
  const record = recordOf("this map", Array.from(keys, ([key, each]) => [key, { type: typeOfValues(each) }]))
  const lists = values.filter(isList)
  const simple = [...new Set(values.filter((value) => typeof value !== "object" || value === null))]
  return union([
    ...(values.some(isMap) ? [record] : []),
    ...(lists.length > 0 ? [listOf(typeOfValues(lists.flat()))] : []),
    ...new Set(simple.map(typeOfSimple))
  ])
}

const typeOfSimple = (value: Value): OneType => {
  switch (typeof value) {
    case "string":
      return text
    case "boolean":
      return bool
    case "bigint":
      return int
    case "number":
      return Number.isSafeInteger(value) ? int : double
    default:
      return value === null ? nullType : dyn
  }
}

const oneInWords = (type: OneType): string => {
  switch (type.kind) {
    case "dyn":
      return "anything"
    case "string":
      return "text"
    case "list":
      return "a list"
    case "map":
    case "record":
      return "a map"
    default:
      return simple[type.kind]
  }
}

/** A type in words, with its article: "text", "an integer or text". */
export const inWords = (type: Type): string => {
  const words = [...new Set(alternatives(type).map(oneInWords))]
    .filter((word, _, all) => word !== simple.int || !all.includes(simple.double))
  return words.length === 0 ? "nothing" : words.join(" or ")
}
