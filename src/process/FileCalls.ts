/**
 * What is asked of an open file at the end of every attempt: how long it is, and whether anybody else still has it
 * open for writing.
 *
 * Owns the calls of the C library. Must not know what the files are. The surprise: who else writes is answered only
 * through a lease, which the kernel grants to the only writer; where there are no leases the answer is "maybe", which
 * callers take for yes.
 */
import { dlopen, FFIType } from "bun:ffi"
import { fstatSync } from "node:fs"

const F_SETLEASE = 1024
const F_WRLCK = 1
const F_UNLCK = 2

/** The C library's names: glibc, musl. Elsewhere there are no leases. */
const libraries = ["libc.so.6", "libc.so"]

const SEEK_END = 2

interface Calls {
  readonly fcntl: (fd: number, command: number, argument: number) => number
  readonly sizeOf: (fd: number) => number
}

const load = (): Calls => {
  for (const library of libraries) {
    try {
      const { symbols } = dlopen(library, {
        fcntl: { args: [FFIType.i32, FFIType.i32, FFIType.i32], returns: FFIType.i32 },
        lseek: { args: [FFIType.i32, FFIType.i64_fast, FFIType.i32], returns: FFIType.i64_fast }
      })
      // The offset of such a file is nobody's: all reads and writes say where. A stat costs ten times as much.
      return { fcntl: symbols.fcntl, sizeOf: (fd) => Number(symbols.lseek(fd, 0, SEEK_END)) }
    } catch {
      // Not this system's name for it: the next one is tried, and without any there is no answer.
    }
  }
  return { fcntl: () => -1, sizeOf: (fd) => fstatSync(fd).size }
}

export interface FileCalls {
  /** True where `fd`, opened for writing once, is the file's only open writer. */
  readonly isOnlyWriter: (fd: number) => boolean
  /** The length of a file in bytes, whose offset nobody uses. */
  readonly sizeOf: (fd: number) => number
}

/** Calls that are loaded when the first of them is made. */
export const makeFileCalls = (): FileCalls => {
  let loaded: Calls | undefined
  const calls = (): Calls => {
    if (loaded === undefined) {
      loaded = load()
      // Whoever opens the file in the moment of the lease makes the kernel send this, which ends a process by default.
      process.on("SIGIO", () => {})
    }
    return loaded
  }
  return {
    isOnlyWriter: (fd) => {
      const { fcntl } = calls()
      if (fcntl(fd, F_SETLEASE, F_WRLCK) !== 0) return false
      fcntl(fd, F_SETLEASE, F_UNLCK)
      return true
    },
    sizeOf: (fd) => calls().sizeOf(fd)
  }
}
