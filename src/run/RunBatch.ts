/**
 * `pawl run`: from a manifest to the halt of its run.
 *
 * Owns the order of things: everything that can be refused is refused before a run's directory
 * exists. Must not print. The surprise: where nothing is left to do nothing is recorded either,
 * so that running a finished batch again is quick and changes no file.
 */
import { Effect, Either } from "effect"
import { resolve } from "node:path"
import { type RunRef, RunStore } from "../checkpoint/RunStore.ts"
import { Environment } from "../manifest/Environment.ts"
import type { Inputs } from "../manifest/Inputs.ts"
import { type LoadedPlan, loadPlanAndNames } from "../plan/LoadPlan.ts"
import type { Selection } from "../plan/Selection.ts"
import { isOpen } from "../plan/OpenPlan.ts"
import type { Plan } from "../plan/Plan.ts"
import { visibleSecrets } from "../plan/VisibleSecrets.ts"
import type { Growth } from "./Growth.ts"
import { endLeftovers } from "./Leftovers.ts"
import { openRun, type Renewal, runToGoOnWith } from "./OpenRun.ts"
import { isRunId } from "./RunId.ts"
import { type Manner, runLoaded } from "./RunLoaded.ts"
import type { RunOptions } from "./RunOptions.ts"
import { defaultStateDir, originOf } from "./RunOrigin.ts"
import { targetState } from "./RunState.ts"
import { expectPlan, selectTargets, unknownNames } from "./SelectTargets.ts"
import type { StateError } from "./StateError.ts"
import { isEnded } from "./TargetState.ts"
import { UsageError } from "./UsageError.ts"

/** Refuses an id that no run can have. */
export const checkRunId = (runId: string | undefined): Either.Either<void, UsageError> =>
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

const isUnfinished = (store: RunStore["Type"]) => (ref: RunRef) =>
  Effect.map(
    store.read(ref),
    ({ plan, state }) => isOpen(plan) || plan.targets.some(({ id }) => !isEnded(targetState(state, id).status))
  )

/** A plan whose list is still being read, as are the targets of its selection. */
export interface Growing<E> {
  /** Reads the list to its end, for a run that is gone on with; gives the whole plan. */
  readonly whole: Effect.Effect<Plan, E>
  /** Reads on while targets run; what it hands over is durable when that returns. */
  readonly growth: (append: (text: string) => Effect.Effect<void, StateError>) => Growth
}

export interface PlannedRun<E = never> {
  /** Absolute. */
  readonly stateDir: string
  readonly loaded: LoadedPlan
  /** As the manifest declares them. */
  readonly inputs: Inputs
  readonly selection: Selection
  readonly options: Manner & Renewal
  /** Where `loaded` has an open plan. */
  readonly growing?: Growing<E>
}

/** Goes on with the current run of a plan's batch, or starts one; gives how that ended. */
export const runPlan = <E = never>({ growing, inputs, loaded, options, selection, stateDir }: PlannedRun<E>) =>
  Effect.scoped(Effect.gen(function*() {
    const { manifestDir, values } = loaded
    const store = yield* RunStore
    const opened = yield* store.open(stateDir, loaded.plan.batch)
    const goesOn = growing !== undefined && (yield* runToGoOnWith(opened, options, isUnfinished(store))) !== undefined
    // What has changed since is only known of a whole list.
    const plan = goesOn ? yield* growing.whole : loaded.plan
    const run = yield* openRun(opened, plan, options, isUnfinished(store))
    const growth = growing === undefined || goesOn ? {} : { growth: growing.growth(yield* opened.grow(run.ref)) }
    const aside = run.created ? opened.current : undefined
    const left = yield* opened.keepOrigin(run.ref, originOf(stateDir, manifestDir, inputs, values)).pipe(
      // Of a killed pawl something may still run that this run is about to do too.
      Effect.zipRight(aside === undefined ? Effect.succeed([]) : endLeftovers(aside)),
      Effect.onError(() => Effect.when(Effect.ignoreLogged(opened.discard(run.ref)), () => run.created))
    )
    const notes = [...run.notes, ...left]
    return yield* runLoaded({
      ...run,
      notes,
      ...growth,
      loaded: { ...loaded, plan },
      selection,
      manner: options,
      opened
    })
  }))

/** Starts a batch, or goes on with its current run; gives how that ended. */
export const runBatch = Effect.fn("RunBatch.runBatch")(function*(options: RunOptions) {
  const { inputs, loaded, unknown } = yield* loadPlanAndNames(options)
  const { manifestDir, plan } = loaded
  if (unknown !== undefined) return yield* unknownNames(plan, options, unknown)
  yield* checkRunId(options.runId)
  yield* expectPlan(plan, options.expectPlan)
  const { cwd } = yield* Environment
  const stateDir = options.stateDir === undefined ? defaultStateDir(manifestDir) : resolve(cwd, options.stateDir)
  const selection = yield* selectTargets(stateDir, plan, options)
  const notes = [...visibleSecrets(plan.secrets, options.input), ...selection.notes]
  return yield* runPlan({ stateDir, loaded, inputs, selection: { ...selection, notes }, options })
})
