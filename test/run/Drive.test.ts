import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import type { RunEvent } from "../../src/run/RunEvent.ts"
import { apply, empty, targetState } from "../../src/run/RunState.ts"
import { driven, told } from "./driven.ts"
import { everything, noRetries, planOf, step } from "./plans.ts"
import { exitOf, type Script, type Started } from "./scripted.ts"

const ok: Script = () => ({ exitCode: 0 })
const failing = (...targets: ReadonlyArray<string>): Script => ({ target }) => ({
  exitCode: targets.includes(target) ? 2 : 0
})
const three = planOf([{ id: "a" }, { id: "b" }, { id: "c" }])
const status = (journal: ReadonlyArray<RunEvent>, id: string) => targetState(journal.reduce(apply, empty), id).status

describe("a run", () => {
  it.effect("tells of each target from start to end, in order", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const { haltReason } = yield* driven(planOf([{ id: "a" }, { id: "b" }]), ok, { journal })
      expect(haltReason).toBe("AllDoneOrBlocked")
      expect(told(journal)).toEqual([
        "RunStarted",
        "TargetStarted a",
        "StepStarted a run 1",
        "StepSucceeded a run 1",
        "TargetCompleted a",
        "TargetStarted b",
        "StepStarted b run 1",
        "StepSucceeded b run 1",
        "TargetCompleted b",
        "RunHalted"
      ])
    }))

  it.effect("without auto-advance halts on a blocked target and leaves the rest pending; the next goes on", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const options = { autoAdvance: false }
      const first = yield* driven(three, failing("a"), { journal, options })
      expect(first.haltReason).toBe("TargetBlocked")
      expect([status(journal, "a"), status(journal, "b")]).toEqual(["blocked", "pending"])
      const second = yield* driven(three, failing("a"), { journal, options })
      expect(second.haltReason).toBe("AllDoneOrBlocked")
      expect([status(journal, "a"), status(journal, "b"), status(journal, "c")]).toEqual([
        "blocked",
        "completed",
        "completed"
      ])
    }))

  it.effect("that was killed before it could halt on a blocked target halts on it when it is called again", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const options = { autoAdvance: false }
      yield* driven(three, failing("a"), { journal, options })
      journal.length = journal.findIndex(({ type }) => type === "TargetBlocked") + 1
      const again = yield* driven(three, failing("a"), { journal, options })
      expect(again.haltReason).toBe("TargetBlocked")
      expect([status(journal, "a"), status(journal, "b")]).toEqual(["blocked", "pending"])
      const third = yield* driven(three, failing("a"), { journal, options })
      expect([third.haltReason, status(journal, "b")]).toEqual(["AllDoneOrBlocked", "completed"])
    }))

  it.effect("with auto-advance has a block on record before the next target starts", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const blockedAtStartOfB: Array<string> = []
      const script: Script = ({ target }) => {
        if (target === "b") blockedAtStartOfB.push(status(journal, "a"))
        return { exitCode: target === "a" ? 1 : 0 }
      }
      yield* driven(three, script, { journal })
      expect(blockedAtStartOfB).toEqual(["blocked"])
    }))

  it.effect("that has nothing left to do records nothing", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      yield* driven(three, ok, { journal })
      const before = journal.length
      const again = yield* driven(three, ok, { journal })
      expect(journal.length).toBe(before)
      expect(again.haltReason).toBe("AllDoneOrBlocked")
      expect(again.state.stepsExecuted).toBe(0)
    }))

  it.effect("never has more targets under way than it may", () =>
    Effect.gen(function*() {
      const many = planOf(Array.from({ length: 20 }, (_, index) => ({ id: `t${index}` })))
      const journal: Array<RunEvent> = []
      yield* driven(many, () => ({ durationMs: 1000 }), { journal, options: { maxParallel: 4 } })
      let running = 0
      let most = 0
      for (const { type } of journal) {
        if (type === "TargetStarted") most = Math.max(most, ++running)
        if (type === "TargetCompleted") running--
      }
      expect(most).toBe(4)
    }))
})

