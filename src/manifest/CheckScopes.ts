/**
 * Whether a text of a manifest is right where it stands: everything in it known, there, and of the right type.
 *
 * Owns putting the checks of one text together. Must not know paths. The surprise: a text is parsed once, and
 * looked at once for all the places that see the same, since a list of ten thousand targets mostly repeats itself.
 */
import { Either } from "effect"
import type { Expression } from "../expression/Expression.ts"
import type { ExpressionError } from "../expression/ExpressionError.ts"
import { didYouMean } from "../expression/Explain.ts"
import { type Names, unionNames } from "../expression/Names.ts"
import { parseShell } from "../expression/ShellTemplate.ts"
import { findExpressions, parseCondition } from "../expression/Template.ts"
import type { Type, Wrong } from "../expression/Type.ts"
import { notBool, notList, typeOfExpression } from "../expression/TypeOfExpression.ts"
import type { Path } from "./Finding.ts"
import type { TextKind } from "./ManifestTexts.ts"
import { expressionProblem, type TextProblem } from "./PublicText.ts"
import { isMapping, type Spot, stepAt } from "./Spot.ts"
import type { TypeScopes } from "./TypeScopes.ts"

/** What is wrong with a text, or with something beside it. */
export interface TextMistake extends TextProblem {
  /** Keys to put in the place of the text's own, where it is not the text itself. */
  readonly beside?: Path
}

type Mistakes = ReadonlyArray<TextMistake>

const foreign = (text: string): Mistakes => [{
  within: { offset: text.indexOf("{{"), length: 2 },
  message: "a value can only be put into the script of a POSIX shell",
  hint: "pass it by `env: { NAME: \"{{ … }}\" }` and read it from there"
}]

const notLone = (text: string, key: string): Mistakes => [{
  within: { offset: 0, length: text.length },
  message: "a text where a list, or one `{{ … }}` that gives a list, belongs",
  hint: `for example \`${key}: [a, b]\` or \`${key}: "{{ inputs.suites }}"\``
}]

const listKey = ({ sight }: Spot): string => (sight === "source" ? "items" : "over")

interface Parsed {
  readonly expressions: ReadonlyArray<Expression>
  readonly names: Names
  /** By the keys of places. */
  readonly known: Map<string, Mistakes>
}

type Read = Either.Either<ReadonlyArray<Expression>, ReadonlyArray<ExpressionError>>

const expressionsIn = (text: string): Read =>
  Either.map(findExpressions(text), (found) => found.map(({ expression }) => expression))

const read = (kind: Exclude<TextKind, "foreign">, text: string): Read => {
  switch (kind) {
    case "condition":
      return Either.map(parseCondition(text), ({ parts }) => parts.filter((part) => typeof part !== "string"))
    case "script":
      // Without those in comments, which are never evaluated and so may be as wrong as they like.
      return Either.map(parseShell(text), ({ expressions }) => expressions)
    default:
      return expressionsIn(text)
  }
}

const wholeOf = ({ offset, source }: Expression, { hint, message }: Wrong): TextMistake => ({
  within: { offset, length: source.length },
  message,
  ...(hint === undefined ? {} : { hint })
})

/** Cases that a text of which all values are known never has. */
const idleCases = (type: Type, spot: Spot): Mistakes => {
  const cases = spot.within === undefined ? undefined : stepAt(spot.within)?.step["cases"]
  if (type.kind !== "string" || type.what === undefined || !isMapping(cases)) return []
  const { values = [], what } = type
  return Object.keys(cases).filter((name) => values.length > 0 && !values.includes(name)).map((name) => ({
    beside: ["cases", name],
    at: "key",
    message: `${what} is never \`${name}\``,
    hint: didYouMean(name, values) ?? `it is one of ${values.map((each) => `\`${each}\``).join(", ")}`
  }))
}

const checkAt = (kind: TextKind, text: string, { expressions }: Parsed, spot: Spot, scopes: TypeScopes): Mistakes =>
  expressions.flatMap((expression): Mistakes => {
    const { problems, type } = typeOfExpression(expression, scopes.at(spot))
    if (problems.length > 0) {
      return problems.map(({ hint, length, message, offset }) => ({
        within: { offset, length },
        message,
        ...(hint === undefined ? {} : { hint })
      }))
    }
    if (kind === "choice") {
      return expressions.length === 1 && text.startsWith("{{") && text.endsWith("}}") ? idleCases(type, spot) : []
    }
    const wrong = kind === "condition" ? notBool(type) : kind === "list" ? notList(type, listKey(spot)) : undefined
    return wrong === undefined ? [] : [wholeOf(expression, wrong)]
  })

/** Gives the check of one document's texts; `heard` is told of the expressions in each, once. */
export const makeTextCheck = (
  scopes: TypeScopes,
  heard: (expression: Expression) => void
): (kind: TextKind, text: string, spot: Spot) => Mistakes => {
  const texts: { readonly [Kind in TextKind]: Map<string, Either.Either<Parsed, Mistakes>> } = {
    template: new Map(),
    condition: new Map(),
    list: new Map(),
    choice: new Map(),
    script: new Map(),
    foreign: new Map()
  }
  const parse = (kind: TextKind, text: string, spot: Spot): Either.Either<Parsed, Mistakes> => {
    if (kind === "foreign") return Either.left(foreign(text))
    if (kind === "list" && !/^\{\{.*\}\}$/s.test(text)) return Either.left(notLone(text, listKey(spot)))
    return Either.mapBoth(read(kind, text), {
      onLeft: (errors) => errors.map(expressionProblem),
      onRight: (expressions) => {
        expressions.forEach(heard)
        return {
          expressions,
          names: unionNames(expressions.map(({ names }) => names)),
          known: new Map<string, Mistakes>()
        }
      }
    })
  }
  return (kind, text, spot) => {
    // Without braces there is nothing to parse, unless an expression is what has to be there.
    if (kind !== "condition" && kind !== "list" && !text.includes("{{")) return []
    const parsed = texts[kind].get(text) ?? parse(kind, text, spot)
    texts[kind].set(text, parsed)
    if (Either.isLeft(parsed)) return parsed.left
    const key = scopes.key(spot, parsed.right.names)
    const found = parsed.right.known.get(key) ?? checkAt(kind, text, parsed.right, spot, scopes)
    parsed.right.known.set(key, found)
    return found
  }
}
