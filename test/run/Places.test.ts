import { describe, expect, it } from "@effect/vitest"
import { Deferred, Effect, Fiber } from "effect"
import * as fc from "fast-check"
import { makePlaces } from "../../src/run/Place.ts"
import type { RunEvent } from "../../src/run/RunEvent.ts"
import { driven, told } from "./driven.ts"
import { ifStep, loop, map, noRetries, parallel, planOf, step, type TargetOf } from "./plans.ts"
import type { Script } from "./scripted.ts"

const MINUTE = 60_000
const retries = { ...noRetries, maxAttempts: 2, backoffSeconds: 60 }
const waiting = (id: string): TargetOf => ({ id, steps: [step("run", { retries })] })
/** The first attempt of these targets fails; each attempt takes a second. */
const failOnce = (...targets: ReadonlyArray<string>): Script => ({ attempt, target }) => ({
  durationMs: 1000,
  exitCode: attempt === 1 && targets.includes(target) ? 1 : 0
})
/** What began and ended, with seconds since the first event. */
const moves = (journal: ReadonlyArray<RunEvent>): ReadonlyArray<string> => {
  const start = Date.parse(journal[0]?.at ?? "")
  return journal.flatMap((event) => {
    const at = (Date.parse(event.at) - start) / 1000
    if (event.type === "StepStarted") return [`${at} ${event.target}/${event.path} ${event.attempt}`]
    return event.type === "TargetCompleted" ? [`${at} ${event.target} completed`] : []
  })
}
/** The most attempts of targets that were under way at once. */
const widest = (journal: ReadonlyArray<RunEvent>): number => {
  const under = new Set<string>()
  let most = 0
  for (const event of journal) {
    if (event.type === "StepStarted") most = Math.max(most, under.add(event.target).size)
    if (event.type === "AttemptFailed" || event.type === "StepSucceeded" || event.type === "StepFailed") {
      under.delete(event.target)
    }
  }
  return most
}

