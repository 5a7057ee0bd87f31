import { describe, expect, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Scope, TestClock } from "effect"
import type { Plan } from "../../src/plan/Plan.ts"
import type { Selection } from "../../src/plan/Selection.ts"
import { countLine } from "../../src/report/EventLine.ts"
import { width } from "../../src/report/Printable.ts"
import { advance, endedOf, leftOf, nothing, type Progress } from "../../src/report/Progress.ts"
import { wipe } from "../../src/report/Area.ts"
import { type Display, progressLive, type Screen } from "../../src/report/ProgressLive.ts"
import { progressPlain } from "../../src/report/ProgressPlain.ts"
import { progressLines } from "../../src/report/ProgressView.ts"
import { plain } from "../../src/report/Style.ts"
import type { RunEvent, RunFact } from "../../src/run/RunEvent.ts"
import { apply, empty, type RunState } from "../../src/run/RunState.ts"
import {
  all,
  blocked,
  childFailed,
  completed,
  entered,
  failed,
  gate,
  halted,
  loop,
  map,
  only,
  opened,
  parallel,
  paused,
  plan,
  planOf,
  stamped,
  started,
  step,
  succeeded
} from "./plans.ts"

/** Each event with the state after it. */
const steps = (events: ReadonlyArray<RunEvent>): ReadonlyArray<readonly [RunEvent, RunState]> => {
  let state = empty
  return events.map((event) => {
    state = apply(state, event)
    return [event, state] as const
  })
}

const progressOf = (of: Plan, selection: Selection, ...facts: ReadonlyArray<RunFact>): Progress =>
  steps(stamped(facts)).reduce<Progress>(
    (progress, [event, state]) => advance(progress, event, () => state, { plan: of, selection }),
    nothing
  )

const resumed = (of: Plan): RunFact => ({
  type: "RunResumed",
  planHash: of.hash,
  plan: "plan.json",
  targets: of.targets.length,
  reset: [],
  retried: []
})

const three = plan(["api", "web", "docs"])

describe("how far a run is", () => {
  it("counts each target once, however it ended", () => {
    const progress = progressOf(three, all(three), started(three), ...blocked("api"), ...completed("web"))
    expect([progress.completed, progress.blocked, endedOf(progress), leftOf(progress)]).toEqual([1, 1, 2, 1])
    expect(countLine(progress)).toBe("2 of 3 done: 1 completed, 1 blocked; 1 left")
  })

  it("knows what earlier invocations did, and does not take it for speed", () => {
    const progress = progressOf(
      three,
      all(three),
      started(three),
      ...completed("web"),
      halted("CapReached"),
      resumed(three)
    )
    expect([progress.completed, progress.endedHere, leftOf(progress)]).toEqual([1, 0, 2])
  })

  it("is about the selected targets only", () => {
    const progress = progressOf(
      three,
      only(0),
      started(three),
      ...completed("web"),
      halted("CapReached"),
      resumed(three)
    )
    expect([progress.total, progress.completed, leftOf(progress)]).toEqual([1, 0, 1])
  })
})

const noted = (facts: ReadonlyArray<RunFact>, of: Plan = three): string => {
  let text = ""
  const watcher = progressPlain((more) => {
    text += more
  }, plain)
  watcher.begin?.(of, all(of))
  for (const [event, state] of steps(stamped(facts))) watcher.observe(event, () => state)
  return text
}

