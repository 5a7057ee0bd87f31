import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import type { GateStep, PlanStep } from "../../src/plan/Plan.ts"
import type { RunEvent } from "../../src/run/RunEvent.ts"
import { apply, empty, targetState } from "../../src/run/RunState.ts"
import { stepState } from "../../src/run/TargetState.ts"
import { type Deciding, layerDeciding } from "./deciding.ts"
import { driven, told } from "./driven.ts"
import { approval, ifStep, map, parallel, planOf, policy, step } from "./plans.ts"
import type { Script } from "./scripted.ts"

const ok: Script = () => ({ exitCode: 0 })
const stateOf = (journal: ReadonlyArray<RunEvent>, id = "a") => targetState(journal.reduce(apply, empty), id)
const started = (journal: ReadonlyArray<RunEvent>): ReadonlyArray<string> =>
  journal.flatMap((event) => (event.type === "StepStarted" ? [`${event.target}/${event.path}`] : []))

const one = (steps: ReadonlyArray<PlanStep>, deciding: Deciding = {}, journal: Array<RunEvent> = []) =>
  Effect.map(
    driven(planOf([{ id: "a", steps }]), ok, { journal, gates: layerDeciding(deciding) }),
    (end) => ({ ...end, journal, target: stateOf(journal) })
  )

const answers = (journal: ReadonlyArray<RunEvent>, option: string) =>
  journal.flatMap((event) =>
    event.type === "GateOpened"
      ? [{ target: event.target, path: event.path, opened: event.seq, option, by: "bea", note: "as agreed" }]
      : []
  )

/** An answer to every gate that is open by now, as `pawl approve` and `pawl reject` leave it. */
const left = (journal: ReadonlyArray<RunEvent>, option: string) => {
  const decisions = answers(journal, option)
  return () => decisions
}

/** The same to every gate, from the moment that it opens. */
const always = (journal: ReadonlyArray<RunEvent>, option: string) => () => answers(journal, option)

