/**
 * What a run does next.
 *
 * Owns auto-advance, the cap, the failure threshold and every halt reason that follows from the
 * state of the targets. Pure, and tested as a table. Must not know how a target goes. The
 * surprise: nothing is interrupted by a halt, unless that was asked for; what runs is waited for first.
 */
import type { MaxBlocked } from "../plan/Plan.ts"
import type { SelectedBy } from "../plan/Selection.ts"
import type { BrakeOptions } from "./Brake.ts"
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
  /** Targets under way, those that wait for a time of their own among them. */
  readonly running: number
  /** Targets under way that have a place. */
  readonly placed: number
  /** Targets under way that have waited, and want their place back. */
  readonly due: number
  /** New targets are held back: the machine has enough to do. */
  readonly held: boolean
  /** Selected targets that are blocked or errored, from earlier invocations too. */
  readonly stuck: number
  /** Whether targets came to rest since they would have had to wait for longer than is allowed, or all must. */
  readonly waits: "none" | "some" | "all"
  /** Targets that rest at a gate. */
  readonly paused: number
  /** Selected targets. */
  readonly total: number
  /** More may come to them. */
  readonly more?: boolean
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
  /** Where targets are stuck and the run halts for it: whether it interrupts what runs. Left out: `soon`. */
  readonly halt?: Halt
  /** When new targets are held back; absent: never. */
  readonly brake?: BrakeOptions
}

/** `soon` lets what runs come to its end. */
export type Halt = "now" | "soon"

export type Decision =
  | { readonly type: "Start"; readonly index: number }
  | { readonly type: "Skip"; readonly index: number; readonly need: string }
  /** A target that has waited goes on. */
  | { readonly type: "GoOn" }
  | { readonly type: "Wait" }
  /** What runs is interrupted. */
  | { readonly type: "Halt"; readonly reason: HaltReason }

/** Whether more targets are stuck than the threshold allows. A percentage is of the selected targets. */
export const isPastThreshold = (threshold: MaxBlocked | undefined, stuck: number, total: number): boolean => {
  if (threshold === undefined) return false
  if ("count" in threshold) return stuck > threshold.count
  // Of whatever number, which may not be known yet.
  return threshold.percent === 0 ? stuck > 0 : stuck * 100 > threshold.percent * total
}

const throughReason: { readonly [By in SelectedBy]: HaltReason } = {
  all: "AllDoneOrBlocked",
  targets: "TargetCompleted",
  filter: "FilterExhausted"
}

/** Why nothing new may start for targets that are stuck, where that is so. */
const stuckReason = (situation: Situation, options: SchedulerOptions): HaltReason | undefined => {
  const { more = false, stop, stuck, total } = situation
  // Of how many a percentage is taken is not known while more may come.
  if (isPastThreshold(options.maxBlocked, stuck, more ? Number.POSITIVE_INFINITY : total)) {
    return "FailureThresholdReached"
  }
  if (stop === undefined || options.autoAdvance) return undefined
  return stop === "breaker-opened" ? "CircuitBreakerTripped" : "TargetBlocked"
}

/** Why nothing new may start, where that is so. */
const haltOf = (
  situation: Situation,
  options: SchedulerOptions,
  stuck: HaltReason | undefined
): HaltReason | undefined => {
  const { more = false } = situation
  if (situation.total === 0 && !more) return "NoMatchingItems"
  // Where both hold, that there is more to do later is what a script must know first.
  if (stuck !== undefined) return situation.waits === "none" ? stuck : "RateLimited"
  const usedUp = options.cap !== undefined && situation.started >= options.cap
  const isThrough = situation.next === undefined && !more
  if (situation.waits === "all" || (situation.waits === "some" && isThrough)) return "RateLimited"
  if (situation.paused > 0 && !options.autoAdvance) return "AwaitingApproval"
  if (situation.capped || (usedUp && situation.next !== undefined)) return "CapReached"
  if (!isThrough) return undefined
  return situation.paused > 0 ? "AwaitingApproval" : throughReason[options.selectedBy]
}

/** The next move of a run. */
export const decide = (situation: Situation, options: SchedulerOptions): Decision => {
  const { due, held, next, placed, running } = situation
  const stuck = stuckReason(situation, options)
  const reason = haltOf(situation, options, stuck)
  if (reason !== undefined && (running === 0 || (options.halt === "now" && stuck !== undefined))) {
    return { type: "Halt", reason }
  }
  if (placed >= options.maxParallel) return { type: "Wait" }
  // What has begun is ended before anything new begins, and comes to its end where nothing new does.
  if (due > 0) return { type: "GoOn" }
  if (reason !== undefined || next === undefined) return { type: "Wait" }
  const { deadNeed, index } = next
  if (deadNeed !== undefined) return { type: "Skip", index, need: deadNeed }
  return held && placed > 0 ? { type: "Wait" } : { type: "Start", index }
}
