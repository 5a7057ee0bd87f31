/**
 * Regular expressions that take time in proportion to the text, whatever they are: RE2.
 *
 * Owns the library and its limits. The surprise: it is loaded when the first pattern is compiled,
 * so that a batch without one does not pay for it.
 */
import type * as Re2 from "re2js"
import { Either } from "effect"

/** Longer than what a person writes. */
const longest = 1000

export interface LinearPattern {
  /** Whether it is found anywhere in a text. */
  readonly test: (text: string) => boolean
}

/** Compiles a pattern; on the left why that can't be done, on one line. */
export const compilePattern = (text: string): Either.Either<LinearPattern, string> => {
  if (text.length > longest) return Either.left(`longer than ${longest} characters`)
  const { RE2JS }: typeof Re2 = require("re2js")
  return Either.try({
    try: () => {
      const compiled = RE2JS.compile(text)
      return { test: (subject) => compiled.matcher(subject).find() }
    },
    catch: (cause) => (cause instanceof Error ? cause.message : String(cause)).split("\n", 1)[0] ?? "not RE2"
  })
}
