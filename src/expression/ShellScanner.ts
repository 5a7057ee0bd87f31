/**
 * Where in a POSIX shell script each hole stands: outside quotes, in double quotes, in a comment, …
 *
 * Owns the reading of shell syntax, so far as it decides what a value there would mean. Must not
 * know expressions: a hole is a range, and counts as one ordinary character. The surprise: when
 * in doubt it says a place where no value may stand, since a refusal costs an author a minute.
 */
import { findDelimiter, type HereDocument, hereDocumentEnd } from "./ShellHereDocument.ts"
import type { Place } from "./ShellPlace.ts"
import { makeCommandWords } from "./ShellWords.ts"

/** Nesting beyond this is no script that a person wrote. */
const maxDepth = 60

const parameterStart = /[#!]?(?:[A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-])?/y
const parameterWord = /:?[-=?+]/y

const lengthAt = (pattern: RegExp, text: string, at: number): number => {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0].length ?? 0
}

export interface Range {
  readonly start: number
  readonly end: number
}

/** The place of each of `holes`, which are in order and don't overlap. */
export const scanShell = (text: string, holes: ReadonlyArray<Range>): ReadonlyArray<Place> => {
  const places: Array<Place> = holes.map(() => "tangled")
  const indexAt = new Map(holes.map((hole, index) => [hole.start, index]))
  const waiting: Array<HereDocument> = []
  // Whether `((` is a sum is only known at its end, so nests of it are read more than once.
  let budget = 10_000 + text.length * 40
  let depth = 0
  let lost = false

  const tangled = (): boolean => (lost ||= budget-- < 0 || depth > maxDepth)

  /** Puts the hole at `at`, if there is one, in its place; the offset after it, else -1. */
  const hole = (at: number, place: Place): number => {
    const index = indexAt.get(at)
    if (index === undefined) return -1
    places[index] = place
    return holes[index]?.end ?? at + 1
  }

  const markAll = (from: number, end: number, place: Place): void => {
    for (const [index, range] of holes.entries()) if (range.start >= from && range.start < end) places[index] = place
  }

  /** The offset of the first of `chars` outside holes, or `end`; with `escapes`, a backslash hides one. */
  const find = (from: number, end: number, chars: string, escapes = false): number => {
    let at = from
    while (at < end) {
      const index = indexAt.get(at)
      if (index !== undefined) at = holes[index]?.end ?? at + 1
      else if (chars.includes(text.charAt(at))) return at
      else at += escapes && text[at] === "\\" && !indexAt.has(at + 1) ? 2 : 1
    }
    return Math.min(at, end)
  }

  /** Passes what is closed to values, up to `closing`; the offset after it. */
  const closed = (from: number, end: number, closing: string, place: Place, escapes = false): number => {
    const at = find(from, end, closing, escapes)
    markAll(from, at, place)
    return at + 1
  }

  /** A backslash and what it hides. */
  const escape = (at: number): number => {
    const after = hole(at + 1, "escaped")
    return after < 0 ? at + 2 : after
  }

  const backtick = (from: number, end: number): number => {
    const close = find(from, end, "`", true)
    // One layer of backslashes is taken off before the commands are read, which changes every quote after one.
    if (text.slice(from, close).includes("\\")) markAll(from, close, "backtick")
    else commands(from, close, "")
    return close + 1
  }

  /** Text in double quotes, or in a here-document, up to `closing`; the offset after it. */
  const quoted = (from: number, end: number, closing: string, place: Place): number => {
    let at = from
    while (at < end && !tangled()) {
      const after = hole(at, place)
      const char = text[at]
      if (after >= 0) at = after
      else if (char === closing) return at + 1
      else if (char === "\\") at = escape(at)
      else if (char === "`") at = backtick(at + 1, end)
      else if (char === "$") at = dollar(at, end, place)
      else at++
    }
    return at
  }

  /** `$((` … `))`; -1 where it turns out to be a substitution that begins with a subshell. */
  const arithmetic = (from: number, end: number): number => {
    const before = waiting.length
    let open = 0
    let at = from
    while (at < end && !tangled()) {
      const after = hole(at, "arithmetic")
      const char = text[at]
      if (after >= 0) at = after
      else if (char === "\\") at = escape(at)
      else if (char === "`") at = backtick(at + 1, end)
      else if (char === "$") at = dollar(at, end, "arithmetic")
      else if (char === ")" && open === 0) {
        if (text[at + 1] === ")") return at + 2
        waiting.length = Math.min(before, waiting.length)
        return -1
      } else {
        if (char === "(") open++
        if (char === ")") open--
        at++
      }
    }
    return at
  }

  /** `${` … `}`. `place` is where the whole stands. Only the word of `:-`, `=`, `?` or `+` takes a value. */
  const parameter = (from: number, end: number, place: Place): number => {
    let at = from + lengthAt(parameterStart, text, from)
    const operator = lengthAt(parameterWord, text, at)
    let inside: Place = operator > 0 ? place : place === "arithmetic" ? place : "parameter"
    depth++
    at += operator
    while (at < end && !tangled()) {
      const after = hole(at, inside)
      const char = text[at]
      if (after >= 0) at = after
      else if (char === "}") {
        at++
        break
      } else if (char === "\\") at = escape(at)
      else if (char === "`") at = backtick(at + 1, end)
      else if (char === "$") at = dollar(at, end, inside)
      else if (char === "'" && (place === "bare" || operator === 0)) at = closed(at + 1, end, "'", "single")
      // Shells disagree about both kinds of quotes here, where the whole stands in double quotes already.
      else if (char === "\"") at = quoted(at + 1, end, "\"", inside === "bare" ? "double" : "parameter")
      else {
        if (char === "'") inside = "parameter"
        at++
      }
    }
    depth--
    return at
  }

  const dollar = (at: number, end: number, place: Place): number => {
    const after = hole(at + 1, "dollar")
    if (after >= 0) return after
    const next = text[at + 1]
    if (next === "(") {
      depth++
      const sum = text[at + 2] === "(" ? arithmetic(at + 3, end) : -1
      const done = sum >= 0 ? sum : commands(at + 2, end, ")")
      depth--
      return done
    }
    if (next === "{") return parameter(at + 2, end, place)
    if (next === "[") {
      const close = find(at + 2, end, "]\n\"'`")
      if (text[close] === "]") markAll(at, close, "arithmetic")
      return text[close] === "]" ? close + 1 : at + 2
    }
    return next === "'" && place === "bare" ? closed(at + 2, end, "'", "single", true) : at + 1
  }

  /** Reads the here-documents that begin on the line before; the offset after them. */
  const hereDocuments = (from: number, end: number): number => {
    let at = from
    for (const document of waiting.splice(0)) {
      const body = hereDocumentEnd(text, at, end, document, (start, stop) => find(start, stop, "\n"))
      if (document.quoted) markAll(at, body.end, "quoted-here")
      else quoted(at, body.end, "", "here")
      at = body.next
    }
    return at
  }

  /** Commands up to the `)` that closes them, or to `end`; the offset after. */
  const commands = (from: number, end: number, closing: "" | ")"): number => {
    const words = makeCommandWords((start, stop) => markAll(start, stop, "arithmetic"))
    let at = from
    depth++
    while (at < end && !tangled()) {
      const char = text.charAt(at)
      const next = text.charAt(at + 1)
      if (indexAt.has(at)) {
        at = hole(at, words.takesSums() ? "arithmetic" : "bare")
        words.add("\0")
      } else if (char === " " || char === "\t") {
        words.end(at++)
      } else if (char === "\n") {
        words.separator(at)
        at = hereDocuments(at + 1, end)
      } else if (char === "#" && !words.within()) {
        const line = find(at, end, "\n")
        markAll(at, line, "comment")
        at = line
      } else if (char === "\\" && next === "\n") {
        at += 2
      } else if (char === ";" || char === "&" || char === "|") {
        const operator = char === ";" ? /^;;?&?/.exec(text.slice(at, at + 3))?.[0] ?? char : char
        if (operator.length > 1) words.caseBranchEnds(at)
        else words.separator(at)
        at += operator.length
      } else if (char === "(") {
        const sum = next === "(" && words.startsCommand() ? arithmetic(at + 2, end) : -1
        if (sum >= 0) at = sum
        else if (words.opensPattern()) at++
        else at = commands(at + 1, end, ")")
        words.separator(at)
      } else if (char === ")") {
        const inCase = words.patternEnds(at)
        at++
        if (!inCase && closing === ")") break
      } else if (char === "<" && next === "<" && text[at + 2] !== "<") {
        words.end(at)
        const found = findDelimiter(text, at + 2, end, (start) => hole(start, "delimiter"))
        waiting.push(found.document)
        at = found.end
      } else if (char === "<" || char === ">") {
        words.end(at)
        at += char === "<" && next === "<" ? 3 : next === "&" || next === ">" || next === "|" ? 2 : 1
      } else {
        words.add("'\"`\\$".includes(char) ? "\0" : char)
        if (char === "'") at = closed(at + 1, end, "'", "single")
        else if (char === "\"") at = quoted(at + 1, end, "\"", words.takesSums() ? "arithmetic" : "double")
        else if (char === "`") at = backtick(at + 1, end)
        else if (char === "\\") at = escape(at)
        else if (char === "$") at = dollar(at, end, "bare")
        else at++
      }
    }
    words.separator(at)
    depth--
    return at
  }

  commands(0, text.length, "")
  return lost ? places.map(() => "tangled") : places
}
