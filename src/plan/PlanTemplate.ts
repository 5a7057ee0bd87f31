/**
 * One entry under `targets:`, and `preflight:`, to a template: steps with everything inherited, texts not yet rendered.
 *
 * Owns the normal form of a target: `run:` on it becomes a step. Steps are made in `PlanStep.ts`.
 */
import type { Manifest } from "../manifest/Manifest.ts"
import type { Step } from "../manifest/Steps.ts"
import type { Target } from "../manifest/Targets.ts"
import { inherit, type Inherited } from "./Failure.ts"
import type { PlanTemplate } from "./Plan.ts"
import { planSteps } from "./PlanStep.ts"

/** The steps of a target, whichever way it says what it does. */
const stepsOf = (target: Target): ReadonlyArray<Step> => {
  if (target.steps !== undefined) return target.steps
  const { command, outputs, run, shell, timeout } = target
  const beside = {
    ...(timeout === undefined ? {} : { timeout }),
    ...(outputs === undefined ? {} : { outputs })
  }
  if (run !== undefined) return [{ id: "run", run, ...(shell === undefined ? {} : { shell }), ...beside }]
  return command === undefined ? [] : [{ id: "command", command, ...beside }]
}

const present = <A>(outer: A | undefined, inner: A | undefined): ReadonlyArray<A> =>
  [outer, inner].filter((value) => value !== undefined)

/** The checks of a batch, each as a step; there is no breaker, since they belong to no target. */
export const planPreflight = (
  { env, workdir }: Manifest,
  checks: NonNullable<Manifest["preflight"]>,
  batch: Inherited
): PlanTemplate => ({
  breakerThreshold: false,
  env: present(env, undefined),
  steps: planSteps(checks, batch),
  workdir: present(workdir, undefined)
})

/** What the targets of one entry have in common; `batch` is what the manifest's `failure` comes to. */
export const planTemplate = (manifest: Manifest, target: Target, batch: Inherited): PlanTemplate => {
  const outer = inherit(batch, target.failure)
  return {
    breakerThreshold: outer.breakerThreshold,
    env: present(manifest.env, target.env),
    steps: planSteps(stepsOf(target), outer),
    workdir: present(manifest.workdir, target.workdir)
  }
}
