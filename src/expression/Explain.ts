/**
 * The words of expression errors: what CEL or a lookup says is wrong, said to the author.
 *
 * Owns wording and hints, and which failures count as `missing`. Must not evaluate. The
 * surprise: a missing key is looked up once more, in the scope, to suggest its neighbour.
 */
import type { OverBudget } from "./Budget.ts"
import type { CelFailure } from "./CelFailure.ts"
import { isObject, member } from "./Exchange.ts"
import { ExpressionError } from "./ExpressionError.ts"
import { languageFunctions } from "./Language.ts"
import { isRoot, pathOf, type Root, roots } from "./Names.ts"
import { nearest } from "./Nearest.ts"
import type { Scope } from "./Scope.ts"
import { signaturesOf } from "./TypeOfCall.ts"
import type { Value } from "./Value.ts"

/** A piece of expression text and where it stands in its template. */
export interface Piece {
  readonly source: string
  readonly offset: number
}

const longestQuote = 60

/** Text for a message: on one line, shortened, in back-ticks. */
export const quoted = (text: string): string => {
  const line = text.trim().replace(/\s+/g, " ")
  return `\`${line.length > longestQuote ? `${line.slice(0, longestQuote - 1)}…` : line}\``
}

/** Places inside the piece are given from its start; without them the error is about all of it. */
export const explain = (
  kind: ExpressionError["kind"],
  piece: Piece,
  reason: string,
  options?: { readonly hint?: string | undefined; readonly start?: number; readonly end?: number }
): ExpressionError => {
  const start = options?.start ?? 0
  return new ExpressionError({
    kind,
    message: piece.source.trim() === "" ? reason : `${quoted(piece.source)}: ${reason}`,
    ...(options?.hint === undefined ? {} : { hint: options.hint }),
    offset: piece.offset + start,
    length: Math.max(0, (options?.end ?? piece.source.length) - start)
  })
}

/** Where a name means something, for a hint where it does not. */
export const whereRootsAre: Readonly<Record<Root, string | undefined>> = {
  inputs: undefined,
  env: undefined,
  steps: "`steps` is known in the steps of a target",
  targets: "`targets` is known in `outputs`, once the run has ended",
  item: "`item` is known in a target with `forEach`, and in the steps of a `map`",
  index: "`index` is known in a target with `forEach`, and in the steps of a `map`",
  iteration: "`iteration` is known in a `loop`: in its steps, its `while` and its `until`",
  context: "`context` is known while steps run"
}

export const didYouMean = (name: string, known: Iterable<string>): string | undefined => {
  const near = nearest(name, known)
  return near === undefined ? undefined : `did you mean \`${near}\`?`
}

const useDefault = "where it may be missing, add a default: `| default('…')`"

/** Reason and hint for a fixed path that leads nowhere in `scope`, and which of its names is the missing one. */
export const explainPath = (
  scope: Scope,
  path: ReadonlyArray<string>
): { readonly reason: string; readonly hint: string | undefined; readonly depth: number } => {
  const [root = "", ...keys] = path
  let value: Value | undefined = isRoot(root) ? scope[root] : undefined
  if (value === undefined) {
    return { reason: `\`${root}\` is not known here`, hint: isRoot(root) ? whereRootsAre[root] : undefined, depth: 0 }
  }
  let depth = 1
  for (const key of keys) {
    const next: Value | undefined = member(value, key)
    if (next === undefined) {
      const known = isObject(value) ? Object.keys(value) : []
      return {
        reason: `there is no ${quoted(key)} in ${quoted(path.slice(0, depth).join("."))}`,
        hint: didYouMean(key, known) ?? useDefault,
        depth
      }
    }
    value = next
    depth++
  }
  return { reason: "it is missing", hint: useDefault, depth: 0 }
}

const tokens: Readonly<Record<string, string>> = {
  RPAREN: "`)`",
  RBRACKET: "`]`",
  RBRACE: "`}`",
  COLON: "`:`",
  IDENTIFIER: "a name"
}

const plainTypes = (text: string): string => {
  const next = text.replace(/dyn<((?:[^<>]|<[^<>]*>)*)>/g, "$1")
  return next === text ? text : plainTypes(next)
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, "")

const syntaxReason = (failure: CelFailure, found: string): string => {
  const wanted = /^Expected (\w+)/.exec(failure.summary)?.[1]
  const what = found.trim() === "" ? "the end" : quoted(found)
  if (wanted !== undefined) return `expected ${tokens[wanted] ?? wanted.toLowerCase()}, found ${what}`
  if (failure.code === "unexpected_token" || failure.code === "unexpected_character") {
    return found.trim() === "" ? "it ends too early" : `unexpected ${what}`
  }
  return lowerFirst(failure.summary)
}

