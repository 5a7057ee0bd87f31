/**
 * One line of the journal: an event as JSON with a checksum of its own.
 *
 * Owns the format of a line. Pure. The surprise: the checksum is the last field of the object,
 * taken over the bytes before it, so that a line is still plain JSON for `jq` and others.
 */
import { Either, ParseResult, Schema } from "effect"
import { parseStored, stringifyJson } from "../expression/Value.ts"
import { RunEvent } from "../run/RunEvent.ts"

const MARK = ",\"crc\":\""
/** The mark, eight hex digits, a quote and a brace. */
const TAIL = MARK.length + 10

const checksum = (text: string | Uint8Array): string => (0x1_0000_0000 + Bun.hash.crc32(text)).toString(16).slice(1)

/** The line of an event, with its line end. */
export const encodeLine = (event: RunEvent): string => {
  const json = stringifyJson(event)
  const body = json.slice(0, -1)
  return `${body}${MARK}${checksum(body)}"}\n`
}

/** The JSON of an event as it was before its checksum was put in; the line must be a sound one. */
export const eventText = (line: string): string => `${line.slice(0, -TAIL)}}`

const QUOTE = Buffer.from(MARK)

/** Whether the checksum of a line without its line end is right; the line is not read any further. */
export const isSound = (line: Uint8Array): boolean => {
  const body = line.subarray(0, -TAIL)
  const tail = Buffer.from(line.buffer, line.byteOffset + body.length, line.length - body.length)
  return tail.length === TAIL && tail.subarray(0, QUOTE.length).equals(QUOTE)
    && tail.toString("latin1", QUOTE.length) === `${checksum(body)}"}`
}

const decodeEvent = Schema.decodeUnknownEither(RunEvent)

/** Reads a line without its line end; the left side says what is wrong with it. */
export const decodeLine = (line: string): Either.Either<RunEvent, string> => {
  const body = line.slice(0, -TAIL)
  if (line.slice(-TAIL) !== `${MARK}${checksum(body)}"}`) {
    return Either.left("its checksum does not match")
  }
  return Either.try({ try: () => parseStored(`${body}}`), catch: () => "it is not JSON" }).pipe(
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
}
