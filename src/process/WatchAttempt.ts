/**
 * Sees an attempt that was started through to its end.
 *
 * Owns whatever ends it: itself, its time-out, an interruption. Must not start anything, and must not decide what an
 * end means. The surprise: an attempt that pawl begins to end is recorded as such first, since it has not ended by
 * itself, should pawl be killed meanwhile.
 */
import { Deferred, Effect, Option } from "effect"
import { writeSync } from "node:fs"
import { dirname } from "node:path"
import type { StateError } from "../run/StateError.ts"
import { exitOf, launcherLost, logError } from "./AttemptEnd.ts"
import { endingLine } from "./AttemptRecords.ts"
import type { AttemptLogs } from "./LogSpool.ts"
import { Patience } from "./Patience.ts"
import type { Attempt, Exit, ProcessId } from "./ProcessRunner.ts"
import { isAlive } from "./ProcessTable.ts"
import type { End } from "./StartAttempt.ts"
import { marksOf, type StepOf } from "./StepProcesses.ts"

/** The folder of the run that an attempt belongs to. */
export const runFolder = ({ out }: Attempt): string => dirname(dirname(dirname(out)))

/** Gives the logs of an attempt that takes its time their names, so that somebody can look. Gives the timer back. */
const showLater = (logs: AttemptLogs, shownMs: number): ReturnType<typeof setTimeout> =>
  setTimeout(() => {
    try {
      logs.show()
    } catch {
      // It is tried again when the attempt ends, where there is a place to tell the error.
    }
  }, shownMs)

/**
 * Completes when a process has had its time, that in which it was suspended not counted; never where it has
 * ended by then: where pawl itself was stopped, the end of a step and its time-out are told together.
 */
const timeUp = (timeoutMs: number, id: ProcessId): Effect.Effect<void> =>
  Effect.flatMap(Patience, ({ suspendedMs }) => {
    const wait = (left: number, before: number): Effect.Effect<void> =>
      Effect.flatMap(Effect.sleep(left), () => {
        const now = suspendedMs()
        if (now > before) return wait(now - before, now)
        return id.pidStart === undefined || isAlive(id) ? Effect.void : Effect.never
      })
    return wait(timeoutMs, suspendedMs())
  })

/** Signals that whoever stops a whole session or machine sends to all of its processes: HUP, INT, KILL and TERM. */
const stopping = [1, 2, 9, 15]
const stoppingNames = new Set(["SIGHUP", "SIGINT", "SIGKILL", "SIGTERM"])
/** How long pawl may take to hear of such a signal that its step has ended by already, milliseconds. */
const HEARD_MS = 100

/** Whether an attempt was ended by such a signal, as its shell may tell it for a child. */
const wasStopped = ({ exitCode, signal }: End): boolean =>
  signal === undefined ? exitCode !== undefined && stopping.includes(exitCode - 128) : stoppingNames.has(signal)

export type Restore = Parameters<Parameters<typeof Effect.uninterruptibleMask>[0]>[0]

/** An attempt that was started. */
export interface StartedAttempt {
  readonly attempt: Attempt
  readonly logs: AttemptLogs
  readonly id: ProcessId
  /** Completes when its first process has ended. */
  readonly ended: Deferred.Deferred<End>
}

export interface Watch {
  /** It runs, and will be watched. */
  readonly begun: (id: ProcessId) => void
  /** Waits for what has been started, and then lets go of it. Undefined: it was not started after all. */
  readonly watch: <E>(
    started: StartedAttempt,
    onStart: (id: ProcessId) => Effect.Effect<void, E>,
    restore: Restore
  ) => Effect.Effect<Exit | undefined, StateError | E>
  /** What runs now. */
  readonly running: () => ReadonlyArray<ProcessId>
}

/** Who watches; `end` ends all of a step, and `shownMs` is after how long the logs of an attempt have their names. */
export const makeWatch = (end: (step: StepOf) => Effect.Effect<boolean>, shownMs: number): Watch => {
  const running = new Set<ProcessId>()

  /** The end of a child that was started, whatever comes first: its own, the time-out, an interruption. */
  const awaitEnd = ({ attempt, ended, id, logs }: StartedAttempt, stop: Effect.Effect<End>) => {
    const startedAt = performance.now()
    let endedAt: number | undefined
    const exit = (timedOut: boolean) => (ending: End): Effect.Effect<Exit | undefined, StateError> => {
      if (ending.notStarted === true) return Effect.as(Effect.void, undefined)
      if (ending.exitCode !== undefined || ending.signal !== undefined) {
        return Effect.try({
          try: () => exitOf(attempt, logs, ending, timedOut, (endedAt ?? performance.now()) - startedAt),
          catch: (cause) => logError(attempt, cause)
        })
      }
      // Nobody watches over it any more, and after this halt nobody looks for it.
      return Effect.zipRight(
        end({ id, marks: marksOf(attempt.env, runFolder(attempt)), isOwn: false }),
        Effect.fail(launcherLost(attempt))
      )
    }
    return (restore: Restore) => {
      const ending = Effect.tap(Deferred.await(ended), (end) => {
        endedAt = performance.now()
        // It may be this pawl too that is told to stop: then that is no failure of the step.
        return wasStopped(end) ? Effect.sleep(HEARD_MS) : Effect.void
      })
      const awaited = Effect.onInterrupt(restore(ending), () => stop)
      if (attempt.timeoutMs === undefined) return Effect.flatMap(awaited, exit(false))
      const isLate = Effect.as(timeUp(attempt.timeoutMs, id), Option.none())
      return Effect.flatMap(Effect.raceFirst(Effect.asSome(awaited), restore(isLate)), (inTime) =>
        Option.isSome(inTime)
          ? exit(false)(inTime.value)
          : Effect.flatMap(Deferred.await(ended), exit(true)))
    }
  }

  const watch: Watch["watch"] = (started, onStart, restore) => {
    const { attempt, ended, id, logs } = started
    const stop = Effect.suspend(() => {
      try {
        // What ends because of this has not ended by itself, should pawl be killed meanwhile.
        writeSync(logs.spool.record, endingLine(id.pid))
      } catch {
        // A full disk, for one: that it ends matters more.
      }
      return Effect.zipRight(
        end({ id, marks: marksOf(attempt.env, runFolder(attempt)), isOwn: true }),
        Deferred.await(ended)
      )
    })
    const awaited = awaitEnd(started, stop)
    const timer = showLater(logs, shownMs)
    return Effect.onError(onStart(id), () => stop).pipe(
      Effect.flatMap(() => awaited(restore)),
      Effect.ensuring(Effect.sync(() => {
        clearTimeout(timer)
        running.delete(id)
        logs.close()
      }))
    )
  }

  return { begun: (id) => void running.add(id), watch, running: () => [...running] }
}
