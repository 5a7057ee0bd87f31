/**
 * That somebody outside asked pawl to stop: a signal, or a cancel request in the run's inbox.
 *
 * Owns the question only. Must not end anything itself: the engine turns the answer into an
 * interrupted run with its state saved.
 */
import { Context, type Effect } from "effect"
import type { Signal } from "./Outcome.ts"

export class Shutdown extends Context.Tag("pawl/Shutdown")<Shutdown, {
  /** The signal that asked; never ends until one does. */
  readonly requested: Effect.Effect<Signal>
  /** Ends at a second signal: what still runs is to be ended at once. */
  readonly hurried: Effect.Effect<void>
}>() {}

/** Who asked, and with which signal; a cancel request stands for SIGTERM. */
export interface StopRequest {
  readonly signal: Signal
  readonly cancelled?: { readonly by: string; readonly note?: string }
}
