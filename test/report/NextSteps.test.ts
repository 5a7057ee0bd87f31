import { describe, expect, it } from "@effect/vitest"
import { nextSteps, sameRun, shellWord } from "../../src/report/NextSteps.ts"
import { summarize } from "./listed.ts"
import type { RunFact } from "../../src/run/RunEvent.ts"
import type { SummaryGate } from "../../src/report/Summary.ts"
import { all, blocked, completed, gate, halted, opened, paused, plan, planOf, started, state, step } from "./plans.ts"

const two = plan(["api", "web"])
const commands = (...facts: ReadonlyArray<RunFact>) => {
  const summary = summarize({
    plan: two,
    state: state(started(two), ...facts),
    selection: all(two),
    exitCode: 0,
    outputs: {}
  })
  return nextSteps(summary, { again: "pawl run b.yaml" }).map(({ command }) => command)
}

const shipping = planOf(["api", "web"], [step("build"), gate("ship")])
const summaryOf = (...facts: ReadonlyArray<RunFact>) =>
  summarize({
    plan: shipping,
    state: state(started(shipping), ...facts),
    selection: all(shipping),
    exitCode: 3,
    outputs: {}
  })
const waiting = (id: string, more: Partial<Extract<RunFact, { type: "GateOpened" }>> = {}): ReadonlyArray<RunFact> => [
  { type: "TargetStarted", target: id },
  opened(id, "ship", more),
  paused(id, "ship")
]
const run = "20261120T030000-7f3a9c"
const calls = { again: `pawl resume ${run} --state-dir s`, place: " --state-dir s" }

describe("what to do next", () => {
  it("is nothing where everything is through", () => {
    expect(commands(...completed("api"), ...completed("web"), halted("AllDoneOrBlocked"))).toEqual([])
  })

  it("is to look at the log and to retry where a target is blocked", () => {
    expect(commands(...blocked("api"), ...completed("web"), halted("AllDoneOrBlocked"))).toEqual([
      "pawl logs 20261120T030000-7f3a9c api/build",
      "pawl run b.yaml --retry-blocked"
    ])
  })

  it("can be typed as it is where a target is called like a flag", () => {
    const dashed = plan(["-n", "web"])
    const summary = summarize({
      plan: dashed,
      state: state(started(dashed), ...blocked("-n"), ...completed("web"), halted("AllDoneOrBlocked")),
      selection: all(dashed),
      exitCode: 1,
      outputs: {}
    })
    expect(nextSteps(summary, calls).map(({ command }) => command)).toContain(
      `pawl logs ${run} --state-dir s -- -n/build`
    )
    const of = planOf(["-n"], [gate("ship")])
    const asked = summarize({
      plan: of,
      state: state(started(of), ...waiting("-n"), halted("AwaitingApproval")),
      selection: all(of),
      exitCode: 3,
      outputs: {}
    })
    expect(nextSteps(asked, calls).map(({ command }) => command)).toContain(
      `pawl reject ${run} --state-dir s -- -n/ship`
    )
  })

  it("is to go on, with or without the rest, where a blocked target halted the run", () => {
    expect(commands(...blocked("api"), halted("TargetBlocked"))).toEqual([
      "pawl logs 20261120T030000-7f3a9c api/build",
      "pawl run b.yaml",
      "pawl run b.yaml --auto-advance",
      "pawl run b.yaml --retry-blocked"
    ])
  })

  it("is to come back as well where the run was rate-limited and a gate waits: the time is told beside it", () => {
    const limited: RunFact = { ...halted("RateLimited"), retryAt: "2026-11-20T05:00:00.000Z" }
    const words = nextSteps(summaryOf(...waiting("api"), limited), calls).map(({ why }) => why)
    expect(words).toContainEqual(expect.stringMatching(/^go on with .*pending.*, not before 2026-11-20T05:00:00.000Z$/))
    expect(words).toContain("go on once it is decided")
  })

  it("is to come back where the run was rate-limited, and not before its time", () => {
    const limited: RunFact = { ...halted("RateLimited"), retryAt: "2026-11-20T05:00:00.000Z" }
    const summary = summarize({
      plan: two,
      state: state(started(two), ...completed("api"), limited),
      selection: all(two),
      exitCode: 2,
      outputs: {}
    })
    expect([summary.status, summary.retryAt]).toEqual(["rate-limited", "2026-11-20T05:00:00.000Z"])
    expect(nextSteps(summary, { again: "pawl run b.yaml" })).toEqual([
      { why: "go on with the pending, not before 2026-11-20T05:00:00.000Z", command: "pawl run b.yaml" }
    ])
  })

  it("is to run again where a signal stopped the run", () => {
    expect(commands(...completed("api"), halted("ShutdownRequested"))).toEqual(["pawl run b.yaml"])
  })
})

