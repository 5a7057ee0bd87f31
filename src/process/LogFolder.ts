/**
 * The folders that logs lie in.
 *
 * Owns that they are folders of pawl's own: a link in the place of one could lead every log of a
 * run to another place, and what is removed there with it. The surprise: a umask can keep even the
 * owner out of what it makes.
 */
import { chmodSync, lstatSync, mkdirSync } from "node:fs"
import { LINK_IN_THE_WAY } from "./LogFile.ts"

const OWNER = 0o700

/** Whether a folder is there. Throws where something else is. */
export const isFolderThere = (path: string): boolean => {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return false
  if (stat.isDirectory()) return true
  throw new Error(stat.isSymbolicLink() ? `${path}: ${LINK_IN_THE_WAY}` : `${path} is no folder; move it away`)
}

/** Makes a folder, 0700, if it is not there. Throws where something else is. */
export const makeLogFolder = (path: string): void => {
  if (isFolderThere(path)) return
  mkdirSync(path, { recursive: true, mode: OWNER })
  if ((process.umask() & OWNER) !== 0) chmodSync(path, OWNER)
}
