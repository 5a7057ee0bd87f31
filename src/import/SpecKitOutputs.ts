/**
 * What the steps of a Spec Kit workflow put out, by their types, and where it is found here.
 *
 * Owns that table. Must not know how a step is reached.
 */
import { Either } from "effect"
import { celKey } from "./CelText.ts"
import { type Fields, isList, isObject } from "./Fields.ts"
import { idOf, type SpecKitStep, typeOf } from "./SpecKitIndex.ts"
import type { ItemKey, Kind, Ref } from "./Term.ts"
import type { Fault } from "./Tree.ts"

export interface StepOutput extends Pick<Ref, "words" | "itemKey" | "mayBeAbsent" | "mayHaveNoCode"> {
  /** From the record of the step on. */
  readonly cel: string
  readonly is: Kind
  /** What stands for all of it, where that is more than what leads there. */
  readonly whole?: (cel: string) => string
}

type Segments = ReadonlyArray<string | number>
type Found = Either.Either<StepOutput, Omit<Fault, "start" | "end">>

const none = (message: string, hint?: string): Found =>
  Either.left(hint === undefined ? { message } : { message, hint })

/** What `from_json` makes of the `stdout` of a shell step; no name that a workflow could hold. */
export const readJson = "stdout as JSON"

export const isAgent = (type: string): boolean => type === "command" || type === "prompt" || type === "init"

const isRejecting = (option: string): boolean => /^(?:reject|abort)$/i.test(option)

const plainOption = (option: string): string => option.trim().replaceAll(/[^A-Za-z0-9_-]+/g, "-").replace(/^[-_]+/, "")

/**
 * What the options of a gate are called here. `reject` is the one option that rejects, and over
 * there `on_reject: skip` makes a rejection an answer like any other: then it gets another name.
 */
export const gateWords = ({ values }: Fields): ReadonlyMap<string, string> => {
  const given = values["options"]
  const options = isList(given)
    ? given.flatMap((each) => typeof each === "string" ? [each] : [])
    : ["approve", "reject"]
  const decidesNothing = values["on_reject"] === "skip"
  return new Map(options.map((option) => [
    option,
    !isRejecting(option) ? plainOption(option) : decidesNothing ? `${plainOption(option).toLowerCase()}ed` : "reject"
  ]))
}

const codes = (continues: boolean, key: string | number): StepOutput | undefined => {
  if (key === "exit_code") return { cel: ".output.exit_code", is: "int", ...(continues ? { mayHaveNoCode: true } : {}) }
  return key === "stdout" || key === "stderr" ? { cel: `.output.${key}`, is: "text" } : undefined
}

const ofWork = ({ continues, fields, type }: SpecKitStep, [key = "", ...rest]: Segments): Found => {
  const known = rest.length === 0 ? codes(continues, key) : undefined
  if (known !== undefined) return Either.right(known)
  const deeper = rest.map(celKey).join("")
  const absent = continues ? { mayBeAbsent: true } : {}
  const isJson = key === readJson || (key === "data" && fields.values["output_format"] === "json")
  if (type === "shell" && isJson) return Either.right({ cel: `.output.json${deeper}`, is: "any", ...absent })
  if (isAgent(type) && type !== "init" && key !== "") {
    return Either.right({ cel: `.output.values${celKey(key)}${deeper}`, is: "any", ...absent })
  }
  return none(
    `a ${type} step has no \`output.${[key, ...rest].join(".")}\``,
    "it has `exit_code`, `stdout` and `stderr`, and a shell step with `output_format: json` has `data`"
  )
}

const templateOf = ({ fields }: SpecKitStep): SpecKitStep | undefined => {
  const { at, draft, values: { step } } = fields
  if (!isObject(step)) return undefined
  const inner: Fields = { draft, at: [...at, "step"], values: step }
  return { type: typeOf(step), fields: inner, continues: step["continue_on_error"] === true }
}

/** What the step of each item puts out, from an item on. */
export const templateOutput = (fanOut: SpecKitStep, keys: Segments): Found => {
  const template = templateOf(fanOut)
  return template === undefined
    ? none("this fan-out has no step")
    : Either.map(stepOutput(template, keys), (output) => ({
      ...output,
      cel: `.steps${celKey(idOf(template.fields))}${output.cel}`
    }))
}

const itemKey = (fanOut: SpecKitStep) => (path: string): ItemKey | undefined => {
  const template = templateOf(fanOut)
  const output = Either.getOrUndefined(templateOutput(fanOut, path.split(".")))
  if (template === undefined || output === undefined || output.words !== undefined) return undefined
  const own = Either.getOrUndefined(stepOutput(template, path.split(".")))?.cel ?? ""
  return {
    path: `steps.${idOf(template.fields)}${own.replaceAll(/\['?([^'\]]*)'?\]/g, ".$1")}`,
    cel: output.cel,
    ...(output.mayHaveNoCode === true ? { otherwise: -1 } : {})
  }
}

const ofFanOut = (step: SpecKitStep, [key = "", position, ...rest]: Segments): Found => {
  if (key === "item_count" && position === undefined) {
    return Either.right({ cel: ".output.items", is: "int", whole: (cel) => `size(${cel})` })
  }
  if (key === "results" && position === undefined) {
    const id = templateOf(step)?.fields
    const item = `.steps${celKey(id === undefined ? "item" : idOf(id))}.output`
    const all = (cel: string): string => `${cel}.map(i, i${item})`
    return Either.right({ cel: ".output.items", is: "list", itemKey: itemKey(step), whole: all })
  }
  if (key === "results" && typeof position === "number") {
    return Either.map(templateOutput(step, rest), (output) => ({
      ...output,
      cel: `.output.items[${position}]${output.cel}`,
      mayBeAbsent: true
    }))
  }
  return none(`\`output.${[key].join(".")}\` of a fan-out can't be carried over`, "it has `results` and `item_count`")
}

/** What a step has under `output`, by the names that follow. */
export const stepOutput = (step: SpecKitStep, keys: Segments): Found => {
  if (keys.length === 0) return none("an `output` as a whole can't be carried over", "ask for one thing in it")
  switch (step.type) {
    case "gate":
      return keys.length === 1 && keys[0] === "choice"
        ? Either.right({ cel: ".output.option", is: "text", words: gateWords(step.fields) })
        : none(`\`output.${keys.join(".")}\` of a gate can't be carried over`, "it has `choice`")
    case "fan-out":
      return ofFanOut(step, keys)
    case "shell":
    case "command":
    case "prompt":
    case "init":
      return ofWork(step, keys)
    default:
      return none(`\`output.${keys.join(".")}\` of a step of type \`${step.type}\` can't be carried over`)
  }
}
