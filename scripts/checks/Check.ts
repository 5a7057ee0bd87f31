/**
 * One named check: commands that must all succeed, whose output is shown only where one fails.
 *
 * Owns starting them and saying how they ended. Must not know what is checked. The surprise: both
 * streams of a command are read as one text, since tools differ in where they put their complaints.
 */
import { join } from "node:path"

export const root = join(import.meta.dirname, "../..")

export interface Check {
  readonly name: string
  /** Run in this order; the first that fails ends the check. The first word of each is `node`, `bun` or a program. */
  readonly commands: ReadonlyArray<ReadonlyArray<string>>
  /** What to do when it fails. */
  readonly hint?: string
}

export interface Tally {
  readonly passed: number
  readonly failed: number
}

export const none: Tally = { passed: 0, failed: 0 }

export const add = (one: Tally, other: Tally): Tally => ({
  passed: one.passed + other.passed,
  failed: one.failed + other.failed
})

export const say = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

/** The environment of every check: plain text, and nothing written outside the repository. */
const environment: Readonly<Record<string, string | undefined>> = {
  ...process.env,
  NO_COLOR: "1",
  FORCE_COLOR: undefined,
  DPRINT_CACHE_DIR: join(root, "node_modules/.cache/dprint")
}

/** `bun` means the Bun that runs this, wherever it was found. */
const resolveCommand = (command: ReadonlyArray<string>): Array<string> =>
  command.map((word, index) => index === 0 && word === "bun" ? process.execPath : word)

interface Finished {
  readonly ok: boolean
  readonly output: string
}

const run = async (command: ReadonlyArray<string>): Promise<Finished> => {
  try {
    const child = Bun.spawn(resolveCommand(command), {
      cwd: root,
      env: environment,
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe"
    })
    const [stdout, stderr, exitCode] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.exited
    ])
    return { ok: exitCode === 0, output: `${stdout}${stderr}`.trimEnd() }
  } catch (error) {
    return { ok: false, output: `${command[0]} could not be started: ${String(error)}` }
  }
}

/** Runs one check and says how it went; counts 1. */
export const runCheck = async (check: Check): Promise<Tally> => {
  const started = performance.now()
  const verdict = (word: string): string =>
    `${word} ${check.name} (${((performance.now() - started) / 1000).toFixed(1)} s)`
  for (const command of check.commands) {
    const { ok, output } = await run(command)
    if (!ok) {
      const hint = check.hint === undefined ? "" : `\nhint: ${check.hint}`
      say(`${verdict("failed")}: ${command.join(" ")}\n${output}${hint}`)
      return { passed: 0, failed: 1 }
    }
  }
  say(verdict("passed"))
  return { passed: 1, failed: 0 }
}