describe("progress without a terminal", () => {
  it("has a line for each retry, with when it comes, and for what is blocked", () => {
    expect(noted([started(three), ...blocked("api")])).toBe(
      "run 20261120T030000-7f3a9c of nightly: 3 targets\n"
        + "retry api/build: exit code 2; attempt 2 in 2s, at 2026-11-20T03:00:05.000Z\n"
        + "blocked api at build: exit code 2 after 2 attempts\n"
    )
  })

  it("names completed targets only where they are few", () => {
    expect(noted([started(three), ...completed("web")])).toContain("completed web (120ms)\n")
    const many = plan(Array.from({ length: 21 }, (_, index) => `t${index}`))
    expect(noted([started(many), ...completed("t0")], many)).not.toContain("completed t0")
  })

  it("counts every ten seconds of the run's own time, and not more often", () => {
    const many = plan(Array.from({ length: 30 }, (_, index) => `t${index}`))
    const facts = [started(many), ...many.targets.flatMap(({ id }) => completed(id))]
    const counts = noted(facts, many).split("\n").filter((line) => line.includes(" left"))
    // 181 events, one a second.
    expect(counts).toHaveLength(18)
  })

  it("says until when a rate limit lets nothing start", () => {
    const text = noted([started(three), {
      type: "RateLimited",
      target: "api",
      path: "build",
      attempt: 1,
      until: "2026-11-20T03:02:01.000Z",
      message: "exit code 75",
      durationMs: 1
    }])
    expect(text).toContain(
      "rate-limited api/build: exit code 75; nothing starts for 2m00s, until 2026-11-20T03:02:01.000Z\n"
    )
  })

  it("says what a failure that was gone past was, and what was skipped and why", () => {
    const text = noted([
      started(three),
      {
        type: "StepContinued",
        target: "api",
        path: "build",
        attempt: 1,
        reason: "exit-code",
        message: "exit code 1",
        durationMs: 1,
        output: { stdout: "", stderr: "" }
      },
      {
        type: "TargetSkipped",
        target: "web",
        reason: "need-not-completed",
        need: "api",
        message: "it needs api, which is blocked"
      }
    ])
    expect(text).toContain("continued api/build: exit code 1\nskipped web: it needs api, which is blocked\n")
  })

  it("obeys nothing that an id or a message holds", () => {
    const evil = plan(["a\u001b[2J"])
    const text = noted([started(evil), ...blocked("a\u001b[2J", "x\ny\u001b[0m")], evil)
    expect(text.replaceAll("\n", "")).not.toMatch(/\p{Cc}/u)
    expect(text.split("\n")).toHaveLength(4)
  })
})

const shipping = planOf(["api", "web"], [gate("ship"), parallel("both", [gate("more"), step("build")])])
const decided = (more: Partial<Extract<RunFact, { type: "GateDecided" }>> = {}): RunFact => ({
  type: "GateDecided",
  target: "api",
  path: "ship",
  option: "approve",
  outcome: "approved",
  onReject: "abort",
  by: "ann",
  ...more
})

describe("progress of gates", () => {
  it("counts those that wait for a person, and no longer when they are decided or their target has ended", () => {
    const line = (...facts: ReadonlyArray<RunFact>) =>
      countLine(progressOf(shipping, all(shipping), started(shipping), ...facts))
    const waits = [opened("api", "ship"), paused("api", "ship"), opened("web", "ship")]
    expect(line(...waits)).toBe("0 of 2 done; 2 left, 2 wait for a person")
    expect(line(...waits, decided())).toBe("0 of 2 done; 2 left, 1 waits for a person")
    expect(line(...waits, ...blocked("web").slice(-1))).toBe("1 of 2 done: 1 blocked; 1 left, 1 waits for a person")
  })

  it("knows of those that earlier invocations left open", () => {
    const facts = [opened("api", "both::more"), paused("api", "both::more"), halted("AwaitingApproval")]
    const progress = progressOf(shipping, all(shipping), started(shipping), ...facts, resumed(shipping))
    expect(countLine(progress)).toBe("0 of 2 done; 2 left, 1 waits for a person")
  })

  it("has a line for each that opens or is decided, but not for what a rule allows", () => {
    const lines = noted([
      started(shipping),
      opened("api", "ship", { message: "Ship\u001b?", options: ["blue", "reject"] }),
      paused("api", "ship"),
      decided({ option: "blue" }),
      decided({ option: "approve" }),
      decided({ option: "reject", outcome: "rejected", note: "not today" }),
      decided({ by: "policy" }),
      { type: "TargetPaused", target: "web", step: "ship", reason: "policy-denied", message: "its policy is not met" }
    ], shipping)
    expect(lines.split("\n").slice(1, -1)).toEqual([
      "waits api/ship: Ship\\e? (blue, reject)",
      "approved api/ship by ann (blue)",
      "approved api/ship by ann",
      "rejected api/ship by ann: not today",
      "paused web at ship: its policy is not met"
    ])
  })
})

