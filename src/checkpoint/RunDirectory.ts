/**
 * The names of things in a state directory.
 *
 * Owns the layout that the contracts publish. Pure. The surprise: a run that goes on with
 * another plan keeps the first one; later plans stand beside it under names of their own.
 */
import { join } from "node:path"

export const FIRST_PLAN = "plan.json"
export const CURRENT = "current"
/** Targets that came to an open first plan. */
export const TARGETS = "targets.ndjson"
export const SUMMARY = "summary.json"

const planName = /^plan(?:\.(\d+))?\.json$/

/** Whether a name is that of a plan, and so of a file in the run's own directory. */
export const isPlanName = (name: string): boolean => planName.test(name)

/** The name for the next plan of a run whose directory holds `names`. */
export const nextPlanName = (names: ReadonlyArray<string>): string => {
  const numbers = names.flatMap((name) => {
    const found = planName.exec(name)
    return found === null ? [] : [Number(found[1] ?? 1)]
  })
  return numbers.length === 0 ? FIRST_PLAN : `plan.${Math.max(...numbers) + 1}.json`
}

export const batchDirectory = (stateDir: string, batch: string): string => join(stateDir, batch)
export const lockFile = (batchDir: string): string => join(batchDir, "lock")
export const currentFile = (batchDir: string): string => join(batchDir, CURRENT)
export const runsDirectory = (batchDir: string): string => join(batchDir, "runs")
export const runDirectory = (batchDir: string, runId: string): string => join(batchDir, "runs", runId)
/** Runs on their way out. What is in here is no run any more. */
export const removedFolder = (batchDir: string): string => join(batchDir, "removed")
export const logsFolder = (runDir: string): string => join(runDir, "logs")
/** Logs on their way to their names. */
export const spoolFolder = (runDir: string): string => join(runDir, "logs", ".spool")
export const originFile = (runDir: string): string => join(runDir, "origin.json")
export const inboxFolder = (runDir: string): string => join(runDir, "inbox")
