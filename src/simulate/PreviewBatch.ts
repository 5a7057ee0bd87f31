/**
 * `pawl simulate`: from what the user named to a preview.
 *
 * Owns the order of things: manifest, inputs and names are refused as `pawl run` would refuse them. Must
 * not write. The surprise: it does not look at earlier runs, so `--order longest-first`, which is about
 * them, leaves the targets in the order of the manifest.
 */
import { Effect, Either } from "effect"
import { loadPlanAndNames } from "../plan/LoadPlan.ts"
import { select } from "../plan/Select.ts"
import { visibleSecrets } from "../plan/VisibleSecrets.ts"
import type { RunOptions } from "../run/RunOptions.ts"
import { expectPlan, unknownNames } from "../run/SelectTargets.ts"
import { UsageError } from "../run/UsageError.ts"
import { type Preview, preview } from "./Preview.ts"

export type PreviewOptions = Pick<
  RunOptions,
  | "manifest"
  | "input"
  | "inputs"
  | "target"
  | "only"
  | "order"
  | "autoAdvance"
  | "strict"
  | "cap"
  | "maxParallel"
  | "maxBlocked"
  | "halt"
  | "noWait"
  | "expectPlan"
>

/** The preview, and what is worth a word on standard error. */
export const previewBatch = Effect.fn("PreviewBatch.previewBatch")(function*(options: PreviewOptions) {
  const { failure, loaded: { plan }, unknown } = yield* loadPlanAndNames(options)
  if (unknown !== undefined) return yield* unknownNames(plan, options, unknown)
  yield* expectPlan(plan, options.expectPlan)
  const selection = yield* Either.mapLeft(
    select(plan, { ...options, order: "manifest" }, new Map()),
    ([first, ...others]) => new UsageError({ problems: [first, ...others] })
  )
  const previewed: { readonly preview: Preview; readonly notes: ReadonlyArray<string> } = {
    preview: preview({ plan, failure, selection, options }),
    notes: [...visibleSecrets(plan.secrets, options.input), ...selection.notes]
  }
  return previewed
})
