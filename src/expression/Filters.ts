/**
 * The four filters that may follow an expression: `{{ … | default('none') }}`.
 *
 * Owns what each does and the table that documentation is made from. Must not parse. The
 * surprise: `default` is the only one that sees failures, and then only missing things: a value
 * of the wrong type stays an error however many defaults follow it.
 */
import { Either } from "effect"
import { isObject, member } from "./Exchange.ts"
import { explain, type Piece, quoted } from "./Explain.ts"
import type { ExpressionError } from "./ExpressionError.ts"
import type { FunctionDoc } from "./Language.ts"
import { describe, textOf } from "./Text.ts"
import { canonicalJson, type Value } from "./Value.ts"

type Result = Either.Either<Value, ExpressionError>

interface FilterDefinition extends FunctionDoc {
  /** `argument` is evaluated only when asked for. */
  readonly apply: (input: Result, argument: () => Result, piece: Piece) => Result
}

const wrong = (piece: Piece, reason: string): Result => Either.left(explain("type", piece, reason))

const isList = (value: Value): value is ReadonlyArray<Value> => Array.isArray(value)

/** `1` and a `1n` that came some other way are the same number. */
const same = (a: Value, b: Value): boolean => a === b || canonicalJson(a) === canonicalJson(b)

const element = (value: Value, key: string): Value | undefined =>
  isList(value) ? (/^\d+$/.test(key) ? value[Number(key)] : undefined) : member(value, key)

const pluck = (list: ReadonlyArray<Value>, path: string, piece: Piece): Result => {
  const keys = path.split(".")
  const plucked: Array<Value> = []
  for (const [index, from] of list.entries()) {
    let value: Value | undefined = from
    for (const key of keys) value = value === undefined ? undefined : element(value, key)
    if (value === undefined) {
      return Either.left(explain("missing", piece, `element ${index} has no ${quoted(path)}`))
    }
    plucked.push(value)
  }
  return Either.right(plucked)
}

const containedIn = (value: Value, wanted: Value, piece: Piece): Result => {
  if (isList(value)) return Either.right(value.some((candidate) => same(candidate, wanted)))
  if (typeof wanted !== "string") {
    return wrong(piece, `it asks whether ${describe(value)} contains ${describe(wanted)}; that must be text`)
  }
  if (typeof value === "string") return Either.right(value.includes(wanted))
  return isObject(value)
    ? Either.right(member(value, wanted) !== undefined)
    : wrong(piece, `it needs a list, text or a map before it, not ${describe(value)}`)
}

export const filters: ReadonlyArray<FilterDefinition> = [
  {
    name: "default",
    signature: "default(x)",
    sentence: "`x` where what stands before is null, or where a key or name in it is missing.",
    apply: (input, argument) => {
      const fallBack = Either.isLeft(input) ? input.left.kind === "missing" : input.right === null
      return fallBack ? argument() : input
    }
  },
  {
    name: "join",
    signature: "join(sep)",
    sentence: "The elements of a list as one text, with `sep` between them.",
    apply: (input, argument, piece) =>
      Either.flatMap(input, (list) =>
        Either.flatMap(argument(), (separator) =>
          !isList(list)
            ? wrong(piece, `it needs a list before it, not ${describe(list)}`)
            : typeof separator !== "string"
            ? wrong(piece, `its separator must be text, not ${describe(separator)}`)
            : Either.right(list.map(textOf).join(separator))))
  },
  {
    name: "contains",
    signature: "contains(x)",
    sentence: "Whether a list holds `x`, a text holds the text `x`, or a map has the key `x`.",
    apply: (input, argument, piece) =>
      Either.flatMap(input, (value) => Either.flatMap(argument(), (wanted) => containedIn(value, wanted, piece)))
  },
  {
    name: "map",
    signature: "map('a.b')",
    sentence: "What is found under the path `a.b` in each element of a list.",
    apply: (input, argument, piece) =>
      Either.flatMap(input, (list) =>
        Either.flatMap(argument(), (path) =>
          !isList(list)
            ? wrong(piece, `it needs a list before it, not ${describe(list)}`)
            : typeof path !== "string"
            ? wrong(piece, `its path must be text such as 'a.b', not ${describe(path)}`)
            : pluck(list, path, piece)))
  }
]
