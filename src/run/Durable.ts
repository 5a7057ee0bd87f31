/**
 * What the record on disk says of a step that has ended: what later steps see of it, and what it means.
 *
 * Pure. Owns putting the output of a composite step together from its children, since no event
 * repeats what their own events hold. The surprise: it is asked on every resume and for every
 * depth, and gives the same as the run that was interrupted had in memory.
 */
import type { ItemRecord, StepRecord } from "../expression/Scope.ts"
import { childPath, instancePath } from "../plan/StepPath.ts"
import type { CompiledComposite, CompiledStep } from "./CompiledTemplate.ts"
import type { Failure } from "./Judge.ts"
import type { StepState } from "./StepState.ts"
import { stepState, type TargetState } from "./TargetState.ts"
import type { FailedEnd, Records } from "./Walk.ts"

/** True where nothing more happens to a step unless somebody asks for it. */
export const hasEnded = ({ status }: StepState): boolean =>
  status === "succeeded" || status === "failed" || status === "skipped"

/** What the steps of a list came to, as far as they have ended. */
export const recordsOf = (
  steps: ReadonlyArray<CompiledStep>,
  target: TargetState,
  parent: string | undefined
): Records =>
  Object.fromEntries(steps.flatMap((compiled) => {
    const path = childPath(parent, compiled.step.id)
    const state = stepState(target, path)
    return state === undefined || !hasEnded(state)
      ? []
      : [[compiled.step.id, recordOfState(compiled, target, path, state)] as const]
  }))

/** What one item came to; `failed` where a step of it failed that it does not go on without. */
export const itemRecord = (steps: Records, failed: boolean): ItemRecord => ({
  status: failed
    ? "failed"
    : Object.values(steps).every(({ status }) => status === "skipped")
    ? "skipped"
    : "succeeded",
  steps
})

/** A step of a list that failed for good, as far as is durable. */
export const failedStep = (
  steps: ReadonlyArray<CompiledStep>,
  target: TargetState,
  parent: string | undefined
): { readonly compiled: CompiledStep; readonly path: string; readonly state: StepState } | undefined => {
  for (const compiled of steps) {
    const path = childPath(parent, compiled.step.id)
    const state = stepState(target, path)
    if (state?.status === "failed" && state.continued !== true) return { compiled, path, state }
  }
  return undefined
}

/** The output of a composite step, from what its lists of steps came to. */
export const compositeOutput = (
  { question, branches }: CompiledComposite,
  target: TargetState,
  path: string,
  { branch, items = 0, iterations = 0 }: Pick<StepState, "branch" | "items" | "iterations">
): StepRecord["output"] => {
  const steps = branches.get("steps") ?? []
  switch (question.kind) {
    case "map":
      return {
        items: Array.from({ length: items }, (_, index) => {
          const item = instancePath(path, index)
          return itemRecord(recordsOf(steps, target, item), failedStep(steps, target, item) !== undefined)
        })
      }
    case "loop":
      return branch === "none"
        ? { steps: {}, iterations: 0 }
        : { steps: recordsOf(steps, target, instancePath(path, iterations)), iterations: iterations + 1 }
    case "parallel":
      return { steps: recordsOf(steps, target, path) }
    case "if":
    case "switch":
      return { steps: recordsOf(branches.get(branch ?? "none") ?? [], target, path) }
  }
}

const outputOf = (
  compiled: CompiledStep,
  target: TargetState,
  path: string,
  state: StepState
): StepRecord["output"] => {
  if (state.output !== undefined) return state.output
  if (state.decision !== undefined) {
    const { by, note, option } = state.decision
    return { option, by, ...(note === undefined ? {} : { note }) }
  }
  return compiled.kind === "composite" && state.status !== "skipped"
    ? compositeOutput(compiled, target, path, state)
    : {}
}

/** What `steps.<id>` shows of a step that has ended. */
export const recordOfState = (
  compiled: CompiledStep,
  target: TargetState,
  path: string,
  state: StepState
): StepRecord => ({
  status: state.status === "succeeded" || state.status === "skipped" ? state.status : "failed",
  attempts: state.attempts,
  output: outputOf(compiled, target, path, state),
  ...(state.status === "failed" && state.message !== undefined ? { error: state.message } : {})
})

const failureOf = ({ exitCode, message = "it failed", reason }: StepState): Failure => ({
  reason: reason === undefined || reason === "when-false" || reason === "interrupted" || reason === "policy-denied"
    ? "exit-code"
    : reason,
  message,
  ...(exitCode === undefined ? {} : { exitCode })
})

/**
 * A failure that is durable but did not end its target yet, as when pawl was killed in between.
 * `threshold` is the breaker's.
 */
export const failedOfState = (
  compiled: CompiledStep,
  target: TargetState,
  path: string,
  state: StepState,
  threshold: number | false
): FailedEnd => {
  const first = state.child ?? path
  const leaf = stepState(target, first) ?? state
  const { exhausted = 0 } = target
  const final = leaf.reason === "gate-rejected"
    ? { type: "gate" as const }
    : threshold !== false && exhausted >= threshold
    ? { type: "breaker" as const, exhausted }
    : undefined
  return {
    type: "failed",
    record: recordOfState(compiled, target, path, state),
    path: first,
    failure: failureOf(leaf),
    attempts: leaf.attempts,
    ...(final === undefined ? {} : { final })
  }
}
