/**
 * Room for one more attempt: descriptors of this process, and whatever else the system has only so much of.
 *
 * Owns the count of descriptors, and waiting for room. Must not start anything. The surprise: nothing is used up to
 * the last. The journal and the inbox need descriptors whatever runs, and what a shell starts within its step needs
 * processes: where those ran short all the same, half as many attempts as there were is what may run from then on,
 * and one more after a while.
 */
import { Deferred, Effect, FiberId } from "effect"
import { readdirSync, readFileSync } from "node:fs"
import type { ShortageCode } from "../run/HoldBack.ts"
import type { Attempt } from "./ProcessRunner.ts"
import { Shortage } from "./Shortage.ts"
import { makeTaskCount, type TaskCount } from "./TaskCount.ts"

/** Descriptors that are left to the rest of pawl: the launcher's, the snapshot's, and what is opened for a moment. */
const SPARE = 14
/** How long it is waited where nothing of pawl's can end, or something of somebody else's may; milliseconds. */
const LEAST_WAIT = 50
const MOST_WAIT = 1000
/** So often a lone attempt is tried: something may only just be closing what it had open. */
const ALONE = 5
/** After so long with no shortage one more attempt may run; milliseconds. */
const MORE_AFTER = 60_000

/** Open while an attempt runs: its two logs; and while it is started, what it writes to them by. */
const DESCRIPTORS = 2
const STARTING_DESCRIPTORS = 4
/** With both ends of its two logs and of the two pipes before them, and what reads these. */
const MASKED_DESCRIPTORS = 12

type Masked = Pick<Attempt, "mask">

/** How many descriptors an attempt has open while it runs. */
export const descriptorsOf = ({ mask }: Masked): number => (mask === undefined ? DESCRIPTORS : MASKED_DESCRIPTORS)

/** How many it has open while it is started. */
export const startingDescriptorsOf = ({ mask }: Masked): number =>
  mask === undefined ? STARTING_DESCRIPTORS : MASKED_DESCRIPTORS

/** What an attempt has. */
export interface Taken {
  /** It was started, and needs only so many from now on. */
  readonly hasStarted: (descriptors: number) => void
  /** It has them no more. Who waits for room is told where it had been started: otherwise there is none. */
  readonly leave: () => void
}

export interface Room {
  /** What there is no room of for an attempt that needs so many descriptors; undefined: there is room, as far as is known. */
  readonly lacks: (descriptors: number) => ShortageCode | undefined
  /** An attempt that is being started has them now. */
  readonly take: (descriptors: number) => Taken
  /**
   * The system has said that there is no more for an attempt that needs so many descriptors. True: there never will be,
   * since this process may not have as many at all.
   */
  readonly runShort: (code: ShortageCode, descriptors: number) => boolean
  /** Waits until there may be room again: something has ended, or a while has passed. */
  readonly wait: (code: ShortageCode) => Effect.Effect<void>
}

/** Descriptors that attempts may have: the limit of this process without what it has open, and needs beside them. */
const countFree = (): number => {
  try {
    const limit = Number(/^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1])
    return Number.isNaN(limit) ? Number.POSITIVE_INFINITY : limit - readdirSync("/proc/self/fd").length - SPARE
  } catch {
    // Only Linux tells; elsewhere the system's error says when there are no more.
    return Number.POSITIVE_INFINITY
  }
}

export const makeRoom = (
  count: () => number = countFree,
  tasks: TaskCount = makeTaskCount(),
  now: () => number = () => performance.now()
): Room => {
  let free: number | undefined
  let taken = 0
  let attempts = 0
  /** Attempts that may be under way. */
  let most = Number.POSITIVE_INFINITY
  let changedAt = 0
  let short: ShortageCode = "EMFILE"
  /** How often there was no room in a row, though no attempt had any. */
  let alone = 0
  let aloneAt = Number.NEGATIVE_INFINITY
  let waiting = 0
  let pause = LEAST_WAIT
  /** Completed, and made anew, whenever an attempt ends, or needs less from now on. */
  let ended = Deferred.unsafeMake<void>(FiberId.none)
  const wake = (): void => {
    const told = ended
    ended = Deferred.unsafeMake<void>(FiberId.none)
    Deferred.unsafeDone(told, Effect.void)
  }

  return {
    lacks: (descriptors) => {
      free ??= count()
      // However few there are, one attempt may always try.
      if (attempts === 0) return undefined
      if (attempts >= most && now() - changedAt > MORE_AFTER) {
        most += 1
        changedAt = now()
      }
      if (attempts >= most) return short
      if (taken + descriptors > free) return "EMFILE"
      return tasks.isFull(attempts) ? "EAGAIN" : undefined
    },
    take: (descriptors) => {
      let own = descriptors
      let hasStarted = false
      taken += descriptors
      attempts += 1
      tasks.started()
      return {
        hasStarted: (descriptors) => {
          const isLess = descriptors < own
          taken += descriptors - own
          own = descriptors
          hasStarted = true
          alone = 0
          pause = LEAST_WAIT
          if (isLess && waiting > 0) wake()
        },
        leave: () => {
          taken -= own
          attempts -= 1
          if (hasStarted) wake()
        }
      }
    },
    runShort: (code, descriptors) => {
      short = code
      most = Math.max(1, Math.min(most, Math.floor(attempts / 2)))
      changedAt = now()
      // Descriptors are those of this process alone; of anything else somebody may give some back.
      if (code !== "EMFILE" || attempts > 0 || (free ?? count()) >= descriptors) alone = 0
      else if (now() - aloneAt >= LEAST_WAIT) {
        alone += 1
        aloneAt = now()
      }
      return alone >= ALONE
    },
    wait: (code) =>
      Effect.flatMap(Shortage, ({ tell }) =>
        Effect.acquireUseRelease(
          Effect.sync(() => {
            waiting += 1
            tell(code)
          }),
          () => {
            const length = pause
            pause = Math.min(pause * 2, MOST_WAIT)
            return Effect.raceFirst(Deferred.await(ended), Effect.sleep(length))
          },
          () =>
            Effect.sync(() => {
              waiting -= 1
              if (waiting === 0) tell(undefined)
            })
        ))
  }
}
