import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import type { PlanStep } from "../../src/plan/Plan.ts"
import type { RunEvent } from "../../src/run/RunEvent.ts"
import { apply, empty, targetState } from "../../src/run/RunState.ts"
import { driven, told } from "./driven.ts"
import { ifStep, loop, map, noRetries, parallel, planOf, step, switchStep } from "./plans.ts"
import type { Script, Scripted } from "./scripted.ts"

const ended = (journal: ReadonlyArray<RunEvent>, id = "a") => targetState(journal.reduce(apply, empty), id)

/** Runs one target of these steps; `ends` by path, everything else exits 0. */
const ran = (
  steps: ReadonlyArray<PlanStep>,
  ends: Readonly<Record<string, Scripted>> = {},
  journal: Array<RunEvent> = []
) =>
  Effect.map(
    driven(planOf([{ id: "a", steps }]), ({ step }) => ends[step] ?? { exitCode: 0 }, { journal }),
    (end) => ({ ...end, journal, started: startedPaths(journal), target: ended(journal) })
  )

const startedPaths = (journal: ReadonlyArray<RunEvent>): ReadonlyArray<string> =>
  journal.flatMap((event) => (event.type === "StepStarted" ? [event.path] : []))

const echo = (id: string, text: string) => step(id, { command: ["echo", text] })

describe("an if", () => {
  it.effect("does one branch alone, and later steps see what came of it", () =>
    Effect.gen(function*() {
      const { started, target } = yield* ran([
        ifStep("choose", "{{ 1 == 1 }}", { then: [step("yes")], else: [step("no")] }),
        ifStep("seen", "{{ steps.choose.output.steps.yes.status == 'succeeded' }}", { then: [step("after")] })
      ])
      expect(target.status).toBe("completed")
      expect(started).toEqual(["choose::yes", "seen::after"])
    }))

  it.effect("without the branch that is chosen does nothing", () =>
    Effect.gen(function*() {
      const { journal, started } = yield* ran([ifStep("choose", "{{ false }}", { then: [step("yes")] }), step("end")])
      expect(started).toEqual(["end"])
      expect(told(journal)).toContain("StepSucceeded a choose 1")
    }))

  it.effect("fails with the step that failed in it, which the target is blocked by", () =>
    Effect.gen(function*() {
      const { target } = yield* ran(
        [ifStep("choose", "{{ true }}", { then: [step("bad"), step("never")] }), step("end")],
        { "choose::bad": { exitCode: 4 } }
      )
      expect(target).toMatchObject({ status: "blocked", step: "choose::bad", message: "exit code 4 after 1 attempt" })
      expect(target.steps["choose"]).toMatchObject({
        status: "failed",
        reason: "child-failed",
        child: "choose::bad",
        message: "choose::bad: exit code 4"
      })
    }))

  it.effect("with continueOnError is gone on without", () =>
    Effect.gen(function*() {
      const { journal, target } = yield* ran(
        [ifStep("choose", "{{ true }}", { then: [step("bad")], continueOnError: true }), step("end")],
        { "choose::bad": { exitCode: 4 } }
      )
      expect(target.status).toBe("completed")
      expect(told(journal).filter((each) => /Failed|Continued/.test(each))).toEqual([
        "StepFailed a choose::bad 1",
        "StepContinued a choose 1"
      ])
    }))

  it.effect("whose condition can't be evaluated fails like any step", () =>
    Effect.gen(function*() {
      const { started, target } = yield* ran([ifStep("choose", "{{ env.NOWHERE == 'x' }}", { then: [step("yes")] })])
      expect(started).toEqual([])
      expect(target).toMatchObject({ status: "blocked", step: "choose" })
      expect(target.steps["choose"]?.reason).toBe("expression-failed")
    }))
})

describe("a switch", () => {
  const on = (text: string) =>
    switchStep("on", text, { cases: { full: [step("all")], 3: [step("three")] }, default: [step("other")] })
  it.effect.each([
    ["{{ 'full' }}", "on::all"],
    ["{{ 3 }}", "on::three"],
    ["quick", "on::other"]
  ])("compares as text: %s does %s", ([text, path]) =>
    Effect.gen(function*() {
      const { started } = yield* ran([on(text ?? "")])
      expect(started).toEqual([path])
    }))
})

