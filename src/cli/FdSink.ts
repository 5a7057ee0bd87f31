/**
 * Writing to an open file descriptor.
 *
 * Owns partial writes, pipes that are full for now (`EAGAIN`) and readers that are gone (`EPIPE`, `EIO` of a
 * terminal).
 * Must not open or close one. The surprise: it doesn't write to `process.stdout`, which can't be
 * asked whether all is written, so that a document larger than a pipe's buffer would be cut at exit.
 */
import { fstatSync, write as writeTo } from "node:fs"
import { Effect } from "effect"
import type { Sink } from "./Streams.ts"

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

/** `node:tty` takes milliseconds to load, and hardly any call of a program's is on a terminal. */
export const isTerminalAt = (fd: number): boolean => {
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

/** A pipe that nobody reads any more, or a terminal that is closed: who was to read it has left. */
const isReaderGone = (failure: NodeJS.ErrnoException | undefined, isTerminal: boolean): boolean =>
  failure?.code === "EPIPE" || (isTerminal && failure?.code === "EIO")

/** As if the reader had left. */
const notRead = (): NodeJS.ErrnoException => Object.assign(new Error("nobody reads it"), { code: "EPIPE" })

/** What is written goes to the descriptor, which whoever opened it closes. */
export const sinkOf = (fd: number): Sink => {
  const isTerminal = isTerminalAt(fd)
  let queue: Array<Chunk> = []
  let isWriting = false
  let failure: NodeJS.ErrnoException | undefined
  let waiting: Array<() => void> = []
  /** Writes that came to something. */
  let moves = 0

  const settle = (): void => {
    isWriting = false
    const done = waiting
    waiting = []
    for (const resume of done) resume()
  }
  const fail = (error: NodeJS.ErrnoException): void => {
    failure = error
    queue = []
    settle()
  }
  const writeAll = (bytes: Uint8Array): void =>
    writeTo(fd, bytes, 0, bytes.length, null, (error, written) => {
      if (error !== null && error.code === "EAGAIN") {
        setTimeout(() => writeAll(bytes), patience)
      } else if (error !== null) fail(error)
      else {
        moves += 1
        if (written < bytes.length) writeAll(bytes.subarray(written))
        else next()
      }
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
    failure: () => isReaderGone(failure, isTerminal) ? undefined : failure,
    write: (chunk) => {
      if (failure !== undefined || chunk.length === 0) return
      queue.push(chunk)
      if (isWriting) return
      isWriting = true
      // What is written in the same turn goes out together.
      queueMicrotask(next)
    },
    giveUp: (patienceMs) => {
      const look = (before: number): Effect.Effect<void> =>
        Effect.suspend(() => {
          if (isWriting && moves === before) return Effect.sync(() => fail(notRead()))
          const now = isWriting ? moves : -1
          return Effect.zipRight(Effect.sleep(patienceMs), look(now))
        })
      return look(-1)
    },
    drained: Effect.async<void>((resume) => {
      if (!isWriting) return resume(Effect.void)
      waiting.push(() => resume(Effect.void))
    })
  }
}
