/**
 * Which version of which commit a build is.
 *
 * Owns asking package.json and git. The surprise: a tree without git (a source archive) still builds,
 * and says `unknown`; a tree with uncommitted changes says so with `-dirty`.
 */
import { readFileSync } from "node:fs"

export interface Identity {
  readonly version: string
  /** Twelve hex digits, with `-dirty` after them where the tree has changes; or `unknown`. */
  readonly commit: string
}

const git = (root: string, ...args: ReadonlyArray<string>): string | undefined => {
  try {
    const result = Bun.spawnSync(["git", ...args], { cwd: root, stderr: "ignore" })
    return result.success ? result.stdout.toString().trim() : undefined
  } catch {
    // No git on this machine: the same to us as no repository.
    return undefined
  }
}

/** Reads the identity of the tree at `root`. */
export const readIdentity = (root: string): Identity => {
  const manifest: { readonly version: string } = JSON.parse(readFileSync(`${root}/package.json`, "utf8"))
  const commit = git(root, "rev-parse", "--short=12", "HEAD")
  const dirty = commit !== undefined && git(root, "status", "--porcelain") !== ""
  return { version: manifest.version, commit: commit === undefined ? "unknown" : dirty ? `${commit}-dirty` : commit }
}
