/**
 * Which targets of a plan an invocation is about, and whether it is the plan that was meant.
 *
 * Owns what `--order longest-first` looks at. Must not record anything.
 */
import { Array as Arr, Effect, Either, HashMap, Option } from "effect"
import { RunStore } from "../checkpoint/RunStore.ts"
import { type ManifestError, problemsOf } from "../manifest/ManifestError.ts"
import type { Plan } from "../plan/Plan.ts"
import { PlanError } from "../plan/PlanError.ts"
import { select } from "../plan/Select.ts"
import type { SelectionOptions } from "./RunOptions.ts"
import { UsageError } from "./UsageError.ts"

/** Refuses any plan but the one that was approved. */
export const expectPlan = (plan: Plan, expected: string | undefined): Either.Either<void, PlanError> =>
  expected === undefined || expected === plan.hash || `sha256:${expected}` === plan.hash
    ? Either.void
    : Either.left(
      new PlanError({
        message: `the plan is ${plan.hash}, not ${expected} as --expect-plan says`,
        hint: "have the changed plan approved, or go back to the manifest, inputs and lists that were",
        details: []
      })
    )

/** How long each target took in the newest run that knows, for `--order longest-first`. */
const earlierDurations = (stateDir: string, batch: string) =>
  Effect.gen(function*() {
    const store = yield* RunStore
    const runs = (yield* store.list(stateDir)).filter((ref) => ref.batch === batch)
    const durations = new Map<string, number>()
    for (const ref of runs.toReversed()) {
      // One that can't be read is told of by `pawl runs`; a run that starts anew must not depend on it.
      const stored = yield* Effect.option(store.read(ref))
      if (Option.isNone(stored)) continue
      for (const [id, { durationMs }] of HashMap.toEntries(stored.value.state.targets)) {
        if (durationMs !== undefined) durations.set(id, durationMs)
      }
    }
    return durations
  })

/** Inputs that nobody knows, told together with what is unknown of the targets where something is. */
export const unknownNames = (
  plan: Plan,
  options: SelectionOptions,
  inputs: ManifestError
): ManifestError | UsageError =>
  Either.match(select(plan, options, new Map()), {
    onLeft: (problems) => new UsageError({ problems: Arr.appendAll(problemsOf(inputs), problems) }),
    onRight: () => inputs
  })

/** The targets that an invocation names, in their order; all that it names and the plan has not is told together. */
export const selectTargets = Effect.fn("SelectTargets.selectTargets")(function*(
  stateDir: string,
  plan: Plan,
  options: SelectionOptions
) {
  const durations = options.order === "longest-first"
    ? yield* earlierDurations(stateDir, plan.batch)
    : new Map<string, number>()
  return yield* Either.mapLeft(
    select(plan, options, durations),
    ([first, ...others]) => new UsageError({ problems: [first, ...others] })
  )
})
