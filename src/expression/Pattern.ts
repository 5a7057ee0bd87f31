/**
 * Regular expressions that take time in proportion to the text, whatever they are: RE2.
 *
 * Owns which patterns are allowed, and the words for those that are not. Must not know what they are for. The
 * surprise: how large a pattern becomes is guessed before it is compiled, since writing out what its
 * repetitions stand for is what takes the time.
 */
import { Either } from "effect"
import type * as Re2 from "re2js"
import { largestPattern, longestPattern } from "./Limits.ts"

export interface Pattern {
  /** Of its program; the time that a match takes is at most in proportion to this times the length of the text. */
  readonly size: number
  /** Whether it matches any part of a text. */
  readonly test: (text: string) => boolean
}

export interface PatternProblem {
  /** To be put after "the pattern". */
  readonly reason: string
  readonly hint: string
}

// The library is loaded when the first pattern needs it: few manifests have one.
const library = (): typeof Re2 => require("re2js")

const pieces = /\\[xpP]\{[^}]*\}|\\[^]|\[\^?\]?(?:\\[^]|[^\]\\])*\]|\{(\d+)(?:,(\d*))?\}|[^]/g

/** About how many instructions a pattern comes to with its repetitions written out. */
const guess = (pattern: string): number => {
  const outer: Array<number> = []
  let total = 0
  let last = 0
  for (const [piece, least, most] of pattern.matchAll(pieces)) {
    if (piece === "(") {
      outer.push(total + last)
      total = 0
      last = 0
    } else if (piece === ")") {
      last += total + 2
      total = outer.pop() ?? 0
    } else if (least !== undefined) {
      last *= Math.max(1, Number(least), Number(most ?? 0))
    } else {
      total += last
      last = 1
    }
  }
  return outer.reduce((sum, each) => sum + each, total + last)
}

/** A guess may be that far out. */
const largestGuess = 3 * largestPattern

const unsupported: ReadonlyArray<readonly [found: RegExp, problem: PatternProblem]> = [
  [/\(\?[=!]/, {
    reason: "has a look-ahead, which RE2 does not have",
    hint: "write two conditions instead: `x.matches('…') && !x.matches('…')`"
  }],
  [/\(\?<[=!]/, {
    reason: "has a look-behind, which RE2 does not have",
    hint: "write two conditions instead: `x.matches('…') && !x.matches('…')`"
  }],
  [/\\[1-9]|\\k</, {
    reason: "has a back-reference, which RE2 does not have",
    hint: "compare the parts themselves, for example after `split`"
  }],
  [/\(\?>|[*+?}]\+/, {
    reason: "has an atomic group or a possessive repetition, which RE2 does not have",
    hint: "leave it out: RE2 does not go back and needs none"
  }]
]

const tooLarge: PatternProblem = {
  reason: "is too large",
  hint: "use fewer or smaller repetitions; `{…}` stands for that many copies"
}

const explain = (pattern: string, message: string): PatternProblem => {
  if (/too large|nests too deeply|repeat count/.test(message)) return tooLarge
  const [, problem] = unsupported.find(([found]) => found.test(pattern)) ?? []
  if (problem !== undefined) return problem
  const reason = message.replace(/^error parsing regexp: /, "")
  const short = reason.length > 100 ? `${reason.slice(0, 99)}…` : reason
  return { reason: `can't be read: ${short}`, hint: "patterns are written in the syntax of RE2" }
}

/** Compiles a pattern; on the left what is wrong with it. */
export const compilePattern = (pattern: string): Either.Either<Pattern, PatternProblem> => {
  if (pattern.length > longestPattern) {
    return Either.left({
      reason: `is longer than ${longestPattern} characters`,
      hint: "is it a list? `x in list` finds a text in one"
    })
  }
  if (guess(pattern) > largestGuess) return Either.left(tooLarge)
  const { RE2JS, RE2JSException } = library()
  try {
    const compiled = RE2JS.compile(pattern)
    const size = compiled.programSize()
    return size > largestPattern ? Either.left(tooLarge) : Either.right({ size, test: (text) => compiled.test(text) })
  } catch (thrown) {
    if (thrown instanceof RE2JSException) return Either.left(explain(pattern, thrown.message))
    throw thrown
  }
}
