/**
 * A value as text: how it is put into a template, an argument or an environment variable.
 *
 * Owns that form, and the words for a value's kind. Must not shorten or escape. The surprise:
 * null is no text at all, so that an unset field does not become the word "null" in a command.
 */
import { Either } from "effect"
import { Budget, OverBudget } from "./Budget.ts"
import { payFor } from "./Exchange.ts"
import { explainLimit, type Piece } from "./Explain.ts"
import type { ExpressionError } from "./ExpressionError.ts"
import { mostText } from "./Limits.ts"
import { stringifyJson, type Value } from "./Value.ts"

/** Text as it is; numbers and booleans plainly, with all digits; null as nothing; lists and maps as JSON. */
export const textOf = (value: Value): string => {
  if (typeof value === "string") return value
  if (value === null) return ""
  return typeof value === "object" ? stringifyJson(value) : String(value)
}

/** The text of what an expression came to, unless that is more than can be of use anywhere. */
export const writeOut = (piece: Piece, value: Value): Either.Either<string, ExpressionError> => {
  if (typeof value !== "object" && (typeof value !== "string" || value.length <= mostText)) {
    return Either.right(textOf(value))
  }
  try {
    payFor(value, new Budget())
    return Either.right(textOf(value))
  } catch (thrown) {
    if (thrown instanceof OverBudget) return Either.left(explainLimit(piece, thrown))
    throw thrown
  }
}

/** What kind of value it is, for a message; never the value itself, which may be a secret. */
export const describe = (value: Value): string =>
  value === null
    ? "null"
    : Array.isArray(value)
    ? "a list"
    : typeof value === "object"
    ? "a map"
    : kinds[typeof value] ?? "a number"

const kinds: Readonly<Record<string, string>> = { string: "text", boolean: "true or false" }
