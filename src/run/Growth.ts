/**
 * Targets that come while others run: of a list that is still being read.
 *
 * Owns the shape, and who is told of what came. Must not read. The surprise: the plan and the selection of such a run are lists that
 * grow at their end; nothing that stands in them ever moves or changes.
 */
import { Effect } from "effect"
import type { StateError } from "./StateError.ts"

export interface Growth {
  /** Whether more may come. */
  readonly isOpen: () => boolean
  /** Returns once more have come, or none will; at once where that is so already. */
  readonly change: Effect.Effect<void>
  /** Reads the list to its end. What is read is durable before it is part of the plan. */
  readonly feed: Effect.Effect<void, StateError>
}

/** Reads on while targets run, and has whoever is free take what came. */
export const grow = (
  { change, feed, isOpen }: Growth,
  anotherWorker: Effect.Effect<void>
): Effect.Effect<never, StateError> => {
  const look: Effect.Effect<never> = Effect.suspend(() =>
    isOpen() ? Effect.flatMap(change, () => Effect.zipRight(anotherWorker, look)) : Effect.never
  )
  return Effect.suspend(() => isOpen() ? Effect.raceFirst(Effect.zipRight(feed, Effect.never), look) : Effect.never)
}
