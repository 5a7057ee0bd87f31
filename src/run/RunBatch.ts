/**
 * `pawl run`: from a manifest to the halt of its run.
 *
 * Owns the order of things: everything that can be refused is refused before a run's directory
 * exists. Must not print. The surprise: where nothing is left to do nothing is recorded either,
 * so that running a finished batch again is quick and changes no file.
 */
import { Array as Arr, Effect, Either, HashMap, Ref } from "effect"
import { join, resolve } from "node:path"
import { type RunRef, RunStore } from "../checkpoint/RunStore.ts"
import type { ValueObject } from "../expression/Value.ts"
import { Environment } from "../manifest/Environment.ts"
import { type ManifestError, problemsOf } from "../manifest/ManifestError.ts"
import { loadPlanAndNames } from "../plan/LoadPlan.ts"
import type { Plan } from "../plan/Plan.ts"
import { PlanError } from "../plan/PlanError.ts"
import { select } from "../plan/Select.ts"
import type { Selection } from "../plan/Selection.ts"
import { evaluateOutputs } from "./BatchOutputs.ts"
import { drive } from "./Drive.ts"
import type { ExitCode } from "./ExitCode.ts"
import { makeMask } from "./Mask.ts"
import { openRun } from "./OpenRun.ts"
import { countSelected, exitCode } from "./Outcome.ts"
import { isRunId } from "./RunId.ts"
import type { RunOptions } from "./RunOptions.ts"
import { type RunState, targetState } from "./RunState.ts"
import { isEnded } from "./TargetState.ts"
import type { StateError } from "./StateError.ts"
import { UsageError } from "./UsageError.ts"

/** How an invocation of `pawl run` ended. */
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
}

const expectPlan = (plan: Plan, expected: string | undefined): Either.Either<void, PlanError> =>
  expected === undefined || expected === plan.hash || `sha256:${expected}` === plan.hash
    ? Either.void
    : Either.left(
      new PlanError({
        message: `the plan is ${plan.hash}, not ${expected} as --expect-plan says`,
        hint: "have the changed plan approved, or go back to the manifest, inputs and lists that were",
        details: []
      })
    )

const checkRunId = (runId: string | undefined): Either.Either<void, UsageError> =>
  runId === undefined || isRunId(runId)
    ? Either.void
    : Either.left(
      new UsageError({
        problems: [{
          message: `--run-id ${JSON.stringify(runId)} can't be a folder's name`,
          hint: "use letters, digits, dots, dashes and underscores, beginning with a letter or digit"
        }]
      })
    )

/** How long each target took in the newest run that knows, for `--order longest-first`. */
const earlierDurations = (stateDir: string, batch: string) =>
  Effect.gen(function*() {
    const store = yield* RunStore
    const runs = (yield* store.list(stateDir)).filter((ref) => ref.batch === batch)
    const durations = new Map<string, number>()
    for (const ref of runs.toReversed()) {
      const { state } = yield* store.read(ref)
      for (const [id, { durationMs }] of HashMap.toEntries(state.targets)) {
        if (durationMs !== undefined) durations.set(id, durationMs)
      }
    }
    return durations
  })

const isUnfinished = (store: RunStore["Type"]) => (ref: RunRef) =>
  Effect.map(
    store.read(ref),
    ({ plan, state }) => plan.targets.some(({ id }) => !isEnded(targetState(state, id).status))
  )

/** Inputs that nobody knows, told together with what is unknown of the targets where something is. */
const unknownNames = (plan: Plan, options: RunOptions, inputs: ManifestError): ManifestError | UsageError =>
  Either.match(select(plan, options, new Map()), {
    onLeft: (problems) => new UsageError({ problems: Arr.appendAll(problemsOf(inputs), problems) }),
    onRight: () => inputs
  })

/** Starts a batch, or goes on with its current run; gives how that ended. */
export const runBatch = Effect.fn("RunBatch.runBatch")(function*(options: RunOptions) {
  const { loaded, unknown } = yield* loadPlanAndNames(options)
  const { plan, values } = loaded
  if (unknown !== undefined) return yield* unknownNames(plan, options, unknown)
  yield* checkRunId(options.runId)
  yield* expectPlan(plan, options.expectPlan)
  const store = yield* RunStore
  const { cwd, variables } = yield* Environment
  const stateDir = options.stateDir === undefined ? join(loaded.manifestDir, ".pawl") : resolve(cwd, options.stateDir)
  const durations = options.order === "longest-first"
    ? yield* earlierDurations(stateDir, plan.batch)
    : new Map<string, number>()
  const selection = yield* Either.mapLeft(
    select(plan, options, durations),
    ([first, ...others]) => new UsageError({ problems: [first, ...others] })
  )
  const autoAdvance = options.autoAdvance ?? plan.run.autoAdvance ?? false
  const maxBlocked = options.maxBlocked ?? plan.run.maxBlocked
  const scheduler = {
    selectedBy: selection.by,
    autoAdvance,
    maxParallel: options.maxParallel ?? plan.run.maxParallel ?? 1,
    ...(options.cap === undefined ? {} : { cap: options.cap }),
    ...(maxBlocked === undefined ? {} : { maxBlocked })
  }

  return yield* Effect.scoped(Effect.gen(function*() {
    const opened = yield* store.open(stateDir, plan.batch)
    const { created, notes, ref } = yield* openRun(opened, plan, options, isUnfinished(store))
    const begun = yield* Ref.make(!created)
    const driven = yield* drive({
      loaded,
      selection,
      options: scheduler,
      resume: options,
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
    const { outputs, notes: about } = evaluateOutputs(plan, state, values, variables, makeMask(plan.secrets, values))
    const standing = {
      counts: countSelected(plan, selection, state),
      haltReason,
      autoAdvance,
      strict: options.strict ?? plan.run.strict ?? false
    }
    const outcome: RunOutcome = {
      ref,
      plan,
      state,
      selection,
      exitCode: exitCode(signal === undefined ? standing : { ...standing, signal }),
      outputs,
      notes: [...selection.notes, ...notes, ...driven.notes, ...about],
      ...(error === undefined ? {} : { error })
    }
    return outcome
  }))
})
