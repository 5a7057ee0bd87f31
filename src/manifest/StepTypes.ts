/**
 * What `steps.<id>` is to an expression that comes later, before anything has run.
 *
 * Owns the shape of a step's record by its kind, and when a part of it may be missing. Must not know where the
 * expression stands. The surprise: a step that is skipped has a record, but no output to speak of.
 */
import type { Shown } from "../expression/Fact.ts"
import { nearest } from "../expression/Nearest.ts"
import {
  bool,
  dyn,
  type Field,
  int,
  listOf,
  mapOf,
  recordOf,
  type RecordType,
  text,
  type Type,
  type Unless,
  type Wrong
} from "../expression/Type.ts"
import { childNames, type ChildSteps, childSteps } from "./ChildSteps.ts"
import { isMapping, itemsOf, type StepShape, textIn, type Within } from "./Spot.ts"
import type { View } from "./StepView.ts"

const statuses = ["succeeded", "failed", "skipped"]
const status = (what: string): Field => ({ type: { kind: "string", values: statuses, what } })

const skippedBy = ({ id, step }: StepShape, within: Within, view: View): Unless | undefined => {
  const when = textIn(step, "when")
  if (view.leftBy !== undefined) {
    return { by: "ran", why: `\`${id}\` may not have run: a rejection at \`${view.leftBy}\` leaves it out` }
  }
  return when === undefined ? undefined : {
    by: "ran",
    why: `\`${id}\` may not have run: it has a \`when\``,
    given: () => view.conditions.said(when, within, true)
  }
}

const optionsOf = (gate: unknown): ReadonlyArray<string> => {
  const given = isMapping(gate) ? itemsOf(gate["options"]).filter((option) => typeof option === "string") : []
  return [...new Set([...given.length > 0 ? given : ["approve"], "reject"])]
}

const only = (type: Type, why: string): Field => ({ type, unless: { by: "self", why } })

const itemRecord = ({ id }: StepShape, steps: RecordType): RecordType =>
  recordOf(`an item of \`${id}\``, [["status", status(`the status of an item of \`${id}\``)], ["steps", {
    type: steps
  }]])

/** The fields of a step's `output`, by its kind. */
const outputFields = (shape: StepShape, steps: () => RecordType): ReadonlyArray<readonly [string, Field]> => {
  const { id, kind, step } = shape
  switch (kind) {
    case "run":
    case "command":
      return [
        ["exit_code", { type: int }],
        ["stdout", { type: text }],
        ["stderr", { type: text }],
        ["truncated", only(bool, "`truncated` is only there where something was cut off")],
        ...(step["outputs"] === "json" ? [["json", { type: dyn }] as const] : []),
        ["values", { type: mapOf(dyn) }]
      ]
    case "gate":
      return [
        ["option", { type: { kind: "string", values: optionsOf(step["gate"]), what: `the answer at \`${id}\`` } }],
        ["by", { type: text }],
        ["note", only(text, `\`note\` is only there where somebody wrote one at \`${id}\``)]
      ]
    case "map":
      return [["items", { type: listOf(itemRecord(shape, steps())) }]]
    case "loop":
      return [["steps", { type: steps() }], ["iterations", { type: int }]]
    default:
      return [["steps", { type: steps() }]]
  }
}

const places: Readonly<Record<string, string>> = {
  map: "each item has its own: `output.items[0].steps`",
  if: "its steps are under `output.steps`",
  switch: "its steps are under `output.steps`",
  parallel: "its steps are under `output.steps`",
  loop: "those of the last iteration are under `output.steps`"
}

/** How a step within a composite step is reached from `output`. */
const reach = (kind: string | undefined, name: string): string =>
  kind === "map" ? `items[0].steps.${name}` : `steps.${name}`

const unknownOutput = (shape: StepShape, name: string, known: ReadonlyArray<string>): Wrong => {
  const { id, kind = "", step } = shape
  const lacks = { message: `there is no \`${name}\` in the output of \`${id}\`, a \`${kind}\`` }
  if (name === "json" && (kind === "run" || kind === "command")) {
    return { message: `\`${id}\` has no \`output.json\``, hint: `write \`outputs: json\` on \`${id}\`` }
  }
  if (childNames(step).includes(name)) return { ...lacks, hint: `did you mean \`output.${reach(kind, name)}\`?` }
  const near = nearest(name, known)
  const place = name === "steps" || name === "items" ? places[kind] : undefined
  return {
    ...lacks,
    hint: near === undefined
      ? place ?? `it has ${known.map((each) => `\`${each}\``).join(", ")}`
      : `did you mean \`${near}\`?`
  }
}

const unknownField = ({ id, kind, step }: StepShape, name: string, output: RecordType): Wrong => {
  const lacks = { message: `there is no \`${name}\` in \`steps.${id}\`` }
  const near = nearest(name, stepFields)
  const within = near === undefined ? nearest(name, output.names()) : undefined
  const child = within === undefined ? nearest(name, childNames(step)) : undefined
  const found = near ?? (within === undefined ? undefined : `output.${within}`)
    ?? (child === undefined ? undefined : `output.${reach(kind, child)}`)
  return {
    ...lacks,
    hint: found === undefined
      ? `a step has ${stepFields.map((each) => `\`${each}\``).join(", ")}`
      : `did you mean \`${found}\`?`
  }
}

const stepFields = ["status", "attempts", "error", "output"]

/** The record of a step. A step of no kind that can be told is left alone. */
export const stepType = (shape: StepShape, within: Within, view: View): Type => {
  const { id, kind, step } = shape
  if (kind === undefined) return dyn
  const skipped = skippedBy(shape, within, view)
  let made: RecordType | undefined
  const output = (): RecordType => {
    if (made !== undefined) return made
    const children: ChildSteps = { shape, within, view, stepType }
    const fields = outputFields(shape, () => childSteps(children))
    const all = recordOf(
      `the output of \`${id}\``,
      fields.map(([name, field]) => [name, { ...(skipped === undefined ? {} : { unless: skipped }), ...field }])
    )
    made = { ...all, unknown: (name) => unknownOutput(shape, name, all.names()) }
    return made
  }
  const field = (name: string): Field | undefined => {
    switch (name) {
      case "status":
        return status(`the status of \`${id}\``)
      case "attempts":
        return { type: int }
      case "error":
        return { type: text, unless: { by: "failed", why: `\`error\` is only there where \`${id}\` failed` } }
      case "output":
        return { type: output() }
      default:
        return undefined
    }
  }
  const when = textIn(step, "when")
  let implied: ReadonlyArray<Shown> | undefined
  const implies = (): ReadonlyArray<Shown> => {
    implied ??= view.isOneOfMany === true ? [] : [...view.implies(), ...view.conditions.implied(when, within, true)]
    return implied
  }
  return {
    kind: "record",
    what: `\`steps.${id}\``,
    field,
    names: () => stepFields,
    unknown: (name) => unknownField(shape, name, output()),
    step: { implies }
  }
}
