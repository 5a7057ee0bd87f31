/**
 * The durable record of one run, as the engine sees it.
 *
 * Owns the order of events and the promise that goes with each. Must not know of plans or
 * processes. The surprise: there are two promises. What a later decision rests on is appended,
 * and `append` returns when it is synced. That an attempt began is noted: it is written at
 * once, so that the death of pawl cannot lose it, and synced with the next append or a few
 * milliseconds later, since a power cut that loses it also ends the process that it is about.
 */
import { Context, type Effect } from "effect"
import type { RunFact } from "../run/RunEvent.ts"
import type { RunState } from "../run/RunState.ts"
import type { StateError } from "../run/StateError.ts"

export interface Recovery {
  /** Events that were on disk when the run was opened. */
  readonly events: number
  /** The torn last line that was dropped, if there was one. */
  readonly dropped?: { readonly line: number; readonly bytes: number }
  /** The snapshot was missing or did not fit, and the whole journal was read. */
  readonly snapshot: "used" | "none" | "unfit"
}

export class Checkpoint extends Context.Tag("pawl/Checkpoint")<Checkpoint, {
  readonly recovery: Recovery
  /** The fold of every event recorded so far. */
  readonly state: Effect.Effect<RunState>
  /** Records facts in order, as one unit; returns when they are durable and watchers have been told. */
  readonly append: (facts: ReadonlyArray<RunFact>) => Effect.Effect<void, StateError>
  /**
   * Records facts as `append` does if the state still is as they need it, and says whether it was.
   * That is asked when nothing can come between the answer and the facts.
   */
  readonly appendIf: (
    holds: (state: RunState) => boolean,
    facts: ReadonlyArray<RunFact>
  ) => Effect.Effect<boolean, StateError>
  /** Records facts that need not be durable before what follows them. Order is kept. */
  readonly note: (facts: ReadonlyArray<RunFact>) => Effect.Effect<void, StateError>
  /** Replaces `checkpoint.json` by the state as it is now, atomically. */
  readonly snapshot: Effect.Effect<void, StateError>
}>() {}
