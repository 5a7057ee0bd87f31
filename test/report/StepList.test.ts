import { describe, expect, it } from "@effect/vitest"
import { summarize } from "./listed.ts"
import type { PlanStep } from "../../src/plan/Plan.ts"
import type { HaltReason, RunFact } from "../../src/run/RunEvent.ts"
import {
  all,
  branching,
  childFailed,
  entered,
  failed,
  gate,
  halted,
  loop,
  map,
  opened,
  parallel,
  paused,
  planOf,
  started,
  state,
  step,
  succeeded,
  through
} from "./plans.ts"

const begin: RunFact = { type: "TargetStarted", target: "api" }
const blockedAt = (at: string, reason: "step-exhausted" | "gate-rejected" = "step-exhausted"): RunFact => ({
  type: "TargetBlocked",
  target: "api",
  step: at,
  reason,
  message: "exit code 3 after 1 attempt",
  attempts: 1,
  durationMs: 100
})
const done: RunFact = { type: "TargetCompleted", target: "api", durationMs: 100 }

const summaryOf = (steps: ReadonlyArray<PlanStep>, facts: ReadonlyArray<RunFact>, reason: HaltReason) => {
  const of = planOf(["api"], steps)
  return summarize({
    plan: of,
    state: state(started(of), begin, ...facts, halted(reason)),
    selection: all(of),
    exitCode: 0,
    outputs: {}
  })
}

const listed = (
  steps: ReadonlyArray<PlanStep>,
  facts: ReadonlyArray<RunFact>,
  reason: HaltReason = "AllDoneOrBlocked"
): ReadonlyArray<string> =>
  (summaryOf(steps, facts, reason).targets[0]?.steps ?? []).map(({ path, reason, status }) =>
    [path, status, ...(reason === undefined ? [] : [reason])].join(" ")
  )

const notThrough = "ShutdownRequested"

