/** Plans, states and selections to look at: small, and made from the events that would make them. */
import type { Plan, PlanStep, PlanTarget } from "../../src/plan/Plan.ts"
import type { Selection } from "../../src/plan/Selection.ts"
import type { RunEvent, RunFact } from "../../src/run/RunEvent.ts"
import { apply, empty, type RunState } from "../../src/run/RunState.ts"

export const step = (id: string): PlanStep => ({
  kind: "run",
  id,
  run: "true",
  shell: ["sh", "-e"],
  continueOnError: false,
  outputs: "text",
  retries: { maxAttempts: 3, backoffSeconds: 1, factor: 1, maxBackoffSeconds: 60, jitter: false }
})

export const target = (id: string, more: Partial<PlanTarget> = {}): PlanTarget => ({
  id,
  template: 0,
  labels: {},
  needs: [],
  hash: "0123456789abcdef",
  ...more
})

export const plan = (ids: ReadonlyArray<string>, steps: ReadonlyArray<string> = ["build", "ship"]): Plan => ({
  schema: "pawl.plan/v1",
  batch: "nightly",
  hash: `sha256:${"a".repeat(64)}`,
  inputs: {},
  secrets: [],
  run: {},
  templates: [{ steps: steps.map(step), env: [], workdir: [], breakerThreshold: 3 }],
  targets: ids.map((id) => target(id)),
  outputs: {}
})

export const all = (of: Plan): Selection => ({ by: "all", order: of.targets.map((_, index) => index), notes: [] })

export const only = (...order: ReadonlyArray<number>): Selection => ({ by: "targets", order, notes: [] })

const start = Date.parse("2026-11-20T03:00:00.000Z")

/** Events a second apart, numbered from 1. */
export const stamped = (facts: ReadonlyArray<RunFact>): ReadonlyArray<RunEvent> =>
  facts.map((fact, index): RunEvent => ({
    seq: index + 1,
    at: new Date(start + index * 1000).toISOString(),
    ...fact
  }))

export const fold = (events: ReadonlyArray<RunEvent>): RunState => events.reduce(apply, empty)

export const state = (...facts: ReadonlyArray<RunFact>): RunState => fold(stamped(facts))

export const started = (of: Plan): RunFact => ({
  type: "RunStarted",
  runId: "20261120T030000-7f3a9c",
  batch: of.batch,
  planHash: of.hash,
  plan: "plan.json",
  targets: of.targets.length
})

const output = { exit_code: 2, stdout: "", stderr: "" }

/** A target whose first step fails for good after two attempts. */
export const blocked = (id: string, message = "exit code 2 after 2 attempts"): ReadonlyArray<RunFact> => [
  { type: "TargetStarted", target: id },
  { type: "StepStarted", target: id, path: "build", attempt: 1, pid: 10 },
  {
    type: "AttemptFailed",
    target: id,
    path: "build",
    attempt: 1,
    reason: "exit-code",
    message: "exit code 2",
    exitCode: 2,
    durationMs: 100,
    nextAttemptAt: "2026-11-20T03:00:05.000Z"
  },
  { type: "StepStarted", target: id, path: "build", attempt: 2, pid: 11 },
  {
    type: "StepFailed",
    target: id,
    path: "build",
    attempt: 2,
    reason: "exit-code",
    message: "exit code 2",
    exitCode: 2,
    durationMs: 100,
    output
  },
  {
    type: "TargetBlocked",
    target: id,
    step: "build",
    reason: "step-exhausted",
    message,
    attempts: 2,
    durationMs: 3000
  }
]

export const completed = (id: string): ReadonlyArray<RunFact> => [
  { type: "TargetStarted", target: id },
  ...["build", "ship"].flatMap((path): ReadonlyArray<RunFact> => [
    { type: "StepStarted", target: id, path, attempt: 1, pid: 12 },
    {
      type: "StepSucceeded",
      target: id,
      path,
      attempt: 1,
      durationMs: 50,
      output: { exit_code: 0, stdout: "", stderr: "" }
    }
  ]),
  { type: "TargetCompleted", target: id, durationMs: 120 }
]

