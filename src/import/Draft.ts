/**
 * What an import gathers on its way through a file: what is wrong with it, and what is worth a comment.
 *
 * Owns the two lists, so that all is told at once. Must not stop anybody. The surprise: a problem
 * has its place in the file that is read, a note its place in the manifest that is written.
 */
import type { Finding, Path } from "../manifest/Finding.ts"

export interface Note {
  /** Into the manifest; empty for what stands at its head. */
  readonly path: Path
  /** A sentence or two, without `#`. */
  readonly text: string
}

export interface Draft {
  readonly problems: Array<Finding>
  readonly notes: Array<Note>
  /** Notes that are taken already. */
  readonly said: Set<string>
}

export const emptyDraft = (): Draft => ({ problems: [], notes: [], said: new Set() })

/** Says something once: a second time in the same place adds nothing. */
export const note = ({ notes, said }: Draft, path: Path, text: string): void => {
  const key = JSON.stringify([path, text])
  if (said.has(key)) return
  said.add(key)
  notes.push({ path, text })
}
