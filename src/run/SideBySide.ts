/**
 * Lists of steps side by side: the items of a `map`, the steps of a `parallel`.
 *
 * Owns how many are under way, and what the failure of one means for the others: without
 * `continueOnError` it interrupts what runs and keeps the rest from beginning. The surprise: one
 * that rests at a gate lets another begin; one that waits for its next attempt does not, but where
 * all of them wait, and all else of the target, another target may have its place meanwhile.
 */
import { Deferred, Effect } from "effect"
import { isInside } from "../plan/StepPath.ts"
import { type Carried, handOver, settle, take } from "./Carried.ts"
import type { CompiledStep } from "./CompiledTemplate.ts"
import { failedOfState, failedStep, recordsOf } from "./Durable.ts"
import type { RunFact } from "./RunEvent.ts"
import { targetState } from "./RunState.ts"
import type { StateError } from "./StateError.ts"
import type { TargetContext } from "./TargetContext.ts"
import { stepEntries, type TargetState } from "./TargetState.ts"
import type { FailedEnd, ListEnded, Records, RestingEnd, StoppedEnd } from "./Walk.ts"

export interface Child {
  /** The path of the instance that its steps are in. */
  readonly parent: string
  readonly steps: ReadonlyArray<CompiledStep>
  readonly run: (carried: Carried) => Effect.Effect<ListEnded, StateError>
}

export interface Group {
  /** Of the composite step. */
  readonly path: string
  readonly children: ReadonlyArray<Child>
  readonly maxParallel: number
  /** Every child is attempted, whatever fails. */
  readonly continueOnError: boolean
  readonly carried: Carried
  /** What a child is called: "item". */
  readonly noun: string
}

export interface GroupEnd {
  readonly ended:
    | { readonly type: "through" }
    | FailedEnd & { readonly summary?: string }
    | RestingEnd
    | StoppedEnd
  /** What the steps of each child came to, in the order of the children. */
  readonly children: ReadonlyArray<{ readonly records: Records; readonly failed: boolean }>
}

/** Steps that were under way or open when they were interrupted, as facts. */
const interrupted = (target: string, state: TargetState, path: string): ReadonlyArray<RunFact> =>
  stepEntries(state)
    .filter(([each, { status }]) => (status === "running" || status === "pending") && isInside(each, path))
    .map(([each]) => ({ type: "StepSkipped" as const, target, path: each, reason: "interrupted" as const }))

const stops = ({ continueOnError }: Group, ended: FailedEnd): boolean => !continueOnError || ended.final !== undefined

/** A failure of an earlier invocation that stops everything else. */
const durableFailure = (context: TargetContext, group: Group): FailedEnd | undefined => {
  let opener: FailedEnd | undefined
  for (const { parent, steps } of group.children) {
    const found = failedStep(steps, context.before, parent)
    if (found === undefined) continue
    const { compiled, path, state } = found
    const failed = failedOfState(compiled, context.before, path, state, context.template.breakerThreshold)
    // Each of several failures counted, and the last of them opened the breaker.
    if (group.continueOnError && failed.final?.type === "breaker") opener = failed
    else if (stops(group, failed)) return failed
  }
  return opener
}

/** One after the other; what a child carries is settled before the next begins. */
const inTurn = (context: TargetContext, group: Group, ends: Array<ListEnded | undefined>) =>
  Effect.gen(function*() {
    for (const [index, child] of group.children.entries()) {
      if (index > 0) yield* settle(context.checkpoint, group.carried)
      const ended = yield* child.run(group.carried)
      ends[index] = ended
      if (ended.type === "stopped" && ended.later === undefined) return undefined
      if (ended.type === "failed" && stops(group, ended)) return ended
    }
    return undefined
  })

/** Several at once. Gives the failure that stopped the others, the first in time. */
const atOnce = (context: TargetContext, group: Group, ends: Array<ListEnded | undefined>) =>
  Effect.gen(function*() {
    const { checkpoint, place } = context
    yield* handOver(checkpoint, group.carried)
    const stop = yield* Deferred.make<FailedEnd>()
    let stopping = false
    let left = group.children.length
    /** Branches that this has become; who waits for them is the last of them. */
    let branches = Math.min(group.maxParallel, left)
    yield* place.branch(branches - 1)
    const one = (child: Child, index: number) =>
      Effect.gen(function*() {
        if (stopping) return
        left -= 1
        const own: Carried = { facts: [] }
        const ended = yield* child.run(own)
        // From here on none begins, though the failure is not durable yet.
        if (ended.type === "failed" && stops(group, ended)) stopping = true
        yield* handOver(checkpoint, own)
        ends[index] = ended
        if (ended.type === "failed" && stopping) yield* Deferred.succeed(stop, ended)
        else if (left === 0 && branches > 1) {
          branches -= 1
          yield* place.branch(-1)
        }
      })
    const all = Effect.forEach(group.children, one, { concurrency: group.maxParallel, discard: true })
    yield* Effect.raceFirst(all, Deferred.await(stop))
    yield* place.branch(1 - branches)
    return (yield* Deferred.isDone(stop)) ? yield* Deferred.await(stop) : undefined
  })

const afterAll = (group: Group, ends: ReadonlyArray<ListEnded | undefined>): GroupEnd["ended"] => {
  const stopped = ends.filter((ended) => ended?.type === "stopped")
  if (stopped.length > 0) {
    const times = stopped.flatMap(({ later }) => later === undefined ? [] : [later])
    return times.length === 0 ? { type: "stopped" } : { type: "stopped", later: Math.min(...times) }
  }
  const resting = ends.find((ended) => ended?.type === "resting")
  if (resting?.type === "resting") return resting
  const failed = ends.filter((ended) => ended?.type === "failed")
  const first = failed[0]
  if (first === undefined) return { type: "through" }
  const count = `${failed.length} of ${ends.length} ${group.noun}s failed`
  return { ...first, summary: `${count}, the first at ${first.path}: ${first.failure.message}` }
}

/** Runs the children of a composite step side by side. */
export const runSideBySide = (context: TargetContext, group: Group): Effect.Effect<GroupEnd, StateError> =>
  Effect.gen(function*() {
    const { checkpoint, target } = context
    const ends: Array<ListEnded | undefined> = Array.from({ length: group.children.length }, () => undefined)
    const before = durableFailure(context, group)
    const width = Math.min(group.maxParallel, group.children.length)
    const stopped = before ?? (yield* (width <= 1 ? inTurn(context, group, ends) : atOnce(context, group, ends)))
    if (stopped === undefined) {
      return {
        ended: afterAll(group, ends),
        children: ends.map((ended) => ({ records: ended?.records ?? {}, failed: ended?.type === "failed" }))
      }
    }
    // What failed must be on record before what is not on record is taken for interrupted.
    yield* handOver(checkpoint, group.carried)
    context.keeper.interrupts(target.id, group.path)
    const state = targetState(yield* checkpoint.state, target.id)
    group.carried.facts = take(group.carried, ...interrupted(target.id, state, group.path))
    return {
      ended: stopped,
      children: group.children.map(({ parent, steps }, index) => ({
        records: ends[index]?.records ?? recordsOf(steps, state, parent),
        failed: ends[index]?.type === "failed" || failedStep(steps, state, parent) !== undefined
      }))
    }
  })
