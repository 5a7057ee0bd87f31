/**
 * Waiting for a time of the run's clock.
 *
 * The surprise: a timer of the machine knows no more than some 24 days, and one that is set for
 * longer would never wake.
 */
import { Clock, Effect } from "effect"

/** The longest sleep in one piece, milliseconds. */
const longest = 20 * 86_400_000

/** Waits until a time, epoch milliseconds; not at all where it has passed. */
export const waitUntil = (time: number): Effect.Effect<void> =>
  Effect.flatMap(Clock.currentTimeMillis, (now) => {
    if (time <= now) return Effect.void
    const sleep = Effect.sleep(Math.min(time - now, longest))
    return time - now > longest ? Effect.zipRight(sleep, waitUntil(time)) : sleep
  })
