/**
 * What of a run's folder has to be there, and what it tells that something of it was lost.
 *
 * Owns that difference between a run that never began and one that has lost its beginning. Must not judge
 * what is in the files. The surprise: looking needs no lock, so what shows that a run has begun is looked
 * for first, and its first event once more after that: it was there before anything else.
 */
import { Effect } from "effect"
import { basename, join } from "node:path"
import { StateError } from "../run/StateError.ts"
import { Disk } from "./Disk.ts"
import { JOURNAL, SNAPSHOT } from "./Recover.ts"
import { FIRST_PLAN, logsFolder, SUMMARY } from "./RunDirectory.ts"

/** The first event is far shorter. */
const FIRST_BYTES = 64 * 1024
const LINE_FEED = 10

type Beginning = "event" | "part of one" | "nothing" | "no file"

const beginning = Effect.fn("LostParts.beginning")(function*(journal: string) {
  const disk = yield* Disk
  const first = yield* disk.read(journal, 0, FIRST_BYTES)
  if (first === undefined) return "no file" satisfies Beginning
  if (first.length === 0) return "nothing" satisfies Beginning
  // A line that is so long is none of pawl's, but the first one all the same.
  const bytes = first.length < FIRST_BYTES || first.includes(LINE_FEED) ? first : (yield* disk.read(journal)) ?? first
  return (bytes.includes(LINE_FEED) ? "event" : "part of one") satisfies Beginning
})

/** Whether something is there that a run leaves only once its first event is durable. */
const hasBegun = Effect.fn("LostParts.hasBegun")(function*(directory: string) {
  const disk = yield* Disk
  if ((yield* disk.list(logsFolder(directory))).length > 0) return true
  for (const name of [SNAPSHOT, SUMMARY]) {
    if ((yield* disk.modifiedAt(join(directory, name))) !== undefined) return true
  }
  return false
})

const words: { readonly [found in Exclude<Beginning, "event">]: string } = {
  "no file": "is not there",
  nothing: "is empty, though steps have run",
  "part of one": "holds no whole event, though steps have run"
}

/**
 * Fails where the journal of a run is not there, or has lost its first event. One that is empty is fine
 * where the run has not begun. `instead` is what to do but for a backup.
 */
export const checkJournal = Effect.fn("LostParts.checkJournal")(function*(directory: string, instead: string) {
  const path = join(directory, JOURNAL)
  const first = yield* beginning(path)
  if (first === "event" || (first !== "no file" && !(yield* hasBegun(directory)))) return
  const found = first === "no file" ? first : yield* beginning(path)
  if (found === "event") return
  return yield* new StateError({
    message: `${path} ${words[found]}: durable events are missing`,
    hint: `restore the file from a backup, or ${instead}`,
    path
  })
})

/** What to do where there is no backup. */
export const SET_ASIDE = "set this run aside with --fresh and start anew"
const leave = "leave that run as it is: it is set aside, and nothing goes on with it"

/**
 * Fails where a part of a run is lost without which it can't be read. `current` is the file that names the
 * run, where one does.
 */
export const checkParts = Effect.fn("LostParts.checkParts")(function*(directory: string, current?: string) {
  const disk = yield* Disk
  const plan = join(directory, FIRST_PLAN)
  const instead = current === undefined ? leave : SET_ASIDE
  if ((yield* disk.modifiedAt(plan)) === undefined) {
    return yield* new StateError({
      message: current === undefined
        ? `${plan} is not there`
        : `${current} names run ${basename(directory)}, whose plan is not there`,
      hint: `restore the run from a backup, or ${instead}`,
      path: current ?? plan
    })
  }
  yield* checkJournal(directory, instead)
})

/**
 * Whether a folder among the runs is one: what was cut short before its plan was there never was. A run
 * that has lost its plan still is.
 */
export const isRun = Effect.fn("LostParts.isRun")(function*(directory: string) {
  const names = yield* (yield* Disk).list(directory)
  // In its place may be a file.
  if (names.length === 0) return false
  if (names.includes(FIRST_PLAN)) return true
  const first = names.includes(JOURNAL) ? yield* beginning(join(directory, JOURNAL)) : "no file"
  return first === "event" || first === "part of one" || (yield* hasBegun(directory))
})
