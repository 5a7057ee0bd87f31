/**
 * The processes of this machine as those look at them who end steps: once for all of them.
 *
 * Owns what is remembered between two looks. Must not signal. The surprise: where a hundred steps
 * are ended at the same moment they share a look that is a moment old; who wants to know that
 * nothing is left looks anew, and once more while there are processes that can't be told yet.
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
  /** Whether the last look has found a process that was being started, so that its marks could not be read yet. */
  readonly isUnclear: () => boolean
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

/** What is remembered of a process from look to look. */
interface Seen {
  readonly start: number
  readonly marks: FoundMarks | undefined
  /** It was started long enough ago to be what it is: marks don't come to it any more. */
  readonly isSettled: boolean
  /** So many looks in a row found it without an environment. */
  readonly bare: number
}

/** Clock ticks between the start of a process and its `exec`, where the machine is very busy. */
const SETTLED_TICKS = 200
/** What so many looks found without an environment has none: it is not just being started. */
const BARE_LOOKS = 50

/** A view that remembers nothing yet. */
export const makeProcessView = (): ProcessView => {
  let table: ReadonlyMap<number, ProcessEntry> | undefined
  let lookedAt = Number.NEGATIVE_INFINITY
  let known = new Map<number, Seen>()
  let isUnclear = false

  const look = ({ group, pid, start }: ProcessEntry, before: Seen | undefined): Seen => {
    // Those of the kernel have neither group nor environment.
    if (before?.isSettled === true || group === 0) {
      return before ?? { start, marks: undefined, isSettled: true, bare: 0 }
    }
    const environment = environmentOf(pid)
    // Marks that were taken away since are those of its step all the same.
    const marks = readMarks(environment ?? []) ?? before?.marks
    const bare = environment?.length === 0 ? (before?.bare ?? 0) + 1 : 0
    return { start, marks, isSettled: false, bare }
  }

  const now: ProcessView["now"] = () => {
    const before = known
    known = new Map()
    let newest = 0
    table = processes((entry) => {
      const last = before.get(entry.pid)
      known.set(entry.pid, look(entry, last?.start === entry.start ? last : undefined))
      newest = Math.max(newest, entry.start)
    })
    isUnclear = false
    for (const [pid, seen] of known) {
      const isBare = seen.bare > 0 && seen.bare < BARE_LOOKS
      isUnclear ||= isBare
      if (!seen.isSettled && !isBare && newest - seen.start > SETTLED_TICKS) {
        known.set(pid, { ...seen, isSettled: true })
      }
    }
    lookedAt = performance.now()
    return table
  }

  return {
    now,
    lately: () => performance.now() - lookedAt < moment ? table : now(),
    marksOf: ({ pid, start }) => {
      const seen = known.get(pid)
      return seen?.start === start ? seen.marks : undefined
    },
    isUnclear: () => isUnclear
  }
}