describe("a map", () => {
  it.effect("does its steps for each item in order, one after the other, with item and index", () =>
    Effect.gen(function*() {
      const commands: Array<ReadonlyArray<string>> = []
      const plan = planOf([{ id: "a", steps: [map("each", ["x", "y"], [echo("say", "{{ item }}{{ index }}")])] }])
      yield* driven(plan, ({ command }) => {
        commands.push(command)
        return {}
      })
      expect(commands).toEqual([["echo", "x0"], ["echo", "y1"]])
    }))

  it.effect("gives its results in the order of the items, whatever order they finish in", () =>
    Effect.gen(function*() {
      const items = map("each", ["slow", "quick"], [echo("say", "{{ item }}")], { maxParallel: 2 })
      const { journal, target } = yield* ran([
        items,
        echo("all", "{{ steps.each.output.items | map('steps.say.output.stdout') | join(',') }}")
      ], {
        "each[0]::say": { durationMs: 5000, stdout: "first" },
        "each[1]::say": { durationMs: 1000, stdout: "second" }
      })
      expect(target.status).toBe("completed")
      const successes = journal.flatMap((event) => (event.type === "StepSucceeded" ? [event.path] : []))
      expect(successes.slice(0, 2)).toEqual(["each[1]::say", "each[0]::say"])
      const plan = planOf([{
        id: "a",
        steps: [items, echo("all", "{{ steps.each.output.items | map('steps.say.output.stdout') | join(',') }}")]
      }])
      const commands: Array<ReadonlyArray<string>> = []
      yield* driven(plan, ({ command, step }) => {
        commands.push(command)
        return step === "each[0]::say" ? { durationMs: 5000, stdout: "first" } : { durationMs: 10, stdout: "second" }
      })
      expect(commands.at(-1)).toEqual(["echo", "first,second"])
    }))

  it.effect("has no more than maxParallel items under way", () =>
    Effect.gen(function*() {
      let now = 0
      let most = 0
      const journal: Array<RunEvent> = []
      const items = Array.from({ length: 9 }, (_, index) => index)
      yield* driven(
        planOf([{ id: "a", steps: [map("each", items, [step("do")], { maxParallel: 3 })] }]),
        () => ({ durationMs: 1000 }),
        { journal }
      )
      for (const { type } of journal) {
        if (type === "StepStarted") now += 1
        if (type === "StepSucceeded") now -= 1
        most = Math.max(most, now)
      }
      expect(most).toBe(3)
    }))

  it.effect("stops at the first failure: what runs is interrupted, what has not begun does not", () =>
    Effect.gen(function*() {
      const { started, target } = yield* ran(
        [map("each", [0, 1, 2, 3], [step("do")], { maxParallel: 2 }), step("end")],
        { "each[0]::do": { durationMs: 60_000 }, "each[1]::do": { durationMs: 1000, exitCode: 7 } }
      )
      expect(started).toEqual(["each[0]::do", "each[1]::do"])
      expect(target).toMatchObject({ status: "blocked", step: "each[1]::do" })
    }))

  it.effect("records what it interrupted as skipped", () =>
    Effect.gen(function*() {
      const { journal } = yield* ran(
        [map("each", [0, 1], [step("do")], { maxParallel: 2 })],
        { "each[0]::do": { durationMs: 60_000 }, "each[1]::do": { durationMs: 1000, exitCode: 7 } }
      )
      expect(journal.filter(({ type }) => type === "StepSkipped")).toMatchObject([
        { path: "each[0]::do", reason: "interrupted" }
      ])
    }))

  it.effect("with continueOnError attempts every item, and says how many failed", () =>
    Effect.gen(function*() {
      const { started, target } = yield* ran(
        [map("each", [0, 1, 2], [step("do")], { continueOnError: true }), step("end")],
        { "each[0]::do": { exitCode: 7 }, "each[2]::do": { exitCode: 8 } }
      )
      expect(started).toEqual(["each[0]::do", "each[1]::do", "each[2]::do", "end"])
      expect(target.status).toBe("completed")
      expect(target.steps["each"]).toMatchObject({
        continued: true,
        message: "2 of 3 items failed, the first at each[0]::do: exit code 7"
      })
    }))

  it.effect.each([
    ["{{ 'text' }}", /gives a text, not a list/],
    ["{{ 7 }}", /gives a number, not a list/],
    ["{{ {'a': 1} }}", /gives a mapping, not a list/]
  ])("over %s fails and says so", ([over, message]) =>
    Effect.gen(function*() {
      const { target } = yield* ran([map("each", String(over), [step("do")])])
      expect(target.status).toBe("blocked")
      expect(target.message).toMatch(message ?? "")
    }))

  it.effect("over nothing succeeds", () =>
    Effect.gen(function*() {
      const { started, target } = yield* ran([map("each", [], [step("do")])])
      expect([target.status, started]).toEqual(["completed", []])
    }))

  it.effect("over too many items fails without doing any", () =>
    Effect.gen(function*() {
      const { started, target } = yield* ran([map("each", Array.from({ length: 10_001 }, () => 1), [step("do")])])
      expect(started).toEqual([])
      expect(target.message).toMatch(/10001 items, more than 10000: use `forEach`/)
    }))

  it.effect("shares its target's breaker, which ends the target whatever continueOnError says", () =>
    Effect.gen(function*() {
      const all: Script = () => ({ exitCode: 1 })
      const journal: Array<RunEvent> = []
      const steps = [map("each", [0, 1, 2, 3, 4], [step("do")], { continueOnError: true }), step("end")]
      yield* driven(planOf([{ id: "a", steps, breakerThreshold: 3 }]), all, { journal })
      expect(startedPaths(journal)).toEqual(["each[0]::do", "each[1]::do", "each[2]::do"])
      expect(ended(journal)).toMatchObject({ status: "blocked", reason: "breaker-opened", step: "each[2]::do" })
    }))
})

