/**
 * One process at a time works in a batch's directory.
 *
 * Owns the lock file. Must not wait: who comes second is told at once who was first. The
 * surprise: the lock is the system's own (`flock`), which the kernel gives back when its holder
 * dies, however it dies. What is written in the file counts only where that lock is free: locks
 * may not reach from one host to another, so a holder elsewhere is believed.
 */
import { Clock, Effect, Either, Option, type Scope } from "effect"
import {
  appendFileSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  ftruncateSync,
  lstatSync,
  openSync,
  readFileSync,
  writeSync
} from "node:fs"
import { dirname } from "node:path"
import type { RunHeldError, StateError } from "../run/StateError.ts"
import { NotPlain, stateError } from "./DiskError.ts"
import { isFlockHeld, takeFlock } from "./Flock.ts"
import {
  decodeHolder,
  encodeHolder,
  encodeRun,
  type Holder,
  isThisProcess,
  readHolder,
  thisHolder,
  whereabouts
} from "./Holder.ts"
import { heldError, lockNotes, type Refusal } from "./LockWords.ts"

const { O_APPEND, O_CREAT, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } = constants
const OWNER = 0o600

/** False where the file is gone, or where there are no locks: nobody can have one then. */
const isHeld = Option.liftThrowable((path: string): boolean => {
  const fd = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  try {
    return isFlockHeld(fd)
  } finally {
    closeSync(fd)
  }
})

/** The holder, where it is a process of this machine that still runs. */
export const liveHolder = (path: string): Holder | undefined => {
  const holder = readHolder(path)
  if (holder === undefined) return undefined
  const where = whereabouts(holder)
  return where === "alive" || (where === "other-ids" && Option.contains(isHeld(path), true)) ? holder : undefined
}

interface Taken {
  /** Locked as well, since the lock file can be removed while it is held, by hand, and made anew. */
  readonly folder: number
  readonly file: number
  /** Of the folder. */
  readonly mode: number
  /** Who did not give the lock back, and is gone. */
  readonly before?: Holder
}

const openFile = (path: string): number => {
  const fd = openSync(path, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK, OWNER)
  try {
    const stat = fstatSync(fd)
    if (!stat.isFile()) throw new NotPlain()
    // A umask can keep even the owner out of what it makes.
    if ((stat.mode & OWNER) !== OWNER) fchmodSync(fd, OWNER)
    return fd
  } catch (cause) {
    closeSync(fd)
    throw cause
  }
}

const isSameFile = (fd: number, path: string): boolean => {
  const opened = fstatSync(fd)
  const named = lstatSync(path, { throwIfNoEntry: false })
  return named?.ino === opened.ino && named.dev === opened.dev
}

/** A network's file system may lock files alone; then the file has to do. */
const takeFolder = (fd: number): boolean => {
  try {
    return takeFlock(fd)
  } catch {
    return true
  }
}

/** Who is named in a lock that is free, and may work on the batch all the same. */
const refusalBy = (before: Holder | undefined): Refusal | undefined => {
  if (before === undefined || isThisProcess(before)) return undefined
  const where = whereabouts(before)
  return where === "alive" || where === "elsewhere"
    ? { holder: before, isElsewhere: where === "elsewhere" }
    : undefined
}

const refusedBy = (path: string): Refusal => {
  const holder = readHolder(path)
  return holder === undefined ? "nameless" : { holder, isElsewhere: false }
}

/** Undefined where the file was replaced in the moment between opening and locking it. */
const takeFile = (path: string, since: string, folder: number): Either.Either<Taken, Refusal> | undefined => {
  const file = openFile(path)
  let isOurs = false
  try {
    if (!takeFlock(file)) return Either.left(refusedBy(path))
    if (!isSameFile(file, path)) return undefined
    if (!takeFolder(folder)) return Either.left(refusedBy(path))
    const before = decodeHolder(readFileSync(file, "utf8"))
    const refusal = refusalBy(before)
    if (refusal !== undefined) return Either.left(refusal)
    ftruncateSync(file, 0)
    writeSync(file, encodeHolder(thisHolder(since)))
    isOurs = true
    const isLeft = before !== undefined && !isThisProcess(before)
    return Either.right({ folder, file, mode: fstatSync(folder).mode & 0o777, ...(isLeft ? { before } : {}) })
  } finally {
    if (!isOurs) closeSync(file)
  }
}

/** How often a lock file that goes away under one's hands is opened anew. */
const OPENINGS = 20

const take = (path: string, since: string): Either.Either<Taken, Refusal> => {
  // Opened first, and so closed first when the process is killed: who has the file can have the folder too.
  const folder = openSync(dirname(path), O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
  let isOurs = false
  try {
    for (let opening = 0; opening < OPENINGS; opening++) {
      const taken = takeFile(path, since, folder)
      if (taken === undefined) continue
      isOurs = Either.isRight(taken)
      return taken
    }
    return Either.left("nameless")
  } finally {
    if (!isOurs) closeSync(folder)
  }
}

/** Whoever has just taken the lock writes its name in the next moment, milliseconds. */
const NAME_MS = 10
const NAME_LOOKS = 20

/** Waits a little for the holder's name, if it is not there yet. */
const named = (path: string, refusal: Refusal, looks = NAME_LOOKS): Effect.Effect<Refusal> =>
  refusal !== "nameless" || looks === 0
    ? Effect.succeed(refusal)
    : Effect.flatMap(Effect.sleep(NAME_MS), () => named(path, refusedBy(path), looks - 1))

const attempt = <A>(path: string, act: () => A): Effect.Effect<A, StateError> =>
  Effect.try({ try: act, catch: (cause) => stateError("locked", path, cause) })

const acquire = (path: string, batch: string): Effect.Effect<Taken, StateError | RunHeldError> =>
  Effect.gen(function*() {
    const since = new Date(yield* Clock.currentTimeMillis).toISOString()
    const taken = yield* attempt(path, () => take(path, since))
    if (Either.isRight(taken)) return taken.right
    return yield* heldError(path, batch, yield* named(path, taken.left))
  })

const release = ({ file, folder }: Taken) =>
  Effect.sync(() => {
    try {
      ftruncateSync(file, 0)
    } catch {
      // The disk broke under the run. The name that stays there is that of a process which is gone.
    }
    closeSync(folder)
    closeSync(file)
  })

/** Says in a lock that this process holds which run it works on. */
export const nameRun = (path: string, runId: string): Effect.Effect<void, StateError> =>
  Effect.try({
    try: () => {
      const holder = readHolder(path)
      if (holder === undefined || !isThisProcess(holder)) return
      const fd = openSync(path, O_WRONLY | O_APPEND | O_NOFOLLOW | O_NONBLOCK)
      try {
        appendFileSync(fd, encodeRun(runId))
      } finally {
        closeSync(fd)
      }
    },
    catch: (cause) => stateError("written", path, cause)
  })

/** Takes the lock until the scope closes; gives what there is to tell about it. */
export const lock = (
  path: string,
  batch: string
): Effect.Effect<ReadonlyArray<string>, StateError | RunHeldError, Scope.Scope> =>
  Effect.map(Effect.acquireRelease(acquire(path, batch), release), (taken) => lockNotes(path, taken))
