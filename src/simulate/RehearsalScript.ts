/**
 * What a rehearsed run meets: how its attempts end, who decides what, and what interrupts it.
 *
 * Owns the shapes alone. A scenario and a seed are two ways to make one.
 */
import type { ProcessScript } from "../process/ScriptedProcess.ts"
import type { Signal } from "../run/Outcome.ts"

/** A gate that waits for a person. */
export interface Opening {
  readonly target: string
  readonly path: string
  readonly about: "approval" | "in-flight"
  readonly options: ReadonlyArray<string>
  /** How often this gate has been opened, this time included. */
  readonly number: number
}

export interface ScriptedDecision {
  /** `approve` takes the first option that does not reject. */
  readonly choice: { readonly decision: "approve" | "reject" } | { readonly option: string }
  readonly by: string
  readonly note?: string
  /** From the question to the answer. */
  readonly afterMs: number
}

/** Pawl is killed as an event becomes durable, and the same call is made again. */
export interface ScriptedCrash {
  readonly atEvent: number
  readonly resumeAfterMs: number
}

export interface ScriptedSignal {
  readonly name: Signal
  /** From the beginning of the rehearsal. */
  readonly afterMs: number
  /** Until the same call is made again; absent: it is not. */
  readonly resumeAfterMs?: number
}

export interface RehearsalScript {
  readonly attempt: ProcessScript
  /** Undefined: nobody ever decides. */
  readonly gate: (opening: Opening) => ScriptedDecision | undefined
  /** Whether there is a person at the terminal, who is asked. */
  readonly isTerminal: boolean
  readonly crashes: ReadonlyArray<ScriptedCrash>
  readonly signals: ReadonlyArray<ScriptedSignal>
}
