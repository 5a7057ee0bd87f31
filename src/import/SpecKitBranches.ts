/**
 * The steps of a Spec Kit workflow that choose: `if` and `switch`.
 *
 * Owns what each becomes.
 */
import type { ValueObject } from "../expression/Value.ts"
import { complain, fieldsAt, onlyKeys } from "./Fields.ts"
import { tongueAt } from "./SpecKitNames.ts"
import { accept, type At, orNothing, type SpecKitWriter, type Steps, stepsAt } from "./SpecKitWriter.ts"
import { writeCondition, writeText } from "./WriteText.ts"

const common = ["id", "type", "continue_on_error"]

/** The condition of a step as it is given; false where it is none. */
export const conditionOf = ({ fields }: At): string | boolean => {
  const { condition } = fields.values
  if (typeof condition === "string" || typeof condition === "boolean") return condition
  const at = condition === undefined ? fields.at : [...fields.at, "condition"]
  complain(fields, at, "`condition` must be an expression, or true or false")
  return false
}

export const ifStep = (writer: SpecKitWriter, at: At): ValueObject => {
  const { fields, out } = at
  onlyKeys(fields, [...common, "condition", "then", "else"], "an if step")
  if (!("then" in fields.values)) complain(fields, fields.at, "an if step needs `then`")
  const condition = writeCondition(tongueAt(writer.names, at), conditionOf(at))
  const otherwise = stepsAt(writer, at, "else", [...out, "else"])
  return {
    if: accept(writer, at, "condition", condition),
    then: orNothing(stepsAt(writer, at, "then", [...out, "then"])),
    ...(otherwise.length === 0 ? {} : { else: otherwise })
  }
}

export const switchStep = (writer: SpecKitWriter, at: At): ValueObject => {
  const { fields, out } = at
  onlyKeys(fields, [...common, "expression", "cases", "default"], "a switch step")
  const cases = fieldsAt(fields, "cases")
  if (!("cases" in fields.values)) complain(fields, fields.at, "a switch step needs `cases`")
  const { expression } = fields.values
  if (typeof expression !== "string") complain(fields, fields.at, "a switch step needs `expression`, a text")
  const made = writeText(tongueAt(writer.names, at), typeof expression === "string" ? expression : "", "choice")
  const named = Object.entries(cases?.values ?? {}).map(([name, list]): readonly [string, Steps] => {
    // True and False over there.
    const to = made.kind === "bool" ? name.toLowerCase() : name
    return [to, orNothing(writer.writeSteps(writer, at, list, [...fields.at, "cases", name], [...out, "cases", to]))]
  })
  const otherwise = stepsAt(writer, at, "default", [...out, "default"])
  return {
    switch: accept(writer, at, "expression", made),
    cases: Object.fromEntries(named),
    ...(otherwise.length === 0 ? {} : { default: otherwise })
  }
}
