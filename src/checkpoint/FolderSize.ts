/**
 * How much a folder holds.
 *
 * Must not follow links. The surprise: a file that goes away while it is looked at counts as
 * nothing, since a live run removes files all the time.
 */
import { lstatSync, readdirSync, type Stats } from "node:fs"
import { join } from "node:path"

const isGone = (cause: unknown): boolean =>
  cause instanceof Error && "code" in cause && (cause.code === "ENOENT" || cause.code === "ENOTDIR")

const namesIn = (folder: string): ReadonlyArray<string> => {
  try {
    return readdirSync(folder)
  } catch (cause) {
    if (isGone(cause)) return []
    throw cause
  }
}

const bytesOf = (path: string, stat: Stats | undefined): number => {
  if (stat === undefined) return 0
  return stat.isDirectory() ? folderSize(path) : stat.isFile() ? stat.size : 0
}

/** Bytes of all the files in a folder, at any depth; 0 where there is no such folder. Throws. */
export const folderSize = (folder: string): number =>
  namesIn(folder).reduce((sum, name) => {
    const path = join(folder, name)
    return sum + bytesOf(path, lstatSync(path, { throwIfNoEntry: false }))
  }, 0)
