import { describe, expect, it } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber, Schedule } from "effect"
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"
import { bootLine } from "../../src/process/AttemptRecords.ts"
import { openLauncher, type StartCommand, tooLate } from "../../src/process/Launcher.ts"
import type { Command } from "../../src/process/LauncherMessage.ts"
import { layerLive as layerLiveBy } from "../../src/process/LiveProcess.ts"
import { RECORDS, SPOOL } from "../../src/process/LogSpool.ts"
import { type Attempt, ProcessRunner } from "../../src/process/ProcessRunner.ts"
import { bootId, isAlive, startTimeOf } from "../../src/process/ProcessTable.ts"

const root = mkdtempSync(join(tmpdir(), "pawl-process-"))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const PATH = "/usr/local/bin:/usr/bin:/bin"

const attempt = (directory: string, script: string, more: Partial<Attempt> = {}): Attempt => ({
  command: ["sh", "-e", "-c", script],
  env: { PATH, HOME: "/" },
  workdir: directory,
  shownWorkdir: "work",
  out: join(directory, "logs", "target", "step.out"),
  err: join(directory, "logs", "target", "step.err"),
  banner: "--- banner ---",
  keep: { stdout: 16 * 1024, stderr: 16 * 1024 },
  ...more
})

const folder = (): string => mkdtempSync(join(root, "t-"))

const run = (given: Attempt) => Effect.flatMap(ProcessRunner, (runner) => runner.run(given, () => Effect.void))

/** Waits for a condition that a real process brings about. */
const until = (holds: () => boolean) =>
  Effect.repeat(Effect.sync(holds), { until: (held) => held, schedule: Schedule.spaced("10 millis") }).pipe(
    Effect.timeout("5 seconds")
  )

