/**
 * What one evaluation of an expression may cost.
 *
 * Owns the counting, and the words for what went past it. Must not know what it is that costs. The surprise:
 * it counts and does not look at a clock, so that an expression comes to the same end on every machine.
 */
import { mostPatterns, mostText, mostWork } from "./Limits.ts"

type Reason = "work" | "text" | "patterns"

const plainly = (count: number): string => String(count).replace(/\B(?=(?:\d{3})+$)/g, ",")

const words: Readonly<Record<Reason, { readonly message: () => string; readonly hint: string }>> = {
  work: {
    message: () => `it takes more than ${plainly(mostWork)} steps`,
    hint: "have it look at fewer elements, or let a step of the target do this work"
  },
  text: {
    message: () => `it makes more than ${plainly(mostText)} characters of text`,
    hint: "keep text of that size in a file"
  },
  patterns: {
    message: () => `it matches with more than ${mostPatterns} different patterns`,
    hint: "put them into one pattern, with `|` between them"
  }
}

/** Thrown where an evaluation goes past what it may cost. An `Error`, since CEL takes nothing else for one. */
export class OverBudget extends Error {
  readonly hint: string

  constructor(reason: Reason) {
    super(words[reason].message())
    this.hint = words[reason].hint
  }
}

/** Of one evaluation: its expression, and whatever stands in its filters. */
export class Budget {
  private workLeft = mostWork
  private textLeft = mostText
  private patternsLeft = mostPatterns
  /** What it went past, if it did: CEL may have passed over the error, since `x || true` is true whatever `x` is. */
  over: OverBudget | undefined = undefined

  /** Once past it, whatever is asked for is past it. */
  work(steps: number): void {
    this.workLeft -= steps
    if (this.workLeft < 0) this.fail("work")
  }

  /** `length` characters are about to be put together. */
  text(length: number): void {
    this.textLeft -= length
    if (this.textLeft < 0) this.fail("text")
  }

  /** One more pattern is about to be compiled. */
  pattern(): void {
    this.patternsLeft -= 1
    if (this.patternsLeft < 0) this.fail("patterns")
  }

  private fail(reason: Reason): never {
    throw this.over ??= new OverBudget(reason)
  }
}
