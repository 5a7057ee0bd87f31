/**
 * A person at a terminal of their own: sees what pawl writes, and types.
 *
 * Owns the pseudo terminal, which is that of `script` of util-linux. The surprise: closing what is typed
 * ends the input as Ctrl-D does, and nothing is typed before somebody waits for it: it would be
 * no answer.
 */
import { existsSync } from "node:fs"
import { expect, onTestFinished } from "vitest"
import { binary, type Workplace } from "./pawl.ts"
import { quoted, type Screen } from "./shell.ts"

export interface Person {
  /** Returns when this is on the screen, after what was waited for before. */
  readonly sees: (text: string) => Promise<void>
  readonly types: (keys: string) => void
  /** Returns when pawl has ended. */
  readonly leaves: () => Promise<Screen>
}

export const ctrlC = "\u0003"
export const ctrlD = "\u0004"

const environment = {
  PATH: "/usr/local/bin:/usr/bin:/bin",
  HOME: "/nonexistent",
  LANG: "C.UTF-8",
  TERM: "xterm",
  NO_COLOR: "1"
}

/** Runs pawl on a new terminal of 100 columns; both streams go there. */
export const atTerminal = (
  place: Workplace,
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string>> = {}
): Person => {
  expect(existsSync("/usr/bin/script"), "`script` of util-linux draws the terminal").toBe(true)
  const command = `stty cols 100 rows 30; exec ${[binary, ...args].map(quoted).join(" ")}`
  const child = Bun.spawn({
    cmd: ["script", "-qefc", command, "/dev/null"],
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
  let raw = ""
  let seen = 0
  const more = async (): Promise<boolean> => {
    const { done, value } = await reader.read()
    if (!done) raw += decoder.decode(value, { stream: true })
    return !done
  }
  return {
    sees: async (text) => {
      for (let found = raw.indexOf(text, seen); found < 0; found = raw.indexOf(text, seen)) {
        if (!(await more())) throw new Error(`it ended without showing ${JSON.stringify(text)}:\n${raw}`)
      }
      seen = raw.indexOf(text, seen) + text.length
    },
    types: (keys) => {
      child.stdin.write(keys)
      child.stdin.flush()
    },
    leaves: async () => {
      while (await more());
      return { code: await child.exited, raw }
    }
  }
}
