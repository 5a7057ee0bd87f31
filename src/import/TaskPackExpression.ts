/**
 * One expression of a Task Pack.
 *
 * Owns its grammar: names, literals, `==` and its like, `in`, `and`, `or`, `not` (or `&&`, `||`, `!`),
 * parentheses, and `contains(list, item)`. Must not know names. What is not in it is a fault.
 */
import type { Comparison, Fault, PathLeaf, SourceTree } from "./Tree.ts"

interface Token {
  readonly kind: "text" | "number" | "name" | "sign"
  readonly text: string
  readonly start: number
  readonly end: number
}

const deepest = 100
const longest = 20_000

const pattern =
  /\s+|('[^']*'|"[^"]*")|(-?\d+(?:\.\d+)?)|([A-Za-z_][\w-]*(?:\.[A-Za-z0-9_][\w-]*|\[\d+\])*)|(==|!=|<=|>=|&&|\|\||[<>!()[\],])/y

interface Reading {
  readonly tokens: ReadonlyArray<Token>
  readonly faults: Array<Fault>
  readonly end: number
  at: number
  depth: number
}

const tokensOf = (text: string, start: number, end: number, faults: Array<Fault>): ReadonlyArray<Token> => {
  const tokens: Array<Token> = []
  const read = text.slice(0, end)
  for (let at = start; at < end;) {
    pattern.lastIndex = at
    const found = pattern.exec(read)
    if (found === null) {
      faults.push({
        start: at,
        end: at + 1,
        message: `\`${text.charAt(at)}\` is nothing that an expression of a Task Pack can be carried over with`
      })
      return []
    }
    const [all, quoted, number, name] = found
    if (all.trim() !== "") {
      const kind = quoted !== undefined
        ? "text"
        : number !== undefined
        ? "number"
        : name !== undefined
        ? "name"
        : "sign"
      tokens.push({ kind, text: all, start: at, end: at + all.length })
    }
    at += all.length
  }
  return tokens
}

const fault = ({ faults }: Reading, start: number, end: number, message: string, hint?: string): undefined => {
  faults.push({ start, end, message, ...(hint === undefined ? {} : { hint }) })
  return undefined
}

/** Goes past a token that is one of `texts`; gives it. */
const accept = (reading: Reading, ...texts: ReadonlyArray<string>): Token | undefined => {
  const token = reading.tokens[reading.at]
  if (token === undefined || token.kind === "text" || !texts.includes(token.text)) return undefined
  reading.at++
  return token
}

const expect = (reading: Reading, text: string): Token | undefined => {
  const token = accept(reading, text)
  if (token !== undefined) return token
  const here = reading.tokens[reading.at]
  return fault(reading, here?.start ?? reading.end - 1, here?.end ?? reading.end, `\`${text}\` is missing here`)
}

const both = (
  reading: Reading,
  left: SourceTree | undefined,
  next: (reading: Reading) => SourceTree | undefined,
  make: (left: SourceTree, right: SourceTree) => SourceTree
): SourceTree | undefined => {
  const right = next(reading)
  return left === undefined || right === undefined ? undefined : make(left, right)
}

const or = (reading: Reading): SourceTree | undefined => {
  if (++reading.depth > deepest) return fault(reading, 0, reading.end, `an expression nested more than ${deepest} deep`)
  let left = and(reading)
  while (left !== undefined && accept(reading, "or", "||") !== undefined) {
    left = both(reading, left, and, (a, b) => ({ kind: "or", left: a, right: b, start: a.start, end: b.end }))
  }
  reading.depth--
  return left
}

const and = (reading: Reading): SourceTree | undefined => {
  let left = not(reading)
  while (left !== undefined && accept(reading, "and", "&&") !== undefined) {
    left = both(reading, left, not, (a, b) => ({ kind: "and", left: a, right: b, start: a.start, end: b.end }))
  }
  return left
}

