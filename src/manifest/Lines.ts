/**
 * Lines of a text as items.
 *
 * Owns what a line is: ends with LF or CRLF, and is not blank. Must not read files.
 */
import { Array, Either } from "effect"
import { parseJson, UnfitJson, type Value } from "../expression/Value.ts"
import { isValue } from "./Inputs.ts"

/** As many as are worth reading at once. */
const mostProblems = 10

interface LineProblem {
  /** Without the name of the file. */
  readonly message: string
  readonly hint?: string
}

/** Each line that is not blank, without its end; `line` counts all lines from 1. */
const eachLine = (text: string, take: (content: string, line: number) => void): void => {
  let line = 1
  for (let start = 0; start <= text.length; line++) {
    const newline = text.indexOf("\n", start)
    const end = newline === -1 ? text.length : newline
    const content = text.slice(start, end > start && text[end - 1] === "\r" ? end - 1 : end)
    if (content.trim() !== "") take(content, line)
    start = end + 1
  }
}

/** Lines that are not blank. */
export const linesOf = (text: string): ReadonlyArray<string> => {
  const lines: Array<string> = []
  eachLine(text, (content) => lines.push(content))
  return lines
}

const reason = (cause: unknown): string =>
  cause instanceof SyntaxError ? cause.message.replace(/^JSON Parse error: /, "") : String(cause)

/** One JSON value a line; on the left what is wrong, by line, at most the first ten. */
export const jsonLinesOf = (
  text: string
): Either.Either<ReadonlyArray<Value>, Array.NonEmptyReadonlyArray<LineProblem>> => {
  const values: Array<Value> = []
  const problems: Array<LineProblem> = []
  eachLine(text, (content, line) => {
    try {
      const value = parseJson(content)
      if (isValue(value)) values.push(value)
      else {
        problems.push({
          message: `line ${line} holds a number that JSON can't hold`,
          hint: "quote it to make it a text"
        })
      }
    } catch (cause) {
      problems.push(
        cause instanceof UnfitJson
          ? { message: `line ${line} holds ${cause.message}` }
          : {
            message: `line ${line} is not JSON: ${reason(cause)}`,
            hint: "write one whole JSON value on each line, such as `{\"name\": \"x\"}`"
          }
      )
    }
  })
  const shown = problems.length > mostProblems
    ? [...problems.slice(0, mostProblems), { message: `and ${problems.length - mostProblems} more lines` }]
    : problems
  return Array.isNonEmptyReadonlyArray(shown) ? Either.left(shown) : Either.right(values)
}
