/**
 * The type of an expression where it stands, and everything that is wrong with it before it has values.
 *
 * Owns the walk over CEL's syntax tree. Must not evaluate. The surprise: what stands after `&&`, `||` and `?`
 * is looked at in the light of what stands before, so that a test for a step's status makes its output safe.
 */
import type { ASTNode } from "@marcbachmann/cel-js"
import { hasByIndex } from "./ExpressionScanner.ts"
import { knowing, type Shown } from "./Fact.ts"
import { type Look, passedBy, provenBy, saidPath } from "./Proof.ts"
import { alternatives, bool, double, dyn, int, listOf, nullType, recordOf, type Type, union } from "./Type.ts"
import { takeIndex, takeName, unseen } from "./TypeOfAccess.ts"
import { typeOfCall } from "./TypeOfCall.ts"
import { type Parts, typeOfMacro, wantBool } from "./TypeOfMacro.ts"
import { neverEqual, typeOfBinary, typeOfUnary, unlike } from "./TypeOfOperator.ts"
import type { Seen } from "./TypeScope.ts"
import { pathPlace, plainPath, quietly, root, settle, told, type Walk } from "./TypeWalk.ts"

const lookOf = (walk: Walk): Look => {
  const quiet = quietly(walk)
  return {
    at: (node) => infer(quiet, node),
    passed: (path) => {
      const facts: Array<Shown> = []
      infer({ ...quiet, pass: (more) => facts.push(...more) }, path)
      return facts
    },
    where: walk.scope
  }
}

const after: Parts["after"] = (walk, condition, truth) => ({
  ...walk,
  known: knowing(walk.known, () => provenBy(condition, truth, lookOf(walk)))
})

const compared = (walk: Walk, op: string, at: ASTNode, a: Type, b: Type): void => {
  const wrong = unlike(op, a, b) ?? neverEqual(a, b)
  if (wrong !== undefined) told(walk, at, wrong)
}

const binary = (walk: Walk, node: ASTNode, op: string, [left, right]: readonly [ASTNode, ASTNode]): Type => {
  const [a, b] = [infer(walk, left).type, infer(walk, right).type]
  const found = typeOfBinary(op, a, b)
  if ("message" in found) return told(walk, node, found)
  if (op === "==" || op === "!=") compared(walk, op, node, a, b)
  if (op === "in") {
    if (right.op === "list") {
      for (const each of right.args) compared(walk, op, each, a, infer(quietly(walk), each).type)
    } else for (const one of alternatives(b)) if (one.kind === "list") compared(walk, op, node, a, one.of)
  }
  return found
}

const literal = (value: unknown): Type => {
  switch (typeof value) {
    case "string":
      return { kind: "string", values: [value] }
    case "bigint":
      return int
    case "number":
      return double
    case "boolean":
      return bool
    default:
      return value === null ? nullType : value instanceof Uint8Array ? { kind: "bytes" } : { kind: "uint" }
  }
}

const has = (walk: Walk, path: ASTNode): Type => {
  if (path.op !== "." && path.op !== "[]") return bool
  const key = path.op === "." ? path.args[1] : path.args[1].op === "value" ? path.args[1].args : undefined
  const from = infer(walk, path.args[0])
  if (typeof key !== "string") return bool
  const { wrong } = takeName(from, key)
  if (wrong !== undefined) walk.report(...pathPlace(walk, path, key).key, wrong)
  return bool
}

const typeOfMap = (walk: Walk, entries: ReadonlyArray<readonly [ASTNode, ASTNode]>): Type => {
  const fields = entries.map(([key, value]) => {
    infer(walk, key)
    return [key.op === "value" ? key.args : undefined, infer(walk, value).type] as const
  })
  const named = fields.flatMap(([key, type]) => (typeof key === "string" ? [[key, { type }] as const] : []))
  return named.length === fields.length ? recordOf("this map", named) : dyn
}

/** The type of a part of the expression. */
export const infer = (walk: Walk, node: ASTNode): Seen => {
  switch (node.op) {
    case "value":
      return { type: literal(node.args) }
    case "id":
      return root(walk, node.args, walk.program.back(node.start))
    case ".": {
      const [left, key] = node.args
      const from = infer(walk, left)
      return settle(walk, from, takeName(from, key), () => pathPlace(walk, node, key))
    }
    case "[]": {
      const [left, index] = node.args
      const from = infer(walk, left)
      if (index.op === "value" && typeof index.args === "string") {
        const name = index.args
        return settle(walk, from, takeName(from, name), () => pathPlace(walk, node, name))
      }
      const by = infer(walk, index).type
      const taken = takeIndex(from, by, node.input.slice(index.start, index.end))
      return settle(walk, from, taken, () => pathPlace(walk, node, undefined))
    }
    case ".?":
      infer(walk, node.args[0])
      return unseen
    case "[?]":
      for (const part of node.args) infer(walk, part)
      return unseen
    case "call": {
      const [name, given] = node.args
      const [path] = given
      if ((name === "has" || name === hasByIndex) && path !== undefined) return { type: has(walk, path) }
      const types = given.map((each) => infer(walk, each).type)
      return { type: told(walk, node, typeOfCall(name, undefined, types)) }
    }
    case "rcall": {
      const [name, receiver, given] = node.args
      const expanded = typeOfMacro(walk, name, receiver, given, parts)
      if (expanded !== undefined) return { type: expanded }
      const on = infer(walk, receiver).type
      return { type: told(walk, node, typeOfCall(name, on, given.map((each) => infer(walk, each).type))) }
    }
    case "list":
      return { type: listOf(union(node.args.map((each) => infer(walk, each).type))) }
    case "map":
      return { type: typeOfMap(walk, node.args) }
    case "?:": {
      const [condition, yes, no] = node.args
      wantBool(walk, condition, "what stands before `?`", parts)
      const types = [infer(after(walk, condition, true), yes), infer(after(walk, condition, false), no)]
      return { type: union(types.map(({ type }) => type)) }
    }
    case "&&":
    case "||": {
      const [left, right] = node.args
      wantBool(walk, left, `what stands before \`${node.op}\``, parts)
      wantBool(after(walk, left, node.op === "&&"), right, `what stands after \`${node.op}\``, parts)
      return { type: bool }
    }
    case "!_":
    case "-_":
      return { type: told(walk, node, typeOfUnary(node.op, infer(walk, node.args).type)) }
    default:
      return { type: binary(walk, node, node.op, node.args) }
  }
}

const parts: Parts = { infer: (walk, node) => infer(walk, node), after }

/** The type of a program: an expression before its filters, or a filter's argument. */
export const inferProgram = (walk: Walk): Seen => {
  const { tree } = walk.program
  return tree === undefined ? plainPath(walk) : infer(walk, tree)
}

/** What is so where a program is true, or where it is not; with `passed`, where it also had a value by itself. */
export const provenByProgram = (walk: Walk, truth: boolean, passed: boolean): ReadonlyArray<Shown> => {
  const { source, tree } = walk.program
  if (tree !== undefined) {
    const look = lookOf(walk)
    return [...provenBy(tree, truth, look), ...(passed ? passedBy(tree, truth, look) : [])]
  }
  const facts: Array<Shown> = [saidPath(truth, source, walk.scope)]
  if (passed) plainPath({ ...quietly(walk), pass: (more) => facts.push(...more) })
  return facts
}
