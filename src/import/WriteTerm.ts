/**
 * A term as an expression of pawl: everything but filters.
 *
 * Owns that it comes to the same value there and here. Where pawl is stricter it writes a comparison
 * that keeps the meaning, and where there is none it refuses. The surprise: what has no known kind is
 * compared as it stands, with a remark, since then an unlike kind is false over there and an error here.
 */
import { celLiteral, celString, isThere, tightness, within, type Written } from "./CelText.ts"
import { isTruthy } from "./Meaning.ts"
import { isNumber, type Kind, kindOf, kindWords, type Ref, type Term } from "./Term.ts"
import type { Comparison } from "./Tree.ts"
import { refuse, type Writing } from "./Voice.ts"

const { and, choice, comparison, member, or, unary } = tightness

/** Stands where something was refused; never part of a manifest. */
const nothing: Written = { text: "null", tight: member }

const written = (text: string, tight: Written["tight"]): Written => ({ text, tight })

/** A number as a text may hold it. */
const number = "r'^[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)$'"

/** A number as CEL writes it: all digits of a whole one, and a point in every other. */
const digitsOf = (digits: string): string => {
  if (/^[+-]?\d+$/.test(digits)) return String(BigInt(digits))
  const text = String(Number(digits))
  return text.includes(".") || text.includes("e") ? text : `${text}.0`
}

/** A text of a reference whose texts are called differently here. */
const wordFor = (writing: Writing, { words }: Ref, literal: Extract<Term, { readonly kind: "literal" }>): string => {
  const { value } = literal
  const word = typeof value === "string" ? words?.get(value) : undefined
  if (word !== undefined) return celString(word)
  refuse(
    writing,
    literal,
    `this is never ${celLiteral(value)}`,
    `it is one of ${[...words?.keys() ?? []].map((each) => celString(each)).join(", ")}`
  )
  return celLiteral(value)
}

/** A reference by the texts it has over there. */
const translated = ({ cel, whole, words }: Ref): Written => {
  if (whole !== undefined) return written(whole, member)
  const changed = [...words ?? []].filter(([there, here]) => there !== here)
  if (changed.length === 0) return written(cel, member)
  const text = changed.reduceRight(
    (rest, [there, here]) => `${cel} == ${celString(here)} ? ${celString(there)} : ${rest}`,
    cel
  )
  return written(text, choice)
}

const sides = (left: Term, right: Term): readonly [Ref, Extract<Term, { readonly kind: "literal" }>] | undefined => {
  if (left.kind === "leaf" && left.words !== undefined && right.kind === "literal") return [left, right]
  return right.kind === "leaf" && right.words !== undefined && left.kind === "literal" ? [right, left] : undefined
}

const strictly = (writing: Writing, kinds: ReadonlyArray<Kind>): void => {
  if (!kinds.includes("any")) return
  writing.remarks.add(
    `Of what kind a value is here shows when it runs: where ${writing.voice.runner} takes unlike kinds for false, pawl fails.`
  )
}

/** An integer that is known to be one: CEL compares it with no other kind of number. */
const isSurelyInt = (term: Term): boolean =>
  kindOf(term) === "int" && (term.kind === "literal" || (term.kind === "leaf" && term.whole !== undefined))

/** A side of a comparison of numbers. */
const side = (writing: Writing, term: Term, other: Term): string => {
  const cel = writeTerm(writing, term)
  const needsDouble = isSurelyInt(term) && other.kind === "literal" && kindOf(other) === "number"
  return needsDouble ? `double(${cel.text})` : within(cel, unary)
}

const asNumber = (writing: Writing, term: Term): string => `double(${within(writeTerm(writing, term), member)}.trim())`

const looksLikeNumber = (writing: Writing, term: Term): string =>
  `${within(writeTerm(writing, term), member)}.trim().matches(${number})`

const ordered = (writing: Writing, operator: Comparison, left: Term, right: Term): Written => {
  const kinds = [kindOf(left), kindOf(right)] as const
  const plain = written(`${side(writing, left, right)} ${operator} ${side(writing, right, left)}`, comparison)
  if (kinds.every(isNumber)) return plain
  if (kinds.every((kind) => kind === "text" || isNumber(kind))) {
    // Texts that are numbers count as numbers, where both sides are.
    const texts = [left, right].filter((term) => kindOf(term) === "text" && term.kind !== "literal")
    const literals = [left, right].filter((term) => term.kind === "literal" && typeof term.value === "string")
    const areNumbers = literals.every((term) =>
      term.kind === "literal" && /^\s*[+-]?(?:\d+\.?\d*|\.\d+)\s*$/.test(String(term.value))
    )
    const double = (term: Term): string =>
      kindOf(term) === "text" ? asNumber(writing, term) : `double(${writeTerm(writing, term).text})`
    const asNumbers = `${double(left)} ${operator} ${double(right)}`
    const test = texts.map((term) => looksLikeNumber(writing, term)).join(" && ")
    const isMixed = kinds.some(isNumber)
    if (!areNumbers) return isMixed ? alwaysFalse(writing, left, right) : plain
    if (texts.length === 0) return written(asNumbers, comparison)
    return isMixed ? written(`${test} && ${asNumbers}`, and) : written(`${test} ? ${asNumbers} : ${plain.text}`, choice)
  }
  if (kinds.every((kind) => kind === "any" || kind === "text" || isNumber(kind))) {
    strictly(writing, kinds)
    return plain
  }
  return alwaysFalse(writing, left, right)
}

