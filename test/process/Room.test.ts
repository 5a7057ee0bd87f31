import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, TestClock } from "effect"
import type { ShortageCode } from "../../src/run/HoldBack.ts"
import { makeRoom } from "../../src/process/Room.ts"
import { Shortage, shortageOf } from "../../src/process/Shortage.ts"
import { makeTaskCount, type TaskCount, taskLimitOf } from "../../src/process/TaskCount.ts"

const endless: TaskCount = { isFull: () => false, started: () => {} }

describe("room for one more attempt", () => {
  it("is there as long as there are descriptors, and always for one", () => {
    const room = makeRoom(() => 4, endless)
    const { leave } = room.take(2)
    expect(room.lacks(2)).toBeUndefined()
    room.take(2)
    expect(room.lacks(2)).toBe("EMFILE")
    leave()
    expect(room.lacks(2)).toBeUndefined()
    expect(makeRoom(() => -3, endless).lacks(8)).toBeUndefined()
  })

  it("is for half as many where the system has said no, and for one more after a minute", () => {
    let time = 0
    const room = makeRoom(() => 1000, endless, () => time)
    const leaves = Array.from({ length: 8 }, () => room.take(2))
    expect(room.lacks(2)).toBeUndefined()
    room.runShort("EAGAIN", 2)
    leaves.slice(0, 4).forEach(({ leave }) => leave())
    expect(room.lacks(2)).toBe("EAGAIN")
    time = 60_001
    expect(room.lacks(2)).toBeUndefined()
    room.take(2)
    expect(room.lacks(2)).toBe("EAGAIN")
  })

  it("is never there again where this process may not have as many descriptors as one attempt needs", () => {
    let time = 0
    const tries = (code: ShortageCode, free: number, pause: number) => {
      const room = makeRoom(() => free, endless, () => time)
      return Array.from({ length: 6 }, () => {
        time += pause
        return room.runShort(code, 4)
      })
    }
    expect(tries("EMFILE", 3, 50).indexOf(true)).toBe(4)
    expect(tries("EMFILE", 3, 1)).not.toContain(true)
    expect(tries("EMFILE", 4, 50)).not.toContain(true)
    expect(tries("EAGAIN", 3, 50)).not.toContain(true)
  })

  it("is what an attempt needs while it is started, and less from then on", () => {
    const room = makeRoom(() => 6, endless)
    const { hasStarted } = room.take(4)
    expect(room.lacks(4)).toBe("EMFILE")
    hasStarted(2)
    expect(room.lacks(4)).toBeUndefined()
  })

  it("is for one at least, whatever the system says", () => {
    const room = makeRoom(() => 1000, endless)
    room.runShort("ENOMEM", 2)
    expect(room.lacks(2)).toBeUndefined()
  })

  it.effect("is waited for until an attempt ends, or for a while; and it is told that it is, and when no longer", () =>
    Effect.gen(function*() {
      const told: Array<string | undefined> = []
      const room = makeRoom(() => 2, endless)
      const { hasStarted, leave } = room.take(2)
      hasStarted(2)
      const wait = Effect.provideService(room.wait("EMFILE"), Shortage, { tell: (code) => told.push(code) })
      const first = yield* Effect.fork(wait)
      const second = yield* Effect.fork(wait)
      yield* Effect.yieldNow()
      expect(told).toEqual(["EMFILE", "EMFILE"])
      leave()
      yield* Fiber.join(first)
      yield* Fiber.join(second)
      expect(told).toEqual(["EMFILE", "EMFILE", undefined])
      const started = room.take(4)
      const needsLess = yield* Effect.fork(wait)
      yield* Effect.yieldNow()
      started.hasStarted(2)
      yield* Fiber.join(needsLess)
      expect(told).toHaveLength(5)
      const third = yield* Effect.fork(wait)
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(third)
      expect(told).toHaveLength(7)
    }))
})

describe("processes of a user", () => {
  const counting = (limit: number | undefined, counts: Array<number>) => {
    let time = 0
    const looks: Array<number> = []
    const tasks = makeTaskCount({
      limit: () => limit,
      count: () => {
        looks.push(time)
        return counts[Math.min(looks.length, counts.length) - 1] ?? 0
      },
      now: () => time
    })
    return { tasks, looks, at: (ms: number) => void (time = ms) }
  }

  it("are not counted where there is no limit, or where attempts are few beside it", () => {
    const without = counting(undefined, [9999])
    const far = counting(4096, [9999])
    expect([without.tasks.isFull(5000), far.tasks.isFull(500)]).toEqual([false, false])
    expect([without.looks, far.looks]).toEqual([[], []])
  })

  it("leave room for what steps start, those that began since somebody looked too", () => {
    const { at, looks, tasks } = counting(30, [10, 14])
    expect(tasks.isFull(4)).toBe(false)
    tasks.started()
    expect(tasks.isFull(5)).toBe(false)
    tasks.started()
    expect(tasks.isFull(6)).toBe(true)
    at(101)
    expect(tasks.isFull(6)).toBe(false)
    expect(looks).toEqual([0, 101])
  })

  it.each([
    ["Max processes             20                   20                   processes\n", 20],
    ["Max open files            40                   40                   files\n", undefined],
    ["Max processes             unlimited            unlimited            processes\n", undefined]
  ])("have by %j a limit of %s", (text, limit) => {
    expect(taskLimitOf(text)).toBe(limit)
  })
})

describe("a shortage", () => {
  it.each([
    [Object.assign(new Error("x"), { code: "EMFILE" }), "EMFILE"],
    ["EWOULDBLOCK", "EAGAIN"],
    ["ENOMEM", "ENOMEM"],
    ["ENFILE", "ENFILE"],
    ["ENOENT", undefined],
    [Object.assign(new Error("x"), { code: "EACCES" }), undefined],
    [undefined, undefined]
  ])("is seen in %s: %s", (cause, code) => {
    expect(shortageOf(cause)).toBe(code)
  })
})