describe("what to do about gates", () => {
  it("is to approve or reject, and then to go on", () => {
    const summary = summaryOf(...waiting("api"), ...completed("web"), halted("AwaitingApproval"))
    expect(nextSteps(summary, calls)).toEqual([
      { why: "approve api/ship", command: `pawl approve ${run} api/ship --state-dir s` },
      { why: "or reject it", command: `pawl reject ${run} api/ship --state-dir s` },
      { why: "go on once it is decided", command: `pawl resume ${run} --state-dir s` }
    ])
  })

  it("names each option that approves", () => {
    const summary = summaryOf(
      ...waiting("api", { options: ["blue", "green", "reject"] }),
      ...completed("web"),
      halted("AwaitingApproval")
    )
    expect(nextSteps(summary, calls).slice(0, 3)).toEqual([
      { why: "choose blue for api/ship", command: `pawl approve ${run} api/ship --option blue --state-dir s` },
      { why: "choose green for api/ship", command: `pawl approve ${run} api/ship --option green --state-dir s` },
      { why: "or reject it", command: `pawl reject ${run} api/ship --state-dir s` }
    ])
  })

  it("says what the options mean where an attempt was under way", () => {
    const summary = summaryOf(
      ...waiting("api", { about: "in-flight", options: ["run-again", "done", "reject"] }),
      halted("AwaitingApproval")
    )
    expect(nextSteps(summary, calls).slice(0, 2)).toEqual([
      { why: "run it again: api/ship", command: `pawl approve ${run} api/ship --option run-again --state-dir s` },
      { why: "take it for done: api/ship", command: `pawl approve ${run} api/ship --option done --state-dir s` }
    ])
  })

  it("is about the first of them where several wait, and the path is a word of the shell", () => {
    const of = planOf(["a b"], [gate("ship"), gate("more")])
    const summary = summarize({
      plan: of,
      state: state(started(of), opened("a b", "more"), opened("a b", "ship"), paused("a b", "ship")),
      selection: all(of),
      exitCode: 3,
      outputs: {}
    })
    expect(nextSteps(summary, calls)).toEqual([
      {
        why: "approve a b/ship, the first of 2 gates",
        command: `pawl approve ${run} 'a b/ship' --state-dir s`
      },
      { why: "or reject it", command: `pawl reject ${run} 'a b/ship' --state-dir s` },
      { why: "go on once they are decided", command: `pawl resume ${run} --state-dir s` }
    ])
  })

  it("is only to go on where each has a decision already", () => {
    const summary = summaryOf(...waiting("api"), ...completed("web"), halted("AwaitingApproval"))
    const gates = summary.gates.map((each: SummaryGate) => ({ ...each, decision: { option: "approve", by: "ann" } }))
    expect(nextSteps({ ...summary, gates }, calls)).toEqual([
      { why: "go on with what was decided", command: `pawl resume ${run} --state-dir s` }
    ])
  })

  it("is offered while the run is live, and nothing else is", () => {
    const summary = summaryOf(...waiting("api"), ...blocked("web"))
    expect(nextSteps({ ...summary, isLive: true }, calls).map(({ why }) => why)).toEqual([
      "approve api/ship",
      "or reject it"
    ])
  })

  it("comes before what is blocked, and others may go on meanwhile", () => {
    const summary = summaryOf(...waiting("api"), halted("AwaitingApproval"))
    expect(nextSteps(summary, calls).slice(2).map(({ why }) => why)).toEqual([
      "go on once it is decided",
      "go on with others meanwhile"
    ])
    const both = summaryOf(...waiting("api"), ...blocked("web"), halted("AwaitingApproval"))
    expect(nextSteps(both, calls).map(({ why }) => why)).toEqual([
      "approve api/ship",
      "or reject it",
      "go on once it is decided",
      "see why it is stuck",
      "try the blocked again"
    ])
  })

  it("is to ask again where a rule denies", () => {
    const summary = summaryOf(
      { type: "TargetStarted", target: "api" },
      { type: "TargetPaused", target: "api", step: "ship", reason: "policy-denied", message: "not met" },
      ...completed("web"),
      halted("AwaitingApproval")
    )
    expect(nextSteps(summary, calls)).toEqual([
      { why: "ask about the paused again", command: `pawl resume ${run} --state-dir s` }
    ])
  })

  it("names no log of a gate that was rejected", () => {
    const summary = summaryOf(
      { type: "TargetStarted", target: "api" },
      opened("api", "ship"),
      {
        type: "GateDecided",
        target: "api",
        path: "ship",
        option: "reject",
        outcome: "rejected",
        onReject: "abort",
        by: "ann"
      },
      {
        type: "TargetBlocked",
        target: "api",
        step: "ship",
        reason: "gate-rejected",
        message: "rejected by ann",
        attempts: 0,
        durationMs: 1
      },
      ...completed("web"),
      halted("AllDoneOrBlocked")
    )
    expect(nextSteps(summary, calls).map(({ why }) => why)).toEqual(["try the blocked again"])
  })
})

