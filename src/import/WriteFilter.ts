/**
 * The filters at the end of an expression.
 *
 * Owns what each becomes: a filter of pawl, a piece of the expression itself, or nothing. Must not
 * know what the whole is used for.
 */
import { celString, isThere, tightness, within, type Written } from "./CelText.ts"
import { type Kind, kindOf, kindWords, type Ref, type Term } from "./Term.ts"
import type { Filter } from "./Tree.ts"
import { refuse, type Writing } from "./Voice.ts"
import { writeTerm } from "./WriteTerm.ts"

const { choice, comparison, member, or } = tightness

/** An expression and the filters after it, so far. */
export interface Piped {
  readonly cel: Written
  readonly kind: Kind
  /** Filters of pawl, each as it is written. */
  readonly filters: ReadonlyArray<string>
}

/** A term without the filters at its end, and those. */
export const chainOf = (term: Term): { readonly head: Term; readonly filters: ReadonlyArray<Filter<Ref>> } => {
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
  if (key === undefined) {
    refuse(writing, filter, `an item has no \`${path}\``, "see what the step of each item puts out")
  }
  const { cel, otherwise, path: to } = key ?? { path: "output", cel: ".output" }
  if (otherwise === undefined) {
    return { cel: { text: ref.cel, tight: member }, kind: "list", filters: [`map(${celString(to)})`] }
  }
  const text = `${ref.cel}.map(i, ${isThere(`i${cel}`).text} ? i${cel} : ${otherwise})`
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
    writing.remarks.add(
      `\`default\` stands in for what is missing or null; in ${writing.voice.runner} also for an empty text.`
    )
  }
  const other = isEmpty ? "''" : argumentOf(writing, filter, "any").text
  return { ...before, filters: [...before.filters, `default(${other})`] }
}

const contained = (writing: Writing, before: Piped, filter: Filter<Ref>): Piped => {
  const other = argumentOf(writing, filter, before.kind === "text" ? "text" : "any")
  if (before.filters.length === 0 && before.kind === "text") {
    return {
      cel: { text: `${within(before.cel, member)}.contains(${other.text})`, tight: member },
      kind: "bool",
      filters: []
    }
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

/** One more filter. `head` is what all of them are applied to. */
export const pipe = (writing: Writing, before: Piped, filter: Filter<Ref>, head: Term): Piped => {
  const isCollection = before.kind === "list" || before.kind === "any"
  switch (filter.name) {
    case "default":
      return defaulted(writing, before, filter)
    case "contains":
      return contained(writing, before, filter)
    case "join": {
      const separator = argumentOf(writing, filter, "text")
      if (isCollection) return { ...before, kind: "text", filters: [...before.filters, `join(${separator.text})`] }
      if (before.kind === "text") return before
      refuse(writing, filter, `\`join\` is for lists, and this is ${kindWords(before.kind)}`)
      return { ...before, kind: "text" }
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