const syntaxHint = (found: string, source: string): string | undefined => {
  if (found === "=") return "compare with `==`"
  if (found === "|") return "filters stand last, after the whole expression and outside parentheses"
  if (found === "&") return "write `&&` for \"and\""
  if (source.trimStart().startsWith(".")) return "to write a literal `{{`, write `{{ \"{{\" }}`"
  if (found === "$") return "a variable of the environment is `env.NAME`"
  return undefined
}

const functionNames = (): ReadonlyArray<string> => languageFunctions().map(({ name }) => name)

/** An error of parsing or checking; `source` is the piece as it was written, with places already in it. */
export const explainParse = (piece: Piece, failure: CelFailure): ExpressionError => {
  const place = { start: failure.start, end: Math.max(failure.end, failure.start) }
  const found = piece.source.slice(place.start, place.end)
  switch (failure.code) {
    case "unknown_variable": {
      const name = failure.node?.op === "id" ? failure.node.args : found
      const hint = didYouMean(name, roots) ?? `write text in quotes, '${name}'; names are ${roots.join(", ")}`
      return explain("syntax", piece, `unknown name ${quoted(name)}`, { ...place, hint })
    }
    case "no_matching_overload": {
      const node = failure.node
      const name = node?.op === "call" || node?.op === "rcall" ? node.args[0] : undefined
      const names = functionNames()
      if (name !== undefined && !names.includes(name)) {
        return explain("syntax", piece, `unknown function ${quoted(name)}`, { ...place, hint: didYouMean(name, names) })
      }
      const hint = name === undefined ? undefined : signaturesOf(name)
      return explain("type", piece, plainTypes(lowerFirst(failure.summary)), { ...place, hint })
    }
    case "limit_exceeded":
    case "internal":
      return explain("syntax", piece, `it can't be compiled: ${lowerFirst(failure.summary)}`)
    case "no_such_overload":
    case "invalid_condition_type":
    case "invalid_logical_operand":
    case "incompatible_ternary_branches":
    case "invalid_index_type":
    case "cannot_index_type":
      return explain("type", piece, typeReason(failure), { ...place, hint: typeHint(failure) })
    default:
      return explain("syntax", piece, syntaxReason(failure, found), {
        ...place,
        hint: failure.hint ?? syntaxHint(found, piece.source)
      })
  }
}

const typeReason = (failure: CelFailure): string =>
  plainTypes(lowerFirst(failure.summary)).replace(/^no such overload: /, "no such operation: ")

const typeHint = (failure: CelFailure): string | undefined =>
  failure.code === "no_such_overload"
    ? "make both sides alike with `string(…)`, `int(…)` or `double(…)`"
    : failure.code === "invalid_logical_operand" || failure.code === "invalid_condition_type"
    ? "compare it with something, such as `… != ''` or `… > 0`"
    : undefined

/** An error of evaluation. `textOf` gives the text of a node as it was written. */
export const explainEvaluation = (
  piece: Piece,
  failure: CelFailure,
  scope: Scope,
  textOf: (start: number, end: number) => string
): ExpressionError => {
  const place = { start: failure.start, end: Math.max(failure.end, failure.start) }
  const node = failure.node
  switch (failure.code) {
    case "unknown_variable": {
      const path = node?.op === "id" ? [node.args] : [""]
      const { hint, reason } = explainPath(scope, path)
      return explain("missing", piece, reason, { ...place, hint })
    }
    case "no_such_key": {
      const key = failure.summary.replace(/^No such key: /, "")
      const path = node === undefined ? undefined : pathOf(node)
      const hint = path === undefined ? useDefault : explainPath(scope, path).hint
      const left = node?.op === "." || node?.op === "[]" ? textOf(node.args[0].start, node.args[0].end) : undefined
      return explain("missing", piece, `there is no ${quoted(key)}${left === undefined ? "" : ` in ${quoted(left)}`}`, {
        ...place,
        hint
      })
    }
    case "index_out_of_bounds": {
      const index = /index (-?\d+)/.exec(failure.summary)?.[1] ?? "?"
      return explain("missing", piece, `the list has no element ${index}`, { ...place, hint: useDefault })
    }
    default:
      return explain("type", piece, typeReason(failure), { ...place, hint: failure.hint ?? typeHint(failure) })
  }
}

/** An evaluation that went past what it may cost. */
export const explainLimit = (piece: Piece, { hint, message }: OverBudget): ExpressionError =>
  explain("limit", piece, message, { hint })
