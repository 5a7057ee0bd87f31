/**
 * A whole expression as it stands between `{{` and `}}`: a term, its filters, and a `default`.
 *
 * Owns the filters, and what an expression comes to in the place it stands in. Must not know where a
 * name leads. The surprise: the `default` at the end is worked out, not copied: it is what the
 * whole expression is worth over there where something it names is missing.
 */
import { celLiteral, celString, tightness, within, type Written } from "./CelText.ts"
import { isTruthy, type Known, worthWhereMissing } from "./Meaning.ts"
import { type Kind, kindOf, kindWords, type Ref, type Term } from "./Term.ts"
import { leavesOf, mapLeaves, type Filter } from "./Tree.ts"
import { refuse, type Writing } from "./Voice.ts"
import { writeTerm, writeTruth } from "./WriteTerm.ts"

/** Part of a text, all of a value, a condition, a list, or a text that is compared with names. */
export type Use = "text" | "value" | "condition" | "list" | "choice"

interface Piped {
  readonly cel: Written
  readonly kind: Kind
  /** Filters of pawl, each as it is written. */
  readonly filters: ReadonlyArray<string>
}

const { choice, comparison, member, or } = tightness

const chainOf = (term: Term): { readonly head: Term; readonly filters: ReadonlyArray<Filter<Ref>> } => {
  const filters: Array<Filter<Ref>> = []
  let head = term
  while (head.kind === "filter") {
    filters.unshift(head)
    head = head.operand
  }
  return { head, filters }
}

/** A key of each item's output. */
const itemsMapped = (writing: Writing, ref: Ref, filter: Filter<Ref>, path: string): Piped => {
  const key = ref.itemKey?.(path)
  if (key === undefined) refuse(writing, filter, `an item has no \`${path}\``, "see what the step of each item puts out")
  const { cel, otherwise, path: to } = key ?? { path: "output", cel: ".output" }
  if (otherwise === undefined) {
    return { cel: { text: ref.cel, tight: member }, kind: "list", filters: [`map(${celString(to)})`] }
  }
  const text = `${ref.cel}.map(i, has(i${cel}) ? i${cel} : ${otherwise})`
  return { cel: { text, tight: member }, kind: "list", filters: [] }
}

const argumentOf = (writing: Writing, filter: Filter<Ref>, kind: Kind): Written => {
  const { argument } = filter
  if (argument !== undefined && (kindOf(argument) === kind || (kind === "any" && kindOf(argument) !== "null"))) {
    return writeTerm(writing, argument)
  }
  refuse(
    writing,
    filter,
    kind === "any" ? `\`${filter.name}\` needs a value` : `\`${filter.name}\` needs ${kindWords(kind)} in parentheses`
  )
  return { text: "''", tight: member }
}

const defaulted = (writing: Writing, before: Piped, filter: Filter<Ref>): Piped => {
  const { argument } = filter
  const isEmpty = argument === undefined || (argument.kind === "literal" && argument.value === "")
  if (before.kind === "text") {
    if (isEmpty || !writing.voice.defaultsEmptyText) return before
    const other = argumentOf(writing, filter, "text")
    if (before.filters.length > 0) {
      refuse(writing, filter, "`default` for an empty text after another filter", "put it before that filter")
      return before
    }
    const text = `${within(before.cel, comparison)} == '' ? ${within(other, or)} : ${within(before.cel, or)}`
    return { ...before, cel: { text, tight: choice } }
  }
  if (before.kind !== "any") return before
  if (!isEmpty && writing.voice.defaultsEmptyText) {
    writing.remarks.add(`\`default\` stands in for what is missing or null; in ${writing.voice.runner} also for an empty text.`)
  }
  const other = isEmpty ? "''" : argumentOf(writing, filter, "any").text
  return { ...before, filters: [...before.filters, `default(${other})`] }
}

const contained = (writing: Writing, before: Piped, filter: Filter<Ref>): Piped => {
  const other = argumentOf(writing, filter, before.kind === "text" ? "text" : "any")
  if (before.filters.length === 0 && before.kind === "text") {
    return { cel: { text: `${within(before.cel, member)}.contains(${other.text})`, tight: member }, kind: "bool", filters: [] }
  }
  if (before.filters.length === 0 && before.kind === "list") {
    const text = `${within(other, comparison)} in ${within(before.cel, comparison)}`
    return { cel: { text, tight: comparison }, kind: "bool", filters: [] }
  }
  if (before.kind !== "any" && before.kind !== "text" && before.kind !== "list") {
    refuse(writing, filter, `${kindWords(before.kind)} contains nothing`, "`contains` is for texts and lists")
  }
  return { ...before, kind: "bool", filters: [...before.filters, `contains(${other.text})`] }
}

