/**
 * The `inputs:` of a manifest: what a batch can be given, and what each may be.
 *
 * Owns their declaration and the test of a value against it. Must not know where values
 * come from (`ResolveInputs.ts` does).
 */
import { Schema } from "effect"
import type { Value } from "../expression/Value.ts"
import { EnvName, InputName } from "./Scalars.ts"
import { Expected, optional, required } from "./Words.ts"

export const isValue = (value: unknown): value is Value => {
  switch (typeof value) {
    case "string":
    case "boolean":
    case "bigint":
      return true
    case "number":
      return Number.isFinite(value)
    case "object":
      return value === null || (Array.isArray(value) ? value : Object.values(value)).every(isValue)
    default:
      return false
  }
}

/** Any JSON value. */
export const AnyValue = Schema.declare(isValue, {
  [Expected]: "a value",
  jsonSchema: { type: ["null", "boolean", "number", "string", "array", "object"] }
})

export const InputType = Schema.Literal("string", "number", "integer", "boolean", "array", "object").annotations({
  [Expected]: "one of `string`, `number`, `integer`, `boolean`, `array`, `object`"
})
export type InputType = typeof InputType.Type

export const Input = Schema.Struct({
  type: required(InputType, "What kind of value it takes."),
  description: optional(Schema.String, "What it is for, in a sentence."),
  required: optional(Schema.Boolean, "Whether a run without a value for it is refused.", { default: false }),
  default: optional(AnyValue, "The value it has when none is given."),
  enum: optional(
    Schema.NonEmptyArray(AnyValue).annotations({ [Expected]: "a list of the values it may have" }),
    "The only values it may have.",
    { examples: [["quick", "full"]] }
  ),
  secret: optional(Schema.Boolean, "Whether its value is masked everywhere pawl prints or stores it.", {
    default: false
  }),
  env: optional(EnvName, "The environment variable that gives its value when nothing else does.", {
    examples: ["E2E_TOKEN"]
  })
}).annotations({ identifier: "Input", title: "input", description: "One input of a batch." })
export type Input = typeof Input.Type

export const Inputs = Schema.Record({ key: InputName, value: Input })
export type Inputs = typeof Inputs.Type

const kinds: { readonly [Type in InputType]: (value: Value) => boolean } = {
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number" || typeof value === "bigint",
  integer: (value) => typeof value === "bigint" || Number.isInteger(value),
  boolean: (value) => typeof value === "boolean",
  array: (value) => Array.isArray(value),
  object: (value) => typeof value === "object" && value !== null && !Array.isArray(value)
}

const articles: { readonly [Type in InputType]: string } = {
  string: "a string",
  number: "a number",
  integer: "an integer",
  boolean: "true or false",
  array: "an array",
  object: "an object"
}

/** The type in words, with its article. */
export const typeWords = (type: InputType): string => articles[type]

/** Whether a value is of the declared type; `enum` is looked at elsewhere. */
export const isOfType = (type: InputType, value: Value): boolean => kinds[type](value)
