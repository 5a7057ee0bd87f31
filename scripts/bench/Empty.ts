/** An Effect program that does nothing: what `pawl run` of one target is measured against. */
import { Effect } from "effect"

Effect.runFork(Effect.void)
