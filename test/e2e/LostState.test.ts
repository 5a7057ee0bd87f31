import { readdirSync, rmSync, writeFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { type Workplace, workplace } from "./pawl.ts"

const lines = ({ read }: Workplace): number => read("ran").trim().split("\n").length

/** A batch that has run, and the folder of its run. */
const ran = async () => {
  const place = workplace()
  place.write("batch.yaml", "name: batch\ntargets:\n  - { id: a, run: echo a >> ran }\n")
  await place.pawl("run", "batch.yaml")
  const [runId = ""] = readdirSync(`${place.path}/.pawl/batch/runs`)
  return { place, runId, run: `${place.path}/.pawl/batch/runs/${runId}` }
}

describe("a batch whose state was lost in part", () => {
  it("is not begun anew where its journal is empty, though steps have run", async () => {
    const { place, run } = await ran()
    writeFileSync(`${run}/journal.ndjson`, "")
    rmSync(`${run}/checkpoint.json`)
    const answer = await place.pawl("run", "batch.yaml")
    expect(answer.code).toBe(74)
    expect(answer.stderr).toContain("journal.ndjson is empty, though steps have run: durable events are missing")
    expect(lines(place)).toBe(1)
  })

  it("says that it begins anew where nothing names the run to go on with", async () => {
    const { place, runId } = await ran()
    rmSync(`${place.path}/.pawl/batch/current`)
    const answer = await place.pawl("run", "batch.yaml")
    expect(answer.code).toBe(0)
    expect(answer.stderr).toContain(`current is not there, so this batch begins anew; earlier runs of it: ${runId}`)
    expect(lines(place)).toBe(2)
  })
})

describe("a secret in the name of who decides", () => {
  it("is masked like one in the note", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      "name: batch\ninputs: { token: { type: string, secret: true, env: TOKEN } }\ntargets:\n"
        + "  - { id: a, steps: [{ id: ok, gate: { approval: Go? } }] }\n"
    )
    const env = { TOKEN: "hunter2-of-the-test" }
    expect((await place.pawlWith({ env }, "run", "batch.yaml")).code).toBe(3)
    const decided = await place.pawlWith({ env }, "approve", "batch", "a/ok", "--by", `me ${env.TOKEN}`)
    const [runId = ""] = readdirSync(`${place.path}/.pawl/batch/runs`)
    const journal = place.read(`.pawl/batch/runs/${runId}/journal.ndjson`)
    expect([decided.code, decided.stdout.includes(env.TOKEN), journal.includes(env.TOKEN)]).toEqual([0, false, false])
    expect(journal).toContain("\"by\":\"me ***\"")
  })
})