describe("an attempt that fails", () => {
  const retried = planOf([{
    id: "a",
    steps: [step("s", { retries: { ...noRetries, maxAttempts: 3, backoffSeconds: 60 } })]
  }])

  it.effect("is tried again after its back-off, whose end is recorded before it is waited for", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      yield* driven(retried, ({ attempt }) => ({ exitCode: attempt < 3 ? 1 : 0, durationMs: 500 }), { journal })
      expect(told(journal).slice(2, -2)).toEqual([
        "StepStarted a s 1",
        "AttemptFailed a s 1",
        "StepStarted a s 2",
        "AttemptFailed a s 2",
        "StepStarted a s 3",
        "StepSucceeded a s 3"
      ])
      const failed = journal.find(({ type }) => type === "AttemptFailed")
      expect(failed).toMatchObject({ at: "1970-01-01T00:00:00.500Z", nextAttemptAt: "1970-01-01T00:01:00.500Z" })
      expect(journal.find((event) => event.type === "StepStarted" && event.attempt === 2)?.at).toBe(
        "1970-01-01T00:01:00.500Z"
      )
    }))

  it.effect("for the last time blocks its target and says after how many", () =>
    Effect.gen(function*() {
      const { state } = yield* driven(retried, () => ({ exitCode: 2 }))
      expect(targetState(state, "a")).toMatchObject({
        status: "blocked",
        reason: "step-exhausted",
        step: "s",
        message: "exit code 2 after 3 attempts",
        attempts: 3
      })
    }))

  it.effect("is gone on with where the run was stopped in the wait: the rest of the window, the next attempt", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const started: Array<Started> = []
      const script: Script = ({ attempt }) => ({ exitCode: attempt === 1 ? 1 : 0 })
      const first = yield* driven(retried, script, { journal, started, stopAfter: "20 seconds" })
      expect([first.haltReason, first.signal]).toEqual(["ShutdownRequested", "SIGTERM"])
      yield* driven(retried, script, { journal, started })
      expect(journal.find((event) => event.type === "StepStarted" && event.attempt === 2)?.at).toBe(
        "1970-01-01T00:01:00.000Z"
      )
      expect(started.map(({ attempt }) => attempt)).toEqual([1, 2])
      expect(status(journal, "a")).toBe("completed")
    }))

  it.effect("by time-out or without starting leaves its target errored, not blocked", () =>
    Effect.gen(function*() {
      const script: Script = ({ target }) =>
        target === "a" ? { timedOut: true } : { couldNotStart: "command \"x\" was not found in PATH" }
      const { state } = yield* driven(planOf([{ id: "a" }, { id: "b" }]), script)
      expect(targetState(state, "a")).toMatchObject({ status: "errored", reason: "timed-out" })
      expect(targetState(state, "b")).toMatchObject({
        status: "errored",
        reason: "could-not-start",
        message: "command \"x\" was not found in PATH after 1 attempt"
      })
    }))
})

describe("an attempt that was in flight when pawl stopped", () => {
  it.effect("is made again under its own number", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const started: Array<Started> = []
      const plan = planOf([{ id: "a", steps: [step("one"), step("two")] }])
      const script: Script = ({ step }) => (step === "two" ? { durationMs: 60_000 } : {})
      yield* driven(plan, script, { journal, started, stopAfter: "10 seconds" })
      expect(status(journal, "a")).toBe("pending")
      yield* driven(plan, script, { journal, started })
      expect(started.map(({ attempt, step }) => `${step} ${attempt}`)).toEqual(["one 1", "two 1", "two 1"])
      expect(status(journal, "a")).toBe("completed")
    }))
})

