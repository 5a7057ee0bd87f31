/**
 * The run that `current` names, looked at before it is gone on with.
 *
 * Owns what may not be taken for a batch that has not begun. Must not read the run itself. The surprise:
 * that the file is not there is how people begin anew, so it is only told; whatever else is missing is
 * refused.
 */
import { Effect } from "effect"
import { join } from "node:path"
import { isRunId } from "../run/RunId.ts"
import { StateError } from "../run/StateError.ts"
import { Disk } from "./Disk.ts"
import { JOURNAL } from "./Recover.ts"
import { currentFile, FIRST_PLAN, logsFolder, runDirectory, runsDirectory } from "./RunDirectory.ts"

const decoder = new TextDecoder()

/** What `current` says; undefined where it is not there. */
export const readCurrent = Effect.fn("CurrentRun.readCurrent")(function*(batchDir: string) {
  const disk = yield* Disk
  const bytes = yield* disk.read(currentFile(batchDir))
  return bytes === undefined ? undefined : decoder.decode(bytes).trim()
})

const TOLD = 3

/** The run that a batch goes on with, "" where it begins, and what is to be said of that. */
export const currentRun = Effect.fn("CurrentRun.currentRun")(function*(batchDir: string) {
  const disk = yield* Disk
  const current = currentFile(batchDir)
  const runId = yield* readCurrent(batchDir)
  if (runId === undefined) {
    const earlier = yield* disk.list(runsDirectory(batchDir))
    const newest = earlier.toSorted().slice(-TOLD).join(", ")
    const notes = earlier.length === 0
      ? []
      : [`${current} is not there, so this batch begins anew; earlier runs of it: ${newest}`]
    return { runId: "", notes }
  }
  // Who wrote it may have been killed before its name was durable, and a power cut would begin the batch anew.
  yield* disk.syncFolder(batchDir)
  // One that is empty names no run either: to begin anew, people remove it.
  if (!isRunId(runId)) {
    return yield* new StateError({
      message: `${current} names no run: ${JSON.stringify(runId.slice(0, 80))} can't be the id of one`,
      hint: "write the id of the run to go on with into it, or remove it to start anew",
      path: current
    })
  }
  const directory = runDirectory(batchDir, runId)
  if ((yield* disk.modifiedAt(join(directory, FIRST_PLAN))) === undefined) {
    return yield* new StateError({
      message: `${current} names run ${runId}, whose plan is not there`,
      hint: "restore the run from a backup, or remove that file to start anew",
      path: current
    })
  }
  const journal = join(directory, JOURNAL)
  const first = yield* disk.read(journal, 0, 1)
  // The first event is there before anything is started, and a summary comes last.
  const isLost = first === undefined || (first.length === 0 && (
    (yield* disk.list(logsFolder(directory))).length > 0
    || (yield* disk.modifiedAt(join(directory, "summary.json"))) !== undefined
  ))
  if (isLost) {
    return yield* new StateError({
      message: `${journal} is ${first === undefined ? "not there" : "empty, though steps have run"}: `
        + "durable events are missing",
      hint: `restore the file from a backup, or remove ${current} to start anew`,
      path: journal
    })
  }
  return { runId, notes: [] }
})
