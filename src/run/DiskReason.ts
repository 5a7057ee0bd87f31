/**
 * Why a call of the system failed that is about a file, in words.
 *
 * Owns the words. Pure. The surprise: they are the same whether a journal or a log met the failure, since it is the
 * disk that is to be looked at.
 */

/** The system's code for opening a pipe that nobody reads: it stands for all that is neither file nor folder. */
export const NOT_PLAIN = "ENXIO"

/** The system's code of an error, or else the error as text. */
export const codeOf = (cause: unknown): string =>
  cause instanceof Error && "code" in cause ? String(cause.code) : String(cause)

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the quota is used up",
  ENOTDIR: "a part of the path is not a folder",
  EEXIST: "a file of that name is in the way",
  EISDIR: "a folder of that name is in the way",
  EMFILE: "no more files can be open in this process",
  ENFILE: "no more files can be open on this machine",
  EIO: "the disk reports an I/O error",
  ENOENT: "no such folder can be made there",
  EFBIG: "the file may not grow any further",
  ENOLCK: "there are no locks (flock) on this file system, or on this system",
  ENAMETOOLONG: "the path is too long",
  ELOOP: "a symbolic link is in the way, and pawl follows none within a state directory",
  [NOT_PLAIN]: "it is no plain file"
}

/** Completes "could not be …:"; undefined for a code that is rarely met. */
export const diskReason = (code: string): string | undefined => reasons[code]
