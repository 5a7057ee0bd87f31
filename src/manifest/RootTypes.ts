/**
 * The types of what an expression sees beside the steps: inputs, the environment, targets, the run.
 *
 * Owns the words for names that are not there. The surprise: variables of the environment are never unknown,
 * since whoever starts pawl may have set them.
 */
import type { Value } from "../expression/Value.ts"
import {
  bool,
  dyn,
  type Field,
  int,
  listOf,
  mapOf,
  number,
  recordOf,
  type RecordType,
  text,
  type Type,
  typeOfValues
} from "../expression/Type.ts"
import { didYouMean } from "../expression/Explain.ts"
import { isValue } from "./Inputs.ts"
import { isMapping, itemsOf, textIn } from "./Spot.ts"

const declared = (type: unknown): Type => {
  switch (type) {
    case "string":
      return text
    case "number":
      return number
    case "integer":
      return int
    case "boolean":
      return bool
    case "array":
      return listOf(dyn)
    case "object":
      return mapOf(dyn)
    default:
      return dyn
  }
}

const values = (list: unknown): ReadonlyArray<Value> => itemsOf(list).filter(isValue)

/** The type of an input: a text with an `enum` is one of few. */
const inputType = (name: string, declaration: unknown): Type => {
  if (!isMapping(declaration)) return dyn
  const { enum: allowed, type } = declaration
  const texts = values(allowed).filter((value) => typeof value === "string")
  if (type === "string" && texts.length > 0) {
    return { kind: "string", values: [...new Set(texts)], what: `\`inputs.${name}\`` }
  }
  const few = values(allowed)
  return type === "number" && few.length > 0 ? typeOfValues(few) : declared(type)
}

const refusal = (name: string, what: string) => ({
  message: `\`${name}\` is secret and can't be part of ${what}, which is stored and shown`,
  hint: "pass it to the steps by `env`"
})

/** The inputs of a manifest; `what` is the part of a plan that a secret one has no place in. */
export const inputsType = (document: unknown, what?: string): RecordType => {
  const inputs = isMapping(document) && isMapping(document["inputs"]) ? document["inputs"] : {}
  const fields = Object.entries(inputs).map(([name, declaration]): readonly [string, Field] => {
    const isSecret = isMapping(declaration) && declaration["secret"] === true
    const refused = what !== undefined && isSecret ? { refused: refusal(name, what) } : {}
    return [name, { type: inputType(name, declaration), ...refused }]
  })
  const all = recordOf("`inputs`", fields)
  return {
    ...all,
    unknown: (name) => ({
      message: `unknown input \`${name}\``,
      hint: didYouMean(name, all.names()) ?? `declare it: \`inputs: { ${name}: { type: string } }\``
    })
  }
}

export const envType: Type = mapOf(text)

const fixed = (names: ReadonlyArray<string>): ReadonlyArray<readonly [string, Field]> =>
  names.map((name) => [name, { type: text }] as const)

/** `context`; the number of the attempt is known to what is made anew for each. */
export const contextType = (isAttempt: boolean): RecordType => {
  const attempt: Field = isAttempt ? { type: int } : {
    type: int,
    refused: {
      message: "`context.attempt` is only known to an attempt",
      hint: "it can stand in `run`, `command`, and the `env` and `workdir` of such a step"
    }
  }
  return recordOf("`context`", [...fixed(["run_id", "batch", "target", "run_dir"]), ["attempt", attempt]])
}

const targetStatuses = ["completed", "blocked", "errored", "skipped", "paused", "pending", "running"]

const targetType = (id: string): RecordType =>
  recordOf(id, [["status", { type: { kind: "string", values: targetStatuses, what: `the status of ${id}` } }]])

/** `targets`: all ids are known where every target is listed. */
export const targetsType = (document: unknown): Type => {
  const entries = isMapping(document) ? itemsOf(document["targets"]) : []
  const ids = entries.map((entry) => isMapping(entry) && !("forEach" in entry) ? textIn(entry, "id") : undefined)
  if (ids.some((id) => id === undefined || id.includes("{{"))) return mapOf(targetType("a target"))
  const listed = new Set(ids.filter((id) => id !== undefined))
  return {
    kind: "record",
    what: "`targets`",
    field: (name) => (listed.has(name) ? { type: targetType(`\`targets.${name}\``) } : undefined),
    names: () => [...listed],
    unknown: (name) => ({
      message: `unknown target \`${name}\``,
      hint: didYouMean(name, listed)
        ?? `the targets are ${[...listed].slice(0, 8).map((id) => `\`${id}\``).join(", ")}${
          listed.size > 8 ? ", …" : ""
        }`
    })
  }
}
