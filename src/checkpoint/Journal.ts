/**
 * Reading a journal back: bytes → events, and what to make of a damaged end.
 *
 * Owns the difference between a torn line and damage. Pure. The surprise: only a last line
 * without its line end is torn; it was never acknowledged, so dropping it loses nothing. A
 * whole line that does not check out was durable once, and nothing is guessed in its place.
 */
import { Either } from "effect"
import { apply, type RunState } from "../run/RunState.ts"
import { checksumIn, decodeNext, follows, isOf, isSound } from "./JournalLine.ts"

export interface Replay {
  readonly state: RunState
  /** Events read. */
  readonly events: number
  /** Length of the sound part, in bytes from the start of what was read. */
  readonly soundBytes: number
  readonly dropped?: { readonly line: number; readonly bytes: number }
  /** The checksum of the last line, or of the one before where there is none. */
  readonly crc: string | undefined
}

export interface Damage {
  /** From 1, counted in the whole journal. */
  readonly line: number
  readonly why: string
}

const LINE_FEED = 10

export interface Inspected {
  /** Of whole lines. */
  readonly bytes: number
  readonly lines: number
  readonly crc: string | undefined
}

/**
 * Looks for damage in whole lines whose events are known from elsewhere: only their numbers and checksums
 * are looked at. `previous` is that of the line before them, where it is known.
 */
export const inspect = (
  bytes: Uint8Array,
  firstLine: number,
  previous?: string
): Either.Either<Inspected, Damage> => {
  let start = 0
  let line = firstLine
  let crc = previous
  for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, start)) {
    const text = bytes.subarray(start, end)
    if (!isSound(text)) return Either.left({ line, why: "its checksum does not match" })
    if (!isOf(text, line)) return Either.left({ line, why: `it is not event ${line}` })
    if (!follows(text, crc)) return Either.left({ line, why: "it does not follow the line before it" })
    crc = checksumIn(text)
    start = end + 1
    line += 1
  }
  return Either.right({ bytes: start, lines: line - firstLine, crc })
}

/**
 * Folds the events of `bytes` into `from`. `firstLine` is the number of the first line in them,
 * `previous` the checksum of the line before. Time and memory are linear; one line is held at a time.
 */
export const replay = (
  bytes: Uint8Array,
  from: RunState,
  firstLine: number,
  previous?: string
): Either.Either<Replay, Damage> => {
  let state = from
  let line = firstLine
  let start = 0
  let crc = previous
  while (start < bytes.length) {
    const end = bytes.indexOf(LINE_FEED, start)
    if (end === -1) {
      const dropped = { line, bytes: bytes.length - start }
      return Either.right({ state, events: line - firstLine, soundBytes: start, dropped, crc })
    }
    const text = bytes.subarray(start, end)
    const event = decodeNext(text, state.seq + 1, crc)
    if (Either.isLeft(event)) return Either.left({ line, why: event.left })
    state = apply(state, event.right)
    crc = checksumIn(text)
    start = end + 1
    line += 1
  }
  return Either.right({ state, events: line - firstLine, soundBytes: start, crc })
}
