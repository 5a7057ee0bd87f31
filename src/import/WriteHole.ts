/**
 * A whole expression as it stands between `{{` and `}}`: a term, its filters, and a `default`.
 *
 * Owns what an expression comes to in the place it stands in. Must not know where a name leads. The
 * surprise: the `default` at the end is worked out, not copied: it is what the whole expression is
 * worth over there where something it names is missing.
 */
import { celLiteral, celString, isThere, tightness, within } from "./CelText.ts"
import { isTruthy, type Known, worthWhereMissing } from "./Meaning.ts"
import { isNumber, kindOf, kindWords, type Term } from "./Term.ts"
import { leavesOf, mapLeaves } from "./Tree.ts"
import { refuse, type Writing } from "./Voice.ts"
import { chainOf, pipe, type Piped } from "./WriteFilter.ts"
import { writeTerm, writeTruth } from "./WriteTerm.ts"

/** Part of a text, all of a value, a condition, a list, or a text that is compared with names. */
export type Use = "text" | "value" | "condition" | "list" | "choice"

const { choice, comparison, member, or } = tightness

const truth = (writing: Writing, whole: Piped, term: Term): Piped => {
  if (whole.filters.length > 0 || whole.kind === "bool") {
    if (whole.kind === "any") writeTruth(writing, term)
    if (whole.kind === "bool" || whole.kind === "any") return whole
    refuse(
      writing,
      term,
      `this is ${kindWords(whole.kind)}, where something is true or false`,
      "compare it with something"
    )
    return whole
  }
  // Of a text that is all of a condition, the word false counts as well.
  const cel = whole.kind === "text" && writing.voice.takesAnyForTrue
    ? {
      text: `${within(whole.cel, comparison)} != '' && ${within(whole.cel, member)}.trim().lowerAscii() != 'false'`,
      tight: tightness.and
    }
    : writeTruth(writing, term)
  return { ...whole, cel, kind: "bool" }
}

/** A value as part of a text. */
const inText = (writing: Writing, whole: Piped, term: Term): Piped => {
  const [yes, no] = writing.voice.truth
  if (whole.kind === "bool" && yes !== "true") {
    if (whole.filters.length > 0) {
      refuse(writing, term, "true or false after a filter, within a text", "choose a text by `if`")
    }
    const text = `${within(whole.cel, or)} ? ${celString(yes)} : ${celString(no)}`
    return { ...whole, cel: { text, tight: choice } }
  }
  const { runner, writesJson } = writing.voice
  if ((whole.kind === "list" || whole.kind === "any") && !writesJson) {
    writing.generalities.add(
      `Within a text, what is neither a text nor a number is written as JSON, such as \`true\`; ${runner} writes it as Python does.`
    )
  }
  return whole
}

const textOf = ({ truth: [yes, no] }: Writing["voice"], worth: Known): Known =>
  worth === null ? "" : worth === true ? yes : worth === false ? no : worth

const convert = (writing: Writing, use: Use) => (worth: Known): Known => {
  if (use === "text") return textOf(writing.voice, worth)
  if (use === "choice") return worth ?? ""
  if (use !== "condition") return worth
  return typeof worth === "string" && worth.trim().toLowerCase() === "false" ? false : isTruthy(worth)
}

const knownText = (value: Known): string =>
  typeof value === "object" && value !== null
    ? `[${value.map(celLiteral).join(", ")}]`
    : celLiteral(value)

/** Exit codes that may be missing, told apart in the expression itself. */
const guarded = (term: Term): Term =>
  mapLeaves(
    term,
    ({ mayHaveNoCode, ...ref }) =>
      mayHaveNoCode === true ? { ...ref, cel: `(${isThere(ref.cel).text} ? ${ref.cel} : -1)` } : ref
  )

const ending = (writing: Writing, term: Term, use: Use): { readonly term: Term; readonly otherwise?: Known } => {
  const plain = worthWhereMissing(term, convert(writing, use))
  const [chosen, worth] = plain === "many"
    ? [guarded(term), worthWhereMissing(guarded(term), convert(writing, use))]
    : [term, plain]
  if (worth === "never") return { term: chosen }
  if (worth !== "many") return { term: chosen, otherwise: worth.value }
  const names = [...new Set(leavesOf(term).filter(({ mayBeAbsent }) => mayBeAbsent).map(({ cel }) => `\`${cel}\``))]
  refuse(
    writing,
    term,
    `what this is worth where ${names.join(" or ") || "something"} is missing depends on what runs`,
    "ask for one thing at a time, in steps of their own"
  )
  return { term: chosen }
}

/** An expression in its parts: what is worked out, the filters after it, and what it is worth where something is missing. */
export interface Parts extends Piped {
  readonly otherwise?: Known
  /** Its text has no white space in it. */
  readonly isWord: boolean
}

const isWord = ({ filters, kind }: Piped, head: Term): boolean =>
  kind === "bool" || isNumber(kind)
  || (filters.length === 0 && head.kind === "leaf" && (head.words !== undefined || head.isWord === true))

/** The parts of an expression, for a use. */
export const writeParts = (writing: Writing, whole: Term, use: Use): Parts => {
  const { otherwise, term } = ending(writing, whole, use)
  const { filters, head } = chainOf(term)
  let made: Piped = { cel: writeTerm(writing, head), kind: kindOf(head), filters: [] }
  for (const each of filters) made = pipe(writing, made, each, head)
  if (use === "condition") made = truth(writing, made, head)
  else if (use === "text") made = inText(writing, made, term)
  else if (use === "choice" && made.kind === "text" && head.kind === "leaf" && head.words === undefined) {
    made = { ...made, cel: { text: `${within(made.cel, member)}.trim()`, tight: member } }
  } else if (use === "list" && made.kind !== "list" && made.kind !== "any") {
    refuse(writing, whole, `this is ${kindWords(made.kind)}, where a list belongs`)
  }
  return { ...made, isWord: isWord(made, head), ...(otherwise === undefined ? {} : { otherwise }) }
}

/** A filter that says what an expression is worth where something in it is missing. */
export const defaultFilter = (worth: Known): string => `default(${knownText(worth)})`
