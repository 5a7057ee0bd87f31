/**
 * One piece of CEL, ready to be evaluated many times: an expression before its filters, or a filter's argument.
 *
 * Owns compiling, evaluating and the mapping of places between the text as written and the text
 * CEL is given. Must not know filters. The surprise: a plain path such as `steps.scan.output.json`
 * never goes through CEL, so that it costs next to nothing and its value stays exactly what it is.
 */
import type { ASTNode } from "@marcbachmann/cel-js"
import { Either } from "effect"
import { type Budget, OverBudget } from "./Budget.ts"
import { type CelFailure, celFailure } from "./CelFailure.ts"
import { fromCel, member } from "./Exchange.ts"
import { explain, explainEvaluation, explainLimit, explainParse, explainPath, type Piece } from "./Explain.ts"
import type { ExpressionError } from "./ExpressionError.ts"
import { type Edit, isPlainMember } from "./ExpressionScanner.ts"
import { makeContext } from "./Intake.ts"
import { compileCel, isZoneDependent } from "./Language.ts"
import { isRoot, mentionsOf, type Names, type Root } from "./Names.ts"
import type { Scope } from "./Scope.ts"
import type { Value } from "./Value.ts"

export interface Program extends Piece {
  readonly names: Names
  readonly evaluate: (scope: Scope, budget: Budget) => Either.Either<Value, ExpressionError>
  /** The syntax tree, in places of the compiled text; absent for a plain path. */
  readonly tree?: ASTNode
  /** From a place in the compiled text to the one in `source`. */
  readonly back: (place: number) => number
}

interface PlainPath {
  readonly root: Root
  readonly keys: ReadonlyArray<string>
}

const pathShape = /^[a-z]+(?:\.[A-Za-z_][A-Za-z0-9_]*)*$/
const idPathShape = /^(?:steps|targets)\.[A-Za-z0-9][A-Za-z0-9_-]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*$/

const plainPathOf = (source: string): PlainPath | undefined => {
  const hasId = idPathShape.test(source)
  if (!hasId && !pathShape.test(source)) return undefined
  const [root = "", ...keys] = source.split(".")
  if (!isRoot(root) || !keys.slice(hasId ? 1 : 0).every((key) => isPlainMember(key) || key.startsWith("_"))) {
    return undefined
  }
  return { root, keys }
}

const pathProgram = (piece: Piece, { keys, root }: PlainPath): Program => {
  const path = [root, ...keys]
  const missing = (scope: Scope) => {
    const { depth, hint, reason } = explainPath(scope, path)
    const start = path.slice(0, depth).reduce((length, name) => length + name.length + 1, 0)
    return explain("missing", piece, reason, { hint, start, end: start + (path[depth]?.length ?? 0) })
  }
  return {
    ...piece,
    names: mentionsOf(path).names,
    back: (place) => place,
    evaluate: (scope) => {
      let value: Value | undefined = scope[root]
      for (const key of keys) {
        if (value === undefined) break
        value = member(value, key)
      }
      return value === undefined ? Either.left(missing(scope)) : Either.right(value)
    }
  }
}

/** The text CEL is given, and the way back from a place in it. */
const rewrite = (source: string, edits: ReadonlyArray<Edit>) => {
  let text = ""
  let from = 0
  const moved: Array<{ readonly start: number; readonly end: number; readonly shift: number }> = []
  for (const edit of edits) {
    text += source.slice(from, edit.start)
    const start = text.length
    text += edit.text
    moved.push({ start, end: text.length, shift: edit.end - text.length })
    from = edit.end
  }
  text += source.slice(from)
  const back = (place: number): number => {
    let shift = 0
    for (const edit of moved) {
      if (place < edit.end) return Math.min(place, edit.start) + shift
      shift = edit.shift
    }
    return place + shift
  }
  return { text, back }
}

const findZoneDependent = (node: unknown): ASTNode | undefined => {
  if (typeof node !== "object" || node === null) return undefined
  if (Array.isArray(node)) {
    for (const child of node) {
      const found = findZoneDependent(child)
      if (found !== undefined) return found
    }
    return undefined
  }
  if (!isNode(node)) return undefined
  return node.op === "rcall" && isZoneDependent(node.args[0], node.args[2].length) ? node : findZoneDependent(node.args)
}

const isNode = (value: object): value is ASTNode => "op" in value && "args" in value && "start" in value

const celProgram = (piece: Piece, edits: ReadonlyArray<Edit>): Either.Either<Program, ExpressionError> => {
  const { back, text } = rewrite(piece.source, edits)
  const placed = (thrown: unknown): CelFailure => {
    const failure = celFailure(thrown)
    return { ...failure, start: back(failure.start), end: back(failure.end) }
  }
  return Either.try({
    try: () => {
      const { run, tree } = compileCel(text)
      return { run, tree, mentions: mentionsOf(tree), zoned: findZoneDependent(tree) }
    },
    catch: (thrown) => explainParse(piece, placed(thrown))
  }).pipe(Either.flatMap(({ mentions, run, tree, zoned }) => {
    if (zoned !== undefined) {
      const place = { start: back(zoned.start), end: back(zoned.end) }
      const hint = "use the methods in UTC, without a time zone: `getHours()`"
      return Either.left(explain("syntax", piece, "it depends on the time zone of the machine", { ...place, hint }))
    }
    let contextOf: ReturnType<typeof makeContext> | undefined
    const evaluate: Program["evaluate"] = (scope, budget) => {
      const refused: Array<string> = []
      let value: Value
      try {
        contextOf ??= makeContext(mentions.reach)
        value = fromCel(run(contextOf(scope, budget), budget), refused, budget)
      } catch (thrown) {
        const over = budget.over ?? thrown
        if (over instanceof OverBudget) return Either.left(explainLimit(piece, over))
        const failure = placed(thrown)
        return Either.left(
          explainEvaluation(piece, failure, scope, (start, end) => piece.source.slice(back(start), back(end)))
        )
      }
      const what = refused[0]
      return what === undefined
        ? Either.right(value)
        : Either.left(explain("type", piece, `it comes to ${what}, which can't be put anywhere`, {
          hint: "turn it into text or a number inside the expression"
        }))
    }
    return Either.right({ ...piece, names: mentions.names, evaluate, tree, back })
  }))
}

/** Compiles a piece of CEL; `edits` lie within its source. */
export const compileProgram = (
  piece: Piece,
  edits: ReadonlyArray<Edit>
): Either.Either<Program, ExpressionError> => {
  const path = plainPathOf(piece.source)
  return path === undefined ? celProgram(piece, edits) : Either.right(pathProgram(piece, path))
}