describe.each([
  { by: "by the launcher", open: openLauncher },
  { by: "by pawl itself, where there is no launcher", open: () => undefined }
])("started $by", ({ open }) => {
  const layerLive = (graceMs: number, shownMs?: number) => layerLiveBy(graceMs, open, shownMs)
  /** No attempt of these lasts so long that its logs are shown for that. */
  const layerQuick = layerLive(1000, 600_000)

  describe("a command that runs", () => {
    it.live("has its output in the logs under a banner, its end told as it was", () =>
      Effect.gen(function*() {
        const directory = folder()
        const exit = yield* run(attempt(directory, "echo out; echo err >&2; exit 3"))
        expect(exit).toMatchObject({ exitCode: 3, timedOut: false, stdout: "out\n", stderr: "err\n" })
        expect(readFileSync(join(directory, "logs/target/step.out"), "utf8")).toBe("--- banner ---\nout\n")
        expect(readFileSync(join(directory, "logs/target/step.err"), "utf8")).toBe("--- banner ---\nerr\n")
      }).pipe(Effect.provide(layerLive(1000))))

    it.live("appends to the logs of earlier attempts and tells only its own output", () =>
      Effect.gen(function*() {
        const directory = folder()
        yield* run(attempt(directory, "echo one"))
        const exit = yield* run(attempt(directory, "echo two"))
        expect(exit.stdout).toBe("two\n")
        expect(readFileSync(join(directory, "logs/target/step.out"), "utf8")).toBe(
          "--- banner ---\none\n--- banner ---\ntwo\n"
        )
      }).pipe(Effect.provide(layerLive(1000))))

    it.live("gives the last bytes of long output and says that there was more", () =>
      Effect.gen(function*() {
        const exit = yield* run(
          attempt(folder(), "head -c 100000 /dev/zero | tr '\\0' x; printf é", { keep: { stdout: 1001, stderr: 10 } })
        )
        expect(exit.truncated).toEqual({ stdout: true, stderr: false })
        expect(exit.stdout).toBe(`${"x".repeat(999)}é`)
      }).pipe(Effect.provide(layerLive(1000))))

    it.live("that a signal ends is told by the signal's name", () =>
      Effect.gen(function*() {
        const exit = yield* run(attempt(folder(), "kill -9 $$"))
        expect(exit).toMatchObject({ signal: "SIGKILL" })
        expect(exit.exitCode).toBeUndefined()
      }).pipe(Effect.provide(layerLive(1000))))

    it.live("can write values to the output file, which the next attempt does not inherit", () =>
      Effect.gen(function*() {
        const directory = folder()
        const runner = yield* ProcessRunner
        const go = (script: string) => runner.run(attempt(directory, script), () => Effect.void)
        expect((yield* go("echo a=1 > \"$PAWL_OUTPUT\"; echo \"$PAWL_OUTPUT\"")).outputs).toEqual({
          text: "a=1\n",
          tooLong: false
        })
        expect((yield* go("true")).outputs).toBeUndefined()
      }).pipe(Effect.provide(layerLive(1000))))

    it.live("gets nothing on standard input, and its own name as the first word", () =>
      Effect.gen(function*() {
        const exit = yield* run(attempt(folder(), "cat; echo $0"))
        expect(exit.stdout).toBe("sh\n")
      }).pipe(Effect.provide(layerLive(1000))))
  })

  describe("a command that can't be started", () => {
    const directory = folder()
    writeFileSync(join(directory, "plain"), "#!/bin/sh\n")
    const cases: ReadonlyArray<readonly [string, Partial<Attempt>, string]> = [
      ["not in PATH", { command: ["no-such-program"] }, "command \"no-such-program\" was not found in PATH"],
      ["a path that isn't there", { command: ["./nothing"] }, "command \"./nothing\" was not found"],
      ["not executable", { command: ["./plain"] }, "command \"./plain\" is not executable"],
      ["no such workdir", { workdir: join(directory, "gone") }, "workdir \"work\" is not there"],
      ["a file as workdir", { workdir: join(directory, "plain") }, "workdir \"work\" is not a folder"],
      ["a NUL in an argument", { command: ["printf", "%s", "a\0b"] }, "can't be given a NUL character"],
      ["a NUL in a variable", { env: { PATH, NUL: "a\0B=1" } }, "can't be given a NUL character"],
      ["too much environment", { env: { PATH, BIG: "x".repeat(200_000) } }, "longer than the system allows"]
    ]
    it.live.each(cases)("says why: %s", ([, more, message]) =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(run(attempt(directory, "true", more)))
        expect(error._tag).toBe("CouldNotStart")
        expect(error.message).toContain(message)
      }).pipe(Effect.provide(layerLive(1000))))

    it.live("is found once it is there", () =>
      Effect.gen(function*() {
        const runner = yield* ProcessRunner
        const bin = folder()
        const given = attempt(bin, "", { command: ["late"], env: { PATH: bin } })
        yield* Effect.flip(runner.run(given, () => Effect.void))
        writeFileSync(join(bin, "late"), "#!/bin/sh\nexit 4\n")
        chmodSync(join(bin, "late"), 0o755)
        expect((yield* runner.run(given, () => Effect.void)).exitCode).toBe(4)
      }).pipe(Effect.provide(layerLive(1000))))
  })

  describe("a command that must end", () => {
    /** Starts a child that outlives its shell unless the whole group is ended, and names its process id in a file. */
    const family = (directory: string, trap = "") =>
      `${trap} sleep 300 & echo $! > ${join(directory, "child")}; echo $$ > ${join(directory, "self")}; wait`
    /** A dead process that nobody collects is dead all the same. */
    const alive = (directory: string, name: string): boolean => {
      const pid = readFileSync(join(directory, name), "utf8").trim()
      return existsSync(`/proc/${pid}`) && !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "latin1"))
    }

    it.live("at its time-out goes with its whole process group", () =>
      Effect.gen(function*() {
        const directory = folder()
        const exit = yield* run(attempt(directory, family(directory), { timeoutMs: 2000 }))
        expect(exit.timedOut).toBe(true)
        yield* until(() => !alive(directory, "child") && !alive(directory, "self"))
      }).pipe(Effect.provide(layerLive(1000))))

    it.live("that ignores TERM is killed after the grace", () =>
      Effect.gen(function*() {
        const directory = folder()
        const exit = yield* run(attempt(directory, family(directory, "trap '' TERM;"), { timeoutMs: 2000 }))
        expect(exit).toMatchObject({ timedOut: true, signal: "SIGKILL" })
        yield* until(() => !alive(directory, "child"))
      }).pipe(Effect.provide(layerLive(100))))

    it.live("when interrupted goes with its whole process group before the interruption is done", () =>
      Effect.gen(function*() {
        const directory = folder()
        const fiber = yield* Effect.fork(run(attempt(directory, family(directory))))
        // It is there a moment before the id is in it.
        const isWritten = (name: string): boolean =>
          existsSync(join(directory, name)) && readFileSync(join(directory, name), "utf8").endsWith("\n")
        yield* until(() => isWritten("self") && isWritten("child"))
        yield* Fiber.interrupt(fiber)
        expect(alive(directory, "self")).toBe(false)
        yield* until(() => !alive(directory, "child"))
      }).pipe(Effect.provide(layerLive(1000))))

    it.live("is ended when its start can't be recorded", () =>
      Effect.gen(function*() {
        const directory = folder()
        const runner = yield* ProcessRunner
        const pids: Array<number> = []
        const failure = yield* Effect.flip(runner.run(attempt(directory, "sleep 300"), (id) => {
          pids.push(id.pid)
          return Effect.fail("disk full" as const)
        }))
        expect(failure).toBe("disk full")
        expect(pids.map(startTimeOf)).toEqual([undefined])
      }).pipe(Effect.provide(layerLive(1000))))
  })

  describe("a process left over from an earlier pawl", () => {
    it.live("is ended where it still is that process, and left alone where its id was used again", () =>
      Effect.gen(function*() {
        const runner = yield* ProcessRunner
        const child = Bun.spawn({ cmd: ["sleep", "300"], detached: true })
        const pidStart = startTimeOf(child.pid)
        if (pidStart === undefined) return yield* Effect.dieMessage("no /proc here")
        expect(yield* runner.endLeftover({ pid: child.pid, pidStart: pidStart - 1 })).toBe(false)
        expect(isAlive({ pid: child.pid, pidStart })).toBe(true)
        expect(yield* runner.endLeftover({ pid: child.pid, pidStart })).toBe(true)
        yield* Effect.promise(() => child.exited)
        expect(isAlive({ pid: child.pid, pidStart })).toBe(false)
      }).pipe(Effect.provide(layerLive(1000))))
  })

  describe("a process that is dead but that nobody has collected", () => {
    it.live("does not count as alive", () =>
      Effect.gen(function*() {
        // The child ends once its parent is a program that never waits, and so stays in the table of processes.
        const script = "(until grep -q sleep /proc/$$/comm; do :; done) & echo $!; exec sleep 300"
        const parent = Bun.spawn({ cmd: ["sh", "-c", script], stdout: "pipe" })
        const { value } = yield* Effect.promise(() => parent.stdout.getReader().read())
        const pid = Number(new TextDecoder().decode(value))
        yield* until(() => !isAlive({ pid }))
        expect(startTimeOf(pid)).toBeDefined()
        parent.kill("SIGKILL")
        yield* Effect.promise(() => parent.exited)
      }))
  })

  describe("the logs of an attempt", () => {
    const pathsOf = (directory: string, target: string) => ({
      out: join(directory, "logs", target, "step.out"),
      err: join(directory, "logs", target, "step.err")
    })
    const go = (directory: string, target: string, script: string) =>
      run(attempt(directory, script, pathsOf(directory, target)))
    const read = (path: string): string => readFileSync(path, "utf8")

    it.live("are not there where it succeeds at once and prints nothing", () =>
      Effect.gen(function*() {
        const directory = folder()
        yield* go(directory, "a", "true")
        expect(existsSync(join(directory, "logs", "a"))).toBe(false)
      }).pipe(Effect.provide(layerQuick)))

    it.live("are there where it fails, even in silence", () =>
      Effect.gen(function*() {
        const directory = folder()
        yield* go(directory, "a", "exit 3")
        expect(read(pathsOf(directory, "a").out)).toBe("--- banner ---\n")
      }).pipe(Effect.provide(layerLive(1000))))

    it.live("never hold what another attempt printed, however the two follow each other", () =>
      Effect.gen(function*() {
        const directory = folder()
        const runner = yield* ProcessRunner
        const scripts = ["true", "echo b", "true", "true", "echo e >&2", "true", "exit 1", "true", "echo i"]
        for (const [index, script] of scripts.entries()) {
          yield* runner.run(attempt(directory, script, pathsOf(directory, `t${index}`)), () => Effect.void)
        }
        const seen = scripts.map((_, index) => {
          const { err, out } = pathsOf(directory, `t${index}`)
          return existsSync(out) ? `${read(out)}${read(err)}`.replaceAll("--- banner ---\n", "|") : "none"
        })
        expect(seen).toEqual(["none", "|b\n|", "none", "none", "||e\n", "none", "||", "none", "|i\n|"])
      }).pipe(Effect.provide(layerQuick)))

    it.live("get what is written late, by something that the step left behind, and no other log does", () =>
      Effect.gen(function*() {
        const directory = folder()
        const runner = yield* ProcessRunner
        const first = attempt(directory, "setsid sh -c 'while ! test -e go; do sleep 0.01; done; echo late' & exit 0", {
          ...pathsOf(directory, "daemon")
        })
        expect((yield* runner.run(first, () => Effect.void)).stdout).toBe("")
        for (const target of ["b", "c"]) {
          const next = yield* runner.run(
            attempt(directory, "touch go; sleep 0.2; echo mine", pathsOf(directory, target)),
            () => Effect.void
          )
          expect(next.stdout).toBe("mine\n")
        }
        yield* until(() => read(pathsOf(directory, "daemon").out) === "--- banner ---\nlate\n")
      }).pipe(Effect.provide(layerLive(1000))))

    it.live("are in their place while an attempt runs that takes its time", () =>
      Effect.gen(function*() {
        const directory = folder()
        const paths = pathsOf(directory, "slow")
        const fiber = yield* Effect.fork(go(directory, "slow", "echo early; while ! test -e go; do sleep 0.01; done"))
        yield* until(() => existsSync(paths.out) && read(paths.out) === "--- banner ---\nearly\n")
        writeFileSync(join(directory, "go"), "")
        expect((yield* Fiber.join(fiber)).stdout).toBe("early\n")
      }).pipe(Effect.provide(layerLive(1000))))
  })

  describe("a plain command without its shell", () => {
    const simple = (directory: string, script: string) => {
      const [program = "", ...words] = script.split(" ")
      return attempt(directory, script, { simple: [program, ...words] })
    }

    it.live("is started as it is", () =>
      Effect.gen(function*() {
        const directory = folder()
        const exit = yield* run(simple(directory, "readlink /proc/self/exe"))
        expect(exit.stdout).toContain("readlink")
        expect(exit.exitCode).toBe(0)
      }).pipe(Effect.provide(layerLive(1000))))

    it.live("that is not there ends as the shell ends it", () =>
      Effect.gen(function*() {
        const exit = yield* run(simple(folder(), "no-such-program"))
        expect(exit.exitCode).toBe(127)
        expect(exit.stderr).toContain("not found")
      }).pipe(Effect.provide(layerLive(1000))))

    it.live("that is no program of its own is run by the shell", () =>
      Effect.gen(function*() {
        const directory = folder()
        writeFileSync(join(directory, "bare"), "echo from the shell\n")
        chmodSync(join(directory, "bare"), 0o755)
        expect((yield* run(simple(directory, "./bare"))).stdout).toBe("from the shell\n")
        writeFileSync(join(directory, "plain"), "")
        expect((yield* run(simple(directory, "./plain"))).exitCode).toBe(126)
      }).pipe(Effect.provide(layerLive(1000))))
  })

  describe("logs that can't be put in their place", () => {
    /** A folder in which a file is in the way of a target's logs. */
    const taken = (): string => {
      const directory = folder()
      mkdirSync(join(directory, "logs"))
      writeFileSync(join(directory, "logs", "gone"), "")
      return directory
    }

    it.live("fail an attempt that takes its time all the same, though its first try is long over", () =>
      Effect.gen(function*() {
        const directory = taken()
        const given = attempt(directory, "sleep 0.2; echo something", {
          out: join(directory, "logs", "gone", "step.out"),
          err: join(directory, "logs", "gone", "step.err")
        })
        expect(yield* Effect.flip(run(given))).toMatchObject({ _tag: "StateError", path: given.out })
      }).pipe(Effect.provide(layerLive(1000))))

    it.live("fail the attempt with what is wrong, and never more than that", () =>
      Effect.gen(function*() {
        const directory = taken()
        const given = attempt(directory, "echo something", {
          out: join(directory, "logs", "gone", "step.out"),
          err: join(directory, "logs", "gone", "step.err")
        })
        const exit = yield* Effect.exit(run(given))
        expect(Exit.isFailure(exit) && Cause.defects(exit.cause).length).toBe(0)
        expect(Exit.isFailure(exit) && Cause.squash(exit.cause)).toMatchObject({ _tag: "StateError", path: given.out })
      }).pipe(Effect.provide(layerQuick)))
  })
})

