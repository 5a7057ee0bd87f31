/**
 * The four filters that may follow an expression: `{{ … | default('none') }}`.
 *
 * Owns what each does and the table that documentation is made from. Must not parse. The
 * surprise: `default` is the only one that sees failures, and then only missing things: a value
 * of the wrong type stays an error however many defaults follow it.
 */
import { Either } from "effect"
import { type Budget, OverBudget } from "./Budget.ts"
import { isObject, member, payFor } from "./Exchange.ts"
import { explain, explainLimit, type Piece, quoted } from "./Explain.ts"
import { payForCall } from "./Cost.ts"
import type { ExpressionError } from "./ExpressionError.ts"
import type { FunctionDoc } from "./Language.ts"
import { describe, textOf } from "./Text.ts"
import { canonicalJson, type Value } from "./Value.ts"

type Result = Either.Either<Value, ExpressionError>

interface FilterDefinition extends FunctionDoc {
  /** `argument` is evaluated only when asked for. */
  readonly apply: (input: Result, argument: () => Result, piece: Piece, budget: Budget) => Result
}

const wrong = (piece: Piece, reason: string): Result => Either.left(explain("type", piece, reason))

const isList = (value: Value): value is ReadonlyArray<Value> => Array.isArray(value)

/** Whatever it pays for, or that it can't. */
const paid = (piece: Piece, work: () => Result): Result => {
  try {
    return work()
  } catch (thrown) {
    if (thrown instanceof OverBudget) return Either.left(explainLimit(piece, thrown))
    throw thrown
  }
}

/** Asks of many values whether they are the same; `1` and a `1n` that came some other way are. */
const isSameAs = (wanted: Value): (value: Value) => boolean => {
  const text = canonicalJson(wanted)
  return (value) => value === wanted || (typeof value !== "string" && canonicalJson(value) === text)
}

const element = (value: Value, key: string): Value | undefined =>
  isList(value) ? (/^\d+$/.test(key) ? value[Number(key)] : undefined) : member(value, key)

const pluck = (list: ReadonlyArray<Value>, path: string, piece: Piece, budget: Budget): Result => {
  const keys = path.split(".")
  budget.work(list.length * keys.length)
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

const joined = (list: ReadonlyArray<Value>, separator: string, budget: Budget): Result => {
  budget.work(list.length)
  budget.text(separator.length * list.length)
  for (const each of list) payFor(each, budget)
  return Either.right(list.map(textOf).join(separator))
}

const containedIn = (value: Value, wanted: Value, piece: Piece, budget: Budget): Result => {
  if (isList(value)) {
    payFor(wanted, budget)
    payFor(value, budget)
    return Either.right(value.some(isSameAs(wanted)))
  }
  if (typeof wanted !== "string") {
    return wrong(piece, `it asks whether ${describe(value)} contains ${describe(wanted)}; that must be text`)
  }
  if (typeof value === "string") {
    payForCall(budget, "contains", [value, wanted])
    return Either.right(value.includes(wanted))
  }
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
    apply: (input, argument, piece, budget) =>
      Either.flatMap(input, (list) =>
        Either.flatMap(argument(), (separator) =>
          !isList(list)
            ? wrong(piece, `it needs a list before it, not ${describe(list)}`)
            : typeof separator !== "string"
            ? wrong(piece, `its separator must be text, not ${describe(separator)}`)
            : paid(piece, () => joined(list, separator, budget))))
  },
  {
    name: "contains",
    signature: "contains(x)",
    sentence: "Whether a list holds `x`, a text holds the text `x`, or a map has the key `x`.",
    apply: (input, argument, piece, budget) =>
      Either.flatMap(
        input,
        (value) => Either.flatMap(argument(), (wanted) => paid(piece, () => containedIn(value, wanted, piece, budget)))
      )
  },
  {
    name: "map",
    signature: "map('a.b')",
    sentence: "What is found under the path `a.b` in each element of a list.",
    apply: (input, argument, piece, budget) =>
      Either.flatMap(input, (list) =>
        Either.flatMap(argument(), (path) =>
          !isList(list)
            ? wrong(piece, `it needs a list before it, not ${describe(list)}`)
            : typeof path !== "string"
            ? wrong(piece, `its path must be text such as 'a.b', not ${describe(path)}`)
            : paid(piece, () => pluck(list, path, piece, budget))))
  }
]
