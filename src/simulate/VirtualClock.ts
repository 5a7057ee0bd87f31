/**
 * A world with a clock of its own: time passes only when everybody in it waits.
 *
 * Owns the clock, the order in which fibers go on, and the end of the world. Must not know what
 * goes on in it. The surprise: fibers take turns on a scheduler of their own, so that "everybody
 * waits" is simply "nobody has a turn"; no timer is ever set, a week passes in no time, and to
 * kill all that goes on is to give out no more turns.
 */
import { Clock, Deferred, Duration, Effect, type Exit, type Random, Scheduler } from "effect"

export interface World {
  /** Epoch milliseconds. */
  readonly now: () => number
  /** Ends it as a kill would: nothing that was under way goes on, and nothing is tidied up. */
  readonly stop: () => void
}

/** What became of an effect in its world, and when. */
export type WorldEnd<A, E> =
  & { readonly at: number }
  & (
    | { readonly type: "ended"; readonly exit: Exit.Exit<A, E> }
    | { readonly type: "stopped" }
    /** Everybody waits, and nobody for a time. */
    | { readonly type: "still" }
  )

/** Turns given out before others in this process have one. */
const TURNS = 1024

interface Sleeper {
  readonly at: number
  readonly wake: () => void
}

interface Turns {
  readonly clock: Clock.Clock
  readonly scheduler: Scheduler.Scheduler
  readonly world: World
}

/** Inserts a sleeper behind those that wake before it or with it; the list is read from its end. */
const insert = (sleepers: Array<Sleeper>, sleeper: Sleeper): void => {
  let low = 0
  let high = sleepers.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sleepers[middle]?.at ?? 0) <= sleeper.at) high = middle
    else low = middle + 1
  }
  sleepers.splice(low, 0, sleeper)
}

const makeTurns = (startAt: number, told: { readonly stopped: () => void; readonly still: () => void }): Turns => {
  const tasks = new Scheduler.PriorityBuckets()
  const sleepers: Array<Sleeper> = []
  /** Whose turns these are among the rest of the process: a signal must get through. */
  const outer = new Scheduler.MixedScheduler(1)
  let now = startAt
  let isRunning = false
  let isStopped = false

  const take = (): Scheduler.Task | undefined => {
    const bucket = tasks.buckets[0]
    const task = bucket?.[1].shift()
    if (bucket !== undefined && bucket[1].length === 0) tasks.buckets.shift()
    return task
  }

  const wakeNext = (): boolean => {
    const next = sleepers.pop()
    if (next === undefined) return false
    now = Math.max(now, next.at)
    next.wake()
    return true
  }

  const turn = (): void => {
    for (let turns = 0; turns < TURNS; turns++) {
      if (isStopped) return
      const task = take()
      if (task !== undefined) task()
      else if (!wakeNext()) {
        isRunning = false
        told.still()
        return
      }
    }
    outer.scheduleTask(turn, 0)
  }

  const clock: Clock.Clock = {
    [Clock.ClockTypeId]: Clock.ClockTypeId,
    unsafeCurrentTimeMillis: () => now,
    unsafeCurrentTimeNanos: () => BigInt(now) * 1_000_000n,
    currentTimeMillis: Effect.sync(() => now),
    currentTimeNanos: Effect.sync(() => BigInt(now) * 1_000_000n),
    sleep: (duration) =>
      Effect.async<void>((resume) => {
        const length = Duration.toMillis(duration)
        if (!Number.isFinite(length)) return
        const sleeper = { at: now + Math.ceil(Math.max(0, length)), wake: () => resume(Effect.void) }
        insert(sleepers, sleeper)
        return Effect.sync(() => {
          const at = sleepers.indexOf(sleeper)
          if (at !== -1) sleepers.splice(at, 1)
        })
      })
  }

  return {
    clock,
    scheduler: Scheduler.make((task, priority) => {
      if (isStopped) return
      tasks.scheduleTask(task, priority)
      if (isRunning) return
      isRunning = true
      outer.scheduleTask(turn, 0)
    }),
    world: {
      now: () => now,
      stop: () => {
        isStopped = true
        told.stopped()
      }
    }
  }
}

/**
 * Runs an effect in a world whose clock begins at `startAt`, epoch milliseconds. The effect must
 * wait for nothing outside of it: what is not here does not take time here.
 */
export const inVirtualTime = <A, E, R>(
  startAt: number,
  random: Random.Random,
  make: (world: World) => Effect.Effect<A, E, R>
): Effect.Effect<WorldEnd<A, E>, never, R> =>
  Effect.gen(function*() {
    const over = yield* Deferred.make<WorldEnd<A, E>>()
    const end = (how: WorldEnd<A, E>): void => Deferred.unsafeDone(over, Effect.succeed(how))
    const { clock, scheduler, world } = makeTurns(startAt, {
      stopped: () => end({ type: "stopped", at: world.now() }),
      still: () => end({ type: "still", at: world.now() })
    })
    // The first turn is asked for, or an effect that only waits would never get one.
    yield* Effect.zipRight(Effect.yieldNow(), make(world)).pipe(
      Effect.exit,
      Effect.map((exit) => end({ type: "ended", exit, at: world.now() })),
      Effect.withRandom(random),
      Effect.withClock(clock),
      Effect.withScheduler(scheduler),
      // Who stops is left to the garbage collector: nobody waits for what has no more turns.
      Effect.forkDaemon
    )
    return yield* Effect.onInterrupt(Deferred.await(over), () => Effect.sync(world.stop))
  })
