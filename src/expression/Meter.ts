/**
 * Has CEL pay for what it does: for the turns of a macro, and for operators and functions.
 *
 * Owns getting between CEL and its operators, and the pattern engine that takes the place of CEL's. Must not
 * know what costs how much. The surprise: it works on the `handle` that CEL's checker leaves on the nodes of a
 * tree, which no document promises; where there is none, nothing is compiled.
 */
import type * as Cel from "@marcbachmann/cel-js"
import type { ASTNode } from "@marcbachmann/cel-js"
import { Either } from "effect"
import type { Budget } from "./Budget.ts"
import { operators, payForCall, payForResult, sizeOf } from "./Cost.ts"
import { makePatterns, matches } from "./Matches.ts"
import { compilePattern, type PatternProblem } from "./Pattern.ts"
import { partsOf } from "./Tree.ts"
import { parseJson, UnfitJson } from "./Value.ts"

/** The hint of an error that CEL carries along as its cause. */
export class Hinted extends Error {
  readonly hint: string

  constructor(hint: string) {
    super(hint)
    this.hint = hint
  }
}

/** Who pays: the budget of the evaluation that is under way. */
export interface Account {
  budget: Budget
}

type Errors = Pick<typeof Cel, "EvaluationError" | "ParseError">
type Handle = (first: unknown, second: unknown, third: unknown, fourth: unknown) => unknown

interface Handled {
  handle: Handle
}
const isHandled = (node: object): node is Handled => "handle" in node && typeof node.handle === "function"

/** Puts `change` in the place of what a node does with its operands. */
const rehandle = (node: object, change: (handle: Handle) => Handle): void => {
  if (!isHandled(node)) throw new Error("CEL does not let its operators be counted")
  node.handle = change(node.handle)
}

interface Expanded {
  readonly meta: { readonly alternate?: object; readonly macro?: object }
}
const isExpanded = (node: object): node is Expanded =>
  "meta" in node && typeof node.meta === "object" && node.meta !== null
const metaOf = (node: object): Expanded["meta"] => isExpanded(node) ? node.meta : {}

/** Macros that go on past an error in one of their turns. Each error takes CEL as long as it looks for its line. */
const enduring = new Set(["all", "exists"])
const stepsOfError = ({ input }: ASTNode): number => 40 + Math.floor(input.length / 8)

/** What a node takes beside its parts, and beside what hangs on the values it is given. */
const stepsBeside = (node: ASTNode): number => {
  if (node.op === "call" || node.op === "rcall") return 4
  if (node.op === "||" || node.op === "&&") return stepsOfError(node)
  return Object.hasOwn(operators, node.op) ? 1 : 0
}

const isList = (value: unknown): value is ReadonlyArray<unknown> => Array.isArray(value)

interface Metering {
  readonly account: Account
  readonly errors: Errors
}

const wrongPattern = ({ hint, reason }: PatternProblem, node: ASTNode) => ({
  code: "invalid_regular_expression",
  message: `the pattern ${reason}`,
  node,
  range: { start: node.start, end: node.end },
  cause: new Hinted(hint)
})

/** RE2 in the place of the engine that goes back and forth; a pattern that is written out is compiled now. */
const meterMatches = (node: ASTNode, pattern: ASTNode, { account, errors }: Metering): void => {
  const known = pattern.op === "value" && typeof pattern.args === "string" ? compilePattern(pattern.args) : undefined
  if (known !== undefined && Either.isLeft(known)) throw new errors.ParseError(wrongPattern(known.left, pattern))
  const patterns = makePatterns()
  rehandle(node, (handle) => (args, second, third, fourth) => {
    const [text, wanted] = isList(args) ? args : []
    // Values of other types have no such method, which CEL says best.
    if (typeof text !== "string" || typeof wanted !== "string") return handle(args, second, third, fourth)
    const found = known ?? patterns(wanted, account.budget)
    if (Either.isLeft(found)) throw new errors.EvaluationError(wrongPattern(found.left, pattern))
    return matches(found.right, text, account.budget)
  })
}

const longestDuration = 64

/** What CEL must not be asked at all, and why. */
const refusal = (name: string, value: unknown): { readonly code: string; readonly message: string } | undefined => {
  // CEL's own reading of a duration takes time that grows with the cube of a text without a unit.
  if (name === "duration" && typeof value === "string" && value.length > longestDuration) {
    return { code: "invalid_duration", message: "the text is too long for a duration" }
  }
  if (name !== "json" || !(value instanceof Uint8Array)) return undefined
  try {
    parseJson(new TextDecoder().decode(value))
    return undefined
  } catch (thrown) {
    return {
      code: "invalid_json",
      message: thrown instanceof UnfitJson ? `the text holds ${thrown.message}` : "the text is not JSON"
    }
  }
}

const meterCall = (node: ASTNode, name: string, args: ReadonlyArray<ASTNode>, metering: Metering): void => {
  const { account, errors } = metering
  const pattern = name === "matches" ? args.at(-1) : undefined
  if (pattern !== undefined) return meterMatches(node, pattern, metering)
  rehandle(node, (handle) => (given, second, third, fourth) => {
    const values = isList(given) ? given : []
    payForCall(account.budget, name, values)
    const refused = refusal(name, values[0])
    if (refused !== undefined) throw new errors.EvaluationError({ ...refused, node })
    const result = handle(given, second, third, fourth)
    payForResult(account.budget, result)
    return result
  })
}

const meterOperation = (node: ASTNode, metering: Metering): void => {
  // A macro evaluates its parts itself, and they pay.
  if (metaOf(node).macro !== undefined) return
  if (node.op === "call") return meterCall(node, node.args[0], node.args[1], metering)
  if (node.op === "rcall") return meterCall(node, node.args[0], partsOf(node), metering)
  const pay = Object.hasOwn(operators, node.op) ? operators[node.op] : undefined
  if (pay === undefined) return
  const { account } = metering
  rehandle(node, (handle) => (left, right, third, fourth) => {
    pay(account.budget, left, right)
    return handle(left, right, third, fourth)
  })
}

/** Meters a node and all below it; the result is the steps of evaluating it once, turns of macros left out. */
const visit = (node: ASTNode, metering: Metering): number => {
  const all = (nodes: ReadonlyArray<ASTNode>): number => nodes.reduce((sum, each) => sum + visit(each, metering), 1)
  const { alternate } = metaOf(node)
  if (node.op !== "rcall" || alternate === undefined) {
    meterOperation(node, metering)
    return all(partsOf(node)) + stepsBeside(node)
  }
  const [name, receiver, [, ...body]] = node.args
  const turn = all(body) + (enduring.has(name) ? stepsOfError(node) : 0)
  const { account } = metering
  // All turns are paid before the first: some macros go on past whatever is thrown in one of them.
  rehandle(alternate, (handle) => (items, second, third, fourth) => {
    account.budget.work(sizeOf(items) * turn)
    return handle(items, second, third, fourth)
  })
  return all([receiver])
}

/** Meters a tree that CEL has checked. Throws CEL's `ParseError` for a pattern that can never be one. */
export const meter = (tree: ASTNode, metering: Metering): void => {
  visit(tree, metering)
}
