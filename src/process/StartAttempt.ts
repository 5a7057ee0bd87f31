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
import type { Launcher } from "./Launcher.ts"
import type { AttemptLogs } from "./LogSpool.ts"
import { type Attempt, CouldNotStart, type ProcessId } from "./ProcessRunner.ts"
import { startTimeOf } from "./ProcessTable.ts"
import { makeProgramPath } from "./ProgramPath.ts"
import { shortageOf } from "./Shortage.ts"

/** How a process ended; neither is there where its launcher was killed, so that nobody will ever know. */
export interface End {
  readonly exitCode?: number
  readonly signal?: string
}

/** In place of an error of the command: the launcher was killed, which is nothing that the command has done. */
export const LAUNCHER_LOST = "launcher-lost"

export interface Starter {
  /** Starts an attempt; `onEnd` is called once, when its first process has ended. */
  readonly start: (
    attempt: Attempt,
    logs: AttemptLogs,
    onEnd: (end: End) => void
  ) => Either.Either<ProcessId, CouldNotStart | ShortageCode | typeof LAUNCHER_LOST>
  readonly dispose: () => void
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
type Spawn = (
  attempt: Attempt,
  words: Words,
  path: string,
  logs: AttemptLogs,
  onEnd: (end: End) => void
) => Either.Either<ProcessId, string>

const withOutput = ({ env }: Attempt, { outputFile }: AttemptLogs) => ({ ...env, PAWL_OUTPUT: outputFile })

const spawnHere: Spawn = (attempt, [program, ...args], path, logs, onEnd) => {
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

const codes = new Map(Object.entries(constants.errno).map(([code, number]) => [number, code]))

const spawnBy = (launcher: Launcher): Spawn => (attempt, words, path, logs, onEnd) => {
  const { err, files, out, spool } = logs
  const started = launcher.start({
    path,
    words,
    env: withOutput(attempt, logs),
    workdir: attempt.workdir,
    stdout: out.child,
    stderr: err.child,
    record: spool.record,
    tag: {
      ...identityOf(attempt),
      files,
      out: out.start,
      err: err.start,
      ...(attempt.mask === undefined ? {} : { masked: 1 })
    },
    onEnd: (status) => onEnd(status === undefined ? {} : readStatus(status))
  })
  if (!("errno" in started)) return Either.right(started)
  return Either.left(started.errno === 0 ? LAUNCHER_LOST : codes.get(started.errno) ?? `error ${started.errno}`)
}

/** Starts attempts; what it needs for that is made with the first one, by `open`. */
export const makeStarter = (open: (folder: string) => Launcher | undefined): Starter => {
  const programs = makeProgramPath()
  let launcher: Launcher | undefined
  let spawn: Spawn | undefined

  const spawnAs: Spawn = (attempt, words, path, logs, onEnd) => {
    if (spawn === undefined || launcher?.isGone() === true) {
      launcher = open(logs.spool.folder)
      spawn = launcher === undefined ? spawnHere : spawnBy(launcher)
    }
    return spawn(attempt, words, path, logs, onEnd)
  }

  /** A plain command without its shell; undefined where it takes the shell to say what is wrong with it. */
  const startSimple = (
    attempt: Attempt,
    logs: AttemptLogs,
    onEnd: (end: End) => void
  ): ProcessId | typeof LAUNCHER_LOST | undefined => {
    const { simple } = attempt
    const path = simple === undefined ? undefined : programs.find(simple[0], attempt.env["PATH"], attempt.workdir)
    if (simple === undefined || path === undefined) return undefined
    const started = spawnAs(attempt, simple, path, logs, onEnd)
    if (Either.isRight(started)) return started.right
    if (started.left === LAUNCHER_LOST) return LAUNCHER_LOST
    // A file without a first line that names its interpreter, for one: shells run it themselves.
    programs.forget()
    return undefined
  }

  return {
    start: (attempt, logs, onEnd) => {
      const simple = startSimple(attempt, logs, onEnd)
      if (simple === LAUNCHER_LOST) return Either.left(simple)
      if (simple !== undefined) return Either.right(simple)
      const [program] = attempt.command
      const path = programs.find(program, attempt.env["PATH"], attempt.workdir)
      if (path === undefined) {
        return Either.left(new CouldNotStart({ message: `command ${JSON.stringify(program)} was not found in PATH` }))
      }
      return Either.mapLeft(spawnAs(attempt, attempt.command, path, logs, onEnd), (code) => {
        if (code === LAUNCHER_LOST) return code
        programs.forget()
        const short = shortageOf(code)
        if (short !== undefined) return short
        return new CouldNotStart({ message: explain(attempt, code) })
      })
    },
    dispose: () => launcher?.close()
  }
}
