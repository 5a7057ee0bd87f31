/** Previews in tests: manifests as text, what would happen as a user reads it. */
import type { Value, ValueObject } from "../../src/expression/Value.ts"
import { defaults, inherit } from "../../src/plan/Failure.ts"
import { plain } from "../../src/report/Style.ts"
import { type Preview, preview, type PreviewRequest } from "../../src/simulate/Preview.ts"
import { simulationText } from "../../src/simulate/PreviewDocument.ts"
import type { Simulation, SimulationStep } from "../../src/simulate/Simulation.ts"
import { simulationTable } from "../../src/simulate/SimulationTable.ts"
import { manifestOf } from "../manifest/reading.ts"
import { planned } from "../plan/planning.ts"

export interface Previewing {
  readonly values?: ValueObject
  readonly items?: ReadonlyArray<ReadonlyArray<Value> | undefined>
  /** Ids in the order named; all where it is left out. */
  readonly selected?: ReadonlyArray<string>
  readonly options?: Partial<PreviewRequest["options"]>
}

export const previewOf = (text: string, { items, options, selected, values }: Previewing = {}): Preview => {
  const plan = planned(text, { ...(items === undefined ? {} : { items }), ...(values === undefined ? {} : { values }) })
  const order = selected === undefined
    ? plan.targets.map((_, index) => index)
    : selected.map((id) => plan.targets.findIndex((target) => target.id === id))
  return preview({
    plan,
    failure: inherit(defaults, manifestOf(text).failure),
    selection: { by: selected === undefined ? "all" : "targets", order, notes: [] },
    options: { order: "manifest", ...options }
  })
}

export const textOf = (text: string, more?: Previewing): string => [...simulationText(previewOf(text, more))].join("")

/** The document, through its text. */
export const simulated = (text: string, more?: Previewing): Simulation => JSON.parse(textOf(text, more))

export const tableOf = (text: string, more?: Previewing, columns?: number): ReadonlyArray<string> =>
  simulationTable(previewOf(text, more), { style: plain, ...(columns === undefined ? {} : { columns }) })

/** Every step at any depth. */
export const everyStep = (steps: ReadonlyArray<SimulationStep>): ReadonlyArray<SimulationStep> =>
  steps.flatMap((step) => [step, ...everyStep(step.children ?? [])])

/** A batch of one target with these steps, which are lines of YAML. */
export const target = (steps: string, before = ""): string =>
  `name: batch\n${before}\ntargets:\n  - id: t\n    steps:\n${steps.replaceAll(/^/gm, "      ")}\n`

/** Of the first target: `path: status`, and what there is to say about it. */
export const shownSteps = (text: string, more?: Previewing): ReadonlyArray<string> =>
  everyStep(simulated(text, more).targets[0]?.steps ?? []).map((
    { conditional, path, problem, reason, status, taken }
  ) =>
    [
      `${path}: ${status}`,
      ...(conditional === true ? ["conditional"] : []),
      ...(reason === undefined ? [] : [reason]),
      ...(taken === undefined ? [] : [`takes ${taken}`]),
      ...(problem === undefined ? [] : [`problem: ${problem}`])
    ].join(", ")
  )

/** One step of the first target, by its path. */
export const stepAt = (path: string, text: string, more?: Previewing): SimulationStep | undefined =>
  everyStep(simulated(text, more).targets[0]?.steps ?? []).find((step) => step.path === path)
