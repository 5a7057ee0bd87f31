/**
 * What keeps a whole run from going on for now: a rate limit, or waits alone.
 *
 * Owns when that is so, and its words. Pure. The surprise: attempts that were under way when a rate
 * limit was met still run; it holds up what would start.
 */
import { HashMap } from "effect"
import { countdown } from "./Duration.ts"
import { printable } from "./Printable.ts"
import type { Progress } from "./Progress.ts"

export interface Hold {
  /** Epoch milliseconds at which something starts again. */
  readonly until: number
  /** Target and path of what is waited for; absent where a rate limit holds. */
  readonly place?: string
}

/** The first attempt or iteration that comes, where nothing but such waits is under way. */
const firstWaited = ({ running }: Progress, now: number): Hold | undefined => {
  let first: Hold | undefined
  for (const { steps, target } of HashMap.values(running)) {
    if (steps.length === 0) return undefined
    for (const { nextAttemptAt, path } of steps) {
      const until = nextAttemptAt === undefined ? 0 : Date.parse(nextAttemptAt)
      if (!(until > now)) return undefined
      if (first === undefined || until < first.until) first = { until, place: `${target}/${path}` }
    }
  }
  return first
}

/** What holds the run up at a moment, epoch milliseconds; undefined where something may start or runs. */
export const holdOf = (progress: Progress, now: number): Hold | undefined => {
  const until = progress.limitedUntil === undefined ? 0 : Date.parse(progress.limitedUntil)
  return until > now ? { until } : firstWaited(progress, now)
}

/** `16:00:00Z`, with its date where that is another one. */
const clock = (time: number, now: number): string => {
  const iso = `${new Date(time).toISOString().slice(0, 19)}Z`
  return iso.slice(0, 10) === new Date(now).toISOString().slice(0, 10) ? iso.slice(11) : iso
}

/** `rate-limited, goes on in 4m59s (at 16:00:00Z)`. */
export const holdWords = ({ place, until }: Hold, now: number): string =>
  `${place === undefined ? "rate-limited" : `waiting for ${printable(place)}`}, goes on in ${
    countdown(until - now)
  } (at ${clock(until, now)})`
