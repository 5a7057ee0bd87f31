import { afterAll, expect, it } from "@effect/vitest"
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { isFlockHeld } from "../../src/checkpoint/Flock.ts"
import { openLauncher, type StartCommand } from "../../src/process/Launcher.ts"

const root = mkdtempSync(join(tmpdir(), "pawl-launcher-"))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const startOf = (start: StartCommand): Promise<number> =>
  new Promise((resolve, reject) =>
    start(
      (started) => "errno" in started ? reject(new Error(`errno ${started.errno}`)) : resolve(started.pid),
      () => {}
    )
  )

/** The launcher, and its own process. */
const open = (folder: string) => {
  const before = new Set(childrenOf(process.pid))
  const launcher = openLauncher(folder)
  if (launcher === undefined) throw new Error("this system can't have a launcher")
  return { launcher, pid: childrenOf(process.pid).find((child) => !before.has(child)) ?? 0 }
}

const childrenOf = (pid: number): ReadonlyArray<number> =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number)

const command = { env: {}, workdir: "/", tag: {} }
const sleeper = { ...command, path: "/bin/sleep", words: ["sleep", "60"] }

it("starts ten thousand commands that are asked for at once, and tells of each that it began and ended", async () => {
  const { launcher } = open(mkdtempSync(join(root, "f-")))
  const file = openSync("/dev/null", "w")
  const files = { stdout: file, stderr: file, record: file }
  let began = 0
  const ends = Array.from(
    { length: 10_000 },
    () =>
      new Promise<number | undefined>((resolve) =>
        launcher.prepare({ ...command, path: "/bin/true", words: ["true"], ...files })(() => void (began += 1), resolve)
      )
  )
  expect(new Set(await Promise.all(ends))).toEqual(new Set([0]))
  expect(began).toBe(10_000)
  closeSync(file)
  launcher.close()
})

it("takes back what was not asked for yet, and nothing else", async () => {
  const { launcher } = open(mkdtempSync(join(root, "f-")))
  const file = openSync("/dev/null", "w")
  const files = { stdout: file, stderr: file, record: file }
  const began = new Set<number>()
  const ends: Array<number> = []
  const takeBacks = Array.from(
    { length: 100 },
    (_, index) =>
      launcher.prepare({ ...command, path: "/bin/true", words: ["true"], ...files })(
        () => void began.add(index),
        () => ends.push(index)
      )
  )
  const isTakenBack = takeBacks.map((takeBack, index) => index % 2 === 1 && takeBack())
  const taken = isTakenBack.flatMap((isTaken, index) => isTaken ? [index] : [])
  expect(taken.length).toBeGreaterThan(30)
  expect(taken[0]).toBeGreaterThan(30)
  while (ends.length + taken.length < 100) await Bun.sleep(1)
  expect([...began].sort((one, other) => one - other)).toEqual(
    [...isTakenBack.keys()].filter((index) => !taken.includes(index))
  )
  expect(takeBacks.some((takeBack) => takeBack())).toBe(false)
  closeSync(file)
  launcher.close()
})

it("answers what it was asked for while somebody waits for nothing else", () => {
  const { launcher } = open(mkdtempSync(join(root, "f-")))
  const file = openSync("/dev/null", "w")
  const files = { stdout: file, stderr: file, record: file }
  let began = 0
  // More than are asked for at once.
  for (let index = 0; index < 40; index++) {
    launcher.prepare({ ...command, path: "/bin/true", words: ["true"], ...files })(() => void (began += 1), () => {})
  }
  // On a machine with much else to do it may give up before.
  for (let told = -1; began < 40 && told < began; launcher.settle()) told = began
  expect(began).toBe(40)
  closeSync(file)
  launcher.close()
})

it("tells of what it was asked for when it is killed: of what runs that its end will not be known, of the rest that it was lost", async () => {
  const { launcher, pid } = open(mkdtempSync(join(root, "f-")))
  const file = openSync("/dev/null", "w")
  const files = { stdout: file, stderr: file, record: file }
  const end = Promise.withResolvers<number | undefined>()
  const running = await new Promise<number>((resolve) =>
    launcher.prepare({ ...sleeper, ...files })((started) => resolve("pid" in started ? started.pid : 0), end.resolve)
  )
  process.kill(pid, "SIGSTOP")
  const asked = startOf(launcher.prepare({ ...sleeper, ...files }))
  process.kill(pid, "SIGKILL")
  await expect(asked).rejects.toThrow("errno 0")
  expect(await end.promise).toBeUndefined()
  expect(launcher.isGone()).toBe(true)
  process.kill(running, "SIGKILL")
  closeSync(file)
  launcher.close()
})

const isHeld = (folder: string): boolean => {
  const fd = openSync(folder, "r")
  const held = isFlockHeld(fd)
  closeSync(fd)
  return held
}

const isStopped = (pid: number): boolean => /^State:\s*T/m.test(readFileSync(`/proc/${pid}/status`, "utf8"))

it("keeps its folder locked until what it was told to start is on record, though whoever told it is gone", async () => {
  const folder = mkdtempSync(join(root, "f-"))
  const { launcher, pid } = open(folder)
  const file = openSync(join(folder, "record"), "a")
  const waiting = launcher.makeReady({ ...sleeper, stdout: file, stderr: file, record: file })
  closeSync(file)
  while (childrenOf(pid).length === 0) await Bun.sleep(1)
  const [gate = 0] = childrenOf(pid)
  try {
    expect(isHeld(folder)).toBe(true)
    // As if the system had other things to do.
    process.kill(gate, "SIGSTOP")
    while (!isStopped(gate)) await Bun.sleep(1)
    expect(waiting === undefined ? 0 : await startOf(waiting.go)).toBe(gate)
    launcher.close()
    while (existsSync(`/proc/${pid}/fd/3`)) await Bun.sleep(1)
    expect(isHeld(folder)).toBe(true)
    expect(readFileSync(join(folder, "record"), "utf8")).toBe("")
    process.kill(gate, "SIGCONT")
    while (isHeld(folder)) await Bun.sleep(1)
    expect(readFileSync(join(folder, "record"), "utf8")).toContain(`{"began":0,"pid":${gate},`)
  } finally {
    process.kill(gate, "SIGKILL")
  }
})
