/**
 * The checkpoint of a rehearsal: a journal in memory that can be made to end at any event.
 *
 * Owns the crash. Keeps the promises of every checkpoint until then. The surprise: what was to be
 * recorded together with the fatal event and after it is lost, as where a power cut tears a write
 * between two lines; so a rehearsal is harder on the engine than the kill of a process is.
 */
import { Clock, Effect } from "effect"
import { Checkpoint } from "../checkpoint/Checkpoint.ts"
import { makeRecord } from "../checkpoint/Record.ts"
import type { RunEvent, RunFact } from "../run/RunEvent.ts"
import { apply, empty } from "../run/RunState.ts"
import type { Status } from "../run/Status.ts"

export interface Fatal {
  /** The number of the event. */
  readonly atEvent: number
  /** Ends the world: what comes after the call does not happen. */
  readonly kill: () => void
}

/** Unlike `Effect.never` it holds no timer, which nobody would take down after a kill. */
const nothingMore = Effect.async<never>(() => {})

/** A checkpoint that keeps its events in `journal`, and goes on from what is in it. */
export const rehearsalCheckpoint = (
  journal: Array<RunEvent>,
  status: Status["Type"],
  fatal?: Fatal
): Checkpoint["Type"] => {
  const record = makeRecord(journal.reduce(apply, empty), status)
  const commit = (facts: ReadonlyArray<RunFact>): Effect.Effect<void> =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => {
      const events = record.stamp(facts, now)
      const last = fatal === undefined ? -1 : events.findIndex(({ seq }) => seq >= fatal.atEvent)
      if (fatal !== undefined && last !== -1) {
        for (const event of events.slice(0, last + 1)) journal.push(event)
        fatal.kill()
        return nothingMore
      }
      for (const event of events) journal.push(event)
      record.settle(events)
      record.tell()
      return Effect.void
    })
  return Checkpoint.of({
    recovery: { events: journal.length, snapshot: "none" },
    state: Effect.sync(record.state),
    append: commit,
    appendIf: (holds, facts) =>
      Effect.suspend(() => holds(record.state()) ? Effect.as(commit(facts), true) : Effect.succeed(false)),
    note: commit,
    snapshot: Effect.void
  })
}
