/**
 * What a target that has not ended is busy with, from the list of its steps.
 *
 * Owns which of them is shown where there is room for one, and how far a `map` or a `loop` is. Pure.
 * The surprise: what is within a running step says more than the step itself, so the first attempt
 * under way is shown, then the first that is waited for, then whatever else runs.
 */
import type { SummaryStep } from "./Summary.ts"

type Steps = ReadonlyArray<SummaryStep>

const isWaited = ({ nextAttemptAt, status }: SummaryStep): boolean =>
  nextAttemptAt !== undefined && (status === "pending" || status === "running")

const isAttempt = ({ kind, status }: SummaryStep): boolean =>
  status === "running" && (kind === "run" || kind === "command" || kind === "gate")

/** Whether a step of these waits for its next attempt or iteration. */
export const isWaiting = (steps: Steps): boolean => steps.some(isWaited)

/** How many items of a map have no step left to do. */
const itemsDone = (steps: Steps, { items = 0, path }: SummaryStep): number => {
  const opened = `${path}[`
  const open = new Set<string>()
  for (const step of steps) {
    if ((step.status !== "pending" && step.status !== "running") || !step.path.startsWith(opened)) continue
    open.add(step.path.slice(opened.length, step.path.indexOf("]", opened.length)))
  }
  return items - open.size
}

/** How far the outermost map or loop around a step is. */
const around = (steps: Steps, { path }: SummaryStep): string | undefined => {
  const outer = steps.find((step) =>
    (step.items !== undefined || step.iterations !== undefined)
    && (step.path === path || path.startsWith(`${step.path}[`))
  )
  if (outer === undefined) return undefined
  return outer.items === undefined
    ? `iteration ${outer.iterations ?? 0}`
    : `${itemsDone(steps, outer)} of ${outer.items} items done`
}

export interface Activity {
  readonly step: SummaryStep
  /** Why it waits, how far the map or loop around it is, how many other attempts are under way. */
  readonly words: string
}

/** The step to show, with what there is to say of it; undefined where nothing is under way. */
export const activity = (steps: Steps): Activity | undefined => {
  const attempts = steps.filter(isAttempt)
  const step = attempts[0] ?? steps.find(isWaited) ?? steps.find(({ status }) => status === "running")
  if (step === undefined) return undefined
  const others = attempts.length - 1
  const next = step.kind === "loop" ? "iteration" : "attempt"
  return {
    step,
    words: [
      isWaited(step) ? step.message : undefined,
      isWaited(step) ? `next ${next} at ${step.nextAttemptAt}` : undefined,
      around(steps, step),
      others > 0 ? `${others} more ${others === 1 ? "attempt" : "attempts"} under way` : undefined
    ].filter((text) => text !== undefined).join("; ")
  }
}
