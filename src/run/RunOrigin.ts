/**
 * What a run needs of its surroundings to be gone on with, where its manifest isn't at hand.
 *
 * Owns the shape of `origin.json` and what is worth keeping. Must not hold the value of a secret,
 * nor what one may be. The surprise: this is the one file of a run that holds a path of its
 * machine; a state directory that stands beside the manifest needs none.
 */
import { Either, Option, Record, Schema } from "effect"
import { basename, dirname, join } from "node:path"
import { type Inputs, InputType } from "../manifest/Inputs.ts"
import type { ValueObject } from "../expression/Value.ts"

/** Raised when an older pawl could misread what a newer one writes. */
const VERSION = 1

const exact = { exact: true } as const

const SecretInput = Schema.Struct({
  type: InputType,
  /** The environment variable that may give its value. */
  env: Schema.optionalWith(Schema.String, exact),
  /** It had a value, so that it needs one again. */
  given: Schema.Boolean
})
export type SecretInput = typeof SecretInput.Type

const File = Schema.Struct({
  version: Schema.Literal(VERSION),
  /** The manifest's folder, absolute; absent where the state directory stands in it. */
  folder: Schema.optionalWith(Schema.String, exact),
  /** By name. */
  secrets: Schema.Record({ key: Schema.String, value: SecretInput })
})

export type RunOrigin = Omit<typeof File.Type, "version">

const BESIDE = ".pawl"

/** The state directory of a manifest where nobody names another. */
export const defaultStateDir = (folder: string): string => join(folder, BESIDE)

/** What is to be kept of a run's surroundings; undefined: nothing. */
export const originOf = (
  stateDir: string,
  manifestDir: string,
  inputs: Inputs,
  values: ValueObject
): RunOrigin | undefined => {
  const secrets = Record.map(
    Record.filter(inputs, ({ secret }) => secret === true),
    ({ env, type }, name): SecretInput => ({
      type,
      ...(env === undefined ? {} : { env }),
      given: values[name] !== undefined
    })
  )
  const isBeside = stateDir === defaultStateDir(manifestDir)
  return isBeside && Record.isEmptyRecord(secrets)
    ? undefined
    : { ...(isBeside ? {} : { folder: manifestDir }), secrets }
}

/** The manifest's folder; undefined where nothing tells. */
export const folderOf = (stateDir: string, origin: RunOrigin | undefined): string | undefined =>
  origin?.folder ?? (basename(stateDir) === BESIDE ? dirname(stateDir) : undefined)

const decodeFile = Schema.decodeUnknownOption(Schema.parseJson(File))

export const encodeOrigin = (origin: RunOrigin): string => `${JSON.stringify({ version: VERSION, ...origin })}\n`

/** On the left what is wrong with the text, completing "it could not be read". */
export const decodeOrigin = (text: string): Either.Either<RunOrigin, string> =>
  Option.match(decodeFile(text), {
    onNone: () => Either.left("it is damaged, or written by a newer pawl"),
    onSome: ({ version: _, ...origin }) => Either.right(origin)
  })
