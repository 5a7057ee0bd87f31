/**
 * From the files of a run to its state.
 *
 * Owns the choice between snapshot and journal. Must not write. The surprise: a snapshot that is
 * ahead of its journal is damage, not luck: events that were durable are gone.
 */
import { Effect, Either } from "effect"
import { join } from "node:path"
import { empty, type RunState } from "../run/RunState.ts"
import { StateError } from "../run/StateError.ts"
import type { Recovery } from "./Checkpoint.ts"
import { Disk } from "./Disk.ts"
import { type Damage, inspect, type Replay, replay } from "./Journal.ts"
import { checksumIn, decodeBytes } from "./JournalLine.ts"
import { decodeSnapshot, inHex, type Snapshot } from "./Snapshot.ts"

export const JOURNAL = "journal.ndjson"
export const SNAPSHOT = "checkpoint.json"

export interface Recovered {
  readonly state: RunState
  readonly recovery: Recovery
  /** Length of the sound part of the journal. */
  readonly soundBytes: number
  /** The checksum of its last line; undefined where there is none. */
  readonly lastLineCrc: string | undefined
  /** CRC-32 of the sound part. */
  readonly journalCrc: number
}

export const damaged = (path: string, { line, why }: Damage): StateError =>
  new StateError({
    message: `${path}: line ${line} is damaged: ${why}`,
    hint: "restore the file from a backup, or set this run aside with --fresh and start anew",
    path
  })

// A mark of its beginning is not part of what was written.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true })

/** Whether the journal, read from the snapshot's last line on, really holds that line. */
const fits = ({ lastLineBytes, lastLineCrc, state }: Snapshot, bytes: Uint8Array): boolean => {
  const line = bytes.subarray(0, lastLineBytes - 1)
  if (line.length < lastLineBytes - 1 || bytes[lastLineBytes - 1] !== 10) return false
  const event = decodeBytes(line)
  return Either.isRight(event) && event.right.seq === state.seq
    && (lastLineCrc === undefined || lastLineCrc === checksumIn(line))
}

const readSnapshot = Effect.fn("Recover.readSnapshot")(function*(directory: string) {
  const disk = yield* Disk
  const path = join(directory, SNAPSHOT)
  const bytes = yield* disk.read(path)
  if (bytes === undefined) return "none" as const
  const snapshot = decodeSnapshot(decoder.decode(bytes))
  if (Either.isRight(snapshot)) return snapshot.right
  if (snapshot.left === "damaged") return "unfit" as const
  return yield* new StateError({
    message: `${path} has version ${snapshot.left.newerVersion}, written by a newer pawl`,
    hint: "go on with that version of pawl, or start anew with --fresh",
    path
  })
})

/** Read at a time, so that a long journal is not held whole. */
const CHUNK_BYTES = 4 * 1024 * 1024

/** CRC-32 of the first bytes of a file. */
const crcBefore = Effect.fn("Recover.crcBefore")(function*(path: string, until: number) {
  const disk = yield* Disk
  let from = 0
  let crc = 0
  while (from < until) {
    const bytes = (yield* disk.read(path, from, Math.min(CHUNK_BYTES, until - from))) ?? new Uint8Array()
    if (bytes.length === 0) break
    crc = Bun.hash.crc32(bytes, crc)
    from += bytes.length
  }
  return crc
})

/**
 * The part of the journal that the snapshot stands for must be whole too: what is durable is never given
 * up. Gives the number of its lines.
 */
const inspectBefore = Effect.fn("Recover.inspectBefore")(function*(path: string, until: number) {
  const disk = yield* Disk
  let from = 0
  let line = 1
  let chunk = CHUNK_BYTES
  let crc: string | undefined
  while (from < until) {
    const asked = Math.min(chunk, until - from)
    const bytes = (yield* disk.read(path, from, asked)) ?? new Uint8Array()
    const seen = yield* Either.mapLeft(inspect(bytes, line, crc), (damage) => damaged(path, damage))
    if (seen.lines === 0 && (bytes.length < asked || asked === until - from)) {
      return yield* damaged(path, { line, why: "it does not end where the snapshot says" })
    }
    // A line longer than a chunk is read again with a larger one.
    chunk = seen.lines === 0 ? chunk * 2 : CHUNK_BYTES
    from += seen.bytes
    line += seen.lines
    crc = seen.crc
  }
  return line - 1
})

/** The state that the files of a run tell, and how they told it. */
export const recover = Effect.fn("Recover.recover")(function*(directory: string) {
  const disk = yield* Disk
  const path = join(directory, JOURNAL)
  const whole = (snapshot: "none" | "unfit", held?: RunState) =>
    Effect.gen(function*() {
      const bytes = (yield* disk.read(path)) ?? new Uint8Array()
      const read = yield* Either.mapLeft(replay(bytes, empty, 1), (damage) => damaged(path, damage))
      // A journal without any event does not say whose it is; one of another run has nothing to do with this snapshot.
      const isSameRun = read.state.seq === 0 || read.state.runId === held?.runId
      if (held !== undefined && read.state.seq < held.seq && isSameRun) {
        return yield* new StateError({
          message: `${path} ends before event ${held.seq}, which ${SNAPSHOT} holds: durable events are missing`,
          hint: "restore the file from a backup, or set this run aside with --fresh and start anew",
          path
        })
      }
      return done(read, { bytes: 0, crc: 0 }, bytes, snapshot)
    })
  const snapshot = yield* readSnapshot(directory)
  if (snapshot === "none" || snapshot === "unfit") return yield* whole(snapshot)

  const { journalBytes, journalCrc, lastLineBytes, state } = snapshot
  const from = journalBytes - lastLineBytes
  const bytes = (yield* disk.read(path, from)) ?? new Uint8Array()
  if (!fits(snapshot, bytes)) return yield* whole("unfit", state)
  const before = { bytes: journalBytes, crc: yield* crcBefore(path, journalBytes) }
  // Line by line it takes ten times as long, and tells which one is damaged.
  if (inHex(before.crc) !== journalCrc && (yield* inspectBefore(path, journalBytes)) !== state.seq) {
    return yield* whole("unfit", state)
  }
  const crc = checksumIn(bytes.subarray(0, lastLineBytes - 1))
  const after = bytes.subarray(lastLineBytes)
  const read = yield* Either.mapLeft(
    replay(after, state, state.seq + 1, crc),
    (damage) => damaged(path, damage)
  )
  return done(read, before, after, "used")
})

/** What was read of `bytes`, which come after others. */
const done = (
  read: Replay,
  before: { readonly bytes: number; readonly crc: number },
  bytes: Uint8Array,
  snapshot: Recovery["snapshot"]
): Recovered => ({
  state: read.state,
  recovery: {
    events: read.state.seq,
    snapshot,
    ...(read.dropped === undefined ? {} : { dropped: read.dropped })
  },
  soundBytes: before.bytes + read.soundBytes,
  lastLineCrc: read.crc,
  journalCrc: Bun.hash.crc32(bytes.subarray(0, read.soundBytes), before.crc)
})
