/**
 * What an expression is worth over there where something it names is missing.
 *
 * Owns that meaning: what is missing is null in other languages, and goes on being worked with,
 * where in pawl it ends the expression, so that `default` has to say what it would have been worth.
 * Must not write anything. The surprise: `&&` and `||` know the answer without a missing side where
 * the other side decides it; only where they do not is there anything to say.
 */
import type { LiteralValue } from "./Tree.ts"
import { kindOf, type Ref, type Term } from "./Term.ts"
import { leavesOf } from "./Tree.ts"

/** A value that is known before anything runs. */
export type Known = LiteralValue | ReadonlyArray<LiteralValue>

interface Outcome {
  /** Whether pawl finds something missing. */
  readonly isMissing: boolean
  /** Worth over there; absent where it depends on what runs. */
  readonly worth?: Known
}

/** What each missing reference is worth, by its expression. */
type Missing = ReadonlyMap<string, null | -1>

const isList = (value: Known): value is ReadonlyArray<LiteralValue> => Array.isArray(value)

/** Whether other languages take a value for true. */
export const isTruthy = (value: Known): boolean =>
  isList(value) ? value.length > 0 : value !== null && value !== false && value !== 0 && value !== ""

const plain = (value: Known): Known => typeof value === "boolean" ? Number(value) : value

const equal = (left: Known, right: Known): boolean => JSON.stringify(plain(left)) === JSON.stringify(plain(right))

/** A text that is a number counts as one, where both sides do. */
const comparable = (left: Known, right: Known): readonly [number | string, number | string] | undefined => {
  const number = (value: Known) =>
    typeof value === "number" ? value : typeof value === "string" && /^\s*[+-]?\d+(?:\.\d*)?\s*$/.test(value)
      ? Number(value)
      : undefined
  const [a, b] = [number(left), number(right)]
  if (a !== undefined && b !== undefined) return [a, b]
  return typeof left === "string" && typeof right === "string" ? [left, right] : undefined
}

const compared = (operator: string, left: Known, right: Known): boolean => {
  if (operator === "==") return equal(left, right)
  if (operator === "!=") return !equal(left, right)
  const sides = comparable(left, right)
  if (sides === undefined) return false
  const [a, b] = sides
  return operator === "<" ? a < b : operator === "<=" ? a <= b : operator === ">" ? a > b : a >= b
}

const outcome = (isMissing: boolean, worth: Known | undefined): Outcome =>
  worth === undefined ? { isMissing } : { isMissing, worth }

const logical = (kind: "and" | "or", left: Outcome, right: Outcome): Outcome => {
  const deciding = kind === "or"
  const decides = ({ isMissing, worth }: Outcome): boolean =>
    !isMissing && worth !== undefined && isTruthy(worth) === deciding
  if (decides(left) || decides(right)) return outcome(false, deciding)
  const isMissing = left.isMissing || right.isMissing
  // Where a side that is there does not decide, it is worth the opposite.
  const worths = [left, right].map((side) => side.isMissing || !isMissing ? side.worth : !deciding)
  if (worths.some((worth) => worth !== undefined && isTruthy(worth) === deciding)) return outcome(isMissing, deciding)
  return outcome(isMissing, worths.every((worth) => worth !== undefined) ? !deciding : undefined)
}

/** Null against a value that is there and not known. */
const nullAgainst = (operator: string, known: Known, other: Term): boolean | undefined =>
  known !== null || kindOf(other) === "any" ? undefined : operator === "!="

const filtered = (name: string, operand: Known, argument: Known): Known | undefined => {
  switch (name) {
    case "default":
      return operand === null || operand === "" ? argument : operand
    case "contains":
      return typeof operand === "string"
        ? typeof argument === "string" && operand.includes(argument)
        : isList(operand) && operand.some((item) => equal(item, argument))
    case "map":
      return isList(operand) ? undefined : []
    case "join":
      return isList(operand) || operand === null ? undefined : String(operand)
    default:
      return undefined
  }
}

const evaluate = (term: Term, missing: Missing): Outcome => {
  switch (term.kind) {
    case "literal":
      return outcome(false, term.value)
    case "leaf":
      return outcome(missing.has(term.cel), missing.get(term.cel))
    case "list": {
      const items = term.items.map((item) => evaluate(item, missing))
      const worths = items.flatMap(({ worth }) => worth === undefined || isList(worth) ? [] : [worth])
      return outcome(items.some(({ isMissing }) => isMissing), worths.length === items.length ? worths : undefined)
    }
    case "not": {
      const { isMissing, worth } = evaluate(term.operand, missing)
      return outcome(isMissing, worth === undefined ? undefined : !isTruthy(worth))
    }
    case "and":
    case "or":
      return logical(term.kind, evaluate(term.left, missing), evaluate(term.right, missing))
    case "filter": {
      const operand = evaluate(term.operand, missing)
      const argument = term.argument === undefined ? outcome(false, "") : evaluate(term.argument, missing)
      const isMissing = operand.isMissing || argument.isMissing
      return operand.worth === undefined || argument.worth === undefined
        ? outcome(isMissing, undefined)
        : outcome(isMissing, filtered(term.name, operand.worth, argument.worth))
    }
    case "compare":
    case "in": {
      const left = evaluate(term.left, missing)
      const right = evaluate(term.right, missing)
      const isMissing = left.isMissing || right.isMissing
      if (left.worth !== undefined && right.worth !== undefined) {
        const worth = term.kind === "compare"
          ? compared(term.operator, left.worth, right.worth)
          : filtered("contains", right.worth, left.worth) !== term.isNegated
        return outcome(isMissing, worth)
      }
      if (term.kind === "in") return outcome(isMissing, right.worth === null ? term.isNegated : undefined)
      const worth = left.worth !== undefined
        ? nullAgainst(term.operator, left.worth, term.right)
        : right.worth !== undefined
        ? nullAgainst(term.operator, right.worth, term.left)
        : undefined
      return outcome(isMissing, worth)
    }
  }
}

/** More would be too many to try. */
const mostMissing = 6

const choices = ({ mayBeAbsent, mayHaveNoCode }: Ref): ReadonlyArray<null | -1> => [
  ...(mayBeAbsent === true ? [null] : []),
  ...(mayHaveNoCode === true ? [-1 as const] : [])
]

/**
 * What a whole expression is worth wherever pawl finds something in it missing: nothing where it
 * never does, one value, or `many` where it depends on what is missing or on what runs.
 */
export const worthWhereMissing = (
  term: Term,
  convert: (worth: Known) => Known
): "never" | "many" | { readonly value: Known } => {
  const refs = new Map(leavesOf(term).filter((ref) => choices(ref).length > 0).map((ref) => [ref.cel, ref] as const))
  if (refs.size === 0) return "never"
  if (refs.size > mostMissing) return "many"
  let cases: ReadonlyArray<Missing> = [new Map()]
  for (const [cel, ref] of refs) {
    cases = cases.flatMap((known) => [known, ...choices(ref).map((worth) => new Map([...known, [cel, worth]]))])
  }
  const found = new Map<string, Known>()
  for (const missing of cases) {
    const { isMissing, worth } = evaluate(term, missing)
    if (!isMissing) continue
    if (worth === undefined) return "many"
    const value = convert(worth)
    found.set(JSON.stringify(value), value)
  }
  const [first, second] = found.values()
  return first === undefined ? "never" : second === undefined ? { value: first } : "many"
}
