/**
 * The file that `$PAWL_OUTPUT` names: what a step says beside its output.
 *
 * Owns reading it. Must not know what is in it. The surprise: a step may make anything of that path, and opening a
 * pipe would wait for ever.
 */
import { existsSync, readFileSync, statSync } from "node:fs"
import type { Exit } from "./ProcessRunner.ts"

/** A step that writes more than this to its output file is asked to write a file of its own. */
const OUTPUT_FILE_BYTES = 1024 * 1024

/** In the place of what a step wrote, where it made a pipe or a folder of its output file: a line that is none. */
const NO_FILE = "(not a plain file)"

/** What a step wrote to its output file; undefined where it wrote none. Throws the system's error. */
export const readOutputs = (path: string): Exit["outputs"] => {
  // Most steps write none, and to look whether there is one costs far less than to look at it.
  if (!existsSync(path)) return undefined
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return undefined
  // Opening a pipe would wait for ever.
  if (!stat.isFile()) return { text: NO_FILE, tooLong: false }
  return stat.size > OUTPUT_FILE_BYTES
    ? { text: "", tooLong: true }
    : { text: readFileSync(path, "utf8"), tooLong: false }
}
