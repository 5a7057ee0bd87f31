import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { SNAPSHOT_VERSION } from "../../src/checkpoint/Snapshot.ts"
import { json, statuses, type Workplace, workplace } from "./pawl.ts"
import { expectRefused } from "./refusal.ts"

const fixtures = new URL("../fixtures/state", import.meta.url).pathname
const versions = readdirSync(fixtures).filter((name) => name.startsWith("v"))
const all = versions.flatMap((version) =>
  readdirSync(join(fixtures, version)).map((name): readonly [string, string] => [version, name])
)

/** A copy of a state directory that an earlier pawl left, to look at and to go on with. */
const left = (version: string, name: string) => {
  const place = workplace()
  const from = join(fixtures, version, name)
  cpSync(join(from, "batch.yaml"), join(place.path, "batch.yaml"))
  cpSync(join(from, "pawl"), join(place.path, ".pawl"), { recursive: true })
  const runId = place.read(".pawl/batch/current").trim()
  return { place, runId, snapshot: join(place.path, ".pawl/batch/runs", runId, "checkpoint.json") }
}

/** All that pawl shows of a run without going on with it. */
const shown = async (place: Workplace) => {
  const status = await place.pawl("status", "batch", "--format", "json")
  const events = await place.pawl("events", "batch", "--format", "ndjson")
  const logs = await place.pawl("logs", "batch", "--format", "json")
  expect([status.code, events.code, logs.code, status.stderr, events.stderr]).toEqual([0, 0, 0, "", ""])
  return {
    status: json<object>(status),
    targets: statuses(status),
    events: events.stdout,
    logs: json<{ logs: ReadonlyArray<{ target: string; path: string; log: string }> }>(logs).logs
  }
}

const before: Readonly<Record<string, ReadonlyArray<string>>> = {
  finished: ["api completed", "item one/0 completed", "item two/1 completed", "silent completed"],
  interrupted: ["first completed", "second pending", "third *"],
  blocked: ["good completed", "bad blocked", "missing errored", "late errored", "after skipped"],
  paused: ["web paused", "db paused"]
}

const after: Readonly<Record<string, ReadonlyArray<string>>> = {
  finished: ["api completed", "item one/0 completed", "item two/1 completed", "silent completed"],
  interrupted: ["first completed", "second completed", "third completed"],
  blocked: ["good completed", "bad completed", "missing errored", "late errored", "after completed"],
  paused: ["web completed", "db completed"]
}

/** Steps that were durable before, and how often their logs say that they began. */
const once: Readonly<Record<string, ReadonlyArray<string>>> = {
  finished: ["api/build"],
  interrupted: ["first/run", "second/before"],
  blocked: ["good/run"],
  paused: ["web/build"]
}

const matches = (actual: string, expected: string): boolean =>
  expected.endsWith("*") ? actual.startsWith(expected.slice(0, -1)) : actual === expected

describe("a state directory that an earlier pawl left", () => {
  it("is kept for every version of the format", () => {
    expect(versions.toSorted()).toEqual(Array.from({ length: SNAPSHOT_VERSION }, (_, index) => `v${index + 1}`))
    expect(all.length).toBeGreaterThanOrEqual(3 * SNAPSHOT_VERSION)
  })

  it.each(all)("(%s, %s) is of that version, and holds no path of the machine that made it", (version, name) => {
    const { place, runId, snapshot } = left(version, name)
    expect(JSON.parse(readFileSync(snapshot, "utf8"))).toMatchObject({ version: Number(version.slice(1)), runId })
    for (const file of readdirSync(place.path, { recursive: true, withFileTypes: true })) {
      if (file.isFile()) {
        expect(readFileSync(join(file.parentPath, file.name), "utf8")).not.toMatch(/\/(tmp|root|home)\//)
      }
    }
  })

  it.each(all)("(%s, %s) is shown, with its snapshot and without it alike", async (version, name) => {
    const { place, snapshot } = left(version, name)
    const first = await shown(place)
    const expected = before[name] ?? []
    expect(first.targets.filter((target, index) => !matches(target, expected[index] ?? ""))).toEqual([])
    expect(first.targets).toHaveLength(expected.length)
    expect(first.events.trim().split("\n").length).toBe(
      place.read(`.pawl/batch/runs/${place.read(".pawl/batch/current").trim()}/journal.ndjson`).trim().split("\n")
        .length
    )
    for (const { log, path, target } of first.logs.slice(0, 2)) {
      const { code, stdout } = await place.pawl("logs", "batch", `${target}/${path}`)
      expect([log, code]).toEqual([log, 0])
      expect(stdout).toContain("--- pawl: attempt 1")
    }
    rmSync(snapshot)
    expect(await shown(place)).toEqual(first)
  })

  it.each(all)("(%s, %s) is gone on with, and nothing durable is done again", async (version, name) => {
    const { place, runId } = left(version, name)
    place.write("go", "")
    if (name === "paused") {
      for (const gate of ["web/ship", "db/ask"]) {
        expect((await place.pawl("approve", "batch", gate, "--by", "alice")).code).toBe(0)
      }
    }
    const args = ["--auto-advance", "--retry-blocked", "--format", "json"]
    const answer = await place.pawlWith({ env: { API_TOKEN: "t0ken" } }, "run", "batch.yaml", ...args)
    expect(answer.code).toBe(0)
    expect(json(answer).runId).toBe(runId)
    expect(statuses(answer)).toEqual(after[name])
    for (const step of once[name] ?? []) {
      const log = (await place.pawl("logs", "batch", step)).stdout
      expect([step, log.match(/--- pawl: attempt/g)]).toEqual([step, ["--- pawl: attempt"]])
    }
    // What the earlier pawl wrote is not rewritten: the journal goes on after it.
    const events = (await place.pawl("events", "batch", "--format", "ndjson")).stdout.trim().split("\n")
    expect(events.map((line) => JSON.parse(line).seq)).toEqual(events.map((_, index) => index + 1))
    const kept = readFileSync(join(fixtures, version, name, "pawl/batch/runs", runId, "journal.ndjson"), "utf8")
    expect(place.read(`.pawl/batch/runs/${runId}/journal.ndjson`).startsWith(kept)).toBe(true)
  })

  it.each(all.filter(([, name]) => name === "interrupted"))(
    "(%s, %s) can be resumed without its manifest",
    async (version, name) => {
      const { place } = left(version, name)
      rmSync(join(place.path, "batch.yaml"))
      place.write("go", "")
      const answer = await place.pawl("resume", "--auto-advance", "--format", "json")
      expect(answer.code).toBe(0)
      expect(statuses(answer)).toEqual(after[name])
    }
  )
})

describe("a state directory that a newer pawl left", () => {
  it.each([["run", "batch.yaml"], ["resume"], ["status"]])(
    "is refused with 74 by `pawl %s`, as it is",
    async (...args) => {
      const { place, snapshot } = left(`v${SNAPSHOT_VERSION}`, "interrupted")
      const text = readFileSync(snapshot, "utf8")
      const newer = text.replace(`"version": ${SNAPSHOT_VERSION}`, `"version": ${SNAPSHOT_VERSION + 1}`)
      writeFileSync(snapshot, newer)
      const answer = await place.pawl(...args)
      expectRefused(answer, 74)
      expect(answer.stderr).toContain(`has version ${SNAPSHOT_VERSION + 1}, written by a newer pawl`)
      expect(answer.stderr).toContain("go on with that version of pawl")
      expect(readFileSync(snapshot, "utf8")).toBe(newer)
    }
  )
})
