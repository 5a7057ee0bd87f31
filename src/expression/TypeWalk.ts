/**
 * Walking through an expression to learn its type: what is known on the way, and how mistakes are told.
 *
 * Owns the places of mistakes in the text as it was written. Must not know operators or functions. The
 * surprise: a name that may be missing is told here, at the one place where it is taken.
 */
import type { ASTNode } from "@marcbachmann/cel-js"
import { isRoot } from "./Names.ts"
import type { Program } from "./Program.ts"
import { hasRun } from "./Proof.ts"
import type { Known, Shown } from "./Fact.ts"
import { dyn, type Type, type Unless, type Wrong } from "./Type.ts"
import { type Taken, takeName, unseen } from "./TypeOfAccess.ts"
import type { Seen, TypeScope } from "./TypeScope.ts"

/** Names of a macro, such as `x` in `list.map(x, …)`. */
export interface Variables {
  readonly name: string
  readonly seen: Seen
  readonly outer: Variables | undefined
}

export interface Walk {
  readonly program: Program
  readonly scope: TypeScope
  readonly known: Known
  /** A `default` takes care of what is missing. */
  readonly caught: boolean
  /** Told of each mistake, at a place of the program's source. */
  readonly report: (start: number, end: number, wrong: Wrong) => void
  /** Told of each name that was taken although it may be missing. */
  readonly pass?: (facts: ReadonlyArray<Shown>) => void
  readonly variables?: Variables | undefined
}

/** What is so where a name that may be missing is there. */
const shownBy = ({ by }: Unless, from: Seen, seen: Seen): Shown | undefined => {
  if (by === "self") return seen.id === undefined ? undefined : { fact: `there ${seen.id}` }
  if (from.step === undefined) return undefined
  return by === "ran" ? hasRun(from.step) : { fact: `failed ${from.step.id}` }
}

const isShown = (unless: Unless, from: Seen, seen: Seen, known: Known): boolean => {
  const shown = shownBy(unless, from, seen)
  if (shown === undefined || known.has(shown.fact)) return true
  if (unless.by === "self" && known.has(`ran ${seen.id}`)) return true
  const given = unless.given?.(from.step?.id) ?? []
  return given.length > 0 && given.every((each) => known.has(each))
}

const howToLook = ({ by }: Unless, path: string): string => {
  const output = path.lastIndexOf(".output")
  const status = output < 0 ? "its `status`" : `\`${path.slice(0, output)}.status == 'succeeded'\``
  const test = by === "ran" ? status : by === "self" ? `\`has(${path})\`` : "that its `status` is `failed`"
  return `add \`| default(…)\` at the end, or test ${test} first`
}

/** Places in the program's source: of the last name of a path, and where the path begins. */
export interface PathPlace {
  readonly key: readonly [start: number, end: number]
  readonly start: number
}

/** What was taken, with everything that is wrong about it told. */
export const settle = (walk: Walk, from: Seen, taken: Taken, placeOf: () => PathPlace): Seen => {
  const { seen, unless, wrong } = taken
  if (wrong !== undefined) {
    walk.report(...placeOf().key, wrong)
    return seen
  }
  if (unless === undefined) return seen
  const shown = shownBy(unless, from, seen)
  if (shown !== undefined) walk.pass?.([shown])
  if (walk.caught || isShown(unless, from, seen, walk.known)) return seen
  const { key: [, end], start } = placeOf()
  walk.report(start, end, { message: unless.why, hint: howToLook(unless, walk.program.source.slice(start, end)) })
  return seen
}

export const root = (walk: Walk, name: string, start: number): Seen => {
  for (let at = walk.variables; at !== undefined; at = at.outer) if (at.name === name) return at.seen
  if (!isRoot(name)) return unseen
  const found = walk.scope.root(name)
  if (!("absent" in found)) return { type: found }
  walk.report(start, start + name.length, found.absent)
  return unseen
}

/** A plain path, which has no syntax tree. */
export const plainPath = (walk: Walk): Seen => {
  const [first = "", ...keys] = walk.program.source.split(".")
  let end = first.length
  let seen = root(walk, first, 0)
  for (const key of keys) {
    const place = [end + 1, end + 1 + key.length] as const
    end = place[1]
    seen = settle(walk, seen, takeName(seen, key), () => ({ key: place, start: 0 }))
  }
  return seen
}

const strings = /'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"/g

/** Where a node stands in the program's source. CEL leaves the parentheses of an operand out of an operation's place. */
export const spanOf = ({ back, source }: Program, node: ASTNode): readonly [number, number] => {
  let [start, end] = [back(node.start), back(node.end)]
  let depth = 0
  let lowest = 0
  for (const char of source.slice(start, end).replace(strings, "")) {
    depth += char === "(" ? 1 : char === ")" ? -1 : 0
    lowest = Math.min(lowest, depth)
  }
  for (let missing = -lowest; missing > 0 && source[start - 1] === "("; missing--) start--
  for (let missing = depth - lowest; missing > 0 && source[end] === ")"; missing--) end++
  return [start, end]
}

/** Where a path stands, and the name that it ends with; without a name, all of it. */
export const pathPlace = ({ program }: Walk, node: ASTNode, name: string | undefined): PathPlace => {
  const [start, end] = spanOf(program, node)
  if (name === undefined) return { key: [start, end], start }
  const last = program.back(node.end)
  if (program.source.slice(last - name.length, last) === name) return { key: [last - name.length, last], start }
  return { key: node.op === "[]" ? spanOf(program, node.args[1]) : [start, end], start }
}

export const told = (walk: Walk, node: ASTNode, found: Type | Wrong): Type => {
  if (!("message" in found)) return found
  const [start, end] = spanOf(walk.program, node)
  walk.report(start, end, found)
  return dyn
}

const silent = (): void => {}

/** The same walk without a word about mistakes. */
export const quietly = (walk: Walk): Walk => ({ ...walk, caught: true, report: silent })
