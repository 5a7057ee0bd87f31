/**
 * The circuit breaker of one target.
 *
 * Owns the count of consecutive exhausted steps. Must not outlive its target: a new `Ref` is
 * made each time a target starts, so that two blocked targets in a row never look like one
 * that fails on and on. The surprise: outcomes that were durable before a resume are counted
 * again when they are taken, which gives the same breaker as an unbroken run.
 */
import { Effect, Ref } from "effect"

export interface Breaker {
  /** A step succeeded: the count starts anew. */
  readonly succeeded: Effect.Effect<void>
  /** A step is exhausted. Gives the count if that opens the breaker, otherwise undefined. */
  readonly exhausted: Effect.Effect<number | undefined>
}

/** A closed breaker. `threshold` consecutive exhausted steps open it; `false`: nothing does. */
export const makeBreaker = (threshold: number | false): Effect.Effect<Breaker> =>
  Effect.map(Ref.make(0), (consecutive) => ({
    succeeded: Ref.set(consecutive, 0),
    exhausted: Effect.map(
      Ref.updateAndGet(consecutive, (count) => count + 1),
      (count) => threshold !== false && count >= threshold ? count : undefined
    )
  }))
