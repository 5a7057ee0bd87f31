/**
 * `matches` with patterns that are known beforehand and such that are not.
 *
 * Owns keeping compiled patterns, and what matching costs. Must not know the syntax of patterns. The surprise: a
 * pattern that an earlier evaluation compiled is paid for again, or what an expression may do would depend on
 * what was evaluated before.
 */
import { Either } from "effect"
import type { Budget } from "./Budget.ts"
import { mostPatterns } from "./Limits.ts"
import { compilePattern, type Pattern, type PatternProblem } from "./Pattern.ts"

/** Of text times size, what is gone through within one step. */
const matchedAStep = 20

/** To compile a pattern, at the least and for each of its instructions. */
const stepsToCompile = 200
const stepsAnInstruction = 20

/** Whether a pattern matches any part of a text. */
export const matches = (pattern: Pattern, text: string, budget: Budget): boolean => {
  budget.work(Math.floor((pattern.size * text.length) / matchedAStep))
  return pattern.test(text)
}

interface Kept {
  readonly found: Either.Either<Pattern, PatternProblem>
  budget: Budget
}

/** Compiles patterns that are values, and keeps the latest. */
export const makePatterns = (): (text: string, budget: Budget) => Either.Either<Pattern, PatternProblem> => {
  const kept = new Map<string, Kept>()
  const pay = (found: Kept["found"], budget: Budget) =>
    budget.work(stepsToCompile + (Either.isRight(found) ? found.right.size * stepsAnInstruction : 0))
  return (text, budget) => {
    const known = kept.get(text)
    if (known?.budget === budget) return known.found
    budget.pattern()
    if (known === undefined && kept.size >= 2 * mostPatterns) kept.clear()
    const found = known?.found ?? compilePattern(text)
    kept.set(text, { found, budget })
    pay(found, budget)
    return found
  }
}
