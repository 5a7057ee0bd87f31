/**
 * What can happen to the bytes of a file.
 *
 * Owns the ways in which they are spoiled; each gives new bytes. Must not know what they mean.
 */
import type { Dice } from "./Dice.ts"

const LINE_FEED = 10

const joined = (...parts: ReadonlyArray<Uint8Array>): Uint8Array => Buffer.concat(parts)

/** The lines of a file, each with its end; what is after the last end is one too. */
export const linesOf = (bytes: Uint8Array): ReadonlyArray<Uint8Array> => {
  const lines: Array<Uint8Array> = []
  let start = 0
  while (start < bytes.length) {
    const end = bytes.indexOf(LINE_FEED, start)
    const next = end === -1 ? bytes.length : end + 1
    lines.push(bytes.subarray(start, next))
    start = next
  }
  return lines
}

const noise = (dice: Dice, length: number): Uint8Array => Uint8Array.from({ length }, () => dice.below(256))

/** Bytes that are no UTF-8, or that a reader of text makes something else of. */
const odd: ReadonlyArray<ReadonlyArray<number>> = [
  [0xff],
  [0xc3],
  [0xef, 0xbf],
  [0xef, 0xbf, 0xbd],
  [0xed, 0xa0, 0x80],
  [0xef, 0xbb, 0xbf],
  [0xf4, 0x90, 0x80, 0x80],
  [0xc0, 0x80],
  [0xe2, 0x80, 0xa8],
  [0x0d],
  [0x1a],
  [LINE_FEED]
]

type Spoil = (bytes: Uint8Array, dice: Dice, other: Uint8Array) => Uint8Array

const inserted = (bytes: Uint8Array, at: number, more: Uint8Array): Uint8Array =>
  joined(bytes.subarray(0, at), more, bytes.subarray(at))

const overwritten = (bytes: Uint8Array, at: number, more: Uint8Array): Uint8Array =>
  joined(bytes.subarray(0, at), more, bytes.subarray(Math.min(bytes.length, at + more.length)))

const place = (bytes: Uint8Array, dice: Dice): number => dice.below(bytes.length + 1)

const anywhere: ReadonlyArray<Spoil> = [
  // One bit.
  (bytes, dice) => {
    const copy = Uint8Array.from(bytes)
    const at = dice.below(copy.length)
    copy[at] = (copy[at] ?? 0) ^ (1 << dice.below(8))
    return copy
  },
  (bytes, dice) => overwritten(bytes, place(bytes, dice), noise(dice, 1 + dice.below(8))),
  (bytes, dice) => inserted(bytes, place(bytes, dice), noise(dice, 1 + dice.below(8))),
  (bytes, dice) => inserted(bytes, place(bytes, dice), Uint8Array.from(odd[dice.below(odd.length)] ?? [])),
  // What an unwritten block reads as.
  (bytes, dice) => overwritten(bytes, place(bytes, dice), new Uint8Array(1 << dice.below(12))),
  (bytes, dice) => inserted(bytes, place(bytes, dice), new Uint8Array(1 << dice.below(12))),
  (bytes, dice) => bytes.subarray(0, place(bytes, dice)),
  (bytes, dice) => bytes.subarray(place(bytes, dice)),
  (bytes, dice) => {
    const [from, to] = [place(bytes, dice), place(bytes, dice)].toSorted((a, b) => a - b)
    return joined(bytes.subarray(0, from), bytes.subarray(to))
  },
  // A block of another file.
  (bytes, dice, other) => {
    const from = place(other, dice)
    return overwritten(bytes, place(bytes, dice), other.subarray(from, from + 1 + dice.below(512)))
  },
  (bytes) => Buffer.from(Buffer.from(bytes).toString("latin1").replaceAll("\n", "\r\n"), "latin1"),
  (bytes) => joined(bytes, bytes),
  () => new Uint8Array()
]

const spliced = (bytes: Uint8Array, dice: Dice, remove: number, ...more: ReadonlyArray<Uint8Array>): Uint8Array => {
  const lines = linesOf(bytes)
  return joined(...lines.toSpliced(dice.below(lines.length + 1 - remove), remove, ...more))
}

const byLine: ReadonlyArray<Spoil> = [
  (bytes, dice) => spliced(bytes, dice, 1),
  (bytes, dice) => {
    const lines = linesOf(bytes)
    const at = dice.below(lines.length)
    return joined(...lines.toSpliced(at, 0, ...lines.slice(at, at + 1)))
  },
  (bytes, dice) => {
    const lines = [...linesOf(bytes)]
    const [a, b] = [dice.below(lines.length), dice.below(lines.length)]
    const [first, second] = [lines[a], lines[b]]
    if (first !== undefined && second !== undefined) {
      lines[a] = second
      lines[b] = first
    }
    return joined(...lines)
  },
  (bytes, dice) => spliced(bytes, dice, 0, Uint8Array.of(LINE_FEED)),
  // A line of another run in the place of the one with the same number.
  (bytes, dice, other) => {
    const lines = linesOf(bytes)
    const at = dice.below(lines.length)
    return joined(...lines.toSpliced(at, 1, ...linesOf(other).slice(at, at + 1)))
  },
  // From some line on the rest is another run's.
  (bytes, dice, other) => {
    const at = dice.below(linesOf(bytes).length)
    return joined(...linesOf(bytes).slice(0, at), ...linesOf(other).slice(at))
  },
  (bytes, dice, other) => {
    const foreign = linesOf(other)
    return spliced(bytes, dice, 0, ...foreign.slice(dice.below(foreign.length)).slice(0, 1))
  },
  // Very long, with and without an end.
  (bytes, dice) => spliced(bytes, dice, 0, Buffer.alloc(1 + dice.below(100_000), 0x61)),
  (bytes, dice) => spliced(bytes, dice, 0, Buffer.from(`${"{\"a\":".repeat(1 + dice.below(5000))}\n`)),
  (bytes, dice) => joined(bytes, noise(dice, 1 + dice.below(200)).filter((byte) => byte !== LINE_FEED)),
  (bytes, dice) => joined(bytes, noise(dice, 1 + dice.below(200)), Uint8Array.of(LINE_FEED))
]

const all = [...anywhere, ...byLine]

/** Bytes to which one thing has happened, or two, or three; `other` is a file of the same kind. */
export const spoiled = (bytes: Uint8Array, dice: Dice, other: Uint8Array): Uint8Array => {
  let now = bytes
  for (let left = dice.pick([1, 1, 1, 2, 3]); left > 0; left--) {
    if (now.length === 0) return now
    now = all[dice.below(all.length)]?.(now, dice, other) ?? now
  }
  return now
}
