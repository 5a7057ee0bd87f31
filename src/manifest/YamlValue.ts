/**
 * The syntax tree of a document to its value: plain data with integers that keep all their digits.
 *
 * Owns what the package would otherwise do in `toJS`, and checks on the way what it does not or
 * does slowly: duplicate keys, keys that are no texts, numbers that JSON cannot hold, aliases
 * that explode. The surprise: an alias gives the very same object as its anchor, so that a
 * bomb costs nothing here; it is refused by what it would be when written out.
 */
import { Array, Either } from "effect"
import type { Document, Node, Scalar, YAMLMap, YAMLSeq } from "yaml"
import { isAlias, isCollection, isMap, isScalar } from "yaml"
import { mostDigits } from "../expression/Limits.ts"
import type { Value } from "../expression/Value.ts"
import type { Finding, Findings } from "./Finding.ts"
import { keyText } from "./Places.ts"
import { deepest, nestedTooDeep, unquotedExpression } from "./YamlDocument.ts"

/** Values that aliases may stand for, all together. */
const mostAliased = 1_000_000

const integer = /^[-+]?(?:\d+|0x[0-9a-fA-F]+|0o[0-7]+)$/

interface Anchored {
  readonly value: Value
  readonly size: number
  /** Collections inside each other, 0 for a scalar. */
  readonly height: number
}

interface Walk {
  readonly findings: Array<Finding>
  readonly anchors: Map<string, Anchored>
  readonly before: Before
  size: number
  aliased: number
  /** Collections around what is looked at. */
  depth: number
  /** The most collections there were inside each other since the innermost anchor began. */
  reach: number
}

/** By the offset of a list, items that stood before those it has: of lists that are read bit by bit. */
type Before = ReadonlyMap<number, ReadonlyArray<Value>>

const report = (walk: Walk, node: unknown, message: string, hint?: string): null => {
  const range = typeof node === "object" && node !== null && "range" in node && Array.isArray(node.range)
    ? node.range
    : [0, 1]
  walk.findings.push({
    path: [],
    range: [Number(range[0]), Number(range[1])],
    message,
    ...(hint === undefined ? {} : { hint })
  })
  return null
}

const number = (walk: Walk, node: { readonly source?: string }, value: number): Value => {
  if (Number.isSafeInteger(value)) return value
  const source = node.source ?? ""
  if (source.length > mostDigits) {
    return report(walk, node, `a number of more than ${mostDigits} digits`, "quote it to make it a text")
  }
  if (integer.test(source)) return source.startsWith("-") ? -BigInt(source.slice(1)) : BigInt(source.replace("+", ""))
  return Number.isFinite(value)
    ? value
    : report(walk, node, `\`${source}\` is not a number that JSON can hold`, "quote it to make it a text")
}

const alias = (walk: Walk, node: Node & { readonly source: string }): Value => {
  const anchored = walk.anchors.get(node.source)
  if (anchored === undefined) {
    return report(walk, node, `\`*${node.source}\` refers to an anchor that does not end before it`)
  }
  if (walk.aliased > mostAliased) return null
  walk.size += anchored.size
  walk.aliased += anchored.size
  walk.reach = Math.max(walk.reach, walk.depth + anchored.height)
  if (walk.reach > deepest) {
    walk.aliased = Infinity
    return report(walk, node, `with what \`*${node.source}\` stands for, ${nestedTooDeep}`, "write the values out")
  }
  if (walk.aliased > mostAliased) {
    return report(
      walk,
      node,
      `the aliases up to here stand for more than ${mostAliased} values`,
      "aliases of aliases multiply: write the values out, or take them from a file with `forEach`"
    )
  }
  return anchored.value
}

/** A mapping as a key is the inside of `{{ … }}`. */
const outerBraces = ({ range }: Node) => ({ range: [(range?.[0] ?? 1) - 1, (range?.[1] ?? 0) + 1] })

const mapping = (walk: Walk, items: ReadonlyArray<{ readonly key: unknown; readonly value: unknown }>): Value => {
  const result: { [key: string]: Value } = {}
  for (const item of items) {
    const key = keyText(item.key)
    if (key === undefined) {
      if (isMap(item.key)) report(walk, outerBraces(item.key), unquotedExpression.message, unquotedExpression.hint)
      else report(walk, item.key, "a key must be a text")
    } else if (key === "__proto__") report(walk, item.key, "`__proto__` can't be a key")
    else if (Object.hasOwn(result, key)) report(walk, item.key, `duplicate key \`${key}\``, "keep one of them")
    else result[key] = valueOf(walk, item.value)
  }
  return result
}

const sequence = (walk: Walk, node: YAMLSeq): Value => {
  const items = node.items.map((item) => valueOf(walk, item))
  const before = walk.before.get(node.range?.[0] ?? -1)
  return before === undefined ? items : before.concat(items)
}

const scalar = (walk: Walk, node: Scalar): Value => {
  const { value } = node
  return typeof value === "string" || typeof value === "boolean"
    ? value
    : typeof value === "number"
    ? number(walk, node, value)
    : null
}

const collection = (walk: Walk, node: YAMLMap | YAMLSeq): Value => {
  walk.depth++
  walk.reach = Math.max(walk.reach, walk.depth)
  const value = isMap(node) ? mapping(walk, node.items) : sequence(walk, node)
  walk.depth--
  return value
}

const unanchored = (walk: Walk, node: YAMLMap | YAMLSeq | Scalar): Value => {
  walk.size++
  return isScalar(node) ? scalar(walk, node) : collection(walk, node)
}

const valueOf = (walk: Walk, node: unknown): Value => {
  if (isAlias(node)) return alias(walk, node)
  if (!isScalar(node) && !isCollection(node)) {
    walk.size++
    return null
  }
  if (node.anchor === undefined) return unanchored(walk, node)
  const { depth, reach, size } = walk
  walk.reach = depth
  const value = unanchored(walk, node)
  walk.anchors.set(node.anchor, { value, size: walk.size - size, height: walk.reach - depth })
  walk.reach = Math.max(walk.reach, reach)
  return value
}

/** The value of a document, or everything that keeps it from being one. */
export const yamlValue = (document: Document.Parsed, before: Before = new Map()): Either.Either<Value, Findings> => {
  const walk: Walk = { findings: [], anchors: new Map(), before, size: 0, aliased: 0, depth: 0, reach: 0 }
  const value = valueOf(walk, document.contents)
  return Array.isNonEmptyReadonlyArray(walk.findings) ? Either.left(walk.findings) : Either.right(value)
}
