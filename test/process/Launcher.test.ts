import { afterAll, expect, it } from "@effect/vitest"
import { closeSync, constants, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
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
