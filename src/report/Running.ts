/**
 * What of a run is under way right now, by target.
 *
 * Owns which attempts and waits are shown. Pure. The surprise: a target with composite steps has
 * several of them at once, and between two steps a target has none.
 */
import { HashMap, Option } from "effect"
import type { StepState } from "../run/StepState.ts"

/** One attempt that is under way or waited for, or an iteration that is waited for. */
export interface RunningStep {
  readonly path: string
  /** From 1. */
  readonly attempt: number
  /** Of the attempt; ISO. */
  readonly since: string
  /** Set while it waits for its next attempt or iteration. */
  readonly nextAttemptAt?: string
  readonly isLoop?: true
}

export interface RunningTarget {
  readonly target: string
  /** ISO. */
  readonly since: string
  /** In the order they began; none between two steps. */
  readonly steps: ReadonlyArray<RunningStep>
  /** How many items its maps have, by path. */
  readonly items: ReadonlyMap<string, number>
}

export type Running = HashMap.HashMap<string, RunningTarget>

interface OfTarget {
  readonly at: string
  readonly target: string
}

const noItems: ReadonlyMap<string, number> = new Map()

const changed = (
  running: Running,
  { at, target }: OfTarget,
  change: (before: RunningTarget) => Partial<RunningTarget>
): Running => {
  const before = Option.getOrElse(
    HashMap.get(running, target),
    (): RunningTarget => ({ target, since: at, steps: [], items: noItems })
  )
  return HashMap.set(running, target, { ...before, ...change(before) })
}

/** A target is taken up. */
export const targetBegan = (running: Running, event: OfTarget): Running =>
  HashMap.set(running, event.target, { target: event.target, since: event.at, steps: [], items: noItems })

/** A map knows its items. */
export const mapEntered = (running: Running, event: OfTarget, path: string, items: number): Running =>
  changed(running, event, (before) => ({ items: new Map([...before.items, [path, items]]) }))

/** The steps with one more, or with that one changed. A loop that waited for what now begins no longer does. */
const withStep = (steps: ReadonlyArray<RunningStep>, step: RunningStep): ReadonlyArray<RunningStep> =>
  steps.some(({ path }) => path === step.path)
    ? steps.map((each) => each.path === step.path ? step : each)
    : [...steps.filter(({ path }) => !step.path.startsWith(`${path}[`)), step]

/** An attempt is under way or waited for, or an iteration is. */
export const stepBegan = (running: Running, event: OfTarget, step: RunningStep): Running =>
  changed(running, event, ({ steps }) => ({ steps: withStep(steps, step) }))

/** A step as an earlier invocation left it: changes something only where its next attempt or iteration lies ahead. */
export const stepWaits = (running: Running, event: OfTarget, path: string, step: StepState): Running => {
  const { attempts, iterations, nextAttemptAt } = step
  if (nextAttemptAt === undefined || nextAttemptAt <= event.at) return running
  const next = iterations === undefined ? { attempt: attempts + 1 } : { attempt: iterations + 1, isLoop: true as const }
  return stepBegan(running, event, { path, since: event.at, nextAttemptAt, ...next })
}

/** A step has come to its end, whatever that was. */
export const stepEnded = (
  running: Running,
  { path, target }: { readonly path: string; readonly target: string }
): Running => {
  const before = Option.getOrUndefined(HashMap.get(running, target))
  if (before === undefined) return running
  const steps = before.steps.filter((step) => step.path !== path)
  const items = before.items.has(path) ? new Map([...before.items].filter(([map]) => map !== path)) : before.items
  return HashMap.set(running, target, { ...before, steps, items })
}
