import { describe, expect, it } from "@effect/vitest"
import { type Duration, Effect, Fiber, TestClock } from "effect"
import { onTestFinished } from "vitest"
import { endStep } from "../../src/process/EndStep.ts"
import { isAlive, startTimeOf } from "../../src/process/ProcessTable.ts"
import { makeProcessView } from "../../src/process/ProcessView.ts"
import { marksOf, type StepMarks, stepProcesses } from "../../src/process/StepProcesses.ts"

/** No other call of these tests on the same machine may find its processes. */
const marks: StepMarks = {
  runId: `r-${crypto.randomUUID()}`,
  target: "t",
  path: "s",
  attempt: 1,
  folder: "/nowhere/runs/r"
}

const env = {
  PATH: "/usr/bin:/bin",
  PAWL_RUN_ID: marks.runId,
  PAWL_TARGET: "t",
  PAWL_STEP: "s",
  PAWL_ATTEMPT: "1",
  PAWL_OUTPUT: "/nowhere/runs/r/logs/.spool/1.outputs"
}

/** Starts a script as pawl starts a step, and returns when it has printed a line. */
const start = (script: string, variables: Readonly<Record<string, string>> = env) =>
  Effect.promise(async () => {
    const child = Bun.spawn({ cmd: ["bash", "-c", script], env: variables, stdout: "pipe", detached: true })
    onTestFinished(() => {
      // What ended by itself has left no group.
      if (isAlive({ pid: child.pid })) process.kill(-child.pid, "SIGKILL")
    })
    await child.stdout.getReader().read()
    const { pid } = child
    return { pid, pidStart: startTimeOf(pid) ?? 0 }
  })

/** Gives real processes a turn. */
const turn = Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 1)))

/** Lets virtual time pass, in the steps in which processes are looked at. */
const pass = (time: Duration.DurationInput) => Effect.zipRight(turn, Effect.zipRight(TestClock.adjust(time), turn))

const ending = (id: { readonly pid: number; readonly pidStart: number }, graceMs: number) =>
  endStep(makeProcessView(), { id, marks, isOwn: true, graceMs, isCutShort: () => false })

describe("the grace of a step that ignores TERM", () => {
  it.effect("is as long as it was said, whatever the looks at it add up to", () =>
    Effect.gen(function*() {
      const id = yield* start("trap '' TERM; echo ready; while :; do sleep 0.1; done")
      const fiber = yield* Effect.fork(ending(id, 10_000))
      for (let second = 0; second < 9; second++) yield* pass("1 second")
      yield* pass("999 millis")
      expect(isAlive(id)).toBe(true)
      while ((yield* Fiber.poll(fiber))._tag === "None") yield* pass("10 millis")
      expect(isAlive(id)).toBe(false)
      expect(yield* TestClock.currentTimeMillis).toBeLessThan(20_000)
    }))

  it.effect("is over at once when no time is given any more", () =>
    Effect.gen(function*() {
      const id = yield* start("trap '' TERM; echo ready; while :; do sleep 0.1; done")
      let isCutShort = false
      const fiber = yield* Effect.fork(
        endStep(makeProcessView(), { id, marks, isOwn: true, graceMs: 3_600_000, isCutShort: () => isCutShort })
      )
      yield* pass("4 seconds")
      expect(isAlive(id)).toBe(true)
      isCutShort = true
      while ((yield* Fiber.poll(fiber))._tag === "None") yield* pass("10 millis")
      expect(isAlive(id)).toBe(false)
    }))
})

describe("the processes of a step", () => {
  const found = (id: { readonly pid: number; readonly pidStart: number }, isOwn: boolean, of: StepMarks | undefined) =>
    stepProcesses(makeProcessView(), { id, marks: of, isOwn }).find("now")

  it.live("are none where the id was given to another process, unless they carry its marks", () =>
    Effect.gen(function*() {
      const { pid, pidStart } = yield* start("sleep 300 & echo ready; wait")
      const later = { pid, pidStart: pidStart - 1 }
      expect(found(later, false, { ...marks, attempt: 2 })).toEqual([])
      expect(found(later, false, marks)).toContainEqual({ pid, pidStart, isInGroup: false, isOthers: false })
      expect(found({ pid, pidStart }, false, undefined)).toContainEqual(
        { pid, pidStart, isInGroup: true, isOthers: false }
      )
    }))

  it.live.each<[string, Partial<StepMarks>]>([
    ["run", { runId: "r-end-step-2" }],
    ["target", { target: "t2" }],
    ["step", { path: "s2" }],
    ["attempt", { attempt: 2 }],
    ["run of that id in another folder", { folder: "/nowhere/runs/r2" }]
  ])("are not those of another %s", ([, other]) =>
    Effect.gen(function*() {
      const { pid } = yield* start("sleep 300 & echo ready; wait")
      const gone = { pid: 2 ** 22 + 1, pidStart: 1 }
      expect(found(gone, false, marks).map((member) => member.pid)).toContain(pid)
      expect(found(gone, false, { ...marks, ...other })).toEqual([])
    }))

  it("are marked only where all marks are there", () => {
    expect(marksOf(env, marks.folder)).toEqual(marks)
    const { PAWL_STEP: _, ...without } = env
    expect(marksOf(without, marks.folder)).toBeUndefined()
  })
})