describe("the list of a target's steps", () => {
  it("has the items of a map in their order, whatever order they ended in", () => {
    const steps = [map("shards", [step("prepare"), step("e2e")]), step("ship")]
    expect(
      listed(steps, [
        entered("api", "shards", "map", { items: 2 }),
        ...succeeded("api", "shards[1]::prepare"),
        ...succeeded("api", "shards[0]::prepare"),
        ...succeeded("api", "shards[1]::e2e"),
        ...succeeded("api", "shards[0]::e2e"),
        through("api", "shards"),
        ...succeeded("api", "ship"),
        done
      ])
    ).toEqual([
      "shards succeeded",
      "shards[0]::prepare succeeded",
      "shards[0]::e2e succeeded",
      "shards[1]::prepare succeeded",
      "shards[1]::e2e succeeded",
      "ship succeeded"
    ])
  })

  it("has nothing within a map that has not begun, or that has no items", () => {
    const steps = [map("shards", [step("e2e")]), map("more", [step("e2e")])]
    expect(listed(steps, [entered("api", "shards", "map", { items: 0 }), through("api", "shards")], notThrough))
      .toEqual(["shards succeeded", "more pending"])
  })

  it("says of a map that failed which items ended, which were interrupted and which never began", () => {
    const steps = [map("shards", [step("prepare"), step("e2e")]), step("ship")]
    expect(
      listed(steps, [
        entered("api", "shards", "map", { items: 3 }),
        { type: "StepStarted", target: "api", path: "shards[1]::prepare", attempt: 1, pid: 1 },
        ...failed("api", "shards[0]::prepare"),
        { type: "StepSkipped", target: "api", path: "shards[1]::prepare", reason: "interrupted" },
        childFailed("api", "shards", "shards[0]::prepare"),
        blockedAt("shards[0]::prepare")
      ])
    ).toEqual([
      "shards failed child-failed",
      "shards[0]::prepare failed exit-code",
      "shards[0]::e2e skipped branch-ended",
      "shards[1]::prepare skipped interrupted",
      "shards[1]::e2e skipped branch-ended",
      "shards[2]::prepare skipped branch-ended",
      "shards[2]::e2e skipped branch-ended",
      "ship skipped target-ended"
    ])
  })

  it("ends the rest of an item as soon as a step of it has failed, while others go on", () => {
    const steps = [map("shards", [step("prepare"), step("e2e")])]
    expect(
      listed(steps, [
        entered("api", "shards", "map", { items: 2 }),
        ...failed("api", "shards[0]::prepare"),
        ...succeeded("api", "shards[1]::prepare")
      ], notThrough)
    ).toEqual([
      "shards pending",
      "shards[0]::prepare failed exit-code",
      "shards[0]::e2e skipped branch-ended",
      "shards[1]::prepare succeeded",
      "shards[1]::e2e pending"
    ])
  })

  it("has the branch that was not taken, as skipped", () => {
    const steps = [branching("recover", [step("reset"), parallel("both", [step("a")])], [step("note")])]
    expect(
      listed(steps, [
        entered("api", "recover", "if", { branch: "else" }),
        ...succeeded("api", "recover::note"),
        through("api", "recover"),
        done
      ])
    ).toEqual([
      "recover succeeded",
      "recover::reset skipped branch-not-taken",
      "recover::both skipped branch-not-taken",
      "recover::both::a skipped branch-not-taken",
      "recover::note succeeded"
    ])
  })

  it("has a path once where both branches use an id, with what became of the one that was taken", () => {
    const steps = [branching("a", [step("x"), step("only")], [step("x")])]
    const facts = (branch: string) => [
      entered("api", "a", "if", { branch }),
      ...succeeded("api", "a::x"),
      through("api", "a"),
      done
    ]
    expect(listed(steps, facts("else"))).toEqual(["a succeeded", "a::only skipped branch-not-taken", "a::x succeeded"])
    expect(listed(steps, [], notThrough)).toEqual(["a pending", "a::x pending", "a::only pending"])
  })

  it("says of everything within a skipped step why that was skipped", () => {
    const steps = [branching("recover", [step("reset")], [parallel("both", [step("a")])])]
    expect(
      listed(steps, [{ type: "StepSkipped", target: "api", path: "recover", reason: "when-false" }, done])
    ).toEqual([
      "recover skipped when-false",
      "recover::reset skipped when-false",
      "recover::both skipped when-false",
      "recover::both::a skipped when-false"
    ])
  })

  it("keeps apart the steps side by side in a `parallel`: one's failure is not the other's end", () => {
    const steps = [parallel("checks", [step("lint"), step("types"), step("slow")])]
    expect(
      listed(steps, [
        entered("api", "checks", "parallel"),
        ...failed("api", "checks::lint"),
        ...succeeded("api", "checks::types"),
        { type: "StepStarted", target: "api", path: "checks::slow", attempt: 1, pid: 4 }
      ], notThrough)
    ).toEqual([
      "checks pending",
      "checks::lint failed exit-code",
      "checks::types succeeded",
      "checks::slow pending"
    ])
  })

  it("has of a loop the latest iteration, and says how many have begun", () => {
    const steps = [loop("poll", [step("ask"), step("check")])]
    const first = [
      entered("api", "poll", "loop"),
      ...succeeded("api", "poll[0]::ask"),
      ...succeeded("api", "poll[0]::check")
    ]
    const next: RunFact = { type: "IterationEnded", target: "api", path: "poll", iteration: 0 }
    expect(listed(steps, first, notThrough)).toEqual([
      "poll pending",
      "poll[0]::ask succeeded",
      "poll[0]::check succeeded"
    ])
    const second = [...first, next, ...succeeded("api", "poll[1]::ask")]
    expect(listed(steps, second, notThrough)).toEqual([
      "poll pending",
      "poll[1]::ask succeeded",
      "poll[1]::check pending"
    ])
    const iterations = (facts: ReadonlyArray<RunFact>) =>
      summaryOf(steps, facts, notThrough).targets[0]?.steps[0]?.iterations
    expect([iterations([]), iterations(first), iterations([...first, next]), iterations(second)]).toEqual([
      undefined,
      1,
      1,
      2
    ])
  })

  it("has nothing of a loop that did not go round once", () => {
    const steps = [loop("poll", [step("ask")])]
    const facts = [entered("api", "poll", "loop", { branch: "none" }), through("api", "poll"), done]
    expect(listed(steps, facts)).toEqual(["poll succeeded"])
    expect(summaryOf(steps, facts, "AllDoneOrBlocked").targets[0]?.steps[0]?.iterations).toBe(0)
  })

  it("goes to any depth", () => {
    const steps = [map("a", [branching("b", [loop("c", [parallel("d", [step("e")])])])])]
    expect(
      listed(steps, [
        entered("api", "a", "map", { items: 1 }),
        entered("api", "a[0]::b", "if", { branch: "then" }),
        entered("api", "a[0]::b::c", "loop"),
        entered("api", "a[0]::b::c[0]::d", "parallel"),
        ...succeeded("api", "a[0]::b::c[0]::d::e")
      ], notThrough)
    ).toEqual([
      "a pending",
      "a[0]::b pending",
      "a[0]::b::c pending",
      "a[0]::b::c[0]::d pending",
      "a[0]::b::c[0]::d::e succeeded"
    ])
  })

  it("names the log of a step within steps, and what it went by", () => {
    const steps = [map("shards", [step("e2e")]), branching("kind", [step("x")])]
    const document = summaryOf(steps, [
      entered("api", "shards", "map", { items: 1 }),
      ...failed("api", "shards[0]::e2e", "no such suite\n"),
      childFailed("api", "shards", "shards[0]::e2e", "StepContinued"),
      entered("api", "kind", "if", { branch: "else" }),
      through("api", "kind"),
      done
    ], "AllDoneOrBlocked")
    expect(document.targets[0]?.steps.slice(0, 3)).toEqual([
      {
        path: "shards",
        kind: "map",
        status: "failed",
        attempts: 0,
        durationMs: 60,
        reason: "child-failed",
        message: "shards[0]::e2e: exit code 3",
        continued: true,
        child: "shards[0]::e2e",
        items: 1
      },
      {
        path: "shards[0]::e2e",
        kind: "run",
        status: "failed",
        attempts: 1,
        durationMs: 50,
        exitCode: 3,
        reason: "exit-code",
        message: "exit code 3",
        log: "logs/api/shards%5B0%5D::e2e.out"
      },
      { path: "kind", kind: "if", status: "succeeded", attempts: 0, durationMs: 60, branch: "else" }
    ])
  })

  it("has the last line that the step printed at which a target is stuck, at any depth", () => {
    const [target] = summaryOf([map("shards", [step("e2e")])], [
      entered("api", "shards", "map", { items: 1 }),
      ...failed("api", "shards[0]::e2e", "first\nno such suite\n"),
      childFailed("api", "shards", "shards[0]::e2e"),
      blockedAt("shards[0]::e2e")
    ], "TargetBlocked").targets
    expect([target?.step, target?.lastError, target?.steps[1]?.errorLog]).toEqual([
      "shards[0]::e2e",
      "no such suite",
      "logs/api/shards%5B0%5D::e2e.err"
    ])
  })
})

