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

export interface OpenedRun {
  readonly ref: RunRef
  /** Its directory was made just now. */
  readonly created: boolean
  readonly notes: ReadonlyArray<string>
}

const create = (opened: OpenBatch, runId: string, plan: Plan, notes: ReadonlyArray<string>) =>
  Effect.map(opened.create(runId, plan), (ref): OpenedRun => ({ ref, created: true, notes }))

/** Finds the current run, or makes a new one. `isUnfinished` is asked only where the answer matters. */
export const openRun = (
  opened: OpenBatch,
  plan: Plan,
  options: Pick<RunOptions, "fresh" | "runId">,
  isUnfinished: (ref: RunRef) => Effect.Effect<boolean, StateError>
): Effect.Effect<OpenedRun, StateError | UsageError> =>
  Effect.gen(function*() {
    const { anew, current, lost } = opened
    const { fresh, runId } = options
    if (!fresh && lost !== undefined) return yield* lost
    if (!fresh && current !== undefined && (runId === undefined || runId === current.runId)) {
      return { ref: current, created: false, notes: [] }
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
