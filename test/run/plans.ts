/** Small plans, made without a manifest. */
import type { Plan, PlanStep, PlanTarget, RetryPolicyData } from "../../src/plan/Plan.ts"
import type { Selection } from "../../src/plan/Selection.ts"

export const noRetries: RetryPolicyData = {
  maxAttempts: 1,
  backoffSeconds: 1,
  factor: 2,
  maxBackoffSeconds: 300,
  jitter: false
}

export const step = (id: string, more: Partial<PlanStep> = {}): PlanStep => ({
  id,
  continueOnError: false,
  outputs: "text",
  retries: noRetries,
  ...more,
  kind: "command",
  command: "command" in more && more.command !== undefined ? more.command : ["true"]
})

export interface TargetOf {
  readonly id: string
  readonly needs?: ReadonlyArray<string>
  readonly hash?: string
  readonly steps?: ReadonlyArray<PlanStep>
  readonly breakerThreshold?: number | false
}

/** A plan with one template a target. */
export const planOf = (targets: ReadonlyArray<TargetOf>, more: Partial<Plan> = {}): Plan => ({
  schema: "pawl.plan/v1",
  batch: "batch",
  hash: `sha256:${targets.map(({ hash, id }) => `${id}${hash ?? ""}`).join(",")}`,
  inputs: {},
  secrets: [],
  run: {},
  templates: targets.map(({ breakerThreshold, steps }) => ({
    steps: steps ?? [step("run")],
    env: [],
    workdir: [],
    breakerThreshold: breakerThreshold ?? 3
  })),
  targets: targets.map(({ hash, id, needs }, template): PlanTarget => ({
    id,
    template,
    labels: {},
    needs: needs ?? [],
    hash: hash ?? "0"
  })),
  outputs: {},
  ...more
})

export const everything = (plan: Plan): Selection => ({
  by: "all",
  order: plan.targets.map((_, index) => index),
  notes: []
})
