import { describe, expect, it } from "@effect/vitest"
import { Effect, Either, Exit, Fiber, Random, TestClock } from "effect"
import type { Attempt } from "../../src/process/ProcessRunner.ts"
import { makeScripted, type ScriptedEnd } from "../../src/process/ScriptedProcess.ts"
import { inVirtualTime } from "../../src/simulate/VirtualClock.ts"

const attempt: Attempt = {
  command: ["make"],
  env: { PAWL_TARGET: "api", PAWL_STEP: "build", PAWL_ATTEMPT: "2" },
  workdir: "/m",
  shownWorkdir: ".",
  out: "/l.out",
  err: "/l.err",
  banner: "---",
  keep: { stdout: 8, stderr: 8 }
}

/** How an attempt ends within an hour, or that it does not; and whether it was told that it started. */
const ran = (end: ScriptedEnd, more: Partial<Attempt> = {}) =>
  Effect.gen(function*() {
    const { living, runner } = makeScripted(() => end)
    const started: Array<number> = []
    const fiber = yield* Effect.fork(Effect.either(
      runner.run({ ...attempt, ...more }, ({ pid }) => Effect.sync(() => started.push(pid)))
    ))
    yield* TestClock.adjust("1 hour")
    const done = yield* Fiber.poll(fiber)
    if (done._tag === "None") {
      yield* Fiber.interrupt(fiber)
      return { living, started, exit: undefined }
    }
    return { living, started, exit: yield* Fiber.join(fiber) }
  })

describe("a scripted attempt", () => {
  it.effect("ends as it is told, after as long as it is told", () =>
    Effect.gen(function*() {
      const { exit, started } = yield* ran({ exitCode: 3, durationMs: 500, stdout: "a", stderr: "b", outputs: "k=v" })
      expect(exit).toEqual(Either.right({
        exitCode: 3,
        timedOut: false,
        durationMs: 500,
        stdout: "a",
        stderr: "b",
        truncated: { stdout: false, stderr: false },
        outputs: { text: "k=v", tooLong: false }
      }))
      expect(started).toEqual([1])
    }))

  it.effect("that nobody says anything about succeeds at once", () =>
    Effect.gen(function*() {
      const { exit } = yield* ran({})
      expect(exit).toMatchObject(Either.right({ exitCode: 0, durationMs: 0, stdout: "" }))
    }))

  it.effect("has no exit code where a signal ends it", () =>
    Effect.gen(function*() {
      const { exit } = yield* ran({ signal: "SIGKILL" })
      expect(exit).toMatchObject(Either.right({ signal: "SIGKILL", timedOut: false }))
      expect(exit?._tag === "Right" && "exitCode" in exit.right).toBe(false)
    }))

  it.effect.each([{ hangs: true }, { durationMs: 60_001 }])(
    "that lasts longer than its time-out is ended by it: %j",
    (end) =>
      Effect.gen(function*() {
        const { exit } = yield* ran(end, { timeoutMs: 60_000 })
        expect(exit).toMatchObject(Either.right({ timedOut: true, signal: "SIGTERM", durationMs: 60_000 }))
      })
  )

  it.effect("that hangs without one does not end, and is forgotten where it is interrupted", () =>
    Effect.gen(function*() {
      const { exit, living, started } = yield* ran({ hangs: true })
      expect(exit).toBeUndefined()
      expect(started).toEqual([1])
      expect(living.size).toBe(0)
    }))

  it.effect("that can't be started never is", () =>
    Effect.gen(function*() {
      const { exit, started } = yield* ran({ couldNotStart: "no such thing" })
      expect(exit).toMatchObject(Either.left({ _tag: "CouldNotStart", message: "no such thing" }))
      expect(started).toEqual([])
    }))

  it.effect("gives back only the end of what it prints, and nothing of too much for $PAWL_OUTPUT", () =>
    Effect.gen(function*() {
      const { exit } = yield* ran({ stdout: "0123456789", stderr: "01234567", outputs: "x".repeat(1024 * 1024 + 1) })
      expect(exit).toMatchObject(Either.right({
        stdout: "23456789",
        stderr: "01234567",
        truncated: { stdout: true, stderr: false },
        outputs: { text: "", tooLong: true }
      }))
    }))
})

describe("what a killed pawl leaves behind", () => {
  it.live("is found once, and only while it would still be running", () =>
    Effect.gen(function*() {
      const random = Random.make(0)
      const { runner } = makeScripted(() => ({ durationMs: 1000 }))
      const killed = yield* inVirtualTime(0, random, ({ stop }) =>
        Effect.gen(function*() {
          yield* Effect.fork(runner.run(attempt, () => Effect.void))
          yield* Effect.fork(runner.run(attempt, () => Effect.void))
          yield* Effect.sleep(500)
          stop()
        }))
      expect(killed).toEqual({ type: "stopped", at: 500 })
      const found = (at: number, pid: number) => inVirtualTime(at, random, () => runner.endLeftover({ pid }))
      expect(yield* found(600, 1)).toEqual({ type: "ended", at: 600, exit: Exit.succeed(true) })
      expect(yield* found(600, 1)).toEqual({ type: "ended", at: 600, exit: Exit.succeed(false) })
      expect(yield* found(1000, 2)).toEqual({ type: "ended", at: 1000, exit: Exit.succeed(false) })
    }))

  it.live("hangs on past its time-out, since nobody keeps to it any more", () =>
    Effect.gen(function*() {
      const random = Random.make(0)
      const { runner } = makeScripted(() => ({ hangs: true }))
      yield* inVirtualTime(0, random, ({ stop }) =>
        Effect.gen(function*() {
          yield* Effect.fork(runner.run({ ...attempt, timeoutMs: 1000 }, () => Effect.void))
          yield* Effect.sleep(500)
          stop()
        }))
      const end = yield* inVirtualTime(60_000, random, () => runner.endLeftover({ pid: 1 }))
      expect(end).toEqual({ type: "ended", at: 60_000, exit: Exit.succeed(true) })
    }))
})