describe("a parallel", () => {
  it.effect("does its steps side by side, and later steps see them all", () =>
    Effect.gen(function*() {
      const { started, target } = yield* ran([
        parallel("both", [step("one"), step("two")]),
        ifStep("seen", "{{ steps.both.output.steps.one.attempts + steps.both.output.steps.two.attempts == 2 }}", {
          then: [step("yes")]
        })
      ], { "both::one": { durationMs: 2000 }, "both::two": { durationMs: 1000 } })
      expect(started).toEqual(["both::one", "both::two", "seen::yes"])
      expect(target.status).toBe("completed")
    }))

  it.effect("puts its failure down to the first that failed", () =>
    Effect.gen(function*() {
      const { target } = yield* ran([parallel("both", [step("one"), step("two")])], {
        "both::one": { durationMs: 2000, exitCode: 1 },
        "both::two": { durationMs: 1000, exitCode: 2 }
      })
      expect(target).toMatchObject({ status: "blocked", step: "both::two", message: "exit code 2 after 1 attempt" })
    }))
})

describe("a loop", () => {
  it.effect("goes on until its condition holds, and then shows its last iteration", () =>
    Effect.gen(function*() {
      const { started, target } = yield* ran([
        loop("poll", { until: "{{ steps.ask.output.stdout == 'ready' }}" }, [step("ask")], { everyMs: 60_000 }),
        ifStep(
          "seen",
          "{{ steps.poll.output.iterations == 3 && steps.poll.output.steps.ask.output.stdout == 'ready' }}",
          {
            then: [step("yes")]
          }
        )
      ], { "poll[2]::ask": { stdout: "ready" } })
      expect(started).toEqual(["poll[0]::ask", "poll[1]::ask", "poll[2]::ask", "seen::yes"])
      expect(target.status).toBe("completed")
    }))

  it.effect("while: looks before each iteration, and may not begin at all", () =>
    Effect.gen(function*() {
      const { started } = yield* ran([
        loop("none", { while: "{{ false }}" }, [step("do")]),
        loop("two", { while: "{{ iteration < 2 }}" }, [echo("do", "{{ iteration }}")])
      ])
      expect(started).toEqual(["two[0]::do", "two[1]::do"])
    }))

  it.effect("that never ends fails at its last iteration, and says so", () =>
    Effect.gen(function*() {
      const { started, target } = yield* ran([
        loop("poll", { until: "{{ false }}" }, [step("ask")], { maxIterations: 3 })
      ])
      expect(started).toHaveLength(3)
      expect(target).toMatchObject({
        status: "blocked",
        step: "poll",
        message: "3 iterations and not done: `maxIterations` is 3"
      })
    }))

  it.effect("waits between two iterations and records until when before it does", () =>
    Effect.gen(function*() {
      const { journal } = yield* ran([
        loop("poll", { until: "{{ iteration == 1 }}" }, [step("ask")], { everyMs: 3_600_000 })
      ])
      const between = journal.find(({ type }) => type === "IterationEnded")
      expect(between).toMatchObject({ path: "poll", iteration: 0, nextAttemptAt: "1970-01-01T01:00:00.000Z" })
      expect(journal.find((event) => event.type === "StepStarted" && event.path === "poll[1]::ask")?.at)
        .toBe("1970-01-01T01:00:00.000Z")
    }))
})

