/**
 * Where a text of a manifest stands: what it belongs to, and the steps around it.
 *
 * Owns the shape, and how steps are recognized in a document that may not be a manifest. Must not know types. The
 * surprise: a spot holds the document's own lists, so that making one for each text costs next to nothing.
 */

export type Mapping = { readonly [key: string]: unknown }

export const isMapping = (value: unknown): value is Mapping =>
  typeof value === "object" && value !== null && !Array.isArray(value)

export const itemsOf = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : [])

/**
 * What is there to be seen beside the inputs and the environment.
 *
 * `plan`: made while planning, for a target; `source`: likewise, for the items of a `forEach`. `batch` and `target`:
 * the surroundings of steps. `step`: decided before and after attempts. `attempt`: filled in for each attempt.
 * `preflight`: a check, which belongs to no target.
 */
export type Sight = "plan" | "source" | "batch" | "preflight" | "target" | "step" | "attempt" | "outputs"

/** A place in a list of steps. */
export interface Within {
  readonly steps: ReadonlyArray<unknown>
  /** Index of the step that the text belongs to; past the last where it belongs to what holds the list. */
  readonly at: number
  /** Which steps of the list can be seen: those before, none that are beside, all of them, or all of the last time. */
  readonly sees: "before" | "none" | "all" | "last"
  /** The step that holds the list, where there is one, and what the list is there: `then`, `case:full`, `steps`. */
  readonly holder?: { readonly within: Within; readonly branch: string }
}

export interface Spot {
  readonly sight: Sight
  /** What an error calls a text that is part of a plan: "an id". */
  readonly what?: string
  /** The entry under `targets`. */
  readonly target?: { readonly entry: Mapping; readonly index: number }
  readonly within?: Within
  /** The step's own `when` was true. */
  readonly began?: true
}

const kinds = ["run", "command", "gate", "if", "switch", "map", "parallel", "loop"] as const

export interface StepList {
  /** As `StepTree.ts` of the plan calls it. */
  readonly branch: string
  readonly steps: ReadonlyArray<unknown>
  /** The keys that lead to it. */
  readonly path: ReadonlyArray<string>
}

/** A step as far as it can be recognized. */
export interface StepShape {
  readonly id: string
  /** Absent where it is none, or several. */
  readonly kind?: (typeof kinds)[number]
  readonly step: Mapping
}

/** What a member of a list of steps is; undefined where it has no id that could be referred to. */
export const stepShape = (step: unknown): StepShape | undefined => {
  if (!isMapping(step) || typeof step["id"] !== "string") return undefined
  const found = kinds.filter((kind) => Object.hasOwn(step, kind))
  const [kind] = found
  return { id: step["id"], step, ...(kind === undefined || found.length > 1 ? {} : { kind }) }
}

/** The lists of steps in a step, whatever it is. */
export const stepLists = (step: Mapping): ReadonlyArray<StepList> => {
  const lists: Array<StepList> = []
  const add = (branch: string, ...path: ReadonlyArray<string>) => (steps: unknown): void => {
    if (Array.isArray(steps)) lists.push({ branch, steps, path })
  }
  if (step["then"] !== undefined) add("then", "then")(step["then"])
  if (step["else"] !== undefined) add("else", "else")(step["else"])
  const cases = step["cases"]
  if (isMapping(cases)) { for (const [name, steps] of Object.entries(cases)) add(`case:${name}`, "cases", name)(steps) }
  if (step["default"] !== undefined) add("default", "default")(step["default"])
  if (step["steps"] !== undefined) add("steps", "steps")(step["steps"])
  return lists
}

/** The text under a key, if there is one. */
export const textIn = (holder: unknown, key: string): string | undefined => {
  const text = isMapping(holder) ? holder[key] : undefined
  return typeof text === "string" ? text : undefined
}

/** The step that a place belongs to. */
export const stepAt = ({ at, steps }: Within): StepShape | undefined => stepShape(steps[at])

/** The places of the steps that hold this one, the nearest first. */
export const holdersOf = ({ holder }: Within): ReadonlyArray<Within> =>
  holder === undefined ? [] : [holder.within, ...holdersOf(holder.within)]
