/**
 * The real disk (`layerDisk`).
 *
 * Owns the order of write, sync and rename that makes a replacement atomic. The surprise: a new
 * name is only durable once its folder is synced too.
 */
import { Effect, Layer } from "effect"
import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync
} from "node:fs"
import { dirname } from "node:path"
import { StateError } from "../run/StateError.ts"
import { type AppendFile, Disk } from "./Disk.ts"
import { folderSize } from "./FolderSize.ts"
import { createWhole, readPlain } from "./WholeFile.ts"

const codeOf = (cause: unknown): string =>
  cause instanceof Error && "code" in cause ? String(cause.code) : String(cause)

const hints: Readonly<Record<string, string>> = {
  EACCES: "give this user the right to write there, or choose another place with --state-dir",
  EPERM: "give this user the right to write there, or choose another place with --state-dir",
  EROFS: "choose a place that can be written with --state-dir",
  ENOSPC: "free space on that disk, then run the same command again: nothing durable was lost",
  EDQUOT: "free space within the quota, then run the same command again: nothing durable was lost",
  ENOTDIR: "a part of that path is a file; choose another place with --state-dir",
  ENOENT: "choose another place with --state-dir",
  EFBIG: "raise the limit on file sizes (`ulimit -f`), then run the same command again: nothing durable was lost",
  EEXIST: "a file stands where a folder should be; choose another place with --state-dir"
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the quota is used up",
  ENOTDIR: "a part of the path is not a folder",
  EEXIST: "a file of that name is in the way",
  EIO: "the disk reports an I/O error",
  ENOENT: "no such folder can be made there",
  EFBIG: "the file may not grow any further",
  ENAMETOOLONG: "the path is too long",
  ELOOP: "symbolic links lead in a circle"
}

/** Words for a system error. `doing` completes "could not be …". */
export const stateError = (doing: string, path: string, cause: unknown): StateError => {
  const code = codeOf(cause)
  return new StateError({
    message: `${path} could not be ${doing}: ${reasons[code] ?? code}`,
    hint: hints[code] ?? "look at that path and the disk below it, then run the same command again",
    path
  })
}

/** Reading needs other rights than writing. */
const readError = (doing: string, path: string, cause: unknown): StateError =>
  ["EACCES", "EPERM"].includes(codeOf(cause))
    ? new StateError({
      message: `${path} could not be ${doing}: permission denied`,
      hint: "give this user the right to read it, or name another place with --state-dir",
      path
    })
    : stateError(doing, path, cause)

const reading = <A>(doing: string, path: string, act: () => A): Effect.Effect<A, StateError> =>
  Effect.try({ try: act, catch: (cause) => readError(doing, path, cause) })

const attempt = <A>(doing: string, path: string, act: () => A): Effect.Effect<A, StateError> =>
  Effect.try({ try: act, catch: (cause) => stateError(doing, path, cause) })

const withFile = <A>(path: string, flags: string, use: (fd: number) => A): A => {
  const fd = openSync(path, flags, 0o600)
  try {
    return use(fd)
  } finally {
    closeSync(fd)
  }
}

const syncFolder = (path: string): void => withFile(path, "r", fsyncSync)

const writeWhole = (fd: number, text: string): number => {
  const bytes = Buffer.from(text, "utf8")
  for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done)
  return bytes.length
}

const readFrom = (path: string, from: number, length: number): Uint8Array | undefined => {
  try {
    return withFile(path, "r", (fd) => {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, fstatSync(fd).size - from)))
      let done = 0
      while (done < bytes.length) {
        const count = readSync(fd, bytes, done, bytes.length - done, from + done)
        if (count === 0) break
        done += count
      }
      return bytes.subarray(0, done)
    })
  } catch (cause) {
    if (codeOf(cause) === "ENOENT") return undefined
    throw cause
  }
}

const replaceFile = (path: string, text: string): void => {
  const next = `${path}.next`
  withFile(next, "w", (fd) => {
    writeWhole(fd, text)
    fsyncSync(fd)
  })
  renameSync(next, path)
  syncFolder(dirname(path))
}

const move = (from: string, to: string): void => {
  renameSync(from, to)
  syncFolder(dirname(to))
  syncFolder(dirname(from))
}

const openAppend = (path: string): { readonly fd: number; readonly size: number } => {
  const fd = openSync(path, "a", 0o600)
  const size = fstatSync(fd).size
  if (size === 0) syncFolder(dirname(path))
  return { fd, size }
}

const orStateError = <A>(doing: string, path: string, act: () => A): A => {
  try {
    return act()
  } catch (cause) {
    throw stateError(doing, path, cause)
  }
}

const appendFile = (path: string, fd: number, size: number): AppendFile => ({
  size,
  write: (text) => orStateError("written", path, () => writeWhole(fd, text)),
  sync: () => orStateError("synced", path, () => fdatasyncSync(fd)),
  truncate: (length) =>
    orStateError("cut", path, () => {
      ftruncateSync(fd, length)
      fsyncSync(fd)
    })
})

export const layerDisk: Layer.Layer<Disk> = Layer.succeed(Disk, {
  makeFolder: (path) =>
    attempt("made", path, () => {
      mkdirSync(path, { recursive: true, mode: 0o700 })
    }),
  list: (path) =>
    reading("listed", path, () => {
      try {
        return readdirSync(path)
      } catch (cause) {
        if (codeOf(cause) === "ENOENT" || codeOf(cause) === "ENOTDIR") return []
        throw cause
      }
    }),
  read: (path, from = 0, length = Infinity) => reading("read", path, () => readFrom(path, from, length)),
  replace: (path, text) => attempt("written", path, () => replaceFile(path, text)),
  create: (path, text) => attempt("written", path, () => createWhole(path, text)),
  readPlain: (path, most) => reading("read", path, () => readPlain(path, most)),
  openAppend: (path) =>
    Effect.map(
      Effect.acquireRelease(
        attempt("opened", path, () => openAppend(path)),
        ({ fd }) => Effect.sync(() => closeSync(fd))
      ),
      ({ fd, size }) => appendFile(path, fd, size)
    ),
  modifiedAt: (path) => reading("looked at", path, () => statSync(path, { throwIfNoEntry: false })?.mtimeMs),
  remove: (path) => attempt("removed", path, () => rmSync(path, { recursive: true, force: true })),
  move: (from, to) => attempt("moved", from, () => move(from, to)),
  size: (path) => reading("measured", path, () => folderSize(path))
})
