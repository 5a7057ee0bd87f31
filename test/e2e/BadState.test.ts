import { chmodSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { one } from "./badCase.ts"
import { json, workplace } from "./pawl.ts"
import { expectNoInsides, refusalOf, runsOf } from "./refusal.ts"
import { asNobody, shell } from "./shell.ts"

describe("state that can't be written", () => {
  it("for want of permission is 74 and names the folder", async () => {
    const place = workplace()
    chmodSync(place.write("batch.yaml", one), 0o644)
    if (process.getuid?.() !== 0) chmodSync(place.path, 0o555)
    const answer = await asNobody(place, "run", "batch.yaml", "--format", "json")
    if (process.getuid?.() !== 0) chmodSync(place.path, 0o755)
    refusalOf(answer, 74)
    expect(answer.stderr).toMatch(/\.pawl\/batch could not be made: permission denied/)
    expect(answer.stderr).toContain("--state-dir")
    expect(runsOf(place)).toEqual([])
  })

  it.each([["file", "file"], ["file/below", "file/below"]])("since %s is a file is 74 and says so", async (_, dir) => {
    const place = workplace()
    place.write("batch.yaml", one)
    place.write("file", "")
    const answer = await place.pawl("run", "batch.yaml", "--state-dir", dir, "--format", "json")
    refusalOf(answer, 74)
    expect(answer.stderr).toContain("a part of that path is a file")
    expect(place.read("file")).toBe("")
  })

  it("where the system has no such place is 74 in words", async () => {
    const place = workplace()
    place.write("batch.yaml", one)
    const answer = await place.pawl("run", "batch.yaml", "--state-dir", "/proc/no-place", "--format", "json")
    expect(refusalOf(answer, 74).errors).toHaveLength(1)
  })

  const many = `name: batch\ntargets:\n  - forEach: { items: [${
    Array.from({ length: 40 }, (_, at) => at).join(", ")
  }] }\n    id: "t{{ item }}"\n    run: echo {{ item }} >> ran.txt\n`
  /** Files may not grow beyond so many KiB: what a full disk is to a process, without a disk to fill. */
  const limited = (kibibytes: number) =>
    `trap '' XFSZ; ulimit -f ${kibibytes}; exec "$PAWL" run batch.yaml --format json`

  it("from the very start leaves no run behind", async () => {
    const place = workplace()
    place.write("batch.yaml", many)
    const answer = await shell(place, limited(1))
    refusalOf(answer, 74)
    expect(runsOf(place)).toEqual([])
  })

  it("in the middle stops the run, loses nothing durable, and the next run goes on", async () => {
    const place = workplace()
    place.write("batch.yaml", many)
    const answer = await shell(place, limited(9))
    expect(answer.code).toBe(74)
    const summary = json(answer)
    expect(summary).toMatchObject({ status: "failed", haltReason: "CheckpointFailed", exitCode: 74 })
    expect(summary.counts["completed"]).toBeGreaterThan(5)
    expect(answer.stderr).toContain("journal.ndjson could not be written")
    const started = place.read("ran.txt").trim().split("\n").length
    // Nothing was started after the write that failed.
    expect(started - (summary.counts["completed"] ?? 0)).toBeLessThanOrEqual(1)
    const next = await place.pawl("run", "batch.yaml", "--format", "json")
    expect(json(next)).toMatchObject({ runId: summary.runId, exitCode: 0, counts: { completed: 40 } })
    expect(place.read("ran.txt").trim().split("\n").length).toBeLessThanOrEqual(41)
    expectNoInsides(answer.stderr)
  })

  it("is not called running, once nothing runs any more", async () => {
    const place = workplace()
    place.write("batch.yaml", many)
    const summary = json(await shell(place, limited(9)))
    expect(summary.targets.map(({ status }) => status)).not.toContain("running")
    const status = json(await place.pawl("status", "--format", "json"))
    expect(status.targets.map((target) => target.status)).not.toContain("running")
  })

  it.each(["/no/such/folder/out.json", "."])(
    "as the file of `--output` (%s) is 74 before anything runs",
    async (file) => {
      const place = workplace()
      place.write("batch.yaml", one)
      const answer = await place.pawl("run", "batch.yaml", "--output", file, "--format", "json")
      refusalOf(answer, 74)
      expect(runsOf(place)).toEqual([])
    }
  )
})
