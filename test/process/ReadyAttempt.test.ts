import { describe, expect, it } from "@effect/vitest"
import { Effect, Schedule } from "effect"
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"
import { parseRecords } from "../../src/process/AttemptRecords.ts"
import { layerLive } from "../../src/process/LiveProcess.ts"
import { RECORDS, SPOOL } from "../../src/process/LogSpool.ts"
import { type Attempt, ProcessRunner } from "../../src/process/ProcessRunner.ts"
import { isAlive, processes } from "../../src/process/ProcessTable.ts"

const root = mkdtempSync(join(tmpdir(), "pawl-ready-"))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const folder = (): string => mkdtempSync(join(root, "t-"))

const attempt = (
  directory: string,
  target: string,
  ...command: readonly [string, ...ReadonlyArray<string>]
): Attempt => ({
  command,
  env: { PATH: "/usr/bin:/bin", PAWL_TARGET: target, PAWL_STEP: "step", PAWL_ATTEMPT: "1" },
  workdir: directory,
  shownWorkdir: ".",
  out: join(directory, "logs", target, "step.out"),
  err: join(directory, "logs", target, "step.err"),
  banner: "--- at 10:00 ---",
  keep: { stdout: 1000, stderr: 1000 }
})

/** Those of that name that one of `parents` has made. */
const launchersOf = (parents: ReadonlyArray<number>): ReadonlyArray<number> =>
  [...(processes(() => {}) ?? new Map()).values()].flatMap(({ parent, pid }) =>
    parents.includes(parent) && name(pid) === "step launcher" ? [pid] : []
  )

const launchers = (): ReadonlyArray<number> => launchersOf([process.pid])

/** Processes that a launcher of this process has made and that are no command yet. */
const waiting = (): ReadonlyArray<number> => launchersOf(launchers())

const name = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim()
  } catch {
    return ""
  }
}

const until = (holds: () => boolean) =>
  Effect.repeat(Effect.sync(holds), { until: (held) => held, schedule: Schedule.spaced("5 millis") }).pipe(
    Effect.timeout("5 seconds")
  )

/** A runner whose launcher is there, and that expects an attempt. */
const expecting = (expected: Attempt) =>
  Effect.gen(function*() {
    const runner = yield* ProcessRunner
    yield* runner.run(attempt(expected.workdir, "first", "true"), () => Effect.void)
    runner.expect?.(expected)
    yield* until(() => waiting().length === 1)
    return runner
  })

const started = (pids: Array<number>) => ({ pid }: { readonly pid: number }) => Effect.sync(() => void pids.push(pid))

