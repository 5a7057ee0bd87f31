import { existsSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { describe, expect, it } from "vitest"
import { isStory, pages } from "../../scripts/generate/Shown.ts"
import { blocksOf, followPage, isTrue } from "../../scripts/generate/Story.ts"
import { binary, workplace } from "./pawl.ts"

const root = new URL("../..", import.meta.url).pathname
const read = (page: string): string => readFileSync(join(root, page), "utf8")
const stories = pages().filter((page) => isStory(read(page)))

/** The pages show `jq`, which a machine need not have; everything else has to run. */
const canRun = (command: string): boolean => !/\bjq\b/.test(command) || Bun.which("jq") !== null

describe("the documentation", () => {
  it("shows commands in the pages that teach", () => {
    expect(stories).toEqual(expect.arrayContaining(["README.md", "docs/guide.md", "docs/operations.md"]))
  })

  it.each(stories)("%s: every command prints what it shows", async (page) => {
    const done = await followPage({ folder: workplace().path, programs: dirname(binary) }, read(page))
    const wrong = done.filter((one) => canRun(one.command) && !isTrue(one))
    // Where pawl is right and the page is not: `node scripts/bun.mjs scripts/generate.ts --shown`.
    expect(wrong.map(({ line, ...one }) => ({ place: `${page}:${line}`, ...one }))).toEqual([])
  }, 300_000)

  it.each(stories)("%s: every file it shows is used by a command", (page) => {
    const blocks = blocksOf(read(page))
    const files = blocks.flatMap((block) => (block.kind === "file" ? [block] : []))
    const uses = [
      ...blocks.flatMap((block) => (block.kind === "console" ? block.commands.map(({ command }) => command) : [])),
      ...files.map(({ text }) => text)
    ]
    expect(files.map(({ name }) => name).filter((name) => !uses.some((use) => use.includes(name)))).toEqual([])
  })

  it.each(pages())("%s: every link leads somewhere", (page) => {
    const text = read(page).replaceAll(/^```[^]*?^```$/gm, "")
    const dead = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link).filter((link) => {
      if (/^[a-z]+:/.test(link)) return false
      const [path = "", heading] = link.split("#")
      const file = path === "" ? join(root, page) : join(root, dirname(page), path)
      return !existsSync(file) || (heading !== undefined && !anchors(readFileSync(file, "utf8")).includes(heading))
    })
    expect(dead).toEqual([])
  })
})

const anchors = (page: string): ReadonlyArray<string> =>
  [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, "").trim().replaceAll(/\s/g, "-")
  )
