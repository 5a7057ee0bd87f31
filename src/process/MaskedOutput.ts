/**
 * One stream of a step on its way through the mask into its log.
 *
 * Owns the reading, and the moment at which all that a child wrote has been read. Must not keep
 * more than the end of it. The surprise: pawl writes a mark into the pipe when the child has ended.
 * What stands before the mark was written by then; a process that the child left behind may go on
 * writing for ever, and is not waited for.
 */
import { closeSync, writeSync } from "node:fs"
import type { MaskStream } from "../run/MaskStream.ts"
import type { MaskedPipe } from "./MaskedPipe.ts"
import { makeMaskedTail } from "./MaskedTail.ts"

export interface MaskedOutput {
  /** For the child. */
  readonly child: number
  /** Settles once the log has what was written before, so far as it is certain. Never fails; may be asked for twice. */
  readonly settle: () => Promise<void>
  /** The last bytes as the child wrote them, and how many there were. Throws where the log could not be written. */
  readonly tail: () => { readonly bytes: Uint8Array; readonly total: number }
  /** Nobody writes to it any more, and the log is closed. */
  readonly isDone: () => boolean
  /** Stops reading; all is closed soon after. */
  readonly stop: () => void
}

/** More than a pipe holds: having read so much, pawl has read what stood in it before. */
const PIPE_BYTES = 1024 * 1024

const MARK_BYTES = 32

const writeAll = (fd: number, bytes: Uint8Array): void => {
  for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done)
}

/** Looks for the mark that says that the child has ended. */
const makeMark = (pipe: MaskedPipe) => {
  const mark = crypto.getRandomValues(new Uint8Array(MARK_BYTES))
  const passed = Promise.withResolvers<void>()
  let isWanted = false
  let isWritten = false
  let isPassed = false
  let since = 0
  /** What may be the beginning of the mark. */
  let carry: Uint8Array = new Uint8Array(0)

  const pass = (): void => {
    if (isPassed) return
    isPassed = true
    closeSync(pipe.own)
    passed.resolve()
  }
  const write = (): void => {
    if (isWritten || isPassed) return
    try {
      isWritten = writeSync(pipe.own, mark) > 0
    } catch {
      // A full pipe takes none; it is tried again when some of it has been read.
    }
  }
  return {
    passed: passed.promise,
    isPassed: () => isPassed,
    want: (): void => {
      isWanted = true
      write()
    },
    /** What a chunk brings that stood before the mark, and after it. */
    split: (chunk: Uint8Array): readonly [before: Uint8Array, after?: Uint8Array] => {
      if (!isWanted || isPassed) return [chunk]
      const bytes = Buffer.concat([carry, chunk])
      const at = bytes.indexOf(mark)
      if (at >= 0) {
        carry = bytes.subarray(0, 0)
        pass()
        return [bytes.subarray(0, at), bytes.subarray(at + MARK_BYTES)]
      }
      since += chunk.length
      write()
      if (!isWritten && since > PIPE_BYTES) pass()
      const certain = isPassed ? bytes.length : Math.max(0, bytes.length - MARK_BYTES + 1)
      carry = bytes.subarray(certain)
      return [bytes.subarray(0, certain)]
    },
    /** There will be nothing more. */
    end: (): Uint8Array => {
      pass()
      return carry
    }
  }
}

/** What reads a pipe; nothing is read yet. Throws where there are no more descriptors. */
export const readerOf = ({ read }: MaskedPipe) => Bun.file(read).stream().getReader()

/**
 * Begins to read `pipe`, which is then closed here, as is `log`. That is open for appending, and `keep` is how many of
 * the last bytes are wanted.
 */
export const maskOutput = (
  pipe: MaskedPipe,
  reader: ReturnType<typeof readerOf>,
  log: number,
  mask: MaskStream,
  keep: number
): MaskedOutput => {
  const tail = makeMaskedTail(keep)
  const mark = makeMark(pipe)
  let failure: unknown
  let isDone = false

  const write = (masked: Uint8Array): void => {
    if (failure !== undefined) return
    try {
      writeAll(log, masked)
    } catch (cause) {
      // The child must not wait for a log that can't be written; its attempt fails when it ends.
      failure = cause
    }
  }
  const take = (bytes: Uint8Array): void => {
    tail.add(bytes)
    write(mask.feed(bytes))
  }
  const finish = (): void => {
    take(mark.end())
    write(mask.end())
    isDone = true
    closeSync(log)
    closeSync(pipe.read)
  }
  const read = async (): Promise<void> => {
    try {
      for (;;) {
        const { done, value } = await reader.read()
        if (done) return
        const wasPassed = mark.isPassed()
        const [before, after] = mark.split(value)
        if (wasPassed) write(mask.feed(before))
        else take(before)
        if (after !== undefined) write(mask.feed(after))
      }
    } catch (cause) {
      failure ??= cause
    } finally {
      finish()
    }
  }
  const ended = read()

  return {
    child: pipe.child,
    settle: async () => {
      mark.want()
      await mark.passed
      if (pipe.isLeft()) await ended
    },
    tail: () => {
      if (failure !== undefined) throw failure
      return { bytes: tail.bytes(), total: tail.total() }
    },
    isDone: () => isDone,
    stop: () => {
      void reader.cancel()
    }
  }
}
