/**
 * What others leave for a run: decisions about its gates, and requests to stop it, each a whole file.
 *
 * Owns what an inbox promises. Must not know what a decision leads to. The surprise: what was
 * dropped stays there after it has been taken up; that is what refuses a second decision for
 * the same opening, however late it comes.
 */
import { Context, type Effect, type Option } from "effect"
import type { Inbox, LeftCancel, LeftDecision } from "../run/Gates.ts"
import type { StateError } from "../run/StateError.ts"

/** A decision as it is dropped: it always says when it was made. */
export interface DroppedDecision extends LeftDecision {
  readonly decidedAt: string
}

/** A decision that was there first. */
export interface Earlier {
  readonly decision: DroppedDecision
  /** Absolute path of its file. */
  readonly file: string
}

export class RunInbox extends Context.Tag("pawl/RunInbox")<RunInbox, {
  /** All decisions in a run's inbox, by `opened`, and all requests to stop it. What can't be read is told as long as it is there, and harms nothing. */
  readonly read: (runDir: string) => Effect.Effect<Inbox>
  /** Returns when there may be more in it than the last `read` saw. */
  readonly changed: (runDir: string) => Effect.Effect<void>
  /** Leaves a decision, durably. Some: there is one for that opening already, and nothing was left. */
  readonly drop: (runDir: string, decision: DroppedDecision) => Effect.Effect<Option.Option<Earlier>, StateError>
  /** Leaves a request to stop an invocation, durably; gives the one that was there first, if there was. */
  readonly cancel: (runDir: string, request: LeftCancel) => Effect.Effect<Option.Option<LeftCancel>, StateError>
}>() {}
