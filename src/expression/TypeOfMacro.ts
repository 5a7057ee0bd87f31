/**
 * What CEL's macros take and give: `list.map(x, …)`, `list.exists(x, …)`, `cel.bind(x, …, …)`.
 *
 * Owns the names that they bring in. The surprise: what is so of one element is so of no other, so each macro's
 * variable is something of its own to whatever a condition shows.
 */
import type { ASTNode } from "@marcbachmann/cel-js"
import { alternatives, bool, dyn, inWords, listOf, text, type Type, union } from "./Type.ts"
import { canBeBool } from "./TypeOfOperator.ts"
import type { Seen } from "./TypeScope.ts"
import { told, type Walk } from "./TypeWalk.ts"

/** The walk through a part of an expression; handed over, since a macro's parts are expressions again. */
export interface Parts {
  readonly infer: (walk: Walk, node: ASTNode) => Seen
  /** The walk where a condition is true, or where it is not. */
  readonly after: (walk: Walk, condition: ASTNode, truth: boolean) => Walk
}

/** Tells where something is not true or false that has to be. */
export const wantBool = (walk: Walk, node: ASTNode, what: string, { infer }: Parts): void => {
  const { type } = infer(walk, node)
  if (!canBeBool(type)) {
    told(walk, node, {
      message: `${what} must be true or false, and this is ${inWords(type)}`,
      hint: "compare it with something, such as `… != ''` or `… > 0`"
    })
  }
}

const elements = (type: Type): Type | undefined => {
  const found = alternatives(type).map((one): Type | undefined =>
    one.kind === "list"
      ? one.of
      : one.kind === "map" || one.kind === "record"
      ? text
      : one.kind === "dyn"
      ? dyn
      : undefined
  )
  return found.every((each) => each !== undefined) ? union(found) : undefined
}

const bound = (walk: Walk, variable: ASTNode, seen: Seen): Walk =>
  variable.op === "id" ? { ...walk, variables: { name: variable.args, seen, outer: walk.variables } } : walk

const macros = new Set(["all", "exists", "exists_one", "filter", "map"])

/** The type of `receiver.name(…)`; undefined where that is no macro. */
export const typeOfMacro = (
  walk: Walk,
  name: string,
  receiver: ASTNode,
  [variable, first, second]: ReadonlyArray<ASTNode>,
  parts: Parts
): Type | undefined => {
  const { after, infer } = parts
  if (variable === undefined || first === undefined) return undefined
  if (name === "bind" && receiver.op === "id" && receiver.args === "cel") {
    const within = bound(walk, variable, infer(walk, first))
    return second === undefined ? dyn : infer(within, second).type
  }
  if (!macros.has(name)) return undefined
  const list = infer(walk, receiver)
  const element = elements(list.type)
  if (element === undefined) {
    return told(walk, receiver, {
      message: `\`${name}\` goes over a list or a map, and this is ${inWords(list.type)}`
    })
  }
  // Facts about one element are facts about no other expression: the variable has a name of its own.
  const id = `${list.id ?? ""}#${variable.start}`
  const within = bound(walk, variable, { ...list, type: element, id })
  if (name !== "map") {
    wantBool(within, first, `what \`${name}\` asks`, parts)
    return name === "filter" ? listOf(element) : bool
  }
  if (second === undefined) return listOf(infer(within, first).type)
  wantBool(within, first, "what `map` asks", parts)
  return listOf(infer(after(within, first, true), second).type)
}
