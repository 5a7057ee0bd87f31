/**
 * Every text of a manifest that may hold expressions, with its place and what kind of text it is.
 *
 * Owns the list of them, for checking and for nothing else. Must not parse. The surprise: it
 * walks a document that may not be a manifest at all, so that mistakes in expressions are told
 * together with mistakes in shape; what does not look right is simply passed by.
 */
import type { Path } from "./Finding.ts"
import { isPosixShell, shellWords } from "./Scalars.ts"
import { isMapping, itemsOf, type Mapping, type Spot, stepLists, stepShape, type Within } from "./Spot.ts"

/**
 * `script` is for a POSIX shell, `foreign` for any other; `condition` and `list` are one lone `{{ … }}`, the list
 * one that a `forEach` or a `map` goes over; `choice` is what a `switch` goes by.
 */
export type TextKind = "template" | "condition" | "list" | "choice" | "script" | "foreign"

export type Visit = (kind: TextKind, text: string, path: Path, spot: Spot) => void

const entries = (
  value: unknown
): ReadonlyArray<readonly [string, unknown]> => (isMapping(value) ? Object.entries(value) : [])

/** Most texts of a long list hold nothing, and need no path; where an expression has to be, nothing is a mistake. */
const isOfInterest = (kind: TextKind, text: unknown): text is string =>
  typeof text === "string" && (kind === "condition" || kind === "list" || text.includes("{{"))

const one = (visit: Visit, kind: TextKind, holder: Mapping, key: string, path: Path, spot: Spot): void => {
  const text = holder[key]
  if (isOfInterest(kind, text)) visit(kind, text, [...path, key], spot)
}

/** The texts in a value, at any depth. */
const all = (visit: Visit, value: unknown, path: Path, spot: Spot): void => {
  if (typeof value === "string") visit("template", value, path, spot)
  else if (Array.isArray(value)) value.forEach((each, index) => all(visit, each, [...path, index], spot))
  else for (const [key, each] of entries(value)) all(visit, each, [...path, key], spot)
}

/** The texts of a list or a mapping. */
const each = (visit: Visit, holder: Mapping, key: string, path: Path, spot: Spot): void => {
  const value = holder[key]
  if (value === undefined) return
  for (const [name, text] of entries(value)) {
    if (isOfInterest("template", text)) visit("template", text, [...path, key, name], spot)
  }
  itemsOf(value).forEach((text, index) => {
    if (isOfInterest("template", text)) visit("template", text, [...path, key, index], spot)
  })
}

const script = (visit: Visit, holder: Mapping, path: Path, spot: Spot): void => {
  const shell = holder["shell"]
  const posix = typeof shell !== "string" || isPosixShell(shellWords(shell))
  one(visit, posix ? "script" : "foreign", holder, "run", path, spot)
}

/** What a step and a target have alike. */
const work = (visit: Visit, holder: Mapping, path: Path, spot: Spot, around: Spot): void => {
  script(visit, holder, path, spot)
  each(visit, holder, "command", path, spot)
  each(visit, holder, "env", path, around)
  one(visit, "template", holder, "workdir", path, around)
}

const gate = (visit: Visit, value: unknown, path: Path, spot: Spot, attempt: Spot): void => {
  if (!isMapping(value)) return
  one(visit, "template", value, "approval", path, spot)
  one(visit, "template", value, "show", path, spot)
  one(visit, "condition", value, "policy", path, spot)
  if (isMapping(value["policy"])) script(visit, value["policy"], [...path, "policy"], attempt)
}

/** What a composite step goes by. */
const question = (visit: Visit, step: Mapping, path: Path, spot: Spot): void => {
  one(visit, "condition", step, "if", path, spot)
  one(visit, "choice", step, "switch", path, spot)
  const { loop, map } = step
  if (isMapping(map)) {
    one(visit, "list", map, "over", [...path, "map"], spot)
    if (typeof map["over"] !== "string") all(visit, map["over"], [...path, "map", "over"], spot)
  }
  const { within } = spot
  const body = itemsOf(step["steps"])
  if (!isMapping(loop) || within === undefined) return
  const inside = (sees: Within["sees"]): Spot => ({
    ...spot,
    within: { steps: body, at: body.length, sees, holder: { within, branch: "steps" } }
  })
  one(visit, "condition", loop, "while", [...path, "loop"], inside("last"))
  one(visit, "condition", loop, "until", [...path, "loop"], inside("all"))
}

const steps = (visit: Visit, path: Path, target: Spot["target"], list: Omit<Within, "at">): void => {
  list.steps.forEach((step, at) => {
    if (!isMapping(step)) return
    const here = [...path, at]
    const within = { ...list, at }
    const about = target === undefined ? { within } : { within, target }
    const spot: Spot = { sight: "step", ...about, began: true }
    const attempt: Spot = { ...spot, sight: "attempt" }
    one(visit, "condition", step, "when", here, { sight: "step", ...about })
    const inner = stepLists(step)
    work(visit, step, here, attempt, inner.length > 0 ? spot : attempt)
    gate(visit, step["gate"], [...here, "gate"], spot, attempt)
    if (inner.length === 0) return
    question(visit, step, here, spot)
    const sees = stepShape(step)?.kind === "parallel" ? "none" : "before"
    for (const { branch, path: keys, steps: children } of inner) {
      steps(visit, [...here, ...keys], target, { steps: children, sees, holder: { within, branch } })
    }
  })
}

const checks = (visit: Visit, preflight: unknown): void => {
  const spot: Spot = { sight: "preflight" }
  itemsOf(preflight).forEach((check, at) => {
    if (!isMapping(check)) return
    const path: Path = ["preflight", at]
    one(visit, "condition", check, "when", path, spot)
    work(visit, check, path, spot, spot)
  })
}

const target = (visit: Visit, entry: Mapping, index: number): void => {
  const path: Path = ["targets", index]
  const about = { entry, index }
  const planned = (what: string): Spot => ({ sight: "plan", what, target: about })
  one(visit, "template", entry, "id", path, planned("an id"))
  each(visit, entry, "labels", path, planned("a label"))
  each(visit, entry, "needs", path, planned("a need"))
  const source = entry["forEach"]
  if (isMapping(source)) {
    const at = [...path, "forEach"]
    const from = (what: string): Spot => ({ sight: "source", what, target: about })
    one(visit, "list", source, "items", at, from("a list of items"))
    for (const key of ["file", "glob", "jsonl"]) one(visit, "template", source, key, at, from("a path"))
  }
  const around: Spot = { sight: "target", target: about }
  // A target with `run` has one step.
  work(visit, entry, path, { sight: "attempt", target: about }, around)
  steps(visit, [...path, "steps"], about, { steps: itemsOf(entry["steps"]), sees: "before" })
}

/** Calls `visit` for each text, in the order of the language's keys. */
export const visitTexts = (document: unknown, visit: Visit): void => {
  if (!isMapping(document)) return
  each(visit, document, "env", [], { sight: "batch" })
  one(visit, "template", document, "workdir", [], { sight: "batch" })
  checks(visit, document["preflight"])
  itemsOf(document["targets"]).forEach((entry, index) => {
    if (isMapping(entry)) target(visit, entry, index)
  })
  each(visit, document, "outputs", [], { sight: "outputs" })
}
