/**
 * A list as it comes → its items, and what of it can't be used.
 *
 * Owns the words for lines that are refused, and how many of them are told. The surprise: a line that
 * can't be used does not hold up the others, here as anywhere else; it is told at the end.
 */
import { Array, Either } from "effect"
import { type Diagnostic, ManifestError } from "../manifest/ManifestError.ts"
import type { Problem } from "../run/UsageError.ts"
import { type Line, lineReader } from "./Lines.ts"
import { itemOf, jsonItemOf, lengthProblem, type ListItem, longestArgument } from "./ListItem.ts"
import type { ListForm } from "./CallWords.ts"
import type { Placeholder } from "./Placeholder.ts"

/** As many as are worth reading at once. */
const mostTold = 10
/** Bytes of a JSON line. */
const longestJson = 32 * 1024 * 1024
/** Characters of a line that are shown. */
const shown = 200

/** What of a list can't be used. */
export interface Refused {
  readonly add: (file: string, line: number, problem: Problem, text?: string) => void
  /** That the list could not be read on. */
  readonly addError: (error: ManifestError) => void
  /** Absent where all of it can be used. */
  readonly error: () => ManifestError | undefined
}

export const makeRefused = (): Refused => {
  const told: Array<Diagnostic> = []
  let total = 0
  return {
    add: (file, line, { hint, message }, text) => {
      total += 1
      if (told.length >= mostTold) return
      told.push({
        file,
        line,
        message,
        ...(hint === undefined ? {} : { hint }),
        ...(text === undefined ? {} : { text: text.slice(0, shown) })
      })
    },
    addError: ({ diagnostics }) => {
      told.push(...diagnostics)
      total += diagnostics.length
    },
    error: () =>
      Array.isNonEmptyReadonlyArray(told)
        ? new ManifestError({ diagnostics: told, ...(total > told.length ? { total } : {}) })
        : undefined
  }
}

const lineProblem = (line: Exclude<Line, { readonly text: string }>, isJson: boolean): Problem => {
  switch (line.problem) {
    case "encoding":
      return { message: "is not UTF-8", hint: "a plan is text, and pawl alters no name: give the file a name in UTF-8" }
    case "nul":
      return { message: "holds a NUL character", hint: "add -0 where each item ends with one" }
    case "length":
      return isJson
        ? { message: `has ${line.bytes} bytes, more than ${longestJson}`, hint: "is it a list of JSON lines?" }
        : lengthProblem(line.bytes)
  }
}

/** As diagnostics name standard input. */
export const stdinName = "-"

export interface ItemReader {
  readonly push: (chunk: Uint8Array) => ReadonlyArray<ListItem>
  readonly end: () => ReadonlyArray<ListItem>
}

/** Reads the items of standard input; those that can't be used are given to `refused`. */
export const itemReader = (
  placeholders: ReadonlyArray<Placeholder>,
  { isJson, isNul }: ListForm,
  refused: Refused
): ItemReader => {
  const lines = lineReader({ isNul, longest: isJson ? longestJson : longestArgument })
  const what = isNul ? "item" : "line"
  let index = -1
  const itemsOf = (read: ReadonlyArray<Line>): ReadonlyArray<ListItem> => {
    const items: Array<ListItem> = []
    for (const line of read) {
      index += 1
      const refuse = ({ hint, message }: Problem, text?: string): void =>
        refused.add(
          stdinName,
          line.number,
          { message: `${what} ${line.number} ${message}`, ...(hint === undefined ? {} : { hint }) },
          text
        )
      if (!("text" in line)) refuse(lineProblem(line, isJson))
      else {
        const item = isJson ? jsonItemOf(placeholders, line.text) : itemOf(placeholders, [line.text])
        if (Either.isRight(item)) items.push({ ...item.right, index })
        else refuse(item.left, isJson ? line.text : undefined)
      }
    }
    return items
  }
  return { push: (chunk) => itemsOf(lines.push(chunk)), end: () => itemsOf(lines.end()) }
}
