/**
 * One entry under `targets:` to its template: steps with everything inherited, texts not yet rendered.
 *
 * Owns the normal form: `run:` on a target becomes a step, durations become milliseconds, shells words.
 */
import type { Manifest } from "../manifest/Manifest.ts"
import { durationMs, shellWords } from "../manifest/Scalars.ts"
import type { Step } from "../manifest/Steps.ts"
import type { Target } from "../manifest/Targets.ts"
import { inherit, type Inherited } from "./Failure.ts"
import type { PlanStep, PlanTemplate } from "./Plan.ts"

const defaultShell: ReadonlyArray<string> = ["sh", "-e"]

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

const planStep = (step: Step, outer: Inherited): PlanStep => {
  const { retries, timeoutMs: inherited } = inherit(outer, step.failure)
  const timeoutMs = step.timeout === undefined ? inherited : durationMs(step.timeout)
  const base = {
    id: step.id,
    ...(step.name === undefined ? {} : { name: step.name }),
    ...(step.when === undefined ? {} : { when: step.when }),
    continueOnError: step.continueOnError ?? false,
    ...(step.env === undefined ? {} : { env: step.env }),
    ...(step.workdir === undefined ? {} : { workdir: step.workdir }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    outputs: step.outputs ?? "text",
    retries
  } as const
  return "run" in step
    ? { kind: "run", ...base, run: step.run, shell: step.shell === undefined ? defaultShell : shellWords(step.shell) }
    : { kind: "command", ...base, command: step.command }
}

const present = <A>(outer: A | undefined, inner: A | undefined): ReadonlyArray<A> =>
  [outer, inner].filter((value) => value !== undefined)

/** What the targets of one entry have in common; `batch` is what the manifest's `failure` comes to. */
export const planTemplate = (manifest: Manifest, target: Target, batch: Inherited): PlanTemplate => {
  const outer = inherit(batch, target.failure)
  return {
    steps: stepsOf(target).map((step) => planStep(step, outer)),
    env: present(manifest.env, target.env),
    workdir: present(manifest.workdir, target.workdir),
    breakerThreshold: outer.breakerThreshold
  }
}
