/** `pawl import`: others' files through the executable, and the runs that what they come to makes. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { type Answer, json, type Workplace, workplace } from "./pawl.ts"
import { expectNoInsides, expectRefused, refusalOf } from "./refusal.ts"

const peers = new URL("../peers", import.meta.url).pathname

/** What a peer's file has to be given. */
const given: Readonly<Record<string, ReadonlyArray<string>>> = {
  "spec-kit/agents.yml": ["spec=x"],
  "spec-kit/data-not-code.yml": ["value=x"],
  "spec-kit/review.yml": ["spec=x"],
  "taskpack/audit.yaml": ["image=new", "apiToken=hidden"],
  "taskpack/modules.yaml": ["bundle=x"]
}

const files = ["spec-kit", "taskpack"].flatMap((kind) =>
  readdirSync(join(peers, kind)).map((name) => [`${kind}/${name}`, kind] as const)
)

const inputsOf = (values: ReadonlyArray<string>): ReadonlyArray<string> => values.flatMap((value) => ["--input", value])

/** Imports a peer's file to `batch.yaml`. */
const importPeer = async (place: Workplace, file: string): Promise<Answer> => {
  const answer = await place.pawl("import", file.split("/")[0] ?? "", join(peers, file), "--output", "batch.yaml")
  expect({ code: answer.code, stdout: answer.stdout }).toEqual({ code: 0, stdout: "" })
  return answer
}

const run = (place: Workplace, values: ReadonlyArray<string> = []): Promise<Answer> =>
  place.pawl("run", "batch.yaml", ...inputsOf(values), "--format", "json")

const readAll = (place: Workplace): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(place.path).filter((name) => name.endsWith(".txt")).toSorted().map((name) => [name, place.read(name)])
  )

describe("what is imported", () => {
  it.each(files)("%s is a manifest that pawl takes without a word", async (file) => {
    const place = workplace()
    await importPeer(place, file)
    const values = Object.fromEntries((given[file] ?? []).map((value) => value.split("=")))
    const answer = await place.pawlWith({ stdin: JSON.stringify(values) }, "validate", "batch.yaml", "--inputs", "-")
    expect({ code: answer.code, stderr: answer.stderr }).toEqual({ code: 0, stderr: "" })
  })

  it.each(files)("%s is the same text on standard output, and from standard input", async (file, kind) => {
    const place = workplace()
    const text = await Bun.file(join(peers, file)).text()
    place.write("it.yml", text)
    const [named, piped] = await Promise.all([
      place.pawl("import", kind, "it.yml", "-q"),
      place.pawlWith({ stdin: text }, "import", kind, "-", "-q")
    ])
    expect([named.code, named.stderr, piped.code, piped.stderr]).toEqual([0, "", 0, ""])
    expect(piped.stdout).toBe(named.stdout.replace("from it.yml", "from -"))
  })

  it("says how many comments there are to look at, unless it is told to be quiet", async () => {
    const place = workplace()
    const answer = await importPeer(place, "spec-kit/agents.yml")
    expect(answer.stderr).toMatch(/^note: \d+ comments in it say what to look at\n$/)
    const quiet = await place.pawl("import", "spec-kit", join(peers, "spec-kit/agents.yml"), "-q")
    expect(quiet.stderr).toBe("")
  })
})

