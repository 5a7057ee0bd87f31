import { describe, expect, it } from "@effect/vitest"
import { type Duration, Effect } from "effect"
import type { PlanStep } from "../../src/plan/Plan.ts"
import type { RunEvent } from "../../src/run/RunEvent.ts"
import { apply, empty, targetState } from "../../src/run/RunState.ts"
import { layerDeciding } from "./deciding.ts"
import { driven, type Setting } from "./driven.ts"
import { approval, ifStep, loop, map, parallel, planOf, step } from "./plans.ts"
import type { Script } from "./scripted.ts"

const stateOf = (journal: ReadonlyArray<RunEvent>) => targetState(journal.reduce(apply, empty), "a")
const started = (journal: ReadonlyArray<RunEvent>): ReadonlyArray<string> =>
  journal.flatMap((event) => (event.type === "StepStarted" ? [event.path] : []))
const startOf = (journal: ReadonlyArray<RunEvent>, path: string) =>
  journal.findLast((event) => event.type === "StepStarted" && event.path === path)?.at
const retryBlocked = { resume: { retryErrors: false, retryBlocked: true, allowChanges: false } }

/** One invocation over the journal of those before. */
const invoked = (
  steps: ReadonlyArray<PlanStep>,
  journal: Array<RunEvent>,
  script: Script = () => ({}),
  setting: Setting & { readonly breakerThreshold?: number } = {}
) => {
  const { breakerThreshold = 3, ...rest } = setting
  return driven(planOf([{ id: "a", steps, breakerThreshold }]), script, { journal, ...rest })
}

/** Cuts a journal behind the first event that is meant, as a kill at that moment would. */
const killedAfter = (journal: Array<RunEvent>, isIt: (event: RunEvent) => boolean): void => {
  journal.splice(journal.findIndex(isIt) + 1)
}

