/** How a round of the engine's torture, and each call in it, ended. */
import type { RunOutcome } from "../../src/run/RunLoaded.ts"
import type { Death } from "./SimulatedDisk.ts"

export interface RoundEnd {
  readonly failures: ReadonlyArray<string>
  readonly calls: number
  readonly kills: number
  readonly powerCuts: number
  readonly faults: number
  readonly events: number
}

/** What a round adds to what has been seen. */
export interface Coverage {
  readonly happened: (point: string) => void
  readonly seen: (site: string) => void
}

/** How one call ended. */
export type CallEnd =
  | { readonly type: "died"; readonly death: Death }
  | { readonly type: "ended"; readonly code: number; readonly outcome?: RunOutcome; readonly why: string }
  | { readonly type: "broke"; readonly why: string }
