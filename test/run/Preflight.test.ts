import { describe, expect, it } from "@effect/vitest"
import { Effect, FastCheck as fc } from "effect"
import type { CommandStep, Plan } from "../../src/plan/Plan.ts"
import { changeCheck, checkAsStep, checkFact, restChecks } from "../../src/run/PreflightState.ts"
import type { RunEvent, RunFact } from "../../src/run/RunEvent.ts"
import { apply, empty, targetState } from "../../src/run/RunState.ts"
import { driven } from "./driven.ts"
import { noRetries, planOf, step } from "./plans.ts"
import type { Script, Scripted, Started } from "./scripted.ts"

const checked = (checks: ReadonlyArray<CommandStep>, more: Partial<Plan> = {}): Plan =>
  planOf([{ id: "a" }, { id: "b", needs: ["a"] }], {
    preflight: { steps: checks, env: [], workdir: [], breakerThreshold: false },
    ...more
  })

const thrice = { ...noRetries, maxAttempts: 3, backoffSeconds: 10, factor: 1 }

/** Every check ends as said, in turn; what is not said succeeds. */
const script = (ends: Readonly<Record<string, ReadonlyArray<Scripted>>>): Script => {
  const counts = new Map<string, number>()
  return ({ step, target }) => {
    const key = `${target}/${step}`
    const count = counts.get(key) ?? 0
    counts.set(key, count + 1)
    const all = ends[key]
    return all?.[Math.min(count, all.length - 1)] ?? {}
  }
}

const told = (journal: ReadonlyArray<RunEvent>): ReadonlyArray<string> =>
  journal.flatMap((event) => {
    switch (event.type) {
      case "PreflightStarted":
      case "PreflightRetried":
        return [`${event.type} ${event.check} ${event.attempt}`]
      case "PreflightFinished":
        return [`${event.check} ${event.outcome}${event.attempts > 1 ? ` after ${event.attempts}` : ""}`]
      case "TargetStarted":
      case "TargetCompleted":
        return [`${event.type} ${event.target}`]
      case "RunHalted":
        return [event.haltReason]
      case "RunResumed":
        return ["RunResumed"]
      default:
        return []
    }
  })

const through = ["TargetStarted a", "TargetCompleted a", "TargetStarted b", "TargetCompleted b", "AllDoneOrBlocked"]
const failing = { exitCode: 7, stderr: "down\n" }

