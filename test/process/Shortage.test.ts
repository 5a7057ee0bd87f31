import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"
import { type Launcher, openLauncher, tooLate } from "../../src/process/Launcher.ts"
import { layerLive } from "../../src/process/LiveProcess.ts"
import { type Attempt, ProcessRunner } from "../../src/process/ProcessRunner.ts"
import { Shortage } from "../../src/process/Shortage.ts"

const root = mkdtempSync(join(tmpdir(), "pawl-shortage-"))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const attempt = (name: string, more: Partial<Attempt> = {}): Attempt => ({
  command: ["sh", "-c", "echo done"],
  env: { PATH: "/usr/local/bin:/usr/bin:/bin" },
  workdir: root,
  shownWorkdir: "work",
  out: join(root, "run", "logs", name, "step.out"),
  err: join(root, "run", "logs", name, "step.err"),
  banner: "--- banner ---",
  keep: { stdout: 100, stderr: 100 },
  ...more
})

/** A launcher that the system turns away so often, with an errno. */
const turnedAway = (errno: number, times: number) => {
  let left = times
  let asked = 0
  const open = (folder: string): Launcher | undefined => {
    const launcher = openLauncher(folder)
    return launcher === undefined ? undefined : {
      ...launcher,
      prepare: (command) => {
        const start = launcher.prepare(command)
        return (onStarted, onEnd) => {
          asked += 1
          if (left-- <= 0) return start(onStarted, onEnd)
          setImmediate(() => onStarted({ errno }))
          return tooLate
        }
      }
    }
  }
  return { open, asked: () => asked }
}

const EAGAIN = 11
const EMFILE = 24

describe("an attempt for which the system has no room", () => {
  it.live.each([["EAGAIN", EAGAIN], ["EMFILE", EMFILE], ["ENFILE", 23], ["ENOMEM", 12]] as const)(
    "waits for it and is made then, by %s, and who drives the run is told",
    ([code, errno]) =>
      Effect.gen(function*() {
        const told: Array<string | undefined> = []
        const { asked, open } = turnedAway(errno, 2)
        let began = 0
        const exit = yield* Effect.flatMap(ProcessRunner, (runner) =>
          runner.run(attempt(code), () => Effect.sync(() => void (began += 1)))).pipe(
            Effect.provide(layerLive(1000, open)),
            Effect.provideService(Shortage, {
              tell: (each) =>
                told.push(each)
            })
          )
        expect(exit).toMatchObject({ exitCode: 0, stdout: "done\n", timedOut: false })
        expect([asked(), began]).toEqual([3, 1])
        expect(told).toEqual([code, undefined, code, undefined])
      })
  )

  it.live("is not tried at once again because another one was not started either", () =>
    Effect.gen(function*() {
      const { asked, open } = turnedAway(EAGAIN, Number.POSITIVE_INFINITY)
      yield* Effect.gen(function*() {
        const runner = yield* ProcessRunner
        const run = (name: string) => runner.run(attempt(name), () => Effect.void)
        const fiber = yield* Effect.fork(Effect.all(["a", "b", "c", "d"].map(run), { concurrency: "unbounded" }))
        yield* Effect.sleep("300 millis")
        yield* Fiber.interrupt(fiber)
      }).pipe(Effect.provide(layerLive(1000, open)))
      // At the most after 50 ms each time, and not a hundred times as often.
      expect(asked()).toBeLessThan(4 * 7)
    }))

  it.live("leaves nothing behind where it is interrupted meanwhile", () =>
    Effect.gen(function*() {
      const { open } = turnedAway(EAGAIN, Number.POSITIVE_INFINITY)
      yield* Effect.gen(function*() {
        const runner = yield* ProcessRunner
        const fiber = yield* Effect.fork(runner.run(attempt("never"), () => Effect.void))
        yield* Effect.sleep("80 millis")
        yield* Fiber.interrupt(fiber)
        expect(runner.running?.()).toEqual([])
      }).pipe(Effect.provide(layerLive(1000, open)))
      expect(existsSync(join(root, "run", "logs", "never"))).toBe(false)
    }))

  it.live("is not one that can't be started", () =>
    Effect.gen(function*() {
      const { open } = turnedAway(13, 1)
      const error = yield* Effect.flip(
        Effect.flatMap(ProcessRunner, (runner) => runner.run(attempt("denied"), () => Effect.void))
      ).pipe(Effect.provide(layerLive(1000, open)))
      expect(error).toMatchObject({ _tag: "CouldNotStart", message: "command \"sh\" is not executable" })
    }))
})
