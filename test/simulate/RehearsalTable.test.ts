import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { plain } from "../../src/report/Style.ts"
import { summarize } from "../../src/report/Summarize.ts"
import { rehearsalDocument } from "../../src/simulate/RehearsalDocument.ts"
import { brokenLines, rehearsalTable } from "../../src/simulate/RehearsalTable.ts"
import { loadedOf, requestOf, toItsEnd } from "./rehearsing.ts"

const tableOf = (text: string, scenario: string) =>
  Effect.gen(function*() {
    const { plan } = loadedOf(text)
    const request = requestOf(loadedOf(text), { scenario })
    const end = yield* toItsEnd(request)
    const summary = summarize({ ...end, plan, selection: request.selection })
    const asked = { scenario: null, seed: 0, chaos: false }
    return rehearsalTable(rehearsalDocument(asked, plan, end, summary, []), { style: plain })
  })

describe("the report of a rehearsal", () => {
  it.live("of a long run shows how it began and how it ended", () =>
    Effect.gen(function*() {
      const items = Array.from({ length: 100 }, (_, index) => index).join(", ")
      const lines = yield* tableOf(
        `name: b\ntargets: [{ forEach: { items: [${items}] }, id: "t{{ item }}", run: make }]\n`,
        "default: { duration: 1s }"
      )
      const events = lines.slice(0, lines.indexOf(""))
      expect(events).toHaveLength(301)
      expect(events[200]).toBe("       … 102 more; see them all with --format ndjson")
      expect(events[201]).toMatch(/^ {2}303 /)
      expect(events.at(-1)).toContain("RunHalted")
    }))

  it.live("names no log, since nothing was run", () =>
    Effect.gen(function*() {
      const lines = yield* tableOf("name: b\ntargets: [{ id: a, run: make }]\n", "default: { exitCode: 1, stderr: no }")
      expect(lines.join("\n")).not.toContain("logs")
      expect(lines.at(-1)).toBe("b would return exit code 1 after 0")
    }))

  it("of broken promises names each, and the command that shows them again", () => {
    const broken = Array.from({ length: 21 }, (_, index) => ({
      invariant: "never-twice",
      message: `it \u001b[2J happened ${index}`,
      seq: index + 1
    }))
    const lines = brokenLines(broken, "pawl simulate b.yaml --chaos --seed 7", plain)
    expect(lines[0]).toBe("error: pawl would break 21 of its promises")
    expect(lines[1]).toBe("  never-twice: it \\e[2J happened 0, at event 1")
    expect(lines[21]).toBe("  and 1 more")
    expect(lines.at(-1)).toContain("pawl simulate b.yaml --chaos --seed 7")
  })
})
