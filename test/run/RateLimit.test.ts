import { describe, expect, it } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import type { RateLimitPolicy } from "../../src/plan/Plan.ts"
import type { RunEvent } from "../../src/run/RunEvent.ts"
import { apply, empty, targetState } from "../../src/run/RunState.ts"
import { driven, type Setting, told } from "./driven.ts"
import { noRetries, planOf, step } from "./plans.ts"
import { exitOf, type Script } from "./scripted.ts"

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
        message: expect.stringContaining("until 1970-01-01T02:30:00.000Z, longer than the 2 h of `maxWait`")
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

  it.effect("halts however far away the time is, since nothing waits for it", () =>
    Effect.gen(function*() {
      const limit: RateLimitPolicy = { ...policy, onLimit: "halt" }
      const { haltReason, state, status } = yield* limited(turnedAway(1, "Retry-After: 86400"), { limit })
      expect([haltReason, status]).toEqual(["RateLimited", ["pending"]])
      expect(state.halted?.retryAt).toBe("1970-01-02T00:00:00.000Z")
    }))

  it.effect("halts with the time after which none holds, where targets side by side met several", () =>
    Effect.gen(function*() {
      const script: Script = ({ target }) =>
        target === "a"
          ? { exitCode: 75, stderr: "Retry-After: 600", durationMs: 500 }
          : { exitCode: 75, stderr: "Retry-After: 1200", durationMs: 1000 }
      const limit: RateLimitPolicy = { ...policy, onLimit: "halt" }
      const { state } = yield* limited(script, { ids: ["a", "b"], limit, options: { maxParallel: 2 } })
      expect(state.halted?.retryAt).toBe("1970-01-01T00:20:01.000Z")
    }))

  it.effect("that is told as a time of day is over at that time on the clocks of the machine", () =>
    Effect.gen(function*() {
      const limit: RateLimitPolicy = { ...policy, maxWaitMs: 86_400_000 }
      // It is one o'clock in the morning there.
      const { journal } = yield* limited(turnedAway(1, "limit reached, resets 4pm"), { limit })
      expect(journal).toContainEqual(
        expect.objectContaining({ type: "RateLimited", until: "1970-01-01T15:00:00.000Z" })
      )
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

  it.effect("outlasts its wait by what it was waited for, and not by the time in which no pawl was there", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      yield* limited(turnedAway(1), { journal, stopAfter: "4 minutes" })
      yield* TestClock.adjust("8 hours")
      const { status } = yield* limited(turnedAway(1, "Retry-After: 3000"), { journal })
      expect(status).toEqual(["completed"])
      expect(journal.filter(({ type }) => type === "RateLimited")).toHaveLength(2)
    }))

  it.effect.each([
    { what: "a rate limit", end: { exitCode: 75, stderr: "Retry-After: 600" }, next: "RateLimited" },
    { what: "a time of day", end: { exitCode: 75, stderr: "resets 12:10am (UTC)" }, next: "RateLimited" },
    { what: "a failure that is tried again", end: { exitCode: 1 }, next: "AttemptFailed" }
  ])("that was told while no pawl was there counts from then: $what", ({ end, next }) =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      yield* limited(() => ({ durationMs: 3_600_000 }), { journal, stopAfter: "1 second" })
      // As a kill at that moment would leave it.
      journal.splice(journal.findIndex(({ type }) => type === "StepStarted") + 1)
      yield* TestClock.adjust("8 hours")
      const of = { target: "a", path: "run", attempt: 1, origin: { invocation: 1, definition: "0" } }
      const left = [{ ...of, id: { pid: 1 }, take: () => ({ ...exitOf(end), endedAt: 2000 }) }]
      const { status } = yield* limited(() => ({}), { journal, left })
      expect(status).toEqual(["completed"])
      expect(journal.map(({ type }) => type)).toContain(next)
      const starts = journal.flatMap(({ at, type }) => type === "StepStarted" ? [at] : [])
      expect(starts).toEqual(["1970-01-01T00:00:00.000Z", "1970-01-01T08:00:01.000Z"])
    }))

  it.effect.each([
    { what: "no time", endedAt: "yesterday" },
    { what: "one that is still to come", endedAt: "2999-01-01T00:00:00.000Z" },
    { what: "nothing, of an older pawl", endedAt: undefined }
  ])("counts from now where its end was recorded at $what", ({ endedAt }) =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      yield* limited(() => ({ durationMs: 3_600_000 }), { journal, stopAfter: "1 second" })
      const begun = journal.slice(0, journal.findIndex(({ type }) => type === "StepStarted") + 1)
      const { durationMs, stderr, stdout, truncated } = exitOf({ stderr: "Retry-After: 600" })
      const at = begun.at(-1)?.at ?? ""
      const end = { durationMs, exitCode: 75, stderr, stdout, truncated, ...(endedAt === undefined ? {} : { endedAt }) }
      const about = { seq: begun.length + 1, at, target: "a", path: "run", attempt: 1 }
      begun.push({ type: "AttemptRecovered", ...about, ...end })
      yield* TestClock.adjust("8 hours")
      const { status } = yield* limited(() => ({}), { journal: begun })
      expect(status).toEqual(["completed"])
      const starts = begun.flatMap(({ at, type }) => type === "StepStarted" ? [at] : [])
      expect(starts.at(-1)).toBe("1970-01-01T08:10:01.000Z")
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
