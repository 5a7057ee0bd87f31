/**
 * CEL's syntax tree as a tree: a node and the nodes right below it.
 *
 * Must not know what they mean. The surprise: the variable of a macro is a node like any other here.
 */
import type { ASTNode } from "@marcbachmann/cel-js"

/** The nodes that a node is put together from, in the order they are written. */
export const partsOf = (node: ASTNode): ReadonlyArray<ASTNode> => {
  switch (node.op) {
    case "value":
    case "id":
      return []
    case ".":
    case ".?":
      return [node.args[0]]
    case "call":
      return node.args[1]
    case "rcall":
      return [node.args[1], ...node.args[2]]
    case "map":
      return node.args.flat()
    case "!_":
    case "-_":
      return [node.args]
    default:
      return node.args
  }
}
