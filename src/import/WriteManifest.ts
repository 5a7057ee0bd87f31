/**
 * A manifest as a text in YAML, with comments.
 *
 * Owns its look. Must not know where the manifest came from. The surprise: what was written is read
 * again, by the same code that reads every manifest, so that no import ever ends in a file that pawl refuses.
 */
import { Document, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from "yaml"
import type { ValueObject } from "../expression/Value.ts"
import type { Path } from "../manifest/Finding.ts"
import type { Note } from "./Draft.ts"

/** Columns of a comment, its indentation not counted. */
const commentRoom = 96

/** Short lists of plain values stand on one line. */
const shortList = 76

const wrap = (text: string): string => {
  const lines: Array<string> = []
  let line = ""
  for (const word of text.split(/\s+/)) {
    if (line !== "" && line.length + 1 + word.length > commentRoom) {
      lines.push(line)
      line = word
    } else line = line === "" ? word : `${line} ${word}`
  }
  return [...lines, line].map((each) => ` ${each}`).join("\n")
}

const keyIs = (name: string) => ({ key }: Pair): boolean => isScalar(key) && key.value === name

/** What a comment about a path stands before: an item of a list, or a key. */
const nodeAt = (document: Document, path: Path): Node | undefined => {
  let node: unknown = document.contents
  for (const [index, part] of path.entries()) {
    const isLast = index === path.length - 1
    if (isSeq(node) && typeof part === "number") node = node.items[part]
    else if (isMap(node)) {
      const pair: Pair | undefined = node.items.find(keyIs(String(part)))
      if (isLast) return isScalar(pair?.key) ? pair.key : undefined
      node = pair?.value
    } else return undefined
  }
  return isMap(node) || isScalar(node) || isSeq(node) ? node : undefined
}

const isFlat = (items: ReadonlyArray<unknown>): boolean =>
  items.every(isScalar)
  && items.reduce<number>((sum, item) => sum + (isScalar(item) ? String(item.value).length + 2 : 0), 0) < shortList

const flatten = (node: unknown): void => {
  if (isSeq(node)) {
    if (isFlat(node.items)) node.flow = true
    else node.items.forEach(flatten)
  } else if (isMap(node)) { for (const { value } of node.items) flatten(value) }
}

/** A blank line between the parts at the top. */
const space = (map: YAMLMap): void => {
  for (const { key, value } of map.items) {
    if (isScalar(key) && (isMap(value) || isSeq(value))) key.spaceBefore = true
  }
}

/** The text of a manifest; each note stands before what its path leads to, and one without a path at the top. */
export const manifestText = (manifest: ValueObject, notes: ReadonlyArray<Note>): string => {
  const document = new Document(manifest, { version: "1.2", schema: "core", aliasDuplicateObjects: false })
  flatten(document.contents)
  if (isMap(document.contents)) space(document.contents)
  const head: Array<string> = []
  for (const { path, text } of notes) {
    const node = path.length === 0 ? undefined : nodeAt(document, path)
    if (node === undefined) head.push(wrap(text))
    else node.commentBefore = node.commentBefore == null ? wrap(text) : `${node.commentBefore}\n${wrap(text)}`
  }
  if (head.length > 0) document.commentBefore = head.join("\n")
  return document.toString({
    lineWidth: 0,
    flowCollectionPadding: false,
    commentString: (text) => text.replaceAll(/^(?=.)/gm, "#")
  })
}
