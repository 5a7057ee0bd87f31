/**
 * What CEL says is wrong.
 *
 * Owns reading whatever the library threw. Must not put it into sentences. The surprise: the library puts whole
 * values into its words, so that those are cut.
 */
import type { ASTNode } from "@marcbachmann/cel-js"
import { library, limits } from "./Language.ts"
import { Hinted } from "./Meter.ts"

/** What CEL says is wrong, with its place in the text that was compiled. */
export interface CelFailure {
  readonly code: string
  readonly summary: string
  readonly start: number
  readonly end: number
  /** The part of the expression that failed, where it is known. */
  readonly node: ASTNode | undefined
  readonly hint?: string
}

const longestSummary = 200

/** The library names its limits by their settings. */
const limitWords: Readonly<Record<keyof typeof limits, string>> = {
  maxAstNodes: `it has more than ${limits.maxAstNodes} parts`,
  maxDepth: `it is nested more than ${limits.maxDepth} deep`,
  maxListElements: `a list in it has more than ${limits.maxListElements} elements`,
  maxMapEntries: `a map in it has more than ${limits.maxMapEntries} entries`,
  maxCallArguments: `a function in it has more than ${limits.maxCallArguments} arguments`
}

const plainly = (code: string, summary: string): string => {
  if (code !== "limit_exceeded") return summary
  const [, words] = Object.entries(limitWords).find(([setting]) => summary.includes(setting)) ?? []
  return words ?? summary
}

/** Reads whatever the library threw; a failure of its own making, such as a full stack, has the code `internal`. */
export const celFailure = (thrown: unknown): CelFailure => {
  const { EvaluationError, ParseError, TypeError } = library()
  if (thrown instanceof ParseError || thrown instanceof EvaluationError || thrown instanceof TypeError) {
    const { cause, node } = thrown
    const summary = plainly(thrown.code, thrown.summary)
    return {
      code: thrown.code,
      summary: summary.length > longestSummary ? `${summary.slice(0, longestSummary - 1)}…` : summary,
      start: thrown.range?.start ?? 0,
      end: thrown.range?.end ?? 0,
      node: isNode(node) ? node : undefined,
      ...(cause instanceof Hinted ? { hint: cause.hint } : {})
    }
  }
  const summary = thrown instanceof RangeError && thrown.message.includes("stack")
    ? "nested too deep"
    : thrown instanceof Error
    ? thrown.message
    : String(thrown)
  return { code: "internal", summary, start: 0, end: 0, node: undefined }
}

const isNode = (node: object | undefined): node is ASTNode => node !== undefined && "op" in node && "args" in node