describe("a preflight", () => {
  it.effect("is made one check after the other, before any target starts", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      yield* driven(checked([step("one"), step("two")]), script({}), { journal, options: { maxParallel: 2 } })
      expect(told(journal)).toEqual([
        "PreflightStarted one 1",
        "one passed",
        "PreflightStarted two 1",
        "two passed",
        ...through
      ])
    }))

  it.effect("halts the run where a check fails: nothing after it is made, and no target is touched", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const plan = checked([step("one"), step("two"), step("three")])
      const driving = driven(plan, script({ "preflight/two": [failing] }), { journal })
      const { haltReason, retryAt, state } = yield* driving
      expect(haltReason).toBe("PreflightFailed")
      expect(retryAt).toBeUndefined()
      expect(told(journal)).toEqual([
        "PreflightStarted one 1",
        "one passed",
        "PreflightStarted two 1",
        "two failed",
        "PreflightFailed"
      ])
      expect(journal.some((event) => "target" in event)).toBe(false)
      expect(state.stepsExecuted).toBe(0)
      expect(targetState(state, "a")).toEqual({ status: "pending", steps: {} })
      expect(state.preflight).toMatchObject({
        one: { status: "succeeded" },
        two: { status: "failed", attempts: 1, exitCode: 7, message: "exit code 7", output: { stderr: "down\n" } }
      })
      expect(Object.keys(state.preflight ?? {})).toEqual(["one", "two"])
    }))

  it.effect("is made again, from its first check and first attempt, when the run is gone on with", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const plan = checked([step("one"), step("two", { retries: thrice })])
      const ends = script({ "preflight/two": [failing, failing, failing, {}] })
      yield* driven(plan, ends, { journal })
      const { haltReason, state } = yield* driven(plan, ends, { journal })
      expect(haltReason).toBe("AllDoneOrBlocked")
      expect(told(journal)).toEqual([
        "PreflightStarted one 1",
        "one passed",
        "PreflightStarted two 1",
        "PreflightRetried two 1",
        "PreflightStarted two 2",
        "PreflightRetried two 2",
        "PreflightStarted two 3",
        "two failed after 3",
        "PreflightFailed",
        "RunResumed",
        "PreflightStarted one 1",
        "one passed",
        "PreflightStarted two 1",
        "two passed",
        ...through
      ])
      expect(state.preflight).toMatchObject({ two: { status: "succeeded", attempts: 1 } })
    }))

  it.effect("is not made where nothing is left to do, nothing is selected, or nothing may start", () =>
    Effect.gen(function*() {
      const plan = checked([step("one")])
      const journal: Array<RunEvent> = []
      yield* driven(plan, script({}), { journal })
      const before = journal.length
      const again = yield* driven(plan, script({ "preflight/one": [failing] }), { journal })
      expect([again.haltReason, journal.length]).toEqual(["AllDoneOrBlocked", before])

      const none = { order: [], by: "filter" as const, notes: [] }
      const unselected: Array<RunEvent> = []
      const filtered = yield* driven(plan, script({ "preflight/one": [failing] }), {
        journal: unselected,
        request: { selection: none }
      })
      expect([filtered.haltReason, told(unselected)]).toEqual(["NoMatchingItems", ["NoMatchingItems"]])

      const uncapped: Array<RunEvent> = []
      const capped = yield* driven(plan, script({ "preflight/one": [failing] }), {
        journal: uncapped,
        options: { cap: 0 }
      })
      expect([capped.haltReason, told(uncapped)]).toEqual(["CapReached", ["CapReached"]])
    }))

  it.effect("is not made where all that is left can't start, since what it needs is blocked", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const plan = checked([step("one")])
      const options = { autoAdvance: false }
      const first = yield* driven(plan, script({ "a/run": [failing] }), { journal, options })
      expect(first.haltReason).toBe("TargetBlocked")
      const before = journal.length
      const second = yield* driven(plan, script({ "preflight/one": [failing] }), { journal })
      expect(second.haltReason).toBe("AllDoneOrBlocked")
      expect(told(journal.slice(before))).toEqual(["RunResumed", "AllDoneOrBlocked"])
      expect(targetState(second.state, "b").status).toBe("skipped")
    }))

  it.effect("does not count for the cap", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const plan = checked([step("one"), step("two")])
      const { haltReason, state } = yield* driven(plan, script({}), { journal, options: { cap: 1 } })
      expect([haltReason, state.stepsExecuted]).toEqual(["CapReached", 1])
      expect(targetState(state, "a").status).toBe("completed")
    }))

  it.effect("leaves out a check whose `when` is false, and goes past one with `continueOnError`", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const started: Array<Started> = []
      const plan = checked([
        step("out", { when: "{{ inputs.level == 'full' }}" }),
        step("in", { when: "{{ inputs.level == 'quick' }}" }),
        step("warn", { continueOnError: true })
      ])
      const { haltReason, state } = yield* driven(plan, script({ "preflight/warn": [failing] }), {
        journal,
        started,
        values: { level: "quick" }
      })
      expect(haltReason).toBe("AllDoneOrBlocked")
      expect(told(journal)).toEqual([
        "out skipped",
        "PreflightStarted in 1",
        "in passed",
        "PreflightStarted warn 1",
        "warn continued",
        ...through
      ])
      expect(started.map(({ step }) => step)).toEqual(["in", "warn", "run", "run"])
      expect(state.preflight).toMatchObject({
        out: { status: "skipped", reason: "when-false" },
        warn: { status: "failed", continued: true, message: "exit code 7" }
      })
    }))

  it.effect("gives a check the batch's environment and folder, and says that it is one", () =>
    Effect.gen(function*() {
      const started: Array<Started> = []
      const template = {
        steps: [step("one", { command: ["look", "{{ inputs.host }}", "{{ context.batch }}"], workdir: "sub" })],
        env: [{ API: "http://{{ inputs.host }}", AT: "{{ context.target }}" }],
        workdir: ["work"],
        breakerThreshold: false as const
      }
      yield* driven(checked([], { preflight: template }), script({}), { started, values: { host: "h" } })
      expect(started[0]).toMatchObject({
        command: ["look", "h", "batch"],
        workdir: "/m/work/sub",
        env: {
          API: "http://h",
          AT: "preflight",
          PAWL_TARGET: "preflight",
          PAWL_STEP: "one",
          PAWL_ATTEMPT: "1",
          PAWL_RUN_ID: "r1"
        }
      })
    }))

  it.effect("fails where an expression can't be evaluated, without an attempt", () =>
    Effect.gen(function*() {
      const cases: ReadonlyArray<Plan> = [
        checked([step("one", { command: ["look", "{{ inputs.gone }}"] })]),
        checked([step("one", { when: "{{ inputs.gone == 'x' }}" })]),
        checked([], {
          preflight: {
            steps: [step("one", { retries: thrice })],
            env: [{ A: "{{ inputs.gone }}" }],
            workdir: [],
            breakerThreshold: false
          }
        })
      ]
      for (const plan of cases) {
        const journal: Array<RunEvent> = []
        const { haltReason } = yield* driven(plan, script({}), { journal })
        expect(haltReason).toBe("PreflightFailed")
        expect(journal.find(({ type }) => type === "PreflightFinished")).toMatchObject({
          outcome: "failed",
          reason: "expression-failed",
          message: expect.stringContaining("gone")
        })
        expect(told(journal)).toEqual(["one failed", "PreflightFailed"])
      }
    }))

  it.effect("halts for a rate limit that a check tells of, and says when to come back", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const limited = { exitCodes: [75], onLimit: "halt" as const, maxWaitMs: 7_200_000 }
      const ends = script({ "preflight/one": [{ exitCode: 75, stderr: "Retry-After: 600" }, {}] })
      const plan = checked([step("one")], { rateLimit: limited })
      const first = yield* driven(plan, ends, { journal })
      expect(first.haltReason).toBe("RateLimited")
      expect(first.retryAt).toBe(600_000)
      expect(first.state.limited).toEqual({ until: "1970-01-01T00:10:00.000Z", count: 1, waitMs: 600_000 })
      expect(journal.find(({ type }) => type === "PreflightRetried")).toMatchObject({
        reason: "rate-limited",
        nextAttemptAt: "1970-01-01T00:10:00.000Z"
      })
      const second = yield* driven(plan, ends, { journal })
      expect(second.haltReason).toBe("AllDoneOrBlocked")
    }))

  it.effect("waits for a rate limit, which is no attempt, and the targets wait with it", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const limited = { exitCodes: [75], onLimit: "wait" as const, maxWaitMs: 7_200_000 }
      const ends = script({ "preflight/one": [{ exitCode: 75, stderr: "Retry-After: 600" }, {}] })
      const { haltReason } = yield* driven(checked([step("one")], { rateLimit: limited }), ends, { journal })
      expect(haltReason).toBe("AllDoneOrBlocked")
      const starts = journal.filter(({ type }) => type === "PreflightStarted" || type === "TargetStarted")
      expect(starts.map(({ at }) => at.slice(11, 16))).toEqual(["00:00", "00:10", "00:10", "00:10"])
      expect(told(journal).slice(0, 4)).toEqual([
        "PreflightStarted one 1",
        "PreflightRetried one 1",
        "PreflightStarted one 1",
        "one passed"
      ])
    }))

  it.effect("is interrupted by a signal as any step is, and made again afterwards", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const plan = checked([step("one")])
      const ends = script({ "preflight/one": [{ durationMs: 60_000 }, {}] })
      const first = yield* driven(plan, ends, { journal, stopAfter: "5 seconds" })
      expect(first.haltReason).toBe("ShutdownRequested")
      expect(first.state.preflight?.["one"]).toMatchObject({ status: "pending", attempts: 0 })
      const second = yield* driven(plan, ends, { journal })
      expect(second.haltReason).toBe("AllDoneOrBlocked")
      expect(told(journal)).toEqual([
        "PreflightStarted one 1",
        "ShutdownRequested",
        "RunResumed",
        "PreflightStarted one 1",
        "one passed",
        ...through
      ])
    }))

  it.effect("that changed is no changed target: the run goes on with the new one", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const before = checked([step("one")])
      yield* driven(before, script({ "preflight/one": [failing] }), { journal })
      const after = { ...checked([step("two")]), hash: "sha256:other" }
      const { haltReason } = yield* driven(after, script({}), { journal, stored: before })
      expect(haltReason).toBe("AllDoneOrBlocked")
      expect(journal.find(({ type }) => type === "RunResumed")).toMatchObject({ reset: [], plan: "plan.2.json" })
      expect(told(journal).slice(-7)).toEqual(["PreflightStarted two 1", "two passed", ...through])
    }))

  it.effect("keeps secrets out of what it records", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const plan = checked([step("one", { env: { T: "{{ inputs.token }}" } })], { secrets: ["token"] })
      yield* driven(plan, script({ "preflight/one": [{ exitCode: 1, stdout: "hunter2", stderr: "no hunter2!\n" }] }), {
        journal,
        values: { token: "hunter2" }
      })
      expect(JSON.stringify(journal)).not.toContain("hunter2")
      expect(journal.find(({ type }) => type === "PreflightFinished")).toMatchObject({
        output: { stdout: "***", stderr: "no ***!\n" }
      })
    }))
})

