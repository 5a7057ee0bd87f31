/**
 * Leave to start steps: as many as `--cap` allows in one invocation.
 *
 * Owns the count. The surprise: leave is taken in the moment of starting. Who has to wait for its next
 * attempt holds none, and is told when there is none left, so that nobody waits for nothing.
 */
import { Deferred, Effect, FiberId } from "effect"

export interface Leave {
  /** Takes leave to start one more step; false once none is left. */
  readonly take: () => boolean
  readonly isUsedUp: () => boolean
  /** Completes once none is left; absent where there is no end of it. */
  readonly usedUp?: Effect.Effect<void>
  /** How often it was taken. */
  readonly taken: () => number
}

/** Leave without end. */
export const unlimited = (): Leave => {
  let taken = 0
  return {
    take: () => {
      taken += 1
      return true
    },
    isUsedUp: () => false,
    taken: () => taken
  }
}

/** Leave for `cap` steps. */
export const limitedTo = (cap: number): Leave => {
  const usedUp = Deferred.unsafeMake<void>(FiberId.none)
  let taken = 0
  const isUsedUp = (): boolean => taken >= cap
  return {
    take: () => {
      if (isUsedUp()) return false
      taken += 1
      if (isUsedUp()) Deferred.unsafeDone(usedUp, Effect.void)
      return true
    },
    isUsedUp,
    usedUp: Deferred.await(usedUp),
    taken: () => taken
  }
}
