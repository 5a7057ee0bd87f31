/**
 * The runs of a state directory: finding, opening, creating and reading them.
 *
 * Owns the layout described in the contracts under "Files". Must not know how a run goes.
 * The surprise: reading needs no lock, so what is read of a live run is a moment's truth.
 */
import { Context, type Effect, type Layer, type Scope } from "effect"
import type { Plan } from "../plan/Plan.ts"
import type { RunOrigin } from "../run/RunOrigin.ts"
import type { RunEvent } from "../run/RunEvent.ts"
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
  readonly live?: LiveProcess
  /** It is the one that `pawl run` goes on with. */
  readonly isCurrent?: true
}

export interface LiveProcess {
  readonly pid: number
}

/** An event with the JSON that stands for it in the journal, its checksum left out. */
export interface JournalEvent {
  readonly event: RunEvent
  readonly text: string
}

/** How far a journal has been read. */
export interface JournalPlace {
  readonly bytes: number
  /** Of the last event read. */
  readonly seq: number
  /** The checksum of its line; absent where nothing was read yet. */
  readonly crc?: string
}

export interface JournalPart {
  readonly events: ReadonlyArray<JournalEvent>
  /** Where the next part begins. */
  readonly place: JournalPlace
}

/** A batch's part of a state directory, held by this process until the scope closes. */
export interface OpenBatch {
  /** The run that `pawl run` goes on with: the latest that was not set aside. */
  readonly current?: RunRef
  /**
   * Why the batch can't be gone on with: `current` names no run, or a part of the one that it names is lost.
   * Who does not set that aside has to fail with it.
   */
  readonly lost?: StateError
  /** What a person should know where a run is made: that others were before it, and nothing names one. */
  readonly anew: ReadonlyArray<string>
  /** What a person should know about who had the batch last. */
  readonly notes: ReadonlyArray<string>
  /** One of the plans that a run's directory holds, by file name. */
  readonly plan: (ref: RunRef, name: string) => Effect.Effect<Plan, StateError>
  /** Whether a run of that id is kept, current or not. */
  readonly exists: (runId: string) => Effect.Effect<boolean, StateError>
  /** Makes a run's directory with its plan in it and makes it the current one. */
  readonly create: (runId: string, plan: Plan) => Effect.Effect<RunRef, StateError>
  /** Opens what stands beside the open first plan of a run; each text that is handed over is durable when it returns. */
  readonly grow: (
    ref: RunRef
  ) => Effect.Effect<(text: string) => Effect.Effect<void, StateError>, StateError, Scope.Scope>
  /** Stores a later plan of a run beside the first; returns its file name. */
  readonly addPlan: (ref: RunRef, plan: Plan) => Effect.Effect<string, StateError>
  /** What was kept of a run's surroundings. */
  readonly origin: (ref: RunRef) => Effect.Effect<RunOrigin | undefined, StateError>
  /** Keeps what a run's surroundings are now; changes no file where that is what is kept already. */
  readonly keepOrigin: (ref: RunRef, origin: RunOrigin | undefined) => Effect.Effect<void, StateError>
  /** Takes back a run that never began. */
  readonly discard: (ref: RunRef) => Effect.Effect<void, StateError>
  /** Removes a run with all that it left; whatever cuts this short, there is never half a run. */
  readonly remove: (ref: RunRef) => Effect.Effect<void, StateError>
  /** Removes what is left of removals that were cut short. */
  readonly sweep: Effect.Effect<void, StateError>
}

export class RunStore extends Context.Tag("pawl/RunStore")<RunStore, {
  /**
   * Every run of every batch, newest first, those that can't be read among them: of one that `current` names
   * the folder may be gone. A state directory that is not there holds none.
   */
  readonly list: (stateDir: string) => Effect.Effect<ReadonlyArray<RunRef>, StateError>
  /** The state and the plan of a run. Fails where a part of it is lost or damaged. */
  readonly read: (ref: RunRef) => Effect.Effect<StoredRun, StateError>
  /** What was kept of a run's surroundings. */
  readonly origin: (ref: RunRef) => Effect.Effect<RunOrigin | undefined, StateError>
  /** The process that works on a run now; much cheaper than reading the run. */
  readonly live: (ref: RunRef) => Effect.Effect<LiveProcess | undefined>
  /**
   * Events after a place, some at a time; none where there are no more for now. A torn last line is not one.
   * Fails where the journal, or its beginning, is lost.
   */
  readonly events: (ref: RunRef, from: JournalPlace) => Effect.Effect<JournalPart, StateError>
  /** Bytes of all the files of a run. */
  readonly size: (ref: RunRef) => Effect.Effect<number, StateError>
  /** The batches in which a removal was cut short. */
  readonly unswept: (stateDir: string) => Effect.Effect<ReadonlyArray<string>, StateError>
  readonly open: (stateDir: string, batch: string) => Effect.Effect<OpenBatch, StateError | RunHeldError, Scope.Scope>
  /** The durable record of one run, opened for going on with it. */
  readonly checkpoint: (ref: RunRef) => Layer.Layer<Checkpoint, StateError>
  /** Writes `summary.json`, atomically. */
  readonly saveSummary: (ref: RunRef, pieces: () => Iterable<string>) => Effect.Effect<void, StateError>
}>() {}
