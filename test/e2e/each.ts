/**
 * `pawl each` with a list that comes in parts, and what tests of it share.
 *
 * Owns the pipe to standard input, so that a test can wait for what one item did before it gives the next.
 */
import { binary, type Workplace } from "./pawl.ts"

export interface Piped {
  readonly pid: number
  readonly give: (text: string) => void
  readonly close: () => void
  /** Waits until standard output holds a text. */
  readonly says: (text: string) => Promise<void>
  readonly kill: (signal: NodeJS.Signals) => void
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>
}

/** Starts `pawl each` with a pipe as its standard input. */
export const piped = ({ path }: Workplace, args: ReadonlyArray<string>): Piped => {
  const child = Bun.spawn({
    cmd: [binary, "each", ...args],
    cwd: path,
    env: { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: "/nonexistent", LANG: "C.UTF-8", TERM: "dumb" },
    stdin: "pipe",
    stdout: "pipe",
    stderr: "pipe"
  })
  let stdout = ""
  let look = (): void => {}
  const reading = (async () => {
    const decoder = new TextDecoder()
    for await (const chunk of child.stdout) {
      stdout += decoder.decode(chunk, { stream: true })
      look()
    }
  })()
  const errors = new Response(child.stderr).text()
  return {
    pid: child.pid,
    give: (text) => {
      void child.stdin.write(text)
      void child.stdin.flush()
    },
    close: () => void child.stdin.end(),
    says: (text) =>
      new Promise((resolve) => {
        look = () => {
          if (stdout.includes(text)) resolve()
        }
        look()
      }),
    kill: (signal) => child.kill(signal),
    ended: (async () => {
      const [, stderr] = await Promise.all([reading, errors, child.exited])
      return { code: child.exitCode, stdout, stderr }
    })()
  }
}

/** The lines of a text, in the order of their characters. */
export const sorted = (text: string): ReadonlyArray<string> => text.split("\n").filter((line) => line !== "").toSorted()
