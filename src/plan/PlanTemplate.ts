/**
 * One entry under `targets:` to its template: steps with everything inherited, texts not yet rendered.
 *
 * Owns the normal form: `run:` on a target becomes a step, durations become milliseconds, shells words.
 */
import type { FailurePolicy } from "../manifest/Failure.ts"
import type { Manifest } from "../manifest/Manifest.ts"
import { shellWords } from "../manifest/Scalars.ts"
import type { Step } from "../manifest/Steps.ts"
import type { Target } from "../manifest/Targets.ts"
import { breakerOf, type Levels, retriesOf, timeoutOf } from "./Failure.ts"
import type { PlanStep, PlanTemplate } from "./Plan.ts"

const defaultShell = "sh -e"

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

const planStep = (step: Step, outer: Levels): PlanStep => {
  const levels = [...outer, step.failure]
  const timeoutMs = timeoutOf(levels, step.timeout)
  const base = {
    id: step.id,
    ...(step.name === undefined ? {} : { name: step.name }),
    ...(step.when === undefined ? {} : { when: step.when }),
    continueOnError: step.continueOnError ?? false,
    ...(step.env === undefined ? {} : { env: step.env }),
    ...(step.workdir === undefined ? {} : { workdir: step.workdir }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    outputs: step.outputs ?? "text",
    retries: retriesOf(levels)
  } as const
  return "run" in step
    ? { kind: "run", ...base, run: step.run, shell: shellWords(step.shell ?? defaultShell) }
    : { kind: "command", ...base, command: step.command }
}

const present = <A>(...values: ReadonlyArray<A | undefined>): ReadonlyArray<A> =>
  values.filter((value) => value !== undefined)

/** What the targets of one entry have in common. */
export const planTemplate = (manifest: Manifest, target: Target): PlanTemplate => {
  const levels: ReadonlyArray<FailurePolicy | undefined> = [manifest.failure, target.failure]
  return {
    steps: stepsOf(target).map((step) => planStep(step, levels)),
    env: present(manifest.env, target.env),
    workdir: present(manifest.workdir, target.workdir),
    breakerThreshold: breakerOf(levels)
  }
}
