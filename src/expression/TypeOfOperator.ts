/**
 * What CEL's operators take and give.
 *
 * Pure. Owns the table, and the words for what does not go together. Must not know syntax trees. The surprise:
 * comparing unlike things never fails while a batch runs, it is just never true; that is why it is told before.
 */
import { didYouMean, quoted } from "./Explain.ts"
import { alternatives, inWords, type OneType, type Type, union, type Wrong } from "./Type.ts"

const bool = { kind: "bool" } as const

const numbers = new Set<OneType["kind"]>(["int", "double", "uint"])
const ordered = new Set<OneType["kind"]>(["string", "bool", "timestamp", "duration"])
const maps = new Set<OneType["kind"]>(["map", "record"])

const oneComparable = (a: OneType, b: OneType): boolean =>
  a.kind === b.kind
  || a.kind === "dyn"
  || b.kind === "dyn"
  || (numbers.has(a.kind) && numbers.has(b.kind))
  || (maps.has(a.kind) && maps.has(b.kind))

/** Whether a value of one type can ever equal one of the other. */
export const isComparable = (a: Type, b: Type): boolean =>
  alternatives(a).length === 0
  || alternatives(b).length === 0
  || alternatives(a).some((one) => alternatives(b).some((other) => oneComparable(one, other)))

const sums: Readonly<Record<string, OneType>> = {
  "timestamp + duration": { kind: "timestamp" },
  "duration + timestamp": { kind: "timestamp" },
  "duration + duration": { kind: "duration" },
  "duration - duration": { kind: "duration" },
  "timestamp - timestamp": { kind: "duration" },
  "timestamp - duration": { kind: "timestamp" }
}

const arithmetic = (op: string, a: OneType, b: OneType): Type | undefined => {
  const special = sums[`${a.kind} ${op} ${b.kind}`]
  if (special !== undefined) return special
  if (a.kind !== b.kind) return undefined
  if (numbers.has(a.kind)) return op === "%" && a.kind === "double" ? undefined : a
  if (op !== "+") return undefined
  if (a.kind === "list" && b.kind === "list") return union([a, b])
  return a.kind === "string" ? { kind: "string" } : a.kind === "bytes" ? a : undefined
}

/** What one kind of value and another come to; undefined where CEL has no such operation. */
const one = (op: string, a: OneType, b: OneType): Type | undefined => {
  switch (op) {
    case "==":
    case "!=":
      return bool
    case "in":
      return b.kind === "list" || maps.has(b.kind) || b.kind === "dyn" ? bool : undefined
    case "<":
    case "<=":
    case ">":
    case ">=": {
      const alike = a.kind === b.kind && ordered.has(a.kind)
      if (a.kind === "dyn") return b.kind === "dyn" || ordered.has(b.kind) || numbers.has(b.kind) ? bool : undefined
      if (b.kind === "dyn") return ordered.has(a.kind) || numbers.has(a.kind) ? bool : undefined
      return alike || (numbers.has(a.kind) && numbers.has(b.kind)) ? bool : undefined
    }
    default:
      return a.kind === "dyn" || b.kind === "dyn" ? { kind: "dyn" } : arithmetic(op, a, b)
  }
}

const verbs: Readonly<Record<string, string>> = {
  "+": "added",
  "-": "subtracted",
  "*": "multiplied",
  "/": "divided",
  "%": "divided"
}

const isNumeric = (type: Type): boolean => alternatives(type).every(({ kind }) => numbers.has(kind))
const holds = (type: Type, kind: OneType["kind"]): boolean => alternatives(type).some((each) => each.kind === kind)