const nested = planOf(["api"], [map("shards", [step("prepare"), step("e2e")]), loop("poll", [step("ask")])])

const now = Date.parse("2026-11-20T03:00:04.000Z")
const under = (columns: number, rows = 24) => ({ columns, rows, now })

describe("progress of steps in steps", () => {
  const shards = entered("api", "shards", "map", { items: 3 })
  const begun = (path: string): RunFact => ({ type: "StepStarted", target: "api", path, attempt: 1, pid: 1 })
  const shown = (...facts: ReadonlyArray<RunFact>): ReadonlyArray<string> =>
    progressLines(
      progressOf(nested, all(nested), started(nested), { type: "TargetStarted", target: "api" }, ...facts),
      under(80),
      () => 3
    ).slice(0, -2)

  it("has a line for each attempt under way, with which item it is", () => {
    expect(shown(shards, begun("shards[0]::prepare"), begun("shards[2]::prepare"))).toEqual([
      "  api/shards[0]::prepare            item 1/3, attempt 1/3, 1s",
      "  api/shards[2]::prepare            item 3/3, attempt 1/3, 0s"
    ])
  })

  it("drops an attempt that has ended, and shows the target alone between two", () => {
    expect(shown(shards, ...succeeded("api", "shards[0]::prepare"), begun("shards[1]::prepare"))).toHaveLength(1)
    expect(shown(shards, ...succeeded("api", "shards[0]::prepare"))).toEqual(["  api"])
  })

  it("shows when the next iteration of a loop begins, until it does", () => {
    const between: RunFact = {
      type: "IterationEnded",
      target: "api",
      path: "poll",
      iteration: 0,
      nextAttemptAt: "2026-11-20T03:00:34.000Z"
    }
    expect(shown(entered("api", "poll", "loop"), between)).toEqual([
      "  api/poll                          iteration 2 in 30s"
    ])
    expect(shown(entered("api", "poll", "loop"), between, begun("poll[1]::ask"))).toEqual([
      "  api/poll[1]::ask                  attempt 1/3, 0s"
    ])
  })

  it("shows nothing of a target that rests at a gate", () => {
    expect(shown(shards, begun("shards[0]::prepare"), paused("api", "shards[1]::prepare"))).toEqual([])
  })

  it("never wraps", () => {
    for (const columns of [80, 40, 20, 8]) {
      const progress = progressOf(nested, all(nested), started(nested), shards, begun("shards[0]::prepare"))
      for (const line of progressLines(progress, under(columns), () => 3)) expect(width(line)).toBeLessThan(columns)
    }
  })

  it("says which step within another failed, and of a composite step only where it was gone past", () => {
    expect(
      noted([
        started(nested),
        shards,
        ...failed("api", "shards[0]::prepare"),
        childFailed("api", "shards[0]::inner", "shards[0]::inner::a"),
        childFailed("api", "shards", "shards[0]::prepare", "StepContinued"),
        childFailed("api", "shards", "shards[0]::prepare")
      ], nested).split("\n").slice(1, -1)
    ).toEqual([
      "failed api/shards[0]::prepare: exit code 3",
      "continued api/shards: shards[0]::prepare: exit code 3"
    ])
  })
})

const begun: ReadonlyArray<RunFact> = [
  started(three),
  ...completed("web").slice(0, -1),
  { type: "TargetCompleted", target: "web", durationMs: 5 },
  ...blocked("api").slice(0, 3)
]
const running = progressOf(three, all(three), ...begun)

