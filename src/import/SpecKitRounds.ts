/**
 * The steps of a Spec Kit workflow that do something again: `while`, `do-while`, `fan-out`.
 *
 * Owns what each becomes. The surprise: a loop that has come to its cap goes on over there and
 * fails here, so that the cap becomes part of its condition.
 */
import { mostIterations } from "../expression/Limits.ts"
import type { Value, ValueObject } from "../expression/Value.ts"
import { pathText } from "../manifest/Finding.ts"
import { escapeBraces } from "./CelText.ts"
import { note } from "./Draft.ts"
import { complain, countAt, type Fields, isList, isObject, onlyKeys } from "./Fields.ts"
import { conditionOf } from "./SpecKitBranches.ts"
import { tongueAt } from "./SpecKitNames.ts"
import { accept, type At, orNothing, type SpecKitWriter, stepsAt } from "./SpecKitWriter.ts"
import type { Kind } from "./Term.ts"
import { writeList, writeLoop } from "./WriteText.ts"

const common = ["id", "type", "continue_on_error"]

export const loopStep = (writer: SpecKitWriter, at: At, kind: "while" | "until"): ValueObject => {
  const { fields, out } = at
  onlyKeys(fields, [...common, "condition", "max_iterations", "steps"], "a loop")
  const most = countAt(fields, "max_iterations", 1, mostIterations) ?? 10
  const isBefore = kind === "while" ? { isBefore: true } : {}
  const inside = [...at.place, { list: pathText([...fields.at, "steps"]), at: Infinity, ...isBefore }]
  const condition = writeLoop(tongueAt(writer.names, { ...at, place: inside }), conditionOf(at), most, kind)
  const steps = stepsAt(writer, at, "steps", [...out, "steps"])
  if (steps.length === 0) {
    complain(fields, fields.at, "a loop without steps can't be carried over", { hint: "take it out" })
  }
  note(
    writer.draft,
    out,
    `After ${most} iterations Spec Kit goes on, and so does this: a loop that comes to its cap would fail here.`
  )
  const asked = accept(writer, at, "condition", condition)
  return {
    loop: kind === "while" ? { while: asked, maxIterations: most } : { until: asked, maxIterations: most },
    steps
  }
}

const kindOfItems = (items: ReadonlyArray<Value>): Kind =>
  items.every((item) => typeof item === "string")
    ? "text"
    : items.every((item) => typeof item === "number" && Number.isInteger(item))
    ? "int"
    : "any"

/** A list that is given holds no expressions over there. */
const fixed = (value: Value): Value => {
  if (typeof value === "string") return escapeBraces(value)
  if (isList(value)) return value.map(fixed)
  return isObject(value) ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fixed(each)])) : value
}

const concurrency = ({ fields }: At): number => {
  const { max_concurrency: most = 1 } = fields.values
  const count = typeof most === "string" && /^\s*\d+\s*$/.test(most) ? Number(most) : most
  if (typeof count === "number" && Number.isFinite(count)) return Math.max(1, Math.floor(count))
  complain(fields, [...fields.at, "max_concurrency"], "`max_concurrency` must be a whole number", {
    hint: "Spec Kit takes anything else for 1"
  })
  return 1
}

const itemsOf = (writer: SpecKitWriter, at: At): { readonly over: Value; readonly item: Kind } => {
  const { items } = at.fields.values
  if (isList(items)) return { over: items.map(fixed), item: kindOfItems(items) }
  if (typeof items === "string") {
    return { over: accept(writer, at, "items", writeList(tongueAt(writer.names, at), items)), item: "any" }
  }
  complain(at.fields, at.fields.at, "a fan-out needs `items`: a list, or an expression that gives one")
  return { over: [], item: "any" }
}

export const fanOutStep = (writer: SpecKitWriter, at: At): ValueObject => {
  const { fields, out, place } = at
  onlyKeys(fields, [...common, "items", "max_concurrency", "step"], "a fan-out")
  const { item, over } = itemsOf(writer, at)
  const maxParallel = concurrency(at)
  if (maxParallel > 1) {
    note(writer.draft, out, "When an item fails, those under way are interrupted; Spec Kit lets them end.")
  }
  const map = { over, ...(maxParallel > 1 ? { maxParallel } : {}) }
  const { step } = fields.values
  if (!isObject(step) || Object.keys(step).length === 0) {
    complain(fields, fields.at, "a fan-out needs `step`, a mapping")
    return { map, steps: orNothing([]) }
  }
  const inner: Fields = { draft: writer.draft, at: [...fields.at, "step"], values: step }
  const inside = [...place, { list: pathText(inner.at), at: 0 }]
  const made = writer.writeStep(writer, { fields: inner, place: inside, item, out: [...out, "steps", 0] })
  return { map, steps: orNothing(made === undefined ? [] : [made]) }
}
