/**
 * The circuit breaker of one target.
 *
 * Owns the count of consecutive exhausted steps. Must not outlive its target: a new `Ref` is
 * made each time a target is taken up, so that two blocked targets in a row never look like one
 * that fails on and on. The surprise: after a resume it begins with the count that the target's
 * own durable steps had come to, which gives the same breaker as an unbroken run.
 */
import { Effect, Ref } from "effect"

export interface Breaker {
  /** A step succeeded: the count starts anew. */
  readonly succeeded: Effect.Effect<void>
  /** A step is exhausted. Gives the count if that opens the breaker, otherwise undefined. */
  readonly exhausted: Effect.Effect<number | undefined>
}

/** A breaker that `threshold` consecutive exhausted steps open; `false`: nothing does. `count` of them were before. */
export const makeBreaker = (threshold: number | false, count = 0): Effect.Effect<Breaker> =>
  Effect.map(Ref.make(count), (consecutive) => ({
    succeeded: Ref.set(consecutive, 0),
    exhausted: Effect.map(
      Ref.updateAndGet(consecutive, (count) => count + 1),
      (count) => threshold !== false && count >= threshold ? count : undefined
    )
  }))
