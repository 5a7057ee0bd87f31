/**
 * Runs commands for real (`ProcessRunner.layerLive`).
 *
 * Owns the child's life: its own process group, output straight into the log files, its end.
 * Must not decide what an end means. The surprise: between the spawn and the wait nothing may
 * interrupt, or a started child would be known to nobody.
 */
import { Deferred, Effect, Either, Exit as EffectExit, FiberId, Layer, Option } from "effect"
import { existsSync, statSync } from "node:fs"
import { StateError } from "../run/StateError.ts"
import { lengthOf, readTail } from "./LogFile.ts"
import { type AttemptLogs, type LogSpool, makeLogSpool } from "./LogSpool.ts"
import { type Attempt, CouldNotStart, type Exit, type ProcessId, ProcessRunner } from "./ProcessRunner.ts"
import { endGroup, isGroupLeft, startTimeOf } from "./ProcessTable.ts"
import { makeProgramPath } from "./ProgramPath.ts"

/** An attempt that lasts longer has its logs in their place while it runs, milliseconds. */
const SHOWN_MS = 50

interface End {
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | number | null
}

const isFolder = (path: string): boolean => {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}

/** Why a spawn failed, in words that name what to look at. */
const explain = (attempt: Attempt, code: string): string => {
  const [program] = attempt.command
  if (!isFolder(attempt.workdir)) {
    const what = existsSync(attempt.workdir) ? "is not a folder" : "is not there"
    return `workdir ${JSON.stringify(attempt.shownWorkdir)} ${what}`
  }
  switch (code) {
    case "ENOENT":
      return `command ${JSON.stringify(program)} was not found`
    case "EACCES":
      return `command ${JSON.stringify(program)} is not executable`
    case "E2BIG":
      return "the arguments and environment are longer than the system allows"
    default:
      return `command ${JSON.stringify(program)} could not be started: ${code}`
  }
}

/** What the system says, without its code and the name of the call. */
const words = (cause: unknown): string =>
  (cause instanceof Error ? cause.message : String(cause)).replace(/^E[A-Z]+: ([^,]+),.*$/s, "$1")

const logError = (attempt: Attempt, cause: unknown): StateError =>
  new StateError({
    message: `log ${attempt.out} could not be written: ${words(cause)}`,
    hint: "free space or mend permissions, then run the same command again: nothing durable was lost",
    path: attempt.out
  })

const exitOf = (attempt: Attempt, logs: AttemptLogs, end: End, timedOut: boolean, startedAt: number): Exit => {
  const stdout = readTail(logs.out, lengthOf(logs.out), attempt.keep.stdout)
  const stderr = readTail(logs.err, lengthOf(logs.err), attempt.keep.stderr)
  const outputs = logs.takeOutputs()
  if (end.exitCode !== 0 || timedOut || stdout.text !== "" || stderr.text !== "") logs.show()
  return {
    ...(end.exitCode === null ? {} : { exitCode: end.exitCode }),
    ...(end.signal === null ? {} : { signal: String(end.signal) }),
    timedOut,
    durationMs: Math.round(performance.now() - startedAt),
    stdout: stdout.text,
    stderr: stderr.text,
    truncated: { stdout: stdout.truncated, stderr: stderr.truncated },
    ...(outputs === undefined ? {} : { outputs })
  }
}

/** Gives the logs of an attempt that takes its time their names, so that somebody can look. Gives the timer back. */
const showLater = (logs: AttemptLogs): ReturnType<typeof setTimeout> =>
  setTimeout(() => {
    try {
      logs.show()
    } catch {
      // It is tried again when the attempt ends, where there is a place to tell the error.
    }
  }, SHOWN_MS)

