/**
 * One line of the journal: an event as JSON with a checksum of its own.
 *
 * Owns the format of a line. Pure. The surprise: the checksum is the last field of the object,
 * taken over the bytes before it, so that a line is still plain JSON for `jq` and others; and before
 * it stands that of the line before, so that a sound line in a wrong place is found too. A line of an
 * older pawl names none.
 */
import { Either, ParseResult, Schema } from "effect"
import { parseStored, stringifyJson } from "../expression/Value.ts"
import { RunEvent } from "../run/RunEvent.ts"

const MARK = ",\"crc\":\""
/** The mark, eight hex digits, a quote and a brace. */
const TAIL = MARK.length + 10

const PREVIOUS = ",\"prev\":\""
/** That mark, eight hex digits and a quote. */
const LINK = PREVIOUS.length + 9

const checksum = (text: string | Uint8Array): string => (0x1_0000_0000 + Bun.hash.crc32(text)).toString(16).slice(1)

const lineOf = (body: string, crc: string): string => `${body}${MARK}${crc}"}\n`

/** The line of an event by itself, with its line end: the first of a journal. */
export const encodeLine = (event: RunEvent): string => {
  const body = stringifyJson(event).slice(0, -1)
  return lineOf(body, checksum(body))
}

export interface EncodedLines {
  readonly lines: ReadonlyArray<string>
  /** The checksum of the last line, or what was given. */
  readonly crc: string | undefined
}

/** The lines of events, each with its end; `previous` is the checksum of the line that they follow. */
export const encodeLines = (events: ReadonlyArray<RunEvent>, previous: string | undefined): EncodedLines => {
  let crc = previous
  const lines = events.map((event) => {
    const own = stringifyJson(event).slice(0, -1)
    const body = crc === undefined ? own : `${own}${PREVIOUS}${crc}"`
    crc = checksum(body)
    return lineOf(body, crc)
  })
  return { lines, crc }
}

const isLink = (text: string): boolean => text.startsWith(PREVIOUS) && text.endsWith("\"")

/** The JSON of an event as it was before its checksums were put in; the line must be a sound one. */
export const eventText = (line: string): string => {
  const body = line.slice(0, -TAIL)
  return `${isLink(body.slice(-LINK)) ? body.slice(0, -LINK) : body}}`
}

const QUOTE = Buffer.from(MARK)

/** Whether the checksum of a line without its line end is right; the line is not read any further. */
export const isSound = (line: Uint8Array): boolean => {
  const body = line.subarray(0, -TAIL)
  const tail = Buffer.from(line.buffer, line.byteOffset + body.length, line.length - body.length)
  return tail.length === TAIL && tail.subarray(0, QUOTE.length).equals(QUOTE)
    && tail.toString("latin1", QUOTE.length) === `${checksum(body)}"}`
}

/** The checksum of a sound line without its line end. */
export const checksumIn = (line: Uint8Array): string => String.fromCharCode(...line.subarray(-10, -2))

/** Whether a sound line is that of an event, by its first field. */
export const isOf = (line: Uint8Array, seq: number): boolean => {
  const start = `{"seq":${seq},`
  return String.fromCharCode(...line.subarray(0, start.length)) === start
}

/** Whether a sound line may follow the one with a checksum; undefined where that is not known. */
export const follows = (line: Uint8Array, previous: string | undefined): boolean => {
  if (previous === undefined || line.length < TAIL + LINK) return true
  const link = String.fromCharCode(...line.subarray(-TAIL - LINK, -TAIL))
  return !isLink(link) || link.slice(PREVIOUS.length, -1) === previous
}

const decodeEvent = Schema.decodeUnknownEither(RunEvent)

const decodeBody = (body: string): Either.Either<RunEvent, string> =>
  Either.try({ try: () => parseStored(`${body}}`), catch: () => "it is not JSON" }).pipe(
    Either.flatMap((value) =>
      Either.mapLeft(
        decodeEvent(value),
        (error) =>
          `it is not an event that this pawl knows (${
            ParseResult.TreeFormatter.formatErrorSync(error).split("\n").at(-1)?.trim()
          })`
      )
    )
  )

const wrongChecksum = "its checksum does not match"

/** Reads a line without its line end; the left side says what is wrong with it. */
export const decodeLine = (line: string): Either.Either<RunEvent, string> => {
  const body = line.slice(0, -TAIL)
  return line.slice(-TAIL) === `${MARK}${checksum(body)}"}` ? decodeBody(body) : Either.left(wrongChecksum)
}

const decoder = new TextDecoder()

/** The same for bytes as they are on the disk. A text would hide bytes that are none, and a mark of its beginning. */
export const decodeBytes = (line: Uint8Array): Either.Either<RunEvent, string> =>
  isSound(line) ? decodeBody(decoder.decode(line.subarray(0, -TAIL))) : Either.left(wrongChecksum)

/** Reads the line of event `due`; `previous` is the checksum of the line before, where that is known. */
export const decodeNext = (
  line: Uint8Array,
  due: number,
  previous: string | undefined
): Either.Either<RunEvent, string> =>
  Either.flatMap(decodeBytes(line), (event) => {
    if (event.seq !== due) return Either.left(`its seq is ${event.seq} where ${due} is due`)
    return follows(line, previous) ? Either.right(event) : Either.left("it does not follow the line before it")
  })
