import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fc from "fast-check"
import type { RateLimitPolicy } from "../../src/plan/Plan.ts"
import type { RunEvent } from "../../src/run/RunEvent.ts"
import { readRetryAfter } from "../../src/run/RetryAfter.ts"
import { apply, empty, targetState } from "../../src/run/RunState.ts"
import { driven, type Setting, told } from "./driven.ts"
import { noRetries, planOf, step } from "./plans.ts"
import type { Script } from "./scripted.ts"

const now = Date.parse("2026-11-20T12:00:00Z")
const after = (seconds: number): number => now + seconds * 1000

describe("the end of a rate limit", () => {
  it.each([
    ["Retry-After: 30", after(30)],
    ["< retry-after: 1.5", after(1.5)],
    ["\"retry-after\":\"120\"", after(120)],
    ["Retry-After: Fri, 20 Nov 2026 12:01:00 GMT", after(60)],
    ["error: rate limited, retry after 30s", after(30)],
    ["please try again in 1m 30s.", after(90)],
    ["wait 2 minutes and 5 seconds", after(125)],
    ["limit resets in 1 hour", after(3600)],
    ["the quota comes back at 2026-11-20T13:00:00Z", after(3600)],
    ["X-RateLimit-Reset: 1795176060", after(60)],
    ["Retry-After: 10\nRetry-After: 40", after(40)]
  ])("is read from %s", (text, time) => {
    expect(readRetryAfter(text, now)).toBe(time)
  })

  it.each([
    "rate limit exceeded",
    "Retry-After: soon",
    "Retry-After: 2026-11-20T11:00:00Z",
    "X-RateLimit-Reset: 1795175000",
    "retry after 99999999 days",
    ""
  ])("is not read from %s", (text) => {
    expect(readRetryAfter(text, now)).toBeUndefined()
  })

  it("is none or lies ahead, whatever was printed", () => {
    const words = fc.constantFrom("Retry-After", ":", " ", "retry after", "30", "s", "-", "2026-11-20T", "12:00", "Z")
    fc.assert(
      fc.property(fc.array(fc.oneof(words, fc.string())).map((parts) => parts.join("")), (text) => {
        const time = readRetryAfter(text, now)
        expect(time === undefined || (Number.isInteger(time) && time > now)).toBe(true)
      }),
      { numRuns: 2000 }
    )
  })
})

const policy: RateLimitPolicy = { exitCodes: [75], stderr: "slow down", onLimit: "wait", maxWaitMs: 7_200_000 }
const stateOf = (journal: ReadonlyArray<RunEvent>) => journal.reduce(apply, empty)

/** Targets of one step; `script` says how their attempts end. */
const limited = (script: Script, { ids = ["a"], limit = policy, ...setting }: Setting & {
  readonly ids?: ReadonlyArray<string>
  readonly limit?: RateLimitPolicy
} = {}) =>
  Effect.gen(function*() {
    const { journal = [] } = setting
    const plan = planOf(
      ids.map((id) => ({ id, steps: [step("run", { retries: { ...noRetries, maxAttempts: 2 } })] })),
      { rateLimit: limit }
    )
    const end = yield* driven(plan, script, { ...setting, journal })
    return { ...end, journal, status: ids.map((id) => targetState(stateOf(journal), id).status) }
  })

/** Rate-limited the first `times` times, then fine. */
const turnedAway = (times: number, stderr = "Retry-After: 600", exitCode = 75): Script => {
  let count = 0
  return () => (++count <= times ? { exitCode, stderr } : { exitCode: 0 })
}

