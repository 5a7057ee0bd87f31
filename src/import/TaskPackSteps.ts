/**
 * The steps of a Task Pack as steps of a target.
 *
 * Owns the lists, and what all kinds have alike.
 */
import { deepest } from "../expression/Limits.ts"
import { nearest } from "../expression/Nearest.ts"
import type { Value, ValueObject } from "../expression/Value.ts"
import { type Path, pathText } from "../manifest/Finding.ts"
import { complain, type Fields, fieldsAt, flagAt, isList, isObject, onlyKeys, textAt } from "./Fields.ts"
import { conditionalStep, parallelStep } from "./TaskPackBranches.ts"
import { kindOfStep, plainStep, stepKinds } from "./TaskPackIndex.ts"
import { loopStep, mapStep } from "./TaskPackItems.ts"
import { type PackSpot, packTongue } from "./TaskPackNames.ts"
import { gateStep, runStep } from "./TaskPackWork.ts"
import { type PackAt, type PackWriter, setting, type Steps, take } from "./TaskPackWriter.ts"
import { writeCondition } from "./WriteText.ts"

const continuesOf = (at: PackAt, block?: Fields): boolean =>
  setting(at, block, (fields) => flagAt(fields, "continueOnError")) === true

const writers = {
  run: runStep,
  gate: gateStep,
  parallel: parallelStep,
  map: mapStep,
  loop: loopStep,
  conditional: conditionalStep
}

const writeOne = (writer: PackWriter, at: PackAt): ValueObject | undefined => {
  const { fields } = at
  const kind = kindOfStep(fields.values)
  onlyKeys(fields, ["id", "name", "when", "maxParallel", "continueOnError", ...stepKinds], "a step")
  if (kind === undefined) {
    const near = Object.keys(fields.values).map((key) => nearest(key, stepKinds)).find((each) => each !== undefined)
    complain(
      fields,
      fields.at,
      `a step needs one of ${stepKinds.join(", ")}`,
      near === undefined ? {} : { hint: `did you mean \`${near}\`?` }
    )
    return undefined
  }
  const name = textAt(fields, "name")
  const { when } = fields.values
  if (when !== undefined && typeof when !== "string" && typeof when !== "boolean") {
    complain(fields, [...fields.at, "when"], "`when` must be an expression, or true or false")
  }
  const condition = typeof when === "string" || typeof when === "boolean"
    ? take(writer, at, [...fields.at, "when"], writeCondition(packTongue(writer.names, at), when))
    : undefined
  const made = writers[kind](writer, at)
  if (kind !== "map" && kind !== "parallel" && "maxParallel" in fields.values) {
    complain(fields, [...fields.at, "maxParallel"], "`maxParallel` belongs to a map or a parallel", { at: "key" })
  }
  const block = isObject(fields.values[kind]) ? fieldsAt(fields, kind) : undefined
  return {
    id: String(fields.values["id"]),
    ...(name === undefined ? {} : { name }),
    ...(condition === undefined ? {} : { when: condition }),
    ...made,
    ...(continuesOf(at, kind === "run" || kind === "gate" ? undefined : block) ? { continueOnError: true } : {})
  }
}

/** A list of steps; `isAlone` where there is one step in place of a list. */
export const writePackSteps = (
  writer: PackWriter,
  around: PackSpot,
  list: Value | undefined,
  from: Path,
  out: Path,
  isAlone = false
): Steps => {
  if (!isList(list)) {
    complain(writer, from, "this must be a list of steps")
    return []
  }
  if (around.place.length >= deepest && list.length > 0) {
    complain(writer, from, `these steps stand more than ${deepest} deep in each other`)
    return []
  }
  const steps: Array<ValueObject> = []
  for (const [index, step] of list.entries()) {
    const path = isAlone ? from : [...from, index]
    if (!isObject(step)) {
      complain(writer, path, "a step must be a mapping")
      continue
    }
    const fields: Fields = { draft: writer.draft, at: path, values: plainStep(step) }
    const place = [...around.place, { list: pathText(from), at: index }]
    const items = around.items === undefined ? {} : { items: around.items }
    const made = writeOne(writer, { fields, place, ...items, out: [...out, steps.length] })
    if (made !== undefined) steps.push(made)
  }
  return steps
}
