/**
 * An expression of another language, read: one shape for both languages that are imported.
 *
 * Owns the shape and the ways through it. Must not know what a name means: a leaf is a path when
 * an expression was read, and a reference once it is known what the path leads to.
 */

/** Offsets into the text that the expression stands in, in UTF-16 units. */
export interface Range {
  readonly start: number
  readonly end: number
}

export type Comparison = "==" | "!=" | "<" | "<=" | ">" | ">="

/** A path as it is written: names, and the numbers in brackets. */
export interface PathLeaf extends Range {
  readonly kind: "leaf"
  readonly segments: ReadonlyArray<string | number>
}

export type LiteralValue = string | number | boolean | null

export interface Literal extends Range {
  readonly kind: "literal"
  readonly value: LiteralValue
  /** Of a number: as it is written. */
  readonly digits?: string
}

export interface Filter<Leaf> extends Range {
  readonly kind: "filter"
  readonly name: string
  readonly operand: Tree<Leaf>
  readonly argument?: Tree<Leaf>
}

export type Tree<Leaf> =
  | Leaf
  | Literal
  | Filter<Leaf>
  | Range & { readonly kind: "list"; readonly items: ReadonlyArray<Tree<Leaf>> }
  | Range & { readonly kind: "not"; readonly operand: Tree<Leaf> }
  | Range & { readonly kind: "and" | "or"; readonly left: Tree<Leaf>; readonly right: Tree<Leaf> }
  | Range & {
    readonly kind: "compare"
    readonly operator: Comparison
    readonly left: Tree<Leaf>
    readonly right: Tree<Leaf>
  }
  | Range & {
    readonly kind: "in"
    readonly isNegated: boolean
    readonly left: Tree<Leaf>
    readonly right: Tree<Leaf>
  }

export type SourceTree = Tree<PathLeaf>

/** What is wrong with a part of a text. */
export interface Fault extends Range {
  /** Lower-case, without a full stop. */
  readonly message: string
  readonly hint?: string
}

interface AnyLeaf extends Range {
  readonly kind: "leaf"
}

/** The same tree with other leaves; a leaf may become a whole tree. */
export const mapLeaves = <From extends AnyLeaf, To>(tree: Tree<From>, change: (leaf: From) => Tree<To>): Tree<To> => {
  switch (tree.kind) {
    case "leaf":
      return change(tree)
    case "literal":
      return tree
    case "list":
      return { ...tree, items: tree.items.map((item) => mapLeaves(item, change)) }
    case "not":
      return { ...tree, operand: mapLeaves(tree.operand, change) }
    case "filter": {
      const { argument, ...filter } = tree
      const operand = mapLeaves(tree.operand, change)
      return argument === undefined
        ? { ...filter, operand }
        : { ...filter, operand, argument: mapLeaves(argument, change) }
    }
    default:
      return { ...tree, left: mapLeaves(tree.left, change), right: mapLeaves(tree.right, change) }
  }
}

/** The parts of a tree that are trees themselves. */
export const partsOf = <Leaf extends AnyLeaf>(tree: Tree<Leaf>): ReadonlyArray<Tree<Leaf>> => {
  switch (tree.kind) {
    case "leaf":
    case "literal":
      return []
    case "list":
      return tree.items
    case "not":
      return [tree.operand]
    case "filter":
      return tree.argument === undefined ? [tree.operand] : [tree.operand, tree.argument]
    default:
      return [tree.left, tree.right]
  }
}

/** Every leaf, from left to right. */
export const leavesOf = <Leaf extends AnyLeaf>(tree: Tree<Leaf>): ReadonlyArray<Leaf> =>
  tree.kind === "leaf" ? [tree] : partsOf(tree).flatMap(leavesOf)

/** The same tree with every part of it standing in one range. */
export const placedAt = (tree: SourceTree, { end, start }: Range): SourceTree => {
  const moved = (part: SourceTree): SourceTree => placedAt(part, { start, end })
  switch (tree.kind) {
    case "leaf":
    case "literal":
      return { ...tree, start, end }
    case "list":
      return { ...tree, start, end, items: tree.items.map(moved) }
    case "not":
      return { ...tree, start, end, operand: moved(tree.operand) }
    case "filter": {
      const { argument, ...filter } = tree
      const made = { ...filter, start, end, operand: moved(tree.operand) }
      return argument === undefined ? made : { ...made, argument: moved(argument) }
    }
    default:
      return { ...tree, start, end, left: moved(tree.left), right: moved(tree.right) }
  }
}
