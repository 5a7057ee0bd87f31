/**
 * The expressions of a manifest: each must parse, stand where it can, and name inputs that exist.
 *
 * Owns these checks. Must not evaluate. The surprise: a text is parsed once however often it
 * stands in the manifest, since a list of ten thousand targets mostly repeats itself.
 */
import { Either } from "effect"
import type { ExpressionError } from "../expression/ExpressionError.ts"
import type { Names } from "../expression/Names.ts"
import { nearest } from "../expression/Nearest.ts"
import { parseShell } from "../expression/ShellTemplate.ts"
import { findExpressions, parseCondition, parseTemplate } from "../expression/Template.ts"
import type { Finding } from "./Finding.ts"
import { isMapping, type TextKind, visitTexts } from "./ManifestTexts.ts"
import { expressionProblem, type TextProblem } from "./PublicText.ts"

const foreign = (text: string): ReadonlyArray<TextProblem> => [{
  within: { offset: text.indexOf("{{"), length: 2 },
  message: "a value can only be put into the script of a POSIX shell",
  hint: "pass it by `env: { NAME: \"{{ … }}\" }` and read it from there"
}]

const notLone = (text: string): ReadonlyArray<TextProblem> => [{
  within: { offset: 0, length: text.length },
  message: "a text where a list, or one `{{ … }}` that gives a list, belongs",
  hint: "for example `items: [a, b]` or `items: \"{{ inputs.suites }}\"`"
}]

const parse = (
  kind: Exclude<TextKind, "foreign">,
  text: string
): Either.Either<Names, ReadonlyArray<ExpressionError>> => {
  switch (kind) {
    case "condition":
      return Either.map(parseCondition(text), ({ names }) => names)
    case "script":
      return Either.map(parseShell(text), ({ names }) => names)
    default:
      return Either.map(parseTemplate(text), ({ names }) => names)
  }
}

const unknownInputs = (
  text: string,
  names: ReadonlySet<string>,
  inputs: ReadonlySet<string>
): ReadonlyArray<TextProblem> => {
  if ([...names].every((name) => inputs.has(name))) return []
  return Either.getOrElse(findExpressions(text), () => []).flatMap(({ expression }) =>
    [...expression.names.inputs].filter((name) => !inputs.has(name)).map((name) => {
      const near = nearest(name, inputs)
      return {
        within: { offset: expression.offset, length: expression.source.length },
        message: `unknown input \`${name}\``,
        hint: near === undefined ? `declare it: \`inputs: { ${name}: { type: string } }\`` : `did you mean \`${near}\`?`
      }
    })
  )
}

const check = (kind: TextKind, text: string, inputs: ReadonlySet<string>): ReadonlyArray<TextProblem> => {
  if (kind === "foreign") return foreign(text)
  if (kind === "list" && !/^\{\{.*\}\}$/s.test(text)) return notLone(text)
  return Either.match(parse(kind, text), {
    onLeft: (errors) => errors.map(expressionProblem),
    onRight: (names) => unknownInputs(text, names.inputs, inputs)
  })
}

/** Everything wrong with the expressions of a document that may not be a manifest otherwise. */
export const checkTexts = (document: unknown): ReadonlyArray<Finding> => {
  const declared = isMapping(document) ? document["inputs"] : undefined
  const inputs = new Set(isMapping(declared) ? Object.keys(declared) : [])
  const known: { readonly [Kind in TextKind]: Map<string, ReadonlyArray<TextProblem>> } = {
    template: new Map(),
    condition: new Map(),
    list: new Map(),
    script: new Map(),
    foreign: new Map()
  }
  const findings: Array<Finding> = []
  visitTexts(document, (kind, text, path) => {
    // Without braces there is nothing to parse, unless an expression is what has to be there.
    if (kind !== "condition" && kind !== "list" && !text.includes("{{")) return
    let found = known[kind].get(text)
    if (found === undefined) {
      found = check(kind, text, inputs)
      known[kind].set(text, found)
    }
    for (const each of found) findings.push({ path, ...each })
  })
  return findings
}
