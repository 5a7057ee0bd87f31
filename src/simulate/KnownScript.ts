/**
 * A shell script with the values that are known before the run in it.
 *
 * Owns how a value stands in the script that is shown: escaped, so that it means there what the variable
 * means that takes its place when the script is run. Must not be handed to a shell: a run never puts a
 * value into a script. The surprise: an expression in a comment is left alone, as the run leaves it.
 */
import { Either } from "effect"
import { evaluate, type Expression } from "../expression/Expression.ts"
import type { OpenPlace, Place } from "../expression/ShellPlace.ts"
import { scanShell } from "../expression/ShellScanner.ts"
import { findHoles } from "../expression/Template.ts"
import { textOf } from "../expression/Text.ts"
import { asWritten, isKnown, type Knowledge, type KnownText } from "./Known.ts"

interface Hole {
  readonly expression: Expression
  readonly place: Place
}

/** A script in pieces: text, and expressions with where they stand. */
export type ScriptPieces = ReadonlyArray<string | Hole>

/** Takes a script apart, once for all the targets that share it. It was checked when the manifest was read. */
export const scriptPieces = (text: string): ScriptPieces => {
  const { holes } = findHoles(text)
  if (holes.length === 0) return [text]
  const places = scanShell(text, holes)
  const pieces: Array<string | Hole> = []
  let from = 0
  for (const [index, { end, parsed, start }] of holes.entries()) {
    const place = places[index] ?? "tangled"
    if (place === "comment" || Either.isLeft(parsed)) continue
    pieces.push(text.slice(from, start), { expression: parsed.right, place })
    from = end
  }
  return [...pieces, text.slice(from)]
}

const escapes: Readonly<Record<Exclude<OpenPlace, "comment">, (value: string) => string>> = {
  bare: (value) => `"${value.replaceAll(/[\\$`"]/g, "\\$&")}"`,
  double: (value) => value.replaceAll(/[\\$`"]/g, "\\$&"),
  here: (value) => value.replaceAll(/[\\$`]/g, "\\$&")
}

/** Braces that an author wrote as `{{ "{{" }}` are text of the script, in any place. */
const put = (value: string, { expression, place }: Hole): string =>
  expression.names.roots.size === 0 && /^[{}]+$/.test(value)
    ? value
    : place === "bare" || place === "double" || place === "here"
    ? escapes[place](value)
    : value

/** The script as it would be done, as far as that is known. */
export const knownScript = (pieces: ScriptPieces, knowledge: Knowledge): KnownText => {
  let text = ""
  let wrong: string | undefined
  const unresolved: Array<string> = []
  for (const piece of pieces) {
    if (typeof piece === "string") {
      text += piece
      continue
    }
    const { expression } = piece
    if (!isKnown(expression, knowledge)) {
      text += asWritten(expression)
      if (!unresolved.includes(expression.source)) unresolved.push(expression.source)
      continue
    }
    const value = evaluate(expression, knowledge.scope)
    text += Either.isRight(value) ? put(textOf(value.right), piece) : asWritten(expression)
    if (Either.isLeft(value)) wrong ??= value.left.message
  }
  return { text, unresolved, ...(wrong === undefined ? {} : { wrong }) }
}
