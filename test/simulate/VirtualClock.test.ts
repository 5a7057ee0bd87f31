import { describe, expect, it } from "@effect/vitest"
import { Clock, Deferred, Effect, Exit, Fiber, Random } from "effect"
import { inVirtualTime } from "../../src/simulate/VirtualClock.ts"

const random = Random.make("seed")
const week = 7 * 86_400_000

describe("virtual time", () => {
  it.live("passes only where everybody waits, and then at once", () =>
    Effect.gen(function*() {
      const seen: Array<string> = []
      const waits = (name: string, ms: number) =>
        Effect.gen(function*() {
          yield* Effect.sleep(ms)
          seen.push(`${name} at ${yield* Clock.currentTimeMillis}`)
        })
      const end = yield* inVirtualTime(1000, random, () =>
        Effect.all([waits("slow", week), waits("first", 5), waits("second", 5), waits("now", 0)], {
          concurrency: "unbounded"
        }))
      expect(seen).toEqual(["now at 1000", "first at 1005", "second at 1005", `slow at ${week + 1000}`])
      expect([end.type, end.at]).toEqual(["ended", week + 1000])
    }))

  it.live("lets a shorter wait win a race and forgets the longer one", () =>
    Effect.gen(function*() {
      const end = yield* inVirtualTime(0, random, () =>
        Effect.raceFirst(Effect.sleep(week), Effect.as(Effect.sleep(3), "short")))
      expect(end).toEqual({ type: "ended", at: 3, exit: Exit.succeed("short") })
    }))

  it.live("tells of a time-out", () =>
    Effect.gen(function*() {
      const end = yield* inVirtualTime(0, random, () => Effect.timeoutOption(Effect.never, "10 minutes"))
      expect([end.type, end.at]).toEqual(["ended", 600_000])
    }))

  it.live("stands still where nobody waits for a time", () =>
    Effect.gen(function*() {
      const end = yield* inVirtualTime(0, random, () =>
        Effect.gen(function*() {
          yield* Effect.sleep(7)
          yield* Deferred.await(yield* Deferred.make<void>())
        }))
      expect(end).toEqual({ type: "still", at: 7 })
    }))

  it.live("ends where it is stopped, with nothing tidied up", () =>
    Effect.gen(function*() {
      const seen: Array<string> = []
      const end = yield* inVirtualTime(0, random, ({ stop }) =>
        Effect.gen(function*() {
          const other = yield* Effect.fork(Effect.ensuring(Effect.sleep(50), Effect.sync(() => seen.push("tidied"))))
          yield* Effect.sleep(20)
          stop()
          yield* Effect.yieldNow()
          seen.push("went on")
          yield* Fiber.join(other)
        }))
      expect(end).toEqual({ type: "stopped", at: 20 })
      expect(seen).toEqual([])
    }))

  it.live("hands over what an effect failed with", () =>
    Effect.gen(function*() {
      const end = yield* inVirtualTime(0, random, () => Effect.fail("no"))
      expect(end).toEqual({ type: "ended", at: 0, exit: Exit.fail("no") })
    }))

  it.live("gives way to what goes on outside of it", () =>
    Effect.gen(function*() {
      const busy = Effect.forever(Effect.sleep(1))
      const end = yield* Effect.timeoutOption(inVirtualTime(0, random, () => busy), "50 millis")
      expect(end._tag).toBe("None")
    }))
})
