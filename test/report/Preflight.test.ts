import { describe, expect, it } from "@effect/vitest"
import type { Plan } from "../../src/plan/Plan.ts"
import { eventLine } from "../../src/report/EventLine.ts"
import { eventRow } from "../../src/report/EventRow.ts"
import { planTable } from "../../src/report/PlanTable.ts"
import { advance, nothing } from "../../src/report/Progress.ts"
import { progressLines } from "../../src/report/ProgressView.ts"
import { plain } from "../../src/report/Style.ts"
import { statusDocument, summarize } from "./listed.ts"
import { summaryTable } from "../../src/report/SummaryTable.ts"
import type { RunFact } from "../../src/run/RunEvent.ts"
import { all, fold, halted, plan, stamped, started, state, step } from "./plans.ts"

const two: Plan = {
  ...plan(["api", "web"]),
  preflight: {
    steps: [step("disk"), step("api-up"), step("last")].map((each) => ({
      ...each,
      continueOnError: each.id === "disk"
    })),
    env: [],
    workdir: [],
    breakerThreshold: false
  }
}

const begins = (check: string, attempt = 1): RunFact => ({ type: "PreflightStarted", check, attempt, pid: 7 })
const retried = (
  check: string,
  attempt: number,
  more: Partial<Extract<RunFact, { type: "PreflightRetried" }>> = {}
) => ({
  type: "PreflightRetried" as const,
  check,
  attempt,
  reason: "exit-code" as const,
  message: "exit code 7",
  exitCode: 7,
  durationMs: 40,
  nextAttemptAt: "2026-11-20T03:00:30.000Z",
  ...more
})
const ends = (
  check: string,
  outcome: "passed" | "failed" | "continued" | "skipped",
  attempts = 1,
  stderr = ""
): RunFact => ({
  type: "PreflightFinished",
  check,
  outcome,
  attempts,
  durationMs: 50,
  ...(outcome === "failed" || outcome === "continued"
    ? { reason: "exit-code" as const, message: "exit code 7", exitCode: 7 }
    : {}),
  output: { stdout: "", stderr, ...(outcome === "passed" ? { exit_code: 0 } : {}) }
})

const facts: ReadonlyArray<RunFact> = [
  started(two),
  begins("disk"),
  ends("disk", "continued", 1, "92% full\n"),
  begins("api-up"),
  retried("api-up", 1),
  begins("api-up", 2),
  ends("api-up", "failed", 2, "connecting\ncurl: (7) refused\n")
]
const failed = summarize({
  plan: two,
  state: state(...facts, halted("PreflightFailed")),
  selection: all(two),
  exitCode: 2,
  outputs: {}
})

