/**
 * What is known of a run from outside: the lines that its steps wrote, and its journal.
 *
 * Owns reading both. Must not ask pawl. The surprise: an execution of a step counts as finished only where
 * nobody ended it in the moment between its last line and its exit; who was ended is given.
 */
import { existsSync, linkSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { parseRecords } from "../../src/process/AttemptRecords.ts"
import { RECORDS, SPOOL } from "../../src/process/LogSpool.ts"

/** One execution of one attempt. */
export interface Execution {
  /** `TARGET PATH`. */
  readonly step: string
  /** `TARGET PATH ATTEMPT`. */
  readonly attempt: string
  readonly group: number
  /** The number of its first line in the file. */
  readonly from: number
  /** The number of its last line; absent where it never came to it. */
  readonly to?: number
}

const line = /^(start|end) ((\S+ \S+) \d+) (\d+)$/

/** Executions in the order in which they began. Throws on a line that no step writes. */
export const readExecutions = (text: string): ReadonlyArray<Execution> => {
  const begun = new Map<string, Execution>()
  for (const [at, said] of text.split("\n").slice(0, -1).entries()) {
    const [, what, attempt = "", step = "", group = ""] = line.exec(said) ?? []
    if (what === undefined) throw new Error(`a step wrote ${JSON.stringify(said)}`)
    const key = `${attempt} ${group}`
    const known = begun.get(key)
    begun.set(key, known === undefined ? { step, attempt, group: Number(group), from: at } : { ...known, to: at })
  }
  return [...begun.values()]
}

/** An event, as far as it is looked at here. */
export interface Event {
  readonly seq: number
  readonly type: string
  readonly target?: string
  readonly path?: string
  readonly attempt?: number
  readonly pid?: number
}

export interface Journal {
  readonly events: ReadonlyArray<Event>
  /** Whether its last line is cut. */
  readonly isTorn: boolean
}

const runsOf = (folder: string): string => join(folder, ".pawl/torture/runs")

/** The folder of the run that `pawl run` goes on with; undefined where there is none. */
export const currentRun = (folder: string): string | undefined => {
  const path = join(folder, ".pawl/torture/current")
  return existsSync(path) ? join(runsOf(folder), readFileSync(path, "utf8").trim()) : undefined
}

export const runFolders = (folder: string): ReadonlyArray<string> =>
  existsSync(runsOf(folder)) ? readdirSync(runsOf(folder)) : []

export const readJournal = (run: string | undefined): Journal => {
  const path = join(run ?? "", "journal.ndjson")
  if (run === undefined || !existsSync(path)) return { events: [], isTorn: false }
  const lines = readFileSync(path, "utf8").split("\n")
  const rest = lines.pop() ?? ""
  return { events: lines.map((text): Event => JSON.parse(text)), isTorn: rest !== "" }
}

/** `TARGET PATH` of each step whose success is in the journal. */
export const succeeded = ({ events }: Journal): ReadonlySet<string> =>
  new Set(events.flatMap(({ path, target, type }) => type === "StepSucceeded" ? [`${target} ${path}`] : []))

const outcomes = new Set(["AttemptFailed", "StepSucceeded", "StepFailed", "StepContinued"])

/** Which attempts have their outcome in the journal (`TARGET PATH ATTEMPT`), and the groups of those that don't. */
export const openAttempts = (
  { events }: Journal
): { readonly ended: ReadonlySet<string>; readonly groups: ReadonlyArray<number> } => {
  const ended = new Set<string>()
  const groups = new Map<string, number>()
  for (const { attempt, path, pid = 0, target, type } of events) {
    const key = `${target} ${path} ${attempt}`
    if (type === "StepStarted") groups.set(key, pid)
    if (!outcomes.has(type)) continue
    ended.add(key)
    groups.delete(key)
  }
  return { ended, groups: [...groups.values()] }
}

const note = /process (\d+) of \S+, left over from a killed pawl, was ended/g

/** Groups that pawl says it has ended, in what it wrote to standard error. */
export const saidEnded = (said: string): ReadonlyArray<number> =>
  [...said.matchAll(note)].map(([, group]) => Number(group))

/** A second name for what the launcher of the last call recorded: pawl adds to it, and then takes it away. */
export const RECORDS_KEPT = "records"

export const keepRecords = (folder: string): void => {
  const kept = join(folder, RECORDS_KEPT)
  const records = join(currentRun(folder) ?? "", "logs", SPOOL, RECORDS)
  rmSync(kept, { force: true })
  if (existsSync(records)) linkSync(records, kept)
}

/** Groups that pawl has recorded to be ending before they ended by themselves. */
export const recordedEnded = (records: string): ReadonlyArray<number> =>
  parseRecords(records).flatMap(({ id, isEnding }) => isEnding ? [id.pid] : [])
