/**
 * Whether work may go on now: the rate limit that all targets of a run share.
 *
 * Owns the time before which nothing starts, and leave to wait for it. The surprise: it is made
 * from the run's state, so a resumed run waits only what is left.
 */
import { Effect } from "effect"
import type { Place } from "./Place.ts"
import { waitUntil } from "./Wait.ts"

export interface Turn {
  /**
   * Waits until the limit that is known is over, and for a time of one's own, epoch milliseconds;
   * gives the time where it may not be waited for. Who waits for a time of its own gives up its place meanwhile; a
   * limit is everybody's, so that a place given up for it would only make the next one wait.
   */
  readonly come: (own?: number) => Effect.Effect<number | undefined>
  /** Whether a limit that may not be waited for holds now. */
  readonly isClosed: () => boolean
  /** When the limit that is known is over, epoch milliseconds; 0 where none is known. */
  readonly end: () => number
  /** A limit was met: nothing starts before `until`, epoch milliseconds. */
  readonly limit: (until: number) => void
  /** The same for a target that has a place. */
  readonly at: (place: Place) => Turn
}

const atOnce: Effect.Effect<number | undefined> = Effect.as(Effect.void, undefined)

/** `--no-wait` sleeps no longer than this, milliseconds. */
const SHORT = 60_000

export interface TurnOptions {
  readonly onLimit: "wait" | "halt"
  readonly noWait: boolean
  readonly now: () => number
}

/** `limited` is the end of the limit that earlier invocations ran into, epoch milliseconds. */
export const makeTurn = (limited: number, { noWait, now, onLimit }: TurnOptions): Turn => {
  let end = limited
  const isTooLong = (time: number): boolean => noWait && time - now() > SHORT
  // Another worker may run into a longer limit while this one waits.
  const come = (own = 0, place?: Place): Effect.Effect<number | undefined> =>
    Effect.suspend(() => {
      const time = Math.max(end, own)
      if (time <= now()) return atOnce
      if ((onLimit === "halt" && end > now()) || isTooLong(time)) return Effect.succeed(time)
      const wait = place === undefined || own <= now() ? waitUntil(time) : place.during(waitUntil(own))
      return Effect.zipRight(wait, come(own, place))
    })
  const turn: Turn = {
    come,
    at: (place) => ({ ...turn, come: (own) => come(own, place) }),
    end: () => end,
    isClosed: () => end > now() && (onLimit === "halt" || isTooLong(end)),
    limit: (until) => {
      end = Math.max(end, until)
    }
  }
  return turn
}