describe("a gate for a person", () => {
  it.effect("is asked about at the terminal, and passed when approved", () =>
    Effect.gen(function*() {
      const { haltReason, journal, target } = yield* one([approval("ship"), step("end")], { asked: () => ({}) })
      expect([haltReason, target.status]).toEqual(["AllDoneOrBlocked", "completed"])
      expect(told(journal).slice(1, 4)).toEqual(["TargetStarted a", "GateOpened a ship", "GateDecided a ship"])
      expect(journal.find(({ type }) => type === "GateDecided")).toMatchObject({
        by: "ann",
        outcome: "approved",
        opened: 3
      })
    }))

  it.effect("shows later steps what was chosen, by whom and why", () =>
    Effect.gen(function*() {
      const commands: Array<ReadonlyArray<string>> = []
      const text = "{{ steps.ship.output.option }} {{ steps.ship.output.by }} {{ steps.ship.output.note }}"
      const steps = [approval("ship", {}, { options: ["blue", "green"] }), step("end", { command: ["echo", text] })]
      const gates = layerDeciding({ asked: () => ({ option: "green", note: "why not" }) })
      yield* driven(planOf([{ id: "a", steps }]), ({ command }) => {
        commands.push(command)
        return {}
      }, { gates })
      expect(commands).toEqual([["echo", "green ann why not"]])
    }))

  it.effect("without a terminal rests, and the others go on under auto-advance", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const plan = planOf([{ id: "a", steps: [approval("ship"), step("end")] }, { id: "b" }])
      const { haltReason } = yield* driven(plan, ok, { journal })
      expect(haltReason).toBe("AwaitingApproval")
      expect([stateOf(journal).status, stateOf(journal, "b").status]).toEqual(["paused", "completed"])
      expect(stateOf(journal)).toMatchObject({ reason: "awaiting-approval", step: "ship", message: "Go on?" })
    }))

  it.effect("halts the run where nothing may advance past it, then and when run again", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const plan = planOf([{ id: "a", steps: [approval("ship")] }, { id: "b" }])
      const options = { autoAdvance: false }
      expect((yield* driven(plan, ok, { journal, options })).haltReason).toBe("AwaitingApproval")
      expect((yield* driven(plan, ok, { journal, options })).haltReason).toBe("AwaitingApproval")
      expect(stateOf(journal, "b").status).toBe("pending")
    }))

  it.effect("records nothing when run again and nobody has decided", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      yield* one([approval("ship")], {}, journal)
      const count = journal.length
      const { haltReason } = yield* one([approval("ship")], {}, journal)
      expect([haltReason, journal.length]).toEqual(["AwaitingApproval", count])
    }))

  it.effect("goes on from a decision that was left for it, when run again", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      yield* one([approval("ship"), step("end")], {}, journal)
      const { target } = yield* one([approval("ship"), step("end")], { left: left(journal, "approve") }, journal)
      expect(target.status).toBe("completed")
      expect(journal.filter(({ type }) => type === "GateDecided")).toMatchObject([{ by: "bea", note: "as agreed" }])
    }))

  it.effect("goes on from a decision that was left for it while the run is live", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const plan = planOf([{ id: "a", steps: [approval("ship"), step("end")] }, { id: "b" }])
      const slow: Script = ({ target }) => ({ durationMs: target === "b" ? 60_000 : 10 })
      const decisions = always(journal, "approve")
      let looks = 0
      const gates = layerDeciding({ everyMs: 1000, left: () => (++looks > 5 ? decisions() : []) })
      const { haltReason } = yield* driven(plan, slow, { journal, gates })
      expect([haltReason, stateOf(journal).status]).toEqual(["AllDoneOrBlocked", "completed"])
      // At -j1 the target goes on once the other is through, in the same invocation.
      expect(started(journal)).toEqual(["b/run", "a/end"])
      expect(journal.filter(({ type }) => type === "RunResumed")).toEqual([])
    }))

  it.effect("takes a decision from elsewhere while it asks at the terminal", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const asked = () => ({ afterMs: 3_600_000, option: "reject" })
      const deciding = { asked, everyMs: 1000, left: always(journal, "approve") }
      const { target } = yield* one([approval("ship"), step("end")], deciding, journal)
      expect(target.status).toBe("completed")
      expect(journal.filter(({ type }) => type === "GateDecided")).toMatchObject([{ by: "bea", outcome: "approved" }])
    }))

  it.effect("is decided once: a decision that comes a second time changes nothing", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const both = () => [...left(journal, "approve")(), ...left(journal, "reject")()]
      yield* one([approval("ship"), step("end")], {}, journal)
      const { target } = yield* one([approval("ship"), step("end")], { left: both }, journal)
      expect(target.status).toBe("completed")
      expect(journal.filter(({ type }) => type === "GateDecided")).toHaveLength(1)
    }))

  it.effect("takes no option that it did not offer, and says so", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      yield* driven(planOf([{ id: "a", steps: [approval("ship")] }, { id: "b" }]), ok, {
        journal,
        gates: layerDeciding({ left: always(journal, "perhaps") })
      })
      expect(stateOf(journal).status).toBe("paused")
      expect(journal.filter(({ type }) => type === "GateDecided")).toEqual([])
    }))

  it.effect("rests at the end of input, which decides nothing", () =>
    Effect.gen(function*() {
      const { haltReason, journal, target } = yield* one([approval("ship")], { asked: () => undefined })
      expect([haltReason, target.status]).toEqual(["AwaitingApproval", "paused"])
      expect(journal.filter(({ type }) => type === "GateDecided")).toEqual([])
    }))
})

const gateKinds: Readonly<Record<string, (onReject: "abort" | "skip" | "retry", more: Partial<GateStep>) => GateStep>> =
  {
    approval: (onReject, more) => approval("gate", more, { onReject }),
    policy: (onReject, more) => ({ ...policy("gate", "{{ false }}", onReject), ...more })
  }

/** What becomes of a target whose gate is rejected: alone and in a map that goes on past errors. */
const rejections = Object.keys(gateKinds).flatMap((kind) =>
  (["abort", "skip", "retry"] as const).flatMap((onReject) =>
    [true, false].flatMap((continueOnError) =>
      [true, false].map((isTerminal) => ({ kind, onReject, continueOnError, isTerminal }))
    )
  )
)

