/**
 * Who belongs to a step: everything that it has started, wherever that has gone.
 *
 * Owns the finding. Must not signal. The surprise: a process that left its session and lost its
 * parent is still known by the marks that pawl put into its environment, which are handed down;
 * and one that has dropped even these is known if it was seen before its parent was lost.
 */
import { realpathSync } from "node:fs"
import { dirname } from "node:path"
import type { ProcessId } from "./ProcessRunner.ts"
import { isAlive, isSame, type ProcessEntry, signalGroup } from "./ProcessTable.ts"
import type { FoundMarks, ProcessView } from "./ProcessView.ts"

/** What a launcher is called, and what it starts until that runs. */
const LAUNCHER = "step launcher"

/** What tells the processes of one attempt from all others. */
export interface StepMarks {
  readonly runId: string
  readonly target: string
  readonly path: string
  readonly attempt: number
  /** The run's folder, absolute: `PAWL_OUTPUT` names a file in it. The ids of runs may be the same elsewhere. */
  readonly folder: string
}

/** The marks of an attempt, by the environment that it is started with; undefined where that has none. */
export const marksOf = (env: Readonly<Record<string, string>>, folder: string): StepMarks | undefined => {
  const { PAWL_ATTEMPT: attempt, PAWL_RUN_ID: runId, PAWL_STEP: path, PAWL_TARGET: target } = env
  if (runId === undefined || target === undefined || path === undefined || attempt === undefined) return undefined
  return { runId, target, path, attempt: Number(attempt), folder }
}

/** The real path of a folder, or of what is left of the way to it. */
const realFolder = (path: string): string => {
  for (let at = path; at !== dirname(at); at = dirname(at)) {
    try {
      return `${realpathSync(at)}${path.slice(at.length)}`
    } catch {
      // Gone since: the folder above it may be there.
    }
  }
  return path
}

const isIn = (path: string, folder: string): boolean =>
  path.startsWith(`${folder}/`) || realFolder(dirname(path)).startsWith(`${realFolder(folder)}/`)

/** Whether marks are those of a run. */
const isOfRun = ({ output, runId }: FoundMarks, run: Pick<StepMarks, "runId" | "folder">): boolean =>
  runId === run.runId && (output === undefined || isIn(output, run.folder))

const isOf = (found: FoundMarks, marks: StepMarks): boolean =>
  found.target === marks.target && found.path === marks.path && found.attempt === String(marks.attempt)
  && isOfRun(found, marks)

/** A process of a step. */
export interface Member extends ProcessId {
  readonly pidStart: number
  /** In the group that the step began with, which gets its signals as a whole. */
  readonly isInGroup: boolean
  /** Of a step of another run: the pawl that runs it, itself within this step, is told and ends it. */
  readonly isOthers: boolean
}

const keyOf = (pid: number, start: number): string => `${pid} ${start}`

/** pawl itself and what it was started by are never part of a step, even where a step starts the pawl that ends it. */
const ownLine = (table: ReadonlyMap<number, ProcessEntry>): ReadonlySet<number> => {
  const line = new Set<number>()
  for (let pid = process.pid; pid > 0 && !line.has(pid); pid = table.get(pid)?.parent ?? 0) line.add(pid)
  return line
}

/** The processes of `first`, and all that descend from them. */
const withDescendants = (first: ReadonlySet<number>, candidates: ReadonlyArray<ProcessEntry>): ReadonlySet<number> => {
  const children = new Map<number, Array<number>>()
  for (const { parent, pid } of candidates) {
    const siblings = children.get(parent)
    if (siblings === undefined) children.set(parent, [pid])
    else siblings.push(pid)
  }
  const all = new Set(first)
  // A set is walked to its end, what is added on the way included.
  for (const pid of all) for (const child of children.get(pid) ?? []) all.add(child)
  return all
}

export interface StepProcesses {
  /** All of the step that runs now; what was found once stays known. */
  readonly find: (look: "now" | "lately") => ReadonlyArray<Member>
  /** Whether the last look left open what some process is, so that another one may find more. */
  readonly isUnclear: () => boolean
  /** Whether anything that is known still runs; much cheaper than to look for all. */
  readonly isAnyAlive: () => boolean
  /** What can't be signalled is not waited for either. */
  readonly giveUp: (id: ProcessId) => void
}

/** The step whose first process is or was `id`. */
export interface StepOf {
  readonly id: ProcessId
  /** Undefined where its processes can't be told by their environment. */
  readonly marks: StepMarks | undefined
  /** This pawl has started it and has not been told of its end: its group can be nobody else's. */
  readonly isOwn: boolean
}

export const stepProcesses = (view: ProcessView, { id, isOwn, marks }: StepOf): StepProcesses => {
  const isOurs = isOwn || isSame(id)
  const known = new Map<string, Member>()
  const givenUp = new Set<string>()
  let isBlind = false
  /** Without `/proc` only the group is known, and only as a whole. */
  const isGroupThere = (): boolean => isOurs && signalGroup(id.pid, 0) === "sent"

  const isMarked = (entry: ProcessEntry): boolean => {
    const found = marks === undefined ? undefined : view.marksOf(entry)
    return found !== undefined && marks !== undefined && isOf(found, marks)
  }

  const findIn = (table: ReadonlyMap<number, ProcessEntry>): ReadonlyArray<Member> => {
    const own = ownLine(table)
    const candidates = [...table.values()].filter(({ pid, start }) => !own.has(pid) && !givenUp.has(keyOf(pid, start)))
    const leader = table.get(id.pid)
    const isGroupOurs = isOurs && (leader === undefined || id.pidStart === undefined || leader.start === id.pidStart)
    const first = candidates.filter((entry) => {
      const isInSession = isGroupOurs && (entry.session === id.pid || entry.group === id.pid)
      return isInSession || known.has(keyOf(entry.pid, entry.start)) || isMarked(entry)
    })
    const all = withDescendants(new Set(first.map(({ pid }) => pid)), candidates)
    return candidates.filter(({ pid }) => all.has(pid)).map((entry): Member => {
      const { group, pid, start } = entry
      const isInGroup = isGroupOurs && group === id.pid
      // What the launcher of a pawl within the step is starting has that pawl's marks, which are ours, until it runs.
      const isElsewhere = entry.name === LAUNCHER || (!isMarked(entry) && view.marksOf(entry) !== undefined)
      const isOthers = !isInGroup && isElsewhere
      const member = { pid, pidStart: start, isInGroup, isOthers }
      known.set(keyOf(pid, start), member)
      return member
    })
  }

  return {
    find: (look) => {
      const table = view[look]()
      isBlind = table === undefined
      if (table !== undefined) return findIn(table)
      return isGroupThere() ? [{ pid: id.pid, pidStart: 0, isInGroup: true, isOthers: false }] : []
    },
    isUnclear: () => marks !== undefined && view.isUnclear(),
    isAnyAlive: () => {
      if (isBlind) return isGroupThere()
      for (const [key, member] of known) {
        if (isAlive(member)) return true
        known.delete(key)
      }
      return false
    },
    giveUp: ({ pid, pidStart = 0 }) => {
      givenUp.add(keyOf(pid, pidStart))
      known.delete(keyOf(pid, pidStart))
    }
  }
}
