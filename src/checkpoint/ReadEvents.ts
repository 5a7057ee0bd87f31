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
import type { Damage } from "./Journal.ts"
import { checksumIn, decodeNext, eventText } from "./JournalLine.ts"
import { checkJournal, SET_ASIDE } from "./LostParts.ts"
import { damaged, JOURNAL } from "./Recover.ts"
import type { JournalEvent, JournalPart, JournalPlace } from "./RunStore.ts"

/** Read at a time, so that a long journal is never held whole. */
const CHUNK_BYTES = 1024 * 1024
const LINE_FEED = 10
const decoder = new TextDecoder()

/** The event of a line without its end. One event a line, without gaps: the number of a line is that of its event. */
const readLine = (
  bytes: Uint8Array,
  line: number,
  previous: string | undefined
): Either.Either<JournalEvent, Damage> =>
  decodeNext(bytes, line, previous).pipe(
    Either.mapBoth({
      onLeft: (why) => ({ line, why }),
      onRight: (event) => ({ event, text: eventText(decoder.decode(bytes)) })
    })
  )

const readLines = (bytes: Uint8Array, from: JournalPlace): Either.Either<JournalPart, Damage> => {
  const events: Array<JournalEvent> = []
  let start = 0
  let { crc, seq } = from
  for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, start)) {
    const line = bytes.subarray(start, end)
    const event = readLine(line, seq + 1, crc)
    if (Either.isLeft(event)) {
      if (events.length === 0) return Either.left(event.left)
      // What is sound before it is given first; the next part then begins with the damage.
      break
    }
    events.push(event.right)
    crc = checksumIn(line)
    start = end + 1
    seq += 1
  }
  return Either.right({ events, place: { bytes: from.bytes + start, seq, ...(crc === undefined ? {} : { crc }) } })
}

/** The events after a place, some of them at a time; none where there are no more for now. */
export const readEvents = Effect.fn("ReadEvents.readEvents")(function*(directory: string, from: JournalPlace) {
  const disk = yield* Disk
  const path = join(directory, JOURNAL)
  for (let chunk = CHUNK_BYTES;; chunk *= 2) {
    const found = yield* disk.read(path, from.bytes, chunk)
    const bytes = found ?? new Uint8Array()
    const part = yield* Either.mapLeft(readLines(bytes, from), (damage) => damaged(path, damage))
    if (part.events.length > 0) return part
    // A line longer than a chunk is read again with a larger one.
    if (bytes.length === chunk) continue
    if (found === undefined || from.seq === 0) yield* checkJournal(directory, SET_ASIDE)
    return part
  }
})
