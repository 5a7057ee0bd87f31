import { mkdirSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it, onTestFinished } from "vitest"
import { validJson } from "./documents.ts"
import { meeting } from "./meeting.ts"
import { type Answer, json, type Workplace, workplace } from "./pawl.ts"

interface CleanupJson {
  readonly dryRun: boolean
  readonly keep: number
  readonly olderThanMs: number
  readonly removed: ReadonlyArray<{ readonly runId: string; readonly batch: string; readonly bytes: number }>
  readonly bytes: number
  readonly kept: number
  readonly left: ReadonlyArray<{ readonly runId?: string; readonly reason: string; readonly message: string }>
}

const small = (name: string): string => `name: ${name}\ntargets: [{ id: a, run: echo fine }]\n`

/** A run for each id, the last one being the current one. */
const runs = async (place: Workplace, name: string, ...ids: ReadonlyArray<string>): Promise<void> => {
  place.write(`${name}.yaml`, small(name))
  for (const id of ids) {
    const { code } = await place.pawl("run", `${name}.yaml`, "--fresh", "--run-id", id, "--quiet")
    expect(code).toBe(0)
  }
}

const listed = async (place: Workplace): Promise<ReadonlyArray<string>> =>
  json<{ readonly runs: ReadonlyArray<{ readonly runId: string }> }>(await place.pawl("runs", "--format", "json"))
    .runs.map(({ runId }) => runId).sort()

const cleaned = (place: Workplace, answer: Answer): Promise<CleanupJson> =>
  validJson<CleanupJson>(place, "cleanup", answer)

const tree = (place: Workplace): ReadonlyArray<string> =>
  readdirSync(join(place.path, ".pawl"), { recursive: true }).map(String).sort()

const restedAtAGate = async (place: Workplace): Promise<void> => {
  place.write("batch.yaml", "name: batch\ntargets: [{ id: a, steps: [{ id: ship, gate: { approval: Ship? } }] }]\n")
  expect((await place.pawl("run", "batch.yaml", "--run-id", "waits", "--quiet")).code).toBe(3)
}

