/**
 * What a preview is sure of: that a step ends its target, holds it up, or ends its own list.
 *
 * Owns how that moves outwards through the tree, as it does in a run. Pure. The surprise: `on` is no promise
 * that a step succeeds; it says that nothing known before the run keeps the next one from its turn.
 */
import type { StepSkipReason } from "./Simulation.ts"

export type Flow =
  | { readonly type: "on" }
  /** The rest of the list is left out. */
  | { readonly type: "left" }
  | {
    readonly type: "failed"
    /** The path of the step that it begins with. */
    readonly path: string
    readonly message: string
    /** Whatever `continueOnError` says further out: a rejected gate. */
    readonly final: boolean
  }
  /** A policy is denied, and is looked at again when the run is gone on with. */
  | { readonly type: "resting"; readonly path: string; readonly message: string }

export const on: Flow = { type: "on" }

/** Why the next step of a list is left out, where it is. */
export const skipAfter = (flow: Flow): StepSkipReason | undefined => {
  switch (flow.type) {
    case "on":
      return undefined
    case "left":
      return "gate-rejected"
    default:
      return "not-reached"
  }
}

/** The end of a step that may go on past its failure. */
export const past = (flow: Flow, continueOnError: boolean): Flow =>
  flow.type === "failed" && !flow.final && continueOnError ? on : flow

/** Whether a child keeps those beside it from their turn. */
export const stops = (flow: Flow, continueOnError: boolean): boolean =>
  flow.type === "failed" && (flow.final || !continueOnError)

/** What children side by side come to. */
export const together = (flows: ReadonlyArray<Flow>, continueOnError: boolean): Flow =>
  flows.find((flow) => stops(flow, continueOnError))
    ?? flows.find((flow) => flow.type === "resting")
    ?? flows.find((flow) => flow.type === "failed")
    ?? on
