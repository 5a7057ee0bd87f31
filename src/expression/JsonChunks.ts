/**
 * A document as JSON, a piece at a time.
 *
 * Owns the order of the pieces. Pure. The surprise: a list in it need not be there as a whole. Of one that makes its
 * elements when they are asked for, no more than a few are there at the same time.
 */
import { stringifyJson } from "./Value.ts"

/** UTF-16 units of a piece, at the least; the last one may be shorter. */
const PIECE = 64 * 1024

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null

const isList = (value: unknown): value is Iterable<unknown> => isObject(value) && Symbol.iterator in value

function* listPieces(list: Iterable<unknown>): Generator<string> {
  let separator = "["
  for (const element of list) {
    yield `${separator}${stringifyJson(element)}`
    separator = ","
  }
  yield separator === "[" ? "[]" : "]"
}

function* pieces(value: unknown): Generator<string> {
  if (isList(value)) return yield* listPieces(value)
  if (!isObject(value)) return yield stringifyJson(value)
  let separator = "{"
  for (const [key, each] of Object.entries(value)) {
    if (each === undefined) continue
    yield `${separator}${JSON.stringify(key)}:`
    yield* pieces(each)
    separator = ","
  }
  yield separator === "{" ? "{}" : "}"
}

/** The text that `stringifyJson` gives, in pieces. Lists of lists and of objects are whole in each of their elements. */
function* jsonChunks(document: unknown): Generator<string> {
  let text = ""
  for (const piece of pieces(document)) {
    text += piece
    if (text.length < PIECE) continue
    yield text
    text = ""
  }
  if (text !== "") yield text
}

/** The same, and the end of the line. */
export function* jsonLine(document: unknown): Generator<string> {
  yield* jsonChunks(document)
  yield "\n"
}
