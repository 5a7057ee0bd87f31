/**
 * One item of a list → what its placeholders come to.
 *
 * Owns the look into JSON lines, and what an item that can't be used is told as. Pure. The surprise:
 * of a JSON line only what the command mentions counts, so that a list may gain fields between two
 * calls and its items are still the same ones.
 */
import { Either } from "effect"
import { textOf } from "../expression/Text.ts"
import { parseJson, UnfitJson, type Value } from "../expression/Value.ts"
import { isValue } from "../manifest/Inputs.ts"
import type { Problem } from "../run/UsageError.ts"
import { changes } from "./PathParts.ts"
import type { Placeholder, Word } from "./Placeholder.ts"

/** Bytes that Linux allows for one argument, without the NUL at its end. */
export const longestArgument = 131_071

export interface ItemTexts {
  /** What it is known by: of each source its text; of a JSON line the texts of what is used. */
  readonly values: ReadonlyArray<string>
  /** The text of each placeholder of the command, in the order of `placeholdersOf`. */
  readonly texts: ReadonlyArray<string>
}

export interface ListItem extends ItemTexts {
  /** Its place in the list, from 0; those before it that can't be used count. */
  readonly index: number
}

/** The different placeholders of a command that depend on the item. */
export const placeholdersOf = (words: ReadonlyArray<Word>): ReadonlyArray<Placeholder> => {
  const found = new Map<string, Placeholder>()
  for (const part of words.flat()) {
    if (typeof part !== "string" && part.origin.from !== "number") found.set(part.text, part)
  }
  return [...found.values()]
}

const refused = (message: string, hint: string) => Either.left({ message, hint })

const tooLong = (texts: ReadonlyArray<string>): number | undefined =>
  texts.map((text) => text.length * 3 > longestArgument ? Buffer.byteLength(text) : 0)
    .find((bytes) => bytes > longestArgument)

export const lengthProblem = (bytes: number): Problem => ({
  message: `has ${bytes} bytes, more than the ${longestArgument} that an argument may have (E2BIG)`,
  hint: "put it into a file, and its name into the list"
})

const checked = (item: ItemTexts): Either.Either<ItemTexts, Problem> => {
  const bytes = tooLong(item.texts)
  if (bytes !== undefined) return Either.left(lengthProblem(bytes))
  // Only JSON can say it; as UTF-8 it would become another character.
  const half = item.texts.find((text) => !text.isWellFormed())?.match(/\p{Surrogate}/u)?.[0]
  if (half !== undefined) {
    return refused(
      `holds half a character (\\u${half.charCodeAt(0).toString(16)}), which no argument can`,
      "write both halves of the surrogate pair, or take it out"
    )
  }
  return item.texts.some((text) => text.includes("\0"))
    ? refused("holds a NUL character, which no argument can", "take it out, or end each item with one and add -0")
    : Either.right(item)
}

/** The item that one value from each source makes. */
export const itemOf = (
  placeholders: ReadonlyArray<Placeholder>,
  values: ReadonlyArray<string>
): Either.Either<ItemTexts, Problem> =>
  checked({
    values,
    texts: placeholders.map(({ change, origin }) =>
      changes[change](origin.from === "source" ? values[origin.at] ?? "" : values.join(" "))
    )
  })

const kindOf = (value: Value): string =>
  value === null ? "null" : Array.isArray(value) ? "a list" : typeof value === "object" ? "an object" : "no object"

/** What a value has under a key; a list has its values under their numbers. */
const within = (value: Value, key: string): Value | undefined => {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined
  const found: Value | undefined = Object.entries(value).find(([name]) => name === key)?.[1]
  return found
}

const fieldOf = (line: Value, path: ReadonlyArray<string>): Either.Either<Value, Problem> => {
  let value = line
  for (const [index, key] of path.entries()) {
    const inner = within(value, key)
    if (inner === undefined) {
      const whole = `.${path.slice(0, index + 1).join(".")}`
      const owner = index === 0 ? "" : ` (\`.${path.slice(0, index).join(".")}\` is ${kindOf(value)})`
      return refused(
        index === 0 && (typeof value !== "object" || value === null)
          ? `has no field \`${whole}\`: it is ${kindOf(value)}`
          : `has no field \`${whole}\`${owner}`,
        "give every line the field, or take such lines out, for example with jq"
      )
    }
    value = inner
  }
  return Either.right(value)
}

const parse = (text: string): Either.Either<Value, Problem> => {
  try {
    const value = parseJson(text)
    return isValue(value)
      ? Either.right(value)
      : refused("holds a number that JSON can't hold", "quote it to make it a text")
  } catch (cause) {
    if (cause instanceof UnfitJson) return refused(`holds ${cause.message}`, "quote it to make it a text")
    const why = cause instanceof Error ? cause.message.replace(/^JSON Parse error: /, "") : String(cause)
    return refused(`is not JSON: ${why}`, "write one whole JSON value on each line, such as {\"name\": \"x\"}")
  }
}

/** The item that a JSON line makes. `{}` is the whole line, or what a lone text in it says. */
export const jsonItemOf = (
  placeholders: ReadonlyArray<Placeholder>,
  text: string
): Either.Either<ItemTexts, Problem> =>
  Either.flatMap(parse(text), (line) => {
    const whole = typeof line === "string" ? line : text.trim()
    const texts: Array<string> = []
    for (const { change, origin } of placeholders) {
      const value = origin.from === "field" ? fieldOf(line, origin.path) : Either.right<Value>(whole)
      if (Either.isLeft(value)) return Either.left(value.left)
      texts.push(changes[change](textOf(value.right)))
    }
    return checked({ values: texts.length === 0 ? [whole] : texts, texts })
  })
