/**
 * The question about a gate, as a person at a terminal sees and answers it.
 *
 * Owns its words, and which answer means which option. Pure. The surprise: an option's name comes
 * before its number, since an option may be called `2`.
 */
import { Either } from "effect"
import { printable } from "../report/Printable.ts"
import type { Style } from "../report/Style.ts"
import { optionsOf } from "../run/GateDecision.ts"
import type { GateQuestion } from "../run/Gates.ts"

/** The file that a question shows, by a name that people know. */
export interface Shown {
  readonly name: string
  readonly lines: ReadonlyArray<string>
}

/** The lines of a question, without line ends. */
export const questionLines = (
  question: GateQuestion,
  shown: Shown | undefined,
  style: Style
): ReadonlyArray<string> => [
  `${style.yellow("gate")} ${style.bold(printable(`${question.target}/${question.path}`))}`,
  ...question.message.split("\n").map((line) => `  ${printable(line)}`),
  ...(shown === undefined
    ? []
    : [`${printable(shown.name)}:`, ...shown.lines.map((line) => `  ${style.dim("|")} ${line}`)]),
  ...optionsOf(question).map((option, at) => `  ${at + 1} ${printable(option)}`)
]

/** What stands before the answer. */
export const promptText = ({ path, target }: GateQuestion, style: Style): string =>
  `${style.bold("decide")} ${printable(`${target}/${path}`)}: `

/** The option that an answer means: its name, its number or the beginning of its name; on the left what is wrong. */
export const readAnswer = (question: GateQuestion, answer: string): Either.Either<string, string> => {
  const options = optionsOf(question)
  const word = answer.trim()
  const known = `it is one of ${options.map(printable).join(", ")}, or a number from 1 to ${options.length}`
  if (word === "") return Either.left(known)
  if (options.includes(word)) return Either.right(word)
  const numbered = /^\d{1,9}$/.test(word) ? options[Number(word) - 1] : undefined
  if (numbered !== undefined) return Either.right(numbered)
  const begun = options.filter((option) => option.toLowerCase().startsWith(word.toLowerCase()))
  const [only, second] = begun
  if (only !== undefined && second === undefined) return Either.right(only)
  return Either.left(
    only === undefined
      ? `\`${printable(word)}\` is no option: ${known}`
      : `\`${printable(word)}\` may be ${begun.map(printable).join(" or ")}`
  )
}
