/**
 * The checkpoint on disk (`layerFile`).
 *
 * Owns group commit: whoever finds nobody committing commits everything that waits, with one
 * write and one sync, and completes them all. Must not know what an event means. The surprise:
 * after one failed write or sync every later call fails with the same error, since nobody can
 * say what is on the disk.
 */
import { Clock, Deferred, Effect, FiberId, Layer } from "effect"
import { join } from "node:path"
import type { RunFact } from "../run/RunEvent.ts"
import { StateError } from "../run/StateError.ts"
import { Status } from "../run/Status.ts"
import { Checkpoint } from "./Checkpoint.ts"
import { Disk } from "./Disk.ts"
import { encodeLine } from "./JournalLine.ts"
import { stateError } from "./LiveDisk.ts"
import { makeRecord } from "./Record.ts"
import { JOURNAL, recover, SNAPSHOT } from "./Recover.ts"
import { encodeSnapshot } from "./Snapshot.ts"

/** How long a noted fact may wait for a sync of its own. */
const NOTE_MS = 20
/** A snapshot is due when the journal has grown by this, and by twice the last snapshot. */
const SNAPSHOT_BYTES = 1024 * 1024

interface Waiting {
  readonly facts: ReadonlyArray<RunFact>
  /** Completed when the facts are durable; absent for notes. */
  readonly done?: Deferred.Deferred<void, StateError>
}

const make = Effect.fn("FileCheckpoint.make")(function*(directory: string) {
  const disk = yield* Disk
  const scope = yield* Effect.scope
  const path = join(directory, JOURNAL)
  const recovered = yield* recover(directory)
  const record = makeRecord(recovered.state, yield* Status)
  const journal = yield* disk.openAppend(path)
  const attempt = (act: () => void): Effect.Effect<void, StateError> =>
    Effect.try({ try: act, catch: (cause) => cause instanceof StateError ? cause : stateError("written", path, cause) })
  if (journal.size > recovered.soundBytes) yield* attempt(() => journal.truncate(recovered.soundBytes))

  let waiting: Array<Waiting> = []
  let isCommitting = false
  let journalBytes = recovered.soundBytes
  let lastLineBytes = 0
  let snapshotAt = journalBytes
  let snapshotBytes = 0
  let isUnsynced = false
  let isSyncDue = false
  let broken: StateError | undefined

  const sync = (): void => {
    if (isUnsynced) journal.sync()
    isUnsynced = false
    record.tell()
  }

  const snapshot = Effect.suspend(() =>
    Effect.zipRight(
      attempt(sync),
      Effect.suspend(() => {
        const text = encodeSnapshot({ state: record.state(), journalBytes, lastLineBytes })
        snapshotAt = journalBytes
        snapshotBytes = text.length
        return disk.replace(join(directory, SNAPSHOT), text)
      })
    )
  )

  /** Writes what a batch holds; syncs and settles it where somebody waits for that. */
  const write = (batch: ReadonlyArray<Waiting>, mustSync: boolean, now: number): void => {
    const events = batch.flatMap(({ facts }) => record.stamp(facts, now))
    if (events.length > 0) {
      const lines = events.map(encodeLine)
      isUnsynced = true
      journalBytes += journal.write(lines.length === 1 ? lines[0] ?? "" : lines.join(""))
      lastLineBytes = Buffer.byteLength(lines[lines.length - 1] ?? "")
    }
    if (mustSync && isUnsynced) journal.sync()
    if (mustSync) isUnsynced = false
    record.settle(events)
    if (mustSync) record.tell()
  }

  const complete = (batch: ReadonlyArray<Waiting>, result: Effect.Effect<void, StateError>): void => {
    for (const { done } of batch) if (done !== undefined) Deferred.unsafeDone(done, result)
  }

  const commit = Effect.flatMap(Clock.currentTimeMillis, (now) => {
    const batch = waiting
    waiting = []
    const mustSync = batch.some(({ done }) => done !== undefined)
    return attempt(() => write(batch, mustSync, now)).pipe(
      Effect.zipRight(Effect.suspend(() =>
        mustSync && journalBytes - snapshotAt > Math.max(SNAPSHOT_BYTES, 2 * snapshotBytes) ? snapshot : Effect.void
      )),
      Effect.matchEffect({
        onSuccess: () => Effect.sync(() => complete(batch, Effect.void)),
        onFailure: (error) =>
          Effect.sync(() => {
            broken = error
            complete(batch, Effect.fail(error))
          })
      })
    )
  })

  const syncLater = Effect.suspend(() => {
    if (isSyncDue) return Effect.void
    isSyncDue = true
    return Effect.sleep(NOTE_MS).pipe(
      Effect.zipRight(Effect.suspend(() => {
        isSyncDue = false
        return isUnsynced && broken === undefined ? attempt(sync) : Effect.void
      })),
      Effect.catchAll((error) =>
        Effect.sync(() => {
          broken = error
        })
      ),
      // Whoever notes may be shielded from interruption; this must end with the scope all the same.
      Effect.interruptible,
      Effect.forkIn(scope),
      Effect.asVoid
    )
  })

  /** Commits until nothing waits. The turn given up first is when others come to stand in line. */
  const lead = Effect.suspend(() => {
    isCommitting = true
    return Effect.yieldNow().pipe(
      Effect.zipRight(Effect.whileLoop({ while: () => waiting.length > 0, body: () => commit, step: () => {} })),
      Effect.zipRight(Effect.suspend(() => {
        isCommitting = false
        return isUnsynced ? syncLater : Effect.void
      })),
      Effect.uninterruptible
    )
  })

  const guarded = (act: () => Effect.Effect<void, StateError>): Effect.Effect<void, StateError> =>
    Effect.suspend(() => broken === undefined ? act() : Effect.fail(broken))

  // What was only noted is synced at the end too; who noted it is gone, so there is nobody to tell of a failure.
  yield* Effect.addFinalizer(() => Effect.ignoreLogged(guarded(() => attempt(sync))))

  return Checkpoint.of({
    recovery: recovered.recovery,
    state: Effect.sync(record.state),
    append: (facts) =>
      guarded(() => {
        const done = Deferred.unsafeMake<void, StateError>(FiberId.none)
        waiting.push({ facts, done })
        return isCommitting ? Deferred.await(done) : Effect.zipRight(lead, Deferred.await(done))
      }),
    note: (facts) =>
      guarded(() => {
        waiting.push({ facts })
        return isCommitting ? Effect.void : Effect.uninterruptible(Effect.zipRight(commit, syncLater))
      }),
    snapshot: guarded(() => snapshot)
  })
})

/** The checkpoint of the run in `directory`; reads what is there and goes on from it. */
export const layerFile = (directory: string): Layer.Layer<Checkpoint, StateError, Disk | Status> =>
  Layer.scoped(Checkpoint, make(directory))
