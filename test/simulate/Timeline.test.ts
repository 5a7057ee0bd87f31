import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import type { RunEvent } from "../../src/run/RunEvent.ts"
import { offset } from "../../src/simulate/Offset.ts"
import { timeline, type TimelineOptions } from "../../src/simulate/Timeline.ts"
import { rehearsed } from "./rehearsing.ts"

const drawn = (journal: ReadonlyArray<RunEvent>, more: Partial<TimelineOptions> = {}) =>
  timeline(journal, { columns: 40, kills: [], statusOf: () => "ok", most: 50, ...more })

describe("the timeline", () => {
  it.live("shows work, waits and attempts of each target to scale", () =>
    Effect.gen(function*() {
      const { journal } = yield* rehearsed(
        `name: b
targets:
  - { id: long-one, run: make, failure: { retries: { maxAttempts: 2, backoffSeconds: 8 } } }
  - { id: b, run: make }
`,
        {
          options: { maxParallel: 1 },
          scenario: `steps:
  - { match: long-one/run, attempt: 1, exitCode: 1, duration: 4s }
  - { match: "*", duration: 4s }
`
        }
      )
      expect(drawn(journal, { columns: 36 })).toEqual([
        "               t+0            t+16s",
        "long-one  ok  |█████··········▓▓▓▓▓|",
        "b         ok  |     █████          |",
        "· waits to go on   █ at work   ▓ trying again"
      ])
    }))

  it.live("gives an attempt among long waits its character all the same", () =>
    Effect.gen(function*() {
      const { journal } = yield* rehearsed(
        `name: b
targets:
  - { id: a, run: make, failure: { retries: { maxAttempts: 3, backoffSeconds: 302400, factor: 1, maxBackoffSeconds: 999999 } } }
`,
        { scenario: "default: { exitCode: 1, durationMs: 5 }\n" }
      )
      const [axis, bar] = drawn(journal, { columns: 35 })
      expect(axis).toContain("t+7d0.015s")
      expect(bar).toBe("a  ok  |█···········▓▓···········▓|")
    }))

  it.live("shows who waits for a person, and when pawl was killed", () =>
    Effect.gen(function*() {
      const { invocations, journal } = yield* rehearsed(
        `name: b
targets:
  - id: a
    steps: [{ id: s, run: make }, { id: ship, gate: { approval: "Ship?" } }, { id: t, run: make }]
`,
        {
          scenario: `default: { duration: 5s }
gates: [{ match: a/ship, decision: approve, after: 10s }]
crash: [{ atEvent: 3, resumeAfter: 4s }]
`
        }
      )
      const kills = invocations.flatMap(({ end, endedAt }) => end === "killed" ? [Date.parse(endedAt)] : [])
      expect(drawn(journal, { columns: 34, kills })).toEqual([
        "        t+0                 t+24s",
        "        !",
        "a  ok  |█   ██████?????????██████|",
        "? waits for a person   █ at work   ! pawl is killed"
      ])
    }))

  it.live("of many targets shows the first, and fits names into their column", () =>
    Effect.gen(function*() {
      const { journal } = yield* rehearsed(
        `name: b
targets: [{ forEach: { items: [one, two, a-name-that-goes-on-and-on-and-on] }, id: "{{ item }}", run: make }]
`,
        { scenario: "default: { duration: 1s }\n" }
      )
      const lines = drawn(journal, { columns: 60, most: 2 })
      expect(lines).toHaveLength(5)
      expect(lines[3]).toBe("and 1 more")
      expect(Math.max(...drawn(journal, { columns: 60 }).slice(0, 4).map((line) => line.length))).toBeLessThanOrEqual(
        60
      )
      expect(drawn(journal, { columns: 60 })[3]).toMatch(/^a-name-that-goes-on-and…  ok/)
    }))

  it("of nothing is nothing", () => {
    expect(drawn([])).toEqual([])
  })
})

describe("a length of time", () => {
  it.each([
    [0, "0"],
    [5, "0.005s"],
    [30_000, "30s"],
    [3_630_250, "1h30.25s"],
    [90_000, "1m30s"],
    [604_800_000, "7d"]
  ])("%i ms is written as %s", (ms, text) => {
    expect(offset(ms)).toBe(text)
  })
})
