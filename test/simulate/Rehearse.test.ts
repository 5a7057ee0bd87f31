import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import type { HaltReason, RunEvent } from "../../src/run/RunEvent.ts"
import { targetState } from "../../src/run/RunState.ts"
import { chaosScript } from "../../src/simulate/Chaos.ts"
import { violations } from "../../src/simulate/Invariants.ts"
import { rehearse } from "../../src/simulate/Rehearse.ts"
import { told } from "../run/driven.ts"
import { inEnvironment, loadedOf, rehearsed, type Rehearsing, requestOf } from "./rehearsing.ts"

const timesOf = (journal: ReadonlyArray<RunEvent>, type: RunEvent["type"]): ReadonlyArray<string> =>
  journal.flatMap((event) => event.type === type ? [event.at.slice(0, 19)] : [])

const three = `name: b
targets:
  - { id: a, labels: { tier: T1 }, steps: [{ id: s, run: make }] }
  - { id: b, steps: [{ id: s, run: make }] }
  - { id: c, steps: [{ id: s, run: make }] }
`
const gated = `name: b
targets:
  - { id: a, steps: [{ id: ship, gate: { approval: "Ship?", options: [blue, green, reject] } }, { id: s, run: make }] }
  - { id: b, steps: [{ id: s, run: make }] }
`
const limited = `name: b
rateLimit: { exitCodes: [75], onLimit: halt }
targets: [{ id: a, steps: [{ id: s, run: make }] }]
`
const tripped = `name: b
failure: { circuitBreaker: { threshold: 1 } }
targets: [{ id: a, steps: [{ id: s, run: make }] }, { id: b, run: make }]
`
const checked = `name: b
preflight: [{ id: up, run: look }]
targets: [{ id: a, steps: [{ id: s, run: make }] }]
`
const failing = "steps: [{ match: a/s, exitCode: 2 }]"

interface End extends Rehearsing {
  readonly name: string
  readonly batch?: string
  readonly reason: HaltReason
  readonly code: number
}

const ends: ReadonlyArray<End> = [
  { name: "everything completed", reason: "AllDoneOrBlocked", code: 0 },
  { name: "one is blocked and the others completed", scenario: failing, reason: "AllDoneOrBlocked", code: 0 },
  { name: "one is blocked, strictly", scenario: failing, strict: true, reason: "AllDoneOrBlocked", code: 1 },
  { name: "nothing completed", scenario: "default: { exitCode: 2 }", reason: "AllDoneOrBlocked", code: 1 },
  { name: "the listed targets are through", target: ["c"], reason: "TargetCompleted", code: 0 },
  { name: "the filtered targets are through", only: ["tier=T1"], reason: "FilterExhausted", code: 0 },
  { name: "nothing passes the filter", only: ["tier=T9"], reason: "NoMatchingItems", code: 0 },
  {
    name: "a target is blocked and nothing carries on past it",
    scenario: failing,
    options: { autoAdvance: false },
    reason: "TargetBlocked",
    code: 1
  },
  {
    name: "a breaker opened and nothing carries on past it",
    batch: tripped,
    scenario: failing,
    options: { autoAdvance: false },
    reason: "CircuitBreakerTripped",
    code: 1
  },
  {
    name: "too many are blocked",
    scenario: "default: { couldNotStart: true }",
    options: { maxBlocked: { count: 1 } },
    reason: "FailureThresholdReached",
    code: 1
  },
  { name: "the cap is reached", options: { cap: 2 }, reason: "CapReached", code: 0 },
  { name: "a person must decide", batch: gated, reason: "AwaitingApproval", code: 3 },
  {
    name: "a rate limit says when to come back",
    batch: limited,
    scenario: "default: { exitCode: 75 }",
    reason: "RateLimited",
    code: 2
  },
  {
    name: "a check before it fails",
    batch: checked,
    scenario: "steps: [{ match: preflight/up, exitCode: 1 }]",
    reason: "PreflightFailed",
    code: 2
  },
  ...(["SIGHUP", "SIGINT", "SIGTERM"] as const).map((name, index): End => ({
    name: `${name} comes`,
    scenario: `{ default: { duration: 1h }, signal: { name: ${name}, after: 90m } }`,
    reason: "ShutdownRequested",
    code: [129, 130, 143][index] ?? 0
  }))
]

