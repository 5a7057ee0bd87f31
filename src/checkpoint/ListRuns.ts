/**
 * The runs of a state directory.
 *
 * Owns what counts as one, and their order. Must not read any. The surprise: the run that `current` names is
 * one even where its folder is gone; to leave it out would say that it never was.
 */
import { Effect } from "effect"
import { join } from "node:path"
import { isRunId } from "../run/RunId.ts"
import { readCurrent } from "./CurrentRun.ts"
import { Disk } from "./Disk.ts"
import { isRun } from "./LostParts.ts"
import { batchDirectory, CURRENT, currentFile, FIRST_PLAN, runDirectory, runsDirectory } from "./RunDirectory.ts"
import type { RunRef } from "./RunStore.ts"

/** Fails where a link stands in the place of a batch's folder, or of that of its runs. */
export const checkBatch = Effect.fn("ListRuns.checkBatch")(function*(batchDir: string) {
  const disk = yield* Disk
  yield* Effect.forEach([batchDir, runsDirectory(batchDir)], disk.checkFolder, { discard: true })
})

/** When a run began, as far as that is known, epoch milliseconds; undefined where it is none. */
const beganAt = Effect.fn("ListRuns.beganAt")(function*(batchDir: string, runId: string, isCurrent: boolean) {
  const disk = yield* Disk
  const directory = runDirectory(batchDir, runId)
  // In the place of a run may be anything.
  const isPlanned = (yield* disk.list(directory)).includes(FIRST_PLAN)
  if (isPlanned) return yield* disk.modifiedAt(join(directory, FIRST_PLAN))
  if (isCurrent) return yield* disk.modifiedAt(currentFile(batchDir))
  return (yield* isRun(directory)) ? yield* disk.modifiedAt(directory) : undefined
})

const runsOf = Effect.fn("ListRuns.runsOf")(function*(stateDir: string, batch: string) {
  const batchDir = batchDirectory(stateDir, batch)
  const disk = yield* Disk
  const folders = yield* disk.list(runsDirectory(batchDir))
  // In the place of a batch may be anything.
  const current = (yield* disk.list(batchDir)).includes(CURRENT) ? yield* readCurrent(batchDir) : undefined
  const names = current === undefined || !isRunId(current) || folders.includes(current)
    ? folders
    : [...folders, current]
  if (names.length > 0) yield* checkBatch(batchDir)
  const runs: Array<{ readonly at: number; readonly ref: RunRef }> = []
  for (const runId of names) {
    const at = yield* beganAt(batchDir, runId, runId === current)
    if (at !== undefined) runs.push({ at, ref: { runId, batch, directory: runDirectory(batchDir, runId) } })
  }
  return runs
})

/** Every run of every batch, newest first. A state directory that is not there holds none. */
export const listRuns = Effect.fn("ListRuns.listRuns")(function*(stateDir: string) {
  const batches = yield* (yield* Disk).list(stateDir)
  const runs = (yield* Effect.forEach(batches, (batch) => runsOf(stateDir, batch))).flat()
  return runs.sort((a, b) => b.at - a.at || (a.ref.runId < b.ref.runId ? 1 : -1)).map(({ ref }) => ref)
})