describe("a target that waits for its next attempt", () => {
  it.effect("gives up its place, and takes the next free one before another target starts", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const plan = planOf([waiting("a"), { id: "b" }, { id: "c" }, { id: "d" }])
      const script: Script = (started) => ({
        ...failOnce("a")(started),
        durationMs: started.target === "a" ? 1000 : 50_000
      })
      yield* driven(plan, script, { journal })
      expect(moves(journal)).toEqual([
        "0 a/run 1",
        "1 b/run 1",
        "51 b completed",
        "51 c/run 1",
        "101 c completed",
        "101 a/run 2",
        "102 a completed",
        "102 d/run 1",
        "152 d completed"
      ])
    }))

  it.effect("goes on as soon as its time has come where a place is free", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      yield* driven(planOf([waiting("a"), { id: "b" }]), failOnce("a"), { journal })
      expect(moves(journal)).toEqual([
        "0 a/run 1",
        "1 b/run 1",
        "2 b completed",
        "61 a/run 2",
        "62 a completed"
      ])
    }))

  it.effect("is waited for where a block halts the run, and nothing starts meanwhile", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const plan = planOf([waiting("a"), { id: "b" }, { id: "c" }])
      const script: Script = (started) => started.target === "b" ? { exitCode: 1 } : failOnce("a")(started)
      const { haltReason } = yield* driven(plan, script, { journal, options: { autoAdvance: false } })
      expect(haltReason).toBe("TargetBlocked")
      expect(moves(journal)).toEqual(["0 a/run 1", "1 b/run 1", "61 a/run 2", "62 a completed"])
    }))

  it.effect("holds up those that need it", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      yield* driven(planOf([waiting("a"), { id: "b", needs: ["a"] }, { id: "c" }]), failOnce("a"), { journal })
      expect(moves(journal).filter((move) => !move.endsWith("completed"))).toEqual([
        "0 a/run 1",
        "1 c/run 1",
        "61 a/run 2",
        "62 b/run 1"
      ])
    }))

  it.effect("goes on no earlier than a rate limit allows, in its place", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const rateLimit = { exitCodes: [75], onLimit: "wait" as const, maxWaitMs: 10 * MINUTE }
      const plan = planOf([waiting("a"), waiting("b"), { id: "c" }], { rateLimit })
      const script: Script = ({ attempt, target }) => {
        if (target === "a") return { durationMs: 1000, exitCode: attempt === 1 ? 1 : 0 }
        if (target === "b" && limited++ === 0) return { exitCode: 75, stderr: "Retry-After: 120" }
        return { durationMs: 1000 }
      }
      let limited = 0
      yield* driven(plan, script, { journal })
      expect(moves(journal).filter((move) => !move.endsWith("completed"))).toEqual([
        "0 a/run 1",
        "1 b/run 1",
        "121 b/run 1",
        "122 a/run 2",
        "123 c/run 1"
      ])
    }))

  it.effect("takes no step of another one's leave: the cap counts it once", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const plan = planOf([waiting("a"), { id: "b" }, { id: "c" }])
      const { haltReason } = yield* driven(plan, failOnce("a"), { journal, options: { cap: 2 } })
      expect(haltReason).toBe("CapReached")
      expect(moves(journal).filter((move) => !move.endsWith("completed"))).toEqual([
        "0 a/run 1",
        "1 b/run 1",
        "61 a/run 2"
      ])
    }))

  it.effect("rests where the cap is used up before its time, and goes on with the next call", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const plan = planOf([waiting("a"), { id: "b" }])
      yield* driven(plan, failOnce("a"), { journal, options: { cap: 1 } })
      const { haltReason } = yield* driven(plan, failOnce("a"), { journal })
      expect(haltReason).toBe("AllDoneOrBlocked")
      expect(told(journal).filter((line) => line.startsWith("StepStarted a"))).toEqual([
        "StepStarted a run 1",
        "StepStarted a run 2"
      ])
    }))

  it.effect("keeps its place where a step beside it goes on, and gives it up where all of them wait", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const sides = parallel("sides", [step("quick", { retries }), step("slow", { retries })])
      const plan = planOf([{ id: "a", steps: [sides] }, { id: "b" }])
      const script: Script = ({ attempt, step: id, target }) => ({
        durationMs: id === "sides::slow" ? 30_000 : 1000,
        exitCode: target === "a" && attempt === 1 ? 1 : 0
      })
      yield* driven(plan, script, { journal })
      expect(moves(journal)).toEqual([
        "0 a/sides::quick 1",
        "0 a/sides::slow 1",
        "30 b/run 1",
        "31 b completed",
        "61 a/sides::quick 2",
        "90 a/sides::slow 2",
        "120 a completed"
      ])
    }))

  it.effect("gives its place up once the step beside it is through", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const sides = parallel("sides", [step("quick", { retries }), step("slow")])
      const after = step("after", { retries })
      const plan = planOf([{ id: "a", steps: [sides, after] }, { id: "b" }, { id: "c" }])
      const script: Script = ({ attempt, step: id, target }) => ({
        durationMs: id === "sides::slow" ? 30_000 : 1000,
        exitCode: target === "a" && attempt === 1 && id !== "sides::slow" ? 1 : 0
      })
      yield* driven(plan, script, { journal, options: { maxParallel: 1 } })
      expect(moves(journal)).toEqual([
        "0 a/sides::quick 1",
        "0 a/sides::slow 1",
        "30 b/run 1",
        "31 b completed",
        "31 c/run 1",
        "32 c completed",
        "61 a/sides::quick 2",
        "62 a/after 1",
        "123 a/after 2",
        "124 a completed"
      ])
    }))

  it.effect("has its place again after a failure that interrupts what waits beside it", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const sides = parallel("sides", [step("waits", { retries }), step("fails")], { continueOnError: false })
      const plan = planOf([{ id: "a", steps: [{ ...sides }] }, waiting("b"), { id: "c" }])
      const script: Script = ({ attempt, step: id, target }) => ({
        durationMs: id === "sides::fails" ? 10_000 : 1000,
        exitCode: id === "sides::fails" || (attempt === 1 && target !== "c") ? 1 : 0
      })
      yield* driven(plan, script, { journal })
      expect(moves(journal)).toEqual([
        "0 a/sides::waits 1",
        "0 a/sides::fails 1",
        "10 b/run 1",
        "11 c/run 1",
        "12 c completed",
        "71 b/run 2",
        "72 b completed"
      ])
      expect(widest(journal)).toBe(1)
    }))

  it.effect("gives its place up later on too, where what waited beside a failure was interrupted", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const sides = parallel("sides", [step("waits", { retries }), step("fails")])
      const outer = ifStep("outer", "{{ true }}", { continueOnError: true, then: [sides] })
      const plan = planOf([{ id: "a", steps: [outer, step("after", { retries })] }, { id: "b" }, { id: "c" }])
      const script: Script = ({ attempt, step: id, target }) => ({
        durationMs: target === "b" ? 15_000 : 10_000,
        exitCode: target === "a" && (id.endsWith("fails") || attempt === 1) ? 1 : 0
      })
      yield* driven(plan, script, { journal, options: { maxParallel: 1 } })
      expect(moves(journal)).toEqual([
        "0 a/outer::sides::waits 1",
        "0 a/outer::sides::fails 1",
        "10 a/after 1",
        "20 b/run 1",
        "35 b completed",
        "35 c/run 1",
        "45 c completed",
        "80 a/after 2",
        "90 a completed"
      ])
    }))

  it.effect("gives its place up between the iterations of a loop as well", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const polls = loop("poll", {}, [step("look")], { maxIterations: 2, everyMs: 60_000, continueOnError: true })
      yield* driven(planOf([{ id: "a", steps: [polls] }, { id: "b" }]), () => ({ durationMs: 1000 }), { journal })
      expect(moves(journal)).toEqual([
        "0 a/poll[0]::look 1",
        "1 b/run 1",
        "2 b completed",
        "61 a/poll[1]::look 1",
        "62 a completed"
      ])
    }))

  it.effect("is not interrupted by others: an interruption of the run leaves its wait on record", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const plan = planOf([waiting("a"), { id: "b" }])
      const first = yield* driven(plan, failOnce("a"), { journal, stopAfter: "30 seconds" })
      expect(first.haltReason).toBe("ShutdownRequested")
      yield* driven(plan, failOnce("a"), { journal })
      expect(moves(journal)).toEqual(["0 a/run 1", "1 b/run 1", "2 b completed", "61 a/run 2", "62 a completed"])
    }))

  it.effect("waits in its place where very many wait already", () =>
    Effect.gen(function*() {
      const places = makePlaces(Effect.void, 2)
      const time = yield* Deferred.make<void>()
      const fibers = yield* Effect.forEach([1, 2, 3], () => Effect.fork(places.take().during(Deferred.await(time))))
      yield* Effect.yieldNow()
      expect(places.taken()).toBe(1)
      yield* Deferred.succeed(time, undefined)
      yield* Effect.yieldNow()
      expect(places.due()).toBe(2)
      places.goOn()
      places.goOn()
      yield* Effect.forEach(fibers, Fiber.join)
      expect(places.taken()).toBe(3)
    }))
})