describe("a rehearsal", () => {
  it.live.each(ends)(
    "ends with $reason and $code where $name",
    ({ batch = three, code, reason, ...more }) =>
      Effect.gen(function*() {
        const { exitCode, invocations, state } = yield* rehearsed(batch, more)
        expect([state.halted?.reason, exitCode]).toEqual([reason, code])
        expect(invocations.at(-1)).toMatchObject({ end: "halted", haltReason: reason, exitCode: code })
      })
  )

  it.live("covers every halt reason but the one that takes a disk", () =>
    Effect.sync(() => {
      const all: { readonly [Reason in Exclude<HaltReason, "CheckpointFailed">]: true } = {
        AllDoneOrBlocked: true,
        TargetCompleted: true,
        TargetBlocked: true,
        CircuitBreakerTripped: true,
        FailureThresholdReached: true,
        CapReached: true,
        FilterExhausted: true,
        NoMatchingItems: true,
        RateLimited: true,
        AwaitingApproval: true,
        PreflightFailed: true,
        ShutdownRequested: true
      }
      expect([...new Set<string>(ends.map(({ reason }) => reason))].sort()).toEqual(Object.keys(all).sort())
    }))

  it.live("goes through a week of back-off, at the times at which the run would", () =>
    Effect.gen(function*() {
      const { journal } = yield* rehearsed(
        `name: b
targets:
  - { id: a, run: make, failure: { retries: { maxAttempts: 8, backoffSeconds: 86400, factor: 1, maxBackoffSeconds: 86400 } } }
`,
        { scenario: "{ default: { exitCode: 1, duration: 1h }, steps: [{ match: a/run, attempt: 8 }] }" }
      )
      expect(timesOf(journal, "StepStarted")).toEqual([
        "2000-01-01T00:00:00",
        "2000-01-02T01:00:00",
        "2000-01-03T02:00:00",
        "2000-01-04T03:00:00",
        "2000-01-05T04:00:00",
        "2000-01-06T05:00:00",
        "2000-01-07T06:00:00",
        "2000-01-08T07:00:00"
      ])
      expect(told(journal).at(-2)).toBe("TargetCompleted a")
    }))

  it.live("gives each attempt the end that the first rule about it says", () =>
    Effect.gen(function*() {
      const { journal, state } = yield* rehearsed(
        `name: b
targets:
  - id: a
    failure: { circuitBreaker: false, timeout: 1m }
    steps:
      - { id: code, run: make, continueOnError: true }
      - { id: signal, run: make, continueOnError: true }
      - { id: slow, run: make, continueOnError: true }
      - { id: hangs, run: make, continueOnError: true }
      - { id: gone, command: [make], continueOnError: true }
      - { id: bad, run: make, outputs: json, continueOnError: true }
      - { id: good, run: make, outputs: json }
      - { id: m, map: { over: [1, 2] }, steps: [{ id: s, run: make, continueOnError: true }] }
`,
        {
          scenario: `default: { exitCode: 9 }
steps:
  - { match: a/code, exitCode: 3, stderr: no }
  - { match: a/signal, signal: SIGKILL }
  - { match: a/slow, duration: 2m }
  - { match: a/hangs, hangs: true }
  - { match: a/gone, couldNotStart: gone fishing }
  - { match: a/bad, stdout: "not JSON" }
  - { match: a/good, stdout: '{"n": 1}', outputs: { version: 1.4 } }
  - { match: "a/m[1]::s" }
  - { match: "a/m::s", exitCode: 4 }
`
        }
      )
      const failures = journal.flatMap((event) =>
        event.type === "StepContinued" ? [`${event.path}: ${event.reason}: ${event.message}`] : []
      )
      expect(failures).toEqual([
        "code: exit-code: exit code 3",
        "signal: signal: ended by SIGKILL",
        "slow: timed-out: no end after 1 min",
        "hangs: timed-out: no end after 1 min",
        "gone: could-not-start: gone fishing",
        expect.stringContaining("bad: bad-output: standard output is not JSON"),
        "m[0]::s: exit-code: exit code 4"
      ])
      expect(targetState(state, "a").status).toBe("completed")
      const good = journal.find((event) => event.type === "StepSucceeded" && event.path === "good")
      expect(good).toMatchObject({ output: { json: { n: 1 }, values: { version: 1.4 } } })
    }))

  it.live("can be rate-limited for a while", () =>
    Effect.gen(function*() {
      const { exitCode, journal } = yield* rehearsed(
        `name: b
rateLimit: { exitCodes: [75], stderr: "Retry-After: \\\\d+" }
targets: [{ id: a, run: make }, { id: b, run: make }]
`,
        {
          scenario: `steps: [{ match: "*", times: 2, exitCode: 1, stderr: "Retry-After: 600" }]`
        }
      )
      expect(timesOf(journal, "RateLimited").map((time) => time.slice(11))).toEqual([
        "00:00:00",
        "00:10:00",
        "00:20:00",
        "00:30:00"
      ])
      expect(timesOf(journal, "TargetCompleted").map((time) => time.slice(11))).toEqual(["00:20:00", "00:40:00"])
      expect(exitCode).toBe(0)
    }))

  it.live("keeps what was done beside a step that would have to wait for too long", () =>
    Effect.gen(function*() {
      const { exitCode, journal } = yield* rehearsed(
        `name: b
targets:
  - id: a
    steps:
      - id: p
        parallel: { maxParallel: 1 }
        steps:
          - { id: s, run: make, failure: { retries: { maxAttempts: 2, backoffSeconds: 3600, maxBackoffSeconds: 3600 } } }
          - { id: t, run: make }
`,
        { scenario: "steps: [{ match: \"a/p::s\", exitCode: 1 }]", options: { noWait: true } }
      )
      expect(told(journal).slice(-2)).toEqual(["StepSucceeded a p::t 1", "RunHalted"])
      expect(exitCode).toBe(2)
    }))

  it.live("makes the same call again after a crash, and honours what is left of a wait", () =>
    Effect.gen(function*() {
      const { invocations, journal, notes } = yield* rehearsed(
        "name: b\ntargets: [{ id: a, run: make, failure: { retries: { maxAttempts: 2, backoffSeconds: 600, maxBackoffSeconds: 600 } } }]\n",
        {
          scenario: `steps: [{ match: a/run, attempt: 1, exitCode: 1, duration: 1m }]
crash: [{ atEvent: 4, resumeAfter: 4m }, 99]`
        }
      )
      expect(told(journal)).toEqual([
        "RunStarted",
        "TargetStarted a",
        "StepStarted a run 1",
        "AttemptFailed a run 1",
        "RunResumed",
        "TargetStarted a",
        "StepStarted a run 2",
        "StepSucceeded a run 2",
        "TargetCompleted a",
        "RunHalted"
      ])
      expect(timesOf(journal, "RunResumed")).toEqual(["2000-01-01T00:05:00"])
      expect(timesOf(journal, "StepStarted")[1]).toBe("2000-01-01T00:11:00")
      expect(invocations.map(({ after, end }) => [after, end])).toEqual([[0, "killed"], [4, "halted"]])
      expect(notes).toEqual(["event 99, at which pawl is to be killed, never came: the run has 10"])
    }))

  it.live("finds what a crash left running, and ends it", () =>
    Effect.gen(function*() {
      const { notes } = yield* rehearsed("name: b\ntargets: [{ id: a, run: make }]\n", {
        scenario: "{ default: { duration: 1h }, crash: [{ atEvent: 3, resumeAfter: 10m }] }"
      })
      expect(notes).toEqual(["process 1 of a/run, left over from a killed pawl, was ended"])
    }))

  it.live("goes on after a signal only where the scenario says when", () =>
    Effect.gen(function*() {
      const scenario = (more: string) => `{ default: { duration: 1h }, signal: { after: 90m${more} } }`
      const once = yield* rehearsed(three, { scenario: scenario("") })
      expect([once.exitCode, once.invocations.length]).toEqual([143, 1])
      const twice = yield* rehearsed(three, { scenario: scenario(", resumeAfter: 1h") })
      expect([twice.exitCode, twice.invocations.length]).toEqual([0, 2])
      expect(twice.invocations.map(({ endedAt }) => endedAt.slice(11, 16))).toEqual(["01:30", "04:30"])
    }))

  it.live("lets a gate rest until somebody decides, and then calls again", () =>
    Effect.gen(function*() {
      const { exitCode, invocations, journal } = yield* rehearsed(gated, {
        scenario: `default: { duration: 1m }
gates: [{ match: a/ship, option: green, by: ada, note: "looks good", after: 2h }]`
      })
      expect(invocations.map(({ exitCode }) => exitCode)).toEqual([3, 0])
      expect(journal.find(({ type }) => type === "GateDecided")).toMatchObject({
        at: "2000-01-01T02:00:00.000Z",
        option: "green",
        outcome: "approved",
        by: "ada",
        note: "looks good"
      })
      expect(exitCode).toBe(0)
    }))

  it.live("takes up a decision while the run is live", () =>
    Effect.gen(function*() {
      const { invocations, journal } = yield* rehearsed(gated, {
        scenario: "{ default: { duration: 1h }, gates: [{ match: a/ship, decision: approve, after: 30m }] }"
      })
      expect(invocations).toHaveLength(1)
      expect(journal.find(({ type }) => type === "GateDecided")).toMatchObject({ option: "blue" })
      expect(timesOf(journal, "GateDecided")).toEqual(["2000-01-01T00:30:00"])
    }))

  it.live("asks at the terminal, where there is one, and waits there", () =>
    Effect.gen(function*() {
      const { invocations, journal } = yield* rehearsed(gated, {
        scenario: "{ terminal: true, gates: [{ match: a/ship, decision: reject, after: 30m }] }"
      })
      expect(invocations).toHaveLength(1)
      expect(told(journal).slice(0, 5)).toEqual([
        "RunStarted",
        "TargetStarted a",
        "GateOpened a ship",
        "GateDecided a ship",
        "TargetBlocked a"
      ])
      expect(timesOf(journal, "TargetBlocked")).toEqual(["2000-01-01T00:30:00"])
    }))

  it.live("decides a gate that opens again by the rule about that opening", () =>
    Effect.gen(function*() {
      const { exitCode, journal } = yield* rehearsed(
        "name: b\ntargets: [{ id: a, steps: [{ id: ship, gate: { approval: \"?\", onReject: retry } }] }]\n",
        {
          scenario: `gates:
  - { match: a/ship, decision: reject, after: 1h }
  - { match: a/ship, opening: 2, decision: reject, after: 1h }
  - { match: a/ship, opening: 3, decision: approve, after: 1h }`
        }
      )
      expect(timesOf(journal, "GateDecided")).toEqual([
        "2000-01-01T01:00:00",
        "2000-01-01T02:00:00",
        "2000-01-01T03:00:00"
      ])
      expect(exitCode).toBe(0)
    }))

  it.live("loses no decision that comes as the cap is reached", () =>
    Effect.gen(function*() {
      const batch = `name: b
targets:
  - id: a
    steps:
      - id: m
        map: { over: [1, 2] }
        steps: [{ id: ok, gate: { approval: "?" }, when: "{{ item == 1 }}" }, { id: s, run: make }]
`
      const loaded = loadedOf(batch)
      const request = requestOf(loaded, {
        scenario: "{ default: { duration: 1h }, gates: [{ match: \"a/m::ok\", decision: approve, after: 5m }] }",
        options: { cap: 1 }
      })
      const end = yield* inEnvironment(rehearse(request))
      if (!("invocations" in end)) return yield* Effect.dieMessage("standstill")
      expect(end.state.halted?.reason).toBe("CapReached")
      expect(targetState(end.state, "a").status).toBe("pending")
    }))

  it.live("counts a step within another once, whatever its attempts", () =>
    Effect.gen(function*() {
      const { state } = yield* rehearsed(
        `name: b
failure: { retries: { maxAttempts: 3 } }
targets: [{ id: a, steps: [{ id: m, map: { over: [1, 2] }, steps: [{ id: s, run: make }] }] }]
`,
        { scenario: "steps: [{ match: \"a/m[0]::s\", attempt: 3 }, { match: \"a/m[0]::s\", exitCode: 1 }]" }
      )
      expect(state.stepsExecuted).toBe(2)
    }))

  it.live("of a step that hangs and that nothing ends says so", () =>
    Effect.gen(function*() {
      const request = requestOf(loadedOf(three), { scenario: "steps: [{ match: b/s, hangs: true }]" })
      const end = yield* inEnvironment(rehearse(request))
      expect(end).toMatchObject({ hanging: [{ target: "b", path: "s", attempt: 1 }], at: "2000-01-01T00:00:00.000Z" })
    }))

  it.live("is the same each time it is made, jitter and chance included", () =>
    Effect.gen(function*() {
      const batch = `name: b
targets:
  - forEach: { items: [1, 2, 3, 4] }
    id: "t{{ item }}"
    failure: { retries: { maxAttempts: 4, backoffSeconds: 100, jitter: true }, timeout: 1h }
    steps: [{ id: s, run: make }, { id: g, gate: { approval: "?" } }, { id: p, parallel: {}, steps: [{ id: x, run: x }, { id: y, run: y }] }]
`
      const loaded = loadedOf(batch)
      const once = (seed: number) =>
        inEnvironment(rehearse(requestOf(loaded, {
          script: chaosScript(loaded.plan, seed),
          seed,
          options: { maxParallel: 3 }
        })))
      const bytes = (seed: number) => Effect.map(once(seed), (end) => JSON.stringify([end.journal, end]))
      expect(yield* bytes(3)).toBe(yield* bytes(3))
      expect(yield* bytes(3)).not.toBe(yield* bytes(4))
    }))

  it.live("of a thousand targets side by side takes no time to speak of and breaks no promise", () =>
    Effect.gen(function*() {
      const items = Array.from({ length: 1000 }, (_, index) => index).join(", ")
      const loaded = loadedOf(`name: b\ntargets: [{ forEach: { items: [${items}] }, id: "t{{ item }}", run: make }]\n`)
      const request = requestOf(loaded, { scenario: "default: { duration: 1h }", options: { maxParallel: 64 } })
      const end = yield* inEnvironment(rehearse(request))
      if (!("invocations" in end)) return yield* Effect.dieMessage("standstill")
      expect(end.journal).toHaveLength(4002)
      expect(end.invocations[0]?.endedAt).toBe("2000-01-01T16:00:00.000Z")
      expect(violations({ ...request, plan: loaded.plan, ...end })).toEqual([])
    }))
})
