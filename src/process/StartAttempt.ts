/**
 * From an attempt to a running process: by the launcher, or where there is none by this process itself.
 *
 * Owns what is executed, and the words for what could not be. Must not wait for it. The surprise: without a
 * launcher all is as with it, but that an attempt which ends while no pawl is there is made again.
 */
import { Either } from "effect"
import { constants } from "node:os"
import { existsSync, statSync } from "node:fs"
import type { ShortageCode } from "../run/HoldBack.ts"
import { identityOf, readStatus } from "./AttemptRecords.ts"
import { type Launcher, type TakeBack, tooLate } from "./Launcher.ts"
import { type Command, NOT_STARTED, type Started } from "./LauncherMessage.ts"
import type { AttemptLogs } from "./LogSpool.ts"
import { type Attempt, CouldNotStart, type ProcessId } from "./ProcessRunner.ts"
import { startTimeOf } from "./ProcessTable.ts"
import { makeProgramPath } from "./ProgramPath.ts"
import { shortageOf } from "./Shortage.ts"

/** How a process ended; neither is there where its launcher was killed, so that nobody will ever know. */
export interface End {
  readonly exitCode?: number
  readonly signal?: string
  /** It was made ready and could not become its command: it is to be started as one that was not. */
  readonly notStarted?: true
}

/** In place of an error of the command: the launcher was killed, which is nothing that the command has done. */
export const LAUNCHER_LOST = "launcher-lost"

/**
 * Starts what was prepared. `onStarted` is called once, at once or soon, unless it is taken back; `onEnd` once, where it
 * was started, when its first process has ended.
 */
export type Start<Problem> = (
  onStarted: (started: Either.Either<ProcessId, Problem>) => void,
  onEnd: (end: End) => void
) => TakeBack

/** Why nothing was started. */
export type Unstarted = CouldNotStart | ShortageCode | typeof LAUNCHER_LOST

export interface Starter {
  /** Makes ready what can be before the attempt's turn has come. */
  readonly prepare: (attempt: Attempt, logs: AttemptLogs) => Start<Unstarted>
  /** Whether a process can be made now that is to be started later. */
  readonly canMakeReady: () => boolean
  /**
   * Makes its process too; undefined where that is of no use. `start` gives a problem of no consequence then: it is to
   * be prepared anew.
   */
  readonly makeReady: (attempt: Attempt, logs: AttemptLogs) => ReadyProcess | undefined
  /** Returns when of everything that was to be started it is known what came of it. */
  readonly settle: () => void
  readonly dispose: () => void
}

export interface ReadyProcess {
  readonly start: Start<unknown>
  /** It is not needed. */
  readonly drop: () => void
}

const isFolder = (path: string): boolean => {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}

/** Why a start failed, in words that name what to look at. */
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
    case "EINVAL":
    case "ERR_INVALID_ARG_VALUE":
      return `command ${JSON.stringify(program)} can't be given a NUL character, which is in a word or a variable of it`
    case "E2BIG":
      return "the arguments and environment are longer than the system allows"
    default:
      return `command ${JSON.stringify(program)} could not be started: ${code}`
  }
}

type Words = Attempt["command"]

/** Starts `words` with the program at `path`. Left: the code of the system's error. */
type Spawn = (attempt: Attempt, words: Words, path: string, logs: AttemptLogs) => Start<string>

const withOutput = ({ env }: Attempt, { outputFile }: AttemptLogs) => ({ ...env, PAWL_OUTPUT: outputFile })

const spawnNow = (
  attempt: Attempt,
  [program, ...args]: Words,
  path: string,
  logs: AttemptLogs,
  onEnd: (end: End) => void
): Either.Either<ProcessId, string> => {
  try {
    const { pid } = Bun.spawn({
      cmd: [path, ...args],
      argv0: program,
      cwd: attempt.workdir,
      env: withOutput(attempt, logs),
      stdin: "ignore",
      stdout: logs.out.child,
      stderr: logs.err.child,
      detached: true,
      onExit: (_child, exitCode, signal) =>
        onEnd({
          ...(exitCode === null ? {} : { exitCode }),
          ...(signal === null ? {} : { signal: String(signal) })
        })
    })
    const pidStart = startTimeOf(pid)
    return Either.right(pidStart === undefined ? { pid } : { pid, pidStart })
  } catch (cause) {
    return Either.left(cause instanceof Error && "code" in cause ? String(cause.code) : String(cause))
  }
}

const spawnHere: Spawn = (attempt, words, path, logs) => (onStarted, onEnd) => {
  onStarted(spawnNow(attempt, words, path, logs, onEnd))
  return tooLate
}

