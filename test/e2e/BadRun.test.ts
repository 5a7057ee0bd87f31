import { readdirSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { json, workplace } from "./pawl.ts"
import { refusalOf } from "./refusal.ts"
import { asNobody } from "./shell.ts"

describe("a stored run", () => {
  /** A run at rest with work left, its journal's path and text. */
  const rested = async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      "name: batch\ntargets:\n  - { id: a, run: echo a >> ran.txt }\n  - { id: b, run: exit 1 }\n  - { id: c, run: echo c >> ran.txt }\n"
    )
    const { runId } = json(await place.pawl("run", "batch.yaml", "--format", "json"))
    const folder = `.pawl/batch/runs/${runId}`
    return { place, folder, journal: place.read(`${folder}/journal.ndjson`) }
  }

  const flipped = (journal: string, line: number): string =>
    journal.split("\n").map((text, at) => at + 1 === line ? text.replace(/"seq":/, "\"sep\":") : text).join("\n")

  it.each([
    ["with its checkpoint", false, 3],
    ["without its checkpoint", true, 3],
    ["without its checkpoint, in the last line", true, 10]
  ])("with a damaged line in its journal, %s, is 74 naming the line, and stays as it is", async (_, alone, line) => {
    const { folder, journal, place } = await rested()
    const damaged = flipped(journal, line)
    expect(damaged).not.toBe(journal)
    place.write(`${folder}/journal.ndjson`, damaged)
    if (alone) await Bun.file(join(place.path, folder, "checkpoint.json")).delete()
    const answer = await place.pawl("run", "batch.yaml", "--format", "json")
    refusalOf(answer, 74)
    expect(answer.stderr).toContain(`journal.ndjson: line ${line} is damaged`)
    expect(answer.stderr).toContain("--fresh")
    expect(place.read(`${folder}/journal.ndjson`)).toBe(damaged)
    expect(place.read("ran.txt")).toBe("a\n")
    expect(readdirSync(join(place.path, ".pawl/batch/runs"))).toHaveLength(1)
    refusalOf(await place.pawl("status", "--format", "json"), 74)
  })

  it("with a torn last line drops it, says so, and goes on", async () => {
    const { folder, journal, place } = await rested()
    place.write(`${folder}/journal.ndjson`, `${journal}{"seq":11,"at":"2026-`)
    const answer = await place.pawl("run", "batch.yaml", "--format", "json")
    expect(answer.stderr).toContain("line 11 of the journal was torn")
    expect(place.read("ran.txt")).toBe("a\nc\n")
  })

  it("whose journal is shorter than its checkpoint says is 74", async () => {
    const { folder, journal, place } = await rested()
    place.write(`${folder}/journal.ndjson`, journal.split("\n").slice(0, 4).join("\n") + "\n")
    refusalOf(await place.pawl("run", "batch.yaml", "--format", "json"), 74)
    expect(place.read("ran.txt")).toBe("a\n")
  })

  it("of a newer version is refused with 74, and --fresh sets it aside", async () => {
    const { folder, place } = await rested()
    const checkpoint = place.read(`${folder}/checkpoint.json`).replace(/"version": ?\d+\b/, "\"version\": 99")
    expect(checkpoint).toContain("99")
    place.write(`${folder}/checkpoint.json`, checkpoint)
    const answer = await place.pawl("run", "batch.yaml", "--format", "json")
    refusalOf(answer, 74)
    expect(answer.stderr).toMatch(/checkpoint\.json has version 99, written by a newer pawl/)
    expect((await place.pawl("run", "batch.yaml", "--fresh")).code).toBe(1)
    expect(place.read(`${folder}/checkpoint.json`)).toBe(checkpoint)
  })

  it("whose checkpoint is damaged does not start anew in silence", async () => {
    const { folder, place } = await rested()
    place.write(`${folder}/checkpoint.json`, "{\"version\": 1, \"seq\"")
    const answer = await place.pawl("run", "batch.yaml", "--format", "json")
    // The journal holds everything: going on from it is as good as refusing.
    expect([1, 74]).toContain(answer.code)
    expect(readdirSync(join(place.path, ".pawl/batch/runs"))).toHaveLength(1)
    expect(place.read("ran.txt").startsWith("a\n")).toBe(true)
    expect(place.read("ran.txt").match(/a/g)).toHaveLength(1)
  })

  it("that may not be read is 74", async () => {
    const { place } = await rested()
    const answer = await asNobody(place, "status", "--format", "json", "--state-dir", ".pawl")
    if (process.getuid?.() === 0) {
      refusalOf(answer, 74)
      expect(answer.stderr).toContain("permission denied")
      expect(answer.stderr).toMatch(/hint: .*read/)
    } else expect(answer.code).toBe(0)
  })
})
