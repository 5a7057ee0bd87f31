/**
 * Runs commands for real (`ProcessRunner.layerLive`).
 *
 * Owns the child's life: its own process group, output straight into the log files, its end.
 * Must not decide what an end means. The surprise: between the spawn and the wait nothing may
 * interrupt, or a started child would be known to nobody.
 */
import { Deferred, Effect, Either, Exit as EffectExit, FiberId, Layer, Option, Schedule } from "effect"
import { writeSync } from "node:fs"
import { dirname } from "node:path"
import type { ShortageCode } from "../run/HoldBack.ts"
import { StateError } from "../run/StateError.ts"
import { endingLine } from "./AttemptRecords.ts"
import { endStep } from "./EndStep.ts"
import { openLauncher } from "./Launcher.ts"
import { isRecordDue, leftBehind, recordEnding } from "./LeftBehind.ts"
import { type AttemptLogs, type LogSpool, makeLogSpool } from "./LogSpool.ts"
import { maskLogs } from "./MaskedLogs.ts"
import { Patience } from "./Patience.ts"
import { type Attempt, type CouldNotStart, type Exit, type ProcessId, ProcessRunner } from "./ProcessRunner.ts"
import { isAlive } from "./ProcessTable.ts"
import { makeProcessView } from "./ProcessView.ts"
import { descriptorsOf, makeRoom } from "./Room.ts"
import { shortageOf } from "./Shortage.ts"
import { type End, LAUNCHER_LOST, makeStarter, type Starter } from "./StartAttempt.ts"
import { marksOf, type StepOf } from "./StepProcesses.ts"

/** An attempt that lasts longer has its logs in their place while it runs, milliseconds. */
const SHOWN_MS = 50

/** How long a launcher on a busy machine is given to record an end that it has not come to yet: 15 times 20 ms. */
const recordPatience = Schedule.intersect(Schedule.spaced(20), Schedule.recurs(15))

/** Between the start of a process and its becoming a command, at the most; milliseconds. */
const SETTLED_MS = 100

/** What the system says, without its code and the name of the call. */
const words = (cause: unknown): string =>
  (cause instanceof Error ? cause.message : String(cause)).replace(/^E[A-Z]+: ([^,]+),.*$/s, "$1")

const logError = (attempt: Attempt, cause: unknown): StateError =>
  new StateError({
    message: `log ${attempt.out} could not be written: ${words(cause)}`,
    hint: "free space or mend permissions, then run the same command again: nothing durable was lost",
    path: attempt.out
  })

const unreadable = (runDir: string) => (cause: unknown): StateError =>
  new StateError({
    message: `what a killed pawl left in ${runDir} could not be read: ${words(cause)}`,
    hint: "mend permissions, then run the same command again: nothing durable was lost",
    path: runDir
  })

/** Nobody can say how what it started has ended, or will. */
const launcherLost = ({ out }: Attempt): StateError =>
  new StateError({
    message: "the process that starts steps (`step launcher`) was killed, so that the end of this one is not known",
    hint: "run the same command again: that step has been ended, and is run again",
    path: out
  })

const exitOf = (attempt: Attempt, logs: AttemptLogs, end: End, timedOut: boolean, startedAt: number): Exit => {
  const stdout = logs.tail("out", attempt.keep.stdout)
  const stderr = logs.tail("err", attempt.keep.stderr)
  const outputs = logs.takeOutputs()
  if (end.exitCode !== 0 || timedOut || stdout.text !== "" || stderr.text !== "") logs.show()
  return {
    ...end,
    timedOut,
    durationMs: Math.round(performance.now() - startedAt),
    stdout: stdout.text,
    stderr: stderr.text,
    truncated: { stdout: stdout.truncated, stderr: stderr.truncated },
    ...(outputs === undefined ? {} : { outputs })
  }
}

/** The folder of the run that an attempt belongs to. */
const runFolder = ({ out }: Attempt): string => dirname(dirname(dirname(out)))

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

