/**
 * A person who watches a run on a terminal of their own, changes the size of its window, or closes it.
 *
 * Owns the pseudo terminal, which is that of `script` of util-linux; what is drawn on it is read by
 * `virtualTerminal`. The surprise: the window is resized through the device that the run is on.
 */
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, onTestFinished } from "vitest"
import { binary, type Workplace } from "./pawl.ts"
import { quoted } from "./shell.ts"
import { type VirtualTerminal, virtualTerminal } from "../report/virtualTerminal.ts"

export interface Watcher {
  readonly terminal: VirtualTerminal
  /** Returns when this holds of what is seen. */
  readonly until: (what: string, holds: (terminal: VirtualTerminal) => boolean) => Promise<void>
  readonly resize: (columns: number, rows: number) => Promise<void>
  readonly types: (keys: string) => void
  /** Closes the window without a word. */
  readonly closes: () => void
  /** Returns the exit code when pawl has ended. */
  readonly leaves: () => Promise<number>
}

export interface Window {
  readonly columns?: number
  readonly rows?: number
  readonly env?: Readonly<Record<string, string>>
  /** What the shell does with the words of pawl; it becomes pawl if left out. */
  readonly command?: (words: string) => string
}

const environment = {
  PATH: "/usr/local/bin:/usr/bin:/bin",
  HOME: "/nonexistent",
  LANG: "C.UTF-8",
  TERM: "xterm",
  NO_COLOR: "1"
}

/** Runs pawl on a new terminal; both streams go there. */
export const watched = (
  place: Workplace,
  args: ReadonlyArray<string>,
  { columns = 80, command = (words) => `exec ${words}`, env = {}, rows = 24 }: Window = {}
): Watcher => {
  expect(existsSync("/usr/bin/script"), "`script` of util-linux draws the terminal").toBe(true)
  const device = join(place.path, "tty.txt")
  const words = [binary, ...args].map(quoted).join(" ")
  const child = Bun.spawn({
    cmd: [
      "script",
      "-qefc",
      `tty > tty.txt; stty cols ${columns} rows ${rows}; ${command(words)}`,
      "/dev/null"
    ],
    cwd: place.path,
    env: { ...environment, ...env },
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit"
  })
  onTestFinished(() => {
    child.kill("SIGKILL")
  })
  const reader = child.stdout.getReader()
  const decoder = new TextDecoder()
  const terminal = virtualTerminal(columns, rows)
  const more = async (): Promise<boolean> => {
    const { done, value } = await reader.read()
    if (!done) terminal.feed(decoder.decode(value, { stream: true }))
    return !done
  }
  return {
    terminal,
    until: async (what, holds) => {
      while (!holds(terminal)) {
        if (!(await more())) throw new Error(`it ended, and never was ${what}:\n${terminal.lines().join("\n")}`)
      }
    },
    resize: async (toColumns, toRows) => {
      terminal.resize(toColumns, toRows)
      const path = readFileSync(device, "utf8").trim()
      await Bun.spawn(["stty", "-F", path, "cols", String(toColumns), "rows", String(toRows)]).exited
    },
    types: (keys) => {
      child.stdin.write(keys)
      child.stdin.flush()
    },
    closes: () => child.kill("SIGKILL"),
    leaves: async () => {
      while (await more());
      return child.exited
    }
  }
}