describe("continueOnError", () => {
  const plan = planOf([{
    id: "a",
    steps: [
      step("flaky", { continueOnError: true }),
      step("after", { command: ["echo", "{{ steps.flaky.output.exit_code }}", "{{ steps.flaky.status }}"] })
    ]
  }])

  it.effect("records the failure and goes on, and later steps can look at it", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const started: Array<Started> = []
      yield* driven(plan, ({ step }) => ({ exitCode: step === "flaky" ? 7 : 0 }), { journal, started })
      expect(told(journal)).toContain("StepContinued a flaky 1")
      expect(started[1]?.command).toEqual(["echo", "7", "failed"])
      expect(status(journal, "a")).toBe("completed")
    }))

  it.effect("covers a command that can't be started", () =>
    Effect.gen(function*() {
      const single = planOf([{ id: "a", steps: [step("s", { continueOnError: true })] }])
      const { state } = yield* driven(single, () => ({ couldNotStart: "no such command" }))
      expect(targetState(state, "a").status).toBe("completed")
    }))
})

describe("the breaker", () => {
  const steps = ["one", "two", "three", "four"].map((id) => step(id, { continueOnError: true }))

  it.effect("opens at its threshold of exhausted steps in a row, whatever continueOnError says", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const plan = planOf([{ id: "a", steps, breakerThreshold: 2 }])
      const { haltReason, state } = yield* driven(plan, () => ({ exitCode: 1 }), {
        journal,
        options: { autoAdvance: false }
      })
      expect(haltReason).toBe("CircuitBreakerTripped")
      expect(targetState(state, "a")).toMatchObject({ status: "blocked", reason: "breaker-opened", step: "two" })
      expect(told(journal).slice(-4)).toEqual([
        "StepFailed a two 1",
        "BreakerOpened a two",
        "TargetBlocked a",
        "RunHalted"
      ])
    }))

  it.effect("counts anew after a success", () =>
    Effect.gen(function*() {
      const plan = planOf([{ id: "a", steps, breakerThreshold: 2 }])
      const { state } = yield* driven(plan, ({ step }) => ({ exitCode: step === "two" || step === "four" ? 0 : 1 }))
      expect(targetState(state, "a").status).toBe("completed")
    }))

  it.effect("is new for each target: blocked targets in a row never open it", () =>
    Effect.gen(function*() {
      const targets = ["a", "b", "c", "d"].map((id) => ({ id, breakerThreshold: 2 }))
      const { state } = yield* driven(planOf(targets), () => ({ exitCode: 1 }))
      expect(targets.map(({ id }) => targetState(state, id).reason)).toEqual(Array(4).fill("step-exhausted"))
    }))

  it.effect("is after a resume what it would have been without one", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const plan = planOf([{ id: "a", steps, breakerThreshold: 3 }])
      const script: Script = () => ({ exitCode: 1 })
      yield* driven(plan, script, { journal, options: { cap: 2 } })
      expect(status(journal, "a")).toBe("pending")
      const { state } = yield* driven(plan, script, { journal })
      expect(targetState(state, "a")).toMatchObject({ reason: "breaker-opened", step: "three" })
    }))

  it.effect("turned off never opens", () =>
    Effect.gen(function*() {
      const { state } = yield* driven(planOf([{ id: "a", steps, breakerThreshold: false }]), () => ({ exitCode: 1 }))
      expect(targetState(state, "a").status).toBe("completed")
    }))
})