describe("the call that goes on with a run", () => {
  it("has what the plan depends on, and how it was run", () => {
    expect(sameRun({
      manifest: "my batch.yaml",
      input: ["release=1.4", "note=it's"],
      inputs: "in.json",
      stateDir: "/var/pawl",
      secrets: [],
      autoAdvance: true,
      maxParallel: 4
    })).toBe(
      "pawl run 'my batch.yaml' --input release=1.4 --input 'note=it'\\''s' --inputs in.json --state-dir /var/pawl "
        + "--auto-advance -j 4"
    )
  })

  it("keeps to what the machine may be asked of, and leaves out what is so anyway", () => {
    const plain = { manifest: "b.yaml", input: [], secrets: [], order: "manifest", halt: "soon" } as const
    expect(sameRun(plain)).toBe("pawl run b.yaml")
    expect(
      sameRun({ ...plain, order: "longest-first", halt: "now", load: { percent: 80 }, memfree: 500_000_000 })
    ).toBe("pawl run b.yaml --order longest-first --halt now --load 80% --memfree 500000000")
    expect(sameRun({ ...plain, load: { average: 2.5 } })).toBe("pawl run b.yaml --load 2.5")
  })

  it("never shows the value of a secret input", () => {
    const line = sameRun({ manifest: "b.yaml", input: ["token=hunter2=x"], secrets: ["token"] })
    expect(line).toBe("pawl run b.yaml --input 'token=…'")
  })

  it("is quoted so that a shell gives the word back", () => {
    const words = ["", "a b", "it's", "$HOME", "x=1", "-", "`id`", "tab\there", "new\nline"]
    const { stdout } = Bun.spawnSync(["sh", "-c", `printf '%s\\0' ${words.map(shellWord).join(" ")}`])
    expect(stdout.toString().split("\0").slice(0, -1)).toEqual(words)
  })
})
