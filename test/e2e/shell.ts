/**
 * Runs pawl from a shell, for what only a shell can set up: limits, pipes, another user, a terminal.
 *
 * Owns the wrapping. The surprise: another user may not be able to reach the folder of the binary, so
 * the binary is handed over as an open file, `/proc/self/fd/9`.
 */
import { chmodSync, existsSync } from "node:fs"
import { expect } from "vitest"
import { type Answer, binary, type Workplace } from "./pawl.ts"

const environment = { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: "/nonexistent", LANG: "C.UTF-8", TERM: "dumb" }

export const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`

/** Runs a script of bash in a folder; `$PAWL` is the binary. */
export const shell = async (
  place: Workplace,
  script: string,
  env: Readonly<Record<string, string>> = {}
): Promise<Answer> => {
  const child = Bun.spawn({
    cmd: ["bash", "-c", script],
    cwd: place.path,
    env: { ...environment, PAWL: binary, ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe"
  })
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited
  ])
  return { code: child.exitCode, signal: child.signalCode === null ? null : String(child.signalCode), stdout, stderr }
}

/** Runs pawl as a user whom permissions stop: root is stopped by none, so it becomes nobody. */
export const asNobody = (place: Workplace, ...args: ReadonlyArray<string>): Promise<Answer> => {
  chmodSync(place.path, 0o755)
  const words = args.map(quoted).join(" ")
  return shell(
    place,
    process.getuid?.() === 0
      ? `exec 9< "$PAWL"; exec setpriv --reuid=65534 --regid=65534 --clear-groups /proc/self/fd/9 ${words}`
      : `exec "$PAWL" ${words}`
  )
}

export interface Screen {
  readonly code: number
  /** All that was written to the terminal, as it was. */
  readonly raw: string
}

/** Runs pawl on a terminal of its own, of a width; both streams go there. */
export const onTerminal = async (
  place: Workplace,
  columns: number,
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string>> = {}
): Promise<Screen> => {
  expect(existsSync("/usr/bin/script"), "`script` of util-linux draws the terminal").toBe(true)
  const command = `stty cols ${columns} rows 24; exec ${[binary, ...args].map(quoted).join(" ")}`
  const answer = await shell(place, `script -qec ${quoted(command)} /dev/null`, { TERM: "xterm", ...env })
  return { code: answer.code ?? -1, raw: answer.stdout }
}
