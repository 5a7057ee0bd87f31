/**
 * How many more processes the user of pawl may start, as far as can be told before the system says no.
 *
 * Owns the counting of them. Must not start or end any. The surprise: to find that out by starting some is too late.
 * By then the shells of steps that run can't start what their scripts say, and fail for it; and so would pawl, which
 * can't do without its threads.
 */
import { readdirSync, readFileSync } from "node:fs"

/** Processes that a step is thought to be, as long as nobody has looked: a shell, and what it has started. */
const OF_STEP = 4
/** Threads of pawl, those that come and go among them. */
const OF_PAWL = 12
/** Nobody looks as long as attempts are fewer than this part of the limit: others will not have taken the rest. */
const PART = 8
/** How long a count is good for, milliseconds. */
const GOOD_FOR = 100

export interface TaskCount {
  /** Whether one more step may be one too many, where so many run. */
  readonly isFull: (attempts: number) => boolean
  /** A step was started. */
  readonly started: () => void
}

/** What the system tells. */
export interface TaskSource {
  /** Undefined: there is none for this user. */
  readonly limit: () => number | undefined
  /** Processes and threads of the user, those of pawl itself left out. */
  readonly count: () => number
  /** Milliseconds of any clock. */
  readonly now: () => number
}

/** The limit for processes, of the text of `/proc/self/limits`; undefined where there is none. */
export const taskLimitOf = (text: string): number | undefined => {
  const limit = /^Max processes\s+(\d+)/m.exec(text)?.[1]
  return limit === undefined ? undefined : Number(limit)
}

const threadsOf = (pid: string, uid: number): number => {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8")
    return Number(/^Uid:\s+(\d+)/m.exec(status)?.[1]) === uid ? Number(/^Threads:\s+(\d+)/m.exec(status)?.[1]) : 0
  } catch {
    // It has ended meanwhile.
    return 0
  }
}

const linux: TaskSource = {
  limit: () => {
    // The kernel does not count those of root.
    if (process.getuid?.() === 0) return undefined
    try {
      return taskLimitOf(readFileSync("/proc/self/limits", "utf8"))
    } catch {
      // Only Linux tells.
      return undefined
    }
  },
  count: () => {
    const uid = process.getuid?.() ?? 0
    const own = String(process.pid)
    let all = 0
    for (const pid of readdirSync("/proc")) if (/^\d+$/.test(pid) && pid !== own) all += threadsOf(pid, uid)
    return all
  },
  now: () => performance.now()
}

export const makeTaskCount = ({ count, limit: limitOf, now }: TaskSource = linux): TaskCount => {
  let limit: number | undefined
  let counted = 0
  let countedAt = Number.NEGATIVE_INFINITY
  let startedSince = 0
  return {
    isFull: (attempts) => {
      limit ??= limitOf() ?? Number.POSITIVE_INFINITY
      if ((attempts + 1) * PART < limit) return false
      if (now() - countedAt > GOOD_FOR) {
        counted = count()
        countedAt = now()
        startedSince = 0
      }
      return counted + OF_PAWL + (startedSince + 1) * OF_STEP > limit
    },
    started: () => {
      startedSince += 1
    }
  }
}