const not = (reading: Reading): SourceTree | undefined => {
  const signs: Array<Token> = []
  for (let sign = accept(reading, "not", "!"); sign !== undefined; sign = accept(reading, "not", "!")) signs.push(sign)
  let operand = comparison(reading)
  for (const sign of signs.toReversed()) {
    if (operand !== undefined) operand = { kind: "not", operand, start: sign.start, end: operand.end }
  }
  return operand
}

const comparisons: Readonly<Record<string, Comparison>> = {
  "==": "==",
  "!=": "!=",
  "<": "<",
  "<=": "<=",
  ">": ">",
  ">=": ">="
}

const comparison = (reading: Reading): SourceTree | undefined => {
  const left = primary(reading)
  const sign = accept(reading, ...Object.keys(comparisons), "in")
  if (sign === undefined) return left
  const operator = comparisons[sign.text]
  return both(reading, left, primary, (a, b) =>
    operator === undefined
      ? { kind: "in", isNegated: false, left: a, right: b, start: a.start, end: b.end }
      : { kind: "compare", operator, left: a, right: b, start: a.start, end: b.end })
}

const items = (reading: Reading, closing: string): ReadonlyArray<SourceTree> | undefined => {
  const found: Array<SourceTree> = []
  if (accept(reading, closing) !== undefined) return found
  for (;;) {
    const item = or(reading)
    if (item === undefined) return undefined
    found.push(item)
    if (accept(reading, ",") === undefined) return expect(reading, closing) === undefined ? undefined : found
  }
}

const words: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null, none: null }

const pathOf = ({ end, start, text }: Token): PathLeaf => ({
  kind: "leaf",
  segments: text.split(/\.|(?=\[)/).map((part) => part.startsWith("[") ? Number(part.slice(1, -1)) : part),
  start,
  end
})

const call = (reading: Reading, name: Token): SourceTree | undefined => {
  const [holder, item, ...rest] = items(reading, ")") ?? []
  if (name.text === "contains" && holder !== undefined && item !== undefined && rest.length === 0) {
    return { kind: "in", isNegated: false, left: item, right: holder, start: name.start, end: holder.end }
  }
  return fault(
    reading,
    name.start,
    name.end,
    `the function \`${name.text}\` can't be carried over`,
    "`contains(list, item)` can"
  )
}

const primary = (reading: Reading): SourceTree | undefined => {
  const token = reading.tokens[reading.at]
  if (token === undefined) {
    return fault(reading, reading.end - 1, reading.end, "a part of the expression is missing here")
  }
  reading.at++
  const { end, kind, start, text } = token
  if (kind === "text") return { kind: "literal", value: text.slice(1, -1), start, end }
  if (kind === "number") return { kind: "literal", value: Number(text), digits: text, start, end }
  if (kind === "name") {
    if (accept(reading, "(") !== undefined) return call(reading, token)
    const word = words[text]
    return word === undefined ? pathOf(token) : { kind: "literal", value: word, start, end }
  }
  if (text === "(") {
    const inner = or(reading)
    return expect(reading, ")") === undefined ? undefined : inner
  }
  if (text === "[") {
    const found = items(reading, "]")
    return found === undefined ? undefined : { kind: "list", items: found, start, end }
  }
  return fault(reading, start, end, `\`${text}\` does not belong here`)
}

/** Reads what stands between `{{` and `}}`; without a tree there is at least one fault. */
export const readTaskPackExpression = (
  text: string,
  start: number,
  end: number
): { readonly tree?: SourceTree; readonly faults: ReadonlyArray<Fault> } => {
  const faults: Array<Fault> = []
  if (end - start > longest) {
    return { faults: [{ start, end, message: `an expression longer than ${longest} characters` }] }
  }
  const reading: Reading = { tokens: tokensOf(text, start, end, faults), faults, end, at: 0, depth: 0 }
  if (faults.length > 0) return { faults }
  const tree = or(reading)
  const rest = reading.tokens[reading.at]
  if (tree !== undefined && rest !== undefined) fault(reading, rest.start, end, `\`${rest.text}\` does not belong here`)
  return tree === undefined || faults.length > 0 ? { faults } : { tree, faults }
}
