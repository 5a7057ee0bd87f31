/**
 * Who watches a run. A watcher only ever folds events; it can't change what happens.
 *
 * Must not be told of an event that is not durable. The surprise: `observe` is plain and
 * synchronous, since it stands on the path of every event, and must never throw.
 */
import { Context, Layer } from "effect"
import type { Plan } from "../plan/Plan.ts"
import type { Selection } from "../plan/Selection.ts"
import type { RunEvent } from "./RunEvent.ts"
import type { RunState } from "./RunState.ts"
import type { HoldBack } from "./HoldBack.ts"
import type { StopRequest } from "./Shutdown.ts"

export class Status extends Context.Tag("pawl/Status")<Status, {
  /** Called once, before the first event: what the run is about. Absent where a watcher does not care. */
  readonly begin?: (plan: Plan, selection: Selection) => void
  /**
   * Called in `seq` order, once an event. `state` gives the fold of what is durable, with this
   * event in it; it costs something, so ask only where it matters.
   */
  readonly observe: (event: RunEvent, state: () => RunState) => void
  /** Called when the run is asked to stop, before anything is ended. Absent where a watcher does not care. */
  readonly stopping?: (request: StopRequest) => void
  /**
   * Called when something is held back though there is a place for it, and why; undefined: it no longer is. Absent
   * where a watcher does not care.
   */
  readonly holding?: (hold: HoldBack | undefined) => void
}>() {
  /** Watches nothing. */
  static readonly layerSilent = Layer.succeed(this, { observe: () => {} })
}
