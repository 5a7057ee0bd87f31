import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, TestClock } from "effect"
import { brakeOptions, makeBrake } from "../../src/run/Brake.ts"
import type { HoldBack } from "../../src/run/HoldBack.ts"
import { calm, Machine } from "../../src/run/Machine.ts"
import type { RunEvent } from "../../src/run/RunEvent.ts"
import { driven } from "./driven.ts"
import { planOf } from "./plans.ts"

const GIB = 1024 ** 3

describe("what holds new targets back", () => {
  it.each([
    [{ load: { average: 2.5 } }, { load: 2.5 }],
    [{ load: { percent: 100 } }, { load: 8 }],
    [{ load: { percent: 25 } }, { load: 2 }],
    [{ memfree: GIB }, { memfree: GIB }],
    [{}, undefined]
  ])("%j is, with eight processors, %j", (asked, expected) => {
    expect(brakeOptions(asked, 8)).toEqual(expected)
  })

  const told: Array<HoldBack | undefined> = []
  let time = 0
  const brakeOf = (options: Parameters<typeof makeBrake>[0], machine: Partial<Machine["Type"]>) => {
    told.length = 0
    time = 0
    return makeBrake(options, { ...calm, ...machine }, () => time, (hold) => told.push(hold))
  }

  it("is a load average as high as that, asked for once a second and told when it begins and ends", () => {
    const loads = [4, 3.9]
    const brake = brakeOf({ load: 4 }, { load: () => loads.shift() })
    expect([brake.holds(true), brake.holds(true), told]).toEqual([true, true, [{ cause: "load", load: 4, most: 4 }]])
    time = 999
    expect(brake.holds(true)).toBe(true)
    time = 1000
    expect([brake.holds(true), told.length, told[1]]).toEqual([false, 2, undefined])
  })

  it("counts what has just started, which no average knows yet", () => {
    const brake = brakeOf({ load: 2 }, { load: () => 0.5 })
    brake.holds(true)
    brake.started()
    expect(brake.holds(true)).toBe(false)
    brake.started()
    expect(brake.holds(true)).toBe(true)
    time = 1000
    expect(brake.holds(true)).toBe(false)
  })

  it("is less free memory than that", () => {
    const free = [GIB - 1, GIB]
    const brake = brakeOf({ memfree: GIB }, { freeMemory: () => free.shift() })
    expect([brake.holds(true), told]).toEqual([true, [{ cause: "memory", free: GIB - 1, least: GIB }]])
    time = 1000
    expect(brake.holds(true)).toBe(false)
  })

  it("is nothing where nobody wants to start, or nobody tells how the machine is", () => {
    const brake = brakeOf({ load: 1, memfree: GIB }, { load: () => 9 })
    expect([brake.holds(false), told]).toEqual([false, []])
    expect(brakeOf({ load: 1, memfree: GIB }, {}).holds(true)).toBe(false)
  })
})

/** The most targets under way at once, and when each started, in seconds since the first. */
const starts = (journal: ReadonlyArray<RunEvent>) => {
  let running = 0
  let most = 0
  const begin = Date.parse(journal[0]?.at ?? "")
  const at: Array<number> = []
  for (const event of journal) {
    if (event.type === "StepStarted") {
      at.push((Date.parse(event.at) - begin) / 1000)
      most = Math.max(most, ++running)
    }
    if (event.type === "TargetCompleted") running -= 1
  }
  return { most, at }
}

const five = planOf(Array.from({ length: 5 }, (_, index) => ({ id: `t${index}` })))

describe("a run on a machine that has enough to do", () => {
  it.effect("always has one target under way, and no more", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const machine = Layer.succeed(Machine, { ...calm, load: () => 9 })
      const options = { maxParallel: 4, brake: { load: 4 } }
      yield* driven(five, () => ({ durationMs: 10_000 }), { journal, options, machine })
      expect(starts(journal)).toEqual({ most: 1, at: [0, 10, 20, 30, 40] })
    }))

  it.effect("starts more within a second of its having less to do, though nothing ends", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const clock = yield* TestClock.currentTimeMillis
      const now = yield* Effect.clock
      const since = (): number => now.unsafeCurrentTimeMillis() - clock
      const machine = Layer.succeed(Machine, { ...calm, freeMemory: () => since() < 4500 ? 0 : GIB })
      const options = { maxParallel: 4, brake: { memfree: GIB } }
      yield* driven(five, () => ({ durationMs: 10_000 }), { journal, options, machine })
      expect(starts(journal)).toEqual({ most: 4, at: [0, 5, 5, 5, 10] })
    }))

  it.effect("starts no more than the load allows, though the average does not show it yet", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const machine = Layer.succeed(Machine, { ...calm, load: () => 0 })
      const options = { maxParallel: 5, brake: { load: 2 } }
      yield* driven(five, () => ({ durationMs: 10_000 }), { journal, options, machine })
      expect(starts(journal).at).toEqual([0, 0, 1, 1, 2])
    }))

  it.effect("skips what can't start all the same", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const plan = planOf([{ id: "a" }, { id: "b" }, { id: "c", needs: ["a"] }])
      const machine = Layer.succeed(Machine, { ...calm, load: () => 9 })
      const options = { maxParallel: 4, brake: { load: 4 } }
      yield* driven(plan, ({ target }) => ({ durationMs: 1000, exitCode: target === "a" ? 1 : 0 }), {
        journal,
        options,
        machine
      })
      const ends = journal.flatMap((event) => event.type.startsWith("Target") ? [event.type] : [])
      expect(ends).toEqual(["TargetStarted", "TargetBlocked", "TargetStarted", "TargetSkipped", "TargetCompleted"])
    }))
})
