/**
 * That somebody outside asked pawl to stop: a signal.
 *
 * Owns the question only. Must not end anything itself: the engine turns the answer into an
 * interrupted run with its state saved.
 */
import { Context, type Effect } from "effect"

export class Shutdown extends Context.Tag("pawl/Shutdown")<Shutdown, {
  /** The signal that asked; never ends until one does. */
  readonly requested: Effect.Effect<"SIGHUP" | "SIGINT" | "SIGTERM">
}>() {}
