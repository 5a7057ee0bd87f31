/**
 * The real processes that a batch starts, as a test looks at them.
 *
 * Owns waiting for what they bring about, and that none outlives its test. The surprise: a process
 * that has dropped pawl's marks is known only by the id that it wrote into a file.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { onTestFinished } from "vitest"
import type { Workplace } from "../e2e/pawl.ts"

/** Waits for what a real process brings about. */
export const until = async (what: string, holds: () => boolean): Promise<void> => {
  const began = performance.now()
  while (!holds()) {
    if (performance.now() - began > 30_000) throw new Error(`it never came to this: ${what}`)
    await Bun.sleep(5)
  }
}

/** The state of a process, such as `S` or `T`; undefined where it is gone or dead. */
export const stateOf = (pid: number): string | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1")
    const state = stat.slice(stat.lastIndexOf(")") + 2, stat.lastIndexOf(")") + 3)
    return state === "Z" || state === "X" ? undefined : state
  } catch {
    return undefined
  }
}

const environmentOf = (pid: string): string => {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8")
  } catch {
    return ""
  }
}

/** Every process that carries the marks of a run in this place. */
export const markedIn = (place: Workplace): ReadonlyArray<number> =>
  readdirSync("/proc").filter((name) =>
    /^\d+$/.test(name) && environmentOf(name).includes(`PAWL_OUTPUT=${place.path}/`)
  ).map(Number).filter((pid) => stateOf(pid) !== undefined)

/** The ids that steps wrote into `pids.txt`, each of its own line. */
export const writtenPids = (place: Workplace): ReadonlyArray<number> => {
  const file = join(place.path, "pids.txt")
  return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n").filter((line) => line !== "").map(Number) : []
}

/** What is alive of all that steps started in a place, as far as it can be known. */
export const leftIn = (place: Workplace): ReadonlyArray<number> =>
  [...new Set([...markedIn(place), ...writtenPids(place)])].filter((pid) => stateOf(pid) !== undefined)

/** When the test is over nothing of this place runs any more, however it ended. */
export const endsWithTest = (place: Workplace): void =>
  onTestFinished(() => {
    for (const pid of leftIn(place)) process.kill(pid, "SIGKILL")
  })

/** The journal of the current run of `batch`, as far as it is written. */
export const journalIn = (place: Workplace): string => {
  if (!isThere(place, ".pawl/batch/current")) return ""
  const journal = `.pawl/batch/runs/${place.read(".pawl/batch/current").trim()}/journal.ndjson`
  return isThere(place, journal) ? place.read(journal) : ""
}

/** A file in the place is there. */
export const isThere = (place: Workplace, name: string): boolean => existsSync(join(place.path, name))

/** What a stream has told so far. */
export const told = (
  stream: ReadableStream<Uint8Array>
): { readonly text: () => string; readonly all: Promise<string> } => {
  let text = ""
  const decoder = new TextDecoder()
  const read = async (): Promise<string> => {
    for await (const chunk of stream) text += decoder.decode(chunk, { stream: true })
    return text
  }
  return { text: () => text, all: read() }
}
