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
}

export const emptyDraft = (): Draft => ({ problems: [], notes: [] })

/** Says something once: a second time in the same place adds nothing. */
export const note = ({ notes }: Draft, path: Path, text: string): void => {
  const same = notes.some((other) => other.text === text && other.path.join("\0") === path.join("\0"))
  if (!same) notes.push({ path, text })
}
