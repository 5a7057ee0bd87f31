/**
 * One process at a time works in a batch's directory.
 *
 * Owns the lock file. Must not wait: who comes second is told at once who was first. The
 * surprise: the lock is the system's own (`flock`), which the kernel gives back when its holder
 * dies, however it dies; what is written in the file is only for people.
 */
import { dlopen, FFIType } from "bun:ffi"
import { Effect, type Scope } from "effect"
import { appendFileSync, closeSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs"
import { hostname } from "node:os"
import { isAlive, startTimeOf } from "../process/ProcessTable.ts"
import { RunHeldError, type StateError } from "../run/StateError.ts"
import { stateError } from "./LiveDisk.ts"

const LOCK_EX = 2
const LOCK_NB = 4
/** The C library's names: glibc, musl, macOS. */
const libraries = ["libc.so.6", "libc.so", "libSystem.B.dylib"]

const flock = (fd: number): boolean => {
  for (const library of libraries) {
    try {
      const { symbols } = dlopen(library, { flock: { args: [FFIType.i32, FFIType.i32], returns: FFIType.i32 } })
      return symbols.flock(fd, LOCK_EX | LOCK_NB) === 0
    } catch {
      // Not this system's name for it: the next one is tried, and none at all is an error below.
    }
  }
  throw new Error("this system has no flock")
}

export interface Holder {
  readonly pid: number
  /** The run that it works on; absent before it has come to one. */
  readonly runId?: string
  readonly pidStart?: number
  readonly host: string
}

/** The last line of that name: what is known later stands further down. */
const field = (text: string, name: string): string | undefined =>
  [...text.matchAll(new RegExp(`^${name}=(.*)$`, "gm"))].at(-1)?.[1]

/** Who a lock file names; undefined where it is not there or names nobody. */
export const readHolder = (path: string): Holder | undefined => {
  try {
    const text = readFileSync(path, "utf8")
    const pid = Number(field(text, "pid") ?? "x")
    const start = Number(field(text, "pidStart") ?? "x")
    if (!Number.isSafeInteger(pid)) return undefined
    const runId = field(text, "run")
    return {
      pid,
      host: field(text, "host") ?? "",
      ...(Number.isSafeInteger(start) ? { pidStart: start } : {}),
      ...(runId === undefined ? {} : { runId })
    }
  } catch {
    return undefined
  }
}

/** The holder, where it is a process of this machine that still runs. */
export const liveHolder = (path: string): Holder | undefined => {
  const holder = readHolder(path)
  if (holder === undefined || holder.host !== hostname()) return undefined
  return isAlive(holder) ? holder : undefined
}

const held = (path: string, batch: string): RunHeldError => {
  const holder = readHolder(path)
  const who = holder === undefined ? "another process" : `process ${holder.pid} on ${holder.host}`
  return new RunHeldError({
    message: `batch ${batch} is being worked on by ${who}`,
    hint: `wait for it to end, or look at it with: pawl status ${batch}`,
    ...(holder === undefined ? {} : { pid: holder.pid })
  })
}

const take = (path: string, batch: string): number | RunHeldError => {
  const fd = openSync(path, "a+", 0o600)
  if (!flock(fd)) {
    closeSync(fd)
    return held(path, batch)
  }
  const start = startTimeOf(process.pid)
  ftruncateSync(fd, 0)
  writeSync(fd, `pid=${process.pid}\n${start === undefined ? "" : `pidStart=${start}\n`}host=${hostname()}\n`)
  return fd
}

/** Says in a lock that this process holds which run it works on. */
export const nameRun = (path: string, runId: string): Effect.Effect<void, StateError> =>
  Effect.try({
    try: () => {
      if (readHolder(path)?.pid === process.pid) appendFileSync(path, `run=${runId}\n`)
    },
    catch: (cause) => stateError("written", path, cause)
  })

/** Takes the lock until the scope closes. */
export const lock = (path: string, batch: string): Effect.Effect<void, StateError | RunHeldError, Scope.Scope> =>
  Effect.asVoid(Effect.acquireRelease(
    Effect.flatMap(
      Effect.try({ try: () => take(path, batch), catch: (cause) => stateError("locked", path, cause) }),
      (taken) => typeof taken === "number" ? Effect.succeed(taken) : Effect.fail(taken)
    ),
    (fd) =>
      Effect.sync(() => {
        ftruncateSync(fd, 0)
        closeSync(fd)
      })
  ))
