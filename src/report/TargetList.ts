/**
 * The targets of a report, in plan order.
 *
 * Owns that each is made when it is asked for, and again when it is asked for again: of a hundred thousand there is one
 * at a time. Must not keep any.
 */
import type { SummaryTarget } from "./Summary.ts"

/** A list of targets, or whatever can be gone through as one. */
export interface TargetList extends Iterable<SummaryTarget> {
  readonly length: number
}

/** A list of so many, each made by its place. */
export const targetList = (length: number, at: (index: number) => SummaryTarget): TargetList => {
  const list = {
    length,
    *[Symbol.iterator]() {
      for (let index = 0; index < length; index++) yield at(index)
    },
    /** For who writes it as JSON all the same. */
    toJSON: () => [...list]
  }
  return list
}
