/**
 * The keys of maps that an expression writes out: text, numbers and booleans, as the definition of CEL has it.
 *
 * Owns that rule, which the library leaves out. Must not evaluate. The surprise: it is about time and memory. A
 * map as the key of a map doubles the type of the whole, so that forty of them in a row would never be checked.
 */
import type * as Cel from "@marcbachmann/cel-js"
import type { ASTNode } from "@marcbachmann/cel-js"
import { partsOf } from "./Tree.ts"

/** What CEL's checker knows of a type. */
interface TypeOf {
  readonly kind: string
}
type Check = (checker: Checker, node: unknown, context: unknown) => TypeOf
interface Checker {
  readonly check: (node: ASTNode, context: unknown) => TypeOf
}

/** How a node of CEL's tree is checked, and may be checked in another way. */
interface Checked {
  readonly meta: { readonly check: Check }
  readonly setMeta: (name: "check", check: Check) => unknown
}
const isChecked = (node: object): node is Checked => "meta" in node && "setMeta" in node

const scalar = new Set(["primitive", "dyn", "param"])

/** Has CEL's checker refuse other keys, with its `ParseError`. To be called before a tree is checked. */
export const refuseOtherKeys = (tree: ASTNode, { ParseError }: Pick<typeof Cel, "ParseError">): void => {
  for (const part of partsOf(tree)) refuseOtherKeys(part, { ParseError })
  if (tree.op !== "map") return
  if (!isChecked(tree)) throw new Error("CEL does not let the keys of its maps be checked")
  const { check } = tree.meta
  tree.setMeta("check", (checker, node, context) => {
    for (const [key] of tree.args) {
      const { kind } = checker.check(key, context)
      if (!scalar.has(kind)) {
        const message = `a key of a map must be text, a number or a boolean, and this is a ${kind}`
        throw new ParseError({ code: "invalid_map_key", message, node: key })
      }
    }
    return check(checker, node, context)
  })
}
