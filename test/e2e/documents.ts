/**
 * Documents of the binary, held against the schemas that the binary itself prints.
 *
 * Owns the validator, which is not pawl's. The surprise: a schema is asked for and compiled once, for
 * all tests that share a process; test/e2e/Schemas.test.ts looks at what the command prints.
 */
import { Ajv, type ValidateFunction } from "ajv"
import { expect } from "vitest"
import { type Answer, json, type Workplace } from "./pawl.ts"

const validators = new Map<string, ValidateFunction>()

/** What `pawl schema NAME` prints, compiled. */
const validatorOf = async (place: Workplace, name: string): Promise<ValidateFunction> => {
  const validate = validators.get(name)
    ?? new Ajv({ strict: true, strictTypes: false, strictRequired: false, allErrors: true }).compile(
      json<object>(await place.pawl("schema", name))
    )
  validators.set(name, validate)
  return validate
}

/** Expects each to be valid by `pawl schema NAME`. */
export const areValid = async (place: Workplace, name: string, documents: ReadonlyArray<unknown>): Promise<void> => {
  const validate = await validatorOf(place, name)
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
