/**
 * What a failed call of the system is to a user.
 *
 * Owns what to do about it. Pure. The surprise: the same code asks for other help when reading than when
 * writing.
 */
import { codeOf, diskReason, NOT_PLAIN } from "../run/DiskReason.ts"
import { StateError } from "../run/StateError.ts"

/** A pipe, a device or a socket stands where a file should be. */
export class NotPlain extends Error {
  readonly code = NOT_PLAIN
}

/** A link stands where a file or a folder should be: what the system says when it is told to follow none. */
export class IsLink extends Error {
  readonly code = "ELOOP"
}

/** Neither the file system nor the C library can lock a file. */
export class NoLocks extends Error {
  readonly code = "ENOLCK"
}

/** Something else stands where a folder should be. */
export class NotFolder extends Error {
  readonly code = "EEXIST"
}

const hints: Readonly<Record<string, string>> = {
  EACCES: "give this user the right to write there, or choose another place with --state-dir",
  EPERM: "give this user the right to write there, or choose another place with --state-dir",
  EROFS: "choose a place that can be written with --state-dir",
  ENOSPC: "free space on that disk, then run the same command again: nothing durable was lost",
  EDQUOT: "free space within the quota, then run the same command again: nothing durable was lost",
  ENOTDIR: "a part of that path is a file; choose another place with --state-dir",
  ENOENT: "choose another place with --state-dir",
  EFBIG: "raise the limit on file sizes (`ulimit -f`), then run the same command again: nothing durable was lost",
  EMFILE: "raise the limit of open files (`ulimit -n`), then run the same command again: nothing durable was lost",
  EEXIST: "a file stands where a folder should be; choose another place with --state-dir",
  ENOLCK: "name a folder on a local file system with --state-dir",
  ENAMETOOLONG: "choose a shorter name, or a place that is not as far down with --state-dir",
  ELOOP: "remove the link, and see who made it; to keep state elsewhere name that folder itself with --state-dir",
  [NOT_PLAIN]: "move it away, and see who made it; then run the same command again"
}

/** Words for a system error. `doing` completes "could not be …". */
export const stateError = (doing: string, path: string, cause: unknown): StateError => {
  const code = codeOf(cause)
  return new StateError({
    message: `${path} could not be ${doing}: ${diskReason(code) ?? code}`,
    hint: hints[code] ?? "look at that path and the disk below it, then run the same command again",
    path
  })
}

/** Reading needs other rights than writing. */
export const readError = (doing: string, path: string, cause: unknown): StateError =>
  ["EACCES", "EPERM"].includes(codeOf(cause))
    ? new StateError({
      message: `${path} could not be ${doing}: permission denied`,
      hint: "give this user the right to read it, or name another place with --state-dir",
      path
    })
    : stateError(doing, path, cause)
