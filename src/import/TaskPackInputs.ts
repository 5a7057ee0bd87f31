/**
 * The inputs and secrets of a Task Pack.
 *
 * Owns what each becomes. The surprise: a secret is an input here, one whose value is masked.
 */
import { nearest } from "../expression/Nearest.ts"
import type { Value } from "../expression/Value.ts"
import { type InputType, isOfType, typeWords } from "../manifest/Inputs.ts"
import { note } from "./Draft.ts"
import { complain, entriesAt, type Fields, flagAt, onlyKeys, requiredText, textAt } from "./Fields.ts"
import type { KnownInput } from "./SpecKitNames.ts"
import type { Kind } from "./Term.ts"

const types: Readonly<Record<string, InputType>> = {
  string: "string",
  boolean: "boolean",
  number: "number",
  integer: "integer",
  array: "array",
  list: "array",
  object: "object",
  map: "object"
}

const kinds: Readonly<Record<InputType, Kind>> = {
  string: "text",
  boolean: "bool",
  number: "number",
  integer: "int",
  array: "list",
  object: "any"
}

const plainName = (name: string): string => name.replaceAll(/[^A-Za-z0-9_]/g, "_").replace(/^(?=\d)/, "_")

export interface PackInputs {
  readonly declared: Readonly<Record<string, Value>>
  readonly inputs: ReadonlyMap<string, KnownInput>
  readonly secrets: ReadonlyMap<string, string>
}

/** A name that is free, and a comment where it differs from what it was. */
const nameOf = (fields: Fields, given: string, declared: Readonly<Record<string, Value>>): string => {
  const name = plainName(given)
  if (name in declared) {
    complain(fields, [...fields.at, "name"], `\`${given}\` would be called \`${name}\` here, as another input is`)
  } else if (name !== given) note(fields.draft, ["inputs", name], `\`${given}\` in the pack.`)
  return name
}

const typeOf = (fields: Fields): InputType => {
  const given = textAt(fields, "type") ?? "string"
  const type = types[given]
  if (type !== undefined) return type
  const near = nearest(given, Object.keys(types))
  complain(fields, [...fields.at, "type"], `an input of type \`${given}\` can't be carried over`, {
    hint: near === undefined ? `it is one of ${Object.keys(types).join(", ")}` : `did you mean \`${near}\`?`
  })
  return "string"
}

const fallbackOf = (fields: Fields, type: InputType): Value | undefined => {
  const { default: fallback } = fields.values
  if (fallback === undefined || fallback === null) return undefined
  if (!isOfType(type, fallback)) complain(fields, [...fields.at, "default"], `\`default\` must be ${typeWords(type)}`)
  return fallback
}

/** All inputs and secrets: as the manifest declares them, and as expressions know them. */
export const writePackInputs = (spec: Fields): PackInputs => {
  const declared: Record<string, Value> = {}
  const inputs = new Map<string, KnownInput>()
  const secrets = new Map<string, string>()
  for (const fields of entriesAt(spec, "inputs", "an input")) {
    onlyKeys(fields, ["name", "type", "schema", "required", "default", "description"], "an input")
    const given = requiredText(fields, "name", "an input") ?? ""
    const name = nameOf(fields, given, declared)
    const type = typeOf(fields)
    const fallback = fallbackOf(fields, type)
    const isRequired = flagAt(fields, "required") === true
    const description = textAt(fields, "description")
    const schema = textAt(fields, "schema")
    if (schema !== undefined) {
      note(spec.draft, ["inputs", name], `Task Runner checks it against ${schema}; here only its type is checked.`)
    }
    declared[name] = {
      type,
      ...(description === undefined ? {} : { description }),
      ...(isRequired ? { required: true } : {}),
      ...(fallback === undefined ? {} : { default: fallback })
    }
    inputs.set(given, { name, kind: kinds[type], mayBeAbsent: fallback === undefined && !isRequired })
  }
  for (const fields of entriesAt(spec, "secrets", "a secret")) {
    onlyKeys(fields, ["name", "scope", "description"], "a secret")
    const given = requiredText(fields, "name", "a secret") ?? ""
    const name = nameOf(fields, given, declared)
    const description = textAt(fields, "description")
    const scope = textAt(fields, "scope")
    if (scope !== undefined) note(spec.draft, ["inputs", name], `Task Runner gives it to those who hold ${scope}.`)
    note(spec.draft, ["inputs", name], "A secret: give it with `--inputs`, or name an environment variable with `env`.")
    declared[name] = {
      type: "string",
      ...(description === undefined ? {} : { description }),
      required: true,
      secret: true
    }
    secrets.set(given, name)
  }
  return { declared, inputs, secrets }
}
