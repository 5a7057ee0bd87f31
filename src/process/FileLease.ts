/**
 * Whether anybody else still has a file open for writing.
 *
 * Owns the one question that file systems answer only through a lease: the kernel grants one to
 * the only writer. The surprise: where there are no leases the answer is "maybe", which callers
 * take for yes.
 */
import { dlopen, FFIType } from "bun:ffi"

const F_SETLEASE = 1024
const F_WRLCK = 1
const F_UNLCK = 2

/** The C library's names: glibc, musl. Elsewhere there are no leases. */
const libraries = ["libc.so.6", "libc.so"]

const loadFcntl = (): (fd: number, command: number, argument: number) => number => {
  for (const library of libraries) {
    try {
      const { symbols } = dlopen(library, {
        fcntl: { args: [FFIType.i32, FFIType.i32, FFIType.i32], returns: FFIType.i32 }
      })
      return symbols.fcntl
    } catch {
      // Not this system's name for it: the next one is tried, and without any there is no answer.
    }
  }
  return () => -1
}

/** `isOnlyWriter(fd)` is true where `fd`, opened for writing once, is the file's only open writer. */
export const makeFileLease = (): { readonly isOnlyWriter: (fd: number) => boolean } => {
  let fcntl: ReturnType<typeof loadFcntl> | undefined
  return {
    isOnlyWriter: (fd) => {
      if (fcntl === undefined) {
        fcntl = loadFcntl()
        // Whoever opens the file in the moment of the lease makes the kernel send this, which ends a process by default.
        process.on("SIGIO", () => {})
      }
      if (fcntl(fd, F_SETLEASE, F_WRLCK) !== 0) return false
      fcntl(fd, F_SETLEASE, F_UNLCK)
      return true
    }
  }
}