describe("gates in a summary", () => {
  const steps = [step("build"), gate("ship"), parallel("rest", [gate("also"), step("publish")])]

  it("that wait are listed, and their target and the run are paused", () => {
    const document = summaryOf(
      steps,
      [...succeeded("api", "build"), opened("api", "ship"), paused("api", "ship")],
      "AwaitingApproval"
    )
    expect(document).toMatchObject({ status: "paused", haltReason: "AwaitingApproval", counts: { paused: 1 } })
    expect(document.gates).toEqual([{
      target: "api",
      path: "ship",
      about: "approval",
      message: "Ship 1.4?",
      options: ["approve", "reject"],
      onReject: "abort",
      openedAt: "2026-11-20T03:00:04.000Z"
    }])
    expect(document.targets[0]).toMatchObject({ status: "paused", step: "ship", reason: "awaiting-approval" })
    expect(document.targets[0]?.steps[1]).toEqual({
      path: "ship",
      kind: "gate",
      status: "pending",
      attempts: 0,
      durationMs: 0,
      reason: "awaiting-approval",
      message: "Ship 1.4?"
    })
  })

  it("are in plan order, at any depth, with what there is to look at", () => {
    const document = summaryOf(
      [gate("first"), ...steps],
      [
        entered("api", "rest", "parallel"),
        opened("api", "rest::also", { show: "notes.md", about: "in-flight" }),
        opened("api", "first"),
        paused("api", "first")
      ],
      "AwaitingApproval"
    )
    expect(document.gates.map(({ path, show }) => [path, show])).toEqual([
      ["first", undefined],
      ["rest::also", "notes.md"]
    ])
    expect(document.targets[0]?.steps.find(({ path }) => path === "rest::also")?.reason).toBe("in-flight")
  })

  it("that were decided say how, by whom and when", () => {
    const document = summaryOf(steps, [
      ...succeeded("api", "build"),
      opened("api", "ship"),
      {
        type: "GateDecided",
        target: "api",
        path: "ship",
        option: "reject",
        outcome: "rejected",
        onReject: "abort",
        by: "ann",
        note: "not on a Friday",
        decidedAt: "2026-11-20T02:59:00.000Z",
        opened: 5
      },
      blockedAt("ship", "gate-rejected")
    ], "TargetBlocked")
    expect(document.gates).toEqual([])
    expect(document.targets[0]?.steps[1]).toEqual({
      path: "ship",
      kind: "gate",
      status: "failed",
      attempts: 0,
      durationMs: 0,
      reason: "gate-rejected",
      message: "rejected by ann: not on a Friday",
      option: "reject",
      by: "ann",
      note: "not on a Friday",
      decidedAt: "2026-11-20T02:59:00.000Z"
    })
  })

  it("of a target that has ended wait for nobody", () => {
    const document = summaryOf([parallel("both", [gate("ship"), step("build")])], [
      entered("api", "both", "parallel"),
      opened("api", "both::ship"),
      ...failed("api", "both::build"),
      childFailed("api", "both", "both::build"),
      blockedAt("both::build")
    ], "TargetBlocked")
    expect(document.gates).toEqual([])
    expect(document.targets[0]?.steps[1]).toMatchObject({ status: "skipped", reason: "branch-ended" })
  })

  it("of a target that has ended wait for nobody, also where an attempt had been under way", () => {
    const document = summaryOf([parallel("both", [step("publish"), step("build")])], [
      entered("api", "both", "parallel"),
      { type: "StepStarted", target: "api", path: "both::publish", attempt: 1, pid: 1 },
      {
        type: "AttemptFailed",
        target: "api",
        path: "both::publish",
        attempt: 1,
        reason: "exit-code",
        message: "exit code 3",
        durationMs: 1,
        nextAttemptAt: "2026-11-20T03:05:00.000Z"
      },
      opened("api", "both::publish", { about: "in-flight" }),
      ...failed("api", "both::build"),
      childFailed("api", "both", "both::build"),
      blockedAt("both::build")
    ], "TargetBlocked")
    expect(document.gates).toEqual([])
  })

  it("that a rule denies have no gate to decide, and are paused", () => {
    const document = summaryOf(steps, [
      ...succeeded("api", "build"),
      {
        type: "GateDecided",
        target: "api",
        path: "ship",
        option: "reject",
        outcome: "rejected",
        onReject: "retry",
        by: "policy",
        note: "its policy is not met"
      },
      { type: "TargetPaused", target: "api", step: "ship", reason: "policy-denied", message: "its policy is not met" }
    ], "AwaitingApproval")
    expect([document.status, document.gates]).toEqual(["paused", []])
    expect(document.targets[0]).toMatchObject({ status: "paused", reason: "policy-denied" })
    expect(document.targets[0]?.steps[1]).toMatchObject({ status: "pending", reason: "policy-denied", by: "policy" })
  })
})
