import { describe, expect, it } from "@effect/vitest"
import { Schema } from "effect"
import { summarize } from "./listed.ts"
import { Summary } from "../../src/report/Summary.ts"
import type { HaltReason, RunFact } from "../../src/run/RunEvent.ts"
import { all, blocked, completed, halted, only, plan, started, state } from "./plans.ts"

const four = plan(["api", "web", "docs", "site"])

const summary = (...facts: ReadonlyArray<RunFact>) =>
  summarize({ plan: four, state: state(started(four), ...facts), selection: all(four), exitCode: 0, outputs: {} })

describe("the summary of a run", () => {
  it("is a document of its schema, with nothing that the schema does not know", () => {
    const document = summary(...blocked("api"), ...completed("web"), halted("CapReached"))
    expect(Schema.decodeUnknownSync(Summary)(JSON.parse(JSON.stringify(document)), { onExcessProperty: "error" }))
      .toEqual(
        document
      )
  })

  it("lists targets in plan order whatever order they ended in", () => {
    const document = summary(...completed("docs"), ...blocked("api"), halted("CapReached"))
    expect(document.targets.map(({ id, status }) => [id, status])).toEqual([
      ["api", "blocked"],
      ["web", "pending"],
      ["docs", "completed"],
      ["site", "pending"]
    ])
    expect(document.counts).toEqual({
      total: 4,
      completed: 1,
      blocked: 1,
      errored: 0,
      skipped: 0,
      paused: 0,
      pending: 2
    })
  })

  it("says of a blocked target which step, why, after how many attempts, and where the log is", () => {
    const [api] = summary(...blocked("api"), halted("TargetBlocked")).targets
    expect(api).toEqual({
      id: "api",
      status: "blocked",
      reason: "step-exhausted",
      step: "build",
      message: "exit code 2 after 2 attempts",
      attempts: 2,
      durationMs: 3000,
      labels: {},
      steps: [
        {
          path: "build",
          kind: "run",
          status: "failed",
          attempts: 2,
          durationMs: 200,
          exitCode: 2,
          reason: "exit-code",
          message: "exit code 2",
          log: "logs/api/build.out"
        },
        { path: "ship", kind: "run", status: "skipped", reason: "target-ended", attempts: 0, durationMs: 0 }
      ]
    })
  })

  it("has the steps of a pending target pending", () => {
    const [, web] = summary(...blocked("api"), halted("TargetBlocked")).targets
    expect(web?.steps.map(({ log, status }) => [status, log])).toEqual([["pending", undefined], ["pending", undefined]])
  })

  it("has a target that was not selected skipped as filtered out, and counts it so", () => {
    const document = summarize({
      plan: four,
      state: state(started(four), ...completed("api"), halted("TargetCompleted")),
      selection: only(0),
      exitCode: 0,
      outputs: {}
    })
    expect(document.status).toBe("completed")
    expect(document.counts).toMatchObject({ total: 4, completed: 1, skipped: 3, pending: 0 })
    expect(document.targets[1]).toMatchObject({ status: "skipped", reason: "filtered-out" })
    expect(document.targets[1]?.steps[0]).toMatchObject({ status: "skipped", attempts: 0 })
  })

  it("keeps what an earlier invocation did to a target that is not selected now", () => {
    const document = summarize({
      plan: four,
      state: state(started(four), ...blocked("web"), ...completed("api"), halted("TargetCompleted")),
      selection: only(0),
      exitCode: 0,
      outputs: {}
    })
    expect(document.targets[1]).toMatchObject({ id: "web", status: "blocked" })
    expect(document.status).toBe("completed")
  })

  it("measures from the first start to the last halt", () => {
    const document = summary(halted("CapReached"))
    expect([document.startedAt, document.finishedAt, document.durationMs]).toEqual([
      "2026-11-20T03:00:00.000Z",
      "2026-11-20T03:00:01.000Z",
      1000
    ])
  })

  it("of a failed checkpoint says so, whatever the state had last", () => {
    const document = summarize({
      plan: four,
      state: state(started(four)),
      selection: all(four),
      exitCode: 74,
      outputs: {},
      error: { message: "the disk is full", hint: "make room" }
    })
    expect(document).toMatchObject({
      status: "failed",
      haltReason: "CheckpointFailed",
      error: { message: "the disk is full", hint: "make room" }
    })
  })

  it("of a failed checkpoint calls nothing running: its halt could not be recorded", () => {
    const document = summary(
      { type: "TargetStarted", target: "api" },
      { type: "StepStarted", target: "api", path: "build", attempt: 1, pid: 10 }
    )
    expect(document.targets[0]).toMatchObject({ status: "pending", steps: [{ status: "pending" }, {}] })
  })

  it("names no log of a step whose expression failed before anything was started", () => {
    const failed = (...before: ReadonlyArray<RunFact>) =>
      summary({ type: "TargetStarted", target: "api" }, ...before, {
        type: "StepFailed",
        target: "api",
        path: "build",
        attempt: before.length + 1,
        reason: "expression-failed",
        message: "no such field",
        durationMs: 0,
        output: { stdout: "", stderr: "" }
      }, halted("TargetBlocked")).targets[0]?.steps[0]?.log
    expect(failed()).toBeUndefined()
    expect(failed({ type: "StepStarted", target: "api", path: "build", attempt: 1, pid: 10 })).toBe(
      "logs/api/build.out"
    )
  })

  it.each([
    ["", "", undefined],
    ["first\nlast\n", "", "last"],
    ["printed\n", "oops\n\n  \n", "oops"],
    ["printed\n", " \n\n", "printed"],
    ["", "10%\r50%\rno route to host\r\n", "no route to host"],
    ["", "\u001b[31merror:\u001b[0m broken\n\u001b[0m\n", "error: broken"],
    ["", "x".repeat(201), `${"x".repeat(199)}…`],
    ["", `${"x".repeat(198)}😀😀`, `${"x".repeat(198)}…`],
    ["", "x".repeat(200), "x".repeat(200)]
  ])("has the last line that a stuck target printed: %j and %j", (stdout, stderr, lastError) => {
    const facts = blocked("api").map((fact) =>
      fact.type === "StepFailed" ? { ...fact, output: { exit_code: 2, stdout, stderr } } : fact
    )
    expect(summary(...facts, halted("TargetBlocked")).targets[0]?.lastError).toBe(lastError)
  })
})

