/**
 * Holds new targets back while the machine has enough to do: `--load` and `--memfree`.
 *
 * Owns when the machine is asked. Must not start or stop anything. The surprise: the load average of a minute does
 * not know yet what began a moment ago, so each start counts as one more until it is asked again.
 */
import type { HoldBack } from "./HoldBack.ts"
import type { Machine } from "./Machine.ts"

/** A load average, or a percentage of the processors. */
export type Load = { readonly average: number } | { readonly percent: number }

export interface BrakeOptions {
  /** A load average. */
  readonly load?: number
  /** Bytes. */
  readonly memfree?: number
}

/** What is to be kept to on a machine; undefined: nothing. */
export const brakeOptions = (
  { load, memfree }: { readonly load?: Load; readonly memfree?: number },
  processors: number
): BrakeOptions | undefined =>
  load === undefined && memfree === undefined ? undefined : {
    ...(load === undefined ? {} : { load: "average" in load ? load.average : load.percent * processors / 100 }),
    ...(memfree === undefined ? {} : { memfree })
  }

export interface Brake {
  /** Whether no further target may start now; `isWanted`: one would. */
  readonly holds: (isWanted: boolean) => boolean
  /** One started. */
  readonly started: () => void
}

/** How long an answer of the machine is good for, milliseconds. */
export const ASKED_EVERY = 1000

/** `now` gives epoch milliseconds; `tell` is called whenever it begins to hold, and whenever it lets go. */
export const makeBrake = (
  { load: most, memfree: least }: BrakeOptions,
  machine: Machine["Type"],
  now: () => number,
  tell: (hold: HoldBack | undefined) => void
): Brake => {
  let askedAt = Number.NEGATIVE_INFINITY
  let load: number | undefined
  let free: number | undefined
  let started = 0

  const ask = (): void => {
    if (now() - askedAt < ASKED_EVERY) return
    askedAt = now()
    started = 0
    load = most === undefined ? undefined : machine.load()
    free = least === undefined ? undefined : machine.freeMemory()
  }

  const hold = (): HoldBack | undefined => {
    ask()
    if (most !== undefined && load !== undefined && load + started >= most) return { cause: "load", load, most }
    if (least !== undefined && free !== undefined && free < least) return { cause: "memory", free, least }
    return undefined
  }

  let told: HoldBack["cause"] | undefined
  return {
    holds: (isWanted) => {
      const held = isWanted ? hold() : undefined
      if (held?.cause !== told) {
        told = held?.cause
        tell(held)
      }
      return held !== undefined
    },
    started: () => {
      started += 1
    }
  }
}
