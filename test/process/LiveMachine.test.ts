import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { freeMemoryOf, layerMachine, loadOf } from "../../src/process/LiveMachine.ts"
import { Machine } from "../../src/run/Machine.ts"

describe("the machine that pawl is on", () => {
  it.each([
    ["9.24 6.06 6.37 9/195 5506\n", 9.24],
    ["12 0 0 1/1 1\n", 12],
    ["", undefined],
    ["nonsense", undefined]
  ])("has by %j a load of %s", (text, load) => {
    expect(loadOf(text)).toBe(load)
  })

  it.each([
    ["MemTotal:       24684092 kB\nMemFree:        12616128 kB\nMemAvailable:   20069804 kB\n", 20069804 * 1024],
    ["MemTotal:       24684092 kB\n", undefined],
    ["", undefined]
  ])("has by %j so much free memory: %s", (text, bytes) => {
    expect(freeMemoryOf(text)).toBe(bytes)
  })

  it.effect("is asked for what it has", () =>
    Effect.gen(function*() {
      const machine = yield* Machine
      expect(machine.processors()).toBeGreaterThanOrEqual(1)
      expect(machine.load()).toBeGreaterThanOrEqual(0)
      expect(machine.freeMemory()).toBeGreaterThan(1024 ** 2)
    }).pipe(Effect.provide(layerMachine)))
})
