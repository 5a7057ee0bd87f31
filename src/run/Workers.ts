/**
 * The fibers that take targets: as many as there is work for right now.
 *
 * Owns their beginning and their end. Must not know what they do. The surprise: one that finds nothing to take
 * ends, so whoever makes something to take has to ask for another; there is nobody who waits.
 */
import { Deferred, Effect, Exit, Fiber, FiberId } from "effect"

export interface Workers<E> {
  /** Begins with one, and goes on until none is left, one fails, or `end` is called; then none is left either. */
  readonly run: Effect.Effect<void, E>
  /** Begins one more. */
  readonly another: Effect.Effect<void>
  /** Interrupts all of them. */
  readonly end: () => void
}

export const makeWorkers = <E>(worker: Effect.Effect<void, E>): Workers<E> => {
  const fibers = new Set<Fiber.RuntimeFiber<void, E>>()
  let over = Deferred.unsafeMake<void, E>(FiberId.none)

  // Who is interrupted right now must not begin one that nobody knows.
  const another = Effect.uninterruptible(
    Effect.map(Effect.forkDaemon(Effect.interruptible(worker)), (fiber) => {
      fibers.add(fiber)
      fiber.addObserver((exit) => {
        fibers.delete(fiber)
        if (fibers.size === 0 || Exit.isFailure(exit)) Deferred.unsafeDone(over, exit)
      })
    })
  )

  // One that is interrupted may have begun another just before.
  const endAll: Effect.Effect<void> = Effect.suspend(() =>
    fibers.size === 0 ? Effect.void : Effect.zipRight(Fiber.interruptAll([...fibers]), endAll)
  )

  const run = Effect.suspend(() => {
    over = Deferred.unsafeMake<void, E>(FiberId.none)
    return Effect.ensuring(Effect.zipRight(another, Deferred.await(over)), endAll)
  })

  return { run, another, end: () => Deferred.unsafeDone(over, Exit.void) }
}