describe("the status area of a terminal", () => {
  it("shows what runs, its attempt and when the next one comes, and how far the run is", () => {
    expect(progressLines(running, under(80), () => 3)).toEqual([
      "  api/build                         attempt 2/3 in 1s",
      `[${"=".repeat(16).padEnd(50)}]  1/3`,
      "1 done  2 left  15.0/min"
    ])
  })

  it("shows of many that a few are blocked, and that not all have ended", () => {
    const many = plan(Array.from({ length: 1000 }, (_, index) => `t${index}`))
    const facts = [started(many), ...completed("t0").slice(-1), ...blocked("t1").slice(-1)]
    expect(progressLines(progressOf(many, all(many), ...facts), under(40), () => 1).at(-2)).toBe(
      `[=!${" ".repeat(27)}]  2/1000`
    )
    const rest = many.targets.slice(2, 999).flatMap(({ id }) => completed(id).slice(-1))
    expect(progressLines(progressOf(many, all(many), ...facts, ...rest), under(40), () => 1).at(-2)).toContain(" ]")
  })

  it("keeps what needs attention where there is no room for all words", () => {
    const many = plan(Array.from({ length: 5000 }, (_, index) => `t${index}`))
    const facts = [
      started(many),
      ...many.targets.slice(0, 1200).flatMap(({ id }) => completed(id).slice(-1)),
      ...many.targets.slice(1200, 1230).flatMap(({ id }) => blocked(id).slice(-1))
    ]
    const words = (columns: number) =>
      progressLines(progressOf(many, all(many), ...facts), { ...under(columns), now: atSecond(2460) }, () => 1).at(-1)
    expect(words(100)).toBe("1200 done  30 blocked  3770 left  30.0/min  about 2h10m to go")
    expect(words(40)).toBe("30 blocked  about 2h10m to go")
    expect(words(24)).toBe("about 2h10m to go")
  })

  it("shows how long an attempt has been running", () => {
    const later = progressOf(three, all(three), ...begun, ...blocked("api").slice(3, 4))
    expect(progressLines(later, { ...under(80), now: now + 65_000 }, () => 3)[0]).toBe(
      "  api/build                         attempt 2/3, 59s"
    )
    expect(progressLines(later, { ...under(80), now: now + 65_000 }, () => undefined)[0]).toContain("attempt 2, 59s")
  })

  it("shows no attempt where there is only one", () => {
    const later = progressOf(three, all(three), started(three), ...blocked("api").slice(0, 2))
    expect(progressLines(later, under(80), () => 1)[0]).toBe("  api/build                         2s")
  })

  it("has a line for each target up to the terminal's height, and says how many more there are", () => {
    const many = plan(Array.from({ length: 64 }, (_, index) => `t${index}`))
    const facts = many.targets.map(({ id }): RunFact => ({ type: "TargetStarted", target: id }))
    const lines = (rows: number) =>
      progressLines(progressOf(many, all(many), started(many), ...facts), under(80, rows), () => 1)
    expect(lines(24)).toHaveLength(23)
    expect(lines(24).slice(19, 21)).toEqual(["  t19", "  and 44 more"])
    expect(lines(67).slice(0, 64)).toEqual(many.targets.map(({ id }) => `  ${id}`))
  })

  it("leaves the line below it to the cursor", () => {
    const many = plan(Array.from({ length: 12 }, (_, index) => `t${index}`))
    const facts = many.targets.map(({ id }): RunFact => ({ type: "TargetStarted", target: id }))
    const progress = progressOf(many, all(many), started(many), ...facts)
    for (const rows of [1, 2, 3, 5]) {
      expect(progressLines(progress, under(80, rows), () => 1)).toHaveLength(rows - 1)
    }
  })

  it.each([200, 80, 40, 20, 10, 1])("never wraps at %d columns", (columns) => {
    const long = plan(["a-target-with-a-very-long-name-that-goes-on-and-on-世界-and-on", "web"])
    const id = long.targets[0]?.id ?? ""
    const progress = progressOf(long, all(long), started(long), ...completed("web"), ...blocked(id).slice(0, 3))
    for (const line of progressLines(progress, under(columns), () => 3)) {
      expect(width(line)).toBeLessThan(Math.max(2, columns))
    }
  })

  it("keeps the timing in sight where the name has no room", () => {
    const [line] = progressLines(running, under(40), () => 3)
    expect(line).toContain("attempt 2/3 in 1s")
  })

  it("goes back over as many rows as its lines take in a window that has become narrower", () => {
    expect(wipe(["x".repeat(70), "short"], 80)).toBe("\r\u001b[2A\u001b[0J")
    expect(wipe(["x".repeat(70), "short"], 40)).toBe("\r\u001b[3A\u001b[0J")
    expect(wipe([], 40)).toBe("")
  })
})