describe("the status of a run", () => {
  const web = completed("web")
  const api = blocked("api")
  const rest = [...completed("docs"), ...completed("site")]
  it.each<[string, string, ReadonlyArray<RunFact>, HaltReason]>([
    ["completed", "every target completed", [...completed("api"), ...web, ...rest], "AllDoneOrBlocked"],
    ["partial", "some completed and the rest is blocked", [...api, ...web, ...rest], "AllDoneOrBlocked"],
    ["blocked", "it halted at a blocked target", [...web, ...api], "TargetBlocked"],
    ["blocked", "a breaker opened", [...web, ...api], "CircuitBreakerTripped"],
    ["blocked", "too many are blocked", [...web, ...api], "FailureThresholdReached"],
    ["blocked", "nothing completed and something is blocked", api, "CapReached"],
    ["partial", "the cap was reached", web, "CapReached"],
    ["interrupted", "a signal came", [...web, ...api], "ShutdownRequested"],
    ["failed", "the checkpoint failed", web, "CheckpointFailed"]
  ])("is %s where %s", (status, _why, facts, reason) => {
    expect(summary(...facts, halted(reason)).status).toBe(status)
  })
})

describe("a hundred thousand targets", () => {
  it("are summarized in a moment", () => {
    const large = plan(Array.from({ length: 100_000 }, (_, index) => `t${index}`))
    const before = performance.now()
    const document = summarize({
      plan: large,
      state: state(started(large), halted("CapReached")),
      selection: all(large),
      exitCode: 0,
      outputs: {}
    })
    expect(document.counts.pending).toBe(100_000)
    // Twenty times what it takes: what is quadratic takes minutes.
    expect(performance.now() - before).toBeLessThan(10_000)
  })
})