describe("a rejected gate", () => {
  it.effect.each(rejections)(
    "$kind, onReject $onReject, continueOnError $continueOnError, terminal $isTerminal",
    ({ continueOnError, isTerminal, kind, onReject }) =>
      Effect.gen(function*() {
        const journal: Array<RunEvent> = []
        const make = gateKinds[kind]
        const gate = make?.(onReject, { continueOnError })
        const steps = [
          map("each", [1], gate === undefined ? [] : [gate, step("rest")], { continueOnError }),
          step("end")
        ]
        const asked = isTerminal ? { asked: () => ({ option: "reject" }) } : {}
        yield* one(steps, asked, journal)
        // Without a terminal somebody rejects it from elsewhere, and the batch is run again.
        if (!isTerminal && kind === "approval") yield* one(steps, { left: left(journal, "reject") }, journal)
        const target = stateOf(journal)
        const rest = stepState(target, "each[0]::rest")
        const seen = { status: target.status, reason: target.reason, rest: rest?.status, started: started(journal) }
        expect(seen).toEqual(
          {
            abort: { status: "blocked", reason: "gate-rejected", rest: undefined, started: [] },
            skip: { status: "completed", reason: undefined, rest: "skipped", started: ["a/end"] },
            retry: {
              status: "paused",
              reason: kind === "policy" ? "policy-denied" : "awaiting-approval",
              rest: undefined,
              started: []
            }
          }[onReject]
        )
      })
  )

  it.effect("with retry can be decided again, after it was rejected", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const steps = [approval("ship", {}, { onReject: "retry" }), step("end")]
      yield* one(steps, {}, journal)
      yield* one(steps, { left: left(journal, "reject") }, journal)
      expect(stateOf(journal)).toMatchObject({ status: "paused", reason: "awaiting-approval" })
      const { target } = yield* one(steps, { left: left(journal, "approve") }, journal)
      expect(target.status).toBe("completed")
      expect(told(journal).filter((each) => each.startsWith("Gate"))).toEqual([
        "GateOpened a ship",
        "GateDecided a ship",
        "GateOpened a ship",
        "GateDecided a ship"
      ])
    }))

  it.effect("leaves out the rest of its own list alone", () =>
    Effect.gen(function*() {
      const steps = [
        ifStep("in", "{{ true }}", { then: [approval("ask", {}, { onReject: "skip" }), step("rest")] }),
        step("end")
      ]
      const { journal, target } = yield* one(steps, { asked: () => ({ option: "reject" }) })
      expect([target.status, started(journal)]).toEqual(["completed", ["a/end"]])
      expect(target.steps["in"]?.status).toBe("succeeded")
    }))
})

describe("a gate among others", () => {
  it.effect("rests its branch alone: the steps beside it come to their end first", () =>
    Effect.gen(function*() {
      const steps = [parallel("both", [approval("ask"), step("work")]), step("end")]
      const { journal, target } = yield* one(steps)
      expect([target.status, started(journal)]).toEqual(["paused", ["a/both::work"]])
      const { target: after } = yield* one(steps, { left: left(journal, "approve") }, journal)
      expect([after.status, started(journal)]).toEqual(["completed", ["a/both::work", "a/end"]])
    }))

  it.effect("in each item of a map opens for each, and goes on as they are decided", () =>
    Effect.gen(function*() {
      const steps = [map("each", [1, 2, 3], [approval("ask"), step("do")]), step("end")]
      const { journal } = yield* one(steps)
      expect(journal.filter(({ type }) => type === "GateOpened")).toHaveLength(3)
      const all = left(journal, "approve")
      const second = yield* one(steps, { left: () => all().filter(({ path }) => path === "each[1]::ask") }, journal)
      expect([second.target.status, started(journal)]).toEqual(["paused", ["a/each[1]::do"]])
      const third = yield* one(steps, { left: all }, journal)
      expect(third.target.status).toBe("completed")
      expect(started(journal)).toEqual(["a/each[1]::do", "a/each[0]::do", "a/each[2]::do", "a/end"])
    }))

  it.effect("holds up the targets that need its own, without dooming them", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const plan = planOf([{ id: "a", steps: [approval("ship")] }, { id: "b", needs: ["a"] }])
      yield* driven(plan, ok, { journal })
      expect(stateOf(journal, "b").status).toBe("pending")
      const gates = layerDeciding({ left: left(journal, "approve") })
      yield* driven(plan, ok, { journal, gates })
      expect(stateOf(journal, "b").status).toBe("completed")
    }))
})