const limitedUntil = (until: string, target = "api"): RunFact => ({
  type: "RateLimited",
  target,
  path: "build",
  attempt: 1,
  until,
  message: "exit code 75",
  durationMs: 1
})
/** After three events, two seconds in. */
const turnedAway: ReadonlyArray<RunFact> = [
  started(three),
  { type: "TargetStarted", target: "api" },
  limitedUntil("2026-11-20T03:30:02.000Z")
]
const atSecond = (second: number): number => Date.parse("2026-11-20T03:00:00.000Z") + second * 1000

describe("while a rate limit holds", () => {
  const shown = (second: number, facts = turnedAway, rows = 24): ReadonlyArray<string> =>
    progressLines(progressOf(three, all(three), ...facts), { columns: 80, rows, now: atSecond(second) }, () => 3)

  it("a terminal counts down to when it goes on, and then says nothing of it", () => {
    expect(shown(2).slice(0, -2)).toEqual([
      "  api/build                         attempt 1/3 in 30m00s",
      "rate-limited, goes on in 30m00s (at 03:30:02Z)"
    ])
    expect(shown(3)).toContain("rate-limited, goes on in 29m59s (at 03:30:02Z)")
    expect(shown(1801)).toContain("rate-limited, goes on in 1s (at 03:30:02Z)")
    expect(shown(1802).join("\n")).not.toContain("rate-limited")
  })

  it("names the day where it goes on on another one", () => {
    expect(shown(2, [started(three), limitedUntil("2026-11-21T06:00:00.000Z")])[1]).toBe(
      "rate-limited, goes on in 1d02h (at 2026-11-21T06:00:00Z)"
    )
  })

  it("the latest of several limits counts, and the run's halt ends it", () => {
    const two = [...turnedAway, limitedUntil("2026-11-20T03:10:00.000Z", "web")]
    expect(shown(3, two)).toContain("rate-limited, goes on in 29m59s (at 03:30:02Z)")
    expect(shown(3, [...turnedAway, halted("RateLimited")]).join("\n")).not.toContain("rate-limited")
  })

  it("a small terminal keeps the count of targets in sight", () => {
    for (const rows of [2, 3, 4]) {
      expect(shown(3, turnedAway, rows)).toHaveLength(rows - 1)
      expect(shown(3, turnedAway, rows).join("\n")).toContain("0/3")
    }
  })

  it("a resumed run shows what is left of it, and of the waits of its steps", () => {
    const waits = failed("web", "build").map((fact): RunFact =>
      fact.type === "StepFailed"
        ? {
          type: "AttemptFailed",
          target: "web",
          path: "build",
          attempt: 1,
          reason: "exit-code",
          message: "exit code 3",
          durationMs: 1,
          nextAttemptAt: "2026-11-20T04:00:00.000Z"
        }
        : fact
    )
    const facts = [...turnedAway, ...waits, halted("ShutdownRequested"), resumed(three)]
    expect(shown(62, facts).slice(0, -2)).toEqual([
      "  api/build                         attempt 1/3 in 29m00s",
      "  web/build                         attempt 2/3 in 58m58s",
      "rate-limited, goes on in 29m00s (at 03:30:02Z)"
    ])
  })
})

