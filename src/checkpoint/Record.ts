/**
 * What both kinds of checkpoint share: stamping facts and keeping the fold.
 *
 * Owns `seq` and the order in which watchers are told. Must not touch a disk. The surprise: the
 * state moves when events are settled, never when they are merely written down.
 */
import type { RunEvent, RunFact } from "../run/RunEvent.ts"
import { applyAll, type RunState } from "../run/RunState.ts"
import type { Status } from "../run/Status.ts"

export interface Record {
  readonly state: () => RunState
  /** Gives facts their place and time. Each call continues where the last one ended. */
  readonly stamp: (facts: ReadonlyArray<RunFact>, now: number) => ReadonlyArray<RunEvent>
  /** Folds events into the state; watchers are told with the next `tell`. */
  readonly settle: (events: ReadonlyArray<RunEvent>) => void
  /** Tells watchers of everything settled since the last time. */
  readonly tell: () => void
}

/** A record that goes on from a state. */
export const makeRecord = (from: RunState, status: Status["Type"]): Record => {
  let state = from
  let seq = from.seq
  let untold: Array<RunEvent> = []
  return {
    state: () => state,
    stamp: (facts, now) => {
      const at = new Date(now).toISOString()
      return facts.map((fact) => ({ seq: ++seq, at, ...fact }))
    },
    settle: (events) => {
      state = applyAll(state, events)
      untold.push(...events)
    },
    tell: () => {
      const told = untold
      untold = []
      for (const event of told) status.observe(event, state)
    }
  }
}
