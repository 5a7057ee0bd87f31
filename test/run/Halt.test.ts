import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import type { RunEvent } from "../../src/run/RunEvent.ts"
import { apply, empty, targetState } from "../../src/run/RunState.ts"
import { driven, told } from "./driven.ts"
import { noRetries, planOf, step } from "./plans.ts"
import type { Script, Started } from "./scripted.ts"

const three = planOf([{ id: "a" }, { id: "b" }, { id: "c" }])
const status = (journal: ReadonlyArray<RunEvent>, id: string) => targetState(journal.reduce(apply, empty), id).status
const script: Script = ({ target }) => target === "a" ? { exitCode: 1, durationMs: 1000 } : { durationMs: 60_000 }
const options = { autoAdvance: false, maxParallel: 2 }

describe("a block that halts the run", () => {
  it.effect("lets what runs end, with `--halt soon` and where nothing is said", () =>
    Effect.gen(function*() {
      for (const halt of [{}, { halt: "soon" as const }]) {
        const journal: Array<RunEvent> = []
        const { haltReason } = yield* driven(three, script, { journal, options: { ...options, ...halt } })
        expect(haltReason).toBe("TargetBlocked")
        expect(["a", "b", "c"].map((id) => status(journal, id))).toEqual(["blocked", "completed", "pending"])
      }
    }))

  it.effect("interrupts what runs with `--halt now`, and a resume makes that attempt again", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const now = { ...options, halt: "now" as const }
      const { haltReason } = yield* driven(three, script, { journal, options: now })
      expect(haltReason).toBe("TargetBlocked")
      expect(journal.at(-1)).toMatchObject({ type: "RunHalted", haltReason: "TargetBlocked" })
      const seconds = (Date.parse(journal.at(-1)?.at ?? "") - Date.parse(journal[0]?.at ?? "")) / 1000
      expect(seconds).toBe(1)
      expect(["a", "b", "c"].map((id) => status(journal, id))).toEqual(["blocked", "pending", "pending"])
      const started: Array<Started> = []
      yield* driven(three, script, { journal, started, options: now })
      expect(started.map(({ attempt, target }) => `${target} ${attempt}`)).toEqual(["b 1", "c 1"])
      expect(["a", "b", "c"].map((id) => status(journal, id))).toEqual(["blocked", "completed", "completed"])
    }))

  it.effect("interrupts those that wait for their next attempt too, which keep what is left of their wait", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const retries = { ...noRetries, maxAttempts: 2, backoffSeconds: 600 }
      const plan = planOf([{ id: "w", steps: [step("run", { retries })] }, { id: "a" }])
      const fails: Script = ({ attempt, target }) => ({ exitCode: target === "a" || attempt === 1 ? 1 : 0 })
      yield* driven(plan, fails, { journal, options: { autoAdvance: false, halt: "now" }, stopAfter: "10 seconds" })
      expect(told(journal).slice(-2)).toEqual(["TargetBlocked a", "RunHalted"])
      const { haltReason } = yield* driven(plan, fails, { journal })
      expect(haltReason).toBe("AllDoneOrBlocked")
      const second = journal.find((event) => event.type === "StepStarted" && event.attempt === 2)
      const failed = journal.find(({ type }) => type === "AttemptFailed")
      expect(failed).toMatchObject({ nextAttemptAt: second?.at })
    }))

  it.effect("goes past blocked targets with auto-advance, and interrupts where too many are blocked", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const more = { autoAdvance: true, maxParallel: 3, halt: "now" as const, maxBlocked: { count: 1 } }
      const plan = planOf([{ id: "a" }, { id: "b" }, { id: "c" }, { id: "d" }])
      const fails: Script = ({ target }) =>
        target === "c" ? { durationMs: 60_000 } : { exitCode: 1, durationMs: target === "a" ? 1000 : 5000 }
      const { haltReason } = yield* driven(plan, fails, { journal, options: more })
      expect(haltReason).toBe("FailureThresholdReached")
      expect(["a", "b", "c", "d"].map((id) => status(journal, id))).toEqual([
        "blocked",
        "blocked",
        "pending",
        "pending"
      ])
    }))
})
