/**
 * Keeps the values of secret inputs, and what is made of them, out of what is recorded.
 *
 * Owns what is secret in a run and the masking of texts, values and outputs. Must not look for
 * anything itself: `MaskForms.ts` says for what, `MaskMatcher.ts` finds it. The surprise: it
 * learns. Texts that expressions make of secrets are known only once they are made.
 */
import type { Value, ValueObject } from "../expression/Value.ts"
import { formsOf } from "./MaskForms.ts"
import { makeMatcher, type Matcher } from "./MaskMatcher.ts"
import { makeMaskStream, type MaskStream } from "./MaskStream.ts"
import type { StepOutput } from "./StepOutput.ts"

const MASKED = "***"

export interface Mask {
  /** Names of the secret inputs that have something to mask; empty where there is nothing. */
  readonly inputs: ReadonlySet<string>
  readonly text: (text: string) => string
  readonly value: (value: Value) => Value
  readonly output: (output: StepOutput) => StepOutput
  /** Whether a text has a secret in it, in whatever form; not one that counts only where it stands alone. */
  readonly holds: (text: string) => boolean
  /** The same of the values of inputs alone, so that what was learnt before makes no difference. */
  readonly holdsInput: (text: string) => boolean
  /** Takes these texts for secret from now on; of very many the last ones. */
  readonly learn: (texts: ReadonlyArray<string>) => void
  /** Masks a stream of bytes by what is secret now; undefined where nothing is. */
  readonly stream: (() => MaskStream) | undefined
}

/** So many texts made of secrets are kept in mind: a batch may make other ones for each of its targets. */
const mostLearnt = 64

/** `Array.isArray` does not tell a read-only array from an object by type. */
const isList = (value: object): value is ReadonlyArray<Value> => Array.isArray(value)

/** The texts that give a secret away. True, false and null are no secrets: masking them would hide everything. */
export const leavesOf = (value: Value | undefined): ReadonlyArray<string> => {
  if (value === undefined || value === null || typeof value === "boolean" || value === "") return []
  if (typeof value !== "object") return [String(value)]
  return Object.values(value).flatMap(leavesOf)
}

const encoder = new TextEncoder()
const decoder = new TextDecoder("utf-8", { ignoreBOM: true })

/** How much of a form's end, but not all of it, a text begins with. */
const tailLength = (text: string, form: string): number => {
  const first = text.charAt(0)
  for (let from = form.indexOf(first, 1); first !== "" && from > 0; from = form.indexOf(first, from + 1)) {
    if (text.startsWith(form.slice(from))) return form.length - from
  }
  return 0
}

/** What is looked for where these texts are secret. */
const makeSearch = (secrets: Iterable<string>) => {
  const { alone, anywhere } = formsOf(secrets)
  const bytes = (forms: Iterable<string>) => [...forms].map((form) => encoder.encode(form))
  const matcher: Matcher = makeMatcher(bytes(anywhere), bytes(alone))
  return {
    matcher,
    text: (clear: string): string => {
      const stream = makeMaskStream(matcher)
      const masked = stream.feed(encoder.encode(clear))
      return decoder.decode(Buffer.concat([masked, stream.end()]))
    },
    holds: (text: string): boolean => {
      let state = 0
      return encoder.encode(text).some((byte) => {
        state = matcher.move(state, byte)
        return matcher.longest(state) > 0
      })
    },
    /** Text whose beginning was cut off: the end of a secret that the cut went through is masked as well. */
    withoutTail: (cut: string): string => {
      let length = 0
      for (const form of anywhere) length = Math.max(length, tailLength(cut, form))
      return length === 0 ? cut : `${MASKED}${cut.slice(length)}`
    }
  }
}

const nothing: Mask = {
  inputs: new Set(),
  text: (text) => text,
  value: (value) => value,
  output: (output) => output,
  holds: () => false,
  holdsInput: () => false,
  learn: () => {},
  stream: undefined
}

/** A mask over the secret inputs among `values`. Without secrets it costs nothing. */
export const makeMask = (secrets: ReadonlyArray<string>, values: ValueObject): Mask => {
  const inputs = new Set(secrets.filter((name) => leavesOf(values[name]).length > 0))
  if (inputs.size === 0) return nothing
  const given = new Set([...inputs].flatMap((name) => leavesOf(values[name])))
  const learnt = new Set<string>()
  let ofInputs: ReturnType<typeof makeSearch> | undefined
  const inputSearch = () => ofInputs ??= makeSearch(given)
  let known: ReturnType<typeof makeSearch> | undefined
  const search = () => known ??= learnt.size === 0 ? inputSearch() : makeSearch([...given, ...learnt])

  const deep = (value: Value): Value => {
    if (typeof value === "string") return search().text(value)
    // A secret number is one whole value, never a part of a longer number.
    if (typeof value === "number" || typeof value === "bigint") {
      return given.has(String(value)) || learnt.has(String(value)) ? MASKED : value
    }
    if (typeof value !== "object" || value === null) return value
    return isList(value) ? value.map(deep) : object(value)
  }
  const object = (value: ValueObject): ValueObject =>
    Object.fromEntries(Object.entries(value).map(([key, inner]) => [search().text(key), deep(inner)]))
  const said = (text: string, isCut: boolean): string => search().text(isCut ? search().withoutTail(text) : text)
  return {
    inputs,
    text: (text) => search().text(text),
    value: deep,
    output: ({ json, values: set, ...rest }) => ({
      ...rest,
      stdout: said(rest.stdout, rest.truncated === true),
      stderr: said(rest.stderr, rest.truncated === true),
      ...(json === undefined ? {} : { json: deep(json) }),
      ...(set === undefined ? {} : { values: object(set) })
    }),
    holds: (text) => search().holds(text),
    holdsInput: (text) => inputSearch().holds(text),
    learn: (texts) => {
      for (const text of texts) {
        if (given.has(text) || learnt.has(text)) continue
        learnt.add(text)
        known = undefined
        for (const oldest of learnt) {
          if (learnt.size <= mostLearnt) break
          learnt.delete(oldest)
        }
      }
    },
    stream: () => makeMaskStream(search().matcher)
  }
}
