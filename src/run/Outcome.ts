/**
 * How a run stands, as counts and as an exit code.
 *
 * Owns the rule that the code follows from the state of the selected targets, never from what
 * this invocation happened to do. Pure.
 */
import type { Plan } from "../plan/Plan.ts"
import type { Selection } from "../plan/Selection.ts"
import { ExitCode } from "./ExitCode.ts"
import type { HaltReason } from "./RunEvent.ts"
import { type RunState, targetState } from "./RunState.ts"
import type { Situation } from "./Scheduler.ts"
import type { TargetStatus } from "./TargetState.ts"

export type Counts = { readonly [Status in TargetStatus]: number }

/** How many of the selected targets have each status. */
export const countSelected = (plan: Plan, selection: Selection, state: RunState): Counts => {
  const counts = { pending: 0, running: 0, completed: 0, blocked: 0, errored: 0, skipped: 0, paused: 0 }
  for (const index of selection.order) {
    const target = plan.targets[index]
    if (target !== undefined) counts[targetState(state, target.id).status] += 1
  }
  return counts
}

/** How the selected target got stuck for which an earlier pawl would have halted, had it not been killed. */
export const owedStop = (plan: Plan, selection: Selection, { stuck }: RunState): Situation["stop"] => {
  if (stuck === undefined || !selection.order.some((index) => plan.targets[index]?.id === stuck.target)) {
    return undefined
  }
  return stuck.breakerOpened ? "breaker-opened" : "other"
}

export type Signal = "SIGHUP" | "SIGINT" | "SIGTERM"

const signalCodes: { readonly [Name in Signal]: ExitCode } = {
  SIGHUP: ExitCode.Hangup,
  SIGINT: ExitCode.Interrupted,
  SIGTERM: ExitCode.Terminated
}

export interface Standing {
  readonly counts: Counts
  readonly haltReason: HaltReason
  readonly signal?: Signal
  readonly autoAdvance: boolean
  readonly strict: boolean
}

/** The exit code of a run that halted. */
export const exitCode = ({ autoAdvance, counts, haltReason, signal, strict }: Standing): ExitCode => {
  if (signal !== undefined) return signalCodes[signal]
  if (haltReason === "CheckpointFailed") return ExitCode.State
  if (haltReason === "RateLimited" || haltReason === "PreflightFailed") return ExitCode.ComeBackLater
  // Whatever else is stuck: once a person has decided, the rest is told again.
  if (counts.paused > 0) return ExitCode.DecisionNeeded
  switch (haltReason) {
    case "FailureThresholdReached":
    case "TargetBlocked":
    case "CircuitBreakerTripped":
      return ExitCode.Stuck
    default: {
      const left = counts.blocked + counts.errored + counts.skipped
      if (left === 0) return ExitCode.Ok
      return autoAdvance && !strict && counts.completed > 0 ? ExitCode.Ok : ExitCode.Stuck
    }
  }
}