describe("pawl cleanup", () => {
  it("removes nothing that ended within the last month, and says so", async () => {
    const place = workplace()
    await runs(place, "batch", "r1", "r2")
    const answer = await place.pawl("cleanup")
    expect(answer).toMatchObject({ code: 0, stderr: "", stdout: "nothing to remove; 2 runs stay\n" })
    expect(await cleaned(place, await place.pawl("cleanup", "--format", "json"))).toMatchObject({
      keep: 1,
      olderThanMs: 30 * 24 * 3600 * 1000,
      removed: [],
      bytes: 0,
      kept: 2,
      left: []
    })
  })

  it("--keep N keeps the newest of each batch, and says what it removed and how much that was", async () => {
    const place = workplace()
    await runs(place, "batch", "r1", "r2", "r3")
    await runs(place, "other", "s1", "s2")
    const answer = await cleaned(place, await place.pawl("cleanup", "--keep", "1", "--format", "json"))
    expect(answer).toMatchObject({ dryRun: false, keep: 1, olderThanMs: 0, kept: 2, left: [] })
    expect(answer.removed.map(({ batch, runId }) => [batch, runId]).sort()).toEqual([
      ["batch", "r1"],
      ["batch", "r2"],
      ["other", "s1"]
    ])
    expect(answer.bytes).toBe(answer.removed.reduce((sum, { bytes }) => sum + bytes, 0))
    for (const { bytes } of answer.removed) expect(bytes).toBeGreaterThan(1000)
    expect(await listed(place)).toEqual(["r3", "s2"])
    expect(readdirSync(join(place.path, ".pawl/batch")).sort()).toEqual(["current", "lock", "runs"])
    expect((await place.pawl("run", "batch.yaml", "--format", "json")).stdout).toContain("\"stepsExecuted\":0")
  })

  it("as a table lists them within 80 columns, with a sum", async () => {
    const place = workplace()
    await runs(place, "batch", "r1", "r2")
    const { stdout } = await place.pawl("cleanup", "--keep", "1")
    expect(stdout.replace(/\d\S+Z/, "TIME").replaceAll(/[\d.]+ KiB/g, "SIZE").replaceAll(/ +/g, " ")).toBe(
      "RUN BATCH STATUS ENDED SIZE\nr1 batch completed TIME SIZE\n\nremoved 1 run, SIZE; 1 run stays\n"
    )
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80)
  })

  it("--older-than leaves those that are younger, and --keep 0 takes the newest too", async () => {
    const place = workplace()
    await runs(place, "batch", "r1", "r2")
    const young = await cleaned(
      place,
      await place.pawl("cleanup", "--older-than", "1h", "--keep", "0", "--format=json")
    )
    expect(young).toMatchObject({ olderThanMs: 3_600_000, removed: [], kept: 2 })
    const old = await cleaned(place, await place.pawl("cleanup", "--older-than", "1ms", "--format", "json"))
    expect(old.removed.map(({ runId }) => runId)).toEqual(["r1"])
    const all = await cleaned(place, await place.pawl("cleanup", "--older-than", "1ms", "--keep=0", "--format=json"))
    expect(all).toMatchObject({ removed: [{ runId: "r2" }], kept: 0 })
    const anew = await place.pawl("run", "batch.yaml", "--format", "json")
    expect(json(anew)).toMatchObject({ stepsExecuted: 1, invocations: 1 })
  })

  it("--dry-run says the same and changes nothing", async () => {
    const place = workplace()
    await runs(place, "batch", "r1", "r2")
    const before = tree(place)
    const would = await cleaned(place, await place.pawl("cleanup", "--keep", "0", "--dry-run", "--format", "json"))
    expect((await place.pawl("cleanup", "--keep", "0", "--dry-run")).stdout).toContain("would remove 2 runs, ")
    expect(tree(place)).toEqual(before)
    const done = await cleaned(place, await place.pawl("cleanup", "--keep", "0", "--format", "json"))
    expect({ ...would, dryRun: false }).toEqual(done)
  })

  it("leaves alone what `pawl run` goes on with, until it is set aside", async () => {
    const place = workplace()
    await restedAtAGate(place)
    const answer = await cleaned(place, await place.pawl("cleanup", "--keep", "0", "--format", "json"))
    expect(answer).toMatchObject({
      removed: [],
      left: [{ runId: "waits", reason: "unfinished", message: "`pawl run` goes on with it: it has 1 paused" }]
    })
    expect((await place.pawl("cleanup", "--keep", "0")).stdout).toBe(
      "nothing to remove; 1 run stays\n"
        + "left alone: run waits of batch: `pawl run` goes on with it: it has 1 paused\n"
    )
    await place.pawl("run", "batch.yaml", "--fresh", "--run-id", "next", "--quiet")
    const later = await cleaned(place, await place.pawl("cleanup", "--keep", "1", "--format", "json"))
    expect(later.removed.map(({ runId }) => runId)).toEqual(["waits"])
  })

  it("leaves a whole batch alone while a process works on it", async () => {
    const place = workplace()
    const door = await meeting(place, "door")
    await runs(place, "batch", "r1", "r2")
    place.write("batch.yaml", `name: batch\ntargets: [{ id: a, run: "${door.script}" }]\n`)
    const run = place.start(["run", "batch.yaml", "--fresh", "--quiet"])
    onTestFinished(() => run.kill())
    await door.come()
    for (const more of [[], ["--dry-run"]]) {
      const answer = await cleaned(place, await place.pawl("cleanup", "--keep", "0", "--format", "json", ...more))
      expect(answer).toMatchObject({ removed: [], kept: 3, left: [{ batch: "batch", reason: "live" }] })
    }
    await door.goOn()
    expect(await run.exited).toBe(0)
    expect(await listed(place)).toHaveLength(3)
  })

  it("leaves a run that can't be read, and says why", async () => {
    const place = workplace()
    await runs(place, "batch", "r1", "r2")
    writeFileSync(join(place.path, ".pawl/batch/runs/r1/journal.ndjson"), "nonsense\n")
    writeFileSync(join(place.path, ".pawl/batch/runs/r1/checkpoint.json"), "nonsense\n")
    const answer = await cleaned(place, await place.pawl("cleanup", "--keep", "0", "--format", "json"))
    expect(answer).toMatchObject({ removed: [{ runId: "r2" }], left: [{ runId: "r1", reason: "unreadable" }] })
    expect(answer.left[0]?.message).toContain("line 1 is damaged")
  })

  it("clears away what an earlier one left when it was killed", async () => {
    const place = workplace()
    await runs(place, "batch", "r1")
    mkdirSync(join(place.path, ".pawl/batch/removed/r0/logs"), { recursive: true })
    expect(await listed(place)).toEqual(["r1"])
    expect((await place.pawl("cleanup")).code).toBe(0)
    expect(readdirSync(join(place.path, ".pawl/batch")).sort()).toEqual(["current", "lock", "runs"])
  })

  it("goes on with other batches where one can't be opened, and ends with 74", async () => {
    const place = workplace()
    await runs(place, "batch", "r1")
    await runs(place, "other", "s1")
    writeFileSync(join(place.path, ".pawl/batch/current"), "gone\n")
    const answer = await place.pawl("cleanup", "--keep", "0", "--format", "json")
    expect(answer.code).toBe(74)
    const document = await cleaned(place, answer)
    expect(document).toMatchObject({ removed: [{ runId: "s1" }], left: [{ batch: "batch", reason: "failed" }] })
    expect(document.left[0]?.message).toContain("names run gone, whose plan is not there")
  })

  it("names what it can't take for a value", async () => {
    const place = workplace()
    const answer = await place.pawl("cleanup", "--older-than", "soon", "--keep", "-1")
    expect(answer.code).toBe(64)
    expect(answer.stderr).toContain(
      "`--older-than` can't be `soon`\n\nhint: it takes a length of time such as 12h or 30d"
    )
    expect(answer.stderr).toContain("`--keep` can't be `-1`")
  })

  it("has nothing to do where there are no runs", async () => {
    expect(await workplace().pawl("cleanup")).toMatchObject({ code: 0, stdout: "nothing to remove; 0 runs stay\n" })
  })
})