const codes = new Map(Object.entries(constants.errno).map(([code, number]) => [number, code]))

const endOf = (status: number | undefined): End => {
  if (status === undefined) return {}
  return status >= NOT_STARTED ? { notStarted: true } : readStatus(status)
}

const idOf = (started: Started): Either.Either<ProcessId, string> => {
  if (!("errno" in started)) return Either.right(started)
  return Either.left(started.errno === 0 ? LAUNCHER_LOST : codes.get(started.errno) ?? `error ${started.errno}`)
}

const commandOf = (attempt: Attempt, words: Words, path: string, logs: AttemptLogs): Command => ({
  path,
  words,
  env: withOutput(attempt, logs),
  workdir: attempt.workdir,
  stdout: logs.out.child,
  stderr: logs.err.child,
  record: logs.spool.record,
  tag: {
    ...identityOf(attempt),
    files: logs.files,
    out: logs.out.start,
    err: logs.err.start,
    ...(attempt.mask === undefined ? {} : { masked: 1 })
  }
})

const spawnBy = (launcher: Launcher): Spawn => (attempt, words, path, logs) => {
  const start = launcher.prepare(commandOf(attempt, words, path, logs))
  return (onStarted, onEnd) => start((started) => onStarted(idOf(started)), (status) => onEnd(endOf(status)))
}

/** Starts attempts; what it needs for that is made with the first one, by `open`. */
export const makeStarter = (open: (folder: string) => Launcher | undefined): Starter => {
  const programs = makeProgramPath()
  let launcher: Launcher | undefined
  let spawn: Spawn | undefined

  const spawnAs: Spawn = (attempt, words, path, logs) => {
    if (spawn === undefined || launcher?.isGone() === true) {
      launcher?.close()
      launcher = open(logs.spool.folder)
      spawn = launcher === undefined ? spawnHere : spawnBy(launcher)
    }
    return spawn(attempt, words, path, logs)
  }

  /** A plain command without its shell; undefined where it takes the shell to say what is wrong with it. */
  const prepareSimple = (attempt: Attempt, logs: AttemptLogs): Start<string> | undefined => {
    const { simple } = attempt
    const path = simple === undefined ? undefined : programs.find(simple[0], attempt.env["PATH"], attempt.workdir)
    return simple === undefined || path === undefined ? undefined : spawnAs(attempt, simple, path, logs)
  }

  const prepareWhole = (attempt: Attempt, logs: AttemptLogs): Start<Unstarted> => {
    const [program] = attempt.command
    const path = programs.find(program, attempt.env["PATH"], attempt.workdir)
    if (path === undefined) {
      const problem = new CouldNotStart({ message: `command ${JSON.stringify(program)} was not found in PATH` })
      return (onStarted) => {
        onStarted(Either.left(problem))
        return tooLate
      }
    }
    const start = spawnAs(attempt, attempt.command, path, logs)
    const problemOf = (code: string): Unstarted => {
      if (code === LAUNCHER_LOST) return code
      programs.forget()
      return shortageOf(code) ?? new CouldNotStart({ message: explain(attempt, code) })
    }
    return (onStarted, onEnd) => start((started) => onStarted(Either.mapLeft(started, problemOf)), onEnd)
  }

  return {
    prepare: (attempt, logs) => {
      const simple = prepareSimple(attempt, logs)
      if (simple === undefined) return prepareWhole(attempt, logs)
      return (onStarted, onEnd) => {
        let whole: TakeBack | undefined
        const takeBack = simple((started) => {
          if (Either.isRight(started)) return onStarted(Either.right(started.right))
          if (started.left === LAUNCHER_LOST) return onStarted(Either.left(LAUNCHER_LOST))
          // A file without a first line that names its interpreter, for one: shells run it themselves.
          programs.forget()
          whole = prepareWhole(attempt, logs)(onStarted, onEnd)
        }, onEnd)
        return () => (whole ?? takeBack)()
      }
    },
    canMakeReady: () => launcher?.hasGate() === true,
    makeReady: (attempt, logs) => {
      const words = attempt.simple ?? attempt.command
      const path = programs.find(words[0], attempt.env["PATH"], attempt.workdir)
      // Anything else may turn out not to be a program when it is too late to say so.
      if (path === undefined || launcher === undefined || !programs.isBinary(path)) return undefined
      const waiting = launcher.makeReady(commandOf(attempt, words, path, logs))
      return waiting === undefined ? undefined : {
        start: (onStarted, onEnd) =>
          waiting.go((started) => onStarted(idOf(started)), (status) => onEnd(endOf(status))),
        drop: waiting.drop
      }
    },
    settle: () => launcher?.settle(),
    dispose: () => launcher?.close()
  }
}
