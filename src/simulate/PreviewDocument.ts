/**
 * A preview as the JSON document that it is, and its counts.
 *
 * Owns the way to it in pieces: the whole of a hundred thousand targets would not have to fit into memory.
 * The surprise: what is counted comes after what it counts, so that one pass is enough.
 */
import { stringifyJson } from "../expression/Value.ts"
import type { Preview } from "./Preview.ts"
import type { Simulation, SimulationStep, SimulationTarget } from "./Simulation.ts"

type Counts = Simulation["counts"]

/** Counts targets as they come by. */
export const makeTally = (): {
  readonly add: (target: SimulationTarget) => void
  readonly counts: () => Counts
} => {
  const targets = { total: 0, pending: 0, skipped: 0, blocked: 0, paused: 0 }
  const steps = { total: 0, pending: 0, skipped: 0, requiresApproval: 0, requiresPolicy: 0, conditional: 0 }
  const names = {
    pending: "pending",
    skipped: "skipped",
    "requires-approval": "requiresApproval",
    "requires-policy": "requiresPolicy"
  } as const
  const addSteps = (all: ReadonlyArray<SimulationStep>): void => {
    for (const { children, conditional, status } of all) {
      steps.total++
      steps[names[status]]++
      if (conditional === true) steps.conditional++
      if (children !== undefined) addSteps(children)
    }
  }
  return {
    add: (target) => {
      targets.total++
      targets[target.status]++
      addSteps(target.steps)
    },
    counts: () => ({ targets: { ...targets }, steps: { ...steps } })
  }
}

/** What stands after the targets. */
export const tailOf = (
  { plan }: Preview,
  counts: Counts
): Pick<Simulation, "outputs" | "requiresApproval" | "counts"> => ({
  outputs: plan.outputs,
  requiresApproval: counts.steps.requiresApproval > 0,
  counts
})

/** The document as one line of JSON, in pieces of about a target each. */
export function* simulationText(preview: Preview): Generator<string> {
  const { add, counts } = makeTally()
  yield `${stringifyJson(preview.head).slice(0, -1)},"targets":[`
  let between = ""
  for (const { target } of preview.targets()) {
    add(target)
    yield between + stringifyJson(target)
    between = ","
  }
  yield `],${stringifyJson(tailOf(preview, counts())).slice(1)}\n`
}