describe("a rate limit", () => {
  it.effect("is waited out, and is no failed attempt", () =>
    Effect.gen(function*() {
      const { journal, status } = yield* limited(turnedAway(3))
      expect(status).toEqual(["completed"])
      expect(told(journal).slice(2, 6)).toEqual([
        "StepStarted a run 1",
        "RateLimited a run 1",
        "StepStarted a run 1",
        "RateLimited a run 1"
      ])
      expect(journal.filter(({ type }) => type === "AttemptFailed")).toEqual([])
      expect(journal.find(({ type }) => type === "StepSucceeded")).toMatchObject({
        attempt: 1,
        at: "1970-01-01T00:30:00.000Z"
      })
    }))

  it.effect("is known by standard error as well, and by no other output", () =>
    Effect.gen(function*() {
      expect((yield* limited(turnedAway(1, "slow down, retry after 5s", 1))).journal)
        .toContainEqual(expect.objectContaining({ type: "RateLimited", until: "1970-01-01T00:00:05.000Z" }))
      const { journal } = yield* limited(() => ({ exitCode: 0, stderr: "slow down" }))
      expect(journal.filter(({ type }) => type === "RateLimited")).toEqual([])
      const printed = yield* limited(() => ({ exitCode: 1, stdout: "slow down" }))
      expect(printed.journal.filter(({ type }) => type === "RateLimited")).toEqual([])
    }))

  it.effect("that names no time falls back to the back-off, and says so", () =>
    Effect.gen(function*() {
      const { journal } = yield* limited(turnedAway(3, ""))
      const limits = journal.filter((event) => event.type === "RateLimited")
      expect(limits.map(({ until }) => until)).toEqual([
        "1970-01-01T00:00:01.000Z",
        "1970-01-01T00:00:03.000Z",
        "1970-01-01T00:00:07.000Z"
      ])
      expect(limits[0]?.message).toMatch(/no time that can be read/)
    }))

  it.effect("holds up every target, not only the one that met it", () =>
    Effect.gen(function*() {
      let turned = false
      const script: Script = ({ target }) => {
        if (target !== "a" || turned) return { durationMs: 1000 }
        turned = true
        return { exitCode: 75, stderr: "Retry-After: 600" }
      }
      const { journal } = yield* limited(script, { ids: ["a", "b", "c"], options: { maxParallel: 2 } })
      const starts = journal.flatMap((event) =>
        event.type === "StepStarted" ? [[event.target, event.at.slice(11, 19)]] : []
      )
      expect(starts).toEqual([["a", "00:00:00"], ["b", "00:10:00"], ["a", "00:10:00"], ["c", "00:10:01"]])
    }))

  it.effect("that outlasts its wait makes the target errored", () =>
    Effect.gen(function*() {
      const { journal, status } = yield* limited(turnedAway(99, "Retry-After: 3000"))
      expect(status).toEqual(["errored"])
      expect(targetState(stateOf(journal), "a")).toMatchObject({
        reason: "rate-limited",
        message: expect.stringContaining("longer than the 2 h of `maxWait`")
      })
    }))

  it.effect("outlasts its wait only in a row: an attempt that fails otherwise begins it anew", () =>
    Effect.gen(function*() {
      let count = 0
      const script: Script = () => {
        count += 1
        if (count === 6) return { exitCode: 0 }
        return count === 3 ? { exitCode: 1 } : { exitCode: 75, stderr: "Retry-After: 3000" }
      }
      expect((yield* limited(script)).status).toEqual(["completed"])
    }))

  it.effect("halts with the time to come back at, where that is asked for; come back too early, it does so again", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const limit: RateLimitPolicy = { ...policy, onLimit: "halt", maxWaitMs: 1e12 }
      const setting = { ids: ["a", "b"], journal, limit, stopAfter: "1 minute" } as const
      const far = turnedAway(1, "Retry-After: 31000000")
      const first = yield* limited(far, setting)
      expect([first.haltReason, first.status]).toEqual(["RateLimited", ["pending", "pending"]])
      expect(first.state.halted?.retryAt).toBe("1970-12-25T19:06:40.000Z")
      const again = yield* limited(far, setting)
      expect([again.haltReason, again.state.halted?.retryAt]).toEqual(["RateLimited", "1970-12-25T19:06:40.000Z"])
      expect(journal.filter(({ type }) => type === "StepStarted")).toHaveLength(1)
    }))

  it.effect("with --no-wait halts where it is more than a minute away, and is waited for otherwise", () =>
    Effect.gen(function*() {
      const options = { noWait: true }
      expect((yield* limited(turnedAway(1, "Retry-After: 61"), { options })).haltReason).toBe("RateLimited")
      expect((yield* limited(turnedAway(1, "Retry-After: 59"), { options })).haltReason).toBe("AllDoneOrBlocked")
    }))

  it.effect("is waited out by a resumed run for what is left of it", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const stopped = yield* limited(turnedAway(1), { journal, stopAfter: "4 minutes" })
      expect(stopped.haltReason).toBe("ShutdownRequested")
      yield* limited(() => ({}), { journal })
      const starts = journal.filter(({ type }) => type === "StepStarted")
      expect(starts.at(-1)?.at).toBe("1970-01-01T00:10:00.000Z")
    }))

  it.effect("is counted, with the time that it took", () =>
    Effect.gen(function*() {
      const { state } = yield* limited(turnedAway(2))
      expect(state.limited).toMatchObject({ count: 2, waitMs: 1_200_000 })
    }))
})

describe("--no-wait", () => {
  it.effect("leaves a target whose retry is far away, does the others, and halts to be run again", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const retries = { ...noRetries, maxAttempts: 2, backoffSeconds: 300 }
      const plan = planOf([{ id: "a", steps: [step("run", { retries })] }, { id: "b" }])
      const script: Script = ({ target }) => ({ exitCode: target === "a" ? 1 : 0 })
      const { haltReason, state } = yield* driven(plan, script, { journal, options: { noWait: true } })
      expect(haltReason).toBe("RateLimited")
      expect(state.halted?.retryAt).toBe("1970-01-01T00:05:00.000Z")
      expect(targetState(state, "b").status).toBe("completed")
    }))
})
