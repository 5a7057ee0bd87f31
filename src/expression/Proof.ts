/**
 * What a condition shows where it is true, or where it is not: that a step has run, that a name is there.
 *
 * Pure. Owns which tests are understood: `status`, `has(…)`, `attempts`, and any condition that stands word for
 * word elsewhere. Must not report mistakes. The surprise: what it does not understand shows nothing but itself.
 */
import type { ASTNode } from "@marcbachmann/cel-js"
import { hasByIndex } from "./ExpressionScanner.ts"
import type { Shown } from "./Fact.ts"
import type { Seen, TypeScope } from "./TypeScope.ts"

/** How to look at a part of the expression without telling what is wrong with it. */
export interface Look {
  readonly at: (node: ASTNode) => Seen
  /** What is so if the path is there, down to its last name. */
  readonly passed: (path: ASTNode) => ReadonlyArray<Shown>
  readonly where: Where
}

/** Where an expression stands, which says what its names mean. */
export type Where = Pick<TypeScope, "place" | "root">

/** That a step has run. */
export const hasRun = ({ id, implies }: NonNullable<Seen["step"]>): Shown => ({ fact: `ran ${id}`, implies })

const ownNames = /\b(?:item|index|iteration)\b/

/** A text; or `steps`, where it is no part of a longer path, and the name after it, where that is written out. */
const namedSteps =
  /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|(?<![\w.]|\. )(steps)\b(?: ?\. ?(\w+)| ?\[ ?(?:"([^"\\]*)"|'([^'\\]*)') ?\])?/g

/** The steps that a text speaks of. */
const stepsIn = (text: string, { root }: Where): ReadonlyArray<string> => {
  const steps = root("steps")
  if (!("kind" in steps) || steps.kind !== "record") return []
  return [...text.matchAll(namedSteps)].flatMap(([, word, plain, double, single]) => {
    if (word === undefined) return []
    const name = plain ?? double ?? single
    // Which one it is comes out when it runs: it may be any that can be seen.
    return (name === undefined ? steps.names() : [name]).map((each) => steps.field(each)?.id ?? "")
  })
}

/** That a text of an expression is true or not: a name of one place may mean something else at another. */
const said = (truth: boolean, text: string, where: Where): Shown => {
  const steps = text.includes("steps") ? stepsIn(text, where) : []
  const about = steps.length === 0 ? "" : ` of ${steps.join(", ")}`
  return { fact: `${truth ? "is" : "not"} ${text}${ownNames.test(text) ? ` at ${where.place}` : ""}${about}` }
}

/** That the text equals a fixed one. */
export const saidEqual = (text: string, value: string, where: Where): Shown =>
  said(true, `${text} == ${JSON.stringify(value)}`, where)

/** That a plain path is true or not. */
export const saidPath = (truth: boolean, source: string, where: Where): Shown => said(truth, source, where)

const written = (node: ASTNode): string => node.input.slice(node.start, node.end).replace(/\s+/g, " ")

type Literal = string | bigint | boolean

const literalOf = (node: ASTNode): Literal | undefined =>
  node.op === "value"
    && (typeof node.args === "string" || typeof node.args === "bigint" || typeof node.args === "boolean")
    ? node.args
    : undefined

/** The step that has a `.name`, where `node` is that. */
const stepOf = (node: ASTNode, name: string, look: Look): Seen["step"] => {
  if (node.op !== "." || node.args[1] !== name) return undefined
  const { id, step } = look.at(node.args[0])
  return step !== undefined && step.id === id ? step : undefined
}

const aboutStatus = (node: ASTNode, value: Literal, isEqual: boolean, look: Look): ReadonlyArray<Shown> => {
  const step = stepOf(node, "status", look)
  if (step === undefined || isEqual === (value === "skipped")) return []
  return [hasRun(step), ...(isEqual && value === "failed" ? [{ fact: `failed ${step.id}` }] : [])]
}

const mirrored: Readonly<Record<string, string>> = {
  "<": ">",
  ">": "<",
  "<=": ">=",
  ">=": "<=",
  "==": "==",
  "!=": "!="
}
const negated: Readonly<Record<string, string>> = {
  "<": ">=",
  ">": "<=",
  "<=": ">",
  ">=": "<",
  "==": "!=",
  "!=": "=="
}

/** Whether a count that is at least 0 is above 0 where it stands so to a number. */
const isAboveNone = (op: string, number: bigint): boolean =>
  op === ">" ? number >= 0n : op === ">=" || op === "==" ? number >= 1n : op === "!=" && number === 0n

const aboutCount = (node: ASTNode, look: Look): ReadonlyArray<Shown> => {
  const step = stepOf(node, "attempts", look)
  if (step !== undefined) return [hasRun(step)]
  if (node.op === "id" && node.args === "iteration") return [{ fact: `iterated ${look.where.place}` }]
  if (node.op !== "." || node.args[1] !== "iterations") return []
  const { step: loop } = look.at(node.args[0])
  return loop === undefined ? [] : [{ fact: `iterated ${loop.id}` }]
}

const aboutComparison = (
  op: string,
  [left, right]: readonly [ASTNode, ASTNode],
  truth: boolean,
  look: Look
): ReadonlyArray<Shown> => {
  const onRight = literalOf(right)
  const value = onRight ?? literalOf(left)
  const node = onRight === undefined ? right : left
  const holds = truth ? op : negated[op] ?? op
  const turned = onRight === undefined ? mirrored[holds] ?? holds : holds
  const isEquality = turned === "==" || turned === "!="
  if (typeof value === "boolean" && isEquality) return provenBy(node, value === (turned === "=="), look)
  if (value === undefined || !isEquality) {
    const count = typeof value === "bigint" && isAboveNone(turned, value) ? aboutCount(node, look) : []
    return [said(true, `${written(left)} ${holds} ${written(right)}`, look.where), ...count]
  }
  const isEqual = turned === "=="
  const shown = typeof value === "string" ? JSON.stringify(value) : String(value)
  return [
    said(isEqual, `${written(node)} == ${shown}`, look.where),
    ...aboutStatus(node, value, isEqual, look),
    ...(typeof value === "bigint" && isAboveNone(turned, value) ? aboutCount(node, look) : [])
  ]
}

/** What a condition shows by itself, and not by what it is about: `is …` and `not …`. */
export const isSaid = ({ fact }: Shown): boolean => fact.startsWith("is ") || fact.startsWith("not ")

/** Everything that is so where `node` is true, or where it is not. */
export const provenBy = (node: ASTNode, truth: boolean, look: Look): ReadonlyArray<Shown> => {
  switch (node.op) {
    case "!_":
      return provenBy(node.args, !truth, look)
    case "&&":
    case "||":
      if (truth === (node.op === "&&")) return node.args.flatMap((part) => provenBy(part, truth, look))
      break
    case "==":
    case "!=":
    case "<":
    case "<=":
    case ">":
    case ">=":
      return aboutComparison(node.op, node.args, truth, look)
    case "in": {
      const [left, right] = node.args
      const values = right.op === "list" ? right.args.map(literalOf) : []
      const step = stepOf(left, "status", look)
      const isRun = truth && values.length > 0 && values.every((value) => value === "succeeded" || value === "failed")
      if (isRun && step !== undefined) return [said(true, written(node), look.where), hasRun(step)]
      break
    }
    case "call": {
      const [name, [path]] = node.args
      if (truth && path !== undefined && (name === "has" || name === hasByIndex)) {
        return [said(true, written(node), look.where), ...look.passed(path)]
      }
      break
    }
    default:
  }
  return [said(truth, written(node), look.where)]
}

/** What is so wherever `node` could be worked out at all and, where it is a condition, came to `truth`. */
export const passedBy = (node: ASTNode, truth: boolean | undefined, look: Look): ReadonlyArray<Shown> => {
  const all = (nodes: ReadonlyArray<ASTNode>): ReadonlyArray<Shown> =>
    nodes.flatMap((each) => passedBy(each, undefined, look))
  switch (node.op) {
    case "value":
    case "id":
      return []
    case ".":
    case "[]":
      return look.passed(node)
    case "!_":
      return passedBy(node.args, truth === undefined ? undefined : !truth, look)
    case "-_":
      return passedBy(node.args, undefined, look)
    case "&&":
    case "||":
      // Where one side decides, the other may have failed.
      return truth === (node.op === "&&") ? node.args.flatMap((part) => passedBy(part, truth, look)) : []
    case "?:":
      return passedBy(node.args[0], undefined, look)
    case "==":
    case "!=":
    case "<":
    case "<=":
    case ">":
    case ">=":
    case "in":
    case "+":
    case "-":
    case "*":
    case "/":
    case "%":
      return all(node.args)
    case "rcall":
      return passedBy(node.args[1], undefined, look)
    default:
      return []
  }
}
