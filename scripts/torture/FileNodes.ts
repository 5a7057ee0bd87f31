/**
 * Files and folders in memory, each with what is surely on the device of it.
 *
 * Owns what a power cut leaves of one. The surprise: past what survived of a file there may be zeroes, or
 * what happened to be on the device.
 */
import type { Dice } from "./Dice.ts"

export interface FileNode {
  readonly kind: "file"
  bytes: Buffer
  length: number
  /** How much of `bytes` is surely on the device, where the rest was only appended since. */
  durableLength: number
  /** What is surely on the device, where the file was cut since. */
  durableBytes?: Buffer
  modifiedAt: number
}

/** A change of names in one folder, which survives as a whole or not at all. */
export interface Edit {
  readonly names: ReadonlyArray<readonly [name: string, node: Node | undefined]>
  /** Survives only where this one does: a file that is moved is never nowhere. */
  readonly after?: Edit
  isDurable?: boolean
}

export interface FolderNode {
  readonly kind: "folder"
  names: Map<string, Node>
  durable: Map<string, Node>
  /** Since the last sync, in order. */
  edits: Array<Edit>
  modifiedAt: number
}

export type Node = FileNode | FolderNode

export const newFolder = (now: number): FolderNode => ({
  kind: "folder",
  names: new Map(),
  durable: new Map(),
  edits: [],
  modifiedAt: now
})

export const contentOf = ({ bytes, length }: FileNode): Buffer => bytes.subarray(0, length)

export const durableOf = ({ bytes, durableBytes, durableLength }: FileNode): Buffer =>
  durableBytes ?? bytes.subarray(0, durableLength)

export const setContent = (file: FileNode, content: Uint8Array): void => {
  file.bytes = Buffer.from(content)
  file.length = content.length
  file.durableLength = content.length
  delete file.durableBytes
}

/** How a device treats what was not synced. */
export type Weather = "nothing-survives" | "names-survive" | "bytes-survive" | "anything"

/** A file after a power cut: some of what was not synced, and past that what happened to be on the device. */
export const survivor = (file: FileNode, weather: Weather, dice: Dice): Uint8Array => {
  const durable = durableOf(file)
  if (weather === "nothing-survives" || weather === "names-survive") return durable
  const live = contentOf(file)
  const isCut = file.durableBytes !== undefined
  if (isCut && dice.upTo(1) < 0.5) return durable
  const from = isCut ? 0 : durable.length
  if (live.length <= from) return live
  const right = dice.upTo(1) < 0.3 ? live.length : from + dice.below(live.length - from + 1)
  const length = dice.upTo(1) < 0.5 ? right : right + dice.below(live.length - right + 1)
  const left = Buffer.alloc(length)
  live.copy(left, 0, 0, right)
  if (dice.upTo(1) < 0.3) { for (let at = right; at < length; at++) left[at] = 128 + dice.below(128) }
  return left
}

/** Makes what survives a power cut all there is, from a folder down. */
export const settle = (node: Node, weather: Weather, dice: Dice, seen: Set<Node>): void => {
  if (seen.has(node)) return
  seen.add(node)
  if (node.kind === "file") {
    setContent(node, survivor(node, weather, dice))
    return
  }
  const survives = (each: Edit): boolean => {
    each.isDurable ??= weather === "names-survive" || (weather === "anything" && dice.upTo(1) < 0.5)
    return each.isDurable && (each.after === undefined || survives(each.after))
  }
  const names = new Map(node.durable)
  for (const each of node.edits) {
    if (!survives(each)) continue
    for (const [name, target] of each.names) {
      if (target === undefined) names.delete(name)
      else names.set(name, target)
    }
  }
  node.names = names
  node.durable = new Map(names)
  node.edits = []
  for (const child of names.values()) settle(child, weather, dice, seen)
}
