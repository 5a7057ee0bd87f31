/**
 * The walk through a target's tree of steps: where it stands, and how a step can end.
 *
 * Owns these types alone. The surprise: a step that failed and a step that rests at a gate both
 * stop what follows them, but the first also stops what runs beside it.
 */
import type { Effect } from "effect"
import type { Scope, StepRecord } from "../expression/Scope.ts"
import type { Carried } from "./Carried.ts"
import type { CompiledComposite, CompiledStep } from "./CompiledTemplate.ts"
import type { FailureReason } from "./EventShape.ts"
import type { Failure } from "./Judge.ts"
import type { Surroundings } from "./PrepareAttempt.ts"
import type { PauseReason } from "./RunEvent.ts"
import type { StateError } from "./StateError.ts"
import type { StepState } from "./StepState.ts"
import type { TargetContext } from "./TargetContext.ts"

/** Where a list of steps stands. */
export interface Frame {
  /** The path of the instance that the steps are in; absent at the top of the target. */
  readonly parent: string | undefined
  /** What their expressions see: outer steps, and `item`, `index`, `iteration` where there are. */
  readonly scope: Scope
  readonly surroundings: Surroundings
  readonly carried: Carried
}

/** Why a target can't go on, whatever `continueOnError` says further out. */
export type Final = { readonly type: "breaker"; readonly exhausted: number } | { readonly type: "gate" }

/** A failure on its way out of the tree; `path` is the step that it began with. */
export interface FailedEnd {
  readonly type: "failed"
  readonly record: StepRecord
  readonly path: string
  readonly failure: Failure
  readonly attempts: number
  readonly final?: Final
}

export interface RestingEnd {
  readonly type: "resting"
  /** Of the gate. */
  readonly path: string
  readonly reason: PauseReason
  readonly message: string
}

/** No more steps may be started in this invocation: the cap is used up, or it would have to wait until `later`. */
export interface StoppedEnd {
  readonly type: "stopped"
  /** Epoch milliseconds. */
  readonly later?: number
}

/** How a step ended for now. */
export type Ended =
  /** It is through: succeeded, skipped, or failed with `continueOnError`. */
  | { readonly type: "through"; readonly record: StepRecord }
  /** A gate was rejected with `onReject: skip`: the rest of its list is left out. */
  | { readonly type: "left"; readonly record: StepRecord }
  | FailedEnd
  | RestingEnd
  | StoppedEnd

export type Records = Readonly<Record<string, StepRecord>>

/** How a list of steps ended for now; what its steps came to is there in every case. */
export type ListEnded =
  | { readonly type: "through"; readonly records: Records }
  | FailedEnd & { readonly records: Records }
  | RestingEnd & { readonly records: Records }
  | StoppedEnd & { readonly records: Records }

/** Walks a list of steps, one after the other. Handed to composite steps, which hold such lists. */
export type WalkSteps = (
  context: TargetContext,
  steps: ReadonlyArray<CompiledStep>,
  frame: Frame
) => Effect.Effect<ListEnded, StateError>

/** Walks one step. */
export type WalkStep = (
  context: TargetContext,
  step: CompiledStep,
  frame: Frame
) => Effect.Effect<Ended, StateError>

/** What a composite step goes by, as it is recorded. */
export type GoesBy = Pick<StepState, "branch" | "items" | "itemsHash">

/** A composite step and where it stands. */
export interface CompositeWork {
  readonly compiled: CompiledComposite
  readonly path: string
  /** What earlier invocations know of it. */
  readonly known: StepState | undefined
  readonly frame: Frame
  /** Has it recorded, together with what comes next, that it begins or goes on. */
  readonly enter: (goesBy: GoesBy) => void
  readonly walkSteps: WalkSteps
}

/** How a composite step ended for now; `broken` where the failure is its own. */
export type CompositeEnd =
  | { readonly type: "through"; readonly output: StepRecord["output"] }
  | FailedEnd & { readonly output: StepRecord["output"]; readonly summary?: string }
  | {
    readonly type: "broken"
    readonly reason: FailureReason
    readonly message: string
    readonly output?: StepRecord["output"]
  }
  | RestingEnd
  | StoppedEnd
