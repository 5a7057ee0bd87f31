/**
 * The steps of an imported file by their ids, and how a place in the manifest reaches each of them.
 *
 * Owns the way from the one flat set of names that other languages have to pawl's scopes. Must not
 * know expressions. The surprise: what can't be reached is not always a mistake over there, where a
 * step of another branch or of an earlier iteration is simply null or an older value.
 */
import { Either } from "effect"
import { celKey } from "./CelText.ts"

/** What kind of list a composite step holds: one of several, one that may not be begun, one that is, … */
export type Holding = "branch" | "while" | "until" | "parallel" | "map"

/** A step on the way from the top to another. */
export interface Link {
  /** Which list it stands in. */
  readonly list: string
  readonly at: number
  readonly id: string
  /** What it is to the steps within it. */
  readonly holding?: Holding
  /** It has a `when`. */
  readonly isOptional?: boolean
}

export interface Declared<About> {
  /** From the top down; the last is the step itself. */
  readonly chain: ReadonlyArray<Link>
  readonly about: About
}

/** A place: one entry for each list around it, the outermost first. */
export type Place = ReadonlyArray<{
  readonly list: string
  /** Of the step it is in; infinite for a condition that is looked at after the list. */
  readonly at: number
  /** Nothing of the list may have run yet, as where a `while` is looked at first. */
  readonly isBefore?: boolean
}>

export interface Reached {
  /** What leads to the step's record: `steps.a.output.steps.b`. */
  readonly cel: string
  /** There may be no such record. */
  readonly mayBeAbsent: boolean
}

const isParallel = (chain: ReadonlyArray<Link>, depth: number): boolean => chain[depth - 1]?.holding === "parallel"

/** How a place reaches a step, or in words why it can't. */
export const reach = <About>({ chain }: Declared<About>, place: Place): Either.Either<Reached, string> => {
  for (const [depth, link] of chain.entries()) {
    const here = place[depth]
    if (here === undefined) return Either.left("is within the step that asks for it")
    if (here.list !== link.list) return Either.left("stands in another branch")
    if (here.at === link.at) {
      if (depth === chain.length - 1) {
        return Either.left(place.length > chain.length ? "is around this" : "is this step")
      }
      continue
    }
    if (here.at < link.at) return Either.left("comes later")
    if (isParallel(chain, depth)) return Either.left("runs side by side with this")
    return descend(chain.slice(depth), here.isBefore === true)
  }
  return Either.left("is this step")
}

const descend = ([first, ...rest]: ReadonlyArray<Link>, isBefore: boolean): Either.Either<Reached, string> => {
  let cel = `steps.${first?.id ?? ""}`
  let mayBeAbsent = isBefore || first?.isOptional === true
  let above = first
  for (const link of rest) {
    if (above?.holding === "map") return Either.left("runs once for each item")
    cel += `.output.steps${celKey(link.id)}`
    mayBeAbsent ||= above?.holding === "branch" || above?.holding === "while" || link.isOptional === true
    above = link
  }
  return Either.right({ cel, mayBeAbsent })
}