describe("while everything waits, progress without a terminal", () => {
  const watched = (facts: ReadonlyArray<RunFact>) => {
    const lines: Array<string> = []
    const watcher = progressPlain((text) => lines.push(text), plain)
    watcher.begin?.(three, all(three))
    for (const [event, state] of steps(stamped(facts))) watcher.observe(event, () => state)
    const before = lines.length
    /** Asked every minute. */
    const said = (minutes: number): ReadonlyArray<string> => {
      for (let minute = 1; minute <= minutes; minute++) watcher.remind(atSecond(2 + minute * 60))
      return lines.slice(before)
    }
    return { lines, said }
  }

  it("says every five minutes when a rate limit is over, until it is", () => {
    expect(watched(turnedAway).said(120)).toEqual([
      "rate-limited, goes on in 25m00s (at 03:30:02Z)\n",
      "rate-limited, goes on in 20m00s (at 03:30:02Z)\n",
      "rate-limited, goes on in 15m00s (at 03:30:02Z)\n",
      "rate-limited, goes on in 10m00s (at 03:30:02Z)\n",
      "rate-limited, goes on in 5m00s (at 03:30:02Z)\n"
    ])
  })

  it("says so of a retry that nothing runs beside, and else for how long what runs does so", () => {
    const wait: RunFact = {
      type: "AttemptFailed",
      target: "api",
      path: "build",
      attempt: 1,
      reason: "exit-code",
      message: "exit code 2",
      durationMs: 1,
      nextAttemptAt: "2026-11-20T03:10:02.000Z"
    }
    const alone = [started(three), { type: "TargetStarted", target: "api" } as const, wait]
    expect(watched(alone).said(20)).toEqual(["waiting for api/build, goes on in 5m00s (at 03:10:02Z)\n"])
    expect(watched([...alone, { type: "TargetStarted", target: "web" }]).said(12)).toEqual([
      "0 of 3 done; 3 left, at least 5m to go; 1 running, web for 4m59s\n",
      "0 of 3 done; 3 left; 1 running, web for 9m59s\n"
    ])
  })

  it("says when it goes on where a run is taken up again before", () => {
    expect(watched([...turnedAway, halted("ShutdownRequested"), resumed(three)]).lines.slice(-2)).toEqual([
      "going on with run 20261120T030000-7f3a9c: 0 of 3 done; 3 left\n",
      "rate-limited, goes on in 29m58s (at 03:30:02Z)\n"
    ])
  })
})

