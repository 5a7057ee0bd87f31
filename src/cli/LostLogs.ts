/**
 * Logs that were written, and are gone.
 *
 * Owns how that is told. The surprise: the log of a step that is under way may not have its name yet, so it is
 * not missed.
 */
import { StateError } from "../run/StateError.ts"
import { shellWord } from "../report/NextSteps.ts"
import { hasLog } from "../report/StepList.ts"
import { stepState, type TargetState } from "../run/TargetState.ts"
import type { LogFile } from "./LogFiles.ts"

/** Whether a check let its gate open: then nothing tells whether it printed anything, and so left a log. */
export const isOpenedByCheck = (target: TargetState, path: string): boolean => {
  const step = stepState(target, path)
  return step?.decision?.by === "policy" && step.decision.outcome === "approved"
}

/** Whether a step has ended an attempt that surely left a log. */
export const hasLeftLog = (target: TargetState, path: string): boolean => {
  const step = stepState(target, path)
  return step !== undefined && step.status !== "running" && hasLog(step) && !isOpenedByCheck(target, path)
}

const SHOWN = 5

/** Some of many words, and how many more. */
export const some = (words: ReadonlyArray<string>): string =>
  words.length <= SHOWN ? words.join(", ") : `${words.slice(0, SHOWN).join(", ")} and ${words.length - SHOWN} more`

/** Says that logs of a run are gone; undefined where none are. */
export const lostLogs = (runId: string, gone: ReadonlyArray<LogFile>): StateError | undefined => {
  const [first, second] = gone
  if (first === undefined) return undefined
  const hint = `restore it from a backup; how the steps ended is known without it: \`pawl status ${shellWord(runId)}\``
  return second === undefined
    ? new StateError({
      message: `the log of \`${first.target}/${first.path}\` is gone: the step has run, and ${first.file} is not there`,
      hint,
      path: first.file
    })
    : new StateError({
      message: `${gone.length} logs are gone: the steps have run, and their files are not there: ${
        some(gone.map(({ file }) => file))
      }`,
      hint: hint.replace("it from", "them from").replace("without it", "without them"),
      path: first.file
    })
}