const make = (
  graceMs: number,
  shownMs: number,
  spool: LogSpool,
  starter: Starter
): ProcessRunner["Type"] => {
  const view = makeProcessView()
  const room = makeRoom()
  const running = new Set<ProcessId>()

  /** Ends all of a step, with the time that it is given at this moment. */
  const end = (step: StepOf): Effect.Effect<boolean> =>
    Effect.flatMap(Patience, (given) => endStep(view, { ...step, graceMs, ...given }))

  /**
   * Ends what a launcher may have started that was killed before it said so. Its process may only just be about to
   * become the command, and is not known by its marks before that.
   */
  const endUnknown = (attempt: Attempt): Effect.Effect<boolean> => {
    const look = end({ id: { pid: 0 }, marks: marksOf(attempt.env, runFolder(attempt)), isOwn: false })
    return Effect.zipRight(look, Effect.delay(look, SETTLED_MS))
  }

  /** The end of a child that was started, whatever comes first: its own, the time-out, an interruption. */
  const awaitEnd = (
    attempt: Attempt,
    logs: AttemptLogs,
    ended: Deferred.Deferred<End>,
    stop: Effect.Effect<End>,
    id: ProcessId
  ) => {
    const startedAt = performance.now()
    const exit = (timedOut: boolean) => (ending: End): Effect.Effect<Exit, StateError> =>
      ending.exitCode === undefined && ending.signal === undefined
        // Nobody watches over it any more, and after this halt nobody looks for it.
        ? Effect.zipRight(
          end({ id, marks: marksOf(attempt.env, runFolder(attempt)), isOwn: false }),
          Effect.fail(launcherLost(attempt))
        )
        : Effect.try({
          try: () => exitOf(attempt, logs, ending, timedOut, startedAt),
          catch: (cause) => logError(attempt, cause)
        })
    return (restore: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>) => {
      const awaited = Effect.onInterrupt(restore(Deferred.await(ended)), () => stop)
      if (attempt.timeoutMs === undefined) return Effect.flatMap(awaited, exit(false))
      const isLate = Effect.as(timeUp(attempt.timeoutMs, id), Option.none())
      return Effect.flatMap(Effect.raceFirst(Effect.asSome(awaited), restore(isLate)), (inTime) =>
        Option.isSome(inTime)
          ? exit(false)(inTime.value)
          : Effect.flatMap(Deferred.await(ended), exit(true)))
    }
  }

  // On the path of every attempt: plain calls where a generator would do, since each step of one costs.
  const run = <E>(attempt: Attempt, onStart: (id: ProcessId) => Effect.Effect<void, E>) =>
    Effect.uninterruptibleMask((restore): Effect.Effect<Exit, CouldNotStart | StateError | E> => {
      const later = (code: ShortageCode) => restore(Effect.zipRight(room.wait(code), run(attempt, onStart)))
      const descriptors = descriptorsOf(attempt)
      const lacking = room.lacks(descriptors)
      if (lacking !== undefined) return later(lacking)
      const shortOf = (code: ShortageCode) => {
        room.runShort(code)
        return later(code)
      }
      const logs = Either.try({ try: () => spool.open(attempt), catch: (cause) => cause })
      if (Either.isLeft(logs)) {
        const short = shortageOf(logs.left)
        return short === undefined ? Effect.fail(logError(attempt, logs.left)) : shortOf(short)
      }
      const ended = Deferred.unsafeMake<End>(FiberId.none)
      const child = starter.start(attempt, logs.right, (end) => {
        const tell = (): void => Deferred.unsafeDone(ended, EffectExit.succeed(end))
        if (logs.right.settle === undefined) tell()
        else void logs.right.settle().then(tell)
      })
      logs.right.handOver()
      if (Either.isLeft(child)) {
        const { left: why } = child
        const isShort = typeof why === "string" && why !== LAUNCHER_LOST
        if (!isShort) logs.right.show()
        logs.right.close()
        if (isShort) return shortOf(why)
        return why === LAUNCHER_LOST
          ? Effect.zipRight(endUnknown(attempt), Effect.fail(launcherLost(attempt)))
          : Effect.fail(why)
      }
      const id = child.right
      running.add(id)
      const leave = room.take(descriptors)
      const stop = Effect.suspend(() => {
        try {
          // What ends because of this has not ended by itself, should pawl be killed meanwhile.
          writeSync(logs.right.spool.record, endingLine(id.pid))
        } catch {
          // A full disk, for one: that it ends matters more.
        }
        return Effect.zipRight(
          end({ id, marks: marksOf(attempt.env, runFolder(attempt)), isOwn: true }),
          Deferred.await(ended)
        )
      })
      const awaited = awaitEnd(attempt, logs.right, ended, stop, id)
      const timer = showLater(logs.right, shownMs)
      return Effect.onError(onStart(id), () => stop).pipe(
        Effect.flatMap(() => awaited(restore)),
        Effect.ensuring(Effect.sync(() => {
          clearTimeout(timer)
          running.delete(id)
          logs.right.close()
          leave()
        }))
      )
    })

  return {
    run,
    leftBehind: (runDir) =>
      Effect.try({ try: () => isRecordDue(runDir), catch: unreadable(runDir) }).pipe(
        Effect.repeat({ schedule: recordPatience, while: (isDue) => isDue }),
        Effect.zipRight(Effect.try({ try: () => leftBehind(runDir), catch: unreadable(runDir) }))
      ),
    endLeftover: (id, marks) =>
      Effect.suspend(() => {
        try {
          if (marks !== undefined) recordEnding(marks.folder, id)
        } catch {
          // A full disk, for one. Should pawl be killed right now, this end counts as one of the attempt's own.
        }
        return end({ id, marks, isOwn: false })
      }),
    running: () => [...running]
  }
}

/**
 * Runs commands on this machine; `graceMs` lies between TERM and KILL. `open` gives the launcher that starts them, or
 * undefined where there can't be one; an attempt that lasts longer than `shownMs` has its logs in their place meanwhile.
 */
export const layerLive = (
  graceMs: number,
  open = openLauncher,
  shownMs: number = SHOWN_MS
): Layer.Layer<ProcessRunner> =>
  Layer.scoped(
    ProcessRunner,
    Effect.map(
      Effect.zip(
        Effect.acquireRelease(Effect.sync(() => makeStarter(open)), (starter) => Effect.sync(starter.dispose)),
        Effect.acquireRelease(Effect.sync(() => maskLogs(makeLogSpool())), (spool) => Effect.sync(spool.dispose))
      ),
      ([starter, spool]) => make(graceMs, shownMs, spool, starter)
    )
  )
