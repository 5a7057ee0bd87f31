/**
 * A request to stop a run as a file of its inbox: its name and its text.
 *
 * Owns the format. Pure. The surprise: the name is made of the invocation that is to stop, so that
 * a request that was not taken up, its pawl having been killed, can't stop a later one.
 */
import { Either, Schema } from "effect"
import type { LeftCancel } from "../run/Gates.ts"
import { parseDropped, VERSION, whyNot } from "./DecisionFile.ts"

const name = /^cancel-([1-9]\d{0,14})\.json$/

const File = Schema.Struct({
  version: Schema.Literal(VERSION),
  invocation: Schema.Int.pipe(Schema.positive()),
  by: Schema.String.pipe(Schema.minLength(1)),
  note: Schema.optionalWith(Schema.String, { exact: true }),
  requestedAt: Schema.String
})
const decodeFile = Schema.decodeUnknownEither(File)

/** The name of the request to stop an invocation. */
export const cancelName = (invocation: number): string => `cancel-${invocation}.json`

/** Whether a file is a request to stop, by its name. */
export const isCancel = (file: string): boolean => name.test(file)

export const encodeCancel = (request: LeftCancel): string => `${JSON.stringify({ version: VERSION, ...request })}\n`

/** The request in a file, by the file's name and text; on the left why there is none, on one line. */
export const decodeCancel = (file: string, text: string): Either.Either<LeftCancel, string> =>
  Either.flatMap(
    Either.flatMap(parseDropped(text), (data) => Either.mapLeft(decodeFile(data), (error) => whyNot(data, error))),
    ({ version: _, ...request }) =>
      file === cancelName(request.invocation)
        ? Either.right(request)
        : Either.left(`its name is not ${cancelName(request.invocation)}, and it says ${request.invocation}`)
  )
