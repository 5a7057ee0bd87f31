import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { describe, expect, it } from "vitest"
import { blocksOf, followPage, isShown, redact } from "./document.ts"
import { workplace } from "./pawl.ts"

const root = new URL("../..", import.meta.url).pathname
const read = (page: string): string => readFileSync(join(root, page), "utf8")

const pages = ["README.md", "CONTRIBUTING.md", ...readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`)]
const withCommands = pages.filter((page) => blocksOf(read(page)).some(({ kind }) => kind === "console"))

/** The pages show `jq`, which a machine need not have; everything else has to run. */
const canRun = (command: string): boolean => !/\bjq\b/.test(command) || Bun.which("jq") !== null

describe("the documentation", () => {
  it("shows commands in the pages that teach", () => {
    expect(withCommands).toEqual(expect.arrayContaining(["README.md", "docs/guide.md", "docs/operations.md"]))
  })

  it.each(withCommands)("%s: every command prints what it shows", async (page) => {
    const done = await followPage(workplace(), read(page))
    const wrong = done.filter(({ command }) => canRun(command)).flatMap(({ command, line, printed, shown }) => {
      const [wanted, got] = [redact(shown.join("\n")), redact(printed)]
      return isShown(wanted, got) ? [] : [{ place: `${page}:${line}`, command, wanted, got }]
    })
    expect(wrong).toEqual([])
  })

  it.each(withCommands)("%s: every manifest it shows is valid", async (page) => {
    const place = workplace()
    const text = read(page)
    // Some read files that the page's own commands make.
    await followPage(place, text)
    for (const block of blocksOf(text)) {
      if (block.kind !== "file" || !block.name.endsWith(".yaml")) continue
      place.write(block.name, block.text)
      const answer = await place.pawlWith({ env: { API_TOKEN: "t0ken" } }, "validate", block.name)
      expect(`${block.name}: ${answer.stderr}`).toBe(`${block.name}: `)
    }
  })

  it.each(pages)("%s: every link leads somewhere", (page) => {
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
