/** An Effect program that does nothing: what `pawl --version` is measured against. */
import { Effect } from "effect"

Effect.runFork(Effect.void)