describe("a policy", () => {
  it.effect("that is met lets the target through without anybody", () =>
    Effect.gen(function*() {
      const { journal, target } = yield* one([step("one"), policy("rule", "{{ steps.one.attempts == 1 }}")])
      expect(target.status).toBe("completed")
      expect(journal.find(({ type }) => type === "GateDecided")).toMatchObject({ by: "policy", outcome: "approved" })
    }))

  it.effect("that waits is looked at again by each invocation", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const steps = [policy("rule", "{{ inputs.open }}", "retry"), step("end")]
      const plan = planOf([{ id: "a", steps }])
      yield* driven(plan, ok, { journal, values: { open: false } })
      expect(stateOf(journal)).toMatchObject({ status: "paused", reason: "policy-denied" })
      const { haltReason } = yield* driven(plan, ok, { journal, values: { open: false } })
      expect(haltReason).toBe("AwaitingApproval")
      yield* driven(plan, ok, { journal, values: { open: true } })
      expect(stateOf(journal).status).toBe("completed")
    }))

  const check = (onReject: "abort" | "skip" | "retry" = "abort"): GateStep => ({
    id: "rule",
    continueOnError: false,
    kind: "gate",
    gate: { type: "check", run: "./may-ship", shell: ["sh", "-e"], onReject }
  })

  it.effect.each([[0, "completed"], [1, "blocked"]] as const)(
    "that is a check: exit code %s, %s",
    ([exitCode, status]) =>
      Effect.gen(function*() {
        const journal: Array<RunEvent> = []
        const plan = planOf([{ id: "a", steps: [check(), step("end")] }])
        yield* driven(plan, ({ step }) => ({ exitCode: step === "rule" ? exitCode : 0 }), { journal })
        expect(stateOf(journal).status).toBe(status)
        expect(journal.find(({ type }) => type === "GateDecided")).toMatchObject({ by: "policy" })
      })
  )

  it.effect("that is a check which can't be started fails as a step does, and decides nothing", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      yield* driven(planOf([{ id: "a", steps: [check()] }]), () => ({ couldNotStart: "no such file" }), { journal })
      expect(stateOf(journal)).toMatchObject({ status: "errored", reason: "could-not-start" })
      expect(journal.filter(({ type }) => type === "GateDecided")).toEqual([])
    }))
})

describe("an attempt that must not be made twice", () => {
  const steps = [step("once", { idempotent: false }), step("end")]
  const killed = (journal: Array<RunEvent>) =>
    Effect.gen(function*() {
      yield* one(steps, {}, journal)
      const at = journal.findIndex((event) => event.type === "StepStarted" && event.path === "once")
      journal.splice(at + 1)
    })

  it.effect("is on record before it begins", () =>
    Effect.gen(function*() {
      const { journal } = yield* one(steps)
      expect(told(journal).slice(0, 4)).toEqual([
        "RunStarted",
        "TargetStarted a",
        "StepEntered a once 1",
        "StepStarted a once 1"
      ])
    }))

  it.effect("rests at a gate for a person when pawl was killed during it", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      yield* killed(journal)
      const { haltReason, target } = yield* one(steps, {}, journal)
      expect(haltReason).toBe("AwaitingApproval")
      expect(target).toMatchObject({ status: "paused", reason: "in-flight", step: "once" })
      expect(started(journal)).toEqual(["a/once"])
    }))

  it.effect.each(
    [
      ["run-again", "completed", ["a/once", "a/once", "a/end"]],
      ["done", "completed", ["a/once", "a/end"]],
      ["reject", "blocked", ["a/once"]]
    ] as const
  )("is settled by %s: %s", ([option, status, paths]) =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      yield* killed(journal)
      yield* one(steps, {}, journal)
      const { target } = yield* one(steps, { left: left(journal, option) }, journal)
      expect([target.status, started(journal)]).toEqual([status, paths])
    }))

  it.effect("is asked about as well where a failure beside it interrupted it, once the target is tried again", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const beside = [parallel("both", [step("once", { idempotent: false }), step("bad")])]
      const script: Script = ({ step }) =>
        step === "both::once" ? { durationMs: 60_000 } : { durationMs: 1000, exitCode: 1 }
      const plan = planOf([{ id: "a", steps: beside }])
      yield* driven(plan, script, { journal })
      expect(stateOf(journal).status).toBe("blocked")
      const resume = { retryErrors: false, retryBlocked: true, allowChanges: false }
      yield* driven(plan, ok, { journal, request: { resume } })
      expect(stateOf(journal)).toMatchObject({ status: "paused", reason: "in-flight", step: "both::once" })
    }))
})
