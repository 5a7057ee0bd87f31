/**
 * Runs commands for real (`ProcessRunner.layerLive`).
 *
 * Owns the start of a child in its own process group, or waiting for the room that it needs. Must not decide what an
 * end means. The surprise: between the spawn and the wait nothing may interrupt, or a started child would be known to
 * nobody.
 */
import { Deferred, Effect, Either, Exit as EffectExit, FiberId, Layer } from "effect"
import type { ShortageCode } from "../run/HoldBack.ts"
import type { StateError } from "../run/StateError.ts"
import { launcherLost, logError, noRoom } from "./AttemptEnd.ts"
import { endStep } from "./EndStep.ts"
import { openLauncher } from "./Launcher.ts"
import { findLeftBehind, recordEnding } from "./LeftBehind.ts"
import { type AttemptLogs, makeLogSpool } from "./LogSpool.ts"
import { maskLogs } from "./MaskedLogs.ts"
import { Patience } from "./Patience.ts"
import { type Attempt, type CouldNotStart, type Exit, type ProcessId, ProcessRunner } from "./ProcessRunner.ts"
import { makeProcessView } from "./ProcessView.ts"
import { makeReadyAttempt, type ReadyAttempt } from "./ReadyAttempt.ts"
import { descriptorsOf, makeRoom, startingDescriptorsOf } from "./Room.ts"
import { shortageOf } from "./Shortage.ts"
import { type End, LAUNCHER_LOST, makeStarter, type Start, type Starter, type Unstarted } from "./StartAttempt.ts"
import { marksOf, type StepOf } from "./StepProcesses.ts"
import { makeWatch, type Restore, runFolder } from "./WatchAttempt.ts"

/** An attempt that lasts longer has its logs in their place while it runs, milliseconds. */
const SHOWN_MS = 50

/** Between the start of a process and its becoming a command, at the most; milliseconds. */
const SETTLED_MS = 100

type Run<E> = Effect.Effect<Exit, CouldNotStart | StateError | E>
/** An attempt whose logs are open. */
interface Startable<Problem> {
  readonly attempt: Attempt
  readonly logs: AttemptLogs
  readonly start: Start<Problem>
}

type OnStart<E> = (id: ProcessId) => Effect.Effect<void, E>

const telling = (logs: AttemptLogs, ended: Deferred.Deferred<End>) => (end: End): void => {
  const tell = (): void => Deferred.unsafeDone(ended, EffectExit.succeed(end))
  if (logs.settle === undefined) tell()
  else void logs.settle().then(tell)
}

