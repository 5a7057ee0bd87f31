/**
 * The system's own lock on an open file (`flock`).
 *
 * Owns the call into the C library. The surprise: the lock is on what was opened, not on its name,
 * and the kernel gives it back when the last process that has it open is gone, however it went.
 */
import { dlopen, FFIType, read } from "bun:ffi"
import { NoLocks } from "./DiskError.ts"

const LOCK_SH = 1
const LOCK_EX = 2
const LOCK_NB = 4
const LOCK_UN = 8

/** The last error of a file system that has no locks: ENOLCK, ENOSYS, EOPNOTSUPP. Any other means that the lock is taken. */
const withoutLocks = process.platform === "darwin" ? [77, 78, 45, 102] : [37, 38, 95]

const signature = { args: [FFIType.i32, FFIType.i32], returns: FFIType.i32 } as const
const place = { args: [], returns: FFIType.ptr } as const

/** glibc, musl. */
const linux = (library: string) => {
  const { symbols } = dlopen(library, { flock: signature, __errno_location: place })
  return { flock: symbols.flock, error: symbols.__errno_location }
}

const macOS = () => {
  const { symbols } = dlopen("libSystem.B.dylib", { flock: signature, __error: place })
  return { flock: symbols.flock, error: symbols.__error }
}

const load = (): ReturnType<typeof linux> => {
  for (const open of [() => linux("libc.so.6"), () => linux("libc.so"), macOS]) {
    try {
      return open()
    } catch {
      // Not this system's name for it: the next one is tried, and none at all is an error below.
    }
  }
  throw new NoLocks()
}

const call = (fd: number, operation: number): boolean => {
  const { error, flock } = load()
  if (flock(fd, operation | LOCK_NB) === 0) return true
  const at = error()
  const code = typeof at === "number" ? read.i32(at) : 0
  if (withoutLocks.includes(code)) throw new NoLocks()
  return false
}

/** Takes the lock for this process alone; false where somebody has it. Never waits. Throws where there are no locks. */
export const takeFlock = (fd: number): boolean => call(fd, LOCK_EX)

/** Whether somebody has the lock. While this looks, which is for a moment, nobody can take it. */
export const isFlockHeld = (fd: number): boolean => {
  if (!call(fd, LOCK_SH)) return true
  call(fd, LOCK_UN)
  return false
}
