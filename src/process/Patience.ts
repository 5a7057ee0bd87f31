/**
 * How much time steps are given: to end once they are told to, and by the pauses that do not count.
 *
 * Owns the questions only: who drives a run answers them, and whoever ends a step asks at that moment.
 */
import { Context } from "effect"

export interface Given {
  /** Between TERM and KILL, milliseconds; absent: as the runner thinks best. */
  readonly graceMs?: number
  /** Whether no time is given any more, to no step. */
  readonly isCutShort: () => boolean
  /** For how long all steps have been suspended so far, milliseconds: that time is not theirs. */
  readonly suspendedMs: () => number
}

export class Patience extends Context.Reference<Patience>()("pawl/Patience", {
  defaultValue: (): Given => ({ isCutShort: () => false, suspendedMs: () => 0 })
}) {}