describe("the run of an imported workflow", () => {
  it("goes around a failure by branches, loops and what each item came to", async () => {
    const place = workplace()
    await importPeer(place, "spec-kit/route-around.yml")
    const answer = await run(place)
    expect(json(answer)).toMatchObject({ status: "completed", exitCode: 0 })
    expect(readAll(place)).toEqual({
      "repaired.txt": "repaired after 3\n",
      "report.txt": "codes 0-1-0 of 3\ndry False, label none\nrepaired completed, skipped .\nerr tried 3 times\n\n",
      "rounds.txt": "again\n".repeat(3),
      "said.txt": "said\n",
      "three.txt": "",
      "ticks.txt": "tick\n".repeat(2)
    })
  })

  it("goes the other way where its inputs say so", async () => {
    const place = workplace()
    await importPeer(place, "spec-kit/route-around.yml")
    const answer = await run(place, ["scope=quick", "tries=0", "dry_run=true", "label=it's"])
    expect(json(answer)).toMatchObject({ status: "completed" })
    expect(readAll(place)).toMatchObject({ "skipped.txt": "", "zero.txt": "" })
    expect(place.read("report.txt")).toContain("dry True, label it's\nrepaired , skipped .\nerr tried 0 times")
  })

  it("ends at a failure that nobody looks at", async () => {
    const place = workplace()
    await importPeer(place, "spec-kit/halts.yml")
    const answer = await run(place)
    expect(json(answer)).toMatchObject({ status: "blocked", exitCode: 1, targets: [{ step: "nested::fails" }] })
    expect(Object.keys(readAll(place))).toEqual(["first.txt"])
  })

  it("goes on after any number of failures that it may go on from, however each came about", async () => {
    const place = workplace()
    await importPeer(place, "spec-kit/carry-on.yml")
    expect(json(await run(place))).toMatchObject({ status: "completed", exitCode: 0 })
    expect(place.read("sum.txt")).toBe("1 2 127 -1\n")
  })

  it.each([
    ["Approve", ["approved.txt"], undefined],
    ["Edit-it", ["choice.txt", "edit.txt"], "Edit it\n"],
    ["rejected", ["choice.txt", "rejected.txt"], "Reject\n"]
  ])("waits for a person, and goes on by the answer %s", async (option, made, choice) => {
    const place = workplace()
    await importPeer(place, "spec-kit/review.yml")
    expect(json(await run(place, ["spec=a $(date)"]))).toMatchObject({ status: "paused", exitCode: 3 })
    expect(place.read("draft.md")).toBe("Draft of a $(date)\n")
    const decided = await place.pawl("approve", "review", "review/look", "--option", option)
    expect(decided.code).toBe(0)
    expect(json(await run(place, ["spec=a $(date)"]))).toMatchObject({ status: "completed", exitCode: 0 })
    expect(Object.keys(readAll(place))).toEqual(made)
    expect(choice === undefined ? choice : place.read("choice.txt")).toBe(choice)
  })

  it("never takes a value for code, wherever in a script it stood", async () => {
    const place = workplace()
    await importPeer(place, "spec-kit/data-not-code.yml")
    const value = "a'b \"$(touch bad)\" `touch bad` \\ $HOME; touch bad *"
    expect(json(await run(place, [`value=${value}`]))).toMatchObject({ status: "completed" })
    expect(readAll(place)).toEqual({
      "bare.txt": value,
      "double.txt": `<${value}>`,
      "here.txt": `<${value}>\n`,
      "single.txt": `<${value}>`
    })
    expect(existsSync(join(place.path, "bad"))).toBe(false)
  })
})

