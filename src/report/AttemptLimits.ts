/**
 * How many attempts a step of a target may have.
 *
 * Owns that look-up. The surprise: which definition a target follows is found out only where definitions
 * differ, since a plan may have a hundred thousand targets, and mostly of one kind.
 */
import { checksOf } from "../plan/Preflight.ts"
import type { Plan } from "../plan/Plan.ts"
import type { MaxAttempts } from "./RunningLines.ts"
import { findStep } from "./StepPlace.ts"

type Steps = Parameters<typeof findStep>[0]

const limitOf = (steps: Steps, path: string): number | undefined => {
  const step = findStep(steps, path)
  return step !== undefined && "retries" in step ? step.retries.maxAttempts : undefined
}

/** The limits of a plan's steps; those of its checks too. */
export const attemptLimits = (plan: Plan): MaxAttempts => {
  let byTarget: Map<string, number> | undefined
  const templateOf = (target: string): number => {
    if (plan.templates.length === 1) return 0
    byTarget ??= new Map(plan.targets.map(({ id, template }) => [id, template]))
    return byTarget.get(target) ?? -1
  }
  return (target, path) => limitOf((checksOf(plan, target) ?? plan.templates[templateOf(target)])?.steps ?? [], path)
}
