/**
 * The runs of a state directory: finding, opening, creating and reading them.
 *
 * Owns the layout described in the contracts under "Files". Must not know how a run goes.
 * The surprise: reading needs no lock, so what is read of a live run is a moment's truth.
 */
import { Context, type Effect, type Layer, type Scope } from "effect"
import type { Plan } from "../plan/Plan.ts"
import type { RunState } from "../run/RunState.ts"
import type { RunHeldError, StateError } from "../run/StateError.ts"
import type { Checkpoint } from "./Checkpoint.ts"

export interface RunRef {
  readonly runId: string
  readonly batch: string
  /** Absolute. */
  readonly directory: string
}

export interface StoredRun {
  readonly ref: RunRef
  /** The plan it now follows. */
  readonly plan: Plan
  readonly state: RunState
  /** The process that works on it now. */
  readonly live?: { readonly pid: number }
}

/** A batch's part of a state directory, held by this process until the scope closes. */
export interface OpenBatch {
  /** The run that `pawl run` goes on with: the latest that was not set aside. */
  readonly current?: RunRef
  /** One of the plans that a run's directory holds, by file name. */
  readonly plan: (ref: RunRef, name: string) => Effect.Effect<Plan, StateError>
  /** Whether a run of that id is kept, current or not. */
  readonly exists: (runId: string) => Effect.Effect<boolean, StateError>
  /** Makes a run's directory with its plan in it and makes it the current one. */
  readonly create: (runId: string, plan: Plan) => Effect.Effect<RunRef, StateError>
  /** Stores a later plan of a run beside the first; returns its file name. */
  readonly addPlan: (ref: RunRef, plan: Plan) => Effect.Effect<string, StateError>
  /** Takes back a run that never began. */
  readonly discard: (ref: RunRef) => Effect.Effect<void, StateError>
}

export class RunStore extends Context.Tag("pawl/RunStore")<RunStore, {
  /** Every run of every batch, newest first. A state directory that is not there holds none. */
  readonly list: (stateDir: string) => Effect.Effect<ReadonlyArray<RunRef>, StateError>
  readonly read: (ref: RunRef) => Effect.Effect<StoredRun, StateError>
  readonly open: (stateDir: string, batch: string) => Effect.Effect<OpenBatch, StateError | RunHeldError, Scope.Scope>
  /** The durable record of one run, opened for going on with it. */
  readonly checkpoint: (ref: RunRef) => Layer.Layer<Checkpoint, StateError>
  /** Writes `summary.json`, atomically. */
  readonly saveSummary: (ref: RunRef, text: string) => Effect.Effect<void, StateError>
}>() {}
