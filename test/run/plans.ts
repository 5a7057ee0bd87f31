/** Small plans, made without a manifest. */
import type {
  CommandStep,
  GateStep,
  IfStep,
  LoopStep,
  MapStep,
  ParallelStep,
  Plan,
  PlanStep,
  PlanTarget,
  RetryPolicyData,
  SwitchStep
} from "../../src/plan/Plan.ts"
import type { Selection } from "../../src/plan/Selection.ts"

export const noRetries: RetryPolicyData = {
  maxAttempts: 1,
  backoffSeconds: 1,
  factor: 2,
  maxBackoffSeconds: 300,
  jitter: false
}

export const step = (id: string, more: Partial<CommandStep> = {}): CommandStep => ({
  id,
  continueOnError: false,
  outputs: "text",
  retries: noRetries,
  command: ["true"],
  ...more,
  kind: "command"
})

export const approval = (id: string, more: Partial<GateStep> = {}, gate: Partial<GateStep["gate"]> = {}): GateStep => ({
  id,
  continueOnError: false,
  ...more,
  kind: "gate",
  gate: { message: "Go on?", options: ["approve", "reject"], onReject: "abort", ...gate, type: "approval" }
})

export const policy = (id: string, text: string, onReject: "abort" | "skip" | "retry" = "abort"): GateStep => ({
  id,
  continueOnError: false,
  kind: "gate",
  gate: { type: "policy", policy: text, onReject }
})

export const ifStep = (id: string, condition: string, more: Partial<IfStep> = {}): IfStep => ({
  id,
  continueOnError: false,
  then: [],
  else: [],
  ...more,
  kind: "if",
  if: condition
})

export const switchStep = (id: string, text: string, more: Partial<SwitchStep> = {}): SwitchStep => ({
  id,
  continueOnError: false,
  cases: {},
  default: [],
  ...more,
  kind: "switch",
  switch: text
})

export const map = (
  id: string,
  over: MapStep["over"],
  steps: ReadonlyArray<PlanStep>,
  more: Partial<MapStep> = {}
): MapStep => ({ id, continueOnError: false, maxParallel: 1, ...more, kind: "map", over, steps })

export const parallel = (
  id: string,
  steps: ReadonlyArray<PlanStep>,
  more: Partial<ParallelStep> = {}
): ParallelStep => ({ id, continueOnError: false, ...more, kind: "parallel", steps })

export const loop = (
  id: string,
  on: Pick<LoopStep, "while" | "until">,
  steps: ReadonlyArray<PlanStep>,
  more: Partial<LoopStep> = {}
): LoopStep => ({ id, continueOnError: false, maxIterations: 10, ...more, ...on, kind: "loop", steps })

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
