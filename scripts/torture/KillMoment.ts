/**
 * When a run is killed.
 *
 * Owns the draw and the waiting. The surprise: a moment drawn evenly would hardly ever meet the first milliseconds,
 * in which the lock, the plan and `current` come to be, nor the last. So some kills wait for a file or an event, and
 * the others for a share of the work, which a machine that is busy elsewhere does not shift.
 */
import { closeSync, existsSync, openSync, readSync, statSync } from "node:fs"
import { join } from "node:path"
import type { Dice } from "./Dice.ts"
import { currentRun, runFolders } from "./KillFacts.ts"

export interface Moment {
  /** Milliseconds after the start; after what is waited for, where that is named. */
  readonly ms: number
  readonly until?: Sight
  /** Bytes that the steps have written in all. */
  readonly written?: number
}

/** Looks at the last bytes alone: a journal that is read as a whole is through before one knows. */
const isHalted = (run: string | undefined): boolean => {
  const path = join(run ?? "", "journal.ndjson")
  const size = run === undefined ? undefined : statSync(path, { throwIfNoEntry: false })?.size
  if (size === undefined) return false
  const bytes = Buffer.alloc(Math.min(size, 300))
  const fd = openSync(path, "r")
  readSync(fd, bytes, 0, bytes.length, size - bytes.length)
  closeSync(fd)
  return bytes.includes("\"RunHalted\"")
}

/** What can be seen from outside. */
const sights = {
  lock: (folder: string) => existsSync(join(folder, ".pawl/torture/lock")),
  "run folder": (folder: string) => runFolders(folder).length > 0,
  current: (folder: string) => existsSync(join(folder, ".pawl/torture/current")),
  journal: (folder: string) => existsSync(join(currentRun(folder) ?? "", "journal.ndjson")),
  halt: (folder: string) => isHalted(currentRun(folder))
}

export type Sight = keyof typeof sights

/** How a run goes when nobody kills it. */
export interface Pace {
  /** Until the first step is under way, milliseconds. */
  readonly startMs: number
  /** Bytes that its steps write. */
  readonly written: number
}

/** The most by which a kill comes after what it waited for, milliseconds: some steps long. */
const LATE_MS = 10

/** A moment for the next kill, of which `left` are to come; the first of a round is told apart. */
export const drawMoment = (dice: Dice, pace: Pace, isFirst: boolean, left: number, written: number): Moment => {
  const wish = dice.below(10)
  const ms = dice.upTo(LATE_MS)
  if (isFirst && wish < 4) {
    return { until: dice.pick(["lock", "run folder", "current", "journal"]), ms: ms / 5 }
  }
  if (left === 1 && wish < 3) return { until: "halt", ms: ms / 5 }
  if (wish > 7) return { ms: dice.upTo(pace.startMs) }
  // Evenly over what is to be done, as often as there are kills to come; and the end on purpose.
  const share = left === 1 && wish === 3 ? 1 - dice.upTo(0.1) : Math.min(1, dice.upTo(2 / (left + 1)))
  return { written: written + share * Math.max(0, pace.written - written), ms }
}

/** Bytes that the steps of a folder have written. */
export const writtenIn = (folder: string): number =>
  statSync(join(folder, "ran.txt"), { throwIfNoEntry: false })?.size ?? 0

/** Returns when the moment has come, or when the program has ended. */
export const waitFor = async (
  { ms, until, written = 0 }: Moment,
  folder: string,
  end: () => number | string | undefined
): Promise<void> => {
  const isSeen = until === undefined ? () => writtenIn(folder) >= written : sights[until]
  while (end() === undefined && !isSeen(folder)) await Bun.sleep(until === "halt" ? 1 : 0)
  const at = performance.now() + ms
  while (end() === undefined && performance.now() < at) await Bun.sleep(at - performance.now() > 2 ? 1 : 0)
}
