/**
 * The steps of a Spec Kit workflow as steps of a target.
 *
 * Owns the lists, and which type becomes what. Must not know expressions.
 */
import { deepest } from "../expression/Limits.ts"
import { nearest } from "../expression/Nearest.ts"
import type { Value, ValueObject } from "../expression/Value.ts"
import { type Path, pathText } from "../manifest/Finding.ts"
import { note } from "./Draft.ts"
import { complain, type Fields, fieldsAt, flagAt, isList, isObject, onlyKeys } from "./Fields.ts"
import { ifStep, switchStep } from "./SpecKitBranches.ts"
import { waitsFor } from "./SpecKitFanIn.ts"
import { gateStep } from "./SpecKitGate.ts"
import { idOf, typeOf } from "./SpecKitIndex.ts"
import type { Spot } from "./SpecKitNames.ts"
import { fanOutStep, loopStep } from "./SpecKitRounds.ts"
import { commandStep, initStep, promptStep, shellStep } from "./SpecKitWork.ts"
import type { At, SpecKitWriter, Steps } from "./SpecKitWriter.ts"

const types = ["shell", "command", "prompt", "init", "gate", "if", "switch", "while", "do-while", "fan-out", "fan-in"]

const holdsSteps = new Set(["if", "switch", "while", "do-while", "fan-out"])

const work = (writer: SpecKitWriter, at: At, type: string): ValueObject | undefined => {
  switch (type) {
    case "shell":
      return shellStep(writer, at)
    case "command":
      return commandStep(writer, at)
    case "prompt":
      return promptStep(writer, at)
    case "init":
      return initStep(writer, at)
    case "gate":
      return gateStep(writer, at)
    case "if":
      return ifStep(writer, at)
    case "switch":
      return switchStep(writer, at)
    case "while":
      return loopStep(writer, at, "while")
    case "do-while":
      return loopStep(writer, at, "until")
    case "fan-out":
      return fanOutStep(writer, at)
    default: {
      const near = nearest(type, types)
      complain(at.fields, [...at.fields.at, "type"], `a step of type \`${type}\` can't be carried over`, {
        hint: near === undefined ? `the types that can are ${types.join(", ")}` : `did you mean \`${near}\`?`
      })
      return undefined
    }
  }
}

/** One step; nothing where its type can't be carried over. */
export const writeStep = (writer: SpecKitWriter, at: At): ValueObject | undefined => {
  const { fields, out } = at
  const type = typeOf(fields.values)
  const made = work(writer, at, type)
  if (made === undefined) return undefined
  const continues = flagAt(fields, "continue_on_error") === true
  if (continues && holdsSteps.has(type)) {
    note(
      writer.draft,
      out,
      "`continue_on_error` left out: in Spec Kit it is about this step itself, and a step within it ends the run all the same."
    )
  }
  return { id: idOf(fields), ...made, ...(continues && !holdsSteps.has(type) ? { continueOnError: true } : {}) }
}

/** A fan-in becomes a comment: all it does is to name what others put out. */
const gathering = (writer: SpecKitWriter, { fields, out, place }: At): void => {
  onlyKeys(fields, ["id", "type", "continue_on_error", "wait_for", "output"], "a fan-in")
  const ids = waitsFor({ fields })
  if (ids.length === 0) complain(fields, fields.at, "a fan-in needs `wait_for`, a list of step ids")
  for (const id of ids) {
    const known = writer.names.index.get(id)
    const isEarlier = known !== undefined && (known.chain[0]?.at ?? 0) <= (place[0]?.at ?? 0) && id !== idOf(fields)
    if (!isEarlier) complain(fields, [...fields.at, "wait_for"], `\`${id}\` is no step that comes before this fan-in`)
  }
  const keys = Object.keys(fieldsAt(fields, "output")?.values ?? {})
  const gathered = keys.length === 0 ? "" : `; what it gathers as ${keys.join(", ")} is written where it is asked for`
  const through = `${ids.join(", ")} ${ids.length === 1 ? "is" : "are"} through here anyway`
  note(writer.draft, out, `The fan-in \`${idOf(fields)}\` is no step of its own: ${through}${gathered}.`)
}

/** A list of steps. */
export const writeSteps = (writer: SpecKitWriter, at: Spot, list: Value, from: Path, out: Path): Steps => {
  if (!isList(list)) {
    complain(writer, from, "this must be a list of steps")
    return []
  }
  if (at.place.length >= deepest && list.length > 0) {
    complain(writer, from, `these steps stand more than ${deepest} deep in each other`)
    return []
  }
  const steps: Array<ValueObject> = []
  for (const [index, values] of list.entries()) {
    const path = [...from, index]
    if (!isObject(values)) {
      complain(writer, path, "a step must be a mapping")
      continue
    }
    const fields: Fields = { draft: writer.draft, at: path, values }
    const place = [...at.place, { list: pathText(from), at: index }]
    const here: At = { fields, place, out: [...out, steps.length], ...(at.item === undefined ? {} : { item: at.item }) }
    if (typeOf(values) === "fan-in") gathering(writer, here)
    else {
      const made = writer.writeStep(writer, here)
      if (made !== undefined) steps.push(made)
    }
  }
  return steps
}
