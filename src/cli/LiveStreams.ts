/**
 * Streams over file descriptors.
 *
 * Owns the writing: partial writes, pipes that are full for now (`EAGAIN`), readers that are
 * gone (`EPIPE`). The surprise: it doesn't write to `process.stdout`, which can't be asked
 * whether all is written, so that a document larger than a pipe's buffer would be cut at exit.
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
  write as writeTo
} from "node:fs"
import { basename, dirname, join } from "node:path"
import { Effect, Layer } from "effect"
import { StateError } from "../run/StateError.ts"
import { type NewFile, type Sink, Streams } from "./Streams.ts"

type Chunk = string | Uint8Array

/** Strings are joined first: thousands of events become one write. */
const bytesOf = (chunks: ReadonlyArray<Chunk>): Uint8Array => {
  const parts: Array<Uint8Array> = []
  let text = ""
  for (const chunk of chunks) {
    if (typeof chunk === "string") text += chunk
    else {
      if (text !== "") parts.push(Buffer.from(text))
      text = ""
      parts.push(chunk)
    }
  }
  if (text !== "") parts.push(Buffer.from(text))
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts)
}

/** Milliseconds until a full pipe is tried again. */
const patience = 5

interface FdSink extends Sink {
  /** What ended the writing, if anything did. */
  readonly failure: () => NodeJS.ErrnoException | undefined
}

/** `node:tty` takes milliseconds to load, and hardly any call of a program's is on a terminal. */
const isTerminalAt = (fd: number): boolean => {
  try {
    return fstatSync(fd).isCharacterDevice() && process.getBuiltinModule("node:tty").isatty(fd)
  } catch {
    // Closed by whoever started pawl: nobody is there to read.
    return false
  }
}

const terminalSize = (fd: number): ReadonlyArray<number> => {
  const stream = fd === 1 ? process.stdout : process.stderr
  return stream.isTTY ? stream.getWindowSize() : []
}

const sinkOf = (fd: number): FdSink => {
  const isTerminal = isTerminalAt(fd)
  let queue: Array<Chunk> = []
  let isWriting = false
  let failure: NodeJS.ErrnoException | undefined
  let waiting: Array<() => void> = []

  const settle = (): void => {
    isWriting = false
    const done = waiting
    waiting = []
    for (const resume of done) resume()
  }
  const writeAll = (bytes: Uint8Array): void =>
    writeTo(fd, bytes, 0, bytes.length, null, (error, written) => {
      if (error !== null && error.code === "EAGAIN") {
        setTimeout(() => writeAll(bytes), patience)
      } else if (error !== null) {
        failure = error
        queue = []
        settle()
      } else if (written < bytes.length) writeAll(bytes.subarray(written))
      else next()
    })
  const next = (): void => {
    if (queue.length === 0) return settle()
    const bytes = bytesOf(queue)
    queue = []
    writeAll(bytes)
  }
  return {
    isTerminal,
    columns: () => terminalSize(fd)[0] || 80,
    rows: () => terminalSize(fd)[1] || 24,
    isClosed: () => failure !== undefined,
    failure: () => failure,
    write: (chunk) => {
      if (failure !== undefined || chunk.length === 0) return
      queue.push(chunk)
      if (isWriting) return
      isWriting = true
      // What is written in the same turn goes out together.
      queueMicrotask(next)
    },
    drained: Effect.async<void>((resume) => {
      if (!isWriting) return resume(Effect.void)
      waiting.push(() => resume(Effect.void))
    })
  }
}

const refused = (path: string, why: string): StateError =>
  new StateError({
    message: `can't write \`${path}\`: ${why}`,
    hint: "name a file in a folder that is there and that you may write to",
    path
  })

/** `ENOENT: no such file or directory, open '…'` → the words between. */
const reason = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/^E[A-Z]+: ([^,]+),.*$/s, "$1")

/** The file that a link leads to; the path itself where there is none yet. */
const resolved = (path: string): string => {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  return stat?.isSymbolicLink() === true ? realpathSync(path) : path
}

interface Opened {
  readonly fd: number
  /** Where it is to be put; absent for a device or a pipe, which is written to as it is. */
  readonly move?: { readonly from: string; readonly to: string }
}

const open = (path: string): Opened => {
  const to = resolved(path)
  const stat = lstatSync(to, { throwIfNoEntry: false })
  if (stat !== undefined && !stat.isFile() && !stat.isDirectory()) return { fd: openSync(to, "w") }
  if (stat?.isDirectory() === true) throw new Error("it is a directory")
  const from = join(dirname(to), `.${basename(to)}.${crypto.randomUUID().slice(0, 8)}.tmp`)
  return { fd: openSync(from, "wx", 0o666), move: { from, to } }
}

const create = (path: string, shown: string) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.try({ try: () => open(path), catch: (error) => refused(shown, reason(error)) }),
      // After the commit there is nothing left under the temporary name.
      ({ fd, move }) =>
        Effect.sync(() => {
          closeSync(fd)
          if (move !== undefined) rmSync(move.from, { force: true })
        })
    ),
    ({ fd, move }): NewFile => {
      const sink = sinkOf(fd)
      return {
        sink,
        commit: Effect.zipRight(
          sink.drained,
          Effect.try({
            try: () => {
              const failure = sink.failure()
              if (failure !== undefined) throw failure
              if (move === undefined) return
              fsyncSync(fd)
              renameSync(move.from, move.to)
            },
            catch: (error) => refused(shown, reason(error))
          })
        )
      }
    }
  )

/** The process's own. */
export const layerStreams = Layer.sync(Streams, () => ({ stdout: sinkOf(1), stderr: sinkOf(2), create }))
