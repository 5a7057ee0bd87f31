/**
 * A step as the manifest has it to a step of the plan: everything inherited is in its place.
 *
 * Owns the normal form of each kind: durations become milliseconds, shells words, defaults are
 * spelled out. The surprise: a composite step's `failure` is not kept; it is in the steps within.
 */
import type { Gate } from "../manifest/Gate.ts"
import { durationMs, shellWords } from "../manifest/Scalars.ts"
import type { CommandStep, LoopStep, RunStep, Step } from "../manifest/Steps.ts"
import { inherit, type Inherited } from "./Failure.ts"
import type { AttemptStep, GateStep, LoopStep as PlannedLoop, PlanStep } from "./Plan.ts"

const defaultShell: ReadonlyArray<string> = ["sh", "-e"]
const shellOf = (shell: string | undefined): ReadonlyArray<string> =>
  shell === undefined ? defaultShell : shellWords(shell)

const base = (step: Step) => ({
  id: step.id,
  ...(step.name === undefined ? {} : { name: step.name }),
  ...(step.when === undefined ? {} : { when: step.when }),
  continueOnError: step.continueOnError ?? false,
  ...(step.env === undefined ? {} : { env: step.env }),
  ...(step.workdir === undefined ? {} : { workdir: step.workdir })
})

/** A step that makes attempts, its keys in order: of ten thousand listed targets that saves sorting them for the hash. */
const planAttempt = (step: RunStep | CommandStep, { retries, timeoutMs: inherited }: Inherited): AttemptStep => {
  const timeoutMs = step.timeout === undefined ? inherited : durationMs(step.timeout)
  const first = {
    continueOnError: step.continueOnError ?? false,
    ...(step.env === undefined ? {} : { env: step.env }),
    id: step.id,
    ...(step.idempotent === false ? { idempotent: false as const } : {})
  }
  const middle = {
    ...(step.name === undefined ? {} : { name: step.name }),
    outputs: step.outputs ?? "text",
    retries
  }
  const last = {
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(step.when === undefined ? {} : { when: step.when }),
    ...(step.workdir === undefined ? {} : { workdir: step.workdir })
  }
  return "run" in step
    ? { ...first, kind: "run", ...middle, run: step.run, shell: shellOf(step.shell), ...last }
    : { command: step.command, ...first, kind: "command", ...middle, ...last }
}

/** What every approval offers where its author says nothing. */
const defaultOptions: ReadonlyArray<string> = ["approve", "reject"]

const gateOf = (gate: Gate, { timeoutMs: inherited }: Inherited): GateStep["gate"] => {
  const onReject = gate.onReject ?? "abort"
  if ("approval" in gate) {
    return {
      type: "approval",
      message: gate.approval,
      options: gate.options ?? defaultOptions,
      onReject,
      ...(gate.show === undefined ? {} : { show: gate.show })
    }
  }
  const { policy } = gate
  if (typeof policy === "string") return { type: "policy", policy, onReject }
  const timeoutMs = policy.timeout === undefined ? inherited : durationMs(policy.timeout)
  return {
    type: "check",
    run: policy.run,
    shell: shellOf(policy.shell),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    onReject
  }
}

const loopOf = (step: LoopStep): Pick<PlannedLoop, "while" | "until" | "maxIterations" | "everyMs"> => {
  const { loop } = step
  return {
    ...("while" in loop ? { while: loop.while } : { until: loop.until }),
    maxIterations: loop.maxIterations ?? 10,
    ...(loop.every === undefined ? {} : { everyMs: durationMs(loop.every) })
  }
}

const planStep = (step: Step, outer: Inherited): PlanStep => {
  const inner = inherit(outer, step.failure)
  if ("run" in step || "command" in step) return planAttempt(step, inner)
  if ("gate" in step) return { kind: "gate", ...base(step), gate: gateOf(step.gate, inner) }
  if ("if" in step) {
    const { else: other = [], then } = step
    return { kind: "if", ...base(step), if: step.if, then: planSteps(then, inner), else: planSteps(other, inner) }
  }
  if ("switch" in step) {
    return {
      kind: "switch",
      ...base(step),
      switch: step.switch,
      cases: Object.fromEntries(Object.entries(step.cases).map(([name, steps]) => [name, planSteps(steps, inner)])),
      default: planSteps(step.default ?? [], inner)
    }
  }
  const steps = planSteps(step.steps, inner)
  if ("map" in step) {
    return { kind: "map", ...base(step), over: step.map.over, maxParallel: step.map.maxParallel ?? 1, steps }
  }
  if ("parallel" in step) {
    const { maxParallel } = step.parallel
    return { kind: "parallel", ...base(step), ...(maxParallel === undefined ? {} : { maxParallel }), steps }
  }
  return { kind: "loop", ...base(step), ...loopOf(step), steps }
}

/** The steps of a target, of a branch or of a composite step. */
export const planSteps = (steps: ReadonlyArray<Step>, outer: Inherited): ReadonlyArray<PlanStep> =>
  steps.map((step) => planStep(step, outer))
