/**
 * The list on standard input: its targets as far as they are read, and the reading on.
 *
 * Owns what is read when. Must not decide what is done with a target. The surprise: a list that is
 * there at once is read to its end before anything starts, since a whole plan is simpler than one that
 * grows; only one that takes its time is begun before its end is known.
 */
import { Clock, Deferred, Effect, Fiber, FiberId, Option } from "effect"
import type { ManifestError } from "../manifest/ManifestError.ts"
import { Stdin } from "../manifest/Stdin.ts"
import { endLine, targetLines } from "../plan/OpenPlan.ts"
import type { PlanTarget } from "../plan/Plan.ts"
import type { Growth } from "../run/Growth.ts"
import type { StateError } from "../run/StateError.ts"
import type { ListForm } from "./CallWords.ts"
import { type EachHead, eachPlan, targetMaker } from "./EachPlan.ts"
import { itemReader, type Refused } from "./ItemList.ts"

/** For what comes after the first item, milliseconds. */
const PATIENCE = 100

export interface StdinList {
  /** In the order of the list; grows at its end while the list is read. */
  readonly targets: ReadonlyArray<PlanTarget>
  /** Their places. */
  readonly order: ReadonlyArray<number>
  /** Whether the list was read to its end. */
  readonly isWhole: () => boolean
  readonly readAll: Effect.Effect<void, ManifestError>
  /** Reads until there is a target, and then on, but not for long. */
  readonly readFirst: Effect.Effect<void, ManifestError>
  /** Reads on, each part handed to `append` before it counts. */
  readonly growth: (append: (text: string) => Effect.Effect<void, StateError>) => Growth
}

/** Opens the list. What of it can't be used goes to `refused`. */
export const stdinList = (head: EachHead, form: ListForm, refused: Refused) =>
  Effect.gen(function*() {
    const scope = yield* Effect.scope
    const next = yield* (yield* Stdin).parts
    const reader = itemReader(head.placeholders, form, refused)
    const make = targetMaker(head)
    const targets: Array<PlanTarget> = []
    const order: Array<number> = []
    let isWhole = false
    /** The part that is being waited for; who stops waiting leaves it to the next. */
    let pending: Fiber.RuntimeFiber<Option.Option<Uint8Array>, ManifestError> | undefined

    /** The targets of the next part of the list. */
    const read: Effect.Effect<ReadonlyArray<PlanTarget>, ManifestError> = Effect.uninterruptibleMask((restore) =>
      Effect.gen(function*() {
        pending ??= yield* Effect.forkIn(Effect.interruptible(next), scope)
        const part = yield* restore(Fiber.join(pending))
        pending = undefined
        isWhole = Option.isNone(part)
        return (Option.isNone(part) ? reader.end() : reader.push(part.value)).map(make)
      })
    )
    const add = (more: ReadonlyArray<PlanTarget>): void => {
      for (const target of more) order.push(targets.push(target) - 1)
    }
    const readUntil = (isEnough: () => boolean): Effect.Effect<void, ManifestError> =>
      Effect.whileLoop({
        while: () => !isWhole && !isEnough(),
        body: () => read,
        step: add
      })
    const readAll = readUntil(() => false)

    const readFirst = Effect.gen(function*() {
      yield* readUntil(() => targets.length > 0)
      const until = (yield* Clock.currentTimeMillis) + PATIENCE
      // What is there already is read on however long that takes to look at, but not what is still to come.
      while (!isWhole && (yield* Clock.currentTimeMillis) < until) {
        const more = yield* Effect.timeoutOption(read, PATIENCE)
        if (Option.isSome(more)) add(more.value)
      }
    })

    const growth: StdinList["growth"] = (append) => {
      let isClosed = isWhole
      let changed = Deferred.unsafeMake<void>(FiberId.none)
      const announce = Effect.sync(() => {
        const told = changed
        changed = Deferred.unsafeMake<void>(FiberId.none)
        Deferred.unsafeDone(told, Effect.void)
      })
      const close = Effect.suspend(() => {
        isClosed = true
        return announce
      })
      const feedOne = Effect.gen(function*() {
        const more = yield* read
        if (more.length > 0) {
          yield* append(targetLines(more))
          add(more)
        }
        if (isWhole) yield* append(endLine(eachPlan(head, targets).hash))
        yield* announce
      })
      const feed = Effect.whileLoop({ while: () => !isWhole, body: () => feedOne, step: () => {} }).pipe(
        // What was read of a list that breaks off is run all the same.
        Effect.catchTag("ManifestError", (error) => Effect.sync(() => refused.addError(error))),
        Effect.zipRight(close)
      )
      return {
        isOpen: () => !isClosed,
        change: Effect.suspend(() => isClosed ? Effect.void : Deferred.await(changed)),
        feed
      }
    }
    const list: StdinList = { targets, order, isWhole: () => isWhole, readAll, readFirst, growth }
    return list
  })
