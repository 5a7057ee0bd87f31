import { describe, expect, it } from "@effect/vitest"
import { dueRuns, type Found, type Rule } from "../../src/cli/DueRuns.ts"
import type { RunFact } from "../../src/run/RunEvent.ts"
import { blocked, completed, halted, paused, plan, started, state } from "../report/plans.ts"

const two = plan(["api", "web"])
const through: ReadonlyArray<RunFact> = [...completed("api"), ...completed("web"), halted("AllDoneOrBlocked")]
const stuck: ReadonlyArray<RunFact> = [...blocked("api"), ...completed("web"), halted("AllDoneOrBlocked")]
const half: ReadonlyArray<RunFact> = [...completed("api"), halted("CapReached")]
const waits: ReadonlyArray<RunFact> = [...completed("api"), paused("web", "ship"), halted("AwaitingApproval")]
const killed: ReadonlyArray<RunFact> = [{ type: "TargetStarted", target: "api" }]

const found = (
  runId: string,
  facts: ReadonlyArray<RunFact>,
  more: { readonly live?: { readonly pid: number }; readonly isCurrent?: true } = {}
): Found => {
  const ref = { runId, batch: "nightly", directory: `/s/nightly/runs/${runId}` }
  return { ref, stored: { ref, plan: two, state: state(started(two), ...facts), ...more } }
}

/** Every run here was made within a minute of three o'clock. */
const at = (now: string, keep: number, olderThanMs: number): Rule => ({ now, keep, olderThanMs })
const nextDay = "2026-11-21T03:05:00.000Z"
const day = 24 * 3600 * 1000

const due = (runs: ReadonlyArray<Found>, rule: Rule): ReadonlyArray<string> =>
  dueRuns(runs, rule).due.map(({ entry }) => entry.runId)
const left = (runs: ReadonlyArray<Found>, rule: Rule): ReadonlyArray<string> =>
  dueRuns(runs, rule).left.map(({ message, reason, runId }) => `${runId} ${reason}: ${message}`)

describe("the runs that are due", () => {
  const runs = [found("r3", through, { isCurrent: true }), found("r2", stuck), found("r1", through)]

  it("are those that are not among the newest", () => {
    expect(due(runs, at(nextDay, 1, 0))).toEqual(["r2", "r1"])
    expect(due(runs, at(nextDay, 3, 0))).toEqual([])
    expect(due(runs, at(nextDay, 0, 0))).toEqual(["r3", "r2", "r1"])
  })

  it("are those that ended long enough ago, whatever happened to their files since", () => {
    expect(due(runs, at(nextDay, 0, day))).toEqual(["r3", "r2", "r1"])
    expect(due(runs, at("2026-11-21T02:59:00.000Z", 0, day))).toEqual([])
  })

  it("have to be both, where both are asked for", () => {
    expect(due(runs, at(nextDay, 2, day))).toEqual(["r1"])
    expect(due(runs, at("2026-11-20T04:00:00.000Z", 2, day))).toEqual([])
  })

  it("are told with how they stand and when they ended", () => {
    expect(dueRuns(runs, at(nextDay, 1, 0)).due.map(({ entry }) => entry)).toEqual([
      { runId: "r2", batch: "nightly", status: "partial", updatedAt: "2026-11-20T03:00:13.000Z" },
      { runId: "r1", batch: "nightly", status: "completed", updatedAt: "2026-11-20T03:00:13.000Z" }
    ])
  })

  it("are not one that is gone on with, whose list was not read to its end", () => {
    const [run, ...others] = [found("r1", through, { isCurrent: true })]
    if (run === undefined || "problem" in run) throw new Error("no run")
    const open: Found = { ...run, stored: { ...run.stored, plan: { ...two, schema: "pawl.open-plan/v1" } } }
    expect(left([open, ...others], at(nextDay, 0, 0))).toEqual([
      "r1 unfinished: `pawl each` goes on with it: its list was not read to its end"
    ])
    expect(due([open], at(nextDay, 0, 0))).toEqual([])
  })

  it.each([
    ["pending", half, "1 pending"],
    ["paused", waits, "1 paused"],
    ["killed", killed, "2 pending"]
  ])("are not one that `pawl run` goes on with: %s", (_how, facts, words) => {
    const current = [found("r1", facts, { isCurrent: true })]
    expect(due(current, at(nextDay, 0, 0))).toEqual([])
    expect(left(current, at(nextDay, 0, 0))).toEqual([`r1 unfinished: \`pawl run\` goes on with it: it has ${words}`])
    // Once it was set aside nothing goes on with it by itself.
    expect(due([found("r1", facts)], at(nextDay, 0, 0))).toEqual(["r1"])
  })

  it("are not one that a process works on", () => {
    const live = [found("r1", through, { live: { pid: 7 } })]
    expect(due(live, at(nextDay, 0, 0))).toEqual([])
    expect(left(live, at(nextDay, 0, 0))).toEqual(["r1 live: process 7 works on it"])
  })

  it("are not one that can't be read", () => {
    const ref = { runId: "r1", batch: "nightly", directory: "/s" }
    const broken = [{ ref, problem: "line 3 is damaged" }]
    expect(due(broken, at(nextDay, 0, 0))).toEqual([])
    expect(left(broken, at(nextDay, 0, 0))).toEqual(["r1 unreadable: line 3 is damaged"])
    expect(left(broken, at(nextDay, 1, 0))).toEqual([])
  })
})
