/**
 * The steps of a composite step as they are seen from outside, through its output.
 *
 * Owns which of them may not be there at all, and why. The surprise: what a failure or a rejected gate keeps from
 * running matters only out here; further in, whoever would look does not run either.
 */
import type { Fact, Shown } from "../expression/Fact.ts"
import type { Field, RecordType, Type, Unless } from "../expression/Type.ts"
import { dyn, recordOf } from "../expression/Type.ts"
import { isMapping, type StepList, stepLists, type StepShape, stepShape, textIn, type Within } from "./Spot.ts"
import type { View } from "./StepView.ts"

export interface ChildSteps {
  readonly shape: StepShape
  readonly within: Within
  readonly view: View
  /** Handed over, since steps hold steps. */
  readonly stepType: (shape: StepShape, within: Within, view: View) => Type
}

/** The ids of the steps within a step, each once. */
export const childNames = (step: StepShape["step"]): ReadonlyArray<string> => [
  ...new Set(stepLists(step).flatMap(({ steps }) => steps.flatMap((each) => stepShape(each)?.id ?? [])))
]

const goesOn = (step: unknown): boolean => isMapping(step) && step["continueOnError"] === true

/** The gate before a place in a list whose rejection leaves out the rest of it. */
export const gateBefore = (steps: ReadonlyArray<unknown>, at: number): string | undefined =>
  steps.slice(0, at).map(stepShape).find((shape) => {
    const gate = shape?.step["gate"]
    return isMapping(gate) && gate["onReject"] === "skip"
  })?.id

/** What the step itself says of the branch that is taken. */
const branchFacts = (
  { shape: { kind, step }, view: { conditions }, within }: ChildSteps,
  branch: string
): ReadonlyArray<Fact> => {
  if (kind === "if") return conditions.said(textIn(step, "if"), within, branch === "then")
  return kind === "switch" && branch.startsWith("case:")
    ? conditions.chosen(textIn(step, "switch"), within, branch.slice("case:".length))
    : []
}

const branchImplies = (of: ChildSteps, branch: string): ReadonlyArray<Shown> => {
  const { shape: { kind, step }, view: { conditions }, within } = of
  return kind === "if"
    ? conditions.implied(textIn(step, "if"), within, branch === "then")
    : branchFacts(of, branch).map((fact) => ({ fact }))
}

const named = (branch: string): string => branch.startsWith("case:") ? `case \`${branch.slice(5)}\`` : `\`${branch}\``

/** Why a step of a list may not be there, if it may not. */
const absence = (of: ChildSteps, { branch, steps }: StepList, at: number, isShared: boolean): Unless | undefined => {
  const { shape: { id, kind, step }, view } = of
  const child = `\`${stepShape(steps[at])?.id ?? ""}\` may not have run`
  const isSide = kind === "parallel" || kind === "map"
  if (view.isBroken && isSide && !goesOn(step)) {
    return { by: "self", why: `${child}: what runs in \`${id}\` stops when something in it fails` }
  }
  const after = kind === "parallel" ? [] : steps.slice(0, at)
  if ((view.isBroken || goesOn(step)) && after.some((earlier) => !goesOn(earlier) && !isGate(earlier))) {
    return { by: "self", why: `${child}: a step before it may fail, and the target goes on` }
  }
  if (kind === "loop" && textIn(step["loop"], "while") !== undefined) {
    const why = `${child}: \`${id}\` has no iteration where its \`while\` is false at once`
    return { by: "self", why, given: (loop) => (loop === undefined ? [] : [`iterated ${loop}`]) }
  }
  return isShared || (kind !== "if" && kind !== "switch")
    ? undefined
    : {
      by: "self",
      why: `${child}: it is in ${named(branch)} of \`${id}\``,
      given: () => branchFacts(of, branch)
    }
}

const isGate = (step: unknown): boolean => stepShape(step)?.kind === "gate"

const fieldIn = (of: ChildSteps, list: StepList, at: number, isShared: boolean): Field => {
  const { shape: { kind, step }, view, within, stepType } = of
  const { branch, steps } = list
  const shape = stepShape(steps[at])
  if (shape === undefined) return { type: dyn }
  const place: Within = { steps, at, sees: kind === "parallel" ? "none" : "before", holder: { within, branch } }
  const unless = absence(of, list, at, isShared)
  const type = stepType(shape, place, {
    conditions: view.conditions,
    isBroken: view.isBroken || goesOn(step),
    leftBy: kind === "parallel" ? undefined : gateBefore(steps, at),
    isOneOfMany: kind === "map" || view.isOneOfMany === true,
    implies: () => branchImplies(of, branch)
  })
  return { type, ...(unless === undefined ? {} : { unless }) }
}

/** Two records that stand for each other, as one: a step that is in both branches of an `if`. */
const merged = (a: Type, b: Type): Type => {
  if (a.kind !== "record" || b.kind !== "record") return a.kind === b.kind ? a : dyn
  return {
    kind: "record",
    what: a.what,
    names: () => [...new Set([...a.names(), ...b.names()])],
    field: (name) => {
      const [one, other] = [a.field(name), b.field(name)]
      if (one !== undefined && other !== undefined) return mergedField(one, other)
      const field = one ?? other
      const why = `\`${name}\` is not there in every branch: ${a.what} differs between them`
      return field === undefined ? undefined : { ...field, unless: { by: "self", why } }
    },
    unknown: (name) => a.unknown?.(name),
    ...(a.step === undefined || b.step === undefined ? {} : { step: { implies: () => [] } })
  }
}

const mergedField = (one: Field, other: Field): Field => {
  const unless = one.unless ?? other.unless
  const type = merged(one.type, other.type)
  // What shows that the one is there shows nothing of the other.
  return unless === undefined ? { type } : { type, unless: { by: unless.by, why: unless.why } }
}

/** The record of the steps within a composite step: `output.steps`, or that of an item. */
export const childSteps = (of: ChildSteps): RecordType => {
  const { shape } = of
  const lists = stepLists(shape.step)
  const ids = lists.map(({ steps }) =>
    new Map(steps.map((each, at) => [stepShape(each)?.id, at] as const).toReversed())
  )
  const isWhole = lists.some(({ branch }) => branch === (shape.kind === "if" ? "else" : "default"))
  const known = new Map<string, Field | undefined>()
  const find = (name: string): Field | undefined => {
    const found = lists.flatMap((list, index) => {
      const at = ids[index]?.get(name)
      return at === undefined ? [] : [{ list, at }]
    })
    const isShared = isWhole && found.length === lists.length
    const fields = found.map(({ at, list }) => fieldIn(of, list, at, isShared))
    return fields.length < 2 ? fields[0] : fields.reduce(mergedField)
  }
  return {
    ...recordOf(`the steps of \`${shape.id}\``, []),
    field: (name) => {
      if (!known.has(name)) known.set(name, find(name))
      return known.get(name)
    },
    names: () => childNames(shape.step)
  }
}
