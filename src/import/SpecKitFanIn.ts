/**
 * What a fan-in of a Spec Kit workflow gathers.
 *
 * Owns the reading of its expressions, in which `fan_in.results` are the outputs of the steps it waits
 * for. Must not find names. The surprise: a fan-in has no work of its own, so that it is no step of
 * the manifest; what it gathers is written where somebody asks for it.
 */
import { Either } from "effect"
import { isList, isObject } from "./Fields.ts"
import { cutText } from "./Holes.ts"
import { readJson } from "./SpecKitOutputs.ts"
import { readSpecKitExpression } from "./SpecKitExpression.ts"
import type { SpecKitStep } from "./SpecKitIndex.ts"
import type { Fault, PathLeaf, SourceTree } from "./Tree.ts"
import type { Tongue } from "./WriteText.ts"

/** The steps that a fan-in waits for. */
export const waitsFor = ({ fields }: Pick<SpecKitStep, "fields">): ReadonlyArray<string> => {
  const ids = fields.values["wait_for"]
  return isList(ids) ? ids.flatMap((id) => typeof id === "string" ? [id] : []) : []
}

/** One of the results of a fan-in: what a step it waits for puts out. */
export const resultOf = (
  gathered: ReadonlyArray<string>,
  leaf: PathLeaf,
  position: number,
  keys: PathLeaf["segments"]
): Either.Either<PathLeaf, Omit<Fault, "start" | "end">> => {
  const id = gathered[position]
  return id === undefined
    ? Either.left({ message: `it waits for ${gathered.length} steps: there is no \`results[${position}]\`` })
    : Either.right({ ...leaf, segments: ["steps", id, "output", ...keys] })
}

const read = (tree: SourceTree, gathered: ReadonlyArray<string>): SourceTree => {
  if (tree.kind !== "filter") return tree
  const operand = read(tree.operand, gathered)
  const changed = { ...tree, operand }
  if (operand.kind !== "leaf") return changed
  const { end, segments, start } = operand
  if (tree.name === "from_json" && segments.length === 4 && segments[2] === "output" && segments[3] === "stdout") {
    return { ...operand, segments: [...segments.slice(0, 3), readJson] }
  }
  const path = tree.argument?.kind === "literal" ? tree.argument.value : undefined
  if (tree.name !== "map" || segments.join(".") !== "fan_in.results" || typeof path !== "string") return changed
  const items = gathered.map((id): PathLeaf => ({
    kind: "leaf",
    segments: ["steps", id, "output", ...path.split(".")],
    start,
    end
  }))
  return { kind: "list", items, start, end }
}

/**
 * Reads expressions in which `gathered` are the steps that a fan-in waits for. What `from_json` makes of a
 * step's `stdout` has a name of its own.
 */
export const reader = (gathered: ReadonlyArray<string> = []): Tongue["read"] => (text, start, end) => {
  const { faults, tree } = readSpecKitExpression(text, start, end)
  return tree === undefined ? { faults } : { faults, tree: read(tree, gathered) }
}

/** What a fan-in puts out by one of its keys, as an expression. */
export const gatheredBy = (
  step: SpecKitStep,
  key: string,
  { end, start }: PathLeaf
): Either.Either<SourceTree, Omit<Fault, "start" | "end">> => {
  const output = step.fields.values["output"]
  const value = isObject(output) ? output[key] : undefined
  if (value === undefined) return Either.left({ message: `this fan-in puts out no \`${key}\`` })
  if (typeof value !== "string") {
    return typeof value === "object" || typeof value === "bigint"
      ? Either.left({ message: "a list or a mapping that a fan-in puts out can't be carried over" })
      : Either.right({ kind: "literal", value, start, end })
  }
  const { faults, holes, lone, text } = cutText(value)
  if (holes.length === 0 && faults.length === 0) return Either.right({ kind: "literal", value, start, end })
  const tree = lone === undefined
    ? undefined
    : reader(waitsFor(step))(text, lone.inner.start, lone.inner.end).tree
  return tree === undefined
    ? Either.left({
      message: `\`${key}\` of this fan-in can't be carried over`,
      hint: "it must be one `{{ … }}` that Spec Kit can read"
    })
    : Either.right(tree)
}
