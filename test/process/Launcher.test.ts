import { afterAll, expect, it } from "@effect/vitest"
import { closeSync, constants, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { isFlockHeld } from "../../src/checkpoint/Flock.ts"
import { type Launcher, openLauncher, type Started } from "../../src/process/Launcher.ts"

const root = mkdtempSync(join(tmpdir(), "pawl-launcher-"))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const END_BYTES = 8
/** So many ends a pipe holds that nobody has made larger. */
const ENDS = 65_536 / END_BYTES

/** Starts /bin/true and gives its id once it has been collected; nothing that is told of ends is read meanwhile. */
const startAndWait = (launcher: Launcher): number => {
  const file = openSync(join(root, "output"), "a")
  const command = { path: "/bin/true", words: ["true"], env: {}, workdir: "/", tag: {} }
  const started: Started = launcher.prepare({ ...command, stdout: file, stderr: file, record: file })(() => {})
  closeSync(file)
  if ("errno" in started) throw new Error(`errno ${started.errno}`)
  while (existsSync(`/proc/${started.pid}`));
  return started.pid
}

const parentOf = (pid: number): number =>
  Number(/^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1])

it("starts a command while thousands of ends wait to be read", () => {
  const launcher = openLauncher(root)
  if (launcher === undefined) throw new Error("this system can't have a launcher")
  const file = openSync(join(root, "output"), "a")
  const sleeper = launcher.prepare({
    path: "/bin/sleep",
    words: ["sleep", "60"],
    env: {},
    workdir: "/",
    stdout: file,
    stderr: file,
    record: file,
    tag: {}
  })(() => {})
  closeSync(file)
  if ("errno" in sleeper) throw new Error(`errno ${sleeper.errno}`)
  try {
    // All but one, of commands that nobody knows.
    const ends = openSync(`/proc/${parentOf(sleeper.pid)}/fd/4`, constants.O_WRONLY | constants.O_NONBLOCK)
    expect(writeSync(ends, Buffer.alloc((ENDS - 1) * END_BYTES, 0xff))).toBe((ENDS - 1) * END_BYTES)
    closeSync(ends)
    const pids = [startAndWait(launcher), startAndWait(launcher), startAndWait(launcher)]
    expect(new Set(pids).size).toBe(3)
  } finally {
    process.kill(sleeper.pid, "SIGKILL")
    launcher.close()
  }
})

const isHeld = (folder: string): boolean => {
  const fd = openSync(folder, "r")
  const held = isFlockHeld(fd)
  closeSync(fd)
  return held
}

const childrenOf = (pid: number): ReadonlyArray<number> =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number)

const isStopped = (pid: number): boolean => /^State:\s*T/m.test(readFileSync(`/proc/${pid}/status`, "utf8"))

it("keeps its folder locked until what it was told to start is on record, though whoever told it is gone", async () => {
  const folder = mkdtempSync(join(root, "f-"))
  const before = new Set(childrenOf(process.pid))
  const launcher = openLauncher(folder)
  if (launcher === undefined) throw new Error("this system can't have a launcher")
  const pid = childrenOf(process.pid).find((child) => !before.has(child)) ?? 0
  const file = openSync(join(folder, "record"), "a")
  const command = { path: "/bin/sleep", words: ["sleep", "60"], env: {}, workdir: "/", tag: {} }
  const waiting = launcher.makeReady({ ...command, stdout: file, stderr: file, record: file })
  closeSync(file)
  while (childrenOf(pid).length === 0) await Bun.sleep(1)
  const [gate = 0] = childrenOf(pid)
  try {
    expect(isHeld(folder)).toBe(true)
    // As if the system had other things to do.
    process.kill(gate, "SIGSTOP")
    while (!isStopped(gate)) await Bun.sleep(1)
    expect(waiting?.go(() => {})).toMatchObject({ pid: gate })
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