const unfit = (op: string, a: Type, b: Type): Wrong => {
  const [left, right] = [inWords(a), inWords(b)]
  if (op === "in") {
    return {
      message: `\`in\` needs a list or a map after it, and this is ${right}`,
      hint: holds(b, "string") ? "whether a text holds another says `….contains(…)`" : "for example `… in ['a', 'b']`"
    }
  }
  const verb = verbs[op]
  if (verb === undefined) {
    return left === right
      ? { message: `${left} has no order`, hint: "`<` and the like are for numbers, text and times" }
      : {
        message: `${left} is compared with ${right}`,
        hint: "make both sides alike with `string(…)`, `int(…)` or `double(…)`"
      }
  }
  const message = left === right ? `${left} can't be ${verb}` : `${left} and ${right} can't be ${verb}`
  if (isNumeric(a) && isNumeric(b)) {
    return op === "%"
      ? { message: "only integers have a remainder", hint: "make both sides integers with `int(…)`" }
      : {
        message: `it may mix an integer with a number that has a fraction, which can't be ${verb}`,
        hint: "make both sides alike with `double(…)` or `int(…)`"
      }
  }
  return op === "+" && (holds(a, "string") || holds(b, "string"))
    ? { message, hint: "make both sides text with `string(…)`" }
    : { message }
}

const isWrong = (found: Type | Wrong): found is Wrong => "message" in found

/** The type of `a op b`, or what is wrong with it for some of the values that `a` and `b` can have. */
export const typeOfBinary = (op: string, a: Type, b: Type): Type | Wrong => {
  const found = alternatives(a).flatMap((left) =>
    alternatives(b).map((right): Type | Wrong => one(op, left, right) ?? unfit(op, a, b))
  )
  return found.find(isWrong) ?? union(found.filter((each): each is Type => !isWrong(each)))
}

/** The type of `!a` or `-a`. */
export const typeOfUnary = (op: string, a: Type): Type | Wrong => {
  if (op === "!_") {
    return alternatives(a).every(({ kind }) => kind === "bool" || kind === "dyn")
      ? bool
      : { message: `\`!\` needs true or false after it, and this is ${inWords(a)}` }
  }
  return alternatives(a).every(({ kind }) => kind === "int" || kind === "double" || kind === "dyn")
    ? a
    : { message: `\`-\` needs a number after it, and this is ${inWords(a)}` }
}

/** Whether something can stand where true or false has to; what is not known can. */
export const canBeBool = (type: Type): boolean =>
  alternatives(type).every(({ kind }) => kind === "bool" || kind === "dyn")

const differ = (a: Type, b: Type, op: string): Wrong => ({
  message: `${inWords(a)} is compared with ${inWords(b)}, so that it is always ${op === "!=" ? "true" : "false"}`,
  hint: holds(a, "null") || holds(b, "null")
    ? "what has no value is missing, not null: `has(…)` says whether it is there"
    : "make both sides alike with `string(…)`, `int(…)` or `double(…)`"
})

/** What is wrong with a comparison of unlike things. */
export const unlike = (op: string, a: Type, b: Type): Wrong | undefined =>
  isComparable(a, b) ? undefined : differ(a, b, op)

/** How many of the texts that something can be are listed. */
const mostListed = 12

/** What to say of something that is never a text. */
export const neverIs = (what: string, value: string, values: ReadonlyArray<string>): Wrong => {
  const listed = values.slice(0, mostListed).map((each) => `\`${each}\``).join(", ")
  return {
    message: `${what} is never ${value === "" ? "empty" : quoted(value)}`,
    hint: didYouMean(value, values) ?? `it is one of ${listed}${values.length > mostListed ? ", …" : ""}`
  }
}

/** What is wrong with comparing texts of which all are known, where some of them are declared somewhere. */
export const neverEqual = (a: Type, b: Type): Wrong | undefined => {
  if (a.kind !== "string" || b.kind !== "string") return undefined
  const [declared, other] = a.what === undefined ? [b, a] : [a, b]
  const { values, what } = declared
  if (what === undefined || values === undefined || other.values === undefined) return undefined
  const [value = ""] = other.values
  return other.values.some((each) => values.includes(each)) ? undefined : neverIs(what, value, values)
}
