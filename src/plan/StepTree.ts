/**
 * The steps of a plan as the tree that they are.
 *
 * Owns the walk over all kinds, and the list of texts in which expressions may stand. Pure. Whoever
 * has to look at every step, or at every text of one, comes here, so that a new kind is added once.
 */
import type { Value } from "../expression/Value.ts"
import type { GateStep, PlanStep } from "./Plan.ts"

/** A list of steps within another, and what it is there: `then`, `case:full`, `steps`. */
export interface Branch {
  readonly name: string
  readonly steps: ReadonlyArray<PlanStep>
}

/** The lists of steps within a step, in the order of the language's keys; none for a step that is not composite. */
export const branchesOf = (step: PlanStep): ReadonlyArray<Branch> => {
  switch (step.kind) {
    case "run":
    case "command":
    case "gate":
      return []
    case "if":
      return [{ name: "then", steps: step.then }, { name: "else", steps: step.else }]
    case "switch":
      return [
        ...Object.entries(step.cases).map(([name, steps]) => ({ name: `case:${name}`, steps })),
        { name: "default", steps: step.default }
      ]
    case "map":
    case "parallel":
    case "loop":
      return [{ name: "steps", steps: step.steps }]
  }
}

const isComposite = ({ kind }: PlanStep): boolean => kind !== "run" && kind !== "command" && kind !== "gate"

/** Every step, those within others after the one that they are in. */
export const allSteps = (steps: ReadonlyArray<PlanStep>): ReadonlyArray<PlanStep> =>
  steps.some(isComposite)
    ? steps.flatMap((step) => [step, ...branchesOf(step).flatMap((branch) => allSteps(branch.steps))])
    : steps

/** The texts in a value, at any depth. */
export const valueTexts = (value: Value): ReadonlyArray<string> => {
  if (typeof value === "string") return [value]
  if (typeof value !== "object" || value === null) return []
  return Array.isArray(value) ? value.flatMap(valueTexts) : Object.values(value).flatMap(valueTexts)
}

const gateTexts = ({ gate }: GateStep): ReadonlyArray<string> => {
  switch (gate.type) {
    case "approval":
      return [gate.message, ...(gate.show === undefined ? [] : [gate.show])]
    case "policy":
      return [gate.policy]
    case "check":
      return [gate.run]
  }
}

const workTexts = (step: PlanStep): ReadonlyArray<string> => {
  switch (step.kind) {
    case "run":
      return [step.run]
    case "command":
      return step.command
    case "gate":
      return gateTexts(step)
    case "if":
      return [step.if]
    case "switch":
      return [step.switch]
    case "map":
      return valueTexts(step.over)
    case "parallel":
      return []
    case "loop":
      return [step.while, step.until].filter((text) => text !== undefined)
  }
}

const collect = (steps: ReadonlyArray<PlanStep>, isWanted: (step: PlanStep) => boolean, texts: Array<string>): void => {
  for (const step of steps) {
    for (const text of workTexts(step)) texts.push(text)
    if (step.when !== undefined) texts.push(step.when)
    if (step.workdir !== undefined) texts.push(step.workdir)
    if (step.env !== undefined) texts.push(...Object.values(step.env))
    if (isComposite(step) && isWanted(step)) {
      for (const branch of branchesOf(step)) collect(branch.steps, isWanted, texts)
    }
  }
}

/** The texts of these steps and of all within them in which expressions may stand. */
export const stepTexts = (steps: ReadonlyArray<PlanStep>): ReadonlyArray<string> => {
  const texts: Array<string> = []
  collect(steps, () => true, texts)
  return texts
}

/** Those of them in which `item` and `index` are the target's: within a `map` they are the map's. */
export const outerTexts = (steps: ReadonlyArray<PlanStep>): ReadonlyArray<string> => {
  const texts: Array<string> = []
  collect(steps, ({ kind }) => kind !== "map", texts)
  return texts
}

/** The step with each list of steps within it made anew. */
export const mapBranches = (
  step: PlanStep,
  change: (steps: ReadonlyArray<PlanStep>) => ReadonlyArray<PlanStep>
): PlanStep => {
  switch (step.kind) {
    case "run":
    case "command":
    case "gate":
      return step
    case "if":
      return { ...step, then: change(step.then), else: change(step.else) }
    case "switch":
      return {
        ...step,
        cases: Object.fromEntries(Object.entries(step.cases).map(([name, steps]) => [name, change(steps)])),
        default: change(step.default)
      }
    case "map":
    case "parallel":
    case "loop":
      return { ...step, steps: change(step.steps) }
  }
}
