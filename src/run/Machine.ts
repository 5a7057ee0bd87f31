/**
 * The machine that a run is on, as far as it decides how much may go on at once.
 *
 * Owns the questions only. The surprise: they are plain and synchronous, since the answers are in memory.
 */
import { Context, Layer } from "effect"

export class Machine extends Context.Tag("pawl/Machine")<Machine, {
  /** How many processors this process may use, at least 1. */
  readonly processors: () => number
  /** How many processes ran or wanted to, on an average over the last minute; undefined where nobody tells. */
  readonly load: () => number | undefined
  /** Bytes that new processes could have; undefined where nobody tells. */
  readonly freeMemory: () => number | undefined
}>() {
  /** For tests: nothing is ever scarce. */
  static readonly layerCalm = Layer.sync(this, () => calm)
}

/** A machine with one processor that has nothing to do. */
export const calm: Machine["Type"] = { processors: () => 1, load: () => undefined, freeMemory: () => undefined }
