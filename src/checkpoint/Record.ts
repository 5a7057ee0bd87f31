/**
 * What both kinds of checkpoint share: stamping facts and keeping the fold.
 *
 * Owns `seq` and the order in which watchers are told. Must not touch a disk. The surprise: the
 * fold is made when somebody asks for it, or when much has gathered. A run that goes on does
 * not ask, and a thousand events folded at once cost a fraction of a thousand folds.
 */
import type { RunEvent, RunFact } from "../run/RunEvent.ts"
import { applyAll, type RunState } from "../run/RunState.ts"
import type { Status } from "../run/Status.ts"

/** Events that may wait to be folded: each may hold some 32 KiB of a step's output. */
const UNFOLDED = 512

export interface Record {
  readonly state: () => RunState
  /** Gives facts their place and time. Each call continues where the last one ended. */
  readonly stamp: (facts: ReadonlyArray<RunFact>, now: number) => ReadonlyArray<RunEvent>
  /** Makes events part of the state; watchers are told with the next `tell`. */
  readonly settle: (events: ReadonlyArray<RunEvent>) => void
  /** Tells watchers of everything settled since the last time. */
  readonly tell: () => void
}

/** A record that goes on from a state. */
export const makeRecord = (from: RunState, status: Status["Type"]): Record => {
  let folded = from
  let seq = from.seq
  let unfolded: Array<RunEvent> = []
  let untold: Array<RunEvent> = []
  const state = (): RunState => {
    if (unfolded.length > 0) folded = applyAll(folded, unfolded)
    unfolded = []
    return folded
  }
  return {
    state,
    stamp: (facts, now) => {
      const at = new Date(now).toISOString()
      return facts.map((fact) => ({ seq: ++seq, at, ...fact }))
    },
    settle: (events) => {
      for (const event of events) {
        unfolded.push(event)
        untold.push(event)
      }
      if (unfolded.length >= UNFOLDED) state()
    },
    tell: () => {
      const told = untold
      untold = []
      for (const event of told) status.observe(event, state)
    }
  }
}
