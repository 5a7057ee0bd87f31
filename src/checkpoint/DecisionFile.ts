/**
 * A decision as a file of an inbox: its name and its text.
 *
 * Owns the format and its version. Pure. The surprise: the name is made of the opening that is
 * answered, so that the file system itself refuses a second answer.
 */
import { Either, ParseResult, Schema } from "effect"
import type { DroppedDecision } from "./Inbox.ts"

/** Raised when an older pawl could misread what a newer one writes. */
export const VERSION = 1

/** A note is a sentence, not a file. */
export const mostBytes = 64 * 1024

const name = /^gate-([1-9]\d{0,14})\.json$/
const temporary = /^\.(?:gate|cancel)-\d+\.json\..*\.tmp$/

const Words = Schema.String.pipe(Schema.minLength(1))

const File = Schema.Struct({
  version: Schema.Literal(VERSION),
  target: Words,
  path: Words,
  opened: Schema.Int.pipe(Schema.positive()),
  option: Words,
  by: Words,
  note: Schema.optionalWith(Schema.String, { exact: true }),
  decidedAt: Schema.String
})
const decodeFile = Schema.decodeUnknownEither(File)
const decodeVersion = Schema.decodeUnknownOption(Schema.Struct({ version: Schema.Int }))

/** The name of the answer to an opening. */
export const decisionName = (opened: number): string => `gate-${opened}.json`

/** What is on its way to its name, or was when pawl was killed. */
export const isTemporary = (file: string): boolean => temporary.test(file)

export const encodeDecision = (decision: DroppedDecision): string =>
  `${JSON.stringify({ version: VERSION, ...decision })}\n`

/** The JSON in a file of an inbox; on the left why there is none. */
export const parseDropped = (text: string): Either.Either<unknown, string> =>
  Either.try({
    try: (): unknown => JSON.parse(text),
    catch: () => text.trim() === "" ? "it is empty" : "it is not JSON, or not all of it is there"
  })

/** Why data is not what a file of an inbox of this version should hold, on one line. */
export const whyNot = (data: unknown, error: ParseResult.ParseError): string => {
  const version = decodeVersion(data)
  if (version._tag === "Some" && version.value.version > VERSION) {
    return `it has version ${version.value.version}, written by a newer pawl`
  }
  const [first] = ParseResult.ArrayFormatter.formatErrorSync(error)
  const place = first === undefined || first.path.length === 0 ? "" : `\`${first.path.join(".")}\`: `
  return `${place}${first?.message.split("\n", 1)[0] ?? "it is something else"}`
}

const decodeData = (data: unknown): Either.Either<typeof File.Type, string> =>
  Either.mapLeft(decodeFile(data), (error) => whyNot(data, error))

/** The decision in a file, by the file's name and text; on the left why there is none, on one line. */
export const decodeDecision = (file: string, text: string): Either.Either<DroppedDecision, string> => {
  const named = name.exec(file)?.[1]
  if (named === undefined) return Either.left(`its name is not that of a decision, such as ${decisionName(42)}`)
  return Either.flatMap(
    Either.flatMap(parseDropped(text), decodeData),
    ({ version: _, ...decision }) =>
      decision.opened === Number(named)
        ? Either.right(decision)
        : Either.left(`its name says ${named}, and it says ${decision.opened}`)
  )
}
