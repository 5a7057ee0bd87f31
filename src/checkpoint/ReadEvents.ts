/**
 * The journal of a run as events, part by part, for whoever shows it.
 *
 * Owns reading on from where the last part ended. Must not write, and needs no lock. The surprise:
 * a last line without its line end is left for the next part: of a live run it is still being
 * written, of one that was killed it is torn, and was never acknowledged.
 */
import { Effect, Either } from "effect"
import { join } from "node:path"
import { Disk } from "./Disk.ts"
import { decodeLine, eventText } from "./JournalLine.ts"
import { damaged, JOURNAL } from "./Recover.ts"
import type { JournalEvent, JournalPart, JournalPlace } from "./RunStore.ts"

/** Read at a time, so that a long journal is never held whole. */
const CHUNK_BYTES = 1024 * 1024
const LINE_FEED = 10
const decoder = new TextDecoder()

interface Lines {
  readonly events: ReadonlyArray<JournalEvent>
  readonly place: JournalPlace
}

const linesOf = (bytes: Uint8Array, from: JournalPlace): Either.Either<Lines, { line: number; why: string }> => {
  const events: Array<JournalEvent> = []
  let start = 0
  let { seq } = from
  for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, start)) {
    const text = decoder.decode(bytes.subarray(start, end))
    const event = decodeLine(text)
    // One event a line, numbered from 1 without gaps: the number of a line is that of its event.
    const line = seq + 1
    if (Either.isLeft(event)) return Either.left({ line, why: event.left })
    if (event.right.seq !== line) {
      return Either.left({ line, why: `its seq is ${event.right.seq} where ${line} is due` })
    }
    events.push({ event: event.right, text: eventText(text) })
    start = end + 1
    seq = line
  }
  return Either.right({ events, place: { bytes: from.bytes + start, seq } })
}

/** The events after a place, some of them at a time; none where there are no more for now. */
export const readEvents = Effect.fn("ReadEvents.readEvents")(function*(directory: string, from: JournalPlace) {
  const disk = yield* Disk
  const path = join(directory, JOURNAL)
  for (let chunk = CHUNK_BYTES;; chunk *= 2) {
    const bytes = (yield* disk.read(path, from.bytes, chunk)) ?? new Uint8Array()
    const part: JournalPart = yield* Either.mapLeft(linesOf(bytes, from), (damage) => damaged(path, damage))
    // A line longer than a chunk is read again with a larger one.
    if (part.events.length > 0 || bytes.length < chunk) return part
  }
})