const at = "2000-01-01T00:00:00.000Z"
const attempt = { target: "preflight", path: "one", attempt: 1 }
const facts: ReadonlyArray<RunFact> = [
  { type: "StepStarted", ...attempt, pid: 7, pidStart: 9 },
  {
    type: "AttemptFailed",
    ...attempt,
    reason: "signal",
    message: "ended by SIGKILL",
    signal: "SIGKILL",
    durationMs: 5,
    nextAttemptAt: at
  },
  { type: "RateLimited", ...attempt, until: at, message: "exit code 75", exitCode: 75, durationMs: 5 }
]

describe("what is recorded of a check", () => {
  it.each(facts.map((fact) => [fact.type, fact] as const))("stands for what a step records: %s", (_type, fact) => {
    const recorded = checkFact(fact)
    expect(recorded).not.toHaveProperty("target")
    if (!("check" in recorded)) throw new Error(`${recorded.type} is about no check`)
    expect(checkAsStep({ ...recorded, seq: 1, at })).toEqual({ ...fact, seq: 1, at })
  })

  it.prop(
    "is cut short with pawl, and leaves nothing running",
    [fc.array(fc.constantFrom("PreflightStarted", "passed", "failed"), { maxLength: 6 })],
    ([moves]) => {
      const checks = moves.reduce((known, move, index) =>
        changeCheck(
          known,
          move === "PreflightStarted"
            ? { type: move, seq: index + 1, at, check: "one", attempt: 1, pid: 1 }
            : {
              type: "PreflightFinished",
              seq: index + 1,
              at,
              check: "one",
              outcome: move === "passed" ? "passed" : "failed",
              attempts: 1,
              durationMs: 0
            },
          1
        ), {})
      expect(Object.values(restChecks(checks)).map(({ status }) => status)).not.toContain("running")
    }
  )

  it("is forgotten when the run is gone on with", () => {
    const run = { runId: "r", batch: "b", planHash: "h", plan: "plan.json", targets: 1 }
    const events: ReadonlyArray<RunEvent> = [
      { type: "RunStarted", seq: 1, at, ...run },
      { type: "PreflightStarted", seq: 2, at, check: "one", attempt: 1, pid: 1 },
      { type: "RunResumed", seq: 3, at, ...run, reset: [], retried: [] }
    ]
    expect(events.slice(0, 2).reduce(apply, empty).preflight).toMatchObject({ one: { status: "running", pid: 1 } })
    expect(events.reduce(apply, empty).preflight).toBeUndefined()
  })
})
