import { describe, expect, it } from "@effect/vitest"
import { statusDocument } from "./listed.ts"
import type { RunFact } from "../../src/run/RunEvent.ts"
import {
  all,
  blocked,
  completed,
  gate,
  halted,
  opened,
  paused,
  plan,
  planOf,
  started,
  state,
  step,
  succeeded
} from "./plans.ts"

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
        { command: "pawl resume 20261120T030000-7f3a9c --retry-blocked" }
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
      next: [{ command: "pawl resume 20261120T030000-7f3a9c" }]
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

describe("a stored run with gates", () => {
  const of = planOf(["api", "web"], [step("build"), gate("ship")])
  const facts: ReadonlyArray<RunFact> = [
    { type: "TargetStarted", target: "api" },
    ...succeeded("api", "build"),
    opened("api", "ship"),
    paused("api", "ship"),
    { type: "TargetStarted", target: "web" },
    opened("web", "ship"),
    paused("web", "ship"),
    halted("AwaitingApproval")
  ]
  const waiting = state(started(of), ...facts)

  it("is paused, and says since when which gates wait, and for what", () => {
    const document = statusDocument({ plan: of, state: waiting })
    expect(document).toMatchObject({ status: "paused", haltReason: "AwaitingApproval", counts: { paused: 2 } })
    expect(document.gates.map(({ openedAt, path, target }) => [target, path, openedAt])).toEqual([
      ["api", "ship", "2026-11-20T03:00:04.000Z"],
      ["web", "ship", "2026-11-20T03:00:07.000Z"]
    ])
    expect(document.next[0]?.command).toBe("pawl approve 20261120T030000-7f3a9c api/ship")
  })

  it("shows a decision that was left and not taken up, but only one about that very opening", () => {
    const left = { target: "api", path: "ship", option: "approve", by: "ann", decidedAt: "2026-11-20T04:00:00.000Z" }
    const gatesWith = (opened: number) =>
      statusDocument({ plan: of, state: waiting, decisions: [{ ...left, opened }] }).gates.map(({ decision }) =>
        decision
      )
    expect(gatesWith(5)).toEqual([
      { option: "approve", by: "ann", decidedAt: "2026-11-20T04:00:00.000Z" },
      undefined
    ])
    expect(gatesWith(8)).toEqual([undefined, undefined])
    expect(gatesWith(4)).toEqual([undefined, undefined])
  })

  it("can be decided while it is live", () => {
    const document = statusDocument({ plan: of, state: waiting, live: { pid: 7 } })
    expect(document.status).toBe("running")
    expect(document.next.map(({ command }) => command)).toEqual([
      "pawl approve 20261120T030000-7f3a9c api/ship",
      "pawl reject 20261120T030000-7f3a9c api/ship"
    ])
  })
})
