/**
 * The words after `pawl each` and its flags → a command and the lists of its items.
 *
 * Owns the meaning of `:::`. Must not know placeholders. The surprise: a word in which the character
 * stands that takes the place of bytes that are no text is refused: by the time pawl sees its words,
 * what the bytes were can't be known any more.
 */
import { Array, Either } from "effect"
import type { Problem } from "../run/UsageError.ts"
import { combinationCount } from "./Crossed.ts"

export interface CallWords {
  readonly command: ReadonlyArray<string>
  /** Absent where the items come from standard input. */
  readonly sources?: ReadonlyArray<ReadonlyArray<string>>
}

export interface ListForm {
  readonly isNul: boolean
  readonly isJson: boolean
}

const mark = ":::"
const foreign = ["::::", ":::+", "::::+"]
const replacement = "\uFFFD"

/** Combinations beyond this are a mistake, not a list. */
const mostCombinations = 1_000_000

const formProblems = ({ isJson, isNul }: ListForm): ReadonlyArray<Problem> =>
  [...(isJson ? ["--jsonl"] : []), ...(isNul ? ["--null"] : [])].map((flag) => ({
    message: `\`${flag}\` says how standard input is read, and the items come from \`:::\``,
    hint: `leave out ${flag}, or pipe the items in`
  }))

const sourceProblems = (sources: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<Problem> => {
  const empty = sources.filter((values) => values.length === 0)
  if (empty.length > 0) {
    return [{ message: "`:::` is followed by no items", hint: "write them after it, or pipe them in without `:::`" }]
  }
  const count = combinationCount(sources)
  return count > mostCombinations
    ? [{ message: `the sources have ${count} combinations, more than ${mostCombinations}`, hint: "split the list" }]
    : []
}

const unknownBytes = (words: ReadonlyArray<string>): ReadonlyArray<Problem> =>
  words.flatMap((word, at) =>
    word.includes(replacement)
      ? [{
        message: `word ${at + 1} after \`pawl each\`, \`${word}\`, is not UTF-8`,
        hint: "a plan is text, and pawl alters no name: give the file a name in UTF-8"
      }]
      : []
  )

/** Tells the command from its lists; on the left everything that is wrong with the words. */
export const readCall = (
  words: ReadonlyArray<string>,
  form: ListForm
): Either.Either<CallWords, Array.NonEmptyReadonlyArray<Problem>> => {
  const parts: Array<Array<string>> = [[]]
  for (const word of words) {
    if (word === mark) parts.push([])
    else parts.at(-1)?.push(word)
  }
  const [command = [], ...sources] = parts
  const strange = words.find((word) => foreign.includes(word))
  const problems = [
    ...(command.length === 0
      ? [{
        message: "`pawl each` needs a command",
        hint: "write it before the items: pawl each -- gzip -t {} ::: a.gz"
      }]
      : []),
    ...(command[0] === "" ? [{ message: "the command is empty", hint: "its first word names the program" }] : []),
    ...(strange === undefined ? [] : [{
      message: `\`${strange}\` is not understood`,
      hint: strange === "::::"
        ? "pipe the file in: pawl each … < FILE"
        : "every list is crossed with every other: `:::`"
    }]),
    ...unknownBytes(words),
    ...(sources.length === 0 ? [] : [...formProblems(form), ...sourceProblems(sources)])
  ]
  if (Array.isNonEmptyReadonlyArray(problems)) return Either.left(problems)
  return Either.right(sources.length === 0 ? { command } : { command, sources })
}
