/**
 * What of a run is under way right now, by target.
 *
 * Owns which attempts and waits are shown, and which target only waits. Pure. The surprise: targets that
 * wait give up their place to others, so that there may be many thousands of them; they are kept in the
 * order in which they go on, and nobody has to look at all of them.
 */
import { HashMap, Option, Order, RedBlackTree } from "effect"
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

export interface Running {
  /** Targets that something runs of, or that are between two steps. */
  readonly active: HashMap.HashMap<string, RunningTarget>
  /** Targets of which nothing runs, and that wait for an attempt or an iteration. */
  readonly waiting: HashMap.HashMap<string, RunningTarget>
  /** The same by the time at which they go on, and then by id. */
  readonly queue: RedBlackTree.RedBlackTree<string, RunningTarget>
}

/** Nothing is under way. */
export const nothingRuns: Running = {
  active: HashMap.empty(),
  waiting: HashMap.empty(),
  queue: RedBlackTree.empty(Order.string)
}

interface OfTarget {
  readonly at: string
  readonly target: string
}

const noItems: ReadonlyMap<string, number> = new Map()

/** When a target goes on that only waits; undefined where something of it runs, and between two steps. */
export const goesOnAt = ({ steps }: RunningTarget): string | undefined => {
  let first: string | undefined
  for (const { nextAttemptAt } of steps) {
    if (nextAttemptAt === undefined) return undefined
    if (first === undefined || nextAttemptAt < first) first = nextAttemptAt
  }
  return first
}

const placeOf = (target: RunningTarget, until: string): string => `${until}\n${target.target}`

const find = ({ active, waiting }: Running, id: string): RunningTarget | undefined =>
  Option.getOrUndefined(Option.orElse(HashMap.get(active, id), () => HashMap.get(waiting, id)))

/** A target is no longer under way. */
export const targetLeft = (running: Running, id: string): Running => {
  const { active, queue, waiting } = running
  if (HashMap.has(active, id)) return { ...running, active: HashMap.remove(active, id) }
  const before = Option.getOrUndefined(HashMap.get(waiting, id))
  const until = before === undefined ? undefined : goesOnAt(before)
  if (before === undefined || until === undefined) return running
  return {
    active,
    waiting: HashMap.remove(waiting, id),
    queue: RedBlackTree.removeFirst(queue, placeOf(before, until))
  }
}

const put = (running: Running, after: RunningTarget): Running => {
  const until = goesOnAt(after)
  const { active, queue, waiting } = HashMap.has(running.active, after.target) && until === undefined
    ? running
    : targetLeft(running, after.target)
  return until === undefined
    ? { active: HashMap.set(active, after.target, after), queue, waiting }
    : {
      active,
      waiting: HashMap.set(waiting, after.target, after),
      queue: RedBlackTree.insert(queue, placeOf(after, until), after)
    }
}

const changed = (
  running: Running,
  { at, target }: OfTarget,
  change: (before: RunningTarget) => Partial<RunningTarget>
): Running => {
  const before = find(running, target) ?? { target, since: at, steps: [], items: noItems }
  return put(running, { ...before, ...change(before) })
}

/** A target is taken up. */
export const targetBegan = (running: Running, event: OfTarget): Running =>
  put(running, { target: event.target, since: event.at, steps: [], items: noItems })

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
  const before = find(running, target)
  if (before === undefined) return running
  const steps = before.steps.filter((step) => step.path !== path)
  const items = before.items.has(path) ? new Map([...before.items].filter(([map]) => map !== path)) : before.items
  return put(running, { ...before, steps, items })
}

const byBegin = (a: RunningTarget, b: RunningTarget): number =>
  a.since < b.since ? -1 : a.since > b.since ? 1 : a.target < b.target ? -1 : 1

/** The first `most` targets under way: those that run, the longest first, then those that wait, the next first. */
export const firstOf = ({ active, queue }: Running, most: number): ReadonlyArray<RunningTarget> => {
  const targets = Array.from(HashMap.values(active)).sort(byBegin).slice(0, most)
  for (const [, target] of queue) {
    if (targets.length >= most) break
    targets.push(target)
  }
  return targets
}
