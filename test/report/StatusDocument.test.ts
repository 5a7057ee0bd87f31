import { describe, expect, it } from "@effect/vitest"
import { statusDocument } from "../../src/report/StatusDocument.ts"
import type { RunFact } from "../../src/run/RunEvent.ts"
import { all, blocked, completed, halted, plan, started, state } from "./plans.ts"

const two = plan(["api", "web"])
const view = (...facts: ReadonlyArray<RunFact>) => statusDocument({ plan: two, state: state(started(two), ...facts) })

describe("a stored run", () => {
  it("at rest has the status of its targets and says what to do", () => {
    expect(view(...blocked("api"), ...completed("web"), halted("AllDoneOrBlocked"))).toMatchObject({
      schema: "pawl.status/v1",
      status: "partial",
      haltReason: "AllDoneOrBlocked",
      finishedAt: "2026-11-20T03:00:13.000Z",
      live: null,
      next: [
        { command: "pawl logs 20261120T030000-7f3a9c api/build" },
        { command: "pawl run BATCH --retry-blocked" }
      ]
    })
  })

  it("that is live is running, with its process and nothing to do", () => {
    const document = statusDocument({ plan: two, state: state(started(two), ...completed("api")), live: { pid: 42 } })
    expect(document).toMatchObject({
      status: "running",
      haltReason: null,
      finishedAt: null,
      live: { pid: 42 },
      next: []
    })
  })

  it("that was gone on with after a halt has no halt reason while it is live", () => {
    const document = statusDocument({
      plan: two,
      state: state(started(two), ...blocked("api"), halted("TargetBlocked")),
      live: { pid: 42 }
    })
    expect(document).toMatchObject({ status: "running", haltReason: null, finishedAt: null })
  })

  it("that was killed is interrupted", () => {
    expect(view(...completed("api"))).toMatchObject({
      status: "interrupted",
      haltReason: null,
      finishedAt: null,
      next: [{ command: "pawl run BATCH" }]
    })
  })

  it("that was killed calls nothing running, and knows that the attempt that was cut short has a log", () => {
    const facts: ReadonlyArray<RunFact> = [
      { type: "TargetStarted", target: "api" },
      { type: "StepStarted", target: "api", path: "build", attempt: 1, pid: 10 }
    ]
    const [live] = statusDocument({ plan: two, state: state(started(two), ...facts), live: { pid: 42 } }).targets
    expect([live?.status, live?.steps[0]?.status]).toEqual(["running", "running"])
    const [killed] = view(...facts).targets
    expect(killed).toMatchObject({
      status: "pending",
      steps: [{ status: "pending", attempts: 0, log: "logs/api/build.out" }, { status: "pending" }]
    })
    expect(killed?.steps[1]?.log).toBeUndefined()
  })

  it("names the state directory in its commands where the user did", () => {
    const document = statusDocument({
      plan: two,
      state: state(started(two), ...blocked("api"), halted("TargetBlocked"))
    }, "/a b")
    expect(document.next.every(({ command }) => command.includes("--state-dir '/a b'"))).toBe(true)
  })

  it("counts every target of its plan, selected or not", () => {
    expect(all(two).order).toHaveLength(2)
    expect(view(...completed("api"), halted("TargetCompleted")).counts).toMatchObject({ completed: 1, pending: 1 })
  })
})
