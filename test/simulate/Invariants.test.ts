import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import type { RunEvent } from "../../src/run/RunEvent.ts"
import { apply, empty } from "../../src/run/RunState.ts"
import { violations } from "../../src/simulate/Invariants.ts"
import { loadedOf, type Rehearsing, requestOf, toItsEnd } from "./rehearsing.ts"

const batch = `name: b
targets:
  - id: a
    steps:
      - { id: s, run: make, failure: { retries: { maxAttempts: 2, backoffSeconds: 60 } } }
      - { id: ship, gate: { approval: "?" } }
      - { id: m, map: { over: [1, 2, 3], maxParallel: 1 }, steps: [{ id: t, run: make }] }
      - { id: pay, run: ./pay, idempotent: false }
  - { id: b, needs: [a], run: make }
  - { id: c, run: make }
`
const checked = `preflight: [{ id: up, run: look }, { id: disk, run: look }]
${batch}`
const scenario = `default: { duration: 10s }
steps: [{ match: a/s, attempt: 1, exitCode: 1 }, { match: c/run, exitCode: 3 }]
gates: [{ match: a/ship, decision: approve, after: 1h }]`

type Doctor = (journal: Array<RunEvent>) => ReadonlyArray<RunEvent>

/** What is found of a run whose journal was tampered with; numbers and times are put right. */
const foundIn = (doctor: Doctor, more: Rehearsing = {}, text = batch) =>
  Effect.gen(function*() {
    const loaded = loadedOf(text)
    const request = requestOf(loaded, { scenario, ...more })
    const end = yield* toItsEnd(request)
    const journal = doctor([...end.journal])
    const state = journal.reduce(apply, empty)
    return violations({ ...request, plan: loaded.plan, journal, state, exitCode: end.exitCode })
  })

const at = (journal: ReadonlyArray<RunEvent>, type: RunEvent["type"], where = "", nth = 0): number => {
  const places = journal.flatMap((event, index) =>
    event.type === type && JSON.stringify(event).includes(where) ? [index] : []
  )
  const place = places[nth]
  if (place === undefined) throw new Error(`no ${type} ${where}`)
  return place
}

/** Numbers put right, each event no older than the one before it. */
const numbered = (journal: ReadonlyArray<RunEvent>): ReadonlyArray<RunEvent> => {
  let latest = ""
  return journal.map((event, index) => {
    latest = event.at > latest ? event.at : latest
    return { ...event, seq: index + 1, at: latest }
  })
}

const without = (type: RunEvent["type"], where: string): Doctor => (journal) =>
  numbered(journal.filter((_, index) => index !== at(journal, type, where)))

const twice = (type: RunEvent["type"], where: string): Doctor => (journal) => {
  const place = at(journal, type, where)
  return numbered(journal.flatMap((event, index) => index === place ? [event, event] : [event]))
}

const moved =
  (type: RunEvent["type"], where: string, to: (journal: ReadonlyArray<RunEvent>) => number): Doctor => (journal) => {
    const place = at(journal, type, where)
    const event = journal[place]
    const goal = to(journal)
    const rest = journal.filter((_, index) => index !== place)
    return numbered(event === undefined ? journal : rest.toSpliced(goal, 0, event))
  }

const changed = (type: RunEvent["type"], where: string, change: object): Doctor => (journal) => {
  const place = at(journal, type, where)
  return journal.map((event, index) => index === place ? { ...event, ...change } : event)
}

const resumedAt = (place: (journal: ReadonlyArray<RunEvent>) => number): Doctor => (journal) => {
  const first = journal[0]
  if (first?.type !== "RunStarted") throw new Error("no run")
  const resumed: RunEvent = {
    seq: 1,
    at: first.at,
    type: "RunResumed",
    planHash: first.planHash,
    plan: first.plan,
    targets: first.targets,
    reset: [],
    retried: []
  }
  return numbered(journal.toSpliced(place(journal), 0, resumed))
}

