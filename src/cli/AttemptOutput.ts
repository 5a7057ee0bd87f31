/**
 * The output of one attempt, from its log → a sink.
 *
 * Owns the way there that is quick where there is little of it, as there mostly is. Must not follow
 * links, as `PrintLog.ts` says. The surprise: a log may have the attempt several times, where it was begun
 * before a crash or a change; the last time is what counts, and a long log is read twice to find it.
 */
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from "node:fs"
import { dirname } from "node:path"
import { Effect } from "effect"
import { type LogCut, logCut } from "./LogCut.ts"
import { type OpenLog, printLog } from "./PrintLog.ts"
import type { Sink } from "./Streams.ts"

/** Bytes that are read at once. */
const little = 64 * 1024

/** All of a log that is short; undefined where it is long, not there, or not what it should be. */
const readShort = (file: string): Uint8Array | undefined => {
  if (!lstatSync(dirname(file), { throwIfNoEntry: false })?.isDirectory()) return undefined
  const fd = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    const { size } = fstatSync(fd)
    if (size > little) return undefined
    const bytes = new Uint8Array(size)
    return bytes.subarray(0, readSync(fd, bytes, 0, size, 0))
  } finally {
    closeSync(fd)
  }
}

const tryShort = (file: string): Uint8Array | undefined => {
  try {
    return readShort(file)
  } catch {
    // The other way has the words for it.
    return undefined
  }
}

const nowhere: Sink = {
  write: () => {},
  drained: Effect.void,
  giveUp: () => Effect.never,
  isClosed: () => false,
  failure: () => undefined,
  isTerminal: false,
  columns: () => 0,
  rows: () => 0
}

/** Where the log of a step is; `file` is absolute. */
type Log = Pick<OpenLog, "target" | "path" | "file">

const pass = (log: Log, bytes: Uint8Array | undefined, cut: LogCut, sink: Sink) =>
  Effect.gen(function*() {
    if (bytes === undefined) yield* printLog({ ...log, offset: 0, cut }, sink)
    else for (const part of cut.push(bytes)) sink.write(part)
    for (const part of cut.end()) sink.write(part)
    yield* sink.drained
  })

/** Prints what the last attempt wrote, as it is; `mayRepeat` where the log may have it several times. */
export const printAttempt = (log: Log, attempt: number, mayRepeat: boolean, sink: Sink) =>
  Effect.gen(function*() {
    // Read without giving up the turn, which costs a tenth of asking for it.
    const bytes = tryShort(log.file)
    const look = logCut(attempt)
    if (mayRepeat) yield* pass(log, bytes, look, nowhere)
    yield* pass(log, bytes, logCut(attempt, Math.max(1, look.parts()), !mayRepeat), sink)
  })
