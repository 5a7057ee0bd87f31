/**
 * The scope of every place in a manifest: what an expression can see there.
 *
 * Owns which names mean something where, and the words for those that don't. Must not find mistakes. The
 * surprise: one scope serves all the places that see the same, so that ten thousand targets with the same steps
 * have one for each step between them.
 */
import { whereRootsAre } from "../expression/Explain.ts"
import { isRoot, type Names, type Root } from "../expression/Names.ts"
import { dyn, int, type Type } from "../expression/Type.ts"
import { typeOfExpression } from "../expression/TypeOfExpression.ts"
import type { Absent, TypeScope } from "../expression/TypeScope.ts"
import { forEachItemType, type Lone, mapItemType } from "./ItemTypes.ts"
import { makePlaceKeys } from "./PlaceKeys.ts"
import { contextType, envType, inputsType, targetsType } from "./RootTypes.ts"
import { holdersOf, isMapping, itemsOf, type Spot, stepAt, textIn } from "./Spot.ts"
import { loneExpression, makeStepScope, placeOf } from "./StepScope.ts"

export interface TypeScopes {
  /** For an expression with these names it may be that of another place in which they mean the same. */
  readonly at: (spot: Spot, names?: Names) => TypeScope
  /** The same for two places in which an expression with these names means the same. */
  readonly key: (spot: Spot, names: Names) => string
}

const absent = (name: Root, { sight, what }: Spot): Absent => {
  if ((sight === "plan" || sight === "source") && name !== "item" && name !== "index") {
    return {
      absent: {
        message: `\`${name}\` is not known yet where ${what ?? "a plan"} is made`,
        hint: sight === "source"
          ? "only `inputs` can be used here"
          : "`inputs` can be used here, and with `forEach` `item` and `index`"
      }
    }
  }
  return { absent: { message: `\`${name}\` is not known here`, hint: whereRootsAre[name] } }
}

/** What stands around all targets and is read for each: `item` has to be there in all of them. */
const inAll = (name: "item" | "index", document: unknown): Type | Absent => {
  if (isMapping(document) && itemsOf(document["preflight"]).length > 0) {
    return {
      absent: {
        message: `\`${name}\` is not known here`,
        hint: "this is read for the preflight too, which has no items: put it on the targets"
      }
    }
  }
  const entries = isMapping(document) ? itemsOf(document["targets"]).filter(isMapping) : []
  const without = entries.find((entry) => !("forEach" in entry))
  if (without === undefined) return dyn
  const id = textIn(without, "id")
  return {
    absent: {
      message: `\`${name}\` is not known here`,
      hint: `this is read for every target, and ${id === undefined ? "one of them" : `\`${id}\``} has no \`forEach\``
    }
  }
}

const seesSteps = ({ sight }: Spot): boolean => sight === "step" || sight === "attempt"

/** The scopes of one document, which may not be a manifest. */
export const makeTypeScopes = (document: unknown): TypeScopes => {
  const keys = makePlaceKeys()
  const scopes = new Map<string, TypeScope>()
  const inputs = new Map<string | undefined, Type>()
  const inputsFor = (what: string | undefined): Type => {
    const made = inputs.get(what) ?? inputsType(document, what)
    inputs.set(what, made)
    return made
  }

  const lone = (spot: Spot): Lone => (text) => {
    const expression = loneExpression(text)
    return expression === undefined ? undefined : typeOfExpression(expression, at(spot)).type
  }

  const item = (spot: Spot, name: "item" | "index"): Type | Absent => {
    const { sight, target, within } = spot
    if (sight === "batch") return inAll(name, document)
    const map = within === undefined ? undefined : holdersOf(within).find((holder) => stepAt(holder)?.kind === "map")
    const around = target === undefined ? {} : { target }
    if (map !== undefined) {
      const step = stepAt(map)?.step ?? {}
      return name === "index" ? int : mapItemType(step, lone({ sight: "step", within: map, ...around }))
    }
    const source = target?.entry["forEach"]
    if (sight === "source" || source === undefined) return absent(name, spot)
    return name === "index" ? int : forEachItemType(source, lone({ sight: "source", ...around }))
  }

  const rootOf = (spot: Spot, name: Root): Type | Absent => {
    const { sight, what, within } = spot
    const isPlanned = sight === "plan" || sight === "source"
    switch (name) {
      case "inputs":
        return inputsFor(isPlanned ? what ?? "a plan" : undefined)
      case "env":
        return isPlanned ? absent(name, spot) : envType
      case "steps":
        return seesSteps(spot) ? stepScope.steps(within) : absent(name, spot)
      case "targets":
        return sight === "outputs" ? targetsType(document) : absent(name, spot)
      case "item":
      case "index":
        return item(spot, name)
      case "iteration":
        return within !== undefined && holdersOf(within).some((holder) => stepAt(holder)?.kind === "loop")
          ? int
          : absent(name, spot)
      case "context":
        return isPlanned || sight === "outputs"
          ? absent(name, spot)
          : contextType(sight === "attempt" || sight === "preflight")
    }
  }

  const make = (spot: Spot): TypeScope => {
    const roots = new Map<Root, Type | Absent>()
    return {
      root: (name) => {
        const made = roots.get(name) ?? rootOf(spot, name)
        roots.set(name, made)
        return made
      },
      facts: stepScope.facts(spot),
      place: spot.within === undefined ? "" : placeOf(spot.within, keys)
    }
  }

  const keyOf = (spot: Spot, names: Names): string =>
    [...names.roots].every((name) => isRoot(name) && everywhere.has(name))
      ? `${spot.sight} ${spot.what ?? ""}`
      : keys.spot(spot)

  const at = (spot: Spot, names?: Names): TypeScope => {
    const key = names === undefined ? keys.spot(spot) : keyOf(spot, names)
    const made = scopes.get(key) ?? make(spot)
    scopes.set(key, made)
    return made
  }

  const stepScope = makeStepScope(keys, at)

  return { at, key: keyOf }
}

/** Means the same wherever it means anything, for one sight. */
const everywhere: ReadonlySet<Root> = new Set(["inputs", "env", "context", "targets"])
