/**
 * The values of a batch's inputs, from the command line, a file, the environment and defaults.
 *
 * Owns their order (`--input`, then `--inputs`, then `env`, then `default`) and the reading of
 * texts as values. Must not read files or the environment itself. The surprise: an input that
 * got no value is absent, not null, so that an expression that names it fails instead of
 * putting nothing into a command.
 */
import { Array, Either } from "effect"
import { nearest } from "../expression/Nearest.ts"
import { canonicalJson, parseJson, UnfitJson, type Value, type ValueObject } from "../expression/Value.ts"
import { type Input, type Inputs, type InputType, isOfType, isValue, typeWords } from "./Inputs.ts"

/** Where the values of one invocation come from. */
export interface InputSources {
  readonly declared: Inputs
  /** `k=v` each, in the order given; of two for one input the later counts. */
  readonly given: ReadonlyArray<string>
  /** What the file of `--inputs` holds. */
  readonly file?: ValueObject
  /** Environment variables. */
  readonly variables: Readonly<Record<string, string>>
}

export interface InputProblem {
  /** Which source it is about; `manifest` where the declaration is the place to look at. */
  readonly origin: "given" | "file" | "manifest"
  /** Of the input; absent where a text is no `k=v` at all. */
  readonly name?: string
  /** It is the name that is wrong, not the value. */
  readonly at?: "key"
  readonly message: string
  readonly hint?: string
}

type Outcome<A> = Either.Either<A, InputProblem>

const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/
const digits = /^-?\d+$/

const json = (text: string): Value | undefined => {
  try {
    const value = parseJson(text)
    return isValue(value) ? value : undefined
  } catch {
    return undefined
  }
}

const numeric = (text: string): Value | undefined => {
  if (!number.test(text)) return undefined
  const value = Number(text)
  if (digits.test(text) && !Number.isSafeInteger(value)) return BigInt(text)
  return Number.isFinite(value) ? value : undefined
}

const readers: { readonly [Type in InputType]: (text: string) => Value | undefined } = {
  string: (text) => text,
  number: numeric,
  integer: numeric,
  boolean: (text) => (text === "true" ? true : text === "false" ? false : undefined),
  array: json,
  object: json
}

const examples: { readonly [Type in InputType]: string } = {
  string: "text",
  number: "1.5",
  integer: "3",
  boolean: "true",
  array: "'[\"a\",\"b\"]'",
  object: "'{\"key\":\"value\"}'"
}

const shorten = (text: string): string => (text.length > 40 ? `${text.slice(0, 39)}…` : text)

/** What was found, unless it must not be seen. */
const not = (input: Input, value: string): string => (input.secret === true ? "" : `, not \`${shorten(value)}\``)

const listed = (name: string, input: Input, value: Value, origin: InputProblem["origin"]): Outcome<Value> => {
  const allowed = input.enum
  if (allowed === undefined) return Either.right(value)
  const text = canonicalJson(value)
  const texts = allowed.map(canonicalJson)
  if (texts.includes(text)) return Either.right(value)
  const shown = typeof value === "string" ? value : text
  const near = nearest(shown, allowed.filter((each) => typeof each === "string"))
  return Either.left({
    origin,
    name,
    message: `input \`${name}\` must be one of ${texts.join(", ")}${not(input, shown)}`,
    ...(near === undefined || input.secret === true ? {} : { hint: `did you mean \`${near}\`?` })
  })
}

const ofType = (
  name: string,
  input: Input,
  value: Value,
  origin: InputProblem["origin"],
  shown: string
): Outcome<Value> =>
  isOfType(input.type, value)
    ? listed(name, input, value, origin)
    : Either.left({
      origin,
      name,
      message: `input \`${name}\` must be ${typeWords(input.type)}${not(input, shown)}`,
      ...(origin === "given" ? { hint: `for example \`--input ${name}=${examples[input.type]}\`` } : {})
    })

/** What a text holds that no value may, where it is JSON. */
const unfit = (text: string): string | undefined => {
  try {
    parseJson(text)
    return undefined
  } catch (cause) {
    return cause instanceof UnfitJson ? cause.message : undefined
  }
}

const fromText = (name: string, input: Input, text: string, origin: InputProblem["origin"]): Outcome<Value> => {
  const value = readers[input.type](text)
  const held = value === undefined && readers[input.type] === json ? unfit(text) : undefined
  if (held !== undefined) return Either.left({ origin, name, message: `input \`${name}\` holds ${held}` })
  return ofType(name, input, value ?? null, origin, text)
}

