/**
 * What the system says of processes: who there is, since when, and under which marks.
 *
 * Owns every read of `/proc` and every signal sent. Must not start anything. The surprise:
 * a process is named by its id and its start time together, since ids are used again.
 */
import { closeSync, openSync, readdirSync, readFileSync, readSync } from "node:fs"
import type { ProcessId } from "./ProcessRunner.ts"

/** Fields of `/proc/PID/stat`, counted after the command's closing parenthesis; the command, which may hold anything, is the last. */
const STATE = 0
const PARENT = 1
const GROUP = 2
const SESSION = 3
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
    const end = stat.lastIndexOf(")")
    return [...stat.slice(end + 2).split(" "), stat.slice(stat.indexOf("(") + 1, end)]
  } catch {
    return undefined
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}

/** Which start of the machine this is; empty where the system does not tell. */
export const bootId = (): string => {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()
  } catch {
    return ""
  }
}

/** Start time of a process in clock ticks since boot; undefined where it is gone or the system has no `/proc`. */
export const startTimeOf = (pid: number): number | undefined => {
  const start = Number(statOf(pid)?.[START_TIME])
  return Number.isSafeInteger(start) ? start : undefined
}

/** A dead process that nobody has collected is dead all the same; in a container there may be nobody who ever does. */
const isDead = (stat: ReadonlyArray<string>): boolean => stat[STATE] === "Z" || stat[STATE] === "X"

/** Whether an id still stands for this very process, even a dead one that nobody has collected. */
export const isSame = (id: ProcessId): boolean => {
  const start = startTimeOf(id.pid)
  return start !== undefined && (id.pidStart === undefined || id.pidStart === start)
}

/** Whether this very process still runs, not another that was given its id. */
export const isAlive = (id: ProcessId): boolean => {
  const stat = statOf(id.pid)
  if (stat === undefined || isDead(stat)) return false
  return id.pidStart === undefined || id.pidStart === Number(stat[START_TIME])
}

/** One process that runs. */
export interface ProcessEntry {
  readonly pid: number
  /** Clock ticks since boot. */
  readonly start: number
  readonly parent: number
  readonly group: number
  readonly session: number
  /** What it is called, in at most 15 bytes. */
  readonly name: string
}

const numeric = /^\d+$/

/** The ids of all processes there are, dead ones too; undefined where the system has no `/proc`. */
const listed = (): ReadonlyArray<string> | undefined => {
  try {
    return readdirSync("/proc").filter((name) => numeric.test(name))
  } catch {
    return undefined
  }
}

/** So many times it lists them anew; where so many start one after another, one more look finds the next. */
const LISTINGS = 20

/**
 * Every process that runs, dead ones left out; undefined where the system has no `/proc`. `onFound` is told of each as it
 * is found. Who is started meanwhile is found as well, until a listing names nobody new: what ends just before
 * it is looked at may have handed on to another.
 */
export const processes = (onFound: (entry: ProcessEntry) => void): ReadonlyMap<number, ProcessEntry> | undefined => {
  const seen = new Set<string>()
  const entries = new Map<number, ProcessEntry>()
  for (let listings = 0; listings < LISTINGS; listings++) {
    const unseen = listed()?.filter((name) => !seen.has(name)) ?? []
    if (unseen.length === 0) break
    for (const name of unseen) {
      const stat = statOf(name)
      if (stat === undefined) continue
      seen.add(name)
      if (isDead(stat)) continue
      const entry = {
        pid: Number(name),
        start: Number(stat[START_TIME]),
        parent: Number(stat[PARENT]),
        group: Number(stat[GROUP]),
        session: Number(stat[SESSION]),
        name: stat.at(-1) ?? ""
      }
      entries.set(entry.pid, entry)
      onFound(entry)
    }
  }
  return entries.size === 0 ? undefined : entries
}

/**
 * The environment that a process was started with, as `NAME=VALUE`; without any for the moment of an `exec`, and
 * undefined where it may not be read.
 */
export const environmentOf = (pid: number): ReadonlyArray<string> | undefined => {
  try {
    const environment = readFileSync(`/proc/${pid}/environ`, "utf8")
    return environment === "" ? [] : environment.split("\0")
  } catch {
    return undefined
  }
}

type Sent = "sent" | "gone" | "not-allowed"

const send = (pid: number, signal: NodeJS.Signals | 0): Sent => {
  try {
    process.kill(pid, signal)
    return "sent"
  } catch (cause) {
    return cause instanceof Error && "code" in cause && cause.code === "EPERM" ? "not-allowed" : "gone"
  }
}

/** Sends a signal to one process, if its id still stands for it. */
export const signalProcess = (id: ProcessId, signal: NodeJS.Signals): Sent =>
  isAlive(id) ? send(id.pid, signal) : "gone"

/** Sends a signal to a whole process group; 0 only asks whether there is one. */
export const signalGroup = (pid: number, signal: NodeJS.Signals | 0): Sent => send(-pid, signal)
