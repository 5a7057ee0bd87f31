/**
 * What a name or a place in a value comes to: `steps.build.output`, `items[0]`.
 *
 * Pure. Owns the words for names that are not there. The surprise: a name that may be missing is no mistake by
 * itself, since a default or a condition may take care of it: whoever asks decides.
 */
import { didYouMean, quoted } from "./Explain.ts"
import {
  alternatives,
  type Field,
  inWords,
  isLiteral,
  type OneType,
  type RecordType,
  type Type,
  union,
  type Unless,
  type Wrong
} from "./Type.ts"
import type { Seen } from "./TypeScope.ts"

export interface Taken {
  readonly seen: Seen
  readonly wrong?: Wrong
  /** It may be missing, by what is known so far. */
  readonly unless?: Unless
}

const keyed = (id: string, key: string): string => `${id}.${key}`

/** What is in reach of something unknown. */
export const unseen: Seen = { type: { kind: "dyn" } }

const noName = (what: string, key: string, known: ReadonlyArray<string>): Wrong => ({
  message: `there is no ${quoted(key)} in ${what}`,
  hint: didYouMean(key, known)
    ?? (known.length > 0 && known.length <= 12 ? `it has ${known.map((name) => `\`${name}\``).join(", ")}` : undefined)
})

const lengths = new Set(["length", "size", "count", "len"])

/** What to say of a name after something that has no names. */
const noNames = (type: OneType, key: string): Wrong => {
  const lacks = { message: `${inWords(type)} has no ${quoted(key)}` }
  if (type.kind !== "list" && type.kind !== "string") return lacks
  if (lengths.has(key)) return { ...lacks, hint: "how long it is says `size(…)`" }
  return type.kind === "list"
    ? { ...lacks, hint: `take one element, such as \`…[0].${key}\`, or that of all: \`… | map('${key}')\`` }
    : lacks
}

const fieldOf = (type: OneType, key: string): Field | Wrong => {
  switch (type.kind) {
    case "dyn":
      return { type }
    case "map":
      return { type: type.of }
    case "record":
      return type.field(key) ?? type.unknown?.(key) ?? noName(type.what, key, type.names())
    default:
      return noNames(type, key)
  }
}

const isField = (found: Field | Wrong): found is Field => "type" in found

const stepOf = (type: Type, id: string | undefined, outer: Seen): Pick<Seen, "step"> => {
  if (type.kind === "record" && type.step !== undefined && id !== undefined) {
    return { step: { id, implies: type.step.implies } }
  }
  return outer.step === undefined ? {} : { step: outer.step }
}

/** What a fixed name in a value comes to. */
export const takeName = (from: Seen, key: string): Taken => {
  const found = alternatives(from.type).map((type) => fieldOf(type, key))
  const fields = found.filter(isField)
  const [first] = fields
  if (first === undefined) {
    const wrong = found.find((each) => !isField(each))
    return { seen: unseen, ...(wrong === undefined || isField(wrong) ? {} : { wrong }) }
  }
  const type = fields.length === 1 ? first.type : union(fields.map((field) => field.type))
  const id = first.id ?? (from.id === undefined ? undefined : keyed(from.id, key))
  const unless = fields.find((field) => field.unless !== undefined)?.unless
  return {
    seen: { type, ...(id === undefined ? {} : { id }), ...stepOf(type, id, from) },
    ...(first.refused === undefined ? {} : { wrong: first.refused }),
    ...(unless === undefined ? {} : { unless })
  }
}

const indexed = (type: OneType, index: OneType): Type | Wrong => {
  if (type.kind === "dyn" || index.kind === "dyn") return type.kind === "list" ? type.of : { kind: "dyn" }
  if (type.kind === "list") {
    return index.kind === "int"
      ? type.of
      : { message: `a list is counted by an integer, not by ${inWords(index)}`, hint: "the first element is `[0]`" }
  }
  if (type.kind !== "map" && type.kind !== "record") {
    return { message: `${inWords(type)} has no elements`, hint: "`[…]` goes after a list or a map" }
  }
  if (index.kind !== "string") return { message: `the keys of a map are text, not ${inWords(index)}` }
  return type.kind === "map" ? type.of : anyField(type)
}

/** What any of a record's fields may be, where there are no more than can be listed. */
const anyField = (type: RecordType): Type =>
  isLiteral(type) ? union(type.names().flatMap((name) => type.field(name)?.type ?? [])) : { kind: "dyn" }

const isType = (found: Type | Wrong): found is Type => "kind" in found

/** What `[…]` comes to whose inside has to be worked out, or is a number. */
export const takeIndex = (from: Seen, index: Type, written: string): Taken => {
  const found = alternatives(from.type).flatMap((type) => alternatives(index).map((by) => indexed(type, by)))
  const wrong = found.find((each) => !isType(each))
  if (wrong !== undefined && !isType(wrong)) return { seen: unseen, wrong }
  const type = union(found.filter(isType))
  const id = from.id === undefined ? undefined : `${from.id}[${written}]`
  return { seen: { type, ...(id === undefined ? {} : { id }), ...stepOf(type, id, from) } }
}
