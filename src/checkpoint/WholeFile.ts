/**
 * Files that others put into a folder of ours, and files that must not be put there twice.
 *
 * Owns the order of write, sync and link that makes a new file whole from the first moment, and
 * the care with which a stranger's file is opened. Must not know what the bytes mean. The
 * surprise: it is `link` that refuses a name that is taken; `rename` would replace it.
 */
import { Either } from "effect"
import {
  closeSync,
  constants,
  fchownSync,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readSync,
  statSync,
  unlinkSync,
  writeFileSync
} from "node:fs"
import { basename, dirname, join } from "node:path"

const isCode = (cause: unknown, code: string): boolean =>
  cause instanceof Error && "code" in cause && cause.code === code

/** What root leaves in somebody's folder is theirs: they could not read it otherwise. */
const handOver = (fd: number, folder: string): void => {
  if (process.getuid?.() !== 0) return
  const { gid, uid } = statSync(folder)
  if (uid !== 0) fchownSync(fd, uid, gid)
}

/** Gives the file its name, unless that is taken. */
const isLinked = (from: string, to: string): boolean => {
  try {
    linkSync(from, to)
    return true
  } catch (cause) {
    if (isCode(cause, "EEXIST")) return false
    throw cause
  }
}

/** Makes a file, 0600, that is whole and durable under its name; false where that name is taken. Throws. */
export const createWhole = (path: string, text: string): boolean => {
  const folder = dirname(path)
  const next = join(folder, `.${basename(path)}.${crypto.randomUUID()}.tmp`)
  const fd = openSync(next, "wx", 0o600)
  try {
    writeFileSync(fd, text)
    handOver(fd, folder)
    fsyncSync(fd)
    if (!isLinked(next, path)) return false
  } finally {
    closeSync(fd)
    unlinkSync(next)
  }
  const opened = openSync(folder, "r")
  try {
    fsyncSync(opened)
  } finally {
    closeSync(opened)
  }
  return true
}

/** One byte more than `most` tells that there is more. */
const readAtMost = (fd: number, most: number): Uint8Array => {
  const bytes = new Uint8Array(Math.min(fstatSync(fd).size, most) + 1)
  let done = 0
  for (let count = -1; count !== 0 && done < bytes.length; done += count) {
    count = readSync(fd, bytes, done, bytes.length - done, null)
  }
  return bytes.subarray(0, done)
}

/**
 * The bytes of a file that anybody may have put there; on the left why it is not read: a link, a
 * pipe, too large. Undefined where there is none. Never waits, and never reads more than `most`
 * bytes and one. Throws.
 */
export const readPlain = (path: string, most: number): Either.Either<Uint8Array, string> | undefined => {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return undefined
  if (stat.isSymbolicLink()) return Either.left("it is a symbolic link")
  if (!stat.isFile()) return Either.left("it is not a plain file")
  // Between that look and this it may have become something else.
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    if (!fstatSync(fd).isFile()) return Either.left("it is not a plain file")
    const bytes = readAtMost(fd, most)
    return bytes.length > most ? Either.left(`it is larger than ${most} bytes`) : Either.right(bytes)
  } finally {
    closeSync(fd)
  }
}
