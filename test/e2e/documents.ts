/**
 * Documents of the binary, held against the schemas that the binary itself prints.
 *
 * Owns the validator, which is not pawl's.
 */
import { Ajv } from "ajv"
import { expect } from "vitest"
import { type Answer, json, type Workplace } from "./pawl.ts"

/** Expects each to be valid by `pawl schema NAME`. */
export const areValid = async (place: Workplace, name: string, documents: ReadonlyArray<unknown>): Promise<void> => {
  const validate = new Ajv({ strict: true, strictTypes: false, strictRequired: false, allErrors: true }).compile(
    json<object>(await place.pawl("schema", name))
  )
  for (const document of documents) {
    validate(document)
    expect({ errors: validate.errors ?? [], document }).toEqual({ errors: [], document })
  }
}

/** The one document of an answer, which must be valid. */
export const validJson = async <A>(place: Workplace, name: string, answer: Answer): Promise<A> => {
  const document = json<A>(answer)
  await areValid(place, name, [document])
  return document
}

/** The documents of NDJSON. */
export const lines = <A = Record<string, unknown>>(text: string): ReadonlyArray<A> =>
  text.split("\n").filter((line) => line !== "").map((line): A => JSON.parse(line))
