/**
 * `pawl runs`: every run of a state directory, newest first.
 *
 * The surprise: a run that can't be read is listed with its problem, since one damaged journal
 * must not hide the others.
 */
import { Effect } from "effect"
import { type RunRef, RunStore } from "../checkpoint/RunStore.ts"
import { stringifyJson } from "../expression/Value.ts"
import type { RunEntry, RunsDocument } from "../report/Documents.ts"
import { duration } from "../report/Duration.ts"
import { printable } from "../report/Printable.ts"
import { statusDocument } from "../report/StatusDocument.ts"
import { table } from "../report/Table.ts"
import { ExitCode } from "../run/ExitCode.ts"
import { type CommonFlags, Output } from "./Output.ts"
import { stateDirOf } from "./StateDir.ts"

const entryOf = (store: RunStore["Type"], { batch, runId, ...ref }: RunRef): Effect.Effect<RunEntry> =>
  store.read({ batch, runId, ...ref }).pipe(
    Effect.map((stored) => {
      const { counts, durationMs, startedAt, status, updatedAt } = statusDocument(stored)
      return { runId, batch, status, startedAt, updatedAt, durationMs, counts }
    }),
    Effect.catchTag("StateError", (error) => Effect.succeed({ runId, batch, error: error.message }))
  )

const cells = (entry: RunEntry) =>
  [
    entry.runId,
    entry.batch,
    entry.status ?? "unreadable",
    entry.startedAt ?? "",
    entry.durationMs === undefined ? "" : duration(entry.durationMs),
    entry.counts === undefined ? "" : `${entry.counts.completed}/${entry.counts.total}`,
    entry.counts === undefined ? "" : String(entry.counts.blocked + entry.counts.errored),
    String(entry.counts?.paused || ""),
    entry.error ?? ""
  ].map((text) => ({ text: printable(text) }))

const header = ["RUN", "BATCH", "STATUS", "STARTED", "TOOK", "COMPLETED", "STUCK", "PAUSED", "PROBLEM"]

export const runsCommand = Effect.fn("cli.runs")(function*(flags: CommonFlags) {
  const output = yield* Output
  const store = yield* RunStore
  const place = yield* stateDirOf(flags)
  const refs = yield* store.list(place.absolute)
  if (refs.length === 0) yield* output.note(`there are no runs in ${place.shown}`)
  const runs = yield* Effect.forEach(refs, (ref) => entryOf(store, ref))
  if (output.format === "ndjson") {
    for (const run of runs) output.sink.write(`${stringifyJson(run)}\n`)
  } else {
    yield* output.answer(
      (): RunsDocument => ({ schema: "pawl.runs/v1", runs }),
      (style, columns) =>
        runs.length === 0
          ? []
          : table(header, runs.map(cells), { style, ...(columns === undefined ? {} : { columns }) })
    )
  }
  return ExitCode.Ok
})
