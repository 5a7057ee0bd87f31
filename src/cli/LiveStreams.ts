/**
 * Standard output and standard error as they are, and files that appear when they are complete.
 *
 * Owns what a path given to `--output` leads to. Must not know what is written. The surprise:
 * `/dev/stdout`, `/dev/fd/N` and `/proc/self/fd/N` are not opened but written to as the descriptors
 * that they name: opening one anew would begin at the file's start, fails for a socket, and its real
 * path is none.
 */
import {
  closeSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync
} from "node:fs"
import { basename, dirname, join } from "node:path"
import { Effect, Layer } from "effect"
import { StateError } from "../run/StateError.ts"
import { sinkOf } from "./FdSink.ts"
import { type NewFile, type Sink, Streams } from "./Streams.ts"
import { why } from "./Why.ts"

const refused = (path: string, error: unknown): StateError =>
  new StateError({
    message: `can't write \`${path}\`: ${why(error)}`,
    hint: "name a file in a folder that is there and that you may write to",
    path
  })

/** The file that a link leads to; the path itself where there is none yet. */
const resolved = (path: string): string => {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  return stat?.isSymbolicLink() === true ? realpathSync(path) : path
}

/** The descriptor of this process that a path names. */
const descriptorAt = (path: string): number | undefined => {
  if (path === "/dev/stdout") return 1
  if (path === "/dev/stderr") return 2
  const number = /^\/(?:dev|proc\/self)\/fd\/(\d{1,9})$/.exec(path)?.[1]
  return number === undefined ? undefined : Number(number)
}

interface Opened {
  readonly fd: number
  /** One of the process's own, which stays open. */
  readonly isOwn?: boolean
  /** Where it is to be put; absent for what is written to as it is: a device, a pipe, a descriptor. */
  readonly move?: { readonly from: string; readonly to: string }
}

const open = (path: string): Opened => {
  const own = descriptorAt(path)
  if (own !== undefined) {
    // One that is not open is refused now, not after a night's work.
    fstatSync(own)
    return { fd: own, isOwn: true }
  }
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat?.isDirectory() === true) throw new Error("it is a directory")
  if (stat !== undefined && !stat.isFile()) return { fd: openSync(path, "w") }
  const to = resolved(path)
  const from = join(dirname(to), `.${basename(to)}.${crypto.randomUUID().slice(0, 8)}.tmp`)
  return { fd: openSync(from, "wx", 0o666), move: { from, to } }
}

const close = ({ fd, isOwn, move }: Opened): void => {
  if (isOwn !== true) closeSync(fd)
  // After the commit there is nothing left under the temporary name.
  if (move !== undefined) rmSync(move.from, { force: true })
}

/** The process's own. */
export const layerStreams = Layer.sync(Streams, () => {
  const stdout = sinkOf(1)
  const stderr = sinkOf(2)
  // Two sinks on one descriptor would tear each other's lines.
  const sinkAt = (fd: number): Sink => fd === 1 ? stdout : fd === 2 ? stderr : sinkOf(fd)

  const create = (path: string, shown: string) =>
    Effect.map(
      Effect.acquireRelease(
        Effect.try({ try: () => open(path), catch: (error) => refused(shown, error) }),
        (opened) => Effect.sync(() => close(opened))
      ),
      ({ fd, move }): NewFile => {
        const sink = sinkAt(fd)
        const put = () => {
          const failure = sink.failure()
          if (failure !== undefined) throw failure
          if (move === undefined) return
          fsyncSync(fd)
          renameSync(move.from, move.to)
        }
        return {
          sink,
          commit: Effect.zipRight(sink.drained, Effect.try({ try: put, catch: (error) => refused(shown, error) }))
        }
      }
    )
  return { stdout, stderr, create }
})
