/**
 * The two logs of a step, read as they grow.
 *
 * Owns the reading, in pieces, and which line comes before which: the files don't tell how standard output
 * and standard error followed each other, but their banners tell which attempt a line is of. Must never throw:
 * this stands on the path of a run. The surprise: what is more than a mebibyte behind is passed over, or a
 * step that prints faster than a terminal shows would be watched long after it has ended.
 */
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs"
import { byteWords } from "../report/Bytes.ts"
import { type TailCut, tailCut, type TailLine } from "./TailCut.ts"
import { why } from "./Why.ts"

const piece = 64 * 1024
/** Bytes that may be unread before all but the last piece of them is passed over. */
const mostBehind = 1024 * 1024
/** So often a line without an end is looked at in vain before it is shown all the same. */
const patience = 10

const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants

interface Stream {
  readonly file: string
  offset: number
  cut: TailCut
  /** Looks in vain. */
  idle: number
  problem: boolean
}

const streamOf = (file: string, offset: number): Stream => ({ file, offset, cut: tailCut(), idle: 0, problem: false })

const notice = (text: string): TailLine => ({ text: `(${text})`, isBanner: false })

const readFrom = (stream: Stream, fd: number): ReadonlyArray<TailLine> => {
  const stat = fstatSync(fd)
  if (!stat.isFile()) return []
  const lines: Array<TailLine> = []
  if (stat.size - stream.offset > mostBehind) {
    const from = stat.size - piece
    lines.push(...stream.cut.rest(), notice(`${byteWords(from - stream.offset)} not shown; the log has them`))
    stream.offset = from
    stream.cut = tailCut()
  }
  const bytes = new Uint8Array(piece)
  const count = readSync(fd, bytes, 0, piece, stream.offset)
  stream.offset += count
  stream.idle = count === 0 ? stream.idle + 1 : 0
  lines.push(...stream.cut.push(bytes.subarray(0, count)))
  return lines
}

/** What was added to a log, at most a piece of it. A log that is not there yet has nothing. */
const read = (stream: Stream): ReadonlyArray<TailLine> => {
  let fd: number | undefined
  try {
    fd = openSync(stream.file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    return readFrom(stream, fd)
  } catch (cause) {
    if (stream.problem || (cause instanceof Error && "code" in cause && cause.code === "ENOENT")) return []
    stream.problem = true
    return [notice(`can't read ${stream.file}: ${why(cause)}`)]
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}

/** The lines before the first banner, and those from each banner to the next. */
const attempts = (lines: ReadonlyArray<TailLine>): ReadonlyArray<ReadonlyArray<TailLine>> => {
  const parts: Array<Array<TailLine>> = [[]]
  for (const line of lines) {
    if (line.isBanner) parts.push([])
    parts.at(-1)?.push(line)
  }
  return parts
}

export interface TailLog {
  /** Says what was added since; gives whether there may be more right away. */
  readonly pump: () => boolean
  /** Says all that was added since, and a line that has no end. */
  readonly end: () => void
}

/** Follows the logs of a step. `offsets` tells where to read on, by file, and is told how far they were read. */
export const tailLog = (
  name: string,
  log: { readonly out: string; readonly err: string },
  offsets: Map<string, number>,
  say: (line: string) => void
): TailLog => {
  const out = streamOf(log.out, offsets.get(log.out) ?? 0)
  const err = streamOf(log.err, offsets.get(log.err) ?? 0)

  const tell = (printed: ReadonlyArray<TailLine>, complained: ReadonlyArray<TailLine>): void => {
    const [first, second] = [attempts(printed), attempts(complained)]
    for (let at = 0; at < Math.max(first.length, second.length); at++) {
      for (const line of first[at] ?? []) say(`${name} | ${line.text}`)
      // Both logs have the banner, and standard output is the first to get it.
      for (const line of second[at] ?? []) if (!line.isBanner) say(`${name} ! ${line.text}`)
    }
  }
  const unended = (stream: Stream): ReadonlyArray<TailLine> =>
    stream.idle < patience || !stream.cut.hasRest() ? [] : stream.cut.rest()

  const pump = (): boolean => {
    const before = out.offset + err.offset
    const printed = read(out)
    // Read after the other: all of an attempt is there once the banner of the next one is.
    tell([...printed, ...unended(out)], [...read(err), ...unended(err)])
    return out.offset + err.offset > before
  }
  return {
    pump,
    end: () => {
      // Not for ever: what was left behind may go on writing.
      for (let left = mostBehind / piece + 1; left > 0 && pump(); left--);
      tell(out.cut.rest(), err.cut.rest())
      for (const { file, offset } of [out, err]) offsets.set(file, offset)
    }
  }
}
