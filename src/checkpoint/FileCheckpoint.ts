/**
 * The checkpoint on disk (`layerFile`).
 *
 * Owns group commit: one writer fiber takes everything that waits, writes once, syncs once and
 * completes them all. Must not know what an event means. The surprise: after one failed write
 * or sync every later call fails with the same error, since nobody can say what is on the disk.
 */
import { Clock, Deferred, Effect, Layer, Queue } from "effect"
import { join } from "node:path"
import type { RunFact } from "../run/RunEvent.ts"
import type { StateError } from "../run/StateError.ts"
import { Status } from "../run/Status.ts"
import { Checkpoint } from "./Checkpoint.ts"
import { Disk } from "./Disk.ts"
import { encodeLine } from "./JournalLine.ts"
import { makeRecord } from "./Record.ts"
import { JOURNAL, recover, SNAPSHOT } from "./Recover.ts"
import { encodeSnapshot } from "./Snapshot.ts"

/** How long a noted fact may wait for a sync of its own. */
const NOTE_MS = 20
/** A snapshot is due when the journal has grown by this, and by twice the last snapshot. */
const SNAPSHOT_BYTES = 1024 * 1024
const TOGETHER = 1024

interface Waiting {
  readonly facts: ReadonlyArray<RunFact>
  /** Completed when the facts are durable; absent for notes. */
  readonly done?: Deferred.Deferred<void, StateError>
}

const make = Effect.fn("FileCheckpoint.make")(function*(directory: string) {
  const disk = yield* Disk
  const recovered = yield* recover(directory)
  const record = makeRecord(recovered.state, yield* Status)
  const journal = yield* disk.openAppend(join(directory, JOURNAL))
  if (journal.size > recovered.soundBytes) yield* journal.truncate(recovered.soundBytes)

  const queue = yield* Queue.unbounded<Waiting>()
  let journalBytes = recovered.soundBytes
  let lastLineBytes = 0
  let snapshotAt = journalBytes
  let snapshotBytes = 0
  let unsynced = false
  let syncSoon = false
  let broken: StateError | undefined

  const sync = Effect.gen(function*() {
    if (!unsynced) return
    yield* journal.sync
    unsynced = false
    record.tell()
  })

  const snapshot = Effect.gen(function*() {
    yield* sync
    const text = encodeSnapshot({ state: record.state(), journalBytes, lastLineBytes })
    yield* disk.replace(join(directory, SNAPSHOT), text)
    snapshotAt = journalBytes
    snapshotBytes = text.length
  })

  const later = Effect.suspend(() => {
    if (syncSoon) return Effect.void
    syncSoon = true
    return Effect.sleep(NOTE_MS).pipe(
      Effect.zipRight(Effect.sync(() => {
        syncSoon = false
      })),
      Effect.zipRight(Queue.offer(queue, { facts: [] })),
      Effect.forkIn(scope)
    )
  })
  const scope = yield* Effect.scope

  const commit = (batch: Iterable<Waiting>) =>
    Effect.gen(function*() {
      const waiting = Array.from(batch)
      const now = yield* Clock.currentTimeMillis
      const events = waiting.flatMap(({ facts }) => record.stamp(facts, now))
      const mustSync = waiting.some(({ done, facts }) => done !== undefined || facts.length === 0)
      if (events.length > 0) {
        const lines = events.map(encodeLine)
        unsynced = true
        journalBytes += yield* journal.write(lines.join(""))
        lastLineBytes = Buffer.byteLength(lines[lines.length - 1] ?? "")
      }
      if (!mustSync) {
        record.settle(events)
        return yield* later
      }
      if (unsynced) yield* journal.sync
      unsynced = false
      record.settle(events)
      record.tell()
      if (journalBytes - snapshotAt > Math.max(SNAPSHOT_BYTES, 2 * snapshotBytes)) yield* snapshot
      for (const { done } of waiting) if (done !== undefined) Deferred.unsafeDone(done, Effect.void)
    }).pipe(
      Effect.catchAll((error) =>
        Effect.sync(() => {
          broken = error
          for (const { done } of batch) if (done !== undefined) Deferred.unsafeDone(done, Effect.fail(error))
        })
      )
    )

  const guarded = (act: Effect.Effect<void, StateError>): Effect.Effect<void, StateError> =>
    Effect.suspend(() => broken === undefined ? act : Effect.fail(broken))

  // Runs after the writer below has stopped. Only notes can be left, and who noted them is gone.
  yield* Effect.addFinalizer(() =>
    Effect.flatMap(Queue.takeAll(queue), (left) => Effect.ignoreLogged(guarded(Effect.zipRight(commit(left), sync))))
  )
  yield* Queue.takeBetween(queue, 1, TOGETHER).pipe(
    Effect.flatMap((batch) => Effect.uninterruptible(commit(batch))),
    Effect.forever,
    Effect.forkScoped
  )

  return Checkpoint.of({
    recovery: recovered.recovery,
    state: Effect.sync(record.state),
    append: (facts) =>
      guarded(
        Effect.flatMap(Deferred.make<void, StateError>(), (done) =>
          Effect.zipRight(Queue.offer(queue, { facts, done }), Deferred.await(done)))
      ),
    note: (facts) => guarded(Effect.asVoid(Queue.offer(queue, { facts }))),
    snapshot: guarded(snapshot)
  })
})

/** The checkpoint of the run in `directory`; reads what is there and goes on from it. */
export const layerFile = (directory: string): Layer.Layer<Checkpoint, StateError, Disk | Status> =>
  Layer.scoped(Checkpoint, make(directory))
