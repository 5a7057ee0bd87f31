/**
 * Which runs of a batch `pawl cleanup` removes.
 *
 * Pure. Owns the rule. The surprise: a run that was set aside may be removed however it stands,
 * since nothing goes on with it by itself; the one that `pawl run` goes on with only once all its
 * targets have ended, and its list was read to its end.
 */
import type { RunRef, StoredRun } from "../checkpoint/RunStore.ts"
import { isOpen } from "../plan/OpenPlan.ts"
import type { Plan } from "../plan/Plan.ts"
import type { CleanupDocument } from "../report/Documents.ts"
import { between } from "../report/Duration.ts"
import { statusDocument } from "../report/StatusDocument.ts"

export interface Rule {
  /** Of the newest runs of a batch, whatever their age. */
  readonly keep: number
  readonly olderThanMs: number
  /** UTC, ISO-8601. */
  readonly now: string
}

/** A run of a batch, or why it can't be read. */
export type Found = { readonly ref: RunRef; readonly stored: StoredRun } | {
  readonly ref: RunRef
  readonly problem: string
}

type Removed = CleanupDocument["removed"][number]
type Left = CleanupDocument["left"][number]

export interface Due {
  readonly ref: RunRef
  readonly entry: Omit<Removed, "bytes">
}

export interface Chosen {
  readonly due: ReadonlyArray<Due>
  readonly left: ReadonlyArray<Left>
}

/** Why a run is gone on with that nothing works on now; undefined where it is through. */
const unfinished = (plan: Plan, { paused, pending }: { readonly paused: number; readonly pending: number }) => {
  const words = [paused > 0 ? `${paused} paused` : "", pending > 0 ? `${pending} pending` : ""]
    .filter((text) => text !== "").join(" and ")
  if (isOpen(plan)) return "`pawl each` goes on with it: its list was not read to its end"
  return words === "" ? undefined : `\`pawl run\` goes on with it: it has ${words}`
}

/** What is due of the runs of one batch, newest first. Only what is old enough and not among the newest is told of. */
export const dueRuns = (runs: ReadonlyArray<Found>, { keep, now, olderThanMs }: Rule): Chosen => {
  const due: Array<Due> = []
  const left: Array<Left> = []
  for (const found of runs.slice(keep)) {
    const { batch, runId } = found.ref
    if ("problem" in found) {
      left.push({ batch, runId, reason: "unreadable", message: found.problem })
      continue
    }
    const { counts, status, updatedAt } = statusDocument(found.stored)
    // Of a run that never began no time is known: it counts as one that ended just now.
    if (between(updatedAt, now) < olderThanMs) continue
    const open = found.stored.isCurrent === true ? unfinished(found.stored.plan, counts) : undefined
    if (status === "running") {
      left.push({ batch, runId, reason: "live", message: `process ${found.stored.live?.pid} works on it` })
    } else if (open !== undefined) left.push({ batch, runId, reason: "unfinished", message: open })
    else due.push({ ref: found.ref, entry: { runId, batch, status, updatedAt } })
  }
  return { due, left }
}
