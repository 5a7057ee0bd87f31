/** Waiting for a time of the run's clock. */
import { Clock, Effect } from "effect"

/** Waits until a time, epoch milliseconds; not at all where it has passed. */
export const waitUntil = (time: number): Effect.Effect<void> =>
  Effect.flatMap(Clock.currentTimeMillis, (now) => time > now ? Effect.sleep(time - now) : Effect.void)
