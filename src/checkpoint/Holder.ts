/**
 * Who a lock file names, and what can be known of that process from here.
 *
 * Owns what is written in a lock file. Must not lock. The surprise: the same machine can have
 * another name by now (a container that was made anew), and another machine can have the same
 * process ids; so the kernel's own name is written down too, which changes with every boot.
 */
import { closeSync, constants, openSync, readFileSync, readlinkSync } from "node:fs"
import { hostname } from "node:os"
import { isAlive, startTimeOf } from "../process/ProcessTable.ts"

/** Whoever shares a kernel shares its locks. Each is absent where the system does not tell. */
interface Place {
  readonly host: string
  /** The machine, across boots. */
  readonly machine?: string
  /** The kernel since it was started. */
  readonly boot?: string
  /** Where process ids mean the same. */
  readonly ids?: string
}

export interface Holder extends Place {
  readonly pid: number
  readonly pidStart?: number
  /** When it took the lock: UTC, ISO-8601. */
  readonly since?: string
  /** The run that it works on; absent before it has come to one. */
  readonly runId?: string
}

const told = (read: () => string): string | undefined => {
  try {
    return read().trim() || undefined
  } catch {
    // A system without it, or a container that hides it.
    return undefined
  }
}

const some = <K extends string, V>(key: K, value: V | undefined): { readonly [key in K]?: V } => {
  const found: { [key in K]?: V } = {}
  if (value !== undefined) found[key] = value
  return found
}

const here = (): Place => ({
  host: hostname(),
  ...some("machine", told(() => readFileSync("/etc/machine-id", "utf8"))),
  ...some("boot", told(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8"))),
  ...some("ids", told(() => readlinkSync("/proc/self/ns/pid")))
})

/** This process as the holder of a lock that it takes at a time (ISO-8601). */
export const thisHolder = (since: string): Holder => ({
  ...here(),
  pid: process.pid,
  ...some("pidStart", startTimeOf(process.pid)),
  since
})

/** What stands in a lock file. */
export const encodeHolder = (holder: Holder): string => {
  const { boot, host, ids, machine, pid, pidStart, since } = holder
  return Object.entries({ pid, pidStart, host, machine, boot, ids, since })
    .flatMap(([name, value]) => value === undefined ? [] : [`${name}=${value}\n`]).join("")
}

/** What is added to it once it is known. */
export const encodeRun = (runId: string): string => `run=${runId}\n`

/** The last line of that name: what is known later stands further down. */
const field = (text: string, name: string): string | undefined =>
  [...text.matchAll(new RegExp(`^${name}=(.+)$`, "gm"))].at(-1)?.[1]

/** Who the text of a lock file names; undefined where it names nobody. */
export const decodeHolder = (text: string): Holder | undefined => {
  const pid = Number(field(text, "pid") ?? "x")
  const start = Number(field(text, "pidStart") ?? "x")
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined
  return {
    pid,
    host: field(text, "host") ?? "",
    ...some("pidStart", Number.isSafeInteger(start) ? start : undefined),
    ...some("machine", field(text, "machine")),
    ...some("boot", field(text, "boot")),
    ...some("ids", field(text, "ids")),
    ...some("since", field(text, "since")),
    ...some("runId", field(text, "run"))
  }
}

/** Longer than any lock file of pawl's. */
const MOST_BYTES = 64 * 1024

/** Who a lock file names; undefined where it is not there, is no file of ours, or names nobody. */
export const readHolder = (path: string): Holder | undefined => {
  try {
    const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    try {
      return decodeHolder(readFileSync(fd, "utf8").slice(0, MOST_BYTES))
    } finally {
      closeSync(fd)
    }
  } catch {
    return undefined
  }
}

const same = (left: string | undefined, right: string | undefined): boolean | undefined =>
  left === undefined || right === undefined ? undefined : left === right

/** Where a holder is, seen from this process. */
export type Whereabouts =
  /** It runs, or may: it is this very process id with this very start. */
  | "alive"
  /** It ran under this kernel, or on this machine before it was started again, and does not any more. */
  | "gone"
  /** It runs, or ran, under this kernel, but where process ids mean something else. */
  | "other-ids"
  /** Nothing can be known of it. */
  | "elsewhere"

/** What can be known of a holder. A process id that was given out again does not count as alive. */
export const whereabouts = (holder: Holder, place: Place = here()): Whereabouts => {
  const isThisHost = holder.host === place.host
  const isThisKernel = same(holder.boot, place.boot) ?? isThisHost
  if (!isThisKernel) return isThisHost && (same(holder.machine, place.machine) ?? true) ? "gone" : "elsewhere"
  if (same(holder.ids, place.ids) === false) return "other-ids"
  return isAlive(holder) ? "alive" : "gone"
}

export const isThisProcess = (holder: Holder): boolean =>
  holder.pid === process.pid && holder.pidStart === startTimeOf(process.pid) && whereabouts(holder) === "alive"

/** Such as `process 123 on db7 since 2026-11-20T03:15:00.000Z (run 20261120T031500-7f3a9c)`. */
export const holderWords = ({ host, pid, runId, since }: Holder): string =>
  [
    `process ${pid} on ${host}`,
    ...(since === undefined ? [] : [`since ${since}`]),
    ...(runId === undefined ? [] : [`(run ${runId})`])
  ].join(" ")