describe("when", () => {
  const plan = planOf([{
    id: "a",
    steps: [step("no", { when: "{{ 1 == 2 }}" }), step("yes", { when: "{{ steps.no.status == 'skipped' }}" })]
  }])

  it.effect("skips a step, which later steps can see", () =>
    Effect.gen(function*() {
      const started: Array<Started> = []
      const { state } = yield* driven(plan, ok, { started })
      expect(started.map(({ step }) => step)).toEqual(["yes"])
      expect(targetState(state, "a").steps["no"]).toMatchObject({ status: "skipped", reason: "when-false" })
    }))

  it.effect("that can't be evaluated is a failure of its step", () =>
    Effect.gen(function*() {
      const broken = planOf([{ id: "a", steps: [step("s", { when: "{{ inputs.nothing == 1 }}" })] }])
      const { state } = yield* driven(broken, ok)
      expect(targetState(state, "a")).toMatchObject({ status: "blocked", step: "s" })
      expect(targetState(state, "a").message).toContain("inputs.nothing")
    }))
})

describe("the cap", () => {
  it.effect("stops between steps, and running again goes on where it stopped", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const started: Array<Started> = []
      const plan = planOf(["a", "b"].map((id) => ({ id, steps: [step("one"), step("two")] })))
      const reasons: Array<string> = []
      for (let round = 0; round < 3; round++) {
        const { haltReason } = yield* driven(plan, ok, { journal, started, options: { cap: 3 } })
        reasons.push(haltReason)
      }
      expect(reasons).toEqual(["CapReached", "AllDoneOrBlocked", "AllDoneOrBlocked"])
      expect(started.map(({ step, target }) => `${target} ${step}`)).toEqual(["a one", "a two", "b one", "b two"])
    }))

  it.effect("does not count a retry as another step", () =>
    Effect.gen(function*() {
      const retries = { ...noRetries, maxAttempts: 5 }
      const plan = planOf([{ id: "a", steps: [step("s", { retries })] }])
      const { haltReason } = yield* driven(plan, ({ attempt }) => ({ exitCode: attempt < 4 ? 1 : 0 }), {
        options: { cap: 1 }
      })
      expect(haltReason).toBe("AllDoneOrBlocked")
    }))

  it.effect("is not used up by a target that waits for its next attempt", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const years = 400_000_000
      const retries = { ...noRetries, maxAttempts: 2, backoffSeconds: years, maxBackoffSeconds: years }
      const plan = planOf([{ id: "a", steps: [step("s", { retries })] }, { id: "b" }])
      const options = { cap: 1, noWait: true }
      yield* driven(plan, failing("a"), { journal, options })
      expect([status(journal, "a"), status(journal, "b")]).toEqual(["pending", "pending"])
      yield* driven(plan, failing("a"), { journal, options })
      expect([status(journal, "a"), status(journal, "b")]).toEqual(["pending", "completed"])
    }))

  it.effect("counts the retry of an attempt that had ended while no pawl was there", () =>
    Effect.gen(function*() {
      const retries = { ...noRetries, maxAttempts: 3 }
      const plan = planOf([{ id: "a", steps: [step("s", { retries })] }, { id: "b", needs: ["a"] }])
      const whole: Array<RunEvent> = []
      yield* driven(plan, ({ attempt }) => ({ exitCode: attempt === 1 ? 1 : 0 }), { journal: whole })
      const journal = whole.slice(0, whole.findIndex(({ type }) => type === "StepStarted") + 1)
      const started: Array<Started> = []
      const left = [{
        target: "a",
        path: "s",
        attempt: 1,
        origin: { invocation: 1, definition: "0" },
        id: { pid: 1 },
        take: () => ({ ...exitOf({ exitCode: 1 }), endedAt: 0 })
      }]
      const { haltReason } = yield* driven(plan, ok, { journal, started, left, options: { cap: 1 } })
      expect(started.map(({ attempt, target }) => `${target} ${attempt}`)).toEqual(["a 2"])
      expect(haltReason).toBe("CapReached")
    }))
})