const make = (graceMs: number, spool: LogSpool): ProcessRunner["Type"] => {
  const programs = makeProgramPath()

  const spawnAs = (
    attempt: Attempt,
    [program, ...args]: Attempt["command"],
    path: string,
    logs: AttemptLogs,
    ended: Deferred.Deferred<End>
  ) =>
    Bun.spawn({
      cmd: [path, ...args],
      argv0: program,
      cwd: attempt.workdir,
      env: { ...attempt.env, PAWL_OUTPUT: logs.outputFile },
      stdin: "ignore",
      stdout: logs.out.child,
      stderr: logs.err.child,
      detached: true,
      onExit: (_child, exitCode, signal) => {
        Deferred.unsafeDone(ended, EffectExit.succeed({ exitCode, signal }))
      }
    })

  /** Starts a plain command without its shell; undefined where it takes the shell to say what is wrong with it. */
  const spawnSimple = (attempt: Attempt, logs: AttemptLogs, ended: Deferred.Deferred<End>) => {
    const { simple } = attempt
    const path = simple === undefined ? undefined : programs.find(simple[0], attempt.env["PATH"], attempt.workdir)
    if (simple === undefined || path === undefined) return undefined
    try {
      return spawnAs(attempt, simple, path, logs, ended)
    } catch {
      // A file without a first line that names its interpreter, for one: shells run it themselves.
      programs.forget()
      return undefined
    }
  }

  const spawn = (attempt: Attempt, logs: AttemptLogs, ended: Deferred.Deferred<End>) =>
    Either.try({
      try: () => {
        const simple = spawnSimple(attempt, logs, ended)
        if (simple !== undefined) return simple
        const [program] = attempt.command
        const path = programs.find(program, attempt.env["PATH"], attempt.workdir)
        if (path === undefined) {
          throw new CouldNotStart({ message: `command ${JSON.stringify(program)} was not found in PATH` })
        }
        return spawnAs(attempt, attempt.command, path, logs, ended)
      },
      catch: (cause) => {
        if (cause instanceof CouldNotStart) return cause
        programs.forget()
        const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause)
        return new CouldNotStart({ message: explain(attempt, code) })
      }
    })

  /** The end of a child that was started, whatever comes first: its own, the time-out, an interruption. */
  const awaitEnd = (attempt: Attempt, logs: AttemptLogs, ended: Deferred.Deferred<End>, stop: Effect.Effect<End>) => {
    const startedAt = performance.now()
    const exit = (timedOut: boolean) => (end: End) =>
      Effect.try({
        try: () => exitOf(attempt, logs, end, timedOut, startedAt),
        catch: (cause) => logError(attempt, cause)
      })
    return (restore: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>) => {
      const awaited = Effect.onInterrupt(restore(Deferred.await(ended)), () => stop)
      if (attempt.timeoutMs === undefined) return Effect.flatMap(awaited, exit(false))
      return Effect.flatMap(Effect.timeoutOption(awaited, attempt.timeoutMs), (inTime) =>
        Option.isSome(inTime)
          ? exit(false)(inTime.value)
          : Effect.flatMap(Deferred.await(ended), exit(true)))
    }
  }

  // On the path of every attempt: plain calls where a generator would do, since each step of one costs.
  const run = <E>(attempt: Attempt, onStart: (id: ProcessId) => Effect.Effect<void, E>) =>
    Effect.uninterruptibleMask((restore): Effect.Effect<Exit, CouldNotStart | StateError | E> => {
      const logs = Either.try({ try: () => spool.open(attempt), catch: (cause) => logError(attempt, cause) })
      if (Either.isLeft(logs)) return Effect.fail(logs.left)
      const ended = Deferred.unsafeMake<End>(FiberId.none)
      const child = spawn(attempt, logs.right, ended)
      logs.right.handOver()
      if (Either.isLeft(child)) {
        logs.right.show()
        logs.right.close()
        return Effect.fail(child.left)
      }
      const { pid } = child.right
      const stop = Effect.zipRight(endGroup(pid, graceMs), Deferred.await(ended))
      const end = awaitEnd(attempt, logs.right, ended, stop)
      const timer = showLater(logs.right)
      const pidStart = startTimeOf(pid)
      return Effect.onError(onStart(pidStart === undefined ? { pid } : { pid, pidStart }), () => stop).pipe(
        Effect.flatMap(() => end(restore)),
        Effect.ensuring(Effect.sync(() => {
          clearTimeout(timer)
          logs.right.close()
        }))
      )
    })

  return {
    run,
    endLeftover: (id) =>
      Effect.suspend(() => isGroupLeft(id) ? Effect.as(endGroup(id.pid, graceMs), true) : Effect.succeed(false))
  }
}

/** Runs commands on this machine; `graceMs` lies between TERM and KILL. */
export const layerLive = (graceMs: number): Layer.Layer<ProcessRunner> =>
  Layer.scoped(
    ProcessRunner,
    Effect.map(
      Effect.acquireRelease(Effect.sync(makeLogSpool), (spool) => Effect.sync(spool.dispose)),
      (spool) => make(graceMs, spool)
    )
  )
