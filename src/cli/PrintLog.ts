/**
 * A log file → standard output, as it is.
 *
 * Owns the reading in pieces, from where the last one ended. Must not hold more than a piece.
 */
import { FileSystem } from "@effect/platform"
import { Effect } from "effect"
import { StateError } from "../run/StateError.ts"
import type { LogCut } from "./LogCut.ts"
import type { LogFile } from "./LogFiles.ts"
import type { Sink } from "./Streams.ts"
import { why } from "./Why.ts"

const piece = 256 * 1024

/** A log on its way to a reader. */
export interface OpenLog extends LogFile {
  /** Bytes that were read so far. */
  readonly offset: number
  readonly cut?: LogCut
}

const unreadable = (file: string, words: string): StateError =>
  new StateError({
    message: `can't read \`${file}\`: ${words}`,
    hint: "see who may read it and whether it is there",
    path: file
  })

/**
 * Prints what a log holds beyond its offset. `heading` is printed before the first bytes.
 * Returns the log with its new offset; a log that is not there yet is an empty one.
 */
export const printLog = Effect.fn("PrintLog.printLog")(function*(log: OpenLog, sink: Sink, heading?: string) {
  const files = yield* FileSystem.FileSystem
  const isThere = yield* Effect.mapError(files.exists(log.file), (error) => unreadable(log.file, why(error)))
  if (!isThere) return log
  return yield* Effect.scoped(Effect.gen(function*() {
    const file = yield* files.open(log.file)
    yield* file.seek(BigInt(log.offset), "start")
    let offset = log.offset
    let title = heading
    while (!sink.isClosed()) {
      const chunk = yield* file.readAlloc(BigInt(piece))
      if (chunk._tag === "None") break
      offset += chunk.value.length
      for (const part of log.cut === undefined ? [chunk.value] : log.cut.push(chunk.value)) {
        if (title !== undefined) sink.write(title)
        title = undefined
        sink.write(part)
      }
      yield* sink.drained
    }
    return { ...log, offset }
  })).pipe(Effect.mapError((error) => unreadable(log.file, why(error))))
})
