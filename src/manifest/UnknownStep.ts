/**
 * What to say of a step that can't be seen where its name stands: it comes later, runs beside, is somewhere within.
 *
 * Owns these words. The surprise: it is asked only when there is a mistake, and may take its time to say which.
 */
import { didYouMean } from "../expression/Explain.ts"
import type { Wrong } from "../expression/Type.ts"
import { holdersOf, type Mapping, stepAt, stepLists, stepShape, type Within } from "./Spot.ts"

type List = ReadonlyArray<unknown>

const indexOf = (steps: List, id: string): number => steps.findIndex((step) => stepShape(step)?.id === id)

/** How many steps are looked through for one name. */
const most = 100_000

/** How a step within these is reached from `steps.`, if it is in one of them. */
const pathWithin = (steps: List, id: string): string | undefined => {
  let looked = 0
  const find = (step: Mapping): string | undefined => {
    for (const { steps: inner } of stepLists(step)) {
      for (const each of inner) {
        if (++looked > most) return undefined
        const shape = stepShape(each)
        if (shape === undefined) continue
        const deeper = shape.id === id ? shape.id : find(shape.step)
        if (deeper === undefined) continue
        const at = Object.hasOwn(step, "map") ? "items[0].steps" : "steps"
        return shape.id === id ? `${at}.${id}` : `${at}.${shape.id}.output.${deeper}`
      }
    }
    return undefined
  }
  for (const each of steps) {
    const shape = stepShape(each)
    const inner = shape === undefined ? undefined : find(shape.step)
    if (shape !== undefined && inner !== undefined) return `${shape.id}.output.${inner}`
  }
  return undefined
}

/** The lists around a place, its own first, each up to the step that the place is in. */
const around = (within: Within): ReadonlyArray<Within> => [within, ...holdersOf(within)]

/** The ids that can be seen from a place, the nearest first. */
export const visibleSteps = (within: Within): ReadonlyArray<string> => [
  ...new Set(
    around(within).flatMap(({ at, sees, steps }) =>
      (sees === "none" ? [] : steps.slice(0, at)).flatMap((step) => stepShape(step)?.id ?? []).toReversed()
    )
  )
]

const beside = (id: string, { holder }: Within): Wrong => {
  const group = holder === undefined ? undefined : stepAt(holder.within)?.id
  return {
    message: `step \`${id}\` runs beside this one, and neither sees the other`,
    hint: group === undefined ? undefined : `put one of them after \`${group}\``
  }
}

const later = (id: string, path: string, own: string | undefined): Wrong => ({
  message: `step \`${id}\` comes later`,
  hint: path === id
    ? `a step sees those before it: move \`${id}\` up${own === undefined ? "" : `, before \`${own}\``}`
    : `after it, it would be \`steps.${path}\``
})

const named = (branch: string): string => branch.startsWith("case:") ? `case \`${branch.slice(5)}\`` : `\`${branch}\``

/** What a name is to one of the lists around the place where it stands. */
const inList = (id: string, list: Within, isOwn: boolean): Wrong | undefined => {
  const { at, holder, sees, steps } = list
  const found = indexOf(steps, id)
  if (found === at) {
    return isOwn
      ? { message: `step \`${id}\` is this step itself, which has not ended yet` }
      : { message: `step \`${id}\` holds this step, and has not ended yet` }
  }
  if (found >= 0) return sees === "none" ? beside(id, list) : later(id, id, stepAt(list)?.id)
  if (holder === undefined) return undefined
  const shape = stepAt(holder.within)
  const other = shape === undefined
    ? undefined
    : stepLists(shape.step).find(({ branch, steps }) => branch !== holder.branch && indexOf(steps, id) >= 0)
  return other === undefined ? undefined : {
    message: `step \`${id}\` is in ${named(other.branch)} of \`${shape?.id}\`, and this is in ${named(holder.branch)}`,
    hint: "only one of them is done"
  }
}

/** What is wrong with `steps.id` at a place; without one, there are no steps to be seen. */
export const unknownStep = (id: string, within: Within | undefined): Wrong => {
  if (within === undefined) {
    return {
      message: `unknown step \`${id}\``,
      hint: "a target with one step has no earlier ones: write its work as `steps`"
    }
  }
  const lists = around(within)
  for (const [depth, list] of lists.entries()) {
    const wrong = inList(id, list, depth === 0)
    if (wrong !== undefined) return wrong
  }
  for (const { at, sees, steps } of lists) {
    const path = sees === "none" ? undefined : pathWithin(steps.slice(0, at), id)
    if (path !== undefined) {
      return {
        message: `step \`${id}\` is within \`${path.slice(0, path.indexOf("."))}\``,
        hint: `from outside it is \`steps.${path}\``
      }
    }
  }
  for (const list of lists) {
    const path = list.sees === "none" ? undefined : pathWithin(list.steps.slice(list.at + 1), id)
    if (path !== undefined) return later(id, path, stepAt(list)?.id)
  }
  const seen = visibleSteps(within)
  return {
    message: `unknown step \`${id}\``,
    hint: didYouMean(id, seen) ?? (seen.length === 0
      ? "no step has ended before this one"
      : `the steps before this one are ${seen.slice(0, 8).map((each) => `\`${each}\``).join(", ")}${
        seen.length > 8 ? ", …" : ""
      }`)
  }
}
