/**
 * A disk made of calls of the system (`orderedDisk`).
 *
 * Owns the order of write, sync and rename that makes a replacement atomic and a new name last.
 * Must not know whether the calls are real. The surprise: a name is only durable once its folder
 * is synced too, and that holds for the folder's own name as well.
 */
import { Effect } from "effect"
import { dirname } from "node:path"
import type { StateError } from "../run/StateError.ts"
import type { AppendFile, Disk, Pieces } from "./Disk.ts"
import { codeOf } from "../run/DiskReason.ts"
import { IsLink, NotFolder, NotPlain, readError, stateError } from "./DiskError.ts"
import type { Look, SystemCalls } from "./SystemCalls.ts"
import { createWhole, readPlain, syncFolder, withFile, writeWhole } from "./WholeFile.ts"

const reading = <A>(doing: string, path: string, act: () => A): Effect.Effect<A, StateError> =>
  Effect.try({ try: act, catch: (cause) => readError(doing, path, cause) })

const attempt = <A>(doing: string, path: string, act: () => A): Effect.Effect<A, StateError> =>
  Effect.try({ try: act, catch: (cause) => stateError(doing, path, cause) })

const orStateError = <A>(doing: string, path: string, act: () => A): A => {
  try {
    return act()
  } catch (cause) {
    throw stateError(doing, path, cause)
  }
}

const isGone = (cause: unknown): boolean => codeOf(cause) === "ENOENT"

const readFrom = (calls: SystemCalls, path: string, from: number, length: number): Uint8Array | undefined => {
  try {
    return withFile(calls, path, "read", (fd) => {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, calls.lengthOf(fd) - from)))
      let done = 0
      while (done < bytes.length) {
        const count = calls.read(fd, bytes, done, from + done)
        if (count === 0) break
        done += count
      }
      return bytes.subarray(0, done)
    })
  } catch (cause) {
    if (isGone(cause)) return undefined
    throw cause
  }
}

const replace = (calls: SystemCalls, path: string, text: string | Pieces): void => {
  const next = `${path}.next`
  withFile(calls, next, "rewrite", (fd) => {
    for (const piece of typeof text === "string" ? [text] : text.pieces()) writeWhole(calls, fd, piece)
    calls.sync(fd)
  })
  calls.rename(next, path)
  syncFolder(calls, dirname(path))
}

/** Why somebody else's folder may not be synced; our own must be. */
const notOurs = ["EACCES", "EPERM", "EINVAL", "EROFS"]

/** Syncs a folder that was there before: who made a name in it may have been killed before that was synced. */
const syncFound = (calls: SystemCalls, path: string): void => {
  try {
    syncFolder(calls, path)
  } catch (cause) {
    if (!notOurs.includes(codeOf(cause))) throw cause
  }
}

/**
 * Makes a folder and those above it, each durable in the one above before anything is put into it: of
 * folders that are there, only the innermost may not be durable yet.
 */
const makeFolder = (calls: SystemCalls, path: string): void => {
  const parent = dirname(path)
  if (calls.look(path, true)?.kind === "folder") return syncFound(calls, parent)
  if (parent !== path) makeFolder(calls, parent)
  try {
    calls.makeFolder(path)
  } catch (cause) {
    // Another process may have been as quick.
    if (codeOf(cause) !== "EEXIST" || calls.look(path, true)?.kind !== "folder") throw cause
  }
  syncFolder(calls, parent)
}

/** What is there itself; throws for a link, whatever it leads to, and for what is neither a file nor a folder. */
const lookAt = (calls: SystemCalls, path: string): Look | undefined => {
  const found = calls.look(path, false)
  if (found?.kind === "link") throw new IsLink()
  if (found?.kind === "other") throw new NotPlain()
  return found
}

const checkFolder = (calls: SystemCalls, path: string): void => {
  if (lookAt(calls, path)?.kind === "file") throw new NotFolder()
}

/** What is removed does not come back, or something would name what is gone. */
const remove = (calls: SystemCalls, path: string): void => {
  if (calls.look(path, false) === undefined) return
  calls.remove(path)
  syncFolder(calls, dirname(path))
}

const move = (calls: SystemCalls, from: string, to: string): void => {
  calls.rename(from, to)
  syncFolder(calls, dirname(to))
  syncFolder(calls, dirname(from))
}

const list = (calls: SystemCalls, path: string): ReadonlyArray<string> => {
  try {
    return calls.list(path)
  } catch (cause) {
    if (isGone(cause) || codeOf(cause) === "ENOTDIR") return []
    throw cause
  }
}

const openAppend = (calls: SystemCalls, path: string): { readonly fd: number; readonly size: number } => {
  const fd = calls.open(path, "append")
  const size = calls.lengthOf(fd)
  if (size === 0) syncFolder(calls, dirname(path))
  return { fd, size }
}

const appendFile = (calls: SystemCalls, path: string, fd: number, size: number): AppendFile => ({
  size,
  write: (text) => orStateError("written", path, () => writeWhole(calls, fd, text)),
  sync: () => orStateError("synced", path, () => calls.syncData(fd)),
  truncate: (length) =>
    orStateError("cut", path, () => {
      calls.truncate(fd, length)
      calls.sync(fd)
    })
})

/** The disk that these calls work on. */
export const orderedDisk = (calls: SystemCalls): Disk["Type"] => ({
  makeFolder: (path) => attempt("made", path, () => makeFolder(calls, path)),
  checkFolder: (path) => reading("taken up", path, () => checkFolder(calls, path)),
  syncFolder: (path) => attempt("synced", path, () => syncFolder(calls, path)),
  list: (path) => reading("listed", path, () => list(calls, path)),
  read: (path, from = 0, length = Infinity) => reading("read", path, () => readFrom(calls, path, from, length)),
  replace: (path, text) => attempt("written", path, () => replace(calls, path, text)),
  create: (path, text) => attempt("written", path, () => createWhole(calls, path, text)),
  readPlain: (path, most) => reading("read", path, () => readPlain(calls, path, most)),
  openAppend: (path) =>
    Effect.map(
      Effect.acquireRelease(
        attempt("opened", path, () => openAppend(calls, path)),
        ({ fd }) => Effect.sync(() => calls.close(fd))
      ),
      ({ fd, size }) => appendFile(calls, path, fd, size)
    ),
  modifiedAt: (path) => reading("looked at", path, () => lookAt(calls, path)?.modifiedAt),
  remove: (path) => attempt("removed", path, () => remove(calls, path)),
  move: (from, to) => attempt("moved", from, () => move(calls, from, to)),
  size: (path) => reading("measured", path, () => calls.folderSize(path))
})
