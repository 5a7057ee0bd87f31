/**
 * The inputs of a Spec Kit workflow.
 *
 * Owns what each becomes, and what expressions need to know of it. The surprise: a default given as
 * text is read as what the input is, `"5"` as 5 and `yes` as true, as Spec Kit does with every value.
 */
import { nearest } from "../expression/Nearest.ts"
import type { Value, ValueObject } from "../expression/Value.ts"
import { type Draft, note } from "./Draft.ts"
import { complain, type Fields, flagAt, isList, isObject, listAt, onlyKeys, textAt } from "./Fields.ts"
import type { KnownInput } from "./SpecKitNames.ts"
import type { Kind } from "./Term.ts"

const kinds: Readonly<Record<string, Kind>> = { string: "text", number: "number", boolean: "bool" }

const plainName = (name: string): string => name.replaceAll(/[^A-Za-z0-9_]/g, "_").replace(/^(?=\d)/, "_")

/** A value as an input of a type has it; nothing where it can't. */
const coerced = (type: string, value: Value): Value | undefined => {
  if (type === "number") {
    if (typeof value === "number" || typeof value === "bigint") return value
    return typeof value === "string" && /^\s*[+-]?(?:\d+\.?\d*|\.\d+)\s*$/.test(value) ? Number(value) : undefined
  }
  if (type === "boolean") {
    if (typeof value === "boolean") return value
    if (typeof value !== "string") return undefined
    return /^(?:true|1|yes)$/i.test(value) ? true : /^(?:false|0|no)$/i.test(value) ? false : undefined
  }
  return typeof value === "string" ? value : undefined
}

const article: Readonly<Record<string, string>> = { string: "a text", number: "a number", boolean: "true or false" }

const defaultOf = (fields: Fields, type: string): Value | undefined => {
  const value = fields.values["default"]
  if (value === undefined) return undefined
  const known = coerced(type, value)
  if (known === undefined) {
    complain(fields, [...fields.at, "default"], `\`default\` must be ${article[type] ?? "a text"}`)
  }
  return known
}

const enumOf = (fields: Fields, type: string, fallback: Value | undefined): ReadonlyArray<Value> | undefined => {
  const allowed = listAt(fields, "enum")
  if (allowed === undefined) return undefined
  if (allowed.length === 0) complain(fields, [...fields.at, "enum"], "an empty `enum` allows nothing")
  const wrong = allowed.find((each) => typeof each !== type)
  if (wrong !== undefined) {
    complain(fields, [...fields.at, "enum"], `\`enum\` holds a value that is not ${article[type] ?? "a text"}`)
  } else if (fallback !== undefined && !allowed.includes(fallback)) {
    complain(fields, [...fields.at, "default"], "`default` is not in `enum`", { hint: "add it there" })
  }
  return allowed
}

const typeOf = (fields: Fields): string => {
  const type = textAt(fields, "type") ?? "string"
  if (type in kinds) return type
  const near = nearest(type, Object.keys(kinds))
  complain(fields, [...fields.at, "type"], `an input of type \`${type}\` can't be carried over`, {
    hint: near === undefined ? "it is one of string, number, boolean" : `did you mean \`${near}\`?`
  })
  return "string"
}

/** All inputs: as the manifest declares them, and as expressions know them. */
export const writeInputs = (
  draft: Draft,
  values: Value | undefined
): { readonly declared: ValueObject; readonly known: ReadonlyMap<string, KnownInput> } => {
  const known = new Map<string, KnownInput>()
  const declared: Record<string, Value> = {}
  if (values !== undefined && !isObject(values)) complain({ draft }, ["inputs"], "`inputs` must be a mapping")
  for (const [given, input] of Object.entries(isObject(values) ? values : {})) {
    const at = ["inputs", given]
    if (!isObject(input)) {
      complain({ draft }, at, "an input must be a mapping, such as `{ type: string }`")
      continue
    }
    const fields: Fields = { draft, at, values: input }
    onlyKeys(fields, ["type", "required", "default", "enum", "prompt", "description"], "an input")
    const name = plainName(given)
    if (name in declared) {
      complain(fields, at, `\`${given}\` would be called \`${name}\` here, as another input is`, { at: "key" })
    } else if (name !== given) note(draft, ["inputs", name], `\`${given}\` in Spec Kit.`)
    const type = typeOf(fields)
    const fallback = defaultOf(fields, type)
    const allowed = enumOf(fields, type, fallback)
    const description = textAt(fields, "description") ?? textAt(fields, "prompt")
    const isRequired = flagAt(fields, "required") === true
    if (given === "integration" && fallback === "auto") {
      note(
        draft,
        ["inputs", name],
        "To Spec Kit `auto` is the agent that the project is set up for; here it is a text like any other."
      )
    }
    declared[name] = {
      type,
      ...(description === undefined ? {} : { description }),
      ...(isRequired ? { required: true } : {}),
      ...(fallback === undefined ? {} : { default: fallback }),
      ...(allowed === undefined || !isList(allowed) ? {} : { enum: allowed })
    }
    const isWord = allowed?.every((each) => typeof each === "string" && /^\S+$/.test(each)) === true
    known.set(given, { name, kind: kinds[type] ?? "text", mayBeAbsent: fallback === undefined && !isRequired, isWord })
  }
  return { declared, known }
}
