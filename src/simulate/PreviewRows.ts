/**
 * The steps of a target as rows of a tree.
 *
 * Owns what stands under what: branches by name, the items of a `map` together where they are alike. The
 * surprise: what is within a step that is skipped is not shown; the document has it.
 */
import type { CompositeStep, PlanStep } from "../plan/Plan.ts"
import { branchesOf } from "../plan/StepTree.ts"
import { fixed, makeGroups, namesOf, type Row } from "./PreviewRow.ts"
import { notesOf, type Said, several, statusOf, whatOf } from "./PreviewWords.ts"
import type { SimulationStep } from "./Simulation.ts"

const branchRow = (name: string, status: string, what: string, children: ReadonlyArray<Row>): Row => ({
  name: name.replace(/^case:/, "case "),
  status,
  what: fixed(what),
  notes: [],
  children
})

const branchRows = (step: SimulationStep, written: CompositeStep, said: Said): ReadonlyArray<Row> =>
  branchesOf(written).flatMap(({ name, steps }) => {
    if (steps.length === 0) return []
    if (step.taken !== undefined && step.taken !== name) return [branchRow(name, "skipped", "branch not taken", [])]
    const children = (step.children ?? []).filter(({ branch }) => branch === name)
    return [branchRow(name, "", "", stepRows(children, steps, said))]
  })

/** Items that go the same way stand together. */
const itemRows = (step: SimulationStep, steps: ReadonlyArray<PlanStep>, said: Said): ReadonlyArray<Row> => {
  const { children = [] } = step
  const { add, groups } = makeGroups<number>()
  for (let from = 0; from < children.length; from += steps.length) {
    const item = children.slice(from, from + steps.length)
    add("", item[0]?.index ?? 0, stepRows(item, steps, said))
  }
  const all = groups()
  const [only] = all
  if (only !== undefined && all.length === 1) return only.rows
  return all.map(({ count, first, isUnbroken, last, rows, second }) => {
    const name = namesOf(`[${first}]`, second === undefined ? undefined : `[${second}]`, `[${last}]`, isUnbroken)
    return branchRow(name, "", count > 2 ? several(count, "item") : "", rows)
  })
}

const childRows = (step: SimulationStep, written: PlanStep, said: Said): ReadonlyArray<Row> => {
  if (step.status === "skipped" || step.children === undefined) return []
  switch (written.kind) {
    case "if":
    case "switch":
      return branchRows(step, written, said)
    case "map":
      return itemRows(step, written.steps, said)
    case "parallel":
    case "loop":
      return stepRows(step.children, written.steps, said)
    default:
      return []
  }
}

/** Rows of steps that stand in one list; `written` has the same steps as the plan has them. */
export const stepRows = (
  steps: ReadonlyArray<SimulationStep>,
  written: ReadonlyArray<PlanStep>,
  said: Said
): ReadonlyArray<Row> =>
  steps.flatMap((step, index): ReadonlyArray<Row> => {
    const plan = written[index]
    return plan === undefined ? [] : [{
      name: step.id,
      status: statusOf(step),
      what: whatOf(step, plan),
      notes: notesOf(step, said),
      children: childRows(step, plan, said)
    }]
  })
