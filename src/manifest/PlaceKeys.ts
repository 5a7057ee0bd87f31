/**
 * Which places in a manifest see the same.
 *
 * Owns what that depends on: a key for each place, equal where expressions mean the same. The surprise: it is the
 * content of the lists of steps that counts and not where they stand, and of that only what a later step can see.
 */
import { canonicalJson } from "../expression/Value.ts"
import { isMapping, type Spot, stepLists, type Within } from "./Spot.ts"

export interface PlaceKeys {
  /** Of a list of steps where it stands, whichever step of it looks. */
  readonly list: (within: Within) => string
  readonly within: (within: Within) => string
  readonly spot: (spot: Spot) => string
}

/** Of the item of a target: literal items are as many as there are entries. */
const itemKey = ({ target }: Spot): string => {
  if (target === undefined || !("forEach" in target.entry)) return "none"
  const source = target.entry["forEach"]
  if (!isMapping(source) || "jsonl" in source) return "any"
  return "items" in source || "matrix" in source ? String(target.index) : "text"
}

/** Keys for one document. */
export const makePlaceKeys = (): PlaceKeys => {
  const numbers = new Map<string, number>()
  const numberOf = (text: string): number => {
    const known = numbers.get(text) ?? numbers.size
    numbers.set(text, known)
    return known
  }
  const known = new Map<ReadonlyArray<unknown>, number>()

  const stepText = (step: unknown): string => {
    if (!isMapping(step)) return ""
    const { continueOnError, gate, id, loop, map, outputs, switch: choice, when } = step
    const own = [id, when, continueOnError, outputs, gate, step["if"], choice, loop, map]
    const kinds = ["run", "command", "parallel"].filter((kind) => Object.hasOwn(step, kind))
    const lists = stepLists(step).map(({ branch, steps }) => [branch, listNumber(steps)])
    return canonicalJson([own.map((each) => each ?? null), kinds, lists])
  }

  const listNumber = (steps: ReadonlyArray<unknown>): number => {
    const before = known.get(steps)
    if (before !== undefined) return before
    const number = numberOf(steps.map(stepText).join("\n"))
    known.set(steps, number)
    return number
  }

  const list = ({ holder, steps }: Within): string =>
    holder === undefined
      ? `${listNumber(steps)}`
      : `${listNumber(steps)} ${numberOf(`${within(holder.within)} ${holder.branch}`)}`

  const within = (place: Within): string => `${list(place)} ${place.at} ${place.sees}`

  return {
    list,
    within,
    spot: (spot) =>
      `${spot.sight} ${spot.what ?? ""} ${spot.began ?? ""} ${itemKey(spot)} ${
        spot.within === undefined ? "" : within(spot.within)
      }`
  }
}
