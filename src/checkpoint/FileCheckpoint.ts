/**
 * The checkpoint on disk (`layerFile`).
 *
 * Owns group commit: whoever finds nobody committing commits everything that waits, with one
 * write and one sync, and completes them all. Must not know what an event means. The surprise:
 * after one failed write or sync every later call fails with the same error, since nobody can
 * say what is on the disk.
 */
import { Deferred, Effect, FiberId, Layer } from "effect"
import { join } from "node:path"
import type { RunFact } from "../run/RunEvent.ts"
import type { RunState } from "../run/RunState.ts"
import { StateError } from "../run/StateError.ts"
import { Status } from "../run/Status.ts"
import { Checkpoint } from "./Checkpoint.ts"
import { Disk } from "./Disk.ts"
import { encodeLines } from "./JournalLine.ts"
import { stateError } from "./DiskError.ts"
import { makeRecord } from "./Record.ts"
import { JOURNAL, recover, SNAPSHOT } from "./Recover.ts"
import { encodeSnapshot, inHex } from "./Snapshot.ts"

/** How long a noted fact may wait for a sync of its own. */
const NOTE_MS = 20
/** A snapshot is due when the journal has grown by this, and by twice the last snapshot. */
const SNAPSHOT_BYTES = 1024 * 1024

interface Waiting {
  readonly facts: ReadonlyArray<RunFact>
  /** Whether they must be synced; notes need not be. */
  readonly durable: boolean
  /** Asked of the state that everything before them has made; on false they are left out. */
  readonly holds?: (state: RunState) => boolean
  /** Completed when the facts are durable, for who waits in line. */
  readonly done?: Deferred.Deferred<void, StateError>
}

/** How many attempts more are under way after some facts: begun ones less those that ended. */
const begun = (facts: ReadonlyArray<RunFact>): number =>
  facts.reduce((count, { type }) => {
    if (type === "StepStarted") return count + 1
    return type === "AttemptFailed" || type === "StepSucceeded" || type === "StepFailed" || type === "StepContinued"
      ? count - 1
      : count
  }, 0)