const piped = (writing: Writing, before: Piped, filter: Filter<Ref>, head: Term): Piped => {
  const isCollection = before.kind === "list" || before.kind === "any"
  switch (filter.name) {
    case "default":
      return defaulted(writing, before, filter)
    case "contains":
      return contained(writing, before, filter)
    case "join": {
      const separator = argumentOf(writing, filter, "text")
      return isCollection
        ? { ...before, kind: "text", filters: [...before.filters, `join(${separator.text})`] }
        : { ...before, kind: before.kind === "bool" ? "bool" : "text" }
    }
    case "map": {
      const path = argumentOf(writing, filter, "text")
      const name = filter.argument?.kind === "literal" ? String(filter.argument.value) : ""
      if (head.kind === "leaf" && head.itemKey !== undefined && before.filters.length === 0) {
        return itemsMapped(writing, head, filter, name)
      }
      if (!isCollection) refuse(writing, filter, `\`map\` goes over a list, and this is ${kindWords(before.kind)}`)
      const { runner } = writing.voice
      writing.remarks.add(`\`map\` fails where an item lacks what it asks for; in ${runner} that item is null.`)
      return { ...before, kind: "list", filters: [...before.filters, `map(${path.text})`] }
    }
    case "from_json":
      refuse(
        writing,
        filter,
        "`from_json` can only read the `stdout` of a shell step",
        "there the step gets `outputs: json`, and its value is `output.json`"
      )
      return { ...before, kind: "any" }
    default:
      refuse(writing, filter, `${writing.voice.runner} has no filter \`${filter.name}\``)
      return before
  }
}

const truth = (writing: Writing, whole: Piped, term: Term): Piped => {
  if (whole.filters.length > 0 || whole.kind === "bool") {
    if (whole.kind === "bool" || whole.kind === "any") return whole
    refuse(writing, term, `this is ${kindWords(whole.kind)}, where something is true or false`, "compare it with something")
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
    if (whole.filters.length > 0) refuse(writing, term, "true or false after a filter, within a text", "choose a text by `if`")
    const text = `${within(whole.cel, or)} ? ${celString(yes)} : ${celString(no)}`
    return { ...whole, cel: { text, tight: choice }, kind: "text" }
  }
  if (whole.kind === "list" || whole.kind === "any") {
    writing.remarks.add(`A list or a mapping within a text is JSON here, and is written otherwise in ${writing.voice.runner}.`)
  }
  return whole
}

const textOf = ({ truth: [yes, no] }: Writing["voice"], worth: Known): Known =>
  worth === null ? "" : worth === true ? yes : worth === false ? no : worth

const convert = (writing: Writing, use: Use) => (worth: Known): Known => {
  if (use === "text" || use === "choice") return textOf(writing.voice, worth)
  if (use !== "condition") return worth
  return typeof worth === "string" && worth.trim().toLowerCase() === "false" ? false : isTruthy(worth)
}

const knownText = (value: Known): string =>
  typeof value === "object" && value !== null
    ? `[${value.map(celLiteral).join(", ")}]`
    : celLiteral(value)

/** Exit codes that may be missing, told apart in the expression itself. */
const guarded = (term: Term): Term =>
  mapLeaves(term, ({ mayHaveNoCode, ...ref }) =>
    mayHaveNoCode === true ? { ...ref, cel: `(has(${ref.cel}) ? ${ref.cel} : -1)` } : ref)

const ending = (writing: Writing, term: Term, use: Use): { readonly term: Term; readonly filter?: string } => {
  const plain = worthWhereMissing(term, convert(writing, use))
  const [chosen, worth] = plain === "many"
    ? [guarded(term), worthWhereMissing(guarded(term), convert(writing, use))]
    : [term, plain]
  if (worth === "never") return { term: chosen }
  if (worth !== "many") return { term: chosen, filter: `default(${knownText(worth.value)})` }
  const names = [...new Set(leavesOf(term).filter(({ mayBeAbsent }) => mayBeAbsent).map(({ cel }) => `\`${cel}\``))]
  refuse(
    writing,
    term,
    `what this is worth where ${names.join(" or ") || "something"} is missing depends on what runs`,
    "ask for one thing at a time, in steps of their own"
  )
  return { term: chosen }
}

/** The inside of a hole, and the kind of its value. */
export const writeHole = (writing: Writing, whole: Term, use: Use): { readonly text: string; readonly kind: Kind } => {
  const { filter, term } = ending(writing, whole, use)
  const { filters, head } = chainOf(term)
  let made: Piped = { cel: writeTerm(writing, head), kind: kindOf(head), filters: [] }
  for (const each of filters) made = piped(writing, made, each, head)
  if (use === "condition") made = truth(writing, made, head)
  else if (use === "text" || use === "choice") made = inText(writing, made, term)
  if (use === "choice" && made.kind === "text" && head.kind === "leaf" && head.words === undefined) {
    made = { ...made, cel: { text: `${within(made.cel, member)}.trim()`, tight: member } }
  }
  if (use === "list" && made.kind !== "list" && made.kind !== "any") {
    refuse(writing, whole, `this is ${kindWords(made.kind)}, where a list belongs`)
  }
  const written = [made.cel.text, ...made.filters]
  if (filter !== undefined && written.at(-1) !== filter) written.push(filter)
  return { text: written.join(" | "), kind: made.kind }
}
