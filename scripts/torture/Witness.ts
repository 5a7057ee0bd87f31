/**
 * What was promised during a tortured run, and what is there in the end.
 *
 * Owns the memory of what watchers were told, which is all that anybody outside has. Must not ask
 * the engine: it reads the journal's bytes by itself. The surprise: it looks at the device at the
 * very moment at which something is told, since a moment later it may be durable by luck.
 */
import { eventText, isSound } from "../../src/checkpoint/JournalLine.ts"
import { parseStored, stringifyJson } from "../../src/expression/Value.ts"
import type { RunEvent } from "../../src/run/RunEvent.ts"

/** The journal as processes see it, and how much of it is on the device. */
export interface JournalBytes {
  readonly bytes: Uint8Array
  readonly durable: number
}

export interface Witness {
  /** A process begins. */
  readonly begin: () => void
  /** A watcher is told. */
  readonly tell: (event: RunEvent, journal: JournalBytes | undefined) => void
  /** What is found after a death, or at the end; it is held against all that was there and told before. */
  readonly find: (journal: JournalBytes | undefined, when: string, isPowerCut: boolean) => void
  readonly lastTold: () => number
  /** Attempts whose success was told, `target` and `path`. */
  readonly hasSucceeded: (target: string, path: string) => boolean
  readonly count: (type: RunEvent["type"], target: string, path: string) => number
}

const LINE_FEED = 10
const decoder = new TextDecoder()

/** The events of a journal as JSON, up to the first whole line that is not sound. */
export const soundLines = (bytes: Uint8Array): ReadonlyArray<string> => {
  const lines: Array<string> = []
  let start = 0
  for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, start)) {
    const line = bytes.subarray(start, end)
    if (!isSound(line)) break
    lines.push(eventText(decoder.decode(line)))
    start = end + 1
  }
  return lines
}

/** Events with their fields in the order in which they were written. */
export const eventsOf = (lines: ReadonlyArray<string>): ReadonlyArray<RunEvent> =>
  lines.map((line) => parseStored(line) as RunEvent)

const name = (target: string, path: string): string => `${path}\n${target}`

/** `fail` is called with each broken promise. */
export const makeWitness = (fail: (message: string) => void): Witness => {
  /** The line of each event that was told, by `seq` less one. */
  const told: Array<string> = []
  let found: ReadonlyArray<string> = []
  /** How many of them were on the device. */
  let durable = 0
  const succeeded = new Set<string>()
  const counts = new Map<string, number>()
  /** Ends of the lines of the journal, as far as they were looked for by this process. */
  let ends: Array<number> = []

  return {
    begin: () => {
      ends = []
    },
    tell: (event, journal) => {
      const line = stringifyJson(event)
      if (event.seq !== told.length + 1 && event.seq <= told.length) {
        fail(`event ${event.seq} was told twice: ${told[event.seq - 1]} and ${line}`)
      }
      told[event.seq - 1] = line
      if ("path" in event) {
        const key = `${event.type}\n${name(event.target, event.path)}`
        counts.set(key, (counts.get(key) ?? 0) + 1)
        if (event.type === "StepSucceeded" && event.output !== undefined) succeeded.add(name(event.target, event.path))
      }
      if (journal === undefined) {
        fail(`event ${event.seq} was told, and there is no journal`)
        return
      }
      while (ends.length < event.seq) {
        const end = journal.bytes.indexOf(LINE_FEED, ends.at(-1) ?? 0)
        if (end === -1) break
        ends.push(end + 1)
      }
      const end = ends[event.seq - 1]
      if (end === undefined || end > journal.durable) {
        fail(`event ${event.seq} (${event.type}) was told before it was durable`)
      }
    },
    find: (journal, when, isPowerCut) => {
      const lines = journal === undefined ? [] : soundLines(journal.bytes)
      const lost = told.findIndex((line, index) => line !== undefined && lines[index] !== line)
      if (lost !== -1) {
        fail(
          `${when}: event ${lost + 1}, which was told, is lost: ${told[lost]}\n    there is ${lines[lost] ?? "nothing"}`
        )
      }
      // What a killed pawl wrote and did not sync is there until a power cut.
      const kept = isPowerCut ? found.slice(0, durable) : found
      const changed = kept.findIndex((line, index) => lines[index] !== line)
      if (changed !== -1) fail(`${when}: event ${changed + 1}, which was found before, is lost: ${found[changed]}`)
      found = lines
      durable = journal === undefined ? 0 : soundLines(journal.bytes.subarray(0, journal.durable)).length
    },
    lastTold: () => told.length,
    hasSucceeded: (target, path) => succeeded.has(name(target, path)),
    count: (type, target, path) => counts.get(`${type}\n${name(target, path)}`) ?? 0
  }
}
