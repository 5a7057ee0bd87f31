/**
 * Which run an invocation goes on with, or that it starts a new one.
 *
 * Owns the meaning of `--fresh` and `--run-id`. The surprise: a run that has ended is still the
 * one to go on with, until `--fresh` or another `--run-id` sets it aside; that is why running
 * a finished batch again does nothing.
 */
import { Effect } from "effect"
import type { OpenBatch, RunRef } from "../checkpoint/RunStore.ts"
import type { Plan } from "../plan/Plan.ts"
import { makeRunId } from "./RunId.ts"
import type { RunOptions } from "./RunOptions.ts"
import type { StateError } from "./StateError.ts"
import { UsageError } from "./UsageError.ts"

/** Whether a new run is started where there is one that could be gone on with. */
export interface Renewal extends Pick<RunOptions, "fresh" | "runId"> {
  /** A run all of whose targets have ended is over, and the next call starts anew. */
  readonly isOverAtEnd?: boolean
}

export interface OpenedRun {
  readonly ref: RunRef
  /** Its directory was made just now. */
  readonly created: boolean
  readonly notes: ReadonlyArray<string>
}

const create = (opened: OpenBatch, runId: string, plan: Plan, notes: ReadonlyArray<string>) =>
  Effect.map(opened.create(runId, plan), (ref): OpenedRun => ({ ref, created: true, notes }))

/** The run that an invocation goes on with; undefined where it starts a new one, or is refused. */
export const runToGoOnWith = (
  { current }: OpenBatch,
  { fresh, isOverAtEnd = false, runId }: Renewal,
  isUnfinished: (ref: RunRef) => Effect.Effect<boolean, StateError>
): Effect.Effect<RunRef | undefined, StateError> => {
  const known = fresh || (runId !== undefined && runId !== current?.runId) ? undefined : current
  return known !== undefined && isOverAtEnd && runId === undefined
    ? Effect.map(isUnfinished(known), (goesOn) => goesOn ? known : undefined)
    : Effect.succeed(known)
}

/** Finds the current run, or makes a new one. `isUnfinished` is asked only where the answer matters. */
export const openRun = (
  opened: OpenBatch,
  plan: Plan,
  options: Renewal,
  isUnfinished: (ref: RunRef) => Effect.Effect<boolean, StateError>
): Effect.Effect<OpenedRun, StateError | UsageError> =>
  Effect.gen(function*() {
    const { anew, current, lost } = opened
    const { fresh, runId } = options
    if (!fresh && lost !== undefined) return yield* lost
    const same = yield* runToGoOnWith(opened, options, isUnfinished)
    if (same !== undefined) return { ref: same, created: false, notes: [] }
    // Only one that is over can be left.
    if (!fresh && current !== undefined && runId === undefined) {
      return yield* create(opened, yield* makeRunId, plan, anew)
    }
    if (runId !== undefined && (yield* opened.exists(runId))) {
      return yield* new UsageError({
        problems: [{
          message: fresh ? `run ${runId} exists already` : `run ${runId} exists and was set aside`,
          hint: "choose another --run-id, or leave the flag out"
        }]
      })
    }
    if (!fresh && current !== undefined && (yield* isUnfinished(current))) {
      return yield* new UsageError({
        problems: [{
          message: `run ${current.runId} of this batch is unfinished, so --run-id ${runId} can't start another`,
          hint: "leave --run-id out to go on with it, or add --fresh to set it aside"
        }]
      })
    }
    const aside = current === undefined ? [] : [`run ${current.runId} is set aside`]
    const why = lost === undefined ? [] : [`this batch begins anew, though ${lost.message}`]
    return yield* create(opened, runId ?? (yield* makeRunId), plan, [...anew, ...aside, ...why])
  })
