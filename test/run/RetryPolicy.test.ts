import { describe, expect, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import type { RetryPolicyData } from "../../src/plan/Plan.ts"
import { nextAttemptAt } from "../../src/run/RetryPolicy.ts"
import { noRetries } from "./plans.ts"

const NOW = 1_000_000
const failed = { reason: "exit-code", exitCode: 1 } as const

/** Delays after each failed attempt, in seconds, until none follows. */
const delays = (policy: RetryPolicyData, failure: Parameters<typeof nextAttemptAt>[2] = failed) =>
  Effect.iterate({ count: 0, all: [] as ReadonlyArray<number>, more: true }, {
    while: ({ more }) => more,
    body: ({ all, count }) =>
      Effect.map(
        nextAttemptAt(policy, count + 1, failure, NOW),
        Option.match({
          onNone: () => ({ count, all, more: false }),
          onSome: (at) => ({ count: count + 1, all: [...all, (at - NOW) / 1000], more: true })
        })
      )
  }).pipe(Effect.map(({ all }) => all))

describe("the time until the next attempt", () => {
  const cases: ReadonlyArray<readonly [string, Partial<RetryPolicyData>, ReadonlyArray<number>]> = [
    ["there is none without retries", {}, []],
    ["constant with a factor of 1", { maxAttempts: 4, factor: 1, backoffSeconds: 2 }, [2, 2, 2]],
    ["grows by the factor", { maxAttempts: 5, factor: 3, backoffSeconds: 2 }, [2, 6, 18, 54]],
    ["stops growing at the cap", { maxAttempts: 6, maxBackoffSeconds: 5 }, [1, 2, 4, 5, 5]],
    ["nothing with a back-off of nothing", { maxAttempts: 3, backoffSeconds: 0 }, [0, 0]]
  ]
  it.effect.each(cases)("%s", ([, policy, expected]) =>
    Effect.gen(function*() {
      expect(yield* delays({ ...noRetries, ...policy })).toEqual(expected)
    }))

  it.effect("stays at the cap where the growth has left all numbers behind", () =>
    Effect.gen(function*() {
      const policy = { ...noRetries, maxAttempts: 2000, maxBackoffSeconds: 60 }
      const at = yield* nextAttemptAt(policy, 1500, failed, NOW)
      expect(at).toEqual(Option.some(NOW + 60_000))
    }))

  it.effect("with jitter lies within a fifth of what it would be, and differs", () =>
    Effect.gen(function*() {
      const policy = { ...noRetries, maxAttempts: 40, factor: 1, backoffSeconds: 10, jitter: true }
      const all = yield* delays(policy)
      expect(all.every((delay) => delay >= 8 && delay <= 12)).toBe(true)
      expect(new Set(all).size).toBeGreaterThan(20)
    }))

  const on = { ...noRetries, maxAttempts: 2, on: { exitCodes: [75], timeout: true } }
  it.effect.each(
    [
      ["a listed exit code is retried", { reason: "exit-code", exitCode: 75 }, 1],
      ["another exit code is not", { reason: "exit-code", exitCode: 1 }, 0],
      ["a time-out is where it is asked for", { reason: "timed-out" }, 1],
      ["a signal is not", { reason: "signal" }, 0],
      ["an expression that failed never is", { reason: "expression-failed" }, 0]
    ] as const
  )("%s", ([, failure, retries]) =>
    Effect.gen(function*() {
      expect((yield* delays(on, failure)).length).toBe(retries)
    }))
})
