/**
 * The run that `current` names, looked at before it is gone on with.
 *
 * Owns what may not be taken for a batch that has not begun. Must not read the run itself. The surprise:
 * that the file is not there is how people begin anew, so it is only told; whatever else is missing keeps
 * the batch from going on, but not from being begun anew by who says so.
 */
import { Effect, Either } from "effect"
import { isRunId } from "../run/RunId.ts"
import { StateError } from "../run/StateError.ts"
import { Disk } from "./Disk.ts"
import { checkParts, isRun } from "./LostParts.ts"
import { currentFile, runDirectory, runsDirectory } from "./RunDirectory.ts"

const decoder = new TextDecoder()

/** What `current` says; undefined where it is not there. */
export const readCurrent = Effect.fn("CurrentRun.readCurrent")(function*(batchDir: string) {
  const disk = yield* Disk
  const bytes = yield* disk.read(currentFile(batchDir))
  return bytes === undefined ? undefined : decoder.decode(bytes).trim()
})

export interface CurrentRun {
  /** What the file says; absent where it is not there. */
  readonly text?: string
  /** The run that the batch goes on with; absent where it begins, or none is named. */
  readonly runId?: string
  /** Why the batch can't go on: no run is named, or a part of it is lost. */
  readonly lost?: StateError
  /** What is to be said where the batch begins. */
  readonly anew: ReadonlyArray<string>
}

const TOLD = 3

const begin = Effect.fn("CurrentRun.begin")(function*(batchDir: string) {
  const names = yield* (yield* Disk).list(runsDirectory(batchDir))
  const earlier = yield* Effect.filter(names, (id) => isRun(runDirectory(batchDir, id)))
  const newest = earlier.toSorted().slice(-TOLD).join(", ")
  const anew = earlier.length === 0
    ? []
    : [`${currentFile(batchDir)} is not there, so this batch begins anew; earlier runs of it: ${newest}`]
  const beginning: CurrentRun = { anew }
  return beginning
})

/** The run that a batch goes on with, and whether it can; to be asked under the lock. */
export const currentRun = Effect.fn("CurrentRun.currentRun")(function*(batchDir: string) {
  const disk = yield* Disk
  const path = currentFile(batchDir)
  const text = yield* readCurrent(batchDir)
  if (text === undefined) return yield* begin(batchDir)
  // Who wrote it may have been killed before its name was durable, and a power cut would begin the batch anew.
  yield* disk.syncFolder(batchDir)
  // One that is empty names no run either: to begin anew, people say so.
  if (!isRunId(text)) {
    const lost = new StateError({
      message: `${path} names no run: ${JSON.stringify(text.slice(0, 80))} can't be the id of one`,
      hint: "write the id of the run to go on with into it, or start anew with --fresh",
      path
    })
    const unnamed: CurrentRun = { text, lost, anew: [] }
    return unnamed
  }
  const parts = yield* Effect.either(checkParts(runDirectory(batchDir, text), path))
  const named: CurrentRun = { text, runId: text, anew: [], ...(Either.isLeft(parts) ? { lost: parts.left } : {}) }
  return named
})
