/**
 * The steps of a Task Pack that do something for each item of a list: `map` and `loop`.
 *
 * Owns what each becomes. The surprise: a loop of a pack goes over items, one after the other, which
 * here is a map; a `loop` of pawl goes on until something holds.
 */
import { mostItems } from "../expression/Limits.ts"
import type { Value, ValueObject } from "../expression/Value.ts"
import type { Path } from "../manifest/Finding.ts"
import { escapeBraces } from "./CelText.ts"
import { note } from "./Draft.ts"
import { complain, countAt, fieldsAt, isList, isObject, onlyKeys, textAt } from "./Fields.ts"
import { stepsKey } from "./TaskPackIndex.ts"
import { packTongue } from "./TaskPackNames.ts"
import { orNothing, type PackAt, type PackWriter, parallelOf, take } from "./TaskPackWriter.ts"
import type { Kind } from "./Term.ts"
import { writeList } from "./WriteText.ts"

const kindOfItems = (items: ReadonlyArray<Value>): Kind =>
  items.every((item) => typeof item === "string") ? "text" : items.every(Number.isInteger) ? "int" : "any"

const listOver = (writer: PackWriter, at: PackAt, path: Path, items: Value | undefined) => {
  if (isList(items)) {
    if (items.some((item) => typeof item === "string" && item.includes("{{"))) {
      complain(at.fields, path, "expressions within a list can't be carried over", {
        hint: "give the whole list by one expression"
      })
    }
    const over = items.map((item) => typeof item === "string" ? escapeBraces(item) : item)
    return { over, kind: kindOfItems(items), count: items.length }
  }
  if (typeof items === "string") {
    return { over: take(writer, at, path, writeList(packTongue(writer.names, at), items)), kind: "any" as const }
  }
  complain(at.fields, path, "`items` must be a list, or an expression that gives one")
  return { over: [], kind: "any" as const }
}

export const mapStep = (writer: PackWriter, at: PackAt): ValueObject => {
  const block = fieldsAt(at.fields, "map")
  if (block === undefined) return { map: { over: [] }, steps: orNothing([]) }
  onlyKeys(block, ["items", "step", "steps", "maxParallel", "continueOnError"], "`map`")
  const { kind, over } = listOver(writer, at, [...block.at, "items"], block.values["items"])
  const maxParallel = parallelOf(at, block)
  if (maxParallel === undefined) {
    note(
      writer.draft,
      at.out,
      "One item after the other, since no `maxParallel` is given; add it where they may go side by side."
    )
  }
  const items = { kind, item: "item", index: "index" }
  const { step } = block.values
  const list = isObject(step) ? [step] : block.values["steps"]
  const from = isObject(step) ? [...block.at, "step"] : [...block.at, "steps"]
  const steps = writer.writeSteps(writer, { place: at.place, items }, list, from, [...at.out, "steps"], isObject(step))
  return { map: { over, ...(maxParallel === undefined ? {} : { maxParallel }) }, steps: orNothing(steps) }
}

const loopKeys = [
  "items",
  "staticItems",
  "static",
  "range",
  "iterator",
  "index",
  "maxIterations",
  "steps",
  "body",
  "continueOnError",
  "aggregation",
  "outputPath"
]

export const loopStep = (writer: PackWriter, at: PackAt): ValueObject => {
  const block = fieldsAt(at.fields, "loop")
  if (block === undefined) return { map: { over: [] }, steps: orNothing([]) }
  onlyKeys(block, loopKeys, "`loop`")
  for (const key of ["aggregation", "outputPath"]) {
    if (key in block.values) {
      complain(block, [...block.at, key], `\`${key}\` can't be carried over`, {
        at: "key",
        hint: "take it out: what the items put out is in `steps.<id>.output.items`"
      })
    }
  }
  if ("range" in block.values) {
    complain(
      block,
      [...block.at, "range"],
      "`range` can't be carried over: whether its end is one of the items is not said",
      {
        at: "key",
        hint: "write the numbers out: `staticItems: [0, 1, 2]`"
      }
    )
  }
  const { items: given } = block.values
  const nested = isObject(given) ? given["expression"] ?? given["static"] : given
  const items = nested ?? block.values["staticItems"] ?? block.values["static"]
  const source = "range" in block.values && items === undefined
    ? { over: [], kind: "any" as const }
    : listOver(writer, at, [...block.at, "items" in block.values ? "items" : "staticItems"], items)
  const limit = countAt(block, "maxIterations", 1, mostItems)
  if (limit !== undefined) {
    const { count } = { count: undefined, ...source }
    if (count !== undefined && count > limit) {
      complain(block, [...block.at, "maxIterations"], `${count} items are more than \`maxIterations\` allows`)
    } else if (count === undefined) {
      note(
        writer.draft,
        at.out,
        `\`maxIterations: ${limit}\` is left out: a map goes over all of its items, ${mostItems} at most.`
      )
    }
  }
  const names = {
    kind: source.kind,
    item: textAt(block, "iterator") ?? "item",
    index: textAt(block, "index") ?? "index"
  }
  const key = stepsKey(block.values)
  const steps = writer.writeSteps(writer, { place: at.place, items: names }, block.values[key], [...block.at, key], [
    ...at.out,
    "steps"
  ])
  note(writer.draft, at.out, "A loop over items: one after the other.")
  return { map: { over: source.over }, steps: orNothing(steps) }
}
