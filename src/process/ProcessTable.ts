/**
 * What the system says of processes: start times and groups.
 *
 * Owns every read of `/proc` and every signal sent. Must not start anything. The surprise:
 * a process is named by its id and its start time together, since ids are used again.
 */
import { Effect } from "effect"
import { closeSync, openSync, readdirSync, readSync } from "node:fs"
import type { ProcessId } from "./ProcessRunner.ts"

/** Fields of `/proc/PID/stat`, counted after the command's closing parenthesis, which may hold anything. */
const STATE = 0
const GROUP = 2
const START_TIME = 19

/** Longer than any line of `/proc/PID/stat`; reading such a file whole would make a far larger buffer. */
const STAT_BYTES = 1024

/** Undefined where the process is gone or the system has no `/proc`. */
const statOf = (pid: number | string): ReadonlyArray<string> | undefined => {
  let fd: number | undefined
  try {
    fd = openSync(`/proc/${pid}/stat`, "r")
    const bytes = Buffer.allocUnsafe(STAT_BYTES)
    const stat = bytes.toString("latin1", 0, readSync(fd, bytes))
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")
  } catch {
    return undefined
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}

/** Start time of a process in clock ticks since boot; undefined where it is gone or the system has no `/proc`. */
export const startTimeOf = (pid: number): number | undefined => {
  const start = Number(statOf(pid)?.[START_TIME])
  return Number.isSafeInteger(start) ? start : undefined
}

const isDead = (stat: ReadonlyArray<string>): boolean => stat[STATE] === "Z" || stat[STATE] === "X"

/** Whether an id still stands for this very process, even a dead one that nobody has collected. */
const isSame = (id: ProcessId): boolean => {
  const start = startTimeOf(id.pid)
  return start !== undefined && (id.pidStart === undefined || id.pidStart === start)
}

/** Whether this very process still runs, not another that was given its id. */
export const isAlive = (id: ProcessId): boolean => {
  const stat = isSame(id) ? statOf(id.pid) : undefined
  return stat !== undefined && !isDead(stat)
}

/** Sends a signal to a whole process group; false where there is no such group any more. */
const signalGroup = (pid: number, signal: NodeJS.Signals | 0): boolean => {
  try {
    process.kill(-pid, signal)
    return true
  } catch {
    return false
  }
}

const numeric = /^\d+$/

/**
 * Whether anything of a group still runs. A dead process that nobody has collected still counts
 * for the system's own answer, and in a container there may be nobody who ever does.
 */
const isGroupAlive = (pid: number): boolean => {
  if (!signalGroup(pid, 0)) return false
  try {
    return readdirSync("/proc").some((name) => {
      const stat = numeric.test(name) ? statOf(name) : undefined
      return stat?.[GROUP] === String(pid) && !isDead(stat)
    })
  } catch {
    return true
  }
}

const POLL_MS = 10
/** Looking costs something; a group that takes its time is looked at less and less often. */
const SLOWEST_POLL_MS = 200

/** Whether anything is left of the group that this very process began. */
export const isGroupLeft = (id: ProcessId): boolean => isSame(id) && isGroupAlive(id.pid)

/** Ends a process group: TERM, then KILL for what is left of it after the grace. Returns when it is gone. */
export const endGroup = Effect.fn("ProcessTable.endGroup")(function*(pid: number, graceMs: number) {
  if (!signalGroup(pid, "SIGTERM")) return
  let pause = POLL_MS
  for (let waited = 0; waited < graceMs; waited += pause) {
    pause = Math.min(pause * 2, SLOWEST_POLL_MS, graceMs - waited)
    yield* Effect.sleep(pause)
    if (!isGroupAlive(pid)) return
  }
  signalGroup(pid, "SIGKILL")
})