describe("steps in steps", () => {
  it.effect("inherit environment and folder from those they are in", () =>
    Effect.gen(function*() {
      const seen: Array<readonly [string | undefined, string]> = []
      const inner = step("do", { env: { B: "{{ env.A }}!" }, workdir: "in" })
      const steps = [map("each", ["x"], [ifStep("when", "{{ true }}", { then: [inner], workdir: "mid" })], {
        env: { A: "{{ context.target }}" },
        workdir: "out"
      })]
      yield* driven(planOf([{ id: "a", steps }]), ({ env, workdir }) => {
        seen.push([env["B"], workdir])
        return {}
      })
      expect(seen).toEqual([["a!", "/m/out/mid/in"]])
    }))

  it.effect("see the nearest step of a name, their own list first", () =>
    Effect.gen(function*() {
      const commands: Array<ReadonlyArray<string>> = []
      const say = echo("say", "{{ steps.x.output.stdout }} {{ steps.y.output.stdout }}")
      const steps = [step("x"), step("y"), ifStep("in", "{{ true }}", { then: [step("x"), say] })]
      yield* driven(planOf([{ id: "a", steps }]), ({ command, step }) => {
        commands.push(command)
        return { stdout: step }
      })
      expect(commands.at(-1)).toEqual(["echo", "in::x y"])
    }))

  it.effect("try again on their own, the others going on meanwhile", () =>
    Effect.gen(function*() {
      const retries = { ...noRetries, maxAttempts: 3, backoffSeconds: 10 }
      const plan = planOf([{ id: "a", steps: [map("each", [0, 1], [step("do", { retries })], { maxParallel: 2 })] }])
      const journal: Array<RunEvent> = []
      yield* driven(plan, ({ attempt, step }) => ({ exitCode: step === "each[0]::do" && attempt < 3 ? 1 : 0 }), {
        journal
      })
      expect(ended(journal).status).toBe("completed")
      expect(startedPaths(journal)).toEqual(["each[0]::do", "each[1]::do", "each[0]::do", "each[0]::do"])
    }))

  it.effect("find nothing in the output of a step that was skipped, so that a default counts", () =>
    Effect.gen(function*() {
      const commands: Array<ReadonlyArray<string>> = []
      const steps = [step("no", { when: "{{ false }}" }), echo("say", "{{ steps.no.output.stdout | default('none') }}")]
      yield* driven(planOf([{ id: "a", steps }]), ({ command }) => {
        commands.push(command)
        return {}
      })
      expect(commands).toEqual([["echo", "none"]])
    }))
})