const missing = (name: string, input: Input): InputProblem => ({
  origin: "given",
  name,
  message: `input \`${name}\` is required and has no value`,
  hint: `give it with \`--input ${name}=…\`, in a file with \`--inputs\`${
    input.env === undefined ? "" : ` or in the environment variable \`${input.env}\``
  }${input.description === undefined ? "" : `: ${input.description}`}`
})

const unknown = (name: string, declared: Inputs, origin: InputProblem["origin"]): InputProblem => {
  const names = Object.keys(declared)
  const near = nearest(name, names)
  return {
    origin,
    name,
    at: "key",
    message: `unknown input \`${name}\``,
    hint: near !== undefined
      ? `did you mean \`${near}\`?`
      : names.length === 0
      ? "the manifest declares no inputs"
      : `known: ${names.map((each) => `\`${each}\``).join(", ")}`
  }
}

/** The texts by input name, and what is wrong with the rest of them. */
const readGiven = (texts: ReadonlyArray<string>, declared: Inputs) => {
  const given = new Map<string, string>()
  const hasSecrets = Object.values(declared).some(({ secret }) => secret === true)
  const problems = texts.flatMap((text): ReadonlyArray<InputProblem> => {
    const equals = text.indexOf("=")
    if (equals < 1) {
      return [{
        origin: "given",
        // It may be the value alone.
        message: `${hasSecrets ? "an `--input`" : `\`--input ${shorten(text)}\``} is not \`name=value\``,
        hint: "write `--input name=value`"
      }]
    }
    const name = text.slice(0, equals)
    if (!Object.hasOwn(declared, name)) return [unknown(name, declared, "given")]
    given.set(name, text.slice(equals + 1))
    return []
  })
  return { given, problems }
}

const valueOf = (
  name: string,
  input: Input,
  given: ReadonlyMap<string, string>,
  sources: InputSources
): Outcome<Value | undefined> => {
  const text = given.get(name)
  if (text !== undefined) return fromText(name, input, text, "given")
  const value = sources.file !== undefined && Object.hasOwn(sources.file, name) ? sources.file[name] : undefined
  if (value !== undefined) return ofType(name, input, value, "file", canonicalJson(value))
  const variable = input.env === undefined ? undefined : sources.variables[input.env]
  if (variable !== undefined) {
    return Either.mapLeft(fromText(name, input, variable, "manifest"), (problem) => ({
      ...problem,
      hint: `its value comes from the environment variable \`${input.env}\``
    }))
  }
  if (input.default !== undefined) return Either.right(input.default)
  return input.required === true ? Either.left(missing(name, input)) : Either.right(undefined)
}

export interface ResolvedInputs {
  /** Of all inputs that have one, secret ones included, in the order of their declaration. */
  readonly values: ValueObject
  /** All that is wrong, names that nobody knows among it (`at` is `key`): those alone leave the values whole. */
  readonly problems: ReadonlyArray<InputProblem>
}

/** All forms of a secret are looked for in all output: what that takes grows with it. Characters. */
const mostSecret = 100_000

/** Secrets that are too long to be looked for. */
const tooLong = (declared: Inputs, values: ValueObject): ReadonlyArray<InputProblem> => {
  const secret = Object.entries(values).filter(([name]) => declared[name]?.secret === true)
  const length = secret.reduce((sum, [, value]) => sum + canonicalJson(value).length, 0)
  return length <= mostSecret ? [] : [{
    origin: "given",
    message: `the values of secret inputs come to ${length} characters, more than ${mostSecret}`,
    hint: "put what is long into a file that steps read, and give its path"
  }]
}

/** The values of the inputs, and what is wrong with what was given. */
export const resolveInputs = (sources: InputSources): ResolvedInputs => {
  const { given, problems } = readGiven(sources.given, sources.declared)
  const unknownInFile = Object.keys(sources.file ?? {})
    .filter((name) => !Object.hasOwn(sources.declared, name))
    .map((name) => unknown(name, sources.declared, "file"))
  const [wrong, values] = Array.separate(
    Object.entries(sources.declared).map(([name, input]) =>
      Either.map(valueOf(name, input, given, sources), (value) => [name, value] as const)
    )
  )
  const found: ValueObject = Object.fromEntries(
    values.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))
  )
  return { values: found, problems: [...problems, ...unknownInFile, ...wrong, ...tooLong(sources.declared, found)] }
}
