/**
 * `pawl events RUN`: the journal of a run, event by event.
 *
 * Owns when following ends: with the process that works on the run. The surprise: NDJSON is what
 * is printed unless another format is asked for, since events are data; the table is for people.
 */
import { Effect } from "effect"
import { type JournalEvent, type JournalPlace, type RunRef, RunStore } from "../checkpoint/RunStore.ts"
import { parseStored, stringifyJson } from "../expression/Value.ts"
import { eventRow } from "../report/EventRow.ts"
import { ExitCode } from "../run/ExitCode.ts"
import type { eventsData } from "./LookingCommands.ts"
import { findRef } from "./FindRun.ts"
import type { Values } from "./Flag.ts"
import { Output } from "./Output.ts"

type EventsFlags = Values<typeof eventsData.flags>

/** Hands over every event that there is, and with `follow` those that come, while the run is live. */
const eachEvent = Effect.fn("cli.events.each")(function*(
  ref: RunRef,
  follow: boolean,
  tell: (event: JournalEvent) => void
) {
  const store = yield* RunStore
  const { sink } = yield* Output
  let place: JournalPlace = { bytes: 0, seq: 0 }
  let isLast = !follow
  while (!sink.isClosed()) {
    const part = yield* store.events(ref, place)
    place = part.place
    for (const event of part.events) tell(event)
    yield* sink.drained
    if (part.events.length > 0) continue
    if (isLast) return
    // What was recorded before the process went is read once more.
    isLast = (yield* store.live(ref)) === undefined
    if (!isLast) yield* Effect.sleep("200 millis")
  }
})

export const eventsCommand = Effect.fn("cli.events")(function*(flags: EventsFlags, args: ReadonlyArray<string>) {
  const output = yield* Output
  const { ref } = yield* findRef(flags, args[0])
  const { sink, style } = output
  switch (flags.format) {
    case "ndjson":
      yield* eachEvent(ref, flags.follow, ({ text }) => sink.write(`${text}\n`))
      break
    case "table":
      yield* eachEvent(ref, flags.follow, ({ event }) => sink.write(`${eventRow(event, style)}\n`))
      break
    case "json": {
      const events: Array<unknown> = []
      yield* eachEvent(ref, flags.follow, ({ text }) => events.push(parseStored(text)))
      sink.write(`${stringifyJson({ schema: "pawl.events/v1", runId: ref.runId, batch: ref.batch, events })}\n`)
    }
  }
  return ExitCode.Ok
})
