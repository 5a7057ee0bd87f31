/**
 * How long a run may still take, and how fast it goes.
 *
 * Owns when there is ground for a figure, and its words. Pure. The surprise: the time in which a rate limit
 * held counts as time that the work takes, up to the limit's end: what was met once is met again. And where
 * all that is left is under way there is no figure, since how fast targets ended before says nothing of these.
 */
import { HashMap, HashSet, Option, RedBlackTree } from "effect"
import { roughly } from "./Duration.ts"
import { endedOf, type Progress } from "./Progress.ts"
import { goesOnAt } from "./Running.ts"

export interface ToGo {
  /** Milliseconds. */
  readonly ms: number
  /** A wait is what it hangs on, and what comes after that is not known; or more targets may come. */
  readonly isLeast: boolean
}

/** Fewer targets than this say nothing of how long one takes. */
const fewest = 3
/** A shorter time says nothing either, milliseconds. */
const shortest = 3000
/** Of a shorter wait nothing need be said, milliseconds. */
const noticed = 10_000

/** How long the last of the waits still takes, milliseconds; 0 where nothing waits. */
const lastWait = ({ running }: Progress, now: number): number => {
  const last = Option.getOrUndefined(RedBlackTree.last(running.queue))?.[1]
  const until = last === undefined ? undefined : goesOnAt(last)
  return until === undefined ? 0 : Math.max(0, Date.parse(until) - now)
}

/** Milliseconds of this invocation up to a moment, and those of a rate limit that holds then. */
const spentAt = ({ limitedUntil, startedAt }: Progress, now: number) => {
  const held = limitedUntil === undefined ? 0 : Math.max(0, Date.parse(limitedUntil) - now)
  return { held, spent: now - Date.parse(startedAt) + held }
}

/** How long a run still takes, by what is known at a moment, epoch milliseconds; undefined without ground for it. */
export const toGo = (progress: Progress, now: number): ToGo | undefined => {
  const { endedHere, paused, running, total } = progress
  const left = total - endedOf(progress) - HashSet.size(paused)
  if (left <= 0) return undefined
  const active = HashMap.size(running.active)
  const wait = lastWait(progress, now)
  const least = wait >= noticed ? { ms: wait, isLeast: true } : undefined
  if (left <= active + HashMap.size(running.waiting)) return least
  const { held, spent } = spentAt(progress, now)
  // The first to end are the quickest of those that began together.
  if (endedHere < Math.max(fewest, active) || !(spent >= shortest)) return least
  const ms = held + (left * spent) / endedHere
  return ms < wait && least !== undefined ? least : { ms, isLeast: progress.isOpen }
}

/** `about 5m to go`, `at least 10m to go`; undefined without ground for it. */
export const toGoWords = (progress: Progress, now: number): string | undefined => {
  const known = toGo(progress, now)
  return known === undefined
    ? undefined
    : `${known.isLeast ? "at least" : "about"} ${roughly(known.ms, known.isLeast)} to go`
}

/** `12.3/s`, `4.0/min` or `1.5/h`; undefined while nothing has ended. */
export const rateWords = ({ endedHere, startedAt }: Progress, now: number): string | undefined => {
  const seconds = (now - Date.parse(startedAt)) / 1000
  if (endedHere === 0 || !(seconds > 0)) return undefined
  const each = endedHere / seconds
  return each >= 1
    ? `${each.toFixed(1)}/s`
    : each * 60 >= 1
    ? `${(each * 60).toFixed(1)}/min`
    : `${(each * 3600).toFixed(1)}/h`
}