describe("going on with stuck targets", () => {
  const plan = planOf([{ id: "a", steps: [step("one"), step("two")] }, { id: "b", needs: ["a"] }])
  const resume = { retryErrors: false, retryBlocked: true, allowChanges: false }

  it.effect("--retry-blocked repeats what failed, never what succeeded, and frees what was skipped for it", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const started: Array<Started> = []
      yield* driven(plan, ({ step }) => ({ exitCode: step === "two" ? 1 : 0 }), { journal, started })
      expect([status(journal, "a"), status(journal, "b")]).toEqual(["blocked", "skipped"])
      yield* driven(plan, ok, { journal, started, request: { resume } })
      expect(started.map(({ step, target }) => `${target} ${step}`)).toEqual(["a one", "a two", "a two", "b run"])
      expect([status(journal, "a"), status(journal, "b")]).toEqual(["completed", "completed"])
    }))

  it.effect("--retry-errors leaves blocked ones alone", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const started: Array<Started> = []
      const two = planOf([{ id: "a" }, { id: "b" }])
      const script: Script = ({ target }) => (target === "a" ? { exitCode: 1 } : { timedOut: true })
      yield* driven(two, script, { journal, started })
      yield* driven(two, ok, {
        journal,
        started,
        request: { resume: { ...resume, retryBlocked: false, retryErrors: true } }
      })
      expect(started.map(({ target }) => target)).toEqual(["a", "b", "b"])
      expect([status(journal, "a"), status(journal, "b")]).toEqual(["blocked", "completed"])
    }))
})

describe("a plan that changed", () => {
  const before = planOf([{ id: "a" }, { id: "b" }])

  it.effect("refuses to go on over a target that was worked on, and names it", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      yield* driven(before, ok, { journal })
      const after = planOf([{ id: "a", hash: "1" }, { id: "b" }])
      const error = yield* Effect.flip(driven(after, ok, { journal, stored: before }))
      expect(error).toMatchObject({ _tag: "PlanError", details: ["a: completed"] })
    }))

  it.effect("runs it again with --allow-changes", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const started: Array<Started> = []
      yield* driven(before, ok, { journal, started })
      const after = planOf([{ id: "a", hash: "1" }, { id: "b" }])
      const resume = { retryErrors: false, retryBlocked: false, allowChanges: true }
      yield* driven(after, ok, { journal, started, stored: before, request: { resume } })
      expect(started.map(({ target }) => target)).toEqual(["a", "b", "a"])
    }))

  it.effect("takes up new targets and leaves out those that are gone, and says so", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const started: Array<Started> = []
      yield* driven(before, ok, { journal, started })
      const after = planOf([{ id: "c" }, { id: "b" }])
      const { notes } = yield* driven(after, ok, { journal, started, stored: before })
      expect(started.map(({ target }) => target)).toEqual(["a", "b", "c"])
      expect(notes).toEqual(["1 target added to the plan: c", "1 target no longer in the plan: a"])
    }))
})

describe("values", () => {
  it.effect("reach a shell through variables of their own, and commands as words", () =>
    Effect.gen(function*() {
      const started: Array<Started> = []
      const plan = planOf([{ id: "a", steps: [step("s", { command: ["say", "{{ inputs.word }}"] })] }])
      yield* driven(plan, ok, { started, values: { word: "a b; rm -rf /" } })
      expect(started[0]?.command).toEqual(["say", "a b; rm -rf /"])
    }))

  it.effect("that are secret are masked in what is recorded", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const plan = planOf([{ id: "a" }], { secrets: ["token"] })
      yield* driven(plan, () => ({ exitCode: 1, stdout: "the token is hunter2" }), {
        journal,
        values: { token: "hunter2" }
      })
      expect(JSON.stringify(journal)).not.toContain("hunter2")
      expect(JSON.stringify(journal)).toContain("the token is ***")
    }))
})

describe("a selection", () => {
  it.effect("that is empty halts at once", () =>
    Effect.gen(function*() {
      const request = { selection: { ...everything(three), by: "filter" as const, order: [] } }
      const { haltReason } = yield* driven(three, ok, { request, options: { selectedBy: "filter" } })
      expect(haltReason).toBe("NoMatchingItems")
    }))
})
