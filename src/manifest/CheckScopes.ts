/**
 * Whether a text of a manifest is right where it stands: everything in it known, there, and of the right type.
 *
 * Owns putting the checks of one text together. Must not know paths. The surprise: a text is parsed once, and
 * looked at once for all the places that see the same, since a list of ten thousand targets mostly repeats itself.
 */
import { Array, Either } from "effect"
import type { Expression } from "../expression/Expression.ts"
import type { ExpressionError } from "../expression/ExpressionError.ts"
import { type Names, unionNames } from "../expression/Names.ts"
import { readShell } from "../expression/ShellTemplate.ts"
import { findHoles, parseCondition } from "../expression/Template.ts"
import type { Type, Wrong } from "../expression/Type.ts"
import { notBool, notList, typeOfExpression } from "../expression/TypeOfExpression.ts"
import { neverIs } from "../expression/TypeOfOperator.ts"
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

/** A text that was read, so far as it can be. */
interface Read {
  readonly errors: ReadonlyArray<ExpressionError>
  /** Those that are evaluated; not those in the comments of a script, which may be as wrong as they like. */
  readonly expressions: ReadonlyArray<Expression>
}

interface Parsed {
  /** What is wrong with it wherever it stands. */
  readonly mistakes: Mistakes
  readonly expressions: ReadonlyArray<Expression>
  readonly names: Names
  /** By the keys of places. */
  readonly known: Map<string, Mistakes>
}

const read = (kind: Exclude<TextKind, "foreign">, text: string): Read => {
  if (kind === "script") {
    const { errors, template } = readShell(text)
    return { errors, expressions: template.expressions }
  }
  const { holes, unclosed } = findHoles(text)
  const [wrong, expressions] = Array.separate(holes.map(({ parsed }) => parsed))
  const errors = unclosed === undefined ? wrong : [...wrong, unclosed]
  const [hole, ...others] = holes
  const isLone = hole !== undefined && others.length === 0
    && `${text.slice(0, hole.start)}${text.slice(hole.end)}`.trim() === ""
  if (kind !== "condition" || isLone || errors.length > 0) return { errors, expressions }
  return { errors: Either.match(parseCondition(text), { onLeft: (found) => found, onRight: () => [] }), expressions }
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
  return Object.keys(cases)
    .filter((name) => values.length > 0 && !values.includes(name))
    .map((name) => {
      const { hint, message } = neverIs(what, name, values)
      return { beside: ["cases", name], at: "key", message, ...(hint === undefined ? {} : { hint }) }
    })
}

const checkAt = (
  kind: TextKind,
  { expressions, mistakes, names }: Parsed,
  spot: Spot,
  scopes: TypeScopes,
  text: string
): Mistakes =>
  expressions.flatMap((expression): Mistakes => {
    const { problems, type } = typeOfExpression(expression, scopes.at(spot, names))
    if (problems.length > 0) {
      return problems.map(({ hint, length, message, offset }) => ({
        within: { offset, length },
        message,
        ...(hint === undefined ? {} : { hint })
      }))
    }
    if (mistakes.length > 0) return []
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
  const texts: { readonly [Kind in TextKind]: Map<string, Parsed> } = {
    template: new Map(),
    condition: new Map(),
    list: new Map(),
    choice: new Map(),
    script: new Map(),
    foreign: new Map()
  }
  const parse = (kind: TextKind, text: string, spot: Spot): Parsed => {
    const { errors, expressions } = kind === "foreign" ? { errors: [], expressions: [] } : read(kind, text)
    expressions.forEach(heard)
    const isLone = kind !== "list" || /^\{\{.*\}\}$/s.test(text)
    return {
      mistakes: [
        ...(kind === "foreign" ? foreign(text) : []),
        ...(isLone ? [] : notLone(text, listKey(spot))),
        ...errors.map(expressionProblem)
      ],
      expressions,
      names: unionNames(expressions.map(({ names }) => names)),
      known: new Map<string, Mistakes>()
    }
  }
  return (kind, text, spot) => {
    // Without braces there is nothing to parse, unless an expression is what has to be there.
    if (kind !== "condition" && kind !== "list" && !text.includes("{{")) return []
    const parsed = texts[kind].get(text) ?? parse(kind, text, spot)
    texts[kind].set(text, parsed)
    if (parsed.expressions.length === 0) return parsed.mistakes
    const key = scopes.key(spot, parsed.names)
    const found = parsed.known.get(key) ?? [...parsed.mistakes, ...checkAt(kind, parsed, spot, scopes, text)]
    parsed.known.set(key, found)
    return found
  }
}
