import { describe, expect, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { roughly } from "../../src/report/Duration.ts"
import { advance, nothing, type Progress } from "../../src/report/Progress.ts"
import { rateWords, toGo, toGoWords } from "../../src/report/ToGo.ts"
import type { RunFact } from "../../src/run/RunEvent.ts"
import { empty } from "../../src/run/RunState.ts"
import { paused, plan, started } from "./plans.ts"

const start = Date.parse("2026-11-20T03:00:00.000Z")
const at = (second: number): number => start + second * 1000
const iso = (second: number): string => new Date(at(second)).toISOString()

/** A run of so many targets, and what happened in it at which second. */
const run = (targets: number, ...facts: ReadonlyArray<readonly [second: number, fact: RunFact]>): Progress => {
  const of = plan(Array.from({ length: targets }, (_, index) => `t${index}`))
  return [[0, started(of)] as const, ...facts].reduce<Progress>(
    (progress, [second, fact], index) => advance(progress, { seq: index + 1, at: iso(second), ...fact }, () => empty),
    nothing
  )
}
type Step = readonly [number, RunFact]
const begins = (second: number, target: string): ReadonlyArray<Step> => [
  [second, { type: "TargetStarted", target }],
  [second, { type: "StepStarted", target, path: "build", attempt: 1, pid: 1 }]
]
const completes = (second: number, target: string): Step => [
  second,
  { type: "TargetCompleted", target, durationMs: 1 }
]
/** One after the other, each so many seconds. */
const done = (count: number, each: number): ReadonlyArray<Step> =>
  Array.from({ length: count }).flatMap((_, index) => [
    ...begins(index * each, `t${index}`),
    completes((index + 1) * each, `t${index}`)
  ])
const fails = (second: number, target: string, until: number): Step => [second, {
  type: "AttemptFailed",
  target,
  path: "build",
  attempt: 1,
  reason: "exit-code",
  message: "exit code 2",
  durationMs: 1,
  nextAttemptAt: iso(until)
}]
const limited = (second: number, target: string, until: number): Step => [second, {
  type: "RateLimited",
  target,
  path: "build",
  attempt: 1,
  until: iso(until),
  message: "exit code 75",
  durationMs: 1
}]

describe("the time that a run may still take", () => {
  it("is not told before enough targets have ended to say anything", () => {
    expect(toGoWords(run(100, ...done(2, 10)), at(20))).toBeUndefined()
    expect(toGoWords(run(100, ...done(3, 10)), at(30))).toBe("about 17m to go")
    expect(toGoWords(run(100_000, ...done(3, 0.001)), at(1))).toBeUndefined()
  })

  it("is not told while the first of many at the same time have ended: they were the quickest", () => {
    const wide = Array.from({ length: 64 }).flatMap((_, index) => begins(0, `t${index}`))
    const ended = (count: number) => Array.from({ length: count }, (_, index) => completes(10, `t${index}`))
    expect(toGo(run(640, ...wide, ...ended(20)), at(10))).toBeUndefined()
    expect(toGoWords(run(640, ...wide, ...ended(40)), at(10))).toBe("about 3m to go")
  })

  it("counts the time of a rate limit as time that the work takes: what was met once is met again", () => {
    // 10 in a minute, and then nothing for the rest of the hour.
    const limits = run(110, ...done(10, 6), ...begins(60, "t10"), limited(60, "t10", 3600))
    expect(toGoWords(limits, at(60))).toBe("about 11h to go")
    expect(toGoWords(limits, at(3600))).toBe("about 10h to go")
  })

  it("is no less than the last wait for another attempt, of which nobody knows whether it helps", () => {
    const waits = run(20, ...done(10, 1), ...begins(10, "t10"), fails(10, "t10", 970))
    expect(toGoWords(waits, at(10))).toBe("at least 16m to go")
    expect(toGoWords(run(20, ...done(10, 1), ...begins(10, "t10"), fails(10, "t10", 15)), at(10))).toBe(
      "about 10s to go"
    )
  })

  it("is not told where all that is left is under way, but for how long it waits", () => {
    const last = [...done(10, 1), ...begins(10, "t10"), ...begins(10, "t11")]
    expect(toGo(run(12, ...last), at(12))).toBeUndefined()
    expect(toGoWords(run(12, ...last, fails(11, "t10", 71)), at(11))).toBe("at least 1m to go")
    expect(toGo(run(10, ...done(10, 1)), at(10))).toBeUndefined()
  })

  it("does not count what waits for a person", () => {
    const [, resting] = [started, paused("t10", "ship")]
    const progress = (targets: number) => run(targets, ...done(10, 1), ...begins(10, "t10"), [10, resting])
    expect(toGo(progress(11), at(11))).toBeUndefined()
    expect(toGo(progress(31), at(10))?.ms).toBe(20_000)
  })

  it("does not take what was skipped for work", () => {
    const skipped = Array.from({ length: 50 }, (_, index): Step => [3, {
      type: "TargetSkipped",
      target: `t${index + 10}`,
      reason: "need-not-completed",
      need: "t0",
      message: "it needs t0"
    }])
    expect(toGo(run(100, ...done(10, 1), ...skipped), at(10))?.ms).toBe(40_000)
  })

  it.prop("is a length of time or nothing", [
    FastCheck.array(FastCheck.tuple(FastCheck.nat(500), FastCheck.nat(9), FastCheck.nat(5)), { maxLength: 60 }),
    FastCheck.nat(600)
  ], ([happenings, second]) => {
    const facts = happenings.toSorted(([a], [b]) => a - b).flatMap(([when, target, what]): ReadonlyArray<Step> => {
      const id = `t${target}`
      if (what === 0) return [completes(when, id)]
      if (what === 1) return [fails(when, id, when + 30)]
      if (what === 2) return [limited(when, id, when + 60)]
      return begins(when, id)
    })
    const known = toGo(run(20, ...facts), at(second))
    if (known !== undefined) expect(Number.isFinite(known.ms) && known.ms > 0).toBe(true)
    expect(known === undefined || known.ms > 0).toBe(true)
  })
})

describe("words of what is only guessed", () => {
  it.each([
    [1, "5s", "5s"],
    [12_000, "15s", "10s"],
    [58_000, "1m", "55s"],
    [61_000, "2m", "1m"],
    [3_540_000, "59m", "59m"],
    [3_599_000, "1h", "59m"],
    [3_600_000, "1h", "1h"],
    [11_000_000, "3h10m", "3h"],
    [200_000_000, "2d07h", "2d07h"]
  ])("%d ms are no less than %s and no more than %s", (ms, more, less) => {
    expect([roughly(ms), roughly(ms, true)]).toEqual([more, less])
  })

  it("a rate is told by what makes it more than one", () => {
    expect(rateWords(run(10), at(10))).toBeUndefined()
    expect(rateWords(run(100, ...done(30, 0.5)), at(15))).toBe("2.0/s")
    expect(rateWords(run(100, ...done(3, 20)), at(60))).toBe("3.0/min")
    expect(rateWords(run(100, ...done(3, 1200)), at(3600))).toBe("3.0/h")
  })
})
