/**
 * Runs commands for real (`ProcessRunner.layerLive`).
 *
 * Owns the child's life: its own process group, output straight into the log files, its end.
 * Must not decide what an end means. The surprise: between the spawn and the wait nothing may
 * interrupt, or a started child would be known to nobody.
 */
import { Deferred, Effect, Either, Exit as EffectExit, FiberId, Layer, Option } from "effect"
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { dirname } from "node:path"
import { StateError } from "../run/StateError.ts"
import { closeLog, type LogFile, openLog, readTail } from "./LogFile.ts"
import { type Attempt, CouldNotStart, type Exit, type ProcessId, ProcessRunner } from "./ProcessRunner.ts"
import { endGroup, isGroupLeft, startTimeOf } from "./ProcessTable.ts"
import { makeProgramPath } from "./ProgramPath.ts"

/** A step that writes more than this to its output file is asked to write a file of its own. */
const OUTPUT_FILE_BYTES = 1024 * 1024

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

interface Logs {
  readonly out: LogFile
  readonly err: LogFile
}

const openLogs = (attempt: Attempt): Logs => {
  mkdirSync(dirname(attempt.out), { recursive: true, mode: 0o700 })
  const out = openLog(attempt.out, attempt.banner)
  // Where the log was empty this is the first attempt, and there is no output file yet.
  if (out.appended) rmSync(attempt.outputFile, { force: true })
  try {
    return { out, err: openLog(attempt.err, attempt.banner) }
  } catch (cause) {
    closeLog(out)
    throw cause
  }
}

const closeLogs = (logs: Logs): void => {
  closeLog(logs.out)
  closeLog(logs.err)
}

const readOutputFile = (path: string): Exit["outputs"] => {
  if (!existsSync(path)) return undefined
  const outputs = statSync(path).size > OUTPUT_FILE_BYTES
    ? { text: "", tooLong: true }
    : { text: readFileSync(path, "utf8"), tooLong: false }
  rmSync(path, { force: true })
  return outputs
}

const exitOf = (attempt: Attempt, logs: Logs, end: End, timedOut: boolean, startedAt: number): Exit => {
  const stdout = readTail(logs.out, attempt.keep.stdout)
  const stderr = readTail(logs.err, attempt.keep.stderr)
  const outputs = readOutputFile(attempt.outputFile)
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

const make = (graceMs: number): ProcessRunner["Type"] => {
  const programs = makeProgramPath()

  const spawn = (attempt: Attempt, logs: Logs, ended: Deferred.Deferred<End>) =>
    Either.try({
      try: () => {
        const [program, ...args] = attempt.command
        const path = programs.find(program, attempt.env["PATH"], attempt.workdir)
        if (path === undefined) {
          throw new CouldNotStart({ message: `command ${JSON.stringify(program)} was not found in PATH` })
        }
        return Bun.spawn({
          cmd: [path, ...args],
          argv0: program,
          cwd: attempt.workdir,
          env: attempt.env,
          stdin: "ignore",
          stdout: logs.out.fd,
          stderr: logs.err.fd,
          detached: true,
          onExit: (_child, exitCode, signal) => {
            Deferred.unsafeDone(ended, EffectExit.succeed({ exitCode, signal }))
          }
        })
      },
      catch: (cause) => {
        if (cause instanceof CouldNotStart) return cause
        programs.forget()
        const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause)
        return new CouldNotStart({ message: explain(attempt, code) })
      }
    })

  /** The end of a child that was started, whatever comes first: its own, the time-out, an interruption. */
  const awaitEnd = (attempt: Attempt, logs: Logs, ended: Deferred.Deferred<End>, stop: Effect.Effect<End>) => {
    const startedAt = performance.now()
    const exit = (timedOut: boolean) => (end: End) => exitOf(attempt, logs, end, timedOut, startedAt)
    return (restore: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>) => {
      const awaited = Effect.onInterrupt(restore(Deferred.await(ended)), () => stop)
      if (attempt.timeoutMs === undefined) return Effect.map(awaited, exit(false))
      return Effect.flatMap(Effect.timeoutOption(awaited, attempt.timeoutMs), (inTime) =>
        Option.isSome(inTime)
          ? Effect.succeed(exit(false)(inTime.value))
          : Effect.map(Deferred.await(ended), exit(true)))
    }
  }

  // On the path of every attempt: plain calls where a generator would do, since each step of one costs.
  const run = <E>(attempt: Attempt, onStart: (id: ProcessId) => Effect.Effect<void, E>) =>
    Effect.uninterruptibleMask((restore): Effect.Effect<Exit, CouldNotStart | StateError | E> => {
      const logs = Either.try({ try: () => openLogs(attempt), catch: (cause) => logError(attempt, cause) })
      if (Either.isLeft(logs)) return Effect.fail(logs.left)
      const ended = Deferred.unsafeMake<End>(FiberId.none)
      const child = spawn(attempt, logs.right, ended)
      if (Either.isLeft(child)) {
        closeLogs(logs.right)
        return Effect.fail(child.left)
      }
      const { pid } = child.right
      const stop = Effect.zipRight(endGroup(pid, graceMs), Deferred.await(ended))
      const end = awaitEnd(attempt, logs.right, ended, stop)
      const pidStart = startTimeOf(pid)
      return Effect.onError(onStart(pidStart === undefined ? { pid } : { pid, pidStart }), () => stop).pipe(
        Effect.flatMap(() => end(restore)),
        Effect.ensuring(Effect.sync(() => closeLogs(logs.right)))
      )
    })

  return {
    run,
    endLeftover: (id) =>
      Effect.suspend(() => isGroupLeft(id) ? Effect.as(endGroup(id.pid, graceMs), true) : Effect.succeed(false))
  }
}

/** Runs commands on this machine; `graceMs` lies between TERM and KILL. */
export const layerLive = (graceMs: number): Layer.Layer<ProcessRunner> => Layer.sync(ProcessRunner, () => make(graceMs))