const make = (
  graceMs: number,
  shownMs: number,
  ready: ReadyAttempt,
  settle: Starter["settle"]
): ProcessRunner["Type"] => {
  const view = makeProcessView()
  const room = makeRoom()

  /** Ends all of a step, with the time that it is given at this moment. */
  const end = (step: StepOf): Effect.Effect<boolean> =>
    Effect.flatMap(Patience, (given) => endStep(view, { ...step, graceMs, ...given }))

  const { begun, running, watch } = makeWatch(end, shownMs)

  /**
   * Ends what a launcher may have started that was killed before it said so. Its process may only just be about to
   * become the command, and is not known by its marks before that.
   */
  const endUnknown = (attempt: Attempt): Effect.Effect<boolean> => {
    const look = end({ id: { pid: 0 }, marks: marksOf(attempt.env, runFolder(attempt)), isOwn: false })
    return Effect.zipRight(look, Effect.delay(look, SETTLED_MS))
  }

  // On the path of every attempt: plain calls where a generator would do, since each step of one costs.

  /** Starts an attempt and sees it through. `otherwise` is for what was not started, and has no room any more. */
  const startInRoom = <Problem, E, E2>(
    { attempt, logs, start }: Startable<Problem>,
    onStart: OnStart<E>,
    restore: Restore,
    otherwise: (why: Problem) => Effect.Effect<Exit | undefined, E2>
  ): Effect.Effect<Exit | undefined, StateError | E | E2> => {
    const began = Deferred.unsafeMake<Either.Either<ProcessId, Problem>>(FiberId.none)
    const ended = Deferred.unsafeMake<End>(FiberId.none)
    const taken = room.take(startingDescriptorsOf(attempt))
    const takeBack = start((child) => {
      if (Either.isRight(child)) begun(child.right)
      Deferred.unsafeDone(began, EffectExit.succeed(child))
    }, telling(logs, ended))
    const answered = Effect.flatMap(Effect.exit(restore(Deferred.await(began))), (exit) => {
      if (EffectExit.isSuccess(exit)) return exit
      // Interrupted. What has begun all the same is known to nobody until it is answered.
      if (!takeBack()) return Deferred.await(began)
      taken.leave()
      logs.close()
      return Effect.interrupt
    })
    return Effect.flatMap(answered, (child): Effect.Effect<Exit | undefined, StateError | E | E2> => {
      if (Either.isRight(child)) {
        taken.hasStarted(descriptorsOf(attempt))
        const watched = watch({ attempt, logs, id: child.right, ended }, onStart, restore)
        return Effect.ensuring(watched, Effect.sync(taken.leave))
      }
      taken.leave()
      return otherwise(child.left)
    })
  }

  const runNow = <E>(attempt: Attempt, onStart: OnStart<E>, restore: Restore): Run<E> => {
    const later = (code: ShortageCode): Run<E> => restore(Effect.zipRight(room.wait(code), run(attempt, onStart)))
    const shortOf = (code: ShortageCode): Run<E> => {
      return room.runShort(code, startingDescriptorsOf(attempt)) ? Effect.fail(noRoom(attempt)) : later(code)
    }
    const lacking = room.lacks(startingDescriptorsOf(attempt))
    if (lacking !== undefined) return later(lacking)
    const opened = Either.try({ try: () => ready.open(attempt), catch: (cause) => cause })
    if (Either.isLeft(opened)) {
      const short = shortageOf(opened.left)
      return short === undefined ? Effect.fail(logError(attempt, opened.left)) : shortOf(short)
    }
    const { logs, start } = opened.right
    const unstarted = (why: Unstarted): Run<E> => {
      const isShort = typeof why === "string" && why !== LAUNCHER_LOST
      if (!isShort) logs.show()
      logs.close()
      if (isShort) return shortOf(why)
      return why === LAUNCHER_LOST
        ? Effect.zipRight(endUnknown(attempt), Effect.fail(launcherLost(attempt)))
        : Effect.fail(why)
    }
    return Effect.flatMap(
      startInRoom({ attempt, logs, start }, onStart, restore, unstarted),
      (exit) => exit === undefined ? Effect.fail(launcherLost(attempt)) : Effect.succeed(exit)
    )
  }

  const run = <E>(attempt: Attempt, onStart: OnStart<E>): Run<E> =>
    Effect.uninterruptibleMask((restore): Run<E> => {
      const waiting = ready.take(attempt)
      if (waiting === undefined) return runNow(attempt, onStart, restore)
      const { go, logs } = waiting
      // What was made for it comes to nothing: it is started as any other.
      const unstarted = (why: unknown) =>
        Effect.zipRight(
          // It may have been let go, and nobody is left to say so.
          why === LAUNCHER_LOST ? endUnknown(attempt) : Effect.void,
          Effect.sync(() => void logs.discard())
        )
      return Effect.flatMap(
        startInRoom({ attempt, logs, start: go }, onStart, restore, unstarted),
        (exit) => exit === undefined ? runNow(attempt, onStart, restore) : Effect.succeed(exit)
      )
    })

  return {
    run,
    expect: ready.expect,
    leftBehind: findLeftBehind,
    endLeftover: (id, marks) =>
      Effect.suspend(() => {
        try {
          if (marks !== undefined) recordEnding(marks.folder, id)
        } catch {
          // A full disk, for one. Should pawl be killed right now, this end counts as one of the attempt's own.
        }
        return end({ id, marks, isOwn: false })
      }),
    running: () => {
      settle()
      return running()
    }
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
      Effect.acquireRelease(
        Effect.sync(() => {
          const starter = makeStarter(open)
          const spool = maskLogs(makeLogSpool())
          return { starter, spool, ready: makeReadyAttempt(spool, starter) }
        }),
        ({ ready, spool, starter }) =>
          Effect.sync(() => {
            ready.dispose()
            spool.dispose()
            starter.dispose()
          })
      ),
      ({ ready, starter }) => make(graceMs, shownMs, ready, starter.settle)
    )
  )
