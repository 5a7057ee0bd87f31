/**
 * What a name of a Task Pack's expression leads to, from a place in it.
 *
 * Owns that table: inputs, secrets, outputs of steps, items. The surprise: a module's outputs are
 * `output.values` here, which a program sets by writing to the file named in `$PAWL_OUTPUT`.
 */
import { Either } from "effect"
import { nearest } from "../expression/Nearest.ts"
import { celKey } from "./CelText.ts"
import type { KnownInput } from "./SpecKitNames.ts"
import { type Place, reach } from "./StepIndex.ts"
import type { TaskPackIndex } from "./TaskPackIndex.ts"
import { readTaskPackExpression } from "./TaskPackExpression.ts"
import type { Kind, Ref, Term } from "./Term.ts"
import type { Fault, PathLeaf } from "./Tree.ts"
import { taskRunner } from "./Voice.ts"
import type { Tongue } from "./WriteText.ts"

export interface TaskPackNames {
  readonly index: TaskPackIndex
  readonly inputs: ReadonlyMap<string, KnownInput>
  /** The inputs that secrets have become, by the secrets' names. */
  readonly secrets: ReadonlyMap<string, string>
}

/** Where an expression stands. */
export interface PackSpot {
  readonly place: Place
  /** Within a map or a loop: what its items are, and how item and index are called there. */
  readonly items?: { readonly kind: Kind; readonly item: string; readonly index: string }
}

type Found = Either.Either<Term, Omit<Fault, "start" | "end">>

const missing = (message: string, hint?: string): Found =>
  Either.left(hint === undefined ? { message } : { message, hint })

const unknown = (what: string, name: string | number, known: Iterable<string>, otherwise: string): Found => {
  const near = nearest(String(name), known)
  return missing(`there is no ${what} \`${name}\``, near === undefined ? otherwise : `did you mean \`${near}\`?`)
}

/** Everything that can be named, from one place. */
export const packTongue = (names: TaskPackNames, spot: PackSpot): Tongue => {
  const ref = (leaf: PathLeaf, cel: string, is: Kind, more: Partial<Ref> = {}): Found =>
    Either.right({ kind: "leaf", start: leaf.start, end: leaf.end, cel, is, ...more })

  const input = (leaf: PathLeaf): Found => {
    const [, name = "", ...rest] = leaf.segments
    const known = names.inputs.get(String(name))
    if (known === undefined) return unknown("input", name, names.inputs.keys(), "declare it under `spec.inputs`")
    const isWhole = rest.length === 0
    if (!isWhole && known.kind !== "any" && known.kind !== "list") {
      return missing(`the input \`${name}\` is no mapping: there is nothing within it`)
    }
    const cel = `inputs${celKey(known.name)}${rest.map(celKey).join("")}`
    return ref(leaf, cel, isWhole ? known.kind : "any", known.mayBeAbsent ? { mayBeAbsent: true } : {})
  }

  const step = (leaf: PathLeaf): Found => {
    const [, id = "", key, ...rest] = leaf.segments
    const declared = names.index.get(String(id))
    if (declared === undefined) return unknown("step", id, names.index.keys(), "steps are named by their ids")
    const reached = reach(declared, spot.place)
    if (Either.isLeft(reached)) {
      return missing(`step \`${id}\` ${reached.left}, so that it can't be asked for here`)
    }
    if (key !== "outputs" || rest.length === 0 || declared.about.kind !== "run") {
      return missing(
        `\`${leaf.segments.join(".")}\` can't be carried over`,
        "of a `run` step, `outputs` can be asked for: `steps.plan.outputs.planId`"
      )
    }
    const { cel, mayBeAbsent } = reached.right
    return ref(leaf, `${cel}.output.values${rest.map(celKey).join("")}`, "any", mayBeAbsent ? { mayBeAbsent } : {})
  }

  const find = (leaf: PathLeaf): Found => {
    const [root = "", first, ...rest] = leaf.segments
    const deeper = leaf.segments.slice(1).map(celKey).join("")
    if (root === spot.items?.item) return ref(leaf, `item${deeper}`, deeper === "" ? spot.items.kind : "any")
    if (root === spot.items?.index && deeper === "") return ref(leaf, "index", "int")
    switch (root) {
      case "inputs":
        return first === undefined
          ? missing("`inputs` as a whole can't be carried over", "ask for one of them")
          : input(leaf)
      case "secrets": {
        const known = names.secrets.get(String(first))
        if (known === undefined) {
          return unknown("secret", first ?? "", names.secrets.keys(), "declare it under `spec.secrets`")
        }
        return rest.length === 0 ? ref(leaf, `inputs${celKey(known)}`, "text") : missing("a secret is a text")
      }
      case "steps":
        return step(leaf)
      default:
        return unknown(
          "name",
          root,
          ["inputs", "secrets", "steps", ...(spot.items === undefined ? [] : [spot.items.item, spot.items.index])],
          "what can be asked for is `inputs`, `secrets`, `steps.<id>.outputs` and, within a map or a loop, `item`"
        )
    }
  }

  return { voice: taskRunner, read: readTaskPackExpression, find }
}