describe("the run of an imported pack", () => {
  it("does its steps, asks, and says what it puts out", async () => {
    const place = workplace()
    const values = ["image=new", "apiToken=hidden"]
    await importPeer(place, "taskpack/audit.yaml")
    const paused = json(await run(place, values))
    expect(paused).toMatchObject({ status: "paused", exitCode: 3, outputs: { message: "" } })
    expect((await place.pawl("approve", "audit", "audit/ask")).code).toBe(0)
    const ended = await run(place, values)
    expect(json(ended)).toMatchObject({ status: "completed", outputs: { message: "The image is shipped" } })
    expect(readAll(place)).toEqual({
      "done.txt": "plan\n",
      "left.txt": "p1\n",
      "lines.txt": "0 eu\n1 us\n",
      "new.txt": "",
      "pushed-eu.txt": "",
      "pushed-us.txt": "",
      "shipped.txt": ""
    })
    const steps = json(ended).targets[0]?.steps ?? []
    expect(steps.find(({ path }) => path === "side::right")).toMatchObject({ status: "failed", attempts: 2 })
    expect(steps.find(({ path }) => path === "pack-outputs")).toMatchObject({ status: "succeeded" })
  })

  it("skips what its condition leaves out, and what asks for it gets nothing", async () => {
    const place = workplace()
    const values = ["image=old", "apiToken=hidden", "dry_run=true"]
    await importPeer(place, "taskpack/audit.yaml")
    expect(json(await run(place, values))).toMatchObject({ status: "paused" })
    expect(readAll(place)).toMatchObject({ "left.txt": "\n", "lines.txt": "0 eu\n1 us\n" })
    expect(existsSync(join(place.path, "new.txt"))).toBe(false)
  })

  it("calls a program for each module and policy, once there is one", async () => {
    const place = workplace()
    await importPeer(place, "taskpack/modules.yaml")
    mkdirSync(join(place.path, "policies"))
    const programs = {
      "validate-schema": "echo \"$@\" > validate.txt; echo path=out/it >> \"$PAWL_OUTPUT\"",
      "policies/may-go-on": "echo \"$@\" > policy.txt",
      export: "echo \"$@\" > export.txt; echo signed=yes >> \"$PAWL_OUTPUT\""
    }
    for (const [name, script] of Object.entries(programs)) {
      writeFileSync(join(place.path, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
    }
    expect(json(await run(place, ["bundle=a b"]))).toMatchObject({ status: "completed", exitCode: 0 })
    expect(readAll(place)).toEqual({
      "validate.txt": "--target a b --strict true\n",
      "policy.txt": "--bundle a b --level high\n",
      "export.txt": "--from out/it\n"
    })
  })
})

describe("a file that can't be imported", () => {
  const flow = "schema_version: \"1.0\"\nworkflow: { id: a, name: A, version: \"1.0.0\" }\nsteps: []\n"

  it.each([
    [
      "a pack as a workflow",
      "spec-kit",
      "kind: TaskPack\napiVersion: stellaops.io/pack.v1\n",
      "this looks like a Task Pack"
    ],
    ["a workflow as a pack", "taskpack", flow, "pawl import spec-kit it.yml"],
    ["another version", "spec-kit", flow.replace("1.0", "3.0"), "it.yml:1:17: a workflow of `schema_version` \"3.0\""],
    ["a manifest", "taskpack", "name: a\ntargets: []\n", "it looks like a manifest of pawl already"],
    ["an empty file", "spec-kit", "\n", "the file is empty"],
    ["something binary", "spec-kit", "a\0b", "the file is binary"],
    ["YAML that is broken", "spec-kit", "workflow: [\n", "it.yml:"],
    ["a tab", "spec-kit", "workflow:\n\tid: a\n", "a tab stands where YAML takes spaces alone"],
    [
      "a type of step from elsewhere",
      "spec-kit",
      flow.replace("[]", "[{ id: a, type: http }]"),
      "it.yml:3:24: a step of type `http` can't be carried over"
    ],
    ["lists within lists without end", "spec-kit", `workflow: ${"[".repeat(2000)}`, "nested more than"]
  ])("%s", async (_what, kind, text, says) => {
    const place = workplace()
    place.write("it.yml", text)
    const answer = await place.pawl("import", kind, "it.yml")
    expectRefused(answer, 65)
    expect(answer.stderr).toContain(says)
  })

  it("leaves the file alone that would have been written, and tells a program in JSON", async () => {
    const place = workplace()
    place.write("it.yml", flow)
    place.write("batch.yaml", "mine")
    const answer = await place.pawl("import", "spec-kit", "it.yml", "--output", "batch.yaml")
    expectRefused(answer, 65)
    expect(place.read("batch.yaml")).toBe("mine")
    expect(refusalOf(await place.pawl("import", "spec-kit", "it.yml", "--format", "json"), 64).errors[0]?.message)
      .toBe("a manifest is text, and has no other format")
  })

  it.each([
    [["import"], 64, "`pawl import` needs KIND"],
    [["import", "spec-kit"], 64, "`pawl import` needs FILE"],
    [["import", "speckit", "x"], 64, "unknown KIND `speckit`"],
    [["import", "spec-kit", "nowhere.yml"], 65, "the workflow is not there"],
    [["import", "taskpack", "."], 65, "the pack is a directory"]
  ])("%j", async (args, code, says) => {
    const answer = await workplace().pawl(...args)
    expectRefused(answer, code)
    expect(answer.stderr).toContain(says)
  })

  it("of a megabyte is read in a few seconds, right or wrong", async () => {
    const place = workplace()
    const step = (index: number, type: string): string =>
      `  - { id: s${index}, type: ${type}, run: "echo {{ inputs.name }} ${
        "x".repeat(120)
      }", continue_on_error: true }\n`
    const many = (type: string): string =>
      flow.replace("[]", "").replace("steps:", "inputs: { name: { type: string, default: x } }\nsteps:")
      + Array.from({ length: 5000 }, (_, index) => step(index, type)).join("")
    place.write("right.yml", many("shell"))
    place.write("wrong.yml", many("shel"))
    expect(place.read("right.yml").length).toBeGreaterThan(1_000_000)
    const right = await place.pawl("import", "spec-kit", "right.yml", "--output", "batch.yaml")
    expect({ code: right.code, stderr: right.stderr }).toMatchObject({ code: 0 })
    expect(place.read("batch.yaml")).toContain("id: s4999")
    const wrong = await place.pawl("import", "spec-kit", "wrong.yml")
    expectNoInsides(wrong.stderr)
    expect(wrong.stderr).toContain("wrong.yml:5:21: a step of type `shel` can't be carried over")
    expect(wrong.stderr.split("\n").length).toBeLessThan(500)
  })
})
