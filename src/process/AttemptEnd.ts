/**
 * What an attempt came to, and the words for what kept it from coming to anything.
 *
 * Owns reading the end of its logs. Must not judge. The surprise: its logs get their place here, unless it succeeded
 * at once and printed nothing.
 */
import { codeOf, diskReason } from "../run/DiskReason.ts"
import { StateError } from "../run/StateError.ts"
import type { AttemptLogs } from "./LogSpool.ts"
import type { Attempt, Exit } from "./ProcessRunner.ts"
import type { End } from "./StartAttempt.ts"

/** What the system says, without its code and the name of the call. */
export const words = (cause: unknown): string =>
  diskReason(codeOf(cause))
    ?? (cause instanceof Error ? cause.message : String(cause)).replace(/^E[A-Z]+: ([^,]+),.*$/s, "$1")

export const logError = (attempt: Attempt, cause: unknown): StateError =>
  new StateError({
    message: `log ${attempt.out} could not be written: ${diskReason(codeOf(cause)) ?? words(cause)}`,
    hint: "free space or mend permissions, then run the same command again: nothing durable was lost",
    path: attempt.out
  })

/** Nobody can say how what it started has ended, or will. */
export const launcherLost = ({ out }: Attempt): StateError =>
  new StateError({
    message: "the process that starts steps (`step launcher`) was killed, so that the end of this one is not known",
    hint: "run the same command again: that step has been ended, and is run again",
    path: out
  })

/** Not even one attempt can be started, and nothing is left that could end first. */
export const noRoom = ({ out }: Attempt): StateError =>
  new StateError({
    message: "pawl may not have as many files open at once as it takes to start one step",
    hint: "raise the limit, for example by `ulimit -n 256`, then run the same command again: nothing durable was lost",
    path: out
  })

/** The end of an attempt, with what it printed. Throws the system's error. */
export const exitOf = (attempt: Attempt, logs: AttemptLogs, end: End, timedOut: boolean, lastedMs: number): Exit => {
  const stdout = logs.tail("out", attempt.keep.stdout)
  const stderr = logs.tail("err", attempt.keep.stderr)
  const outputs = logs.takeOutputs()
  if (end.exitCode !== 0 || timedOut || stdout.text !== "" || stderr.text !== "") logs.show()
  return {
    ...end,
    timedOut,
    durationMs: Math.round(lastedMs),
    stdout: stdout.text,
    stderr: stderr.text,
    truncated: { stdout: stdout.truncated, stderr: stderr.truncated },
    ...(outputs === undefined ? {} : { outputs })
  }
}
