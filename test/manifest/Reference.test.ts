import { describe, expect, it } from "@effect/vitest"
import { manifestPage } from "../../scripts/generate/ManifestPage.ts"
import { anchor } from "../../scripts/generate/Markdown.ts"
import { manifestOf, mistakesIn } from "./reading.ts"

const page = manifestPage()
const examples = [...page.matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, text = ""]) => text)

describe("the reference of the manifest", () => {
  it("has examples that are manifests, with every kind of step", () => {
    for (const example of examples) expect(mistakesIn(example)).toEqual([])
    const kinds = ["gate", "if", "switch", "map", "parallel", "loop", "run", "command"]
    const used = examples.flatMap((example) => manifestOf(example).targets.flatMap(({ steps = [] }) => steps))
    for (const kind of kinds) expect(JSON.stringify(used)).toContain(`"${kind}":`)
  })

  it("has a section for everything that it links to, each once", () => {
    const anchors = [...page.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) => anchor(heading))
    const links = [...page.matchAll(/\]\(#([^)]*)\)/g)].map(([, to = ""]) => to)
    expect(links.filter((to) => !anchors.includes(to))).toEqual([])
    expect(anchors.filter((each, at) => anchors.indexOf(each) !== at)).toEqual([])
  })

  it("tells of each kind what it alone has, and once what all have", () => {
    const section = (heading: string): string => page.split(`### ${heading}\n`)[1]?.split(/^##/m)[0] ?? ""
    expect(section("A step")).toContain("| `continueOnError` ")
    for (const kind of ["run", "command", "gate", "switch", "map", "parallel", "loop"]) {
      expect(section(`A \`${kind}\` step`)).toContain(`| \`${kind}\` **required**`)
      expect(section(`A \`${kind}\` step`)).not.toContain("| `continueOnError` ")
    }
  })
})
