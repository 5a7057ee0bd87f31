/**
 * What of an expression is known before a run: partial evaluation, as far as it is honest.
 *
 * Owns the rule: an expression is known where all that it mentions is. Must not look at a machine. The
 * surprise: the value of a secret is never known here, so that nothing that is shown depends on it;
 * and a variable is known only where the manifest itself sets it.
 */
import { Either } from "effect"
import type { Expression } from "../expression/Expression.ts"
import { evaluate } from "../expression/Expression.ts"
import type { ExpressionError } from "../expression/ExpressionError.ts"
import { mentionsOf } from "../expression/Names.ts"
import type { Scope } from "../expression/Scope.ts"
import { renderBoolean, type Template } from "../expression/Template.ts"
import { textOf } from "../expression/Text.ts"
import type { Value } from "../expression/Value.ts"
import type { CompiledValue } from "../run/CompiledValue.ts"

export interface Knowledge {
  /** What is absent here is not known: of `env` there is what the manifest sets to something known. */
  readonly scope: Scope
  /** Names of the secret inputs, whose values `scope` must not hold. */
  readonly secrets: ReadonlySet<string>
}

/** What something comes to: known, left to the run, or sure to fail. */
export type Found<A> =
  | { readonly type: "known"; readonly value: A }
  | { readonly type: "unknown" }
  | { readonly type: "wrong"; readonly message: string }

/** A text with what is known put in; what is not stands as it was written, and is named. */
export interface KnownText {
  readonly text: string
  readonly unresolved: ReadonlyArray<string>
  readonly wrong?: string
}

const unknown = { type: "unknown" } as const
const none: ReadonlyArray<string> = []

const found = <A>(result: Either.Either<A, ExpressionError>): Found<A> =>
  Either.isRight(result)
    ? { type: "known", value: result.right }
    : { type: "wrong", message: result.left.message }

/** Of `context`, all but these belong to a run and not to its plan. */
const planned: ReadonlySet<string> = new Set(["batch", "target"])

const isPlannedContext = ({ filters, program }: Expression): boolean =>
  [program, ...filters.map(({ argument }) => argument)].every(({ source, tree }) => {
    const reach = mentionsOf(tree ?? source.split(".")).reach.get("context")
    return reach === undefined || (!reach.whole && [...reach.keys.keys()].every((key) => planned.has(key)))
  })

/** Whether an expression has its value before the run. */
export const isKnown = (expression: Expression, { scope, secrets }: Knowledge): boolean => {
  const { dynamic, env, inputs, roots } = expression.names
  for (const root of roots) {
    switch (root) {
      case "inputs":
        if (secrets.size > 0 && (dynamic.has("inputs") || [...inputs].some((name) => secrets.has(name)))) return false
        break
      case "env":
        if (dynamic.has("env") || [...env].some((name) => !Object.hasOwn(scope.env, name))) return false
        break
      case "item":
      case "index":
      case "iteration":
        if (scope[root] === undefined) return false
        break
      case "context":
        if (!isPlannedContext(expression)) return false
        break
      default:
        return false
    }
  }
  return true
}

const expressionOf = ({ parts }: Template): Expression | undefined => {
  const [only, ...others] = parts
  return others.length === 0 && only !== undefined && typeof only !== "string" ? only : undefined
}

/** A condition. */
export const knownBoolean = (condition: Template, knowledge: Knowledge): Found<boolean> => {
  const expression = expressionOf(condition)
  return expression !== undefined && !isKnown(expression, knowledge)
    ? unknown
    : found(renderBoolean(condition, knowledge.scope))
}

/** How an expression stands in a text that it is left in. */
export const asWritten = ({ source }: Expression): string => `{{ ${source} }}`

/** Any text: known in part, or all of it where nothing is `unresolved`. */
export const knownText = (template: Template, knowledge: Knowledge): KnownText => {
  const [first = "", ...others] = template.parts
  if (typeof first === "string" && others.length === 0) return { text: first, unresolved: none }
  let text = ""
  const unresolved: Array<string> = []
  for (const part of template.parts) {
    if (typeof part === "string") text += part
    else if (isKnown(part, knowledge)) {
      const value = evaluate(part, knowledge.scope)
      if (Either.isLeft(value)) return { text: template.text, unresolved: none, wrong: value.left.message }
      text += textOf(value.right)
    } else {
      text += asWritten(part)
      unresolved.push(part.source)
    }
  }
  return { text, unresolved }
}

const isList = (value: Value): value is ReadonlyArray<Value> => Array.isArray(value)

const knownTemplate = (template: Template, knowledge: Knowledge): Found<Value> => {
  const expression = expressionOf(template)
  if (expression !== undefined) {
    return isKnown(expression, knowledge) ? found(evaluate(expression, knowledge.scope)) : unknown
  }
  const { text, unresolved, wrong } = knownText(template, knowledge)
  if (wrong !== undefined) return { type: "wrong", message: wrong }
  return unresolved.length > 0 ? unknown : { type: "known", value: text }
}

/** Each of several, or the first of them that has no value. */
const together = <A, B>(all: ReadonlyArray<A>, find: (one: A) => Found<B>): Found<ReadonlyArray<B>> => {
  const values: Array<B> = []
  for (const one of all) {
    const value = find(one)
    if (value.type !== "known") return value
    values.push(value.value)
  }
  return { type: "known", value: values }
}

/** A value in whose texts expressions may stand. */
export const knownValue = (value: CompiledValue, knowledge: Knowledge): Found<Value> => {
  switch (value.type) {
    case "fixed":
      return { type: "known", value: value.value }
    case "template":
      return knownTemplate(value.template, knowledge)
    case "list":
      return together(value.elements, (element) => knownValue(element, knowledge))
    case "object": {
      const fields = together(value.fields, ([key, field]): Found<readonly [string, Value]> => {
        const known = knownValue(field, knowledge)
        return known.type === "known" ? { type: "known", value: [key, known.value] } : known
      })
      return fields.type === "known" ? { type: "known", value: Object.fromEntries(fields.value) } : fields
    }
  }
}

/** The items of a `map`, one by one: how many there are may be known where some of them are not. */
export const knownItems = (over: CompiledValue, knowledge: Knowledge): Found<ReadonlyArray<Found<Value>>> => {
  if (over.type === "list") {
    return { type: "known", value: over.elements.map((element) => knownValue(element, knowledge)) }
  }
  const list = knownValue(over, knowledge)
  if (list.type !== "known") return list
  return isList(list.value)
    ? { type: "known", value: list.value.map((value): Found<Value> => ({ type: "known", value })) }
    : { type: "wrong", message: "`map.over` gives no list" }
}
