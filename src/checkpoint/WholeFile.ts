/**
 * Files from the first byte to the last, and how they are opened and closed.
 *
 * Owns the order of write, sync and link that makes a new file whole from the first moment, and
 * the care with which a stranger's file is opened. Must not know what the bytes mean. The
 * surprise: it is `link` that refuses a name that is taken; `rename` would replace it.
 */
import { Either } from "effect"
import { basename, dirname, join } from "node:path"
import { codeOf } from "../run/DiskReason.ts"
import type { OpenFor, SystemCalls } from "./SystemCalls.ts"

/** Uses a file while it is open. Throws. */
export const withFile = <A>(calls: SystemCalls, path: string, wish: OpenFor, use: (fd: number) => A): A => {
  const fd = calls.open(path, wish)
  try {
    return use(fd)
  } finally {
    calls.close(fd)
  }
}

/** Makes the names in a folder durable. Throws. */
export const syncFolder = (calls: SystemCalls, path: string): void => withFile(calls, path, "folder", calls.sync)

/** Writes all of a text, however many calls that takes; gives its bytes. Throws. */
export const writeWhole = (calls: SystemCalls, fd: number, text: string): number => {
  const bytes = Buffer.from(text, "utf8")
  for (let done = 0; done < bytes.length;) done += calls.write(fd, bytes, done)
  return bytes.length
}

/** What `link` fails with on file systems that give a file no second name: FAT, some of networks and of containers. */
const withoutLinks = ["EPERM", "ENOSYS", "ENOTSUP", "EOPNOTSUPP", "EXDEV", "EMLINK"]

/** Gives the file its name, unless that is taken; says where the file system can't. */
const nameFile = (calls: SystemCalls, from: string, to: string): "named" | "taken" | "can't" => {
  try {
    calls.link(from, to)
    return "named"
  } catch (cause) {
    const code = codeOf(cause)
    if (code === "EEXIST") return "taken"
    if (withoutLinks.includes(code)) return "can't"
    throw cause
  }
}

/** Makes a file under its own name at once; false where that is taken. What a crash leaves half written stays in the way. */
const createAtOnce = (calls: SystemCalls, path: string, text: string): boolean => {
  let fd: number
  try {
    fd = calls.open(path, "create")
  } catch (cause) {
    if (codeOf(cause) === "EEXIST") return false
    throw cause
  }
  let isWhole = false
  try {
    writeWhole(calls, fd, text)
    calls.handOver(fd, dirname(path))
    calls.sync(fd)
    isWhole = true
  } finally {
    calls.close(fd)
    if (!isWhole) calls.unlink(path)
  }
  return true
}

/**
 * Makes a file, 0600, that is whole and durable under its name; false where that name is taken. Where
 * the file system has no hard links it can be seen half written. Throws.
 */
export const createWhole = (calls: SystemCalls, path: string, text: string): boolean => {
  const folder = dirname(path)
  const next = join(folder, `.${basename(path)}.${crypto.randomUUID()}.tmp`)
  const fd = calls.open(next, "create")
  try {
    writeWhole(calls, fd, text)
    calls.handOver(fd, folder)
    calls.sync(fd)
    const named = nameFile(calls, next, path)
    if (named === "taken" || (named === "can't" && !createAtOnce(calls, path, text))) return false
  } finally {
    calls.close(fd)
    calls.unlink(next)
  }
  syncFolder(calls, folder)
  return true
}

/** One byte more than `most` tells that there is more. */
const readAtMost = (calls: SystemCalls, fd: number, most: number): Uint8Array => {
  const bytes = new Uint8Array(Math.min(calls.lengthOf(fd), most) + 1)
  let done = 0
  for (let count = -1; count !== 0 && done < bytes.length; done += count) count = calls.read(fd, bytes, done, done)
  return bytes.subarray(0, done)
}

/**
 * The bytes of a file that anybody may have put there; on the left why it is not read: a link, a
 * pipe, too large. Undefined where there is none. Never waits, and never reads more than `most`
 * bytes and one. Throws.
 */
export const readPlain = (
  calls: SystemCalls,
  path: string,
  most: number
): Either.Either<Uint8Array, string> | undefined => {
  const found = calls.look(path, false)
  if (found === undefined) return undefined
  if (found.kind === "link") return Either.left("it is a symbolic link")
  if (found.kind !== "file") return Either.left("it is not a plain file")
  // Between that look and this it may have become something else.
  return withFile(calls, path, "plain", (fd) => {
    if (!calls.isFile(fd)) return Either.left("it is not a plain file")
    const bytes = readAtMost(calls, fd, most)
    return bytes.length > most ? Either.left(`it is larger than ${most} bytes`) : Either.right(bytes)
  })
}
