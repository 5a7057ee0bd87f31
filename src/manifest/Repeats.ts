/**
 * A document with less of what aliases repeat in it, for telling what is wrong with its shape.
 *
 * Owns the cutting. The surprise: what is cut is not looked at, so this must only be used to tell more
 * of a document that is known to be wrong, never to find out whether one is: what is wrong with a list
 * that stands in a thousand places is told at the first of them.
 */
import { isMapping } from "./IssueWords.ts"

const cut = (value: unknown, seen: Set<unknown>): unknown => {
  if (Array.isArray(value)) {
    const entries: ReadonlyArray<unknown> = seen.has(value) ? value.slice(0, 1) : value
    seen.add(value)
    return entries.map((entry) => cut(entry, seen))
  }
  return isMapping(value)
    ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, cut(inner, seen)]))
    : value
}

/** The document, in whose targets a list that stood there before has its first entry alone. Every place stays. */
export const withoutRepeats = (document: unknown): unknown =>
  isMapping(document) && "targets" in document
    ? { ...document, targets: cut(document["targets"], new Set()) }
    : document
