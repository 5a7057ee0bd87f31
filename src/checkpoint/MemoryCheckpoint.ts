/**
 * The checkpoint in memory (`layerMemory`): for tests and for rehearsals on a virtual clock.
 *
 * Owns nothing that outlives its scope but the list it was given. The surprise: it keeps the
 * same promises as the one on disk, so that the same contract suite runs over both.
 */
import { Clock, Effect, Layer } from "effect"
import type { RunEvent, RunFact } from "../run/RunEvent.ts"
import { apply, empty } from "../run/RunState.ts"
import { Status } from "../run/Status.ts"
import { Checkpoint } from "./Checkpoint.ts"
import { makeRecord } from "./Record.ts"

/** A checkpoint that keeps its events in `journal`, and goes on from what is in it. */
export const layerMemory = (journal: Array<RunEvent>): Layer.Layer<Checkpoint, never, Status> =>
  Layer.effect(
    Checkpoint,
    Effect.gen(function*() {
      const record = makeRecord(journal.reduce(apply, empty), yield* Status)
      const commit = (facts: ReadonlyArray<RunFact>) =>
        Effect.map(Clock.currentTimeMillis, (now) => {
          const events = record.stamp(facts, now)
          journal.push(...events)
          record.settle(events)
          record.tell()
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
    })
  )