describe("drawing on a terminal", () => {
  const drawOn = (changes: Partial<Screen>) =>
    Effect.gen(function*() {
      const writes: Array<string> = []
      const scope = yield* Scope.make()
      const screen = {
        write: (text: string) => void writes.push(text),
        columns: () => 80,
        rows: () => 24,
        drained: Effect.void,
        ...changes
      }
      const watcher = yield* Scope.extend(progressLive(screen, plain), scope)
      return { writes, scope, watcher }
    })
  const draw = drawOn({})
  const tell = (watcher: Display, facts: ReadonlyArray<RunFact>) => {
    for (const [event, state] of steps(stamped(facts))) watcher.observe(event, () => state)
  }

  it.effect("happens at most ten times a second however many events there are", () =>
    Effect.gen(function*() {
      const { watcher, writes } = yield* draw
      const many = plan(Array.from({ length: 200 }, (_, index) => `t${index}`))
      const events = steps(stamped([started(many), ...many.targets.flatMap(({ id }) => completed(id))]))
      for (const [index, [event, state]] of events.entries()) {
        watcher.observe(event, () => state)
        if (index % 100 === 0) yield* TestClock.adjust("10 millis")
      }
      yield* TestClock.adjust("100 millis")
      // 1,201 events in 230 ms.
      expect(writes.length).toBeLessThanOrEqual(3)
      expect(writes.length).toBeGreaterThan(0)
    }))

  it.effect("waits while the terminal takes nothing, and then shows how it stands", () =>
    Effect.gen(function*() {
      const taken = yield* Deferred.make<void>()
      const { watcher, writes } = yield* drawOn({ drained: Deferred.await(taken) })
      const events = steps(stamped([started(three), ...completed("web"), ...blocked("api")]))
      for (const [event, state] of events) {
        watcher.observe(event, () => state)
        yield* TestClock.adjust("1 minute")
      }
      expect(writes).toHaveLength(1)
      yield* Deferred.succeed(taken, undefined)
      yield* TestClock.adjust("100 millis")
      expect(writes).toHaveLength(2)
      expect(writes[1]).toContain("2/3")
      expect(writes[1]).toContain("blocked api")
    }))

  it.effect("is wiped before somebody else has the screen, and there again at once", () =>
    Effect.gen(function*() {
      const taken = yield* Deferred.make<void>()
      let isTaken = true
      const drained = Effect.suspend(() => isTaken ? Effect.void : Deferred.await(taken))
      const { watcher, writes } = yield* drawOn({ drained })
      tell(watcher, [started(three)])
      yield* TestClock.adjust("1 seconds")
      isTaken = false
      const asking = yield* Effect.fork(
        Effect.scoped(Effect.zipRight(watcher.hold, Effect.sync(() => writes.push("question"))))
      )
      yield* TestClock.adjust("50 millis")
      expect(writes.slice(1)).toEqual(["\u001b[?2026h\r\u001b[2A\u001b[0J\u001b[?2026l"])
      yield* Deferred.succeed(taken, undefined)
      yield* Fiber.join(asking)
      expect(writes[2]).toBe("question")
      expect(writes[3]).toContain("0 done  3 left")
    }))

  it.effect("holds up nobody who needs the screen for long, though the terminal takes nothing", () =>
    Effect.gen(function*() {
      const { watcher, writes } = yield* drawOn({ drained: Effect.never })
      const asking = yield* Effect.fork(
        Effect.scoped(Effect.zipRight(watcher.hold, Effect.sync(() => writes.push("question"))))
      )
      yield* TestClock.adjust("1 seconds")
      yield* Fiber.join(asking)
      expect(writes).toEqual(["question"])
    }))

  it.effect("says that the run is stopping, and no longer how long it may take", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(now)
      const { watcher, writes } = yield* draw
      const many = plan(Array.from({ length: 100 }, (_, index) => `t${index}`))
      tell(watcher, [started(many), ...completed("t1"), ...completed("t2"), ...completed("t3")])
      yield* TestClock.adjust("4 seconds")
      expect(writes.at(-1)).toContain(" to go")
      watcher.stopping?.({ signal: "SIGINT" })
      yield* TestClock.adjust("100 millis")
      expect(writes.at(-1)).toContain("  stopping")
      expect(writes.at(-1)).not.toContain(" to go")
    }))

  it.effect("follows the size of the window though nothing happens", () =>
    Effect.gen(function*() {
      let columns = 80
      const { watcher, writes } = yield* drawOn({ columns: () => columns })
      tell(watcher, [started(three)])
      yield* TestClock.adjust("100 millis")
      columns = 40
      yield* TestClock.adjust("100 millis")
      expect(writes).toHaveLength(2)
      expect(writes[1]).toContain(`[${" ".repeat(32)}]  0/3\n`)
    }))

  it.effect("counts seconds, of each only the line that shows it", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(now)
      const { watcher, writes } = yield* draw
      tell(watcher, [started(three), ...blocked("api").slice(0, 2), ...blocked("web").slice(0, 1)])
      yield* TestClock.adjust("10 seconds")
      expect(writes).toHaveLength(10)
      expect(writes.at(-1)).toContain("  api/build")
      expect(writes.at(-1)).not.toContain("  web")
    }))

  it.effect("is left out while nothing has changed", () =>
    Effect.gen(function*() {
      const { watcher, writes } = yield* draw
      tell(watcher, [started(three)])
      yield* TestClock.adjust("5 seconds")
      expect(writes).toHaveLength(1)
    }))

  it.effect("leaves what was blocked above and wipes its area at the end, and then stops", () =>
    Effect.gen(function*() {
      const { scope, watcher, writes } = yield* draw
      watcher.begin?.(three, all(three))
      tell(watcher, [started(three), ...blocked("api")])
      yield* TestClock.adjust("100 millis")
      yield* Scope.close(scope, yield* Effect.exit(Effect.void))
      expect(writes[0]).toContain("blocked api at build: exit code 2 after 2 attempts\n")
      expect(writes.at(-1)).toBe("\u001b[?2026h\r\u001b[2A\u001b[0J\u001b[?2026l")
      const before = writes.length
      tell(watcher, [...completed("web")])
      yield* TestClock.adjust("1 seconds")
      expect(writes).toHaveLength(before)
    }))
})
