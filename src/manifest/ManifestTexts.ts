/**
 * Every text of a manifest that may hold expressions, with its place and what kind of text it is.
 *
 * Owns the list of them, for checking and for nothing else. Must not parse. The surprise: it
 * walks a document that may not be a manifest at all, so that mistakes in expressions are told
 * together with mistakes in shape; what does not look right is simply passed by.
 */
import type { Path } from "./Finding.ts"
import { isPosixShell, shellWords } from "./Scalars.ts"

/** `script` is for a POSIX shell, `foreign` for any other; `condition` and `list` are one lone `{{ … }}`. */
export type TextKind = "template" | "condition" | "list" | "script" | "foreign"

export type Visit = (kind: TextKind, text: string, path: Path) => void

type Mapping = { readonly [key: string]: unknown }

export const isMapping = (value: unknown): value is Mapping =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const entries = (
  value: unknown
): ReadonlyArray<readonly [string, unknown]> => (isMapping(value) ? Object.entries(value) : [])
const items = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : [])

const one = (visit: Visit, kind: TextKind, holder: Mapping, key: string, path: Path): void => {
  const text = holder[key]
  if (typeof text === "string") visit(kind, text, [...path, key])
}

const each = (visit: Visit, kind: TextKind, holder: Mapping, key: string, path: Path): void => {
  const value = holder[key]
  for (const [name, text] of entries(value)) if (typeof text === "string") visit(kind, text, [...path, key, name])
  items(value).forEach((text, index) => {
    if (typeof text === "string") visit(kind, text, [...path, key, index])
  })
}

/** What a step and a target have alike. */
const work = (visit: Visit, holder: Mapping, path: Path): void => {
  const shell = holder["shell"]
  const posix = typeof shell !== "string" || isPosixShell(shellWords(shell))
  one(visit, posix ? "script" : "foreign", holder, "run", path)
  each(visit, "template", holder, "command", path)
  each(visit, "template", holder, "env", path)
  one(visit, "template", holder, "workdir", path)
}

const target = (visit: Visit, holder: Mapping, path: Path): void => {
  one(visit, "template", holder, "id", path)
  each(visit, "template", holder, "labels", path)
  each(visit, "template", holder, "needs", path)
  const source = holder["forEach"]
  if (isMapping(source)) {
    const at = [...path, "forEach"]
    one(visit, "list", source, "items", at)
    for (const key of ["file", "glob", "jsonl"]) one(visit, "template", source, key, at)
  }
  work(visit, holder, path)
  items(holder["steps"]).forEach((step, index) => {
    if (!isMapping(step)) return
    const at = [...path, "steps", index]
    one(visit, "condition", step, "when", at)
    work(visit, step, at)
  })
}

/** Calls `visit` for each text, in the order of the language's keys. */
export const visitTexts = (document: unknown, visit: Visit): void => {
  if (!isMapping(document)) return
  each(visit, "template", document, "env", [])
  one(visit, "template", document, "workdir", [])
  items(document["targets"]).forEach((entry, index) => {
    if (isMapping(entry)) target(visit, entry, ["targets", index])
  })
  each(visit, "template", document, "outputs", [])
}
