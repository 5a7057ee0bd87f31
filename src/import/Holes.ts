/**
 * A text with `{{ … }}` in it, cut into what is text and what is not.
 *
 * Owns the cutting, which is the same in both languages that are imported. Must not read what is in a hole.
 */
import { findHoleEnd } from "./SpecKitSplit.ts"
import type { Fault, Range } from "./Tree.ts"

export interface Hole extends Range {
  /** What stands between the braces. */
  readonly inner: Range
}

export interface Cut {
  readonly text: string
  readonly holes: ReadonlyArray<Hole>
  /** The only hole, where there is nothing but white space around it. */
  readonly lone?: Hole
  /** A `{{` that is never closed. */
  readonly faults: ReadonlyArray<Fault>
}

/** Finds every hole of a text, in order. */
export const cutText = (text: string): Cut => {
  const holes: Array<Hole> = []
  const faults: Array<Fault> = []
  for (let start = text.indexOf("{{"); start >= 0;) {
    const close = findHoleEnd(text, start + 2)
    if (close < 0) {
      faults.push({
        start,
        end: start + 2,
        message: "`{{` is not closed",
        hint: "close it with `}}`; a quote before that may be open"
      })
      break
    }
    holes.push({ start, end: close + 2, inner: { start: start + 2, end: close } })
    start = text.indexOf("{{", close + 2)
  }
  const [only, second] = holes
  const isLone = only !== undefined && second === undefined && faults.length === 0
    && text.slice(0, only.start).trim() === "" && text.slice(only.end).trim() === ""
  return { text, holes, faults, ...(isLone ? { lone: only } : {}) }
}