describe("what a killed pawl left behind", () => {
  it.live("is told once the launcher has recorded how it ended, however late that is", () =>
    Effect.gen(function*() {
      const directory = folder()
      const spool = join(directory, "logs", SPOOL)
      mkdirSync(spool, { recursive: true })
      const child = Bun.spawn({ cmd: ["true"] })
      yield* Effect.promise(() => child.exited)
      const tag = { target: "t", path: "s", attempt: 1, invocation: 1, definition: "0", files: "1", out: 0, err: 0 }
      const began = JSON.stringify({ began: 0, pid: child.pid, at: 1000, start: 1, ...tag })
      const records = join(spool, RECORDS)
      writeFileSync(records, `${bootLine(bootId())}${began}\n`)
      const runner = yield* ProcessRunner
      const found = yield* Effect.fork(runner.leftBehind(directory))
      yield* Effect.sleep(60)
      appendFileSync(records, `${JSON.stringify({ ended: 0, pid: child.pid, at: 1500, status: 0 })}\n`)
      const keep = { stdout: 100, stderr: 100 }
      const ends = (yield* Fiber.join(found)).map(({ take }) => take?.(join(directory, "logs/t/s"), keep).exitCode)
      expect(ends).toEqual([0])
    }).pipe(Effect.provide(layerLiveBy(1000))))

  it.live("is told once the launcher has recorded that it began, as long as that may still come", () =>
    Effect.gen(function*() {
      const directory = folder()
      const spool = join(directory, "logs", SPOOL)
      mkdirSync(spool, { recursive: true })
      const records = join(spool, RECORDS)
      writeFileSync(records, bootLine(bootId()))
      // Holds the lock that a launcher holds, as long as it is not told what to record.
      const cmd = ["flock", spool, "sh", "-c", `echo held; read -r line; echo "$line" >> ${records}`]
      const child = Bun.spawn({ cmd, stdin: "pipe", stdout: "pipe" })
      yield* Effect.promise(() => child.stdout.getReader().read())
      const runner = yield* ProcessRunner
      const found = yield* Effect.fork(runner.leftBehind(directory))
      // Its first look comes before anything is recorded.
      yield* Effect.yieldNow()
      const tag = { target: "t", path: "s", attempt: 1, invocation: 1, definition: "0", files: "1", out: 0, err: 0 }
      child.stdin.write(`${JSON.stringify({ began: 0, pid: process.pid, at: 1000, ...tag })}\n`)
      child.stdin.end()
      expect(yield* Fiber.join(found)).toMatchObject([{ target: "t", path: "s", id: { pid: process.pid } }])
    }).pipe(Effect.provide(layerLiveBy(1000))))
})