const cases: ReadonlyArray<readonly [what: string, invariant: string, doctor: Doctor, more?: Rehearsing]> = [
  ["a gap", "no-gaps", (journal) => journal.filter((_, index) => index !== 3)],
  ["a time that goes backwards", "no-gaps", changed("StepSucceeded", "a", { at: "1999-01-01T00:00:00.000Z" })],
  [
    "an event after the halt",
    "no-gaps",
    (journal) => numbered([...journal, journal[1] ?? journal[0]].flatMap((e) => e ?? []))
  ],
  ["no halt", "one-end", (journal) => journal.slice(0, -1)],
  ["a success that is repeated", "never-twice", twice("StepSucceeded", "\"s\"")],
  ["a step that starts again after its success", "never-twice", (journal) => {
    const start = journal[at(journal, "StepStarted", "\"s\"", 1)]
    return numbered(
      start === undefined ? journal : journal.toSpliced(at(journal, "StepSucceeded", "\"s\"") + 1, 0, start)
    )
  }],
  ["an attempt too many", "attempts", changed("StepStarted", "\"attempt\":2", { attempt: 3 })],
  [
    "an attempt before its time",
    "back-off",
    changed("AttemptFailed", "\"s\"", { nextAttemptAt: "2000-01-02T00:00:00.000Z" })
  ],
  ["an attempt within a rate limit", "rate-limit", (journal) => {
    const place = at(journal, "AttemptFailed", "\"s\"")
    const failed = journal[place]
    if (failed?.type !== "AttemptFailed") return journal
    const { message, path, target, attempt } = failed
    const limit: RunEvent = {
      seq: 1,
      at: failed.at,
      type: "RateLimited",
      target,
      path,
      attempt,
      message,
      durationMs: 0,
      until: "2000-01-03T00:00:00.000Z"
    }
    return numbered(journal.toSpliced(place, 1, limit))
  }],
  ["an attempt beside another", "one-at-a-time", twice("StepStarted", "m[0]")],
  ["a failure that is resolved twice", "one-resolution", twice("AttemptFailed", "\"s\"")],
  [
    "a failure that nothing resolves",
    "one-resolution",
    (journal) =>
      journal.map((event) =>
        event.type === "StepSucceeded" && event.path === "s"
          ? {
            seq: event.seq,
            at: event.at,
            type: "StepFailed",
            target: "a",
            path: "s",
            attempt: 2,
            reason: "exit-code",
            message: "no",
            durationMs: 1,
            output: { stdout: "", stderr: "" }
          }
          : event
      )
  ],
  [
    "a target that ends at a step that did not fail",
    "one-resolution",
    changed("TargetBlocked", "\"c\"", { step: "other" })
  ],
  ["a gate that is decided without having been opened", "one-decision", without("GateOpened", "ship")],
  [
    "a target that rests at a gate that is decided",
    "one-decision",
    (journal) =>
      moved("TargetPaused", "ship", (rest) => at(rest, "GateDecided", "ship") + 1)(
        journal.slice(0, at(journal, "GateDecided", "ship") + 1)
      )
  ],
  ["a gate that is opened twice", "one-decision", twice("GateOpened", "ship")],
  ["a gate that is decided twice", "never-twice", twice("GateDecided", "ship")],
  ["a target that ends twice", "one-end", twice("TargetCompleted", "\"a\"")],
  [
    "a target that ends while something in it goes on",
    "one-end",
    moved("TargetCompleted", "\"b\"", (journal) => at(journal, "StepStarted", "\"b\"") + 1)
  ],
  ["a target that does not wait for what it needs", "needs", moved("TargetStarted", "\"b\"", () => 1)],
  [
    "items side by side that must not be",
    "max-parallel",
    moved("StepStarted", "m[1]", (journal) => at(journal, "StepStarted", "m[0]") + 1)
  ],
  [
    "targets side by side that must not be",
    "max-parallel",
    moved("StepStarted", "\"c\"", (journal) => at(journal, "StepStarted", "m[0]") + 1)
  ],
  ["a step that must not run twice and does", "not-idempotent", (journal) => {
    const place = at(journal, "StepStarted", "pay")
    const again = journal.slice(place - 1, place + 1)
    return numbered([...resumedAt(() => place + 1)(journal).slice(0, place + 2), ...again, ...journal.slice(place + 1)])
  }],
  [
    "a halt for a reason that is not so",
    "halt-reason",
    changed("RunHalted", "AllDone", { haltReason: "AwaitingApproval" })
  ],
  ["an end with something left", "halt-reason", without("TargetSkipped", "\"b\""), {
    scenario: "{ default: { exitCode: 1 } }"
  }],
  ["a signal that nobody sent", "halt-reason", changed("RunHalted", "AllDone", { haltReason: "ShutdownRequested" })]
]

