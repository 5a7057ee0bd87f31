/**
 * What a run does next.
 *
 * Owns auto-advance, the cap, the failure threshold and every halt reason that follows from the
 * state of the targets. Pure, and tested as a table. Must not know how a target goes. The
 * surprise: nothing is interrupted by a halt; what runs is waited for first.
 */
import type { MaxBlocked } from "../plan/Plan.ts"
import type { SelectedBy } from "../plan/Selection.ts"
import type { HaltReason } from "./RunEvent.ts"

/** A target whose turn it is. */
export interface Candidate {
  /** Index into `Plan.targets`. */
  readonly index: number
  /** A target that it needs and that will not complete in this invocation. */
  readonly deadNeed?: string
}

export interface Situation {
  /** The first target in order that need not wait for another. */
  readonly next: Candidate | undefined
  /** Targets under way. */
  readonly running: number
  /** Selected targets that are blocked or errored, from earlier invocations too. */
  readonly stuck: number
  /** Whether targets came to rest since they would have had to wait for longer than is allowed, or all must. */
  readonly waits: "none" | "some" | "all"
  /** Targets that rest at a gate. */
  readonly paused: number
  /** Selected targets. */
  readonly total: number
  /** Steps started in this invocation. */
  readonly started: number
  /** A target came to rest between two steps because the cap was reached. */
  readonly capped: boolean
  /** How the first target that got stuck in this invocation did. */
  readonly stop: "breaker-opened" | "other" | undefined
}

export interface SchedulerOptions {
  readonly selectedBy: SelectedBy
  readonly autoAdvance: boolean
  readonly maxParallel: number
  readonly cap?: number
  readonly maxBlocked?: MaxBlocked
  /** Never sleeps for longer than a minute: halts instead. */
  readonly noWait?: boolean
}

export type Decision =
  | { readonly type: "Start"; readonly index: number }
  | { readonly type: "Skip"; readonly index: number; readonly need: string }
  | { readonly type: "Wait" }
  | { readonly type: "Halt"; readonly reason: HaltReason }

/** Whether more targets are stuck than the threshold allows. A percentage is of the selected targets. */
export const isPastThreshold = (threshold: MaxBlocked | undefined, stuck: number, total: number): boolean => {
  if (threshold === undefined) return false
  return "count" in threshold ? stuck > threshold.count : stuck * 100 > threshold.percent * total
}

const throughReason: { readonly [By in SelectedBy]: HaltReason } = {
  all: "AllDoneOrBlocked",
  targets: "TargetCompleted",
  filter: "FilterExhausted"
}

/** Why nothing new may start, where that is so. */
const haltOf = (situation: Situation, options: SchedulerOptions): HaltReason | undefined => {
  if (situation.total === 0) return "NoMatchingItems"
  if (isPastThreshold(options.maxBlocked, situation.stuck, situation.total)) return "FailureThresholdReached"
  if (situation.stop !== undefined && !options.autoAdvance) {
    return situation.stop === "breaker-opened" ? "CircuitBreakerTripped" : "TargetBlocked"
  }
  const usedUp = options.cap !== undefined && situation.started >= options.cap
  if (situation.waits === "all" || (situation.waits === "some" && situation.next === undefined)) return "RateLimited"
  if (situation.paused > 0 && !options.autoAdvance) return "AwaitingApproval"
  if (situation.capped || (usedUp && situation.next !== undefined)) return "CapReached"
  if (situation.next !== undefined) return undefined
  return situation.paused > 0 ? "AwaitingApproval" : throughReason[options.selectedBy]
}

/** The next move of a run. */
export const decide = (situation: Situation, options: SchedulerOptions): Decision => {
  const reason = haltOf(situation, options)
  if (reason !== undefined) return situation.running > 0 ? { type: "Wait" } : { type: "Halt", reason }
  if (situation.next === undefined || situation.running >= options.maxParallel) return { type: "Wait" }
  const { deadNeed, index } = situation.next
  return deadNeed === undefined ? { type: "Start", index } : { type: "Skip", index, need: deadNeed }
}
