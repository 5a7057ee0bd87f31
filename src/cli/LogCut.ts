/**
 * The bytes of a log → those of one attempt.
 *
 * Owns the cutting. Pure but for what it keeps between chunks: at most the beginning of a line
 * that may yet be a banner, since a step may print gigabytes without a line end. The surprise:
 * an attempt that was cut short by the death of pawl is made again under its number, so that
 * there may be several parts with one number; all of them are given.
 */
import { isBanner } from "../run/Banner.ts"

const newline = 10
/** Longer than any banner. */
const longest = 120
const opening = new TextEncoder().encode("--- pawl: attempt ")

const mayBeBanner = (bytes: Uint8Array): boolean => {
  const length = Math.min(bytes.length, opening.length)
  for (let at = 0; at < length; at++) if (bytes[at] !== opening[at]) return false
  return bytes.length <= longest
}

const joined = (a: Uint8Array, b: Uint8Array): Uint8Array => a.length === 0 ? b : Buffer.concat([a, b])

export interface LogCut {
  /** The parts of a chunk that belong to the attempt, in order. */
  readonly push: (chunk: Uint8Array) => ReadonlyArray<Uint8Array>
  /** What is left when the log ends. */
  readonly end: () => ReadonlyArray<Uint8Array>
  /** The highest attempt seen. */
  readonly attempts: () => number
  /** How many parts of the wanted attempt were seen. */
  readonly parts: () => number
}

/**
 * Cuts out one attempt, without its banner; of several parts of it those from a number on, from 1. Of the last attempt
 * everything to the end, whatever it looks like.
 */
export const logCut = (wanted: number, from = 1, isLast = false): LogCut => {
  const decoder = new TextDecoder()
  let held: Uint8Array = new Uint8Array(0)
  let atLineStart = true
  let inside = false
  let attempts = 0
  let seen = 0

  const push = (chunk: Uint8Array): ReadonlyArray<Uint8Array> => {
    const bytes = joined(held, chunk)
    held = new Uint8Array(0)
    const parts: Array<Uint8Array> = []
    const keep = (from: number, to: number): void => {
      if (inside && to > from) parts.push(bytes.subarray(from, to))
    }
    let kept = 0
    let at = 0
    while (at < bytes.length && !(isLast && inside)) {
      const end = bytes.indexOf(newline, at)
      const line = bytes.subarray(at, end < 0 ? bytes.length : end)
      if (atLineStart && mayBeBanner(line)) {
        if (end < 0) {
          keep(kept, at)
          held = bytes.slice(at)
          return parts
        }
        const found = isBanner(decoder.decode(line))
        if (found !== undefined) {
          keep(kept, at)
          if (found.attempt === wanted) seen += 1
          inside = found.attempt === wanted && seen >= from
          attempts = Math.max(attempts, found.attempt)
          kept = end + 1
        }
      }
      atLineStart = end >= 0
      at = end < 0 ? bytes.length : end + 1
    }
    keep(kept, bytes.length)
    return parts
  }
  const end = (): ReadonlyArray<Uint8Array> => {
    const rest = held
    held = new Uint8Array(0)
    return inside && rest.length > 0 ? [rest] : []
  }
  return { push, end, attempts: () => attempts, parts: () => seen }
}
