import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { binary, json, type Workplace, workplace } from "./pawl.ts"

const batch = "name: batch\ntargets:\n  - { id: a, run: echo a | tee -a ran }\n"
  + "  - { id: b, steps: [{ id: ok, gate: { approval: Go? } }] }\n"

/** Made once: run `old`, which was set aside, and run `new`, which waits at a gate. */
const kept = mkdtempSync(join(tmpdir(), "pawl-e2e-kept-"))

beforeAll(() => {
  writeFileSync(join(kept, "batch.yaml"), batch)
  for (const args of [["--run-id", "old"], ["--run-id", "new", "--fresh"]]) {
    const { exitCode } = Bun.spawnSync([binary, "run", "batch.yaml", ...args], { cwd: kept })
    if (exitCode !== 3) throw new Error(`the run ended with ${exitCode}`)
  }
})

afterAll(() => rmSync(kept, { recursive: true, force: true }))

const copied = (): Workplace => {
  const place = workplace()
  cpSync(kept, place.path, { recursive: true, preserveTimestamps: true })
  return place
}

const calls = {
  run: ["run", "batch.yaml"],
  fresh: ["run", "batch.yaml", "--fresh"],
  resume: ["resume"],
  status: ["status"],
  statusOf: ["status", "new"],
  events: ["events", "new"],
  runs: ["runs"],
  logs: ["logs", "new", "a/run"],
  approve: ["approve", "new"],
  cancel: ["cancel", "new"],
  cleanup: ["cleanup", "--keep", "0"]
} as const
type Command = keyof typeof calls
const commands: ReadonlyArray<Command> = [
  "run",
  "fresh",
  "resume",
  "status",
  "statusOf",
  "events",
  "runs",
  "logs",
  "approve",
  "cancel",
  "cleanup"
]

/** What pawl ends with where nothing is lost. */
const whole: { readonly [command in Command]: number } = {
  run: 3,
  fresh: 3,
  resume: 3,
  status: 0,
  statusOf: 0,
  events: 0,
  runs: 0,
  logs: 0,
  approve: 0,
  cancel: 64,
  cleanup: 0
}

/** Of a run that can't be read: every command that is about it says so; `runs` lists it, and `--fresh` sets it aside. */
const unreadable = { run: 74, resume: 74, status: 74, statusOf: 74, events: 74, logs: 74, approve: 74, cancel: 74 }

interface Loss {
  readonly name: string
  /** Within the batch's folder. */
  readonly spoil: (batchDir: string) => void
  /** The commands that don't end as they would. */
  readonly but: { readonly [command in Command]?: number }
  /** What those that end with 74 say. */
  readonly says?: string | RegExp
  /** How `runs` names the run. */
  readonly listed?: string
  /** Steps are run again by a plain `pawl run`, which says so. */
  readonly anew?: boolean
}

const remove = (...names: ReadonlyArray<string>) => (dir: string): void => {
  for (const name of names) rmSync(join(dir, name), { recursive: true })
}
const written = (name: string, text: string) => (dir: string): void => writeFileSync(join(dir, name), text)
const emptied = (name: string) => (dir: string): void => truncateSync(join(dir, name), 0)
const both = (...spoils: ReadonlyArray<Loss["spoil"]>) => (dir: string): void => {
  for (const spoil of spoils) spoil(dir)
}

const journal = "runs/new/journal.ndjson"
const snapshot = "runs/new/checkpoint.json"
const noPlan = {
  says: /current names run new, whose plan is not there|journal\.ndjson is not there/,
  listed: "unreadable"
}
const noName = { run: 74, resume: 74, cleanup: 74 }

const losses: ReadonlyArray<Loss> = [
  { name: "nothing", spoil: () => {}, but: {} },
  { name: "current", spoil: remove("current"), but: {}, anew: true },
  { name: "all of current", spoil: emptied("current"), but: noName, says: "current names no run: \"\"" },
  { name: "the id in current", spoil: written("current", "../x"), but: noName, says: "current names no run: \"../x\"" },
  {
    name: "the run, another one being there",
    spoil: written("current", "gone\n"),
    but: { ...noName, status: 74 },
    says: "current names run gone, whose plan is not there",
    listed: "paused"
  },
  { name: "the run's folder", spoil: remove("runs/new"), but: { ...unreadable, cleanup: 74 }, ...noPlan },
  { name: "the folder of all runs", spoil: remove("runs"), but: unreadable, ...noPlan },
  // The journal is whole, and is shown.
  { name: "plan.json", spoil: remove("runs/new/plan.json"), but: { ...unreadable, events: 0, cleanup: 74 }, ...noPlan },
  {
    name: "all of plan.json",
    spoil: emptied("runs/new/plan.json"),
    // The manifest tells what the plan was, and the journal whether it is the same.
    but: { ...unreadable, run: 3, events: 0 },
    says: "plan.json could not be read as a plan",
    listed: "unreadable"
  },
  {
    name: "a part of plan.json",
    spoil: written("runs/new/plan.json", "{\"batch\":"),
    but: { ...unreadable, run: 3, events: 0 },
    says: "plan.json could not be read as a plan",
    listed: "unreadable"
  },
  ...[
    { name: "the journal", spoil: remove(journal), says: "is not there" },
    { name: "the journal and the snapshot", spoil: remove(journal, snapshot), says: "is not there" },
    { name: "all of the journal", spoil: emptied(journal), says: "is empty, though steps have run" },
    {
      name: "all of the journal, and the snapshot",
      spoil: both(emptied(journal), remove(snapshot)),
      says: "is empty, though steps have run"
    },
    {
      name: "all of the journal, the snapshot in part, and the logs",
      spoil: both(emptied(journal), written(snapshot, "{"), remove("runs/new/logs")),
      says: "is empty, though steps have run"
    },
    {
      name: "the journal but for a part of its first line, and the snapshot",
      spoil: both(written(journal, "{\"seq\":1,"), remove(snapshot)),
      says: "holds no whole event, though steps have run"
    }
  ].map(({ says, ...loss }) => ({
    ...loss,
    but: { ...unreadable, cleanup: 74 },
    says: `journal.ndjson ${says}: durable events are missing`,
    listed: "unreadable"
  })),
  { name: "the snapshot", spoil: remove(snapshot), but: {} },
  { name: "the logs", spoil: remove("runs/new/logs"), but: { logs: 74 }, says: "the log of `a/run` is gone" },
  { name: "a log", spoil: remove("runs/new/logs/a"), but: { logs: 74 }, says: "the log of `a/run` is gone" }
]

