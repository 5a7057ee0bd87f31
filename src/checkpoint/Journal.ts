/**
 * Reading a journal back: bytes → events, and what to make of a damaged end.
 *
 * Owns the difference between a torn line and damage. Pure. The surprise: only a last line
 * without its line end is torn; it was never acknowledged, so dropping it loses nothing. A
 * whole line that does not check out was durable once, and nothing is guessed in its place.
 */
import { Either } from "effect"
import { apply, type RunState } from "../run/RunState.ts"
import { decodeLine, isSound } from "./JournalLine.ts"

export interface Replay {
  readonly state: RunState
  /** Events read. */
  readonly events: number
  /** Length of the sound part, in bytes from the start of what was read. */
  readonly soundBytes: number
  readonly dropped?: { readonly line: number; readonly bytes: number }
}

export interface Damage {
  /** From 1, counted in the whole journal. */
  readonly line: number
  readonly why: string
}

const LINE_FEED = 10
const decoder = new TextDecoder()

/**
 * Looks for damage in whole lines whose events are known from elsewhere: only their checksums
 * are looked at. Gives how many bytes of whole lines there were, and how many lines.
 */
export const inspect = (
  bytes: Uint8Array,
  firstLine: number
): Either.Either<{ readonly bytes: number; readonly lines: number }, Damage> => {
  let start = 0
  let line = firstLine
  for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, start)) {
    if (!isSound(bytes.subarray(start, end))) return Either.left({ line, why: "its checksum does not match" })
    start = end + 1
    line += 1
  }
  return Either.right({ bytes: start, lines: line - firstLine })
}

/**
 * Folds the events of `bytes` into `from`. `firstLine` is the number of the first line in them.
 * Time and memory are linear; one line is held at a time.
 */
export const replay = (bytes: Uint8Array, from: RunState, firstLine: number): Either.Either<Replay, Damage> => {
  let state = from
  let line = firstLine
  let start = 0
  while (start < bytes.length) {
    const end = bytes.indexOf(LINE_FEED, start)
    if (end === -1) {
      return Either.right({
        state,
        events: line - firstLine,
        soundBytes: start,
        dropped: { line, bytes: bytes.length - start }
      })
    }
    const event = decodeLine(decoder.decode(bytes.subarray(start, end)))
    if (Either.isLeft(event)) return Either.left({ line, why: event.left })
    if (event.right.seq !== state.seq + 1) {
      return Either.left({ line, why: `its seq is ${event.right.seq} where ${state.seq + 1} is due` })
    }
    state = apply(state, event.right)
    start = end + 1
    line += 1
  }
  return Either.right({ state, events: line - firstLine, soundBytes: start })
}
