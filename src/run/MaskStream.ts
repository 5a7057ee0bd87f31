/**
 * Masks a stream of bytes on its way, however it is cut into chunks.
 *
 * Owns what a mask is: every byte that belongs to a text looked for is gone, and `***` stands for
 * each stretch of them. Pure but for what it holds back: the last bytes, as long as they may be
 * the beginning of such a text. The surprise: texts that overlap go together, so that no end of
 * one is left beside another.
 */
import type { Matcher } from "./MaskMatcher.ts"

export interface MaskStream {
  /** The bytes that are certain after these, masked. They may share memory with the chunk. */
  readonly feed: (chunk: Uint8Array) => Uint8Array
  /** The rest. Nothing may be fed any more. */
  readonly end: () => Uint8Array
}

const stars = new TextEncoder().encode("***")
const nothing = new Uint8Array(0)

/** A stretch of bytes to mask; of one that is told, the stars are out already. */
interface Stretch {
  from: number
  to: number
  told: boolean
}

/** Letters, digits, and all bytes of characters beyond ASCII. */
const isWord = (byte: number | undefined): boolean =>
  byte !== undefined
  && ((byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122) || byte === 95
    || byte >= 128)

const join = (before: Uint8Array, after: Uint8Array): Uint8Array => {
  if (before.length === 0) return after
  const joined = new Uint8Array(before.length + after.length)
  joined.set(before)
  joined.set(after, before.length)
  return joined
}

/** Adds a stretch that ends no earlier than any before it. */
const cover = (stretches: Array<Stretch>, from: number, to: number): void => {
  const added: Stretch = { from, to, told: false }
  for (let last = stretches.at(-1); last !== undefined && last.to > added.from; last = stretches.at(-1)) {
    added.from = Math.min(added.from, last.from)
    added.to = Math.max(added.to, last.to)
    added.told ||= last.told
    stretches.pop()
  }
  stretches.push(added)
}

/** The bytes up to `until`, with stars for the stretches that begin before it. */
const write = (bytes: Uint8Array, stretches: ReadonlyArray<Stretch>, until: number): Uint8Array => {
  if (stretches.length === 0) return bytes.subarray(0, until)
  const from = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const to = Buffer.allocUnsafe(until + stretches.length * stars.length)
  let at = 0
  let used = 0
  for (const stretch of stretches) {
    if (stretch.from >= until) break
    if (stretch.from > at) used += from.copy(to, used, at, stretch.from)
    if (!stretch.told) {
      to.set(stars, used)
      used += stars.length
    }
    at = stretch.to
  }
  if (at < until) used += from.copy(to, used, at, until)
  return to.subarray(0, used)
}

/** Starts a stream. */
export const makeMaskStream = (matcher: Matcher): MaskStream => {
  let held = nothing
  /** The byte before those that are held. */
  let before: number | undefined
  let state = 0
  let stretches: Array<Stretch> = []
  /** Where texts begin that end with the last byte and count only if what follows lets them stand alone. */
  let open: ReadonlyArray<number> = []

  const read = (chunk: Uint8Array, isLast: boolean): Uint8Array => {
    const bytes = join(held, chunk)
    const standsAlone = (from: number, to: number): boolean =>
      !isWord(from === 0 ? before : bytes[from - 1]) && !isWord(bytes[to])
    const begins = held.length
    // What follows them is known now.
    if (begins < bytes.length || isLast) {
      for (const from of open) if (standsAlone(from, begins)) cover(stretches, from, begins)
      open = []
    }
    for (let at = begins; at < bytes.length; at++) {
      state = matcher.move(state, bytes[at] ?? 0)
      if (!matcher.ends(state)) continue
      const to = at + 1
      for (const length of matcher.alone(state)) {
        if (to === bytes.length && !isLast) open = [...open, to - length]
        else if (standsAlone(to - length, to)) cover(stretches, to - length, to)
      }
      const longest = matcher.longest(state)
      if (longest > 0) cover(stretches, to - longest, to)
    }
    const until = isLast ? bytes.length : Math.min(bytes.length - matcher.begun(state), ...open)
    const masked = write(bytes, stretches, until)
    if (until > 0) before = bytes[until - 1]
    held = bytes.slice(until)
    open = open.map((from) => from - until)
    stretches = stretches
      .filter(({ to }) => to > until)
      .map(({ from, to, told }) => ({ from: from - until, to: to - until, told: told || from < until }))
    return masked
  }

  return { feed: (chunk) => read(chunk, false), end: () => read(nothing, true) }
}