type Halted = Extract<RunFact, { type: "RunHalted" }>

export const halted = (haltReason: Halted["haltReason"]): Halted => ({
  type: "RunHalted",
  haltReason
})

const base = (id: string) => ({ id, continueOnError: false })

export const map = (id: string, steps: ReadonlyArray<PlanStep>): PlanStep => ({
  ...base(id),
  kind: "map",
  over: "{{ inputs.suites }}",
  maxParallel: 2,
  steps
})

export const loop = (id: string, steps: ReadonlyArray<PlanStep>): PlanStep => ({
  ...base(id),
  kind: "loop",
  until: "{{ true }}",
  maxIterations: 10,
  steps
})

export const parallel = (id: string, steps: ReadonlyArray<PlanStep>): PlanStep => ({
  ...base(id),
  kind: "parallel",
  steps
})

export const branching = (
  id: string,
  then: ReadonlyArray<PlanStep>,
  otherwise: ReadonlyArray<PlanStep> = []
): PlanStep => ({ ...base(id), kind: "if", if: "{{ true }}", then, else: otherwise })

export const gate = (id: string): PlanStep => ({
  ...base(id),
  kind: "gate",
  gate: { type: "approval", message: "Ship?", options: ["approve", "reject"], onReject: "abort" }
})

/** A plan of targets that all do these steps. */
export const planOf = (ids: ReadonlyArray<string>, steps: ReadonlyArray<PlanStep>): Plan => ({
  ...plan(ids),
  templates: [{ steps, env: [], workdir: [], breakerThreshold: 3 }]
})

/** One attempt of a step that succeeds. */
export const succeeded = (target: string, path: string): ReadonlyArray<RunFact> => [
  { type: "StepStarted", target, path, attempt: 1, pid: 12 },
  {
    type: "StepSucceeded",
    target,
    path,
    attempt: 1,
    durationMs: 50,
    output: { exit_code: 0, stdout: "fine\n", stderr: "" }
  }
]

/** One attempt of a step that fails for good. */
export const failed = (target: string, path: string, stderr = ""): ReadonlyArray<RunFact> => [
  { type: "StepStarted", target, path, attempt: 1, pid: 12 },
  {
    type: "StepFailed",
    target,
    path,
    attempt: 1,
    reason: "exit-code",
    message: "exit code 3",
    exitCode: 3,
    durationMs: 50,
    output: { exit_code: 3, stdout: "", stderr }
  }
]

/** A composite step that failed since a step within it did. */
export const childFailed = (
  target: string,
  path: string,
  child: string,
  type: "StepFailed" | "StepContinued" = "StepFailed"
): RunFact => ({
  type,
  target,
  path,
  attempt: 1,
  reason: "child-failed",
  message: `${child}: exit code 3`,
  child,
  durationMs: 60
})

export const entered = (
  target: string,
  path: string,
  kind: Extract<RunFact, { type: "StepEntered" }>["kind"],
  more: { readonly branch?: string; readonly items?: number } = {}
): RunFact => ({ type: "StepEntered", target, path, kind, ...more })

/** A composite step that is through. */
export const through = (target: string, path: string): RunFact => ({
  type: "StepSucceeded",
  target,
  path,
  attempt: 1,
  durationMs: 60
})

export const opened = (
  target: string,
  path: string,
  more: Partial<Extract<RunFact, { type: "GateOpened" }>> = {}
): RunFact => ({
  type: "GateOpened",
  target,
  path,
  about: "approval",
  message: "Ship 1.4?",
  options: ["approve", "reject"],
  onReject: "abort",
  ...more
})

export const paused = (target: string, step: string): RunFact => ({
  type: "TargetPaused",
  target,
  step,
  reason: "awaiting-approval",
  message: "Ship 1.4?"
})
