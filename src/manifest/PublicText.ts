/**
 * Texts that are worked out while planning and become part of the plan: ids, labels, needs, sources of items.
 *
 * Owns what such a text may mention: inputs that are not secret, `item` and `index`. Must not
 * read anything. The surprise: a secret is refused here and not masked, since a plan is stored,
 * shown and hashed.
 */
import { Either } from "effect"
import type { ExpressionError } from "../expression/ExpressionError.ts"
import { parseTemplate, renderText, renderValue, type Template } from "../expression/Template.ts"
import type { Value, ValueObject } from "../expression/Value.ts"
import type { Finding } from "./Finding.ts"

/** What is wrong with a text, before its path is known. */
export type TextProblem = Omit<Finding, "path">

/** What can be mentioned: values of the inputs that are not secret, and the names of those that are. */
export interface Known {
  readonly inputs: ValueObject
  readonly secrets: ReadonlySet<string>
}

export interface Position {
  readonly item?: Value
  readonly index?: number
}

const allowed = new Set(["inputs", "item", "index"])

export const expressionProblem = (error: ExpressionError): TextProblem => ({
  within: { offset: error.offset, length: error.length },
  message: error.message,
  ...(error.hint === undefined ? {} : { hint: error.hint })
})

/** Parses a text of a plan. `what` names it in errors: "an id". */
export const parsePublic = (text: string, what: string, known: Known): Either.Either<Template, TextProblem> =>
  Either.flatMap(
    Either.mapLeft(
      parseTemplate(text),
      ([first]): TextProblem =>
        first === undefined ? { message: "the expression can't be read" } : expressionProblem(first)
    ),
    (template): Either.Either<Template, TextProblem> => {
      const within = { offset: 0, length: text.length }
      const secret = [...template.names.inputs].find((name) => known.secrets.has(name))
      if (secret !== undefined) {
        return Either.left({
          within,
          message: `\`${secret}\` is secret and can't be part of ${what}, which is stored and shown`,
          hint: "pass it to the steps by `env`"
        })
      }
      const root = [...template.names.roots].find((name) => !allowed.has(name))
      return root === undefined ? Either.right(template) : Either.left({
        within,
        message: `\`${root}\` is not known yet where ${what} is made`,
        hint: "`inputs` can be used here, and with `forEach` `item` and `index`"
      })
    }
  )

const scope = (known: Known, position: Position) => ({ inputs: known.inputs, env: {}, ...position })

/** The text for one position. */
export const renderPublicText = (
  template: Template,
  known: Known,
  position: Position = {}
): Either.Either<string, TextProblem> => Either.mapLeft(renderText(template, scope(known, position)), expressionProblem)

/** The value for one position: a lone expression keeps its type. */
export const renderPublicValue = (
  template: Template,
  known: Known,
  position: Position = {}
): Either.Either<Value, TextProblem> => Either.mapLeft(renderValue(template, scope(known, position)), expressionProblem)