const failing = fc.record({
  maxParallel: fc.integer({ min: 1, max: 4 }),
  seed: fc.infiniteStream(fc.integer({ min: 0, max: 5 })),
  targets: fc.array(fc.constantFrom<"plain" | "sides" | "map">("plain", "sides", "map"), { minLength: 1, maxLength: 8 })
})

describe("however targets wait", () => {
  it.effect.prop(
    "no more of them have an attempt under way than may, and all come to their end",
    [failing],
    ([given]) =>
      Effect.gen(function*() {
        const journal: Array<RunEvent> = []
        const policy = { ...noRetries, maxAttempts: 4, backoffSeconds: 3, factor: 1 }
        const work = (id: string) => step(id, { retries: policy })
        const stepsOf = {
          plain: [work("run"), work("more")],
          sides: [parallel("sides", [work("x"), work("y"), work("z")], { maxParallel: 2 })],
          map: [map("all", [1, 2, 3], [work("x"), work("y")], { maxParallel: 2 }), work("last")]
        }
        const plan = planOf(given.targets.map((kind, index) => ({ id: `t${index}`, steps: stepsOf[kind] })))
        const script: Script = () => {
          const drawn = given.seed.next().value
          return { durationMs: drawn * 1000, exitCode: drawn === 0 ? 1 : 0 }
        }
        const { haltReason } = yield* driven(plan, script, { journal, options: { maxParallel: given.maxParallel } })
        expect(haltReason).toBe("AllDoneOrBlocked")
        expect(widest(journal)).toBeLessThanOrEqual(given.maxParallel)
        const ends = journal.filter(({ type }) => type === "TargetCompleted" || type === "TargetBlocked")
        expect(ends).toHaveLength(given.targets.length)
      }),
    { fastCheck: { numRuns: 30 } }
  )
})
