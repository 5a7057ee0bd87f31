/** An absolute path as a user in the current folder would write it. */
import { relative } from "node:path"
import { Effect } from "effect"
import { Environment } from "../manifest/Environment.ts"

/** Relative where that does not lead out of `cwd`. */
export const shortPath = (cwd: string, path: string): string => {
  const short = relative(cwd, path)
  return short === "" || short.startsWith("..") ? path : short
}

/** Relative where that does not lead out of the current folder. */
export const shownPath = (path: string) => Effect.map(Environment, ({ cwd }) => shortPath(cwd, path))
