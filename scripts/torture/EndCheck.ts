/**
 * What must hold of a tortured run in the end.
 *
 * Must not know how it got there. The surprise: who began in the very moment in which a limit was recorded
 * began before it, whatever the order of the two in the journal.
 */
import type { DroppedDecision } from "../../src/checkpoint/Inbox.ts"
import type { RunEvent } from "../../src/run/RunEvent.ts"
import { type RunOutcome, schedulerOptions } from "../../src/run/RunLoaded.ts"
import { type RunState, targetState } from "../../src/run/RunState.ts"
import { stepState } from "../../src/run/TargetState.ts"
import { violations } from "../../src/simulate/Invariants.ts"
import type { Ordeal } from "./RandomBatch.ts"

export interface Ended extends Ordeal {
  readonly outcome: RunOutcome
  readonly journal: ReadonlyArray<RunEvent>
}

/** Decisions, durable as far as who made them knows, whose gate is still open once another call has been through the inbox. */
export const lostDecisions = (state: RunState, dropped: ReadonlyArray<DroppedDecision>): ReadonlyArray<string> =>
  dropped
    .filter(({ opened, path, target }) => stepState(targetState(state, target), path)?.gate?.opened === opened)
    .map(({ path, target }) => `the decision about ${target}/${path} was lost: it is still open`)

/** Every broken promise; empty where all is well. */
export const endProblems = (ended: Ended): ReadonlyArray<string> => {
  const { journal, loaded: { plan }, manner, outcome, selection } = ended
  const { exitCode, state } = outcome
  const options = schedulerOptions(plan, selection, manner, 1)
  const found = violations({ plan, selection, options, strict: manner.strict ?? false, journal, state, exitCode })
  const isSameMoment = (seq: number | undefined): boolean => {
    const at = journal.find((event) => event.seq === seq)?.at
    return journal.some((event) => event.type === "RateLimited" && event.at === at)
  }
  return found
    .filter(({ invariant, seq }) => invariant !== "rate-limit" || !isSameMoment(seq))
    .map(({ invariant, message, seq }) => `${invariant}: ${message} (event ${seq})`)
}
