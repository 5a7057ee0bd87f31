/**
 * The small values of the language: names, ids, durations, numbers, shells.
 *
 * Owns what each may look like and its reading. Must not know where one stands. The surprise:
 * a decoded manifest keeps the text as written (`10m`), so that it can be shown and hashed as
 * the user knows it; `durationMs` reads it where the number is needed.
 */
import { Either, Schema } from "effect"
import { compilePattern } from "../expression/Pattern.ts"
import { Expected, Hint } from "./Words.ts"

const name = (pattern: RegExp, expected: string, hint: string) =>
  Schema.String.pipe(Schema.pattern(pattern, { [Expected]: expected, [Hint]: hint }))

export const BatchName = name(
  /^[a-z0-9][a-z0-9-]*$/,
  "lower-case letters, digits and hyphens",
  "for example `nightly-e2e`"
)
export const StepId = name(
  /^[A-Za-z0-9][A-Za-z0-9_-]*$/,
  "letters, digits, hyphens and underscores, a letter or digit first",
  "put what people should read into `name`"
)
export const InputName = name(
  /^[A-Za-z_][A-Za-z0-9_]*$/,
  "letters, digits and underscores, no digit first",
  "for example `release_version`"
)
export const EnvName = name(
  /^[A-Za-z_][A-Za-z0-9_]*$/,
  "letters, digits and underscores, no digit first",
  "for example `API_TOKEN`"
)
export const LabelName = name(
  /^(?!id$)[A-Za-z_][A-Za-z0-9_./-]*$/,
  "letters, digits, hyphens, underscores, dots and slashes, a letter first, and not `id`",
  "for example `tier`, for `--only tier=T1`"
)

const durationPart = /(\d+(?:\.\d+)?)(ms|[smhd])/g
const duration = /^(?:\d+(?:\.\d+)?(?:ms|[smhd]))+$/
const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Milliseconds of a duration such as `1h30m`, rounded; the text must be one that `DurationText` lets through. */
export const durationMs = (text: string): number =>
  Math.round(
    [...text.matchAll(durationPart)].reduce((sum, [, n, unit]) => sum + Number(n) * (unitMs[unit ?? ""] ?? 0), 0)
  )

export const DurationText = Schema.String.pipe(
  Schema.pattern(duration, {
    [Expected]: "a duration such as `10m`",
    [Hint]: "write a number with its unit: `500ms`, `90s`, `10m`, `1h30m` or `7d`"
  }),
  Schema.filter((text) => durationMs(text) >= 1, {
    [Expected]: "a duration longer than nothing",
    [Hint]: "for example `90s`; leave it out for no limit",
    jsonSchema: { pattern: "[1-9]" }
  })
)

/** A regular expression of RE2, which takes no longer than its text is long. */
export const Pattern = Schema.String.pipe(
  Schema.minLength(1),
  Schema.filter((text) => Either.isRight(compilePattern(text)), {
    [Expected]: "a regular expression of RE2",
    [Hint]: "RE2 has no look-ahead and no back-references; see https://github.com/google/re2/wiki/Syntax"
  })
)

/** A text with something in it. */
export const Text = Schema.String.pipe(Schema.minLength(1, { [Expected]: "a text of at least one character" }))

/** A whole number in a range, said in words. */
export const wholeNumber = (least: number, greatest: number, expected: string) =>
  Schema.Number.pipe(
    Schema.filter((number) => Number.isInteger(number) && number >= least && number <= greatest, {
      [Expected]: expected,
      jsonSchema: {
        type: "integer",
        minimum: least,
        ...(greatest === Number.MAX_SAFE_INTEGER ? {} : { maximum: greatest })
      }
    })
  )

/** A number from `least` up, said in words. */
export const numberFrom = (least: number, expected: string, hint: string) =>
  Schema.Number.pipe(
    Schema.filter((number) => Number.isFinite(number) && number >= least, {
      [Expected]: expected,
      [Hint]: hint,
      jsonSchema: { type: "number", minimum: least }
    })
  )

/** The words of a `shell:`, split on white space. */
export const shellWords = (text: string): ReadonlyArray<string> => text.split(/\s+/).filter((word) => word !== "")

const posixShells = new Set(["sh", "bash", "dash", "ash", "ksh", "mksh", "zsh"])
const baseName = (path: string | undefined): string => path?.slice(path.lastIndexOf("/") + 1) ?? ""

/** Whether values can be handed to a script by the expansion of variables: true for the POSIX shells, known by name. */
export const isPosixShell = (words: ReadonlyArray<string>): boolean => {
  const program = baseName(words[0])
  return posixShells.has(program)
    || ((program === "busybox" || program === "toybox") && posixShells.has(words[1] ?? ""))
}

export const ShellText = Schema.String.pipe(
  Schema.filter((text) => shellWords(text).length > 0, {
    [Expected]: "a program and its options",
    [Hint]: "for example `bash -euo pipefail`; leave it out for `sh -e`",
    jsonSchema: { pattern: "\\S" }
  })
)
