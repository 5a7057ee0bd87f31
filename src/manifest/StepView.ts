/**
 * How an expression sees a step that it mentions: through which conditions, and past which failures.
 *
 * Owns these shapes alone.
 */
import type { Fact, Shown } from "../expression/Fact.ts"
import type { Within } from "./Spot.ts"

/** What conditions show; `within` is the place of the step that has them. */
export interface Conditions {
  /** Everything that is so where a condition has come to `truth`. */
  readonly implied: (condition: string | undefined, within: Within, truth: boolean) => ReadonlyArray<Shown>
  /** What a condition says itself, word for word. */
  readonly said: (condition: string | undefined, within: Within, truth: boolean) => ReadonlyArray<Fact>
  /** That what a `switch` goes by is one of its cases. */
  readonly chosen: (choice: string | undefined, within: Within, name: string) => ReadonlyArray<Fact>
}

/** How a step is seen. */
export interface View {
  readonly conditions: Conditions
  /** A failure further out is gone on from, so that steps after the failed one did not run. */
  readonly isBroken: boolean
  /** A gate before it whose rejection leaves it out. */
  readonly leftBy?: string | undefined
  /** It is in an item of a `map`, seen from outside: what is so for this item says nothing of another. */
  readonly isOneOfMany?: boolean
  /** What is so wherever it is reached at all. */
  readonly implies: () => ReadonlyArray<Shown>
}
