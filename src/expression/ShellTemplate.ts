/**
 * A shell script with `{{ … }}` in it: values reach the shell through environment variables.
 *
 * Owns which variable takes an expression's place, and which places take none. Must not put a
 * value into a script, ever: that is what makes it data. The surprise: an expression in a comment
 * is left as it stands and never evaluated, so that commenting out a line is always safe.
 */
import { Either } from "effect"
import { explain } from "./Explain.ts"
import { evaluate, type Expression } from "./Expression.ts"
import type { ExpressionError } from "./ExpressionError.ts"
import { type Names, unionNames } from "./Names.ts"
import type { Scope } from "./Scope.ts"
import { isOpen, refusals } from "./ShellPlace.ts"
import { scanShell } from "./ShellScanner.ts"
import { findHoles } from "./Template.ts"
import { writeOut } from "./Text.ts"

export interface ShellTemplate {
  /** What the shell is given: the text with a variable in the place of each expression. */
  readonly script: string
  /** The variables the script reads. `name` is `PAWL_1` and so on; the same expression has one variable. */
  readonly variables: ReadonlyArray<{ readonly name: string; readonly expression: Expression }>
  /** Every expression that is evaluated, where it stands, in order. */
  readonly expressions: ReadonlyArray<Expression>
  readonly names: Names
}

/** `{{ "{{" }}` is how an author writes braces: text of the script, not a value. */
const braces = /^(["'])([{}]+)\1$/

/**
 * Reads a script for a POSIX shell, with all its errors, in order: expressions that can't be read, and those
 * that stand where a shell would not take a value as data (`quoting`). Those that can be read are in `expressions`.
 */
export const readShell = (
  text: string
): { readonly errors: ReadonlyArray<ExpressionError>; readonly template: ShellTemplate } => {
  const { holes, unclosed } = findHoles(text)
  const places = holes.length === 0 ? [] : scanShell(text, holes)
  const errors: Array<ExpressionError> = []
  const expressions: Array<Expression> = []
  const variables = new Map<string, { readonly name: string; readonly expression: Expression }>()
  let script = ""
  let from = 0
  for (const [index, { end, parsed, start }] of holes.entries()) {
    const place = places[index] ?? "tangled"
    script += text.slice(from, start)
    from = end
    if (place === "comment") {
      script += text.slice(start, end).replaceAll("\n", " ")
      continue
    }
    if (Either.isLeft(parsed)) {
      errors.push(parsed.left)
      continue
    }
    const expression = parsed.right
    const literal = braces.exec(expression.source)?.[2]
    if (literal !== undefined && place !== "dollar") {
      script += literal
      continue
    }
    expressions.push(expression)
    if (!isOpen(place)) {
      const [reason, hint] = refusals[place]
      const whole = { source: text.slice(start, end), offset: start }
      errors.push(explain("quoting", whole, reason, { hint: hint.replaceAll("{{ x }}", whole.source) }))
      continue
    }
    const variable = variables.get(expression.source) ?? { name: `PAWL_${variables.size + 1}`, expression }
    variables.set(expression.source, variable)
    script += place === "bare" ? `"\${${variable.name}}"` : `\${${variable.name}}`
  }
  if (unclosed !== undefined) errors.push(unclosed)
  const used = [...variables.values()]
  const template = {
    script: script + text.slice(from),
    variables: used,
    expressions,
    names: unionNames(used.map(({ expression }) => expression.names))
  }
  return { errors, template }
}

/** Parses a script for a POSIX shell; on the left all errors, at least one, in order. */
export const parseShell = (text: string): Either.Either<ShellTemplate, ReadonlyArray<ExpressionError>> => {
  const { errors, template } = readShell(text)
  return errors.length > 0 ? Either.left(errors) : Either.right(template)
}

/** The environment variables of a script, by name; the first failing expression is the error. */
export const shellVariables = (
  template: ShellTemplate,
  scope: Scope
): Either.Either<Readonly<Record<string, string>>, ExpressionError> => {
  const values: Record<string, string> = {}
  for (const { expression, name } of template.variables) {
    const written = Either.flatMap(evaluate(expression, scope), (value) => writeOut(expression, value))
    if (Either.isLeft(written)) return Either.left(written.left)
    const text = written.right
    if (text.includes("\0")) {
      const reason = "its text has a NUL character, which no environment variable can hold"
      return Either.left(explain("type", expression, reason, { hint: "hand it over in a file" }))
    }
    values[name] = text
  }
  return Either.right(values)
}
