/**
 * A plan and the run that follows it → how this invocation of it ended.
 *
 * Owns what `pawl run` and `pawl resume` have in common once the run's directory is there. Must
 * not choose plan or run. The surprise: a run whose directory was made just now and that never
 * began is taken back.
 */
import { Effect, Ref } from "effect"
import { type OpenBatch, type RunRef, RunStore } from "../checkpoint/RunStore.ts"
import type { ValueObject } from "../expression/Value.ts"
import { Environment } from "../manifest/Environment.ts"
import type { ManifestError } from "../manifest/ManifestError.ts"
import type { LoadedPlan } from "../plan/LoadPlan.ts"
import type { Plan } from "../plan/Plan.ts"
import type { Selection } from "../plan/Selection.ts"
import { evaluateOutputs } from "./BatchOutputs.ts"
import { brakeOptions } from "./Brake.ts"
import { drive } from "./Drive.ts"
import type { ExitCode } from "./ExitCode.ts"
import { Gates } from "./Gates.ts"
import type { Growth } from "./Growth.ts"
import { Machine } from "./Machine.ts"
import { makeMask } from "./Mask.ts"
import type { OpenedRun } from "./OpenRun.ts"
import { countSelected, exitCode } from "./Outcome.ts"
import type { RunOptions } from "./RunOptions.ts"
import type { RunState } from "./RunState.ts"
import type { SchedulerOptions } from "./Scheduler.ts"
import type { StateError } from "./StateError.ts"

/** How an invocation of a run ended. */
export interface RunOutcome {
  readonly ref: RunRef
  readonly plan: Plan
  /** The state at the halt; `halted` is set. */
  readonly state: RunState
  readonly selection: Selection
  readonly exitCode: ExitCode
  /** The batch's `outputs:`; one that could not be evaluated is null and named in `notes`. */
  readonly outputs: ValueObject
  /** Things worth a word on standard error. */
  readonly notes: ReadonlyArray<string>
  /** Why the checkpoint failed, where it did. */
  readonly error?: StateError
  /** What of the list of its items could not be used, where the run went on without. */
  readonly refused?: ManifestError
}

/** How a run is to go, where its manifest's own `run:` does not say it. */
export type Manner = Pick<
  RunOptions,
  | "autoAdvance"
  | "strict"
  | "cap"
  | "maxParallel"
  | "maxBlocked"
  | "halt"
  | "load"
  | "memfree"
  | "noWait"
  | "retryErrors"
  | "retryBlocked"
  | "allowChanges"
>

export interface LoadedRun extends OpenedRun {
  /** Where targets may come while others run. */
  readonly growth?: Growth
  readonly loaded: LoadedPlan
  readonly selection: Selection
  readonly manner: Manner
  readonly opened: OpenBatch
}

/** What the scheduler goes by: what was said for this invocation, then what the manifest says. */
export const schedulerOptions = (
  { run }: Plan,
  { by }: Selection,
  manner: Manner,
  processors: number
): SchedulerOptions => {
  const { cap, halt, noWait } = manner
  const maxBlocked = manner.maxBlocked ?? run.maxBlocked
  const maxParallel = manner.maxParallel ?? run.maxParallel ?? 1
  const brake = brakeOptions(manner, processors)
  return {
    selectedBy: by,
    autoAdvance: manner.autoAdvance ?? run.autoAdvance ?? false,
    maxParallel: maxParallel === 0 ? processors : maxParallel,
    ...(cap === undefined ? {} : { cap }),
    ...(noWait === undefined ? {} : { noWait }),
    ...(halt === undefined ? {} : { halt }),
    ...(brake === undefined ? {} : { brake }),
    ...(maxBlocked === undefined ? {} : { maxBlocked })
  }
}

/** Drives a run to its halt. Fails only where it did not begin. */
export const runLoaded = Effect.fn("RunLoaded.runLoaded")(function*(run: LoadedRun) {
  const { created, growth, loaded, manner, opened, ref, selection } = run
  const { plan, values } = loaded
  const { variables } = yield* Environment
  const store = yield* RunStore
  const begun = yield* Ref.make(!created)
  const options = schedulerOptions(plan, selection, manner, (yield* Machine).processors())
  const driven = yield* drive({
    loaded,
    selection,
    options,
    ...(growth === undefined ? {} : { growth }),
    resume: manner,
    runId: ref.runId,
    runDir: ref.directory,
    storedPlan: (name) => created ? Effect.succeed(plan) : opened.plan(ref, name),
    addPlan: opened.addPlan(ref, plan),
    onBegun: Ref.set(begun, true)
  }).pipe(
    // Which run it records is only known here, so this one layer can't be built in `main`.
    // oxlint-disable-next-line no-restricted-properties
    Effect.provide(store.checkpoint(ref)),
    Effect.onExit(() => Effect.ignoreLogged(Effect.unlessEffect(opened.discard(ref), Ref.get(begun))))
  )
  const { error, haltReason, signal, state } = driven
  const counts = countSelected(plan, selection, state)
  // Why a decision that was left does nothing is worth a word to who waits for it.
  const { unreadable } = counts.paused === 0 ? { unreadable: [] } : yield* (yield* Gates).inbox(ref.directory)
  const { outputs, notes: about } = evaluateOutputs(plan, state, values, variables, makeMask(plan.secrets, values))
  const standing = {
    counts,
    haltReason,
    autoAdvance: options.autoAdvance,
    strict: manner.strict ?? plan.run.strict ?? false
  }
  const outcome: RunOutcome = {
    ref,
    plan,
    state,
    selection,
    exitCode: exitCode(signal === undefined ? standing : { ...standing, signal }),
    outputs,
    notes: [...new Set([...selection.notes, ...opened.notes, ...run.notes, ...driven.notes, ...unreadable, ...about])],
    ...(error === undefined ? {} : { error })
  }
  return outcome
})
