/**
 * The places of a run: how many targets have one, and whose is free meanwhile.
 *
 * Owns the count, and the queue of those that want theirs back. Must not start a target. The surprise: a target
 * has as many branches as it has steps side by side, and gives its place up only while each of them waits.
 */
import { Deferred, Effect, FiberId } from "effect"

/** Targets that may have given up their places at once: each is held in memory. The next ones wait in theirs. */
const mostWaiting = 1000

/** The place of one target. */
export interface Place {
  /**
   * Waits; the place is given up meanwhile, unless another branch of the target goes on. What is interrupted has
   * none afterwards, and may only come to its end.
   */
  readonly during: (wait: Effect.Effect<void>) => Effect.Effect<void>
  /** The target has so many branches more, or fewer: of those that do not wait. */
  readonly branch: (more: number) => Effect.Effect<void>
  /** The target has come to its end, or to rest. */
  readonly leave: () => void
}

export interface Places {
  /** Takes one for a target that starts. */
  readonly take: () => Place
  /** How many are taken. */
  readonly taken: () => number
  /** Targets that have waited, and want theirs back. */
  readonly due: () => number
  /** Gives one to the target that has wanted it for longest. */
  readonly goOn: () => void
}

/** Of what is no target and waits for nobody's place. */
export const noPlace: Place = { during: (wait) => wait, branch: () => Effect.void, leave: () => {} }

/** `changed` is asked for whenever a place is given up, and whenever one is wanted back. */
export const makePlaces = (changed: Effect.Effect<void>, most: number = mostWaiting): Places => {
  let taken = 0
  let waiting = 0
  /** Called when there is a place; in the order they were due. */
  const due = new Set<() => void>()

  const take = (): Place => {
    /** Branches that do not wait. */
    let busy = 1
    let isHeld = true
    /** Several branches may want the place back; they get it together. */
    let wanted: { readonly given: Deferred.Deferred<void>; readonly give: () => void; by: number } | undefined
    taken += 1

    const move = (more: number): Effect.Effect<void> => {
      busy += more
      if (busy > 0 || !isHeld || waiting >= most) return Effect.void
      isHeld = false
      taken -= 1
      waiting += 1
      return changed
    }

    const want = (): NonNullable<typeof wanted> => {
      const given = Deferred.unsafeMake<void>(FiberId.none)
      const give = (): void => {
        isHeld = true
        taken += 1
        waiting -= 1
        wanted = undefined
        Deferred.unsafeDone(given, Effect.void)
      }
      due.add(give)
      return { given, give, by: 0 }
    }

    const comeBack = Effect.suspend(() => {
      if (isHeld) return Effect.void
      const mine = wanted ??= want()
      mine.by += 1
      const given = Effect.onInterrupt(Deferred.await(mine.given), () =>
        Effect.sync(() => {
          mine.by -= 1
          if (mine.by > 0 || wanted !== mine) return
          due.delete(mine.give)
          wanted = undefined
        }))
      return Effect.zipRight(changed, given)
    })

    return {
      during: (wait) =>
        Effect.suspend(() => {
          const waited = Effect.ensuring(
            Effect.zipRight(move(-1), wait),
            Effect.sync(() => {
              busy += 1
            })
          )
          return Effect.zipRight(waited, comeBack)
        }),
      branch: (more) => Effect.suspend(() => move(more)),
      leave: () => {
        if (isHeld) taken -= 1
        else waiting -= 1
      }
    }
  }

  return {
    take,
    taken: () => taken,
    due: () => due.size,
    goOn: () => {
      const [first] = due
      if (first === undefined) return
      due.delete(first)
      first()
    }
  }
}