const times = (place: Workplace): number => place.read("ran").trim().split("\n").length

describe.each(losses)("a batch that has lost $name", ({ anew, but, listed, says = "", spoil }) => {
  it("is told of truly by every command, and nothing is run again that nobody asked for", async () => {
    const told = async (command: Command) => {
      const place = copied()
      spoil(join(place.path, ".pawl/batch"))
      const answer = await place.pawl(...calls[command])
      return { command, place, ...answer }
    }
    const answers = await Promise.all(commands.map(told))
    for (const { code, command, place, stderr, stdout } of answers) {
      if (code === 74) expect(command === "cleanup" ? stdout : stderr).toMatch(says)
      if (code === 74 && command !== "cleanup") expect(stderr).toMatch(/\n\nhint: /)
      const isAnew = command === "fresh" || (command === "run" && anew === true)
      expect([command, times(place)]).toEqual([command, isAnew ? 3 : 2])
      if (isAnew) {
        expect(stderr).toMatch(/run \w+ is set aside|this batch begins anew/)
        // What was lost is not in its way any more.
        expect((await place.pawl("resume")).code).toBe(3)
      }
      if (command === "runs") {
        if (listed !== undefined) expect(stdout).toMatch(new RegExp(`^(new|gone) +batch +${listed}`, "m"))
        if (existsSync(join(place.path, ".pawl/batch/runs/old"))) expect(stdout).toMatch(/^old +batch +paused/m)
      }
    }
    const ended = Object.fromEntries(answers.map(({ code, command }) => [command, code]))
    expect(ended).toEqual({ ...whole, ...but })
  })
})

describe("what is no run", () => {
  it("is not listed: files among the runs, and what was cut short before it was one", async () => {
    const place = copied()
    for (const name of ["README", "batch/README", "batch/runs/README"]) place.write(`.pawl/${name}`, "mine")
    place.write(".pawl/batch/runs/cut/journal.ndjson", "")
    const { runs } = json<{ readonly runs: ReadonlyArray<{ readonly runId: string }> }>(
      await place.pawl("runs", "--format", "json")
    )
    expect(runs.map(({ runId }) => runId)).toEqual(["new", "old"])
  })

  it("can't be written over by an id that is given", async () => {
    const place = copied()
    rmSync(join(place.path, ".pawl/batch/runs/new/plan.json"))
    const before = readdirSync(join(place.path, ".pawl/batch/runs/new"))
    const answer = await place.pawl("run", "batch.yaml", "--fresh", "--run-id", "new")
    expect([answer.code, times(place)]).toEqual([64, 2])
    expect(answer.stderr).toContain("run new exists already")
    expect(readdirSync(join(place.path, ".pawl/batch/runs/new"))).toEqual(before)
  })
})

describe("a batch with a lost run", () => {
  it("is begun anew in the order of those that can still be read", async () => {
    const place = copied()
    rmSync(join(place.path, ".pawl/batch/runs/new/plan.json"))
    const answer = await place.pawl("run", "batch.yaml", "--fresh", "--order", "longest-first")
    expect(answer.code).toBe(3)
    expect(answer.stderr).toContain("run new is set aside")
  })

  it("is not said to begin anew by who goes on with another run of it", async () => {
    const place = copied()
    rmSync(join(place.path, ".pawl/batch/current"))
    expect((await place.pawl("resume", "new")).stderr).not.toContain("anew")
    expect((await place.pawl("approve", "new")).stderr).not.toContain("anew")
  })
})

describe("logs that are gone", () => {
  it("are told of in the list, and those that are there are printed", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      "name: batch\ntargets:\n  - id: a\n    steps:\n      - { id: one, run: echo 1 }\n      - { id: two, run: echo 2 }\n"
        + "  - { id: silent, run: \"true\" }\n"
        + "  - { id: open, steps: [{ id: ok, gate: { policy: { run: \"true\" } } }] }\n"
    )
    await place.pawl("run", "batch.yaml", "--run-id", "r")
    rmSync(join(place.path, ".pawl/batch/runs/r/logs/a/one.out"))
    const list = await place.pawl("logs", "r")
    expect([list.code, list.stderr]).toEqual([
      0,
      "warning: 1 of these logs is gone, though the steps have run: logs/a/one.out\n"
    ])
    const both = await place.pawl("logs", "r", "a")
    expect(both.code).toBe(74)
    expect(both.stdout).toContain("==> a/two <==")
    expect(both.stderr).toContain("the log of `a/one` is gone")
    const silent = await place.pawl("logs", "r", "silent")
    expect([silent.code, silent.stderr]).toEqual([0, "note: `silent` succeeded without printing anything\n"])
    const open = await place.pawl("logs", "r", "open")
    expect([open.code, open.stderr]).toEqual([
      0,
      "note: `open` has no log: its check succeeded, and printed nothing unless the log was removed\n"
    ])
  })
})
