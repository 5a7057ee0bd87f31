/**
 * `pawl cleanup`: removes runs that have ended.
 *
 * Owns asking before removing: what is due is chosen without a lock, and chosen again under it.
 * The surprise: a batch that another process works on is left alone as a whole.
 */
import { Clock, Effect, Either } from "effect"
import { type OpenBatch, type RunRef, RunStore } from "../checkpoint/RunStore.ts"
import { durationMs } from "../manifest/Scalars.ts"
import { byteWords } from "../report/Bytes.ts"
import type { CleanupDocument } from "../report/Documents.ts"
import { printable } from "../report/Printable.ts"
import type { Style } from "../report/Style.ts"
import { table } from "../report/Table.ts"
import { ExitCode } from "../run/ExitCode.ts"
import type { cleanupData } from "./LookingCommands.ts"
import { type Due, dueRuns, type Found, type Rule } from "./DueRuns.ts"
import type { Values } from "./Flag.ts"
import { Output } from "./Output.ts"
import { stateDirOf } from "./StateDir.ts"

type CleanupFlags = Values<typeof cleanupData.flags>

/** What is kept where nothing was said: the last month, and of each batch the newest run. */
const usualKeep = 1
const usualAge = "30d"

const ruleOf = ({ keep, olderThan }: CleanupFlags, now: number): Rule => ({
  keep: keep ?? usualKeep,
  olderThanMs: olderThan === undefined && keep !== undefined ? 0 : durationMs(olderThan ?? usualAge),
  now: new Date(now).toISOString()
})

type Removed = CleanupDocument["removed"][number]
type Left = CleanupDocument["left"][number]

interface Done {
  readonly removed: ReadonlyArray<Removed>
  readonly left: ReadonlyArray<Left>
}

const find = (store: RunStore["Type"], refs: ReadonlyArray<RunRef>) =>
  Effect.forEach(refs, (ref) =>
    Effect.match(store.read(ref), {
      onFailure: ({ message }): Found => ({ ref, problem: message }),
      onSuccess: (stored): Found => ({ ref, stored })
    }))

const failed = (batch: string, message: string, runId?: string): Left => ({
  batch,
  ...(runId === undefined ? {} : { runId }),
  reason: "failed",
  message
})

/** Removes one run; one that can't be removed does not stop the others. */
const removeOne = Effect.fn("cli.cleanup.remove")(function*(opened: OpenBatch, { entry, ref }: Due) {
  const store = yield* RunStore
  const done = yield* Effect.either(Effect.zipLeft(store.size(ref), opened.remove(ref)))
  return Either.match(done, {
    onLeft: ({ message }): Done => ({ removed: [], left: [failed(entry.batch, message, entry.runId)] }),
    onRight: (bytes): Done => ({ removed: [{ ...entry, bytes }], left: [] })
  })
})

const all = (parts: ReadonlyArray<Done>): Done => ({
  removed: parts.flatMap(({ removed }) => removed),
  left: parts.flatMap(({ left }) => left)
})

/** Removes what is due of one batch, under its lock. */
const removeDue = (stateDir: string, batch: string, rule: Rule) =>
  Effect.scoped(Effect.gen(function*() {
    const store = yield* RunStore
    const opened = yield* store.open(stateDir, batch)
    // Which of its runs is the one to keep is not sure.
    if (opened.lost !== undefined) return yield* opened.lost
    yield* opened.sweep
    const refs = (yield* store.list(stateDir)).filter((ref) => ref.batch === batch)
    // Until the lock was there somebody may have gone on with a run.
    const { due, left } = dueRuns(yield* find(store, refs), rule)
    const removed = all(yield* Effect.forEach(due, (each) => removeOne(opened, each)))
    return { removed: removed.removed, left: [...left, ...removed.left] }
  })).pipe(
    Effect.catchTags({
      RunHeldError: ({ message }) => Effect.succeed<Done>({ removed: [], left: [{ batch, reason: "live", message }] }),
      StateError: ({ message }) => Effect.succeed<Done>({ removed: [], left: [failed(batch, message)] })
    })
  )

