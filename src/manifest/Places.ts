/**
 * Where a path leads in the syntax tree of a document, as offsets into its text.
 *
 * Owns the walk and the way from a character of a scalar's value to the character that
 * stands for it in the file. Must not count lines. The surprise: a path that leads nowhere is
 * not an error: the deepest part that exists is the place, which is where a missing key is missing.
 */
import type { Document, Node, Pair, YAMLMap } from "yaml"
import { isAlias, isCollection, isMap, isScalar, isSeq, visit } from "yaml"

type Range = readonly [start: number, end: number]

export interface Wanted {
  readonly path: ReadonlyArray<string | number>
  readonly at?: "key"
  readonly within?: { readonly offset: number; readonly length: number }
}

/** The text of a key as the document's values have it. */
export const keyText = (key: unknown): string | undefined =>
  isScalar(key) ? (typeof key.value === "string" ? key.value : key.source ?? String(key.value)) : undefined

const escapeLengths: Readonly<Record<string, number>> = { x: 4, u: 6, U: 10 }

/** In a quoted scalar on one line: the offset into the source of each character before `wanted` of the value. */
const quotedOffset = (source: string, start: number, wanted: number): number => {
  const double = source[start] === "\""
  let at = start + 1
  for (let character = 0; character < wanted; character++) {
    if (double && source[at] === "\\") at += escapeLengths[source[at + 1] ?? ""] ?? 2
    else at += !double && source[at] === "'" ? 2 : 1
  }
  return at
}

/** In a `|` block: its lines are those of the value, each after the block's indentation. */
const blockOffset = (source: string, start: number, value: string, wanted: number): number | undefined => {
  const line = value.slice(0, wanted).split("\n").length - 1
  const column = wanted - (value.lastIndexOf("\n", wanted - 1) + 1)
  const valueLine = value.split("\n")[line] ?? ""
  let at = source.indexOf("\n", start) + 1
  for (let i = 0; i < line && at > 0; i++) at = source.indexOf("\n", at) + 1
  if (at <= 0) return undefined
  const end = source.indexOf("\n", at)
  const sourceLine = source.slice(at, end === -1 ? undefined : end).replace(/\r$/, "")
  return sourceLine.endsWith(valueLine) ? at + sourceLine.length - valueLine.length + column : undefined
}

const within = (
  node: Node,
  source: string,
  part: { readonly offset: number; readonly length: number },
  whole: Range
): Range => {
  if (!isScalar(node) || typeof node.value !== "string") return whole
  const oneLine = !source.slice(whole[0], whole[1]).trimEnd().includes("\n")
  const place = (offset: number): number | undefined => {
    switch (node.type) {
      case "PLAIN":
        return oneLine ? whole[0] + offset : undefined
      case "QUOTE_SINGLE":
      case "QUOTE_DOUBLE":
        return oneLine ? quotedOffset(source, whole[0], offset) : undefined
      case "BLOCK_LITERAL":
        return blockOffset(source, whole[0], typeof node.value === "string" ? node.value : "", offset)
      default:
        return undefined
    }
  }
  const start = place(part.offset)
  const end = place(part.offset + part.length)
  return start === undefined ? whole : [start, end === undefined || end < start ? start + 1 : end]
}

const rangeOfNode = (node: unknown): Range | undefined => {
  const range = typeof node === "object" && node !== null && "range" in node ? node.range : undefined
  return Array.isArray(range) && typeof range[0] === "number" && typeof range[1] === "number"
    ? [range[0], range[1]]
    : undefined
}

/** The pairs of a mapping by the text of their keys: looking through all of them for each of many keys is slow. */
const pairsOf = (items: ReadonlyArray<Pair>): ReadonlyMap<string, Pair> => {
  const pairs = new Map<string, Pair>()
  for (const item of items) {
    const key = keyText(item.key)
    // The first of equal keys is as good as the last: duplicates are an error of their own.
    if (key !== undefined && !pairs.has(key)) pairs.set(key, item)
  }
  return pairs
}

/** What each alias stands for: asking the package for one of them walks the whole document. */
const targetsOf = (document: Document.Parsed): ReadonlyMap<unknown, Node> => {
  const anchors = new Map<string, Node>()
  const targets = new Map<unknown, Node>()
  visit(document, (_, node) => {
    if (isAlias(node)) {
      const target = anchors.get(node.source)
      if (target !== undefined) targets.set(node, target)
    } else if ((isScalar(node) || isCollection(node)) && node.anchor !== undefined) anchors.set(node.anchor, node)
  })
  return targets
}

/**
 * Finds the places of things in a document, as `[start, end)` into its text; `undefined` for one
 * without content.
 */
export const makeRangeOf = (document: Document.Parsed, text: string): (wanted: Wanted) => Range | undefined => {
  const known = new Map<unknown, ReadonlyMap<string, Pair>>()
  let targets: ReadonlyMap<unknown, Node> | undefined
  const pairIn = (map: YAMLMap, key: string): Pair | undefined => {
    const pairs = known.get(map) ?? pairsOf(map.items)
    known.set(map, pairs)
    return pairs.get(key)
  }
  return (wanted) => {
    let node: unknown = document.contents
    let pair: Pair | undefined
    let depth = 0
    for (const part of wanted.path) {
      if (isAlias(node)) node = (targets ??= targetsOf(document)).get(node)
      let next: unknown
      if (isMap(node)) {
        const found = pairIn(node, String(part))
        if (found === undefined) break
        pair = found
        next = found.value
      } else if (isSeq(node)) {
        next = node.items[Number(part)]
        pair = undefined
      }
      if (next === undefined) break
      node = next
      depth++
    }
    const whole = rangeOfNode(node)
    const key = pair === undefined ? undefined : rangeOfNode(pair.key)
    if (depth === wanted.path.length && wanted.at === "key" && key !== undefined) return key
    if (whole === undefined || (whole[0] === whole[1] && key !== undefined)) return key ?? whole
    return wanted.within !== undefined && depth === wanted.path.length && isScalar(node)
      ? within(node, text, wanted.within, whole)
      : whole
  }
}
