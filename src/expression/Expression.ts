/**
 * One expression: CEL, then filters, as it stands between `{{` and `}}`.
 *
 * Owns putting the two together. Must not know what the expression is used for. The surprise:
 * everything is compiled when it is parsed, and nothing is left to do but evaluate; the
 * syntax trees and places stay on it for the checks of a manifest.
 */
import { Either } from "effect"
import { Budget } from "./Budget.ts"
import { didYouMean, explain, type Piece } from "./Explain.ts"
import type { ExpressionError } from "./ExpressionError.ts"
import { filters } from "./Filters.ts"
import { type Edit, scanExpression } from "./ExpressionScanner.ts"
import { maxSourceLength } from "./Language.ts"
import { type Names, unionNames } from "./Names.ts"
import { compileProgram, type Program } from "./Program.ts"
import type { Scope } from "./Scope.ts"
import type { Value } from "./Value.ts"

export interface FilterUse extends Piece {
  readonly name: string
  readonly argument: Program
  readonly apply: (typeof filters)[number]["apply"]
}

/** `source` is without the white space around it; `offset` is where it begins in its template. */
export interface Expression extends Piece {
  readonly names: Names
  readonly program: Program
  readonly filters: ReadonlyArray<FilterUse>
}

/** The part of `text` from `start` to `end` without the white space around it, `offset` being that of `text`. */
const trimmed = (text: string, start: number, end: number, offset: number): Piece & { readonly start: number } => {
  const part = text.slice(start, end)
  const lead = part.length - part.trimStart().length
  return { source: part.trim(), offset: offset + start + lead, start: start + lead }
}

const editsWithin = (edits: ReadonlyArray<Edit>, start: number, end: number): ReadonlyArray<Edit> =>
  edits.filter((edit) => edit.start >= start && edit.end <= end)
    .map((edit) => ({ text: edit.text, start: edit.start - start, end: edit.end - start }))

const filterShape = /^([A-Za-z_][A-Za-z0-9_]*)\s*(?:\(([\s\S]*)\))?$/

const parseFilter = (
  text: string,
  start: number,
  end: number,
  offset: number,
  edits: ReadonlyArray<Edit>
): Either.Either<FilterUse, ExpressionError> => {
  const piece = trimmed(text, start, end, offset)
  const [, name, argument] = filterShape.exec(piece.source) ?? []
  if (name === undefined) {
    return Either.left(explain("syntax", piece, "a filter belongs after `|`", { hint: "use `||` for \"or\"" }))
  }
  const definition = filters.find((filter) => filter.name === name)
  if (definition === undefined) {
    const known = filters.map((filter) => filter.name)
    const hint = didYouMean(name, known) ?? `the filters are ${known.join(", ")}`
    return Either.left(explain("syntax", piece, `unknown filter \`${name}\``, { hint, end: name.length }))
  }
  if (argument === undefined || argument.trim() === "") {
    return Either.left(explain("syntax", piece, "it needs one argument", { hint: `write \`${definition.signature}\`` }))
  }
  const opening = piece.start + piece.source.indexOf("(", name.length) + 1
  const inside = trimmed(text, opening, opening + argument.length, offset)
  return Either.map(
    compileProgram(inside, editsWithin(edits, inside.start, inside.start + inside.source.length)),
    (program) => ({ source: piece.source, offset: piece.offset, name, argument: program, apply: definition.apply })
  )
}

/**
 * Parses one expression. `offset` is where `source` begins in its template; every place in
 * an error counts from the template's start, in UTF-16 units.
 */
export const parseExpression = (source: string, offset: number): Either.Either<Expression, ExpressionError> => {
  const whole = trimmed(source, 0, source.length, offset)
  const piece: Piece = { source: whole.source, offset: whole.offset }
  if (piece.source === "") {
    return Either.left(explain("syntax", { source, offset }, "there is no expression between `{{` and `}}`"))
  }
  if (source.length > maxSourceLength) {
    return Either.left(
      explain("syntax", piece, `too large: longer than ${maxSourceLength} characters`, {
        hint: "keep data of that size in an input or a file"
      })
    )
  }
  const scanned = scanExpression(source, 0, true)
  if (scanned._tag === "Unclosed") {
    const at = scanned.offset - whole.start
    return Either.left(explain("syntax", piece, "a string is not closed", { start: at, end: at + 1 }))
  }
  const [firstBar = source.length, ...bars] = scanned.bars
  const head = trimmed(source, 0, firstBar, offset)
  if (head.source === "") return Either.left(explain("syntax", piece, "there is nothing before the filter"))
  const compiled = compileProgram(
    { source: head.source, offset: head.offset },
    editsWithin(scanned.edits, head.start, firstBar)
  )
  if (scanned.bars.length === 0) {
    return Either.map(compiled, (program) => ({ ...piece, names: program.names, program, filters: [] }))
  }
  return Either.gen(function*() {
    const program = yield* compiled
    const uses: Array<FilterUse> = []
    for (const [index, bar] of scanned.bars.entries()) {
      uses.push(yield* parseFilter(source, bar + 1, bars[index] ?? source.length, offset, scanned.edits))
    }
    const names = unionNames([program.names, ...uses.map((use) => use.argument.names)])
    return { ...piece, names, program, filters: uses }
  })
}

/** Evaluates an expression in a scope: always the same value for the same scope. */
export const evaluate = (expression: Expression, scope: Scope): Either.Either<Value, ExpressionError> => {
  const budget = new Budget()
  let result = expression.program.evaluate(scope, budget)
  for (const use of expression.filters) {
    result = use.apply(result, () => use.argument.evaluate(scope, budget), use, budget)
  }
  return result
}