describe("an attempt that was expected", () => {
  it.live("is run by the process that waited for it, its log begun when it started", () =>
    Effect.gen(function*() {
      const directory = folder()
      const expected = attempt(directory, "a", "sh", "-c", "echo $PAWL_TARGET; readlink /proc/$$/cwd")
      const runner = yield* expecting(expected)
      const [waits] = waiting()
      const pids: Array<number> = []
      const exit = yield* runner.run({ ...expected, banner: "--- at 11:30 ---" }, started(pids))
      expect(pids).toEqual([waits])
      expect(exit).toMatchObject({ exitCode: 0, stdout: `a\n${directory}\n` })
      expect(readFileSync(expected.out, "utf8")).toBe(`--- at 11:30 ---\na\n${directory}\n`)
      expect(readFileSync(expected.err, "utf8")).toBe("--- at 11:30 ---\n")
      const recorded = () =>
        parseRecords(readFileSync(join(directory, "logs", SPOOL, RECORDS), "utf8")).filter(({ target }) =>
          target === "a"
        )
      yield* until(() => recorded()[0]?.ended !== undefined)
      expect(recorded()).toMatchObject([{ target: "a", id: { pid: waits }, ended: { exitCode: 0 } }])
    }).pipe(Effect.provide(layerLive(1000))))

  it.live("leaves nothing where another one comes in its place", () =>
    Effect.gen(function*() {
      const directory = folder()
      const runner = yield* expecting(attempt(directory, "a", "true"))
      const [waits = 0] = waiting()
      runner.expect?.(attempt(directory, "b", "true"))
      yield* until(() => !isAlive({ pid: waits }))
      const exit = yield* runner.run(attempt(directory, "c", "sh", "-c", "echo c"), () => Effect.void)
      expect([exit.exitCode, exit.stdout]).toEqual([0, "c\n"])
      expect(readdirSync(join(directory, "logs")).toSorted()).toEqual([".spool", "c"])
    }).pipe(Effect.provide(layerLive(1000))))

  it.live("ends with the runner where its turn never comes", () =>
    Effect.gen(function*() {
      const directory = folder()
      yield* expecting(attempt(directory, "a", "true")).pipe(Effect.provide(layerLive(1000)))
      yield* until(() => waiting().length === 0)
      expect(existsSync(join(directory, "logs", "a"))).toBe(false)
    }))

  it.live("is run all the same where the process that waited for it was killed", () =>
    Effect.gen(function*() {
      const directory = folder()
      const expected = attempt(directory, "a", "sh", "-c", "echo still")
      const runner = yield* expecting(expected)
      const [waits = 0] = waiting()
      process.kill(waits, "SIGKILL")
      yield* until(() => !existsSync(`/proc/${waits}`))
      // Ends are told in their order: after this one its end is known.
      yield* runner.run(attempt(directory, "b", "true"), () => Effect.void)
      const pids: Array<number> = []
      const exit = yield* runner.run(expected, started(pids))
      expect([exit.exitCode, exit.stdout]).toEqual([0, "still\n"])
      expect(pids).not.toContain(waits)
    }).pipe(Effect.provide(layerLive(1000))))

  it.live("is run all the same where nobody has come to read yet that its process was killed", () =>
    Effect.gen(function*() {
      const directory = folder()
      const expected = attempt(directory, "a", "sh", "-c", "echo still")
      const runner = yield* expecting(expected)
      const [waits = 0] = waiting()
      process.kill(waits, "SIGKILL")
      while (existsSync(`/proc/${waits}`));
      const exit = yield* runner.run(expected, () => Effect.void)
      expect([exit.exitCode, exit.stdout]).toEqual([0, "still\n"])
    }).pipe(Effect.provide(layerLive(1000))))

  it.live("is run all the same where its process was let go and killed before it heard of it", () =>
    Effect.gen(function*() {
      const directory = folder()
      const expected = attempt(directory, "a", "sh", "-c", "echo still")
      const runner = yield* expecting(expected)
      const [waits = 0] = waiting()
      process.kill(waits, "SIGSTOP")
      const pids: Array<number> = []
      const exit = yield* runner.run(expected, ({ pid }) =>
        Effect.sync(() => {
          pids.push(pid)
          if (pid === waits) process.kill(pid, "SIGKILL")
        }))
      expect([exit.exitCode, exit.stdout]).toEqual([0, "still\n"])
      expect(pids).toHaveLength(2)
      expect(pids[0]).toBe(waits)
    }).pipe(Effect.provide(layerLive(1000))))

  it.live("is run by another launcher where its own was killed while nothing ran", () =>
    Effect.gen(function*() {
      const directory = folder()
      const expected = attempt(directory, "a", "sh", "-c", "echo still")
      const runner = yield* expecting(expected)
      const [launcher = 0] = launchers()
      process.kill(launcher, "SIGKILL")
      yield* until(() => !isAlive({ pid: launcher }) && waiting().length === 0)
      // What it would have told of ends is closed, which is told within this time.
      yield* Effect.sleep(20)
      const exit = yield* runner.run(expected, () => Effect.void)
      expect([exit.exitCode, exit.stdout]).toEqual([0, "still\n"])
    }).pipe(Effect.provide(layerLive(1000))))

  it.live("leaves nothing where it was dropped before its process was made", () =>
    Effect.gen(function*() {
      const directory = folder()
      const runner = yield* expecting(attempt(directory, "a", "true"))
      const [launcher = 0] = launchers()
      process.kill(launcher, "SIGSTOP")
      const next = attempt(directory, "c", "true")
      runner.expect?.(attempt(directory, "b", "true"))
      runner.expect?.(next)
      process.kill(launcher, "SIGCONT")
      const pids: Array<number> = []
      yield* runner.run(next, started(pids))
      yield* until(() => waiting().length === 0)
      expect(pids).toHaveLength(1)
    }).pipe(Effect.provide(layerLive(1000))))

  it.live("does not keep its launcher where somebody stopped its process", () =>
    Effect.gen(function*() {
      const directory = folder()
      const launcher = yield* Effect.gen(function*() {
        yield* expecting(attempt(directory, "a", "true"))
        const [waits = 0] = waiting()
        process.kill(waits, "SIGSTOP")
        return launchers()[0] ?? 0
      }).pipe(Effect.provide(layerLive(1000)))
      yield* until(() => !isAlive({ pid: launcher }))
    }))

  it.live("could not start where its program is gone by then", () =>
    Effect.gen(function*() {
      const directory = folder()
      const program = join(directory, "program")
      copyFileSync("/bin/true", program)
      const expected = attempt(directory, "a", program)
      const runner = yield* expecting(expected)
      rmSync(program)
      const error = yield* Effect.flip(runner.run(expected, () => Effect.void))
      expect([error._tag, error.message]).toEqual(["CouldNotStart", `command "${program}" was not found`])
    }).pipe(Effect.provide(layerLive(1000))))

  it.live("finds the folder that it works in as it is when it starts", () =>
    Effect.gen(function*() {
      const directory = folder()
      const expected = { ...attempt(directory, "a", "pwd"), workdir: join(directory, "later") }
      const runner = yield* expecting(expected)
      yield* runner.run(attempt(directory, "b", "mkdir", "later"), () => Effect.void)
      const exit = yield* runner.run(expected, () => Effect.void)
      expect([exit.exitCode, exit.stdout]).toEqual([0, `${join(directory, "later")}\n`])
    }).pipe(Effect.provide(layerLive(1000))))
})
