/**
 * What a flag is: data for help, completions, the reference page and the reading of arguments,
 * and beside it the `@effect/cli` option that gives its value a type.
 *
 * Owns the kinds. Must not know which flags there are. The surprise: `@effect/cli` never sees
 * the argument vector. Its tokenizer trims values, takes `true` after a switch for its value
 * and stops at the first error, so `Arguments.ts` reads the words and this types the values.
 */
import { Options } from "@effect/cli"
import { Option } from "effect"
import { bytesOf } from "./Size.ts"

export type FlagKind =
  | "switch"
  /** `--name` and `--no-name`. */
  | "on-off"
  | "text"
  /** `NAME=VALUE`. */
  | "pair"
  | "choice"
  | "count"
  /** A count or a percentage. */
  | "limit"
  /** A length of time, such as `30d`. */
  | "duration"
  /** A load average, or a percentage of the processors. */
  | "load"
  /** An amount of memory, such as `2G`. */
  | "size"

export interface FlagData {
  readonly name: string
  /** One letter. */
  readonly alias?: string
  readonly kind: FlagKind
  /** What stands for the value in help; absent for what takes none. */
  readonly metavar?: string
  readonly choices?: ReadonlyArray<string>
  /** The least that a count may be. */
  readonly least?: number
  readonly repeatable: boolean
  /** One line, lower-case, without a full stop. */
  readonly description: string
  readonly default?: string
  /** An environment variable that stands in for it. */
  readonly variable?: string
}

export interface Flag<A> extends FlagData {
  readonly options: Options.Options<A>
}

type Given = Pick<FlagData, "name" | "alias" | "metavar" | "description" | "default" | "variable">

/** Off unless given. */
export const onSwitch = (given: Given): Flag<boolean> => ({
  ...given,
  kind: "switch",
  repeatable: false,
  options: Options.boolean(given.name)
})

/** On, off, or not said. */
export const onOff = (given: Given): Flag<boolean | undefined> => ({
  ...given,
  kind: "on-off",
  repeatable: false,
  options: Options.choiceWithValue(given.name, [["true", true], ["false", false]]).pipe(
    Options.optional,
    Options.map(Option.getOrUndefined)
  )
})

const optionalText = (name: string): Options.Options<string | undefined> =>
  Options.text(name).pipe(Options.optional, Options.map(Option.getOrUndefined))

/** Any text. */
export const text = (given: Given): Flag<string | undefined> => ({
  metavar: "TEXT",
  ...given,
  kind: "text",
  repeatable: false,
  options: optionalText(given.name)
})

/** Any text, as often as one likes; order is kept. */
export const texts = (given: Given, kind: "text" | "pair" = "text"): Flag<ReadonlyArray<string>> => ({
  metavar: "TEXT",
  ...given,
  kind,
  repeatable: true,
  options: Options.text(given.name).pipe(Options.repeated)
})

/** One of a few words. */
export const choice = <const Word extends string>(
  given: Omit<Given, "default"> & { readonly choices: ReadonlyArray<Word>; readonly default: Word }
): Flag<Word> => ({
  ...given,
  metavar: given.choices.join("|"),
  kind: "choice",
  repeatable: false,
  options: Options.choice(given.name, given.choices).pipe(Options.withDefault(given.default))
})

/** One of a few words, or not said. */
export const optionalChoice = <const Word extends string>(
  given: Omit<Given, "default"> & { readonly choices: ReadonlyArray<Word> }
): Flag<Word | undefined> => ({
  ...given,
  metavar: given.choices.join("|"),
  kind: "choice",
  repeatable: false,
  options: Options.choice(given.name, given.choices).pipe(Options.optional, Options.map(Option.getOrUndefined))
})

/** A length of time as it was written. */
export const span = (given: Given): Flag<string | undefined> => ({
  metavar: "TIME",
  ...given,
  kind: "duration",
  repeatable: false,
  options: optionalText(given.name)
})

/** A whole number. */
export const count = (given: Given & { readonly least: number }): Flag<number | undefined> => ({
  metavar: "N",
  ...given,
  kind: "count",
  repeatable: false,
  options: Options.integer(given.name).pipe(Options.optional, Options.map(Option.getOrUndefined))
})

export type Limit = { readonly count: number } | { readonly percent: number }

/** `12` or `20%`. */
export const limit = (given: Given): Flag<Limit | undefined> => ({
  metavar: "N|P%",
  ...given,
  kind: "limit",
  repeatable: false,
  options: optionalText(given.name).pipe(Options.map((value): Limit | undefined => {
    if (value === undefined) return undefined
    return value.endsWith("%") ? { percent: Number(value.slice(0, -1)) } : { count: Number(value) }
  }))
})

export type Load = { readonly average: number } | { readonly percent: number }

/** `2.5` or `150%`. */
export const load = (given: Given): Flag<Load | undefined> => ({
  metavar: "N|P%",
  ...given,
  kind: "load",
  repeatable: false,
  options: optionalText(given.name).pipe(Options.map((value): Load | undefined => {
    if (value === undefined) return undefined
    return value.endsWith("%") ? { percent: Number(value.slice(0, -1)) } : { average: Number(value) }
  }))
})

/** `500M`, in bytes. */
export const size = (given: Given): Flag<number | undefined> => ({
  metavar: "SIZE",
  ...given,
  kind: "size",
  repeatable: false,
  options: optionalText(given.name).pipe(
    Options.map((value) => value === undefined ? undefined : bytesOf(value))
  )
})

export type Flags = Readonly<Record<string, Flag<unknown>>>

/** What the flags of a command come to, by the key they have in its description. */
export type Values<F extends Flags> = { readonly [Key in keyof F]: F[Key] extends Flag<infer A> ? A : never }
