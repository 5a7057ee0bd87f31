/**
 * The words of a command → texts and the placeholders between them.
 *
 * Owns which `{…}` is a placeholder, which is refused, and which is left as it stands. Must not know
 * items. The surprise: braces that could be no placeholder (`{print $1}`, `{a,b}`) are text, as GNU
 * parallel has it; those that it or pawl could mean by something else are refused, not left empty.
 */
import { Array, Either } from "effect"
import type { Problem } from "../run/UsageError.ts"
import { type Change, isChange } from "./PathParts.ts"

/** What of an item a placeholder stands for. */
export type Origin =
  | { readonly from: "number" }
  /** The whole item; of several sources, what each gave. */
  | { readonly from: "item" }
  /** What one source gave, from 0. */
  | { readonly from: "source"; readonly at: number }
  /** A field of a JSON line. */
  | { readonly from: "field"; readonly path: ReadonlyArray<string> }

export interface Placeholder {
  readonly origin: Origin
  readonly change: Change
  /** As it was written, braces included. */
  readonly text: string
}

export type Word = ReadonlyArray<string | Placeholder>

/** What placeholders may stand for. */
export interface Sources {
  /** Lists that are crossed; one where items come from standard input. */
  readonly count: number
  readonly isJson: boolean
}

type Read = Either.Either<Placeholder | undefined, Problem>

const problem = (message: string, hint: string): Read => Either.left({ message, hint })

const numbered = /^(-?\d+)(|\/|\.|\/\/|\/\.)$/
const field = /^\.([^\s.{}"']+(?:\.[^\s.{}"']+)*)$/

const sourceAt = (text: string, number: number, change: Change, { count }: Sources): Read => {
  const at = number < 0 ? count + number : number - 1
  if (number !== 0 && at >= 0 && at < count) {
    return Either.right({ origin: { from: "source", at }, change, text })
  }
  return problem(
    `\`${text}\` stands for no source: there ${count === 1 ? "is one" : `are ${count}`}, counted from 1`,
    "give more lists with `:::`; for braces that are meant as they are, put the command into a script"
  )
}

/** A placeholder; undefined where the braces are text. */
const read = (text: string, sources: Sources): Read => {
  const inner = text.slice(1, -1)
  if (isChange(inner)) return Either.right({ origin: { from: "item" }, change: inner, text })
  if (inner === "#") return Either.right({ origin: { from: "number" }, change: "", text })
  if (inner === "%") {
    return problem("pawl has no job slots, so `{%}` stands for nothing", "`{#}` is the number of the item")
  }
  const [, number, change = ""] = numbered.exec(inner) ?? []
  if (number !== undefined && isChange(change)) return sourceAt(text, Number(number), change, sources)
  const path = field.exec(inner)?.[1]
  if (path !== undefined) {
    return sources.isJson
      ? Either.right({ origin: { from: "field", path: path.split(".") }, change: "", text })
      : problem(
        `\`${text}\` is a field, and the items are no JSON`,
        "add --jsonl where each line of the list is JSON; without its extension an item is `{.}`"
      )
  }
  if (/^=.*=$/s.test(inner)) return problem(`\`${text}\` is Perl, which pawl does not run`, "put it into a script")
  return Either.right(undefined)
}

const readWord = (word: string, sources: Sources): Either.Either<Word, ReadonlyArray<Problem>> => {
  const parts: Array<string | Placeholder> = []
  const problems: Array<Problem> = []
  let from = 0
  for (const { 0: text, index } of word.matchAll(/\{[^{}]*\}/g)) {
    const found = read(text, sources)
    if (Either.isLeft(found)) problems.push(found.left)
    else if (found.right !== undefined) {
      if (index > from) parts.push(word.slice(from, index))
      parts.push(found.right)
      from = index + text.length
    }
  }
  if (from < word.length || parts.length === 0) parts.push(word.slice(from))
  return problems.length > 0 ? Either.left(problems) : Either.right(parts)
}

/** Whether a word is nothing but `{}`. */
const isLone = ([part, ...others]: Word): boolean =>
  others.length === 0 && typeof part === "object" && part.origin.from === "item" && part.change === ""

const everySource = ({ count }: Sources): ReadonlyArray<Word> =>
  Array.makeBy(
    count,
    (at) => [{ origin: { from: "source" as const, at }, change: "" as const, text: `{${at + 1}}` }]
  )

/**
 * The words of a command with their placeholders, or all that is wrong with them. Where there are none the item
 * follows as a word of its own; of several sources what each gave is one.
 */
export const readCommand = (
  words: ReadonlyArray<string>,
  sources: Sources
): Either.Either<ReadonlyArray<Word>, Array.NonEmptyReadonlyArray<Problem>> => {
  const [problems, read] = Array.separate(words.map((word) => readWord(word, sources)))
  const all = problems.flat()
  if (Array.isNonEmptyReadonlyArray(all)) return Either.left(all)
  const item: Placeholder = { origin: { from: "item" }, change: "", text: "{}" }
  const isFilled = read.some((word) => word.some((part) => typeof part !== "string"))
  const filled = isFilled ? read : [...read, [item]]
  return Either.right(filled.flatMap((word) => sources.count > 1 && isLone(word) ? everySource(sources) : [word]))
}