describe("a run that goes on within a composite step", () => {
  it.effect("starts nothing beside a step whose failure is on record, though its target had not ended yet", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const steps = [map("each", [0, 1, 2, 3], [step("do")], { maxParallel: 2 })]
      const script: Script = ({ step }) =>
        step === "each[1]::do" ? { exitCode: 3, durationMs: 10 } : { durationMs: 60_000 }
      yield* invoked(steps, journal, script)
      killedAfter(journal, ({ type }) => type === "StepFailed")
      yield* invoked(steps, journal)
      expect(started(journal)).toEqual(["each[0]::do", "each[1]::do"])
      expect(stateOf(journal)).toMatchObject({ status: "blocked", step: "each[1]::do", message: /exit code 3/ })
    }))

  it.effect("opens the breaker that an exhausted step had come to, though its target had not ended yet", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const steps = [parallel("both", [step("one"), step("two")], { continueOnError: true })]
      const fails: Script = ({ step }) => ({ exitCode: 1, durationMs: step === "both::one" ? 10 : 20 })
      yield* invoked(steps, journal, fails, { breakerThreshold: 2 })
      killedAfter(journal, (event) => event.type === "StepFailed" && event.path === "both::two")
      yield* invoked(steps, journal, fails, { breakerThreshold: 2 })
      expect(stateOf(journal)).toMatchObject({ status: "blocked", reason: "breaker-opened" })
    }))

  it.effect("keeps the breaker's count, and what set it back", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const bad = (id: string) => step(id, { continueOnError: true })
      const steps = [bad("bad1"), step("good"), bad("bad2"), step("end")]
      const script: Script = ({ step }) => ({ exitCode: step.startsWith("bad") ? 1 : 0 })
      yield* invoked(steps, journal, script, { breakerThreshold: 2 })
      expect(stateOf(journal).status).toBe("completed")
      killedAfter(journal, (event) => event.type === "StepSucceeded" && event.path === "good")
      yield* invoked(steps, journal, script, { breakerThreshold: 2 })
      expect(stateOf(journal).status).toBe("completed")
    }))

  it.effect("waits what is left of the time between two iterations", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const steps = [loop("poll", { until: "{{ iteration == 1 }}" }, [step("ask")], { everyMs: 3_600_000 })]
      const stopAfter: Duration.DurationInput = "10 minutes"
      expect((yield* invoked(steps, journal, undefined, { stopAfter })).haltReason).toBe("ShutdownRequested")
      yield* invoked(steps, journal)
      expect(startOf(journal, "poll[1]::ask")).toBe("1970-01-01T01:00:00.000Z")
    }))

  const slow: Script = ({ step }) => ({ durationMs: step.endsWith("slow") ? 3_600_000 : 10 })
  const whatWasChosen: Readonly<Record<string, PlanStep>> = {
    "an if": ifStep("it", "{{ inputs.go }}", { then: [step("slow")], else: [step("other")] }),
    "a loop": loop("it", { while: "{{ inputs.go && iteration == 0 }}" }, [step("slow")]),
    "a when": step("slow", { when: "{{ inputs.go }}" })
  }
  it.effect.each(Object.keys(whatWasChosen))(
    "does not ask again what was chosen: %s",
    (name) =>
      Effect.gen(function*() {
        const journal: Array<RunEvent> = []
        const steps = Object.entries(whatWasChosen).flatMap(([each, step]) => (each === name ? [step] : []))
        yield* invoked(steps, journal, slow, { values: { go: true }, stopAfter: "1 minute" })
        const begun = started(journal)
        expect(begun).toHaveLength(1)
        yield* invoked(steps, journal, slow, { values: { go: false } })
        expect(started(journal)).toEqual([...begun, ...begun])
        expect(stateOf(journal).status).toBe("completed")
      })
  )

  it.effect("fails a map whose list is another one; a retry begins it anew", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const steps = [map("each", "{{ inputs.list }}", [step("slow", { command: ["echo", "{{ item }}"] })])]
      yield* invoked(steps, journal, slow, { values: { list: ["x", "y"] }, stopAfter: "90 minutes" })
      yield* invoked(steps, journal, slow, { values: { list: ["z", "x", "y"] } })
      expect(stateOf(journal)).toMatchObject({
        status: "blocked",
        step: "each",
        message: "the list of this map changed since it began: 2 items then, 3 items now"
      })
      const seen: Array<string | undefined> = []
      yield* invoked(steps, journal, ({ command }) => {
        seen.push(command[1])
        return {}
      }, { values: { list: ["z", "x", "y"] }, request: retryBlocked })
      expect(seen).toEqual(["z", "x", "y"])
    }))

  it.effect("begins a loop anew that came to its last iteration, when it is tried again", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const until = { until: "{{ steps.ask.output.stdout == 'ready' }}" }
      const steps = [loop("poll", until, [step("ask")], { maxIterations: 2 })]
      yield* invoked(steps, journal)
      expect(stateOf(journal).status).toBe("blocked")
      yield* invoked(steps, journal, ({ step }) => ({ stdout: step === "poll[1]::ask" ? "ready" : "" }), {
        request: retryBlocked
      })
      expect(stateOf(journal).status).toBe("completed")
      expect(started(journal)).toEqual(["poll[0]::ask", "poll[1]::ask", "poll[0]::ask", "poll[1]::ask"])
    }))

  it.effect("tries again what failed in a map, and keeps what succeeded", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const steps = [map("each", [0, 1, 2], [step("one"), step("two")])]
      yield* invoked(steps, journal, ({ step }) => ({ exitCode: step === "each[1]::two" ? 1 : 0 }))
      yield* invoked(steps, journal, () => ({}), { request: retryBlocked })
      expect(stateOf(journal).status).toBe("completed")
      expect(started(journal)).toEqual([
        "each[0]::one",
        "each[0]::two",
        "each[1]::one",
        "each[1]::two",
        "each[1]::two",
        "each[2]::one",
        "each[2]::two"
      ])
    }))

  const tried: Readonly<Record<string, readonly [first: PlanStep, begun: ReadonlyArray<string>]>> = {
    "an if": [
      ifStep("it", "{{ inputs.go }}", { then: [step("bad")], else: [step("other")] }),
      ["it::bad", "it::bad"]
    ],
    "a loop": [
      loop("it", { while: "{{ iteration < 4 }}" }, [step("one"), step("bad", { when: "{{ iteration == 2 }}" })]),
      ["it[0]::one", "it[1]::one", "it[2]::one", "it[2]::bad", "it[2]::bad", "it[3]::one"]
    ],
    "an if in a loop": [
      loop("it", { while: "{{ iteration < 2 }}" }, [
        ifStep("which", "{{ inputs.go }}", { then: [step("bad")], else: [step("other")] })
      ]),
      ["it[0]::which::bad", "it[0]::which::bad", "it[1]::which::other"]
    ]
  }
  it.effect.each(Object.keys(tried))(
    "keeps what it went by when it is tried again: %s",
    (name) =>
      Effect.gen(function*() {
        const journal: Array<RunEvent> = []
        const [first, begun] = tried[name] ?? [step("bad"), []]
        const bad: Script = ({ step }) => ({ exitCode: step.endsWith("bad") ? 1 : 0 })
        yield* invoked([first], journal, bad, { values: { go: true } })
        expect(stateOf(journal).status).toBe("blocked")
        yield* invoked([first], journal, () => ({}), { values: { go: false }, request: retryBlocked })
        expect(stateOf(journal).status).toBe("completed")
        expect(started(journal)).toEqual(begun)
      })
  )

  it.effect("gives no item of a map the outcome of another, when it is tried again with another list", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const steps = [map("each", "{{ inputs.list }}", [step("do", { command: ["echo", "{{ item }}"] })])]
      const bad: Script = ({ command }) => ({ exitCode: command[1] === "b" ? 1 : 0 })
      yield* invoked(steps, journal, bad, { values: { list: ["a", "b", "c"] } })
      yield* invoked(steps, journal, bad, { values: { list: ["new", "b", "c"] }, request: retryBlocked })
      expect(stateOf(journal)).toMatchObject({
        status: "blocked",
        message: "the list of this map changed since it began: 3 items then, 3 items now"
      })
      const seen: Array<string | undefined> = []
      yield* invoked(steps, journal, ({ command }) => {
        seen.push(command[1])
        return {}
      }, { values: { list: ["new", "b", "c"] }, request: retryBlocked })
      expect(seen).toEqual(["new", "b", "c"])
    }))

  it.effect("does not make an iteration again that is through, though nothing is left of its steps", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const steps = [loop("it", { while: "{{ iteration < 2 }}" }, [step("one")])]
      yield* invoked(steps, journal)
      killedAfter(journal, ({ type }) => type === "IterationEnded")
      expect(stateOf(journal).within).toBeUndefined()
      yield* invoked(steps, journal)
      expect(started(journal)).toEqual(["it[0]::one", "it[1]::one"])
    }))

  it.effect("closes a gate that a failure beside it interrupted: who answers it then is too late", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const steps = [parallel("both", [approval("ask"), step("bad")])]
      const bad: Script = () => ({ exitCode: 1, durationMs: 1000 })
      yield* invoked(steps, journal, bad)
      expect(stateOf(journal).status).toBe("blocked")
      const opened = journal.find(({ type }) => type === "GateOpened")?.seq ?? 0
      const left = () => [{ target: "a", path: "both::ask", opened, option: "approve", by: "bea" }]
      yield* invoked(steps, journal, bad, { gates: layerDeciding({ left }), request: retryBlocked })
      expect(journal.filter(({ type }) => type === "GateDecided")).toEqual([])
    }))
})
