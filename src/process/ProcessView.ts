/**
 * The processes of this machine as those look at them who end steps: once for all of them.
 *
 * Owns what is remembered between two looks. Must not signal. The surprise: where a hundred steps
 * are ended at the same moment they share a look that is a moment old; who wants to know that
 * nothing is left looks anew.
 */
import { environmentOf, type ProcessEntry, processes } from "./ProcessTable.ts"

/** What pawl put into the environment of a step, as a process has it. */
export interface FoundMarks {
  readonly runId: string
  readonly target: string
  readonly path: string
  readonly attempt: string
  /** What `PAWL_OUTPUT` names, absolute; absent where it was taken away. */
  readonly output?: string
}

export interface ProcessView {
  /** All processes by their id, as they are now; undefined where the system has no `/proc`. */
  readonly now: () => ReadonlyMap<number, ProcessEntry> | undefined
  /** The same, as they were a moment ago. */
  readonly lately: () => ReadonlyMap<number, ProcessEntry> | undefined
  /** The marks of a process; undefined where it has none, or they can't be read. */
  readonly marksOf: (entry: ProcessEntry) => FoundMarks | undefined
}

/** How old a look may be that is shared, milliseconds. */
const moment = 50

const readMarks = (environment: ReadonlyArray<string>): FoundMarks | undefined => {
  const valueOf = (name: string): string | undefined =>
    environment.find((each) => each.startsWith(`${name}=`))?.slice(name.length + 1)
  const runId = valueOf("PAWL_RUN_ID")
  if (runId === undefined) return undefined
  const output = valueOf("PAWL_OUTPUT")
  return {
    runId,
    target: valueOf("PAWL_TARGET") ?? "",
    path: valueOf("PAWL_STEP") ?? "",
    attempt: valueOf("PAWL_ATTEMPT") ?? "",
    ...(output === undefined ? {} : { output })
  }
}

/** A view that remembers nothing yet. */
export const makeProcessView = (): ProcessView => {
  let table: ReadonlyMap<number, ProcessEntry> | undefined
  let lookedAt = Number.NEGATIVE_INFINITY
  let known = new Map<number, { readonly start: number; readonly marks: FoundMarks | undefined }>()

  const now: ProcessView["now"] = () => {
    const entries = processes()
    table = entries === undefined ? undefined : new Map(entries.map((entry) => [entry.pid, entry]))
    known = new Map([...known].filter(([pid, { start }]) => table?.get(pid)?.start === start))
    lookedAt = performance.now()
    return table
  }

  return {
    now,
    lately: () => performance.now() - lookedAt < moment ? table : now(),
    marksOf: ({ pid, start }) => {
      const before = known.get(pid)
      if (before?.start === start) return before.marks
      const environment = environmentOf(pid)
      const marks = readMarks(environment)
      // A process that is just being started has no environment for a moment.
      if (environment.some((each) => each !== "")) known.set(pid, { start, marks })
      return marks
    }
  }
}
