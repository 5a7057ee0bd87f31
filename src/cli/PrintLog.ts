/**
 * A log file → standard output, as it is.
 *
 * Owns the reading in pieces, from where the last one ended. Must not hold more than a piece, and
 * prints nothing that a link leads to: another user may have made it, to be shown what is not theirs.
 */
import { FileSystem } from "@effect/platform"
import { Effect } from "effect"
import { dirname } from "node:path"
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

/** Of a path: a link that stands in its place, or in that of its folder. */
const linkIn = Effect.fn("PrintLog.linkIn")(function*(file: string) {
  const files = yield* FileSystem.FileSystem
  for (const path of [dirname(file), file]) if (yield* Effect.isSuccess(files.readLink(path))) return path
  return undefined
})

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
  const link = yield* linkIn(log.file)
  if (link !== undefined) {
    return yield* new StateError({
      message: `\`${link}\` is a symbolic link, and pawl follows none within a state directory`,
      hint: "remove the link, and see who made it",
      path: link
    })
  }
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
