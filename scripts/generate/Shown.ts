/**
 * Brings what the pages show of pawl's output up to date, by running their commands with `dist/pawl`.
 *
 * Owns the list of pages. The surprise: a page that is still true is left alone, so that a run
 * id or a duration that differs each time changes no page.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { blocksOf, correctPage, followPage } from "./Story.ts"

const root = join(import.meta.dirname, "../..")

/** Every page that people wrote or that is generated, from the root of the repository. */
export const pages = (): ReadonlyArray<string> => [
  "README.md",
  "CONTRIBUTING.md",
  ...readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`)
]

/** Whether a page holds commands that are run. */
export const isStory = (text: string): boolean => blocksOf(text).some(({ kind }) => kind === "console")

/** Rewrites the pages whose output is no longer true; gives their names. */
export const updateShown = async (): Promise<ReadonlyArray<string>> => {
  const updated: Array<string> = []
  for (const page of pages()) {
    const text = readFileSync(join(root, page), "utf8")
    if (!isStory(text)) continue
    const folder = mkdtempSync(join(tmpdir(), "pawl-page-"))
    const corrected = correctPage(text, await followPage({ folder, programs: join(root, "dist") }, text))
    rmSync(folder, { recursive: true, force: true })
    if (corrected === text) continue
    writeFileSync(join(root, page), corrected)
    updated.push(page)
  }
  return updated
}
