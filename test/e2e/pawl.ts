/**
 * Runs the compiled binary as a user or a script does: one builder for every end-to-end test.
 *
 * Each workplace is a folder of its own, removed afterwards; nothing is shared between tests.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { onTestFinished } from "vitest"

export const binary = new URL("../../dist/pawl", import.meta.url).pathname

/** For a script of a step: the process id of pawl, which is the parent of the launcher that started the step. */
export const pawlPid = "$(grep PPid /proc/$PPID/status | tr -dc 0-9)"

export interface Answer {
  readonly code: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
}

export interface Call {
  readonly stdin?: string
  readonly env?: Readonly<Record<string, string>>
}

/** A fixed, small environment: nothing of the developer's own can change an answer. */
const environment = { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: "/nonexistent", LANG: "C.UTF-8", TERM: "dumb" }

export interface Workplace {
  readonly path: string
  readonly write: (name: string, text: string) => string
  readonly read: (name: string) => string
  /** Starts pawl without waiting for it. */
  readonly start: (args: ReadonlyArray<string>, call?: Call) => Bun.Subprocess<"ignore" | Blob, "pipe", "pipe">
  readonly pawl: (...args: ReadonlyArray<string>) => Promise<Answer>
  readonly pawlWith: (call: Call, ...args: ReadonlyArray<string>) => Promise<Answer>
}

/** A new, empty folder to work in, for the test that asks. */
export const workplace = (): Workplace => {
  const path = mkdtempSync(join(tmpdir(), "pawl-e2e-"))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  const start: Workplace["start"] = (args, { env = {}, stdin } = {}) =>
    Bun.spawn({
      cmd: [binary, ...args],
      cwd: path,
      env: { ...environment, ...env },
      stdin: stdin === undefined ? "ignore" : new Blob([stdin]),
      stdout: "pipe",
      stderr: "pipe"
    })
  const pawlWith: Workplace["pawlWith"] = async (call, ...args) => {
    const child = start(args, call)
    const [stdout, stderr] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.exited
    ])
    return { code: child.exitCode, signal: child.signalCode === null ? null : String(child.signalCode), stdout, stderr }
  }
  return {
    path,
    write: (name, text) => {
      const file = join(path, name)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, text)
      return file
    },
    read: (name) => readFileSync(join(path, name), "utf8"),
    start,
    pawlWith,
    pawl: (...args) => pawlWith({}, ...args)
  }
}

/** The summary on standard output of `pawl run --format json`, as far as tests look at it. */
export interface SummaryJson {
  readonly runId: string
  readonly status: string
  readonly haltReason: string
  readonly exitCode: number
  readonly invocations: number
  readonly stepsExecuted: number
  readonly counts: Readonly<Record<string, number>>
  readonly targets: ReadonlyArray<{
    readonly id: string
    readonly status: string
    readonly reason?: string
    readonly message?: string
    readonly need?: string
    readonly step?: string
    readonly steps: ReadonlyArray<{ readonly path: string; readonly status: string; readonly attempts: number }>
  }>
  readonly outputs: Readonly<Record<string, unknown>>
}

/** The one JSON document of an answer. */
export const json = <A = SummaryJson>(answer: Answer): A => {
  const document: A = JSON.parse(answer.stdout)
  return document
}

/** `id` and `status` of each target, in the summary's order. */
export const statuses = (answer: Answer): ReadonlyArray<string> =>
  json(answer).targets.map(({ id, status }) => `${id} ${status}`)

/** Waits until the launcher of a pawl that was killed has recorded that many ends in the only run of a batch. */
export const launcherRecorded = async ({ path }: Workplace, batch: string, ends: number): Promise<void> => {
  const count = (): number => {
    try {
      const [runId = ""] = readdirSync(`${path}/.pawl/${batch}/runs`)
      return readFileSync(`${path}/.pawl/${batch}/runs/${runId}/logs/.spool/attempts.ndjson`, "utf8").split(
        "\"ended\":"
      )
        .length - 1
    } catch {
      // Nothing has been started yet.
      return 0
    }
  }
  while (count() < ends) await new Promise((resolve) => setTimeout(resolve, 5))
}
