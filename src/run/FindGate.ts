/**
 * A word of the user's → a gate that waits for a decision.
 *
 * Owns what GATE may be, and why one can't be decided. Pure. The surprise: an id may hold a slash
 * and a path never does, so that the last slash is the one between them.
 */
import { Either } from "effect"
import { nearest } from "../expression/Nearest.ts"
import type { Plan, PlanStep, PlanTarget } from "../plan/Plan.ts"
import { definitionPath } from "../plan/StepPath.ts"
import { branchesOf } from "../plan/StepTree.ts"
import { GateError } from "./GateError.ts"
import { type RunState, targetState } from "./RunState.ts"
import type { GateDecision, OpenGate } from "./StepState.ts"
import { isEnded, stepEntries, stepState } from "./TargetState.ts"
import { UsageError } from "./UsageError.ts"

export interface WaitingGate {
  readonly target: string
  readonly path: string
  readonly gate: OpenGate
}

export interface GatesOf {
  readonly runId: string
  readonly plan: Plan
  readonly state: RunState
}

/** A gate that waits; undefined where it does not. */
export const gateAt = (state: RunState, target: string, path: string): OpenGate | undefined => {
  const known = targetState(state, target)
  const step = isEnded(known.status) ? undefined : stepState(known, path)
  return step?.status === "pending" ? step.gate : undefined
}

/** Every gate that waits for a person, in the order of the plan and of their opening. */
export const waitingGates = ({ plan, state }: Pick<GatesOf, "plan" | "state">): ReadonlyArray<WaitingGate> =>
  plan.targets.flatMap(({ id }) =>
    stepEntries(targetState(state, id))
      .flatMap(([path]) => {
        const gate = gateAt(state, id, path)
        return gate === undefined ? [] : [{ target: id, path, gate }]
      })
      .sort((a, b) => a.gate.opened - b.gate.opened)
  )

const shown = 5

/** How a gate is written, everywhere. */
export const gateWord = ({ path, target }: Pick<WaitingGate, "path" | "target">): string => `${target}/${path}`

const list = (gates: ReadonlyArray<WaitingGate>): string =>
  gates.slice(0, shown).map(gateWord).join(", ") + (gates.length > shown ? ` and ${gates.length - shown} more` : "")

const wrong = (message: string, hint: string) => new UsageError({ problems: [{ message, hint }] })

/** The step of a definition path such as `shards::e2e`, in whichever branch it is. */
const stepAt = (steps: ReadonlyArray<PlanStep>, path: ReadonlyArray<string>): PlanStep | undefined => {
  const [id, ...rest] = path
  const found = steps.filter((step) => step.id === id)
  if (rest.length === 0) return found.find(({ kind }) => kind === "gate") ?? found[0]
  for (const step of found) {
    for (const branch of branchesOf(step)) {
      const within = stepAt(branch.steps, rest)
      if (within !== undefined) return within
    }
  }
  return undefined
}

/** That a gate has been decided, by whom and when. */
export const decidedAlready = (
  { runId, word }: { readonly runId: string; readonly word: string },
  { at, by, option, outcome }: GateDecision
): GateError =>
  new GateError({
    reason: "decided",
    message: `gate ${word} has been decided: ${option}, by ${by}, at ${at}`,
    hint: outcome === "approved"
      ? `a decision stands; see \`pawl status ${runId}\` for what is left to decide`
      : `\`pawl resume ${runId}\` goes on; with --retry-blocked a target that is blocked by it asks again`
  })

const notWaiting = ({ runId, state }: GatesOf, target: PlanTarget, path: string, word: string): GateError => {
  const known = targetState(state, target.id)
  const decision = stepState(known, path)?.decision
  if (decision !== undefined) return decidedAlready({ runId, word }, decision)
  return new GateError({
    reason: "not-open",
    message: isEnded(known.status)
      ? `gate ${word} does not wait for a decision: target ${target.id} is ${known.status}`
      : `gate ${word} does not wait for a decision yet: the run has not come to it`,
    hint: `see \`pawl status ${runId}\` for what waits`
  })
}

const unknown = ({ plan, runId }: GatesOf, waiting: ReadonlyArray<WaitingGate>, word: string): UsageError => {
  const near = nearest(word, waiting.map(gateWord))
  const target = plan.targets.find(({ id }) => word === id || word.startsWith(`${id}/`))
  return wrong(
    target === undefined ? `run ${runId} has no gate \`${word}\`` : `target ${target.id} has no gate \`${word}\``,
    near !== undefined
      ? `did you mean \`${near}\`?`
      : waiting.length === 0
      ? `no gate of this run waits for a decision; see \`pawl status ${runId}\``
      : `what waits for a decision is ${list(waiting)}`
  )
}

/** The gate that is left when nobody names one. */
const onlyGate = (runId: string, waiting: ReadonlyArray<WaitingGate>) => {
  const [only, second] = waiting
  if (only === undefined) {
    return Either.left(
      new GateError({
        reason: "not-open",
        message: `no gate of run ${runId} waits for a decision`,
        hint: `see how it stands with \`pawl status ${runId}\``
      })
    )
  }
  return second === undefined
    ? Either.right(only)
    : Either.left(wrong(`${waiting.length} gates of run ${runId} wait for a decision`, `name one of ${list(waiting)}`))
}

/** The waiting gate that a word means; without a word the only one. */
export const findGate = (of: GatesOf, word: string | undefined): Either.Either<WaitingGate, UsageError | GateError> => {
  const waiting = waitingGates(of)
  if (word === undefined) return onlyGate(of.runId, waiting)
  const found = waiting.find((gate) => gateWord(gate) === word)
  if (found !== undefined) return Either.right(found)
  const slash = word.lastIndexOf("/")
  const path = word.slice(slash + 1)
  const target = slash < 1 ? undefined : of.plan.targets.find(({ id }) => id === word.slice(0, slash))
  const steps = target === undefined ? [] : of.plan.templates[target.template]?.steps ?? []
  const isGate = stepAt(steps, definitionPath(path).split("::"))?.kind === "gate"
  const known = target === undefined ? undefined : stepState(targetState(of.state, target.id), path)
  return target !== undefined && (isGate || known?.decision !== undefined)
    ? Either.left(notWaiting(of, target, path, word))
    : Either.left(unknown(of, waiting, word))
}
