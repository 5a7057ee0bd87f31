/**
 * A value of a manifest in whose texts expressions may stand, such as the list that a `map` goes over.
 *
 * Owns filling one in. Pure. The surprise: a text that is one lone `{{ … }}` becomes the value that
 * it comes to, whatever its type, at any depth.
 */
import { Either } from "effect"
import type { Expression } from "../expression/Expression.ts"
import type { ExpressionError } from "../expression/ExpressionError.ts"
import type { Scope } from "../expression/Scope.ts"
import { renderValue, type Template } from "../expression/Template.ts"
import type { Value } from "../expression/Value.ts"

export type CompiledValue =
  | { readonly type: "fixed"; readonly value: Value }
  | { readonly type: "template"; readonly template: Template }
  | { readonly type: "list"; readonly elements: ReadonlyArray<CompiledValue> }
  | { readonly type: "object"; readonly fields: ReadonlyArray<readonly [string, CompiledValue]> }

/** Parses the texts in a value, by `parse`; what holds no expression stays as it is. */
export const compileValue = (value: Value, parse: (text: string) => Template): CompiledValue => {
  if (typeof value === "string") {
    return value.includes("{{") ? { type: "template", template: parse(value) } : { type: "fixed", value }
  }
  if (typeof value !== "object" || value === null) return { type: "fixed", value }
  if (Array.isArray(value)) {
    const elements = value.map((each: Value) => compileValue(each, parse))
    return elements.every(({ type }) => type === "fixed") ? { type: "fixed", value } : { type: "list", elements }
  }
  const fields = Object.entries(value).map(([key, each]): readonly [string, CompiledValue] => [
    key,
    compileValue(each, parse)
  ])
  return fields.every(([, { type }]) => type === "fixed") ? { type: "fixed", value } : { type: "object", fields }
}

/** The value in a scope; the first expression that fails is the error. */
export const renderCompiled = (value: CompiledValue, scope: Scope): Either.Either<Value, ExpressionError> => {
  switch (value.type) {
    case "fixed":
      return Either.right(value.value)
    case "template":
      return renderValue(value.template, scope)
    case "list":
      return Either.all(value.elements.map((element) => renderCompiled(element, scope)))
    case "object":
      return Either.map(
        Either.all(
          value.fields.map(([key, field]) =>
            Either.map(renderCompiled(field, scope), (rendered) => [key, rendered] as const)
          )
        ),
        (fields) => Object.fromEntries(fields)
      )
  }
}

/** The expressions in a value, in order. */
export const expressionsOf = (value: CompiledValue): ReadonlyArray<Expression> => {
  switch (value.type) {
    case "fixed":
      return []
    case "template":
      return value.template.parts.filter((part) => typeof part !== "string")
    case "list":
      return value.elements.flatMap(expressionsOf)
    case "object":
      return value.fields.flatMap(([, field]) => expressionsOf(field))
  }
}