const make = Effect.fn("FileCheckpoint.make")(function*(directory: string) {
  const disk = yield* Disk
  const scope = yield* Effect.scope
  const clock = yield* Effect.clock
  const path = join(directory, JOURNAL)
  const recovered = yield* recover(directory)
  const record = makeRecord(recovered.state, yield* Status)
  const journal = yield* disk.openAppend(path)
  const attempt = (act: () => void): Effect.Effect<void, StateError> =>
    Effect.try({ try: act, catch: (cause) => cause instanceof StateError ? cause : stateError("written", path, cause) })
  if (journal.size > recovered.soundBytes) yield* attempt(() => journal.truncate(recovered.soundBytes))
  // What a killed pawl wrote and did not sync is read like everything else, and is about to be told.
  else if (journal.size > 0) yield* attempt(journal.sync)

  let waiting: Array<Waiting> = []
  let isCommitting = false
  let journalBytes = recovered.soundBytes
  let lastLineBytes = 0
  let { journalCrc, lastLineCrc } = recovered
  let snapshotAt = journalBytes
  let snapshotBytes = 0
  let isUnsynced = false
  let isSyncDue = false
  let underWay = 0
  let broken: StateError | undefined

  const sync = (): void => {
    if (isUnsynced) journal.sync()
    isUnsynced = false
    record.tell()
  }

  function* counted(pieces: Iterable<string>) {
    snapshotBytes = 0
    for (const piece of pieces) {
      snapshotBytes += piece.length
      yield piece
    }
  }

  const snapshot = Effect.zipRight(
    attempt(sync),
    Effect.suspend(() => {
      const crc = lastLineCrc === undefined ? {} : { lastLineCrc }
      const shot = { state: record.state(), journalBytes, lastLineBytes, ...crc, journalCrc: inHex(journalCrc) }
      snapshotAt = journalBytes
      return disk.replace(join(directory, SNAPSHOT), { pieces: () => counted(encodeSnapshot(shot)) })
    })
  )
  const isSnapshotDue = (): boolean => journalBytes - snapshotAt > Math.max(SNAPSHOT_BYTES, 2 * snapshotBytes)

  /** Writes what a batch holds; syncs and settles it where somebody waits for that. */
  const write = (batch: ReadonlyArray<Waiting>, mustSync: boolean): void => {
    const events = batch.flatMap(({ facts }) => record.stamp(facts, clock.unsafeCurrentTimeMillis()))
    if (events.length > 0) {
      const { crc, lines } = encodeLines(events, lastLineCrc)
      isUnsynced = true
      const text = lines.join("")
      journalBytes += journal.write(text)
      journalCrc = Bun.hash.crc32(text, journalCrc)
      lastLineBytes = Buffer.byteLength(lines[lines.length - 1] ?? "")
      lastLineCrc = crc
    }
    if (mustSync && isUnsynced) journal.sync()
    if (mustSync) isUnsynced = false
    record.settle(events)
    if (mustSync) record.tell()
  }

  const fail = (batch: ReadonlyArray<Waiting>, cause: unknown): void => {
    const error = cause instanceof StateError ? cause : stateError("written", path, cause)
    broken = error
    for (const { done } of batch) if (done !== undefined) Deferred.unsafeDone(done, Effect.fail(error))
  }

  /** What can be written at once: facts with a condition are the first of a batch, since what is before them counts. */
  const nextBatch = (): ReadonlyArray<Waiting> => {
    const until = waiting.findIndex(({ holds }, index) => index > 0 && holds !== undefined)
    const batch = until === -1 ? waiting : waiting.slice(0, until)
    waiting = until === -1 ? [] : waiting.slice(until)
    const [first] = batch
    return first?.holds === undefined || first.holds(record.state())
      ? batch
      : [{ ...first, facts: [] }, ...batch.slice(1)]
  }

  const commitBatch = (batch: ReadonlyArray<Waiting>): void => {
    try {
      write(batch, batch.some(({ durable }) => durable))
      for (const { done } of batch) if (done !== undefined) Deferred.unsafeDone(done, Effect.void)
    } catch (cause) {
      fail(batch, cause)
    }
  }

  /** Commits everything that waits. */
  const commit = (): void => {
    while (waiting.length > 0) {
      if (broken === undefined) commitBatch(nextBatch())
      else fail(waiting.splice(0), broken)
    }
  }

  const syncLater = Effect.suspend(() => {
    if (isSyncDue) return Effect.void
    isSyncDue = true
    return Effect.sleep(NOTE_MS).pipe(
      Effect.zipRight(Effect.sync(() => {
        isSyncDue = false
        if (!isUnsynced || broken !== undefined) return
        try {
          sync()
        } catch (cause) {
          fail([], cause)
        }
      })),
      // Whoever notes may be shielded from interruption; this must end with the scope all the same.
      Effect.interruptible,
      Effect.forkIn(scope),
      Effect.asVoid
    )
  })

  const afterCommit = (): Effect.Effect<void, StateError> => {
    if (broken !== undefined) return Effect.fail(broken)
    if (isSnapshotDue()) return snapshot
    return isUnsynced ? syncLater : Effect.void
  }

  /** Commits until nothing waits. The turn given up first is when others come to stand in line. */
  const lead = Effect.suspend(() => {
    isCommitting = true
    return Effect.uninterruptible(Effect.flatMap(Effect.yieldNow(), () => {
      commit()
      isCommitting = false
      return afterCommit()
    }))
  })

  const guarded = (act: () => Effect.Effect<void, StateError>): Effect.Effect<void, StateError> =>
    Effect.suspend(() => broken === undefined ? act() : Effect.fail(broken))

  // What was only noted is synced at the end too; who noted it is gone, so there is nobody to tell of a failure.
  yield* Effect.addFinalizer(() => Effect.ignoreLogged(guarded(() => attempt(sync))))

  /** Stands in line until the facts are durable, or leads those who do. */
  const inLine = (facts: Omit<Waiting, "durable" | "done">): Effect.Effect<void, StateError> => {
    const done = Deferred.unsafeMake<void, StateError>(FiberId.none)
    waiting.push({ ...facts, durable: true, done })
    return isCommitting ? Deferred.await(done) : Effect.zipRight(lead, Deferred.await(done))
  }

  return Checkpoint.of({
    recovery: recovered.recovery,
    state: Effect.sync(record.state),
    append: (facts) =>
      guarded(() => {
        underWay = Math.max(0, underWay + begun(facts))
        if (isCommitting || underWay > 0) return inLine({ facts })
        // Nothing else runs that could come to stand in line.
        waiting.push({ facts, durable: true })
        commit()
        return afterCommit()
      }),
    appendIf: (holds, facts) =>
      Effect.suspend(() => {
        let held = false
        const ask = (state: RunState): boolean => held = holds(state)
        return Effect.map(guarded(() => inLine({ facts, holds: ask })), () => held)
      }),
    note: (facts) =>
      guarded(() => {
        underWay += begun(facts)
        waiting.push({ facts, durable: false })
        if (isCommitting) return Effect.void
        commit()
        return broken === undefined ? syncLater : Effect.fail(broken)
      }),
    snapshot: guarded(() => snapshot)
  })
})

/** The checkpoint of the run in `directory`; reads what is there and goes on from it. */
export const layerFile = (directory: string): Layer.Layer<Checkpoint, StateError, Disk | Status> =>
  Layer.scoped(Checkpoint, make(directory))