const alwaysFalse = (writing: Writing, left: Term, right: Term): Written => {
  refuse(
    writing,
    { start: left.start, end: right.end },
    `${kindWords(kindOf(left))} and ${
      kindWords(kindOf(right))
    } are compared, which is always the same in ${writing.voice.runner}`,
    "compare like with like"
  )
  return nothing
}

const equalOrNot = (writing: Writing, operator: "==" | "!=", left: Term, right: Term): Written => {
  const named = sides(left, right)
  if (named !== undefined) return written(`${named[0].cel} ${operator} ${wordFor(writing, ...named)}`, comparison)
  const [a, b] = [kindOf(left), kindOf(right)]
  const write = (term: Term) => within(writeTerm(writing, term), unary)
  if (a === b || a === "any" || b === "any" || (isNumber(a) && isNumber(b))) {
    return written(`${side(writing, left, right)} ${operator} ${side(writing, right, left)}`, comparison)
  }
  // True is 1 and false is 0 where the language is Python's.
  const digit = left.kind === "literal" ? left : right.kind === "literal" ? right : undefined
  if (writing.voice.takesAnyForTrue && (a === "bool" || b === "bool") && (digit?.value === 0 || digit?.value === 1)) {
    const other = digit === left ? right : left
    return written(`${write(other)} ${operator} ${String(digit.value === 1)}`, comparison)
  }
  const ref = left.kind === "leaf" && b === "null" ? left : right.kind === "leaf" && a === "null" ? right : undefined
  if (ref?.mayBeAbsent === true) {
    const there = isThere(ref.cel)
    return operator === "!=" ? there : written(`!${within(there, unary)}`, unary)
  }
  return alwaysFalse(writing, left, right)
}

const membership = (writing: Writing, isNegated: boolean, left: Term, right: Term): Written => {
  const [item, holder] = [kindOf(left), kindOf(right)]
  const positive = (): Written => {
    if (right.kind === "list" && left.kind === "leaf" && left.words !== undefined) {
      const items = right.items.map((each) => each.kind === "literal" ? wordFor(writing, left, each) : "null")
      return written(`${left.cel} in [${items.join(", ")}]`, comparison)
    }
    const [a, b] = [writeTerm(writing, left), writeTerm(writing, right)]
    if (holder === "list") return written(`${within(a, unary)} in ${within(b, unary)}`, comparison)
    if (holder === "text" && item === "text") return written(`${within(b, member)}.contains(${a.text})`, member)
    if (holder === "any") {
      writing.remarks.add("What is searched with `in` must be a list or a mapping here; for a text write `contains`.")
      return written(`${within(a, unary)} in ${within(b, unary)}`, comparison)
    }
    return alwaysFalse(writing, left, right)
  }
  const found = positive()
  return isNegated ? written(`!${within(found, unary)}`, unary) : found
}

/** Whether a term is true, for the language that it comes from. */
export const writeTruth = (writing: Writing, term: Term): Written => {
  if (writing.voice.takesAnyForTrue) {
    if (term.kind === "literal") return written(String(isTruthy(term.value)), member)
    if (term.kind === "list") return written(String(term.items.length > 0), member)
  }
  const kind = kindOf(term)
  const cel = writeTerm(writing, term)
  if (kind === "bool") return cel
  if (kind === "any") {
    const { runner, takesAnyForTrue } = writing.voice
    if (takesAnyForTrue) {
      writing.remarks.add(`It must be true or false here; ${runner} takes any value for one of them.`)
    }
    return cel
  }
  if (writing.voice.takesAnyForTrue) {
    if (isNumber(kind)) return written(`${within(cel, unary)} != 0`, comparison)
    if (kind === "text") return written(`${within(cel, unary)} != ''`, comparison)
    if (kind === "list") return written(`size(${cel.text}) > 0`, comparison)
  }
  refuse(writing, term, `${kindWords(kind)} stands where something is true or false`, "compare it with something")
  return nothing
}

/** A term as an expression. */
export const writeTerm = (writing: Writing, term: Term): Written => {
  switch (term.kind) {
    case "literal": {
      const text = term.digits === undefined ? celLiteral(term.value) : digitsOf(term.digits)
      return written(text, text.startsWith("-") ? unary : member)
    }
    case "leaf":
      return translated(term)
    case "list":
      return written(`[${term.items.map((item) => writeTerm(writing, item).text).join(", ")}]`, member)
    case "not":
      return written(`!${within(writeTruth(writing, term.operand), unary)}`, unary)
    case "and":
    case "or": {
      const [sign, tight] = term.kind === "and" ? ["&&", and] as const : ["||", or] as const
      const [a, b] = [writeTruth(writing, term.left), writeTruth(writing, term.right)]
      return written(`${within(a, tight)} ${sign} ${within(b, tight)}`, tight)
    }
    case "compare":
      return term.operator === "==" || term.operator === "!="
        ? equalOrNot(writing, term.operator, term.left, term.right)
        : ordered(writing, term.operator, term.left, term.right)
    case "in":
      return membership(writing, term.isNegated, term.left, term.right)
    case "filter":
      refuse(
        writing,
        term,
        "a filter within something else",
        "filters stand at the end of an expression, after all else"
      )
      return nothing
  }
}
