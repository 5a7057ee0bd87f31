/**
 * Which parts of a scope an expression mentions, read from its syntax tree.
 *
 * Owns names for drift digests and for checks, and the reach of an expression: what has to be
 * handed to CEL, so that a step's megabytes of JSON are not converted for one key of them.
 * Must not evaluate. The surprise: `items.map(item, item.x)` does not mention `item`.
 */
import type { ASTNode } from "@marcbachmann/cel-js"
import type { Scope } from "./Scope.ts"

export type Root = keyof Scope

/** Every name an expression can begin with, in the order documentation shows them. */
export const roots: ReadonlyArray<Root> = [
  "inputs",
  "env",
  "steps",
  "targets",
  "item",
  "index",
  "iteration",
  "context"
]

export const isRoot = (name: string): name is Root => roots.some((root) => root === name)

type KeyedRoot = "inputs" | "env" | "steps" | "targets"
const isKeyed = (name: string): name is KeyedRoot =>
  name === "inputs" || name === "env" || name === "steps" || name === "targets"

export interface Names {
  readonly inputs: ReadonlySet<string>
  readonly env: ReadonlySet<string>
  readonly steps: ReadonlySet<string>
  readonly targets: ReadonlySet<string>
  /** Every root mentioned, `inputs` and the like among them. */
  readonly roots: ReadonlySet<string>
  /** Of `inputs`, `env`, `steps` and `targets`, those used other than by a fixed key, such as `inputs[item]`. */
  readonly dynamic: ReadonlySet<string>
}

/** What of a value an expression reaches: all of it, or some of its keys. */
export interface Reach {
  whole: boolean
  readonly keys: Map<string, Reach>
}

export interface Mentions {
  readonly names: Names
  readonly reach: ReadonlyMap<Root, Reach>
}

/** What names come to over several expressions. */
export const unionNames = (all: ReadonlyArray<Names>): Names => {
  const only = all[0]
  if (only !== undefined && all.length === 1) return only
  const union = (pick: (names: Names) => ReadonlySet<string>) => new Set(all.flatMap((names) => [...pick(names)]))
  return {
    inputs: union((names) => names.inputs),
    env: union((names) => names.env),
    steps: union((names) => names.steps),
    targets: union((names) => names.targets),
    roots: union((names) => names.roots),
    dynamic: union((names) => names.dynamic)
  }
}

/** Macros whose first argument names a variable for the others. */
const binders = new Set(["all", "exists", "exists_one", "map", "filter"])

type Bound = ReadonlySet<string>
const bind = (bound: Bound, variable: ASTNode): Bound =>
  variable.op === "id" ? new Set([...bound, variable.args]) : bound

/** The fixed path a node stands for, root first, or `undefined` where any of it has to be worked out. */
export const pathOf = (node: ASTNode, bound: Bound = new Set()): ReadonlyArray<string> | undefined => {
  if (node.op === "id") return isRoot(node.args) && !bound.has(node.args) ? [node.args] : undefined
  if (node.op !== "." && node.op !== "[]") return undefined
  const key = node.args[1]
  const name = typeof key === "string" ? key : key.op === "value" ? key.args : undefined
  if (typeof name !== "string") return undefined
  const left = pathOf(node.args[0], bound)
  return left === undefined ? undefined : [...left, name]
}

/** The parts of a node that are expressions themselves, with the variables each of them adds. */
const inner = (node: ASTNode, bound: Bound): ReadonlyArray<readonly [ASTNode, Bound]> => {
  const plain = (nodes: ReadonlyArray<ASTNode>) => nodes.map((child) => [child, bound] as const)
  switch (node.op) {
    case "value":
    case "id":
      return []
    case ".":
    case ".?":
      return plain([node.args[0]])
    case "call":
      return plain(node.args[1])
    case "rcall": {
      const [name, receiver, args] = node.args
      const [variable, second, third] = args
      if (variable !== undefined && second !== undefined) {
        if (name === "bind" && receiver.op === "id" && receiver.args === "cel") {
          return third === undefined ? plain([second]) : [[second, bound], [third, bind(bound, variable)]]
        }
        if (binders.has(name) && variable.op === "id") {
          const within = bind(bound, variable)
          return [[receiver, bound], ...args.slice(1).map((arg) => [arg, within] as const)]
        }
      }
      return plain([receiver, ...args])
    }
    case "map":
      return plain(node.args.flat())
    case "!_":
    case "-_":
      return plain([node.args])
    default:
      return plain(node.args)
  }
}

/** Reads everything a set of paths and one syntax tree mention. */
export const mentionsOf = (source: ASTNode | ReadonlyArray<string>): Mentions => {
  const keyed = {
    inputs: new Set<string>(),
    env: new Set<string>(),
    steps: new Set<string>(),
    targets: new Set<string>()
  }
  const mentioned = new Set<string>()
  const dynamic = new Set<string>()
  const reach = new Map<Root, Reach>()

  const mark = ([root, ...keys]: ReadonlyArray<string>): void => {
    if (root === undefined || !isRoot(root)) return
    mentioned.add(root)
    const first = keys[0]
    if (isKeyed(root)) {
      if (first === undefined) dynamic.add(root)
      else keyed[root].add(first)
    }
    let place = reach.get(root) ?? { whole: false, keys: new Map<string, Reach>() }
    reach.set(root, place)
    for (const key of keys) {
      const next: Reach = place.keys.get(key) ?? { whole: false, keys: new Map<string, Reach>() }
      place.keys.set(key, next)
      place = next
    }
    place.whole = true
  }

  const visit = (node: ASTNode, bound: Bound): void => {
    const path = pathOf(node, bound)
    if (path !== undefined) mark(path)
    else for (const [child, names] of inner(node, bound)) visit(child, names)
  }

  if ("op" in source) visit(source, new Set())
  else mark(source)
  return { names: { ...keyed, roots: mentioned, dynamic }, reach }
}
