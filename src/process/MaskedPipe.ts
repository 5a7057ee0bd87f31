/**
 * The pipe between a step and the mask over its output.
 *
 * Owns making it. Must not read it. The surprise: it has a name for a moment, since only a pipe
 * with a name can be opened for reading and writing at once. The child holds it so: where pawl is
 * killed, the child is not ended by a broken pipe, but writes on until the pipe is full.
 */
import { dlopen, FFIType, ptr } from "bun:ffi"
import { closeSync, constants, openSync, rmSync } from "node:fs"

const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } = constants

export interface MaskedPipe {
  /** For pawl; never blocks. */
  readonly read: number
  /** For pawl's mark of the end; never blocks. */
  readonly own: number
  /** For the child. */
  readonly child: number
  /** Whether nobody has it open for writing any more. */
  readonly isLeft: () => boolean
}

const symbols = {
  mkfifo: { args: [FFIType.ptr, FFIType.u32], returns: FFIType.i32 },
  poll: { args: [FFIType.ptr, FFIType.u64, FFIType.i32], returns: FFIType.i32 }
} as const

/** The C library's names: glibc, musl, macOS. */
const libraries = ["libc.so.6", "libc.so", "libSystem.B.dylib"]

const load = () => {
  for (const library of libraries) {
    try {
      return dlopen(library, symbols).symbols
    } catch {
      // Not this system's name for it: the next one is tried.
    }
  }
  throw new Error("this system has no pipes with names, which a batch with secrets needs for its logs")
}

const POLLIN = 1
const POLLHUP = 16
const POLL_BYTES = 8

/** Opens pipes: a path that is free for the moment, in a folder that nobody else may write to. Throws the system's error. */
export const makePipes = (): (path: string) => MaskedPipe => {
  let library: ReturnType<typeof load> | undefined
  return (path) => {
    const { mkfifo, poll } = library ??= load()
    rmSync(path, { force: true })
    if (mkfifo(ptr(Buffer.from(`${path}\0`)), 0o600) !== 0) throw new Error(`the pipe ${path} can't be made`)
    const fds: Array<number> = []
    try {
      for (const flags of [O_RDONLY | O_NONBLOCK, O_WRONLY | O_NONBLOCK, O_RDWR]) {
        fds.push(openSync(path, flags | O_NOFOLLOW))
      }
    } catch (cause) {
      fds.forEach((fd) => closeSync(fd))
      throw cause
    } finally {
      rmSync(path, { force: true })
    }
    const [read = -1, own = -1, child = -1] = fds
    return {
      read,
      own,
      child,
      isLeft: () => {
        const asked = Buffer.alloc(POLL_BYTES)
        asked.writeInt32LE(read, 0)
        asked.writeInt16LE(POLLIN, 4)
        poll(ptr(asked), 1, 0)
        return (asked.readInt16LE(6) & POLLHUP) !== 0
      }
    }
  }
}
