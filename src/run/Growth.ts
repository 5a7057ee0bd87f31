/**
 * Targets that come while others run: of a list that is still being read.
 *
 * Owns the shape. Must not read. The surprise: the plan and the selection of such a run are lists that
 * grow at their end; nothing that stands in them ever moves or changes.
 */
import type { Effect } from "effect"
import type { StateError } from "./StateError.ts"

export interface Growth {
  /** Whether more may come. */
  readonly isOpen: () => boolean
  /** Returns once more have come, or none will; at once where that is so already. */
  readonly change: Effect.Effect<void>
  /** Reads the list to its end. What is read is durable before it is part of the plan. */
  readonly feed: Effect.Effect<void, StateError>
}
