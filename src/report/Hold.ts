/**
 * What keeps a whole run from going on for now: a rate limit, or waits alone.
 *
 * Owns when that is so, and its words. Pure. The surprise: attempts that were under way when a rate
 * limit was met still run; it holds up what would start.
 */
import { HashMap, Option, RedBlackTree } from "effect"
import { countdown } from "./Duration.ts"
import { printable } from "./Printable.ts"
import type { Progress } from "./Progress.ts"
import { goesOnAt } from "./Running.ts"

export interface Hold {
  /** Epoch milliseconds at which something starts again. */
  readonly until: number
  /** Target and path of what is waited for; absent where a rate limit holds. */
  readonly place?: string
}

/** The first attempt or iteration that comes, where nothing but such waits is under way. */
const firstWaited = ({ running }: Progress, now: number): Hold | undefined => {
  if (!HashMap.isEmpty(running.active)) return undefined
  const first = Option.getOrUndefined(RedBlackTree.first(running.queue))?.[1]
  const at = first === undefined ? undefined : goesOnAt(first)
  const until = at === undefined ? 0 : Date.parse(at)
  const step = first?.steps.find(({ nextAttemptAt }) => nextAttemptAt === at)
  return until > now && first !== undefined ? { until, place: `${first.target}/${step?.path ?? ""}` } : undefined
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
