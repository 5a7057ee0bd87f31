/**
 * What a decision means for the walk.
 *
 * Pure. Owns the three meanings of a rejection. The surprise: with `retry` there is none yet: the
 * gate waits again.
 */
import type { StepRecord } from "../expression/Scope.ts"
import type { OnReject } from "../plan/Plan.ts"
import type { GateDecided } from "./GateDecision.ts"
import type { PauseReason } from "./RunEvent.ts"
import type { Ended } from "./Walk.ts"

/** A gate that waits. */
export const resting = (path: string, reason: PauseReason, message: string): Ended => ({
  type: "resting",
  path,
  reason,
  message
})

const recordOfDecision = (
  status: StepRecord["status"],
  { by, note, option }: Pick<GateDecided, "by" | "note" | "option">
): StepRecord => ({
  status,
  attempts: 0,
  output: { option, by, ...(note === undefined ? {} : { note }) }
})

/** What a decision means where the gate stands; undefined where it waits again. */
export const endOf = (
  path: string,
  onReject: OnReject,
  decided: Pick<GateDecided, "by" | "note" | "option" | "outcome">
): Ended | undefined => {
  if (decided.outcome === "approved") return { type: "through", record: recordOfDecision("succeeded", decided) }
  switch (onReject) {
    case "abort": {
      const message = `rejected by ${decided.by}${decided.note === undefined ? "" : `: ${decided.note}`}`
      return {
        type: "failed",
        record: { ...recordOfDecision("failed", decided), error: message },
        path,
        failure: { reason: "gate-rejected", message },
        attempts: 0,
        final: { type: "gate" }
      }
    }
    case "skip":
      return { type: "left", record: recordOfDecision("skipped", decided) }
    case "retry":
      return undefined
  }
}
