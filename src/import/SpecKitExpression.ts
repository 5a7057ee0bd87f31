/**
 * One expression of Spec Kit, read as Spec Kit reads it.
 *
 * Owns its grammar: filters bind loosest, then `or`, `and`, `not`, then one comparison. Must not
 * know names. The surprise: the language has no parentheses and no arithmetic, and takes whatever
 * it does not understand for a name that is null; here that is a fault.
 */
import type { Comparison, Fault, SourceTree } from "./Tree.ts"
import { findTopLevel, splitTopLevel } from "./SpecKitSplit.ts"

/** Deeper ones are no expression that a person wrote. */
const deepest = 100
const longest = 20_000

const comparisons: ReadonlyArray<Comparison> = ["!=", "==", ">=", "<=", ">", "<"]
const integer = /^[+-]?\d+$/
const decimal = /^[+-]?(?:\d+\.\d*|\.\d+)(?:[eE][+-]?\d+)?$/
const segment = /^([\w:-]+)(?:\[(\d+)\])?$/
const filterShape = /^(\w+)\(([\s\S]+)\)$/

/** What an expression comes to: its tree, or null where any of it is at fault. */
interface Reading {
  readonly text: string
  readonly faults: Array<Fault>
}

const fault = ({ faults }: Reading, start: number, end: number, message: string, hint?: string): undefined => {
  faults.push({ start, end, message, ...(hint === undefined ? {} : { hint }) })
  return undefined
}

const literal = (text: string, start: number, end: number): SourceTree | undefined => {
  const quote = text.charAt(0)
  if ((quote === "'" || quote === "\"") && text.indexOf(quote, 1) === text.length - 1) {
    return { kind: "literal", value: text.slice(1, -1), start, end }
  }
  if (integer.test(text) || decimal.test(text)) {
    return { kind: "literal", value: Number(text), digits: text.replace(/^\+/, ""), start, end }
  }
  const word = text.toLowerCase()
  if (word === "true" || word === "false") return { kind: "literal", value: word === "true", start, end }
  return word === "none" || word === "null" ? { kind: "literal", value: null, start, end } : undefined
}

const path = (reading: Reading, text: string, start: number, end: number): SourceTree | undefined => {
  const segments = text.split(".").map((part) => segment.exec(part))
  if (segments.every((part) => part !== null)) {
    const names = segments.flatMap(([, name = "", index]) => index === undefined ? [name] : [name, Number(index)])
    return { kind: "leaf", segments: names, start, end }
  }
  return fault(
    reading,
    start,
    end,
    `\`${text.length > 60 ? `${text.slice(0, 59)}…` : text}\` is nothing that Spec Kit knows: it takes it for null`,
    text.includes("(")
      ? "parentheses group nothing there, and there are no functions: write what is meant without them"
      : "it knows names, texts, numbers, lists, comparisons, `and`, `or`, `not`, `in` and filters"
  )
}

const list = (reading: Reading, start: number, end: number, depth: number): SourceTree | undefined => {
  const items = splitTopLevel(reading.text, ",", start + 1, end - 1)
    .filter(([from, to]) => reading.text.slice(from, to).trim() !== "")
    .map(([from, to]) => read(reading, from, to, depth + 1))
  return items.every((item) => item !== undefined) ? { kind: "list", items, start, end } : undefined
}

const filters = (
  reading: Reading,
  parts: ReadonlyArray<readonly [start: number, end: number]>,
  depth: number
): SourceTree | undefined => {
  const [head = [0, 0], ...rest] = parts
  let operand = read(reading, head[0], head[1], depth + 1)
  for (const [from, to] of rest) {
    const text = reading.text.slice(from, to)
    const start = from + text.length - text.trimStart().length
    const written = text.trim()
    const end = start + written.length
    const [, name, inside] = filterShape.exec(written) ?? [undefined, /^\w+$/.exec(written)?.[0]]
    if (name === undefined) {
      fault(reading, start, end, "a filter belongs after `|`, and nothing after its parentheses")
      operand = undefined
      continue
    }
    const open = start + name.length + 1
    const argument = inside === undefined ? undefined : read(reading, open, open + inside.length, depth + 1)
    if (operand === undefined || (inside !== undefined && argument === undefined)) operand = undefined
    else operand = { kind: "filter", name, operand, start, end, ...(argument === undefined ? {} : { argument }) }
  }
  return operand
}

const pair = <Made>(
  reading: Reading,
  [start, middle, after, end]: readonly [number, number, number, number],
  depth: number,
  make: (left: SourceTree, right: SourceTree) => Made
): Made | undefined => {
  const left = read(reading, start, middle, depth + 1)
  const right = read(reading, after, end, depth + 1)
  return left === undefined || right === undefined ? undefined : make(left, right)
}

const read = (reading: Reading, from: number, to: number, depth: number): SourceTree | undefined => {
  const whole = reading.text.slice(from, to)
  const start = from + whole.length - whole.trimStart().length
  const text = whole.trim()
  const end = start + text.length
  if (text === "") return fault(reading, from, Math.max(to, from + 1), "a part of the expression is missing here")
  if (depth > deepest) return fault(reading, start, end, `an expression nested more than ${deepest} deep`)

  const known = literal(text, start, end)
  if (known !== undefined) return known
  const parts = splitTopLevel(reading.text, "|", start, end)
  if (parts.length > 1) return filters(reading, parts, depth)

  for (const kind of ["or", "and"] as const) {
    const at = findTopLevel(reading.text, ` ${kind} `, start, end)
    if (at >= 0) {
      const cut = [start, at, at + kind.length + 2, end] as const
      return pair(reading, cut, depth, (left, right) => ({ kind, left, right, start, end }))
    }
  }
  if (text.startsWith("not ")) {
    const operand = read(reading, start + 4, end, depth + 1)
    return operand === undefined ? undefined : { kind: "not", operand, start, end }
  }
  for (const operator of comparisons) {
    const at = findTopLevel(reading.text, operator, start, end)
    if (at >= 0) {
      const cut = [start, at, at + operator.length, end] as const
      return pair(reading, cut, depth, (left, right) => ({ kind: "compare", operator, left, right, start, end }))
    }
  }
  for (const isNegated of [true, false]) {
    const word = isNegated ? " not in " : " in "
    const at = findTopLevel(reading.text, word, start, end)
    if (at >= 0) {
      const cut = [start, at, at + word.length, end] as const
      return pair(reading, cut, depth, (left, right) => ({ kind: "in", isNegated, left, right, start, end }))
    }
  }
  if (text.startsWith("[") && text.endsWith("]")) return list(reading, start, end, depth)
  return path(reading, text, start, end)
}

/** Reads what stands between `{{` and `}}`; without a tree there is at least one fault. Places count from the text's start. */
export const readSpecKitExpression = (
  text: string,
  start: number,
  end: number
): { readonly tree?: SourceTree; readonly faults: ReadonlyArray<Fault> } => {
  const reading: Reading = { text, faults: [] }
  if (end - start > longest) {
    fault(reading, start, end, `an expression longer than ${longest} characters`)
    return { faults: reading.faults }
  }
  const tree = read(reading, start, end, 0)
  return tree === undefined ? { faults: reading.faults } : { tree, faults: reading.faults }
}