const checkCases: ReadonlyArray<readonly [what: string, told: string, doctor: Doctor]> = [
  [
    "a target that starts before a check",
    "preflight: a started before up had passed",
    moved("TargetStarted", "\"a\"", () => 1)
  ],
  ["a check that is left out", "preflight: a started before disk had passed", without("PreflightFinished", "disk")],
  [
    "a check that is made after a target has started",
    "preflight: PreflightFinished of disk after a target had started",
    moved("PreflightFinished", "disk", (journal) => journal.length - 1)
  ],
  [
    "checks in another order",
    "preflight: PreflightStarted of disk where up was next",
    moved("PreflightFinished", "up", (journal) => at(journal, "TargetStarted"))
  ],
  [
    "a check that is made twice at once",
    "one-at-a-time: preflight/up began while an attempt was under way",
    twice("PreflightStarted", "up")
  ],
  [
    "a resume without checks",
    "preflight: b started before up had passed",
    resumedAt((journal) => at(journal, "TargetStarted", "\"b\""))
  ],
  [
    "going on after a check that failed",
    "preflight: PreflightStarted of disk after up had failed",
    changed("PreflightFinished", "up", { outcome: "failed" })
  ],
  [
    "a halt for a check though none failed",
    "halt-reason: PreflightFailed though no check failed",
    changed("RunHalted", "AllDone", { haltReason: "PreflightFailed" })
  ],
  ["a check that nothing was left for", "preflight: checks were made though nothing was left", (journal) => {
    const [last] = journal.slice(-1)
    if (last?.type !== "RunHalted") return journal
    const failed: RunEvent = {
      seq: 1,
      at: last.at,
      type: "PreflightFinished",
      check: "up",
      outcome: "failed",
      attempts: 1,
      durationMs: 0
    }
    return numbered([...resumedAt((all) => all.length)(journal), failed, { ...last, haltReason: "PreflightFailed" }])
  }]
]

describe("the promises of a run with a preflight", () => {
  it.live("hold of one that is as it should be", () =>
    Effect.gen(function*() {
      expect(yield* foundIn((journal) => journal, {}, checked)).toEqual([])
    }))

  it.live.each(checkCases)("are broken by %s", ([, told, doctor]) =>
    Effect.gen(function*() {
      const found = yield* foundIn(doctor, {}, checked)
      expect(found.map(({ invariant, message }) => `${invariant}: ${message}`)).toContain(told)
    }))

  it.live("are broken by an exit code that does not say to come back", () =>
    Effect.gen(function*() {
      const loaded = loadedOf(checked)
      const request = requestOf(loaded, { scenario: "steps: [{ match: preflight/disk, exitCode: 1 }]" })
      const end = yield* toItsEnd(request)
      const ran = { ...request, plan: loaded.plan, ...end }
      expect(violations(ran)).toEqual([])
      expect(violations({ ...ran, exitCode: 1 }).map(({ invariant }) => invariant)).toEqual(["exit-code"])
    }))
})

describe("the promises of a run", () => {
  it.live("hold of a run that is as it should be", () =>
    Effect.gen(function*() {
      expect(yield* foundIn((journal) => journal)).toEqual([])
    }))

  it.live.each(cases)("are broken by %s: %s", ([, invariant, doctor, more]) =>
    Effect.gen(function*() {
      const found = yield* foundIn(doctor, more)
      expect(found.map((each) => each.invariant)).toContain(invariant)
    }))

  it.live("are broken by another exit code, by more steps than the cap, and by a state that is not that of the events", () =>
    Effect.gen(function*() {
      const loaded = loadedOf(batch)
      const request = requestOf(loaded, { scenario })
      const end = yield* toItsEnd(request)
      const ran = { ...request, plan: loaded.plan, ...end }
      expect(violations({ ...ran, exitCode: 3 }).map(({ invariant }) => invariant)).toEqual(["exit-code"])
      const capped = violations({ ...ran, options: { ...request.options, cap: 2 } })
      expect([...new Set(capped.map(({ invariant }) => invariant))]).toEqual(["cap"])
      const state = end.journal.slice(0, 12).reduce(apply, empty)
      expect(violations({ ...ran, state }).map(({ invariant }) => invariant)).toContain("fold")
    }))
})
