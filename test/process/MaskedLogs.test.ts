import { describe, expect, it } from "@effect/vitest"
import { Effect, Either, Fiber, Schedule } from "effect"
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"
import { openLauncher } from "../../src/process/Launcher.ts"
import { layerLive as layerLiveBy } from "../../src/process/LiveProcess.ts"
import { makeMaskedTail } from "../../src/process/MaskedTail.ts"
import { type Attempt, ProcessRunner } from "../../src/process/ProcessRunner.ts"
import { makeMask } from "../../src/run/Mask.ts"

const root = mkdtempSync(join(tmpdir(), "pawl-masked-"))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const secret = "Zq7-hunter-of-secrets"
const { stream } = makeMask(["token"], { token: secret })

const attempt = (directory: string, script: string, more: Partial<Attempt> = {}): Attempt => ({
  command: ["sh", "-e", "-c", script],
  env: { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: "/", TOKEN: secret },
  workdir: directory,
  shownWorkdir: "work",
  out: join(directory, "logs", "target", "step.out"),
  err: join(directory, "logs", "target", "step.err"),
  banner: "--- banner ---",
  keep: { stdout: 16 * 1024, stderr: 16 * 1024 },
  ...(stream === undefined ? {} : { mask: stream }),
  ...more
})

const folder = (): string => mkdtempSync(join(root, "t-"))
const run = (given: Attempt) => Effect.flatMap(ProcessRunner, (runner) => runner.run(given, () => Effect.void))
const log = (directory: string, name = "step.out"): string =>
  readFileSync(join(directory, "logs", "target", name), "utf8")

const until = (holds: () => boolean) =>
  Effect.repeat(Effect.sync(holds), { until: (held) => held, schedule: Schedule.spaced("10 millis") }).pipe(
    Effect.timeout("5 seconds")
  )