describe("a preflight that failed", () => {
  it("is told in the summary: which check, why, how often, what it said last and where its log is", () => {
    expect(failed).toMatchObject({ status: "failed", haltReason: "PreflightFailed", retryAt: null, stepsExecuted: 0 })
    expect(failed.preflight).toEqual([
      {
        path: "disk",
        kind: "run",
        status: "failed",
        attempts: 1,
        durationMs: 50,
        exitCode: 7,
        reason: "exit-code",
        message: "exit code 7",
        continued: true,
        lastError: "92% full",
        log: "logs/preflight/disk.out",
        errorLog: "logs/preflight/disk.err"
      },
      {
        path: "api-up",
        kind: "run",
        status: "failed",
        attempts: 2,
        durationMs: 90,
        exitCode: 7,
        reason: "exit-code",
        message: "exit code 7",
        lastError: "curl: (7) refused",
        log: "logs/preflight/api-up.out",
        errorLog: "logs/preflight/api-up.err"
      },
      { path: "last", kind: "run", status: "pending", attempts: 0, durationMs: 0 }
    ])
    expect(failed.counts).toMatchObject({ total: 2, pending: 2 })
    expect(failed.targets.every(({ status }) => status === "pending")).toBe(true)
  })

  it("is a row of the table; what was only a warning is none", () => {
    expect(summaryTable(failed, { style: plain, next: [] }).slice(3, 6)).toEqual([
      "STATUS  TARGET     STEP    ATTEMPTS  REASON     MESSAGE      LOG",
      "failed  preflight  api-up  2         exit-code  exit code 7  logs/preflight/api-up.err",
      "  curl: (7) refused"
    ])
  })

  it("is shown by the status, with where to look and how to go on", () => {
    const { next, preflight, status } = statusDocument({
      plan: two,
      state: fold(stamped([...facts, halted("PreflightFailed")]))
    })
    expect(status).toBe("failed")
    expect(preflight.map(({ path, status }) => `${path} ${status}`)).toEqual([
      "disk failed",
      "api-up failed",
      "last pending"
    ])
    expect(next).toEqual([
      {
        why: "see why the preflight failed",
        command: "pawl logs 20261120T030000-7f3a9c preflight/api-up --stderr"
      },
      { why: "go on with the 2 pending", command: "pawl resume 20261120T030000-7f3a9c" }
    ])
  })

  it("has lines of its own in the progress and among the events", () => {
    let progress = nothing
    const lines = stamped(facts).map((event) => {
      progress = advance(progress, event, () => fold([]), { plan: two, selection: all(two) })
      return eventLine(event, progress, plain)
    })
    expect(lines.slice(1)).toEqual([
      "checking preflight/disk",
      "continued preflight/disk: exit code 7",
      "checking preflight/api-up",
      "retry preflight/api-up: exit code 7; attempt 2 in 26s, at 2026-11-20T03:00:30.000Z",
      undefined,
      "failed preflight/api-up: exit code 7 after 2 attempts; no target starts"
    ])
    expect(
      stamped([...facts.slice(3), ends("last", "skipped", 0)]).map((event) => eventRow(event, plain).slice(33))
    ).toEqual([
      "PreflightStarted   preflight/api-up  attempt 1, process 7",
      "PreflightRetried   preflight/api-up  attempt 1: exit code 7 after 40ms, next not before 2026-11-20T03:00:30.000Z",
      "PreflightStarted   preflight/api-up  attempt 2, process 7",
      "PreflightFinished  preflight/api-up  failed, 2 attempts, exit code 7, 50ms",
      "PreflightFinished  preflight/last  skipped"
    ])
  })
})

describe("a preflight that is under way", () => {
  const live = (...facts: ReadonlyArray<RunFact>) =>
    statusDocument({ plan: two, state: state(started(two), ...facts), live: { pid: 1 } })

  it("is running in the eyes of who asks; of one that was killed nothing is", () => {
    expect(live(begins("disk")).preflight[0]).toMatchObject({ status: "running", attempts: 1 })
    expect(statusDocument({ plan: two, state: state(started(two), begins("disk")) }).preflight[0]).toMatchObject({
      status: "pending",
      attempts: 0
    })
    const table = (...facts: ReadonlyArray<RunFact>) => summaryTable(live(...facts), { style: plain, next: [] })
    expect(table(begins("disk"))[4]).toBe("running  preflight  disk  1         logs/preflight/disk.out")
    expect(table(begins("disk"), retried("disk", 1))[4]).toContain(
      "pending  preflight  disk  1         exit-code  exit code 7; next attempt at 2026-11-20T03:00:30.000Z"
    )
    expect(table(begins("disk"), ends("disk", "passed"))).toHaveLength(2)
  })

  it("is drawn where the targets are, and is gone when it is through", () => {
    const view = { columns: 60, rows: 10, now: Date.parse("2026-11-20T03:00:05.000Z") }
    const drawn = (...facts: ReadonlyArray<RunFact>): ReadonlyArray<string> => {
      const progress = stamped([started(two), ...facts]).reduce(
        (known, event) => advance(known, event, () => fold([]), { plan: two, selection: all(two) }),
        nothing
      )
      return progressLines(progress, view, () => 3).slice(0, -2)
    }
    expect(drawn(begins("disk"))).toEqual([`  ${"preflight/disk".padEnd(32)}  attempt 1/3, 4s`])
    expect(drawn(begins("disk"), retried("disk", 1))).toEqual([`  ${"preflight/disk".padEnd(32)}  attempt 2/3 in 25s`])
    expect(drawn(begins("disk"), ends("disk", "passed"))).toEqual([])
  })
})

describe("the table of a plan", () => {
  it("lists the checks", () => {
    expect(planTable(two, plain, undefined).slice(-4)).toEqual([
      "checks before any target starts:",
      "  disk    run  goes on when it fails",
      "  api-up  run",
      "  last    run"
    ])
  })
})