describe("many commands that are started at once and interrupted at once", () => {
  it.live("begin as far as they were asked for, and the others never do", () =>
    Effect.gen(function*() {
      const directory = folder()
      const runner = yield* ProcessRunner
      const began: Array<string> = []
      const runs = Array.from({ length: 100 }, (_, index) => {
        const given = attempt(directory, "sleep 60", {
          out: join(directory, "logs", `t${index}`, "step.out"),
          err: join(directory, "logs", `t${index}`, "step.err")
        })
        return runner.run(given, () => Effect.sync(() => void began.push(given.out)))
      })
      const fibers = yield* Effect.forEach(runs, (each) => Effect.fork(each))
      // Each comes to its start; nothing is answered before the event loop has its turn.
      yield* Effect.yieldNow()
      expect(began).toEqual([])
      yield* Fiber.interruptAll(fibers)
      expect(began.length).toBeGreaterThan(0)
      expect(began.length).toBeLessThan(50)
      expect(new Set(began).size).toBe(began.length)
      expect(runner.running?.()).toEqual([])
      const logs = began.filter((out) => existsSync(out))
      expect(readdirSync(join(directory, "logs")).filter((name) => name !== SPOOL)).toHaveLength(logs.length)
      const after = yield* runner.run(attempt(directory, "echo on"), () => Effect.void)
      expect(after).toMatchObject({ exitCode: 0, stdout: "on\n" })
    }).pipe(Effect.provide(layerLiveBy(1000))))
})

describe("a command whose launcher is killed before it says that it has started", () => {
  it.live("is ended all the same", () =>
    Effect.gen(function*() {
      const directory = folder()
      const marks = { PAWL_RUN_ID: crypto.randomUUID(), PAWL_TARGET: "t", PAWL_STEP: "s", PAWL_ATTEMPT: "1" }
      const pids: Array<number> = []
      const open = () => ({
        prepare: ({ env, words, workdir }: Command): StartCommand => (onStarted) => {
          pids.push(Bun.spawn({ cmd: [...words], env: { ...env }, cwd: workdir, detached: true }).pid)
          onStarted({ errno: 0 })
          return tooLate
        },
        hasGate: () => false,
        makeReady: () => undefined,
        settle: () => {},
        isGone: () => true,
        close: () => {}
      })
      const given = attempt(directory, "exec sleep 300", { env: { PATH, ...marks } })
      const error = yield* Effect.flip(run(given).pipe(Effect.provide(layerLiveBy(1000, open))))
      expect(error._tag).toBe("StateError")
      expect(pids).toHaveLength(1)
      expect(pids.map((pid) => isAlive({ pid }))).toEqual([false])
    }))
})