/** What would be removed of one batch. */
const wouldRemove = Effect.fn("cli.cleanup.would")(function*(
  { due, left }: ReturnType<typeof dueRuns>,
  runs: ReadonlyArray<Found>
) {
  const store = yield* RunStore
  const live = runs.find((found) => "stored" in found && found.stored.live !== undefined)
  if (live !== undefined && due.length > 0) {
    const message = `a process works on run ${live.ref.runId}`
    return { removed: [], left: [{ batch: live.ref.batch, reason: "live", message }] } satisfies Done
  }
  const removed = yield* Effect.forEach(
    due,
    ({ entry, ref }) => Effect.map(store.size(ref), (bytes): Removed => ({ ...entry, bytes }))
  )
  return { removed, left }
})

const cleanBatch = Effect.fn("cli.cleanup.batch")(function*(
  stateDir: string,
  batch: string,
  refs: ReadonlyArray<RunRef>,
  { dryRun, rule, unswept }: { readonly dryRun: boolean; readonly rule: Rule; readonly unswept: boolean }
) {
  const store = yield* RunStore
  const runs = yield* find(store, refs)
  const chosen = dueRuns(runs, rule)
  if (dryRun) return yield* wouldRemove(chosen, runs)
  // A lock that is not needed could turn somebody else away.
  if (chosen.due.length === 0 && !unswept) return { removed: [], left: chosen.left } satisfies Done
  return yield* removeDue(stateDir, batch, rule)
})

const count = (runs: number): string => `${runs} ${runs === 1 ? "run" : "runs"}`

const lines = (document: CleanupDocument, style: Style, columns: number | undefined): ReadonlyArray<string> => {
  const { bytes, dryRun, kept, left, removed } = document
  const stay = `${count(kept)} ${kept === 1 ? "stays" : "stay"}`
  const rows = removed.map((run) =>
    [run.runId, run.batch, run.status, run.updatedAt, byteWords(run.bytes)].map((text) => ({ text: printable(text) }))
  )
  const shown = { style, ...(columns === undefined ? {} : { columns }) }
  return [
    ...(rows.length === 0 ? [] : [...table(["RUN", "BATCH", "STATUS", "ENDED", "SIZE"], rows, shown), ""]),
    removed.length === 0
      ? `nothing to remove; ${stay}`
      : `${dryRun ? "would remove" : "removed"} ${count(removed.length)}, ${byteWords(bytes)}; ${stay}`,
    ...left.map(({ batch, message, runId }) =>
      `left alone: ${printable(runId === undefined ? `batch ${batch}` : `run ${runId} of ${batch}`)}: ${
        printable(message)
      }`
    )
  ]
}

export const cleanupCommand = Effect.fn("cli.cleanup")(function*(flags: CleanupFlags) {
  const output = yield* Output
  const store = yield* RunStore
  const { absolute } = yield* stateDirOf(flags)
  const rule = ruleOf(flags, yield* Clock.currentTimeMillis)
  const refs = yield* store.list(absolute)
  const unswept = yield* store.unswept(absolute)
  const batches = [...new Set([...refs.map(({ batch }) => batch), ...unswept])]
  const { left, removed } = all(
    yield* Effect.forEach(batches, (batch) =>
      cleanBatch(absolute, batch, refs.filter((ref) => ref.batch === batch), {
        rule,
        dryRun: flags.dryRun,
        unswept: unswept.includes(batch)
      }))
  )
  const order = new Map(refs.map(({ runId }, at) => [runId, at]))
  const document: CleanupDocument = {
    schema: "pawl.cleanup/v1",
    dryRun: flags.dryRun,
    keep: rule.keep,
    olderThanMs: rule.olderThanMs,
    removed: removed.toSorted((a, b) => (order.get(a.runId) ?? 0) - (order.get(b.runId) ?? 0)),
    bytes: removed.reduce((sum, { bytes }) => sum + bytes, 0),
    kept: refs.length - removed.length,
    left
  }
  yield* output.answer(() => document, (style, columns) => lines(document, style, columns))
  return left.some(({ reason }) => reason === "failed") ? ExitCode.State : ExitCode.Ok
})
