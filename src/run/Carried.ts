/**
 * Facts that wait to be recorded together with the next one, so that what belongs together costs one sync.
 *
 * Owns when they may no longer wait. The surprise: steps side by side never share one: a fact that
 * one of them carries would be taken by another's append, and its own would not wait for it.
 */
import { Effect } from "effect"
import type { Checkpoint } from "../checkpoint/Checkpoint.ts"
import type { RunFact } from "./RunEvent.ts"
import type { StateError } from "./StateError.ts"

export interface Carried {
  facts: ReadonlyArray<RunFact>
}

/** Takes what is carried, followed by more. */
export const take = (carried: Carried, ...more: ReadonlyArray<RunFact>): ReadonlyArray<RunFact> => {
  const facts = [...carried.facts, ...more]
  carried.facts = []
  return facts
}

/** What was done, and must be durable before anything follows; that something began need not be. */
const isOutcome = ({ type }: RunFact): boolean =>
  type !== "TargetStarted" && type !== "StepEntered" && type !== "StepSkipped"

/** Makes durable what must be before the next step; the rest goes on being carried. */
export const settle = (checkpoint: Checkpoint["Type"], carried: Carried): Effect.Effect<void, StateError> =>
  carried.facts.some(isOutcome) ? checkpoint.append(take(carried)) : Effect.void

/** Hands everything over, so that others may record after it. */
export const handOver = (checkpoint: Checkpoint["Type"], carried: Carried): Effect.Effect<void, StateError> => {
  if (carried.facts.length === 0) return Effect.void
  return carried.facts.some(isOutcome) ? checkpoint.append(take(carried)) : checkpoint.note(take(carried))
}
