/**
 * The steps that can be seen from a place, and what is known to be so there.
 *
 * Owns looking them up, the nearest first, and the conditions under which a place is reached at all. Must not find
 * mistakes. The surprise: a step's record is made once for all that see it, since what its own conditions show
 * hangs together with those of the steps before it.
 */
import { Either } from "effect"
import type { Expression } from "../expression/Expression.ts"
import { knowing, type Known, nothingKnown, type Shown } from "../expression/Fact.ts"
import { saidEqual } from "../expression/Proof.ts"
import { parseCondition, parseTemplate } from "../expression/Template.ts"
import { dyn, type Field, type RecordType, type Type, type Wrong } from "../expression/Type.ts"
import { factsOfCondition, saidByCondition } from "../expression/TypeOfExpression.ts"
import type { TypeScope } from "../expression/TypeScope.ts"
import { gateBefore } from "./ChildSteps.ts"
import type { PlaceKeys } from "./PlaceKeys.ts"
import { holdersOf, type Spot, stepAt, stepShape, textIn, type Within } from "./Spot.ts"
import { stepType } from "./StepTypes.ts"
import type { Conditions, View } from "./StepView.ts"
import { unknownStep, visibleSteps } from "./UnknownStep.ts"

/** The one expression that a text is, if it is one and nothing else. */
export const loneExpression = (text: string): Expression | undefined =>
  Either.match(parseTemplate(text), {
    onLeft: () => undefined,
    onRight: ({ parts: [only, ...more] }) => more.length > 0 || typeof only === "string" ? undefined : only
  })

const conditionOf = (text: string): Expression | undefined =>
  Either.match(parseCondition(text), {
    onLeft: () => undefined,
    onRight: ({ parts: [only] }) => (typeof only === "string" ? undefined : only)
  })

/** Tells `item`, `index` and `iteration` here from those elsewhere. */
export const placeOf = (within: Within, keys: PlaceKeys): string => {
  const holder = holdersOf(within).find((each) => ["map", "loop"].includes(stepAt(each)?.kind ?? ""))
  return holder === undefined ? "" : `${keys.list(holder)} ${holder.at}`
}

/** Finding out what a name was meant to be takes a look at every step; more than this nobody is shown. */
const mostExplained = 200

export interface StepScope {
  /** `steps` at a place; without one, in a target that has no list of steps. */
  readonly steps: (within: Within | undefined) => RecordType
  readonly facts: (spot: Spot) => Known
}

/** `scopeAt` gives the scope of a place, in which its conditions are looked at. */
export const makeStepScope = (keys: PlaceKeys, scopeAt: (spot: Spot) => TypeScope): StepScope => {
  const scopeOf = (within: Within): TypeScope => scopeAt({ sight: "step", within })
  const about =
    <A>(facts: (expression: Expression, scope: TypeScope, truth: boolean) => ReadonlyArray<A>) =>
    (condition: string | undefined, within: Within, truth: boolean): ReadonlyArray<A> => {
      const expression = condition === undefined ? undefined : conditionOf(condition)
      return expression === undefined ? [] : facts(expression, scopeOf(within), truth)
    }
  const conditions: Conditions = {
    implied: about(factsOfCondition),
    said: about(saidByCondition),
    chosen: (choice, within, name) => {
      const expression = choice === undefined ? undefined : loneExpression(choice)
      return expression === undefined || expression.filters.length > 0
        ? []
        : [saidEqual(expression.source.replace(/\s+/g, " "), name, scopeOf(within)).fact]
    }
  }

  const places = new Map<string, ReadonlyMap<string, number>>()
  const placesIn = (within: Within): ReadonlyMap<string, number> => {
    const key = keys.list(within)
    const known = places.get(key)
      ?? new Map(within.steps.map((step, at) => [stepShape(step)?.id ?? "", at] as const).toReversed())
    places.set(key, known)
    return known
  }

  const records = new Map<string, Type>()
  const recordAt = (within: Within, view: Pick<View, "leftBy">): Type => {
    const key = `${keys.within(within)} ${view.leftBy ?? ""}`
    const shape = stepAt(within)
    const known = records.get(key)
      ?? (shape === undefined
        ? dyn
        : stepType(shape, within, { conditions, isBroken: false, implies: () => [], ...view }))
    records.set(key, known)
    return known
  }

  const inList = (list: Within, name: string): Field | undefined => {
    const at = placesIn(list).get(name)
    if (at === undefined || at >= list.at || list.sees === "none") return undefined
    const isAfter = list.sees === "all" || list.sees === "last"
    const leftBy = isAfter ? gateBefore(list.steps, at) : undefined
    const type = recordAt({ ...list, at, sees: "before" }, leftBy === undefined ? {} : { leftBy })
    const field = { type, id: `${keys.list(list)}/${name}` }
    if (list.sees !== "last") return field
    const why = `\`${name}\` has not run before the first iteration`
    return { ...field, unless: { by: "self", why, given: () => [`iterated ${placeOf(list, keys)}`] } }
  }

  const find = (within: Within, name: string): Field | undefined =>
    inList(within, name) ?? (within.holder === undefined ? undefined : find(within.holder.within, name))

  let explained = 0
  const unknown = (name: string, within: Within | undefined): Wrong =>
    explained++ < mostExplained ? unknownStep(name, within) : { message: `unknown step \`${name}\`` }

  const steps: StepScope["steps"] = (within) => ({
    kind: "record",
    what: "`steps`",
    field: (name) => (within === undefined ? undefined : find(within, name)),
    names: () => (within === undefined ? [] : visibleSteps(within)),
    unknown: (name) => unknown(name, within)
  })

  /** What is so wherever a list is reached. */
  const reached = ({ holder }: Within): ReadonlyArray<Shown> => {
    if (holder === undefined) return []
    const { branch, within } = holder
    const { kind, step } = stepAt(within) ?? {}
    return [
      ...reached(within),
      ...conditions.implied(textIn(step, "when"), within, true),
      ...(kind === "if" ? conditions.implied(textIn(step, "if"), within, branch === "then") : []),
      ...(kind === "switch" && branch.startsWith("case:")
        ? conditions.chosen(textIn(step, "switch"), within, branch.slice("case:".length)).map((fact) => ({ fact }))
        : [])
    ]
  }

  const facts: StepScope["facts"] = ({ began, within }) => {
    if (within === undefined) return nothingKnown
    const when = began === true ? textIn(stepAt(within)?.step, "when") : undefined
    return knowing(nothingKnown, () => [...reached(within), ...conditions.implied(when, within, true)])
  }

  return { steps, facts }
}
