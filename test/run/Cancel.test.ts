import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import type { LeftCancel } from "../../src/run/Gates.ts"
import type { RunEvent } from "../../src/run/RunEvent.ts"
import { layerDeciding } from "./deciding.ts"
import { driven } from "./driven.ts"
import { planOf } from "./plans.ts"
import type { Script } from "./scripted.ts"

const plan = planOf([{ id: "a" }, { id: "b" }])

/** Every step takes an hour. */
const slow: Script = () => ({ durationMs: 3_600_000 })

const cancel = (invocation: number): LeftCancel => ({
  invocation,
  by: "alice",
  note: "the database is down",
  requestedAt: "2026-11-20T03:00:00.000Z"
})

/** One invocation with these requests in the inbox from the start; it is looked at now and then. */
const withRequests = (journal: Array<RunEvent>, ...requests: ReadonlyArray<LeftCancel>) =>
  driven(plan, slow, { journal, gates: layerDeciding({ everyMs: 600_000, cancels: () => requests }) })

describe("a request to stop a run", () => {
  it.effect("stops it as SIGTERM would, and says who asked", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      let looks = 0
      const gates = layerDeciding({ everyMs: 1000, cancels: () => (++looks > 3 ? [cancel(1)] : []) })
      const { haltReason, signal, state } = yield* driven(plan, slow, { journal, gates })
      expect([haltReason, signal]).toEqual(["ShutdownRequested", "SIGTERM"])
      expect(state.halted).toMatchObject({ by: "alice", note: "the database is down" })
      expect(journal.at(-1)).toMatchObject({
        type: "RunHalted",
        at: "1970-01-01T00:00:03.000Z",
        haltReason: "ShutdownRequested",
        by: "alice"
      })
      expect(journal.filter(({ type }) => type === "StepSucceeded")).toEqual([])
    }))

  it.effect("that another invocation was meant by is of no effect", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      expect(yield* withRequests(journal, cancel(1))).toMatchObject({ haltReason: "ShutdownRequested" })
      // Both are there for good: what was dropped stays.
      const { haltReason, state } = yield* withRequests(journal, cancel(1), cancel(3))
      expect([haltReason, state.halted]).toEqual(["AllDoneOrBlocked", expect.not.objectContaining({ by: "alice" })])
    }))

  it.effect("reaches a run that waits for a rate limit to be over", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      let looks = 0
      const limited = planOf([{ id: "a" }], { rateLimit: { exitCodes: [75], onLimit: "wait", maxWaitMs: 86_400_000 } })
      const gates = layerDeciding({ everyMs: 1000, cancels: () => (++looks > 3 ? [cancel(1)] : []) })
      const { signal } = yield* driven(limited, () => ({ exitCode: 75 }), { journal, gates })
      expect([signal, journal.map(({ type }) => type)]).toEqual([
        "SIGTERM",
        expect.arrayContaining(["RateLimited", "RunHalted"])
      ])
    }))
})
