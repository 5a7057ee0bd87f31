import { describe, expect, it } from "@effect/vitest"
import { Effect, type Layer } from "effect"
import type { RunRef, RunStore } from "../../src/checkpoint/RunStore.ts"
import type { RunEvent } from "../../src/run/RunEvent.ts"
import { apply, empty } from "../../src/run/RunState.ts"
import { selectTargets } from "../../src/run/SelectTargets.ts"
import { StateError } from "../../src/run/StateError.ts"
import { storeOf } from "../cli/house.ts"
import { planOf } from "./plans.ts"

const plan = planOf([{ id: "a" }, { id: "b" }, { id: "c" }, { id: "d" }])
const at = "2026-01-01T00:00:00.000Z"

/** A run in which these targets completed, after so many milliseconds. */
const ran = (durations: Readonly<Record<string, number>>) =>
  Object.entries(durations)
    .map(([target, durationMs], index): RunEvent => ({
      type: "TargetCompleted",
      seq: index + 1,
      at,
      target,
      durationMs
    }))
    .reduce(apply, empty)

/** Runs, newest first; one that is undefined can't be read. */
const store = (runs: ReadonlyArray<ReturnType<typeof ran> | undefined>, read: Array<string> = []) => {
  const refs = runs.map((_, index): RunRef => ({ runId: `r${index}`, batch: "batch", directory: `/s/r${index}` }))
  return storeOf({
    list: () => Effect.succeed([{ runId: "x", batch: "other", directory: "/s/x" }, ...refs]),
    read: (ref) => {
      read.push(ref.runId)
      const state = runs[refs.indexOf(ref)]
      return state === undefined
        ? Effect.fail(new StateError({ message: "gone", hint: "", path: "" }))
        : Effect.succeed({ ref, plan, state })
    }
  })
}

const orderOf = (layer: Layer.Layer<RunStore>) =>
  selectTargets("/s", plan, { target: [], only: [], order: "longest-first" }).pipe(
    Effect.map(({ order }) => order.map((index) => plan.targets[index]?.id).join(" ")),
    Effect.provide(layer)
  )

describe("longest first", () => {
  it.effect("is by the newest run that knows; what no run knows could be the longest", () =>
    Effect.gen(function*() {
      const runs = [ran({ a: 10, b: 20 }), undefined, ran({ a: 99, c: 15 })]
      expect(yield* orderOf(store(runs))).toBe("d b c a")
    }))

  it.effect("reads no more runs than it has to, and no more than twenty", () =>
    Effect.gen(function*() {
      const read: Array<string> = []
      yield* orderOf(store([ran({ a: 1, b: 2, c: 3 }), ran({ d: 4 }), ran({ a: 5 })], read))
      expect(read).toEqual(["r0", "r1"])
      const many: Array<string> = []
      yield* orderOf(store(Array.from({ length: 30 }, () => ran({ a: 1 })), many))
      expect(many).toHaveLength(20)
    }))
})
