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
import { decodeLine } from "./JournalLine.ts"
import { decodeSnapshot, type Snapshot } from "./Snapshot.ts"

export const JOURNAL = "journal.ndjson"
export const SNAPSHOT = "checkpoint.json"

export interface Recovered {
  readonly state: RunState
  readonly recovery: Recovery
  /** Length of the sound part of the journal. */
  readonly soundBytes: number
}

export const damaged = (path: string, { line, why }: Damage): StateError =>
  new StateError({
    message: `${path}: line ${line} is damaged: ${why}`,
    hint: "restore the file from a backup, or set this run aside with --fresh and start anew",
    path
  })

const decoder = new TextDecoder()

/** Whether the journal, read from the snapshot's last line on, really holds that line. */
const fits = (snapshot: Snapshot, bytes: Uint8Array): boolean => {
  const line = bytes.subarray(0, snapshot.lastLineBytes)
  if (line.length < snapshot.lastLineBytes || line.at(-1) !== 10) return false
  const event = decodeLine(decoder.decode(line.subarray(0, -1)))
  return Either.isRight(event) && event.right.seq === snapshot.state.seq
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

/** The part of the journal that the snapshot stands for must be whole too: what is durable is never given up. */
const inspectBefore = Effect.fn("Recover.inspectBefore")(function*(path: string, until: number) {
  const disk = yield* Disk
  let from = 0
  let line = 1
  let chunk = CHUNK_BYTES
  while (from < until) {
    const bytes = (yield* disk.read(path, from, Math.min(chunk, until - from))) ?? new Uint8Array()
    const seen = yield* Either.mapLeft(inspect(bytes, line), (damage) => damaged(path, damage))
    if (seen.lines === 0 && bytes.length === until - from) {
      return yield* damaged(path, { line, why: "it does not end where the snapshot says" })
    }
    // A line longer than a chunk is read again with a larger one.
    chunk = seen.lines === 0 ? chunk * 2 : CHUNK_BYTES
    from += seen.bytes
    line += seen.lines
  }
})

/** The state that the files of a run tell, and how they told it. */
export const recover = Effect.fn("Recover.recover")(function*(directory: string) {
  const disk = yield* Disk
  const path = join(directory, JOURNAL)
  const whole = (snapshot: "none" | "unfit") =>
    Effect.gen(function*() {
      const bytes = (yield* disk.read(path)) ?? new Uint8Array()
      const read = yield* Either.mapLeft(replay(bytes, empty, 1), (damage) => damaged(path, damage))
      return done(read, 0, snapshot)
    })
  const snapshot = yield* readSnapshot(directory)
  if (snapshot === "none" || snapshot === "unfit") return yield* whole(snapshot)

  const from = snapshot.journalBytes - snapshot.lastLineBytes
  const bytes = (yield* disk.read(path, from)) ?? new Uint8Array()
  if (bytes.length < snapshot.lastLineBytes) {
    return yield* new StateError({
      message: `${path} ends before event ${snapshot.state.seq}, which ${SNAPSHOT} holds: durable events are missing`,
      hint: "restore the file from a backup, or set this run aside with --fresh and start anew",
      path
    })
  }
  if (!fits(snapshot, bytes)) return yield* whole("unfit")
  yield* inspectBefore(path, from)
  const after = bytes.subarray(snapshot.lastLineBytes)
  const read = yield* Either.mapLeft(
    replay(after, snapshot.state, snapshot.state.seq + 1),
    (damage) => damaged(path, damage)
  )
  return done(read, snapshot.journalBytes, "used")
})

const done = (read: Replay, before: number, snapshot: Recovery["snapshot"]): Recovered => ({
  state: read.state,
  recovery: {
    events: read.state.seq,
    snapshot,
    ...(read.dropped === undefined ? {} : { dropped: read.dropped })
  },
  soundBytes: before + read.soundBytes
})
