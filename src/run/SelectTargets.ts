/**
 * Which targets of a plan an invocation is about, and whether it is the plan that was meant.
 *
 * Owns what `--order longest-first` looks at. Must not record anything.
 */
import { Array as Arr, Effect, Either, HashMap, Option } from "effect"
import { RunStore } from "../checkpoint/RunStore.ts"
import { nearest } from "../expression/Nearest.ts"
import { type ManifestError, problemsOf } from "../manifest/ManifestError.ts"
import type { Plan } from "../plan/Plan.ts"
import { PlanError } from "../plan/PlanError.ts"
import { PREFLIGHT } from "../plan/Preflight.ts"
import { select } from "../plan/Select.ts"
import type { Selection } from "../plan/Selection.ts"
import type { SelectionOptions } from "./RunOptions.ts"
import { type Problem, UsageError } from "./UsageError.ts"

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

/** So many of the newest runs are looked at, since each has to be read whole. */
const mostRuns = 20

/** How long each target took in the newest run that knows, for `--order longest-first`. */
const earlierDurations = (stateDir: string, plan: Plan) =>
  Effect.gen(function*() {
    const store = yield* RunStore
    const runs = (yield* store.list(stateDir)).filter((ref) => ref.batch === plan.batch)
    const durations = new Map<string, number>()
    const unknown = new Set(plan.targets.map(({ id }) => id))
    for (const ref of runs.slice(0, mostRuns)) {
      if (unknown.size === 0) break
      // One that can't be read is told of by `pawl runs`; a run that starts anew must not depend on it.
      const stored = yield* Effect.option(store.read(ref))
      if (Option.isNone(stored)) continue
      for (const [id, { durationMs }] of HashMap.toEntries(stored.value.state.targets)) {
        if (durationMs !== undefined && unknown.delete(id)) durations.set(id, durationMs)
      }
    }
    return durations
  })

/** Targets whose output is asked for and that nobody knows. */
export const unknownTails = (
  { preflight, targets }: Pick<Plan, "preflight" | "targets">,
  { tail = [] }: Pick<SelectionOptions, "tail">,
  otherwise = "`pawl plan BATCH` lists the targets of a batch"
): ReadonlyArray<Problem> => {
  if (tail.length === 0) return []
  const known = new Set(targets.map(({ id }) => id))
  if (preflight !== undefined) known.add(PREFLIGHT)
  return tail.filter((id) => !known.has(id)).map((id) => {
    const near = nearest(id, known)
    return {
      message: `unknown target \`${id}\` for \`--tail\``,
      hint: near === undefined ? otherwise : `did you mean \`${near}\`?`
    }
  })
}

/** The selection that an invocation asks for, or all that is wrong with what it names. */
const selectionOf = (
  plan: Plan,
  options: SelectionOptions,
  durations: ReadonlyMap<string, number>
): Either.Either<Selection, Arr.NonEmptyReadonlyArray<Problem>> => {
  const selected = select(plan, options, durations)
  const [first, ...others] = unknownTails(plan, options)
  if (first === undefined) return selected
  return Either.left(Either.isLeft(selected) ? [...selected.left, first, ...others] : [first, ...others])
}

/** Inputs that nobody knows, told together with what is unknown of the targets where something is. */
export const unknownNames = (
  plan: Plan,
  options: SelectionOptions,
  inputs: ManifestError
): ManifestError | UsageError =>
  Either.match(selectionOf(plan, options, new Map()), {
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
    ? yield* earlierDurations(stateDir, plan)
    : new Map<string, number>()
  return yield* Either.mapLeft(
    selectionOf(plan, options, durations),
    ([first, ...others]) => new UsageError({ problems: [first, ...others] })
  )
})
