import { describe, expect, it } from "@effect/vitest"
import { Arbitrary } from "effect"
import { eventRow } from "../../src/report/EventRow.ts"
import { colourful, plain } from "../../src/report/Style.ts"
import { RunEvent, type RunFact } from "../../src/run/RunEvent.ts"
import { childFailed, entered, failed, halted, opened, paused, plan, stamped, started, succeeded } from "./plans.ts"

const two = plan(["api", "web"])
const rows = (...facts: ReadonlyArray<RunFact>): ReadonlyArray<string> =>
  stamped(facts).map((event) => eventRow(event, plain).replace(/^ +\d+ {2}2026-11-20T03:00:\d\d\.000Z {2}/, ""))

describe("an event as a line", () => {
  it("has its number, its time, its type, its place and what there is to say", () => {
    expect(stamped(failed("api", "build")).map((event) => eventRow(event, plain))).toEqual([
      "    1  2026-11-20T03:00:00.000Z  StepStarted        api/build  attempt 1, process 12",
      "    2  2026-11-20T03:00:01.000Z  StepFailed         api/build  attempt 1, exit code 3, 50ms"
    ])
  })

  it("tells of every type in words", () => {
    expect(
      rows(
        started(two),
        { type: "TargetStarted", target: "api" },
        entered("api", "shards", "map", { items: 1 }),
        entered("api", "recover", "if", { branch: "else" }),
        { type: "IterationEnded", target: "api", path: "poll", iteration: 0, nextAttemptAt: "T" },
        ...succeeded("api", "shards[0]::e2e").slice(1),
        childFailed("api", "shards", "shards[0]::e2e", "StepContinued"),
        opened("api", "ship"),
        paused("api", "ship"),
        {
          type: "GateDecided",
          target: "api",
          path: "ship",
          option: "approve",
          outcome: "approved",
          onReject: "abort",
          by: "ann",
          note: "fine"
        },
        halted("AllDoneOrBlocked")
      )
    ).toEqual([
      `RunStarted         run 20261120T030000-7f3a9c of nightly, 2 targets, plan ${two.hash}`,
      "TargetStarted      api",
      "StepEntered        api/shards  map, 1 item",
      "StepEntered        api/recover  if, else",
      "IterationEnded     api/poll  iteration 1, next not before T",
      "StepSucceeded      api/shards[0]::e2e  attempt 1, exit code 0, 50ms",
      "StepContinued      api/shards  shards[0]::e2e: exit code 3, 60ms",
      "GateOpened         api/ship  Ship 1.4? (approve, reject)",
      "TargetPaused       api  awaiting-approval at ship: Ship 1.4?",
      "GateDecided        api/ship  approve by ann: fine",
      "RunHalted          AllDoneOrBlocked"
    ])
  })

  it("obeys nothing that an id or a message holds", () => {
    expect(rows(opened("a\u001b[2J", "ship", { message: "Ship\n\u0007?" }))).toEqual([
      "GateOpened         a\\e[2J/ship  Ship\\n\\u{07}? (approve, reject)"
    ])
  })

  it.prop("is one line that a terminal obeys nothing in, whatever the event", [Arbitrary.make(RunEvent)], ([event]) => {
    const row = eventRow(event, plain)
    expect(row).not.toMatch(/[\p{Cc}\u2028\u2029]/u)
    expect(row).toContain(event.type)
    expect(Bun.stripANSI(eventRow(event, colourful))).toBe(row)
  }, { fastCheck: { numRuns: 200 } })
})
