/**
 * Text with `{{ … }}` in it: a field of a manifest that is filled in while a batch runs.
 *
 * Owns finding the expressions and putting their values in. Must not quote for any shell: see
 * `ShellTemplate.ts`. The surprise: a text that is one lone `{{ … }}` keeps the type of its value.
 */
import { Either } from "effect"
import { explain, quoted } from "./Explain.ts"
import { evaluate, type Expression, parseExpression } from "./Expression.ts"
import { ExpressionError } from "./ExpressionError.ts"
import { scanExpression } from "./ExpressionScanner.ts"
import { type Names, unionNames } from "./Names.ts"
import type { Scope } from "./Scope.ts"
import { describe, writeOut } from "./Text.ts"
import type { Value } from "./Value.ts"

export interface Template {
  readonly text: string
  /** In order; texts between are never empty. */
  readonly parts: ReadonlyArray<string | Expression>
  readonly names: Names
}

/** One `{{ … }}` in a text: its range, braces included, and what is in it. */
export interface Hole {
  readonly start: number
  readonly end: number
  readonly parsed: Either.Either<Expression, ExpressionError>
}

type Errors = ReadonlyArray<ExpressionError>

const notClosed = (text: string, start: number, what: "expression" | "string", at: number): ExpressionError =>
  new ExpressionError({
    kind: "syntax",
    message: `${quoted(text.slice(start, start + 200))}: ${what === "string" ? "a string" : "`{{`"} is not closed`,
    hint: what === "string"
      ? "close it with the same quote, before `}}`"
      : "close it with `}}`; a literal `{{` is written `{{ \"{{\" }}`",
    offset: at,
    length: what === "string" ? 1 : 2
  })

/** Every `{{ … }}` in a text, in order, and the error that ended the search, if one did. */
export const findHoles = (
  text: string
): { readonly holes: ReadonlyArray<Hole>; readonly unclosed?: ExpressionError } => {
  const holes: Array<Hole> = []
  let start = text.indexOf("{{")
  while (start >= 0) {
    const scanned = scanExpression(text, start + 2, false)
    if (scanned._tag === "Unclosed") return { holes, unclosed: notClosed(text, start, scanned.what, scanned.offset) }
    const end = scanned.end + 2
    holes.push({ start, end, parsed: parseExpression(text.slice(start + 2, scanned.end), start + 2) })
    start = text.indexOf("{{", end)
  }
  return { holes }
}

/** Every expression in a text with its range, braces included; on the left all errors, at least one, in order. */
export const findExpressions = (
  text: string
): Either.Either<ReadonlyArray<Omit<Hole, "parsed"> & { readonly expression: Expression }>, Errors> => {
  const { holes, unclosed } = findHoles(text)
  const errors = holes.flatMap(({ parsed }) => Either.isLeft(parsed) ? [parsed.left] : [])
  if (unclosed !== undefined) errors.push(unclosed)
  return errors.length > 0
    ? Either.left(errors)
    : Either.right(
      holes.flatMap(({ end, parsed, start }) =>
        Either.isRight(parsed) ? [{ start, end, expression: parsed.right }] : []
      )
    )
}

/** Parses a text; on the left all its errors, at least one, in order. */
export const parseTemplate = (text: string): Either.Either<Template, Errors> =>
  Either.map(findExpressions(text), (found) => {
    const parts: Array<string | Expression> = []
    let from = 0
    for (const { end, expression, start } of found) {
      if (start > from) parts.push(text.slice(from, start))
      parts.push(expression)
      from = end
    }
    if (from < text.length) parts.push(text.slice(from))
    return { text, parts, names: unionNames(found.map(({ expression }) => expression.names)) }
  })

/** True where there is no expression: such a template renders to its own text, in any scope. */
export const isConstant = (template: Template): boolean => template.parts.every((part) => typeof part === "string")

/** The template as text; the first failing expression is the error. */
export const renderText = (template: Template, scope: Scope): Either.Either<string, ExpressionError> => {
  let text = ""
  for (const part of template.parts) {
    if (typeof part === "string") {
      text += part
    } else {
      const value = Either.flatMap(evaluate(part, scope), (found) => writeOut(part, found))
      if (Either.isLeft(value)) return Either.left(value.left)
      text += value.right
    }
  }
  return Either.right(text)
}

/** The template as a value: a lone `{{ … }}` keeps its type, anything else is text. */
export const renderValue = (template: Template, scope: Scope): Either.Either<Value, ExpressionError> => {
  const only = template.parts[0]
  return template.parts.length === 1 && only !== undefined && typeof only !== "string"
    ? evaluate(only, scope)
    : renderText(template, scope)
}

const expressionsOf = (template: Template): ReadonlyArray<Expression> =>
  template.parts.filter((part) => typeof part !== "string")

const notLone = (text: string): ExpressionError =>
  explain("syntax", { source: text, offset: 0 }, "a condition must be one `{{ … }}` and nothing else", {
    hint: text.includes("{{")
      ? "move everything inside the braces: `{{ a && b }}`"
      : `write ${quoted(`{{ ${text.trim()} }}`)}`
  })

const notBoolean = (expression: Expression, found: string): ExpressionError =>
  explain("type", expression, `a condition must be true or false, and this is ${found}`, {
    hint: "compare it with something, such as `… != ''` or `… == 0`"
  })

/**
 * Parses a condition: one lone `{{ … }}`, white space around it allowed. Its `parts` hold the expression alone.
 * Whether it can be true or false is for the check of types to say.
 */
export const parseCondition = (text: string): Either.Either<Template, Errors> =>
  Either.flatMap(parseTemplate(text), (template) => {
    const [expression, ...others] = expressionsOf(template)
    const around = template.parts.some((part) => typeof part === "string" && part.trim() !== "")
    return expression === undefined || others.length > 0 || around
      ? Either.left([notLone(text)])
      : Either.right({ ...template, parts: [expression] })
  })

/** The value of a condition. Anything but true or false is an error: nothing counts as true by being there. */
export const renderBoolean = (template: Template, scope: Scope): Either.Either<boolean, ExpressionError> =>
  Either.flatMap(renderValue(template, scope), (value) => {
    if (typeof value === "boolean") return Either.right(value)
    const found = value === "true" || value === "false" ? `the text '${value}'` : describe(value)
    const [expression] = expressionsOf(template)
    return Either.left(expression === undefined ? notLone(template.text) : notBoolean(expression, found))
  })
