import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Attempt } from "../../src/process/ProcessRunner.ts"
import type { RunEvent } from "../../src/run/RunEvent.ts"
import { driven, type Setting } from "./driven.ts"
import { approval, ifStep, planOf, step } from "./plans.ts"
import type { Started } from "./scripted.ts"

type Targets = Parameters<typeof planOf>[0]

/** What a run told the runner to expect, and what it then ran. */
const expected = (targets: Targets, setting: Setting = {}) =>
  Effect.gen(function*() {
    const told: Array<Attempt> = []
    const started: Array<Started> = []
    yield* driven(planOf(targets), ({ target }) => ({ durationMs: 10, exitCode: target === "bad" ? 1 : 0 }), {
      started,
      expect: (attempt) => told.push(attempt),
      ...setting
    })
    return { told, names: told.map(({ env }) => env["PAWL_TARGET"]), started }
  })

describe("while a target runs", () => {
  it.effect("the first attempt of the next one is made ready, and is the one that is run", () =>
    Effect.gen(function*() {
      const steps = [step("say", { command: ["echo", "{{ context.target }} {{ context.attempt }}"] })]
      const { names, started, told } = yield* expected([{ id: "a", steps }, { id: "b", steps }, { id: "c", steps }])
      expect(names).toEqual(["b", "c"])
      expect(told[0]).toMatchObject({ command: ["echo", "b 1"], out: "/runs/r1/logs/b/say.out" })
      // One and the same, by which the runner knows it again.
      expect(started.slice(1).map(({ env }) => told.some((attempt) => attempt.env === env))).toEqual([true, true])
    }))

  it.effect("nothing is made ready that may not come, or come otherwise", () =>
    Effect.gen(function*() {
      const wait = step("wait", { when: "{{ context.target == 'z' }}" })
      const { names } = yield* expected([
        { id: "a" },
        { id: "b", steps: [wait] },
        { id: "c", steps: [approval("ship"), step("end")] },
        { id: "d", steps: [ifStep("maybe", "{{ true }}")] },
        { id: "e", steps: [step("once", { idempotent: false })] }
      ])
      expect(names).toEqual([])
    }))

  it.effect("a target that has begun before is not", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const targets = [{ id: "bad" }, { id: "b" }, { id: "c" }]
      yield* expected(targets, { journal, options: { cap: 2 } })
      const { names } = yield* expected(targets, { journal, request: { resume: again } })
      expect(names).toEqual(["c"])
    }))

  it.effect("the next of all is where others run beside it, by whoever takes it up", () =>
    Effect.gen(function*() {
      const { names, started, told } = yield* expected([{ id: "a" }, { id: "b" }, { id: "c" }, { id: "d" }], {
        options: { maxParallel: 2 }
      })
      expect(names.at(-1)).toBe("d")
      expect(new Set(names).size).toBe(names.length)
      const ready = new Set(told.map(({ env }) => env))
      expect(started.filter(({ env }) => ready.has(env)).map(({ target }) => target)).toContain("d")
    }))
})

const again = { retryErrors: true, retryBlocked: true, allowChanges: false }
