/**
 * The steps of a target as a list: every instance that is known, each under its path, in plan order.
 *
 * Owns which steps a reader sees and why one was not done. Pure. The surprise: what is within a
 * `map` or a `loop` is in the list only for items and iterations that have come to be, while the
 * branch that was not taken is there as skipped; and of a loop only the latest iteration is left.
 */
import type { CompositeStep, LoopStep, PlanStep } from "../plan/Plan.ts"
import { childPath, instancePath } from "../plan/StepPath.ts"
import { branchesOf } from "../plan/StepTree.ts"
import { logPath } from "../run/LogPath.ts"
import type { StepState } from "../run/StepState.ts"
import { stepState, type TargetState } from "../run/TargetState.ts"
import type { SummaryStep } from "./Summary.ts"

/** What is said of a step to which nothing has happened. */
export type Fate = { readonly status: "pending" } | { readonly status: "skipped"; readonly reason: string }

export interface ListedTarget {
  readonly id: string
  readonly state: TargetState
  /** Of its steps at the top to which nothing has happened. */
  readonly fate: Fate
}

/**
 * Whether a step left a log: it may have ended without ever being started, where its expression failed, and
 * leaves none in silence.
 */
export const hasLog = ({ attempts, invocation, reason, silent }: StepState): boolean =>
  silent !== true && (invocation !== undefined || (attempts > 0 && reason !== "expression-failed"))

type Known = Omit<SummaryStep, "path" | "kind">

const waiting = ({ gate }: StepState): Pick<Known, "reason" | "message"> =>
  gate === undefined
    ? {}
    : { reason: gate.about === "in-flight" ? "in-flight" : "awaiting-approval", message: gate.message }

const decided = ({ decision }: StepState): Pick<Known, "option" | "by" | "note" | "decidedAt"> => {
  if (decision === undefined) return {}
  const { at, by, note, option } = decision
  return { option, by, ...(note === undefined ? {} : { note }), decidedAt: at }
}

const knownStep = (target: string, path: string, step: StepState): Known => ({
  status: step.status,
  attempts: step.attempts,
  durationMs: step.durationMs,
  ...(step.exitCode === undefined ? {} : { exitCode: step.exitCode }),
  ...(step.reason === undefined ? {} : { reason: step.reason }),
  ...(step.message === undefined ? {} : { message: step.message }),
  ...waiting(step),
  ...(step.continued === true ? { continued: true } : {}),
  ...(step.child === undefined ? {} : { child: step.child }),
  ...(step.items === undefined ? {} : { items: step.items }),
  ...decided(step),
  ...(step.nextAttemptAt === undefined ? {} : { nextAttemptAt: step.nextAttemptAt }),
  ...(hasLog(step) ? { log: `${logPath(target, path)}.out` } : {}),
  ...(step.status === "failed" && step.output !== undefined && step.output.stderr !== ""
    ? { errorLog: `${logPath(target, path)}.err` }
    : {})
})

const untouched = (fate: Fate): Known => ({ ...fate, attempts: 0, durationMs: 0 })

/** What is said of a step's children to which nothing has happened. */
const fateWithin = ({ reason, status }: Known): Fate => {
  if (status === "pending" || status === "running") return { status: "pending" }
  return { status: "skipped", reason: status === "skipped" && reason !== undefined ? reason : "branch-ended" }
}

const notTaken: Fate = { status: "skipped", reason: "branch-not-taken" }

/** The iteration that is the latest, and how many have begun. */
const latestIteration = (state: TargetState, step: LoopStep, path: string, known: StepState) => {
  const latest = instancePath(path, known.iterations ?? 0)
  const hasBegun = step.steps.some(({ id }) => stepState(state, childPath(latest, id)) !== undefined)
  return { latest, hasBegun, iterations: (known.iterations ?? 0) + (hasBegun ? 1 : 0) }
}

/** What a composite step decided on the way. */
const goneBy = (
  state: TargetState,
  step: PlanStep,
  path: string,
  known: StepState
): Pick<Known, "branch" | "iterations"> => {
  if (step.kind === "loop") return { iterations: latestIteration(state, step, path, known).iterations }
  const chooses = step.kind === "if" || step.kind === "switch"
  return chooses && known.branch !== undefined ? { branch: known.branch } : {}
}

/** Every step of a target that a reader sees. Linear in what there is. */
export const stepList = (steps: ReadonlyArray<PlanStep>, { fate, id, state }: ListedTarget): Array<SummaryStep> => {
  const list: Array<SummaryStep> = []

  const within = (step: CompositeStep, path: string, known: StepState | undefined, fate: Fate): void => {
    switch (step.kind) {
      case "if":
      case "switch": {
        const branches = branchesOf(step)
        const taken = branches.find(({ name }) => name === known?.branch)
        // An id may be used once in each branch; its path is listed once.
        const listed = new Set<string>()
        for (const branch of branches) {
          const others = branch === taken ? [] : taken?.steps ?? []
          const own = branch.steps.filter(({ id }) => !listed.has(id) && !others.some((other) => other.id === id))
          for (const { id } of own) listed.add(id)
          walk(own, path, known?.branch === undefined || branch === taken ? fate : notTaken)
        }
        return
      }
      case "parallel":
        // They don't come after each other, so that one's failure is nothing to the next.
        for (const child of step.steps) walk([child], path, fate)
        return
      case "map":
        for (let index = 0; index < (known?.items ?? 0); index++) walk(step.steps, instancePath(path, index), fate)
        return
      case "loop": {
        if (known === undefined) return
        const { hasBegun, latest } = latestIteration(state, step, path, known)
        if (hasBegun) walk(step.steps, latest, fate)
      }
    }
  }

  const walk = (steps: ReadonlyArray<PlanStep>, parent: string | undefined, given: Fate): void => {
    let fate = given
    for (const step of steps) {
      const path = childPath(parent, step.id)
      const known = stepState(state, path)
      const isBegun = known !== undefined
        && (fate.status === "pending" || known.status !== "pending" || known.attempts > 0)
      const said = isBegun ? knownStep(id, path, known) : untouched(fate)
      const wentBy = isBegun ? goneBy(state, step, path, known) : {}
      list.push({ path, kind: step.kind, ...said, ...wentBy })
      if (step.kind !== "run" && step.kind !== "command" && step.kind !== "gate") {
        within(step, path, known, isBegun ? fateWithin(said) : fate)
      }
      if (parent !== undefined && said.status === "failed" && said.continued !== true) {
        fate = { status: "skipped", reason: "branch-ended" }
      }
    }
  }

  walk(steps, undefined, fate)
  return list
}
