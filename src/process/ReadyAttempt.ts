/**
 * The attempt that is likely to be the next to run, with its logs open and its request made.
 *
 * Owns it until it is taken or another one is expected. Must not start anything. The surprise: nothing of it is
 * seen by anybody if its turn never comes.
 */
import type { AttemptLogs, LogSpool } from "./LogSpool.ts"
import type { Attempt } from "./ProcessRunner.ts"
import type { ReadyProcess, Start, Starter, Unstarted } from "./StartAttempt.ts"

export interface OpenedAttempt {
  readonly logs: AttemptLogs
  readonly start: Start<Unstarted>
}

/** It was expected: its process has its logs, and is there. Where it turns out not to be, it is opened anew. */
export interface WaitingAttempt {
  readonly logs: AttemptLogs
  readonly go: Start<unknown>
}

export interface ReadyAttempt {
  readonly expect: (attempt: Attempt) => void
  /** What was made ready for an attempt, once; undefined where it was not expected. */
  readonly take: (attempt: Attempt) => WaitingAttempt | undefined
  /** What an attempt is started with. Throws the system's error. */
  readonly open: (attempt: Attempt) => OpenedAttempt
  readonly dispose: () => void
}

interface Ready {
  readonly attempt: Attempt
  readonly logs: AttemptLogs
  readonly process: ReadyProcess
}

export const makeReadyAttempt = (spool: LogSpool, starter: Starter): ReadyAttempt => {
  let ready: Ready | undefined
  const drop = (): void => {
    ready?.process.drop()
    ready?.logs.discard()
    ready = undefined
  }
  return {
    expect: (attempt) => {
      drop()
      if (!starter.canMakeReady()) return
      try {
        const logs = spool.openAhead(attempt)
        if (logs === undefined) return
        const process = starter.makeReady(attempt, logs)
        logs.handOver()
        if (process === undefined) logs.discard()
        else ready = { attempt, logs, process }
      } catch {
        // It is told when its turn comes.
      }
    },
    take: (attempt) => {
      // Only the banner may differ: what makes an attempt this one and no other is in its environment.
      if (ready?.attempt.env !== attempt.env) return undefined
      const { attempt: expected, logs, process } = ready
      ready = undefined
      return {
        logs,
        go: (onStarted, onEnd) => {
          const takeBack = process.start(onStarted, onEnd)
          // The process writes behind it, and need not wait for it.
          try {
            if (expected.banner !== attempt.banner) logs.renew(attempt.banner)
          } catch {
            // It keeps the time of its making; whatever is wrong with the disk is met again, where it can be told.
          }
          return takeBack
        }
      }
    },
    open: (attempt) => {
      const logs = spool.open(attempt)
      const start = starter.prepare(attempt, logs)
      const handingOver: Start<Unstarted> = (onStarted, onEnd) => {
        const takeBack = start((child) => {
          logs.handOver()
          onStarted(child)
        }, onEnd)
        return () => {
          const isTakenBack = takeBack()
          if (isTakenBack) logs.handOver()
          return isTakenBack
        }
      }
      return { logs, start: handingOver }
    },
    dispose: drop
  }
}