describe.each([
  { by: "by the launcher", open: openLauncher },
  { by: "by pawl itself, where there is no launcher", open: () => undefined }
])("a command with a secret, started $by", ({ open }) => {
  const live = layerLiveBy(1000, open)

  it.live("is judged by what it printed, and logged without the secret", () =>
    Effect.gen(function*() {
      const directory = folder()
      const exit = yield* run(attempt(directory, "echo \"out $TOKEN\"; echo \"err $TOKEN\" >&2; exit 3"))
      expect(exit).toMatchObject({ exitCode: 3, stdout: `out ${secret}\n`, stderr: `err ${secret}\n` })
      expect(log(directory)).toBe("--- banner ---\nout ***\n")
      expect(log(directory, "step.err")).toBe("--- banner ---\nerr ***\n")
    }).pipe(Effect.provide(live)))

  it.live("has nothing of the secret in its log before the rest of it is there", () =>
    Effect.gen(function*() {
      const directory = folder()
      const script = "printf 'a %s' Zq7-hunter; echo b >&2; while ! test -e go; do sleep 0.01; done; echo -of-secrets c"
      const fiber = yield* Effect.fork(run(attempt(directory, script)))
      yield* until(() =>
        existsSync(join(directory, "logs/target/step.err")) && log(directory, "step.err").endsWith("b\n")
      )
      yield* until(() => log(directory).endsWith("a "))
      writeFileSync(join(directory, "go"), "")
      yield* Fiber.join(fiber)
      expect(log(directory)).toBe("--- banner ---\na *** c\n")
    }).pipe(Effect.provide(live)))

  it.live("that ends in the middle of the secret has printed just that", () =>
    Effect.gen(function*() {
      const directory = folder()
      expect((yield* run(attempt(directory, "printf Zq7-hunter"))).stdout).toBe("Zq7-hunter")
      expect(log(directory)).toBe("--- banner ---\nZq7-hunter")
    }).pipe(Effect.provide(live)))

  it.live("that prints nothing leaves no log, and none of its pipes", () =>
    Effect.gen(function*() {
      const directory = folder()
      yield* run(attempt(directory, "true"))
      yield* run(attempt(directory, "true"))
      expect(readdirSync(join(directory, "logs"))).toEqual([".spool"])
      expect(readdirSync(join(directory, "logs/.spool")).sort()).toEqual(["1.err", "1.out", "attempts.ndjson"])
    }).pipe(Effect.provide(layerLiveBy(1000, open, 60_000))))

  it.live("is not waited for where it leaves a process that goes on printing, which is masked too", () =>
    Effect.gen(function*() {
      const directory = folder()
      const script = "(while ! test -e go; do sleep 0.01; done; echo \"late $TOKEN\") & echo now"
      const exit = yield* run(attempt(directory, script))
      expect(exit.stdout).toBe("now\n")
      expect(log(directory)).toBe("--- banner ---\nnow\n")
      writeFileSync(join(directory, "go"), "")
      yield* until(() => log(directory).includes("late"))
      expect(log(directory)).toBe("--- banner ---\nnow\nlate ***\n")
    }).pipe(Effect.provide(live)))

  it.live("is not waited for where what it leaves prints without end", () =>
    Effect.gen(function*() {
      const directory = folder()
      const exit = yield* run(attempt(directory, "yes \"$TOKEN\" & echo $! >pid; sleep 0.05; echo done"))
      process.kill(Number(readFileSync(join(directory, "pid"), "utf8")), "SIGKILL")
      expect(exit.exitCode).toBe(0)
      expect(log(directory)).not.toContain("hunter")
    }).pipe(Effect.provide(live)))

  it.live("that prints more than is kept has its end told, and all of it in the log", () =>
    Effect.gen(function*() {
      const directory = folder()
      const exit = yield* run(
        attempt(directory, "yes 0123456789 | head -n 100000; printf \"%s end\" \"$TOKEN\"", {
          keep: { stdout: 30, stderr: 30 }
        })
      )
      expect(exit.stdout).toBe(`3456789\n${secret} end`.slice(-30))
      expect(exit.truncated).toEqual({ stdout: true, stderr: false })
      expect(log(directory)).toBe(`--- banner ---\n${"0123456789\n".repeat(100000)}*** end`)
    }).pipe(Effect.provide(live)))

  it.live("can open its output anew by its name", () =>
    Effect.gen(function*() {
      const directory = folder()
      yield* run(attempt(directory, "echo \"one $TOKEN\" > /dev/stdout; echo \"two $TOKEN\" >> /dev/fd/1"))
      expect(log(directory)).toBe("--- banner ---\none ***\ntwo ***\n")
    }).pipe(Effect.provide(live)))

  it.live("that is ended by its time-out has in its log what it printed until then", () =>
    Effect.gen(function*() {
      const directory = folder()
      const exit = yield* run(attempt(directory, "echo \"$TOKEN\"; sleep 60", { timeoutMs: 2000 }))
      expect(exit).toMatchObject({ timedOut: true, stdout: `${secret}\n` })
      expect(log(directory)).toBe("--- banner ---\n***\n")
    }).pipe(Effect.provide(live)))

  it.live("that is interrupted has in its log what it printed until then", () =>
    Effect.gen(function*() {
      const directory = folder()
      const fiber = yield* Effect.fork(run(attempt(directory, "echo \"$TOKEN\"; : >begun; sleep 60")))
      yield* until(() => existsSync(join(directory, "begun")))
      yield* Fiber.interrupt(fiber)
      expect(log(directory)).toBe("--- banner ---\n***\n")
    }).pipe(Effect.provide(live)))

  it.live("leaves no pipe and no log open", () =>
    Effect.gen(function*() {
      const directory = folder()
      for (let times = 0; times < 4; times++) yield* run(attempt(directory, "echo \"$TOKEN\""))
      yield* Effect.flip(run(attempt(directory, "", { command: ["no-such-program"] })))
      const open = () =>
        readdirSync("/proc/self/fd").flatMap((fd) => {
          const path = Either.try(() => readlinkSync(`/proc/self/fd/${fd}`))
          return Either.isRight(path) && path.right.startsWith(directory) ? [path.right] : []
        })
      // Bun closes a descriptor of its own a little later.
      yield* until(() => open().every((path) => !path.includes(".pipe")))
      expect(open()).toEqual([join(directory, "logs/.spool/attempts.ndjson")])
    }).pipe(Effect.provide(live)))
})

describe("the last bytes of a stream", () => {
  it.each([[1], [3], [7], [100], [2000]])("are the same however it came, %i bytes at a time", (size) => {
    const bytes = Uint8Array.from({ length: 5000 }, (_, index) => index % 251)
    for (const keep of [1, 10, 1500, 5000, 6000]) {
      const tail = makeMaskedTail(keep)
      for (let at = 0; at < bytes.length; at += size) tail.add(bytes.subarray(at, at + size))
      expect(Buffer.from(tail.bytes()).equals(bytes.subarray(Math.max(0, bytes.length - keep)))).toBe(true)
      expect(tail.total()).toBe(5000)
    }
  })
})
