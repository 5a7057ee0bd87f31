import { readdirSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { workplace } from "./pawl.ts"
import { expectRefused } from "./refusal.ts"
import { shell } from "./shell.ts"

const pathLike = [
  "../../escape",
  "/etc/passwd",
  "..",
  ".",
  "...",
  "a/../b",
  ".spool",
  ".hidden",
  "-rf",
  "~",
  "*",
  "a\\b"
]
/** A fraction slash, full-width dots and slash, an override of the direction, composed and decomposed. */
const lookAlikes = ["..\u2044x", "\uFF0E\uFF0E\uFF0Fx", "a\u202Eb", "\u00E9", "e\u0301"]
/** Halves of pairs, which have no bytes, and what stands for them elsewhere. */
const halves = ["\uD800", "\uDFFF", "\uFFFD"]
const others = ["%2E%2E", "trailing.", "trailing ", " leading", "$(touch owned)", "`touch owned`", "'; touch owned; '"]
const long = ["x".repeat(254), "\u{1F600}".repeat(120)].flatMap((id) => [`${id}a`, `${id}b`])
const ids = [...pathLike, ...lookAlikes, ...halves, ...others, ...long]

const batch = (of: ReadonlyArray<string>) =>
  JSON.stringify({ name: "batch", targets: of.map((id, index) => ({ id, run: `echo target ${index}` })) })

describe("ids that look like paths, or like each other", () => {
  it("have logs of their own within the run's folder, and nothing is made anywhere else", async () => {
    const place = workplace()
    place.write("deep/batch.yaml", batch(ids))
    expect((await place.pawl("run", "deep/batch.yaml")).code).toBe(0)
    expect(readdirSync(place.path)).toEqual(["deep"])
    expect(readdirSync(join(place.path, "deep")).toSorted()).toEqual([".pawl", "batch.yaml"])
    const [runId = ""] = readdirSync(join(place.path, "deep/.pawl/batch/runs"))
    const run = join(place.path, "deep/.pawl/batch/runs", runId)
    expect(readdirSync(run).toSorted()).toEqual(
      ["checkpoint.json", "inbox", "journal.ndjson", "logs", "plan.json", "summary.json"]
    )
    const folders = readdirSync(join(run, "logs"))
    expect(folders).toHaveLength(ids.length)
    for (const folder of folders) {
      expect(readdirSync(join(run, "logs", folder)).toSorted()).toEqual(["run.err", "run.out"])
    }
    for (const [index, id] of ids.entries()) {
      // An argument is bytes: a half of a pair can't be given as one.
      if (!id.isWellFormed()) continue
      const { code, stdout } = await place.pawl("logs", "--state-dir", "deep/.pawl", "--", "batch", id)
      expect([id, code, stdout.split("\n").slice(1)]).toEqual([id, 0, [`target ${index}`, ""]])
    }
  })

  it.each(["a\u0000b", "a\nb", "a\u001Bb", "a\u007Fb", "a\u0085b", "", "x".repeat(256)])(
    "(%j) that are no ids are refused with 65",
    async (id) => {
      const place = workplace()
      place.write("batch.yaml", batch([id]))
      expectRefused(await place.pawl("run", "batch.yaml"), 65)
      expect(readdirSync(place.path)).toEqual(["batch.yaml"])
    }
  )

  it.each(["../x", "/x", "..", ".", "a/b", "..\u2044x", "\uFF0E\uFF0E", "-x", ".x", "a b", "a.", "a\u0000b"])(
    "(%j) as the name of a batch or of a step are refused with 65",
    async (name) => {
      const place = workplace()
      place.write("batch.yaml", JSON.stringify({ name, targets: [{ id: "a", run: "true" }] }))
      place.write(
        "step.yaml",
        JSON.stringify({ name: "batch", targets: [{ id: "a", steps: [{ id: name, run: "true" }] }] })
      )
      for (const file of ["batch.yaml", "step.yaml"]) expectRefused(await place.pawl("run", file), 65)
      expect(readdirSync(place.path).toSorted()).toEqual(["batch.yaml", "step.yaml"])
    }
  )

  it("as the name of a batch that no folder can have is 74, in words", async () => {
    const place = workplace()
    place.write("batch.yaml", JSON.stringify({ name: "x".repeat(300), targets: [{ id: "a", run: "true" }] }))
    const answer = await place.pawl("run", "batch.yaml")
    expectRefused(answer, 74)
    expect(answer.stderr).toContain("the path is too long")
    expect(answer.stderr).toContain("choose a shorter name")
  })
})

describe("words of the command line that look like paths", () => {
  const words = ["../../outside", "/etc/passwd", "..", "\uFF0E\uFF0E/x", "x".repeat(300)]
  const calls: ReadonlyArray<readonly [string, (word: string) => ReadonlyArray<string>]> = [
    ["logs RUN", (word) => ["logs", word]],
    ["logs RUN TARGET", (word) => ["logs", "batch", word]],
    ["logs RUN TARGET/STEP", (word) => ["logs", "batch", `a/${word}`]],
    ["status RUN", (word) => ["status", word]],
    ["events RUN", (word) => ["events", word]],
    ["resume RUN", (word) => ["resume", word]],
    ["approve RUN GATE", (word) => ["approve", "batch", word]],
    ["approve RUN", (word) => ["approve", word, "a/ask"]],
    ["--run-id", (word) => ["run", "batch.yaml", "--fresh", "--run-id", word]]
  ]

  it.each(calls)("lead nowhere as %s: 64, and nothing is made or shown", async (_, args) => {
    const place = workplace()
    place.write("outside/journal.ndjson", "precious")
    place.write(
      "deep/batch.yaml",
      "name: batch\ntargets: [{ id: a, steps: [{ id: ask, gate: { approval: 'Go?' } }] }]\n"
    )
    expect((await place.pawl("run", "deep/batch.yaml")).code).toBe(3)
    const before = readdirSync(place.path, { recursive: true }).toSorted()
    const file = (word: string) => (word === "batch.yaml" ? "deep/batch.yaml" : word)
    for (const word of words) {
      const call = [...args(word).map(file), "--state-dir", "deep/.pawl"]
      const answer = await place.pawl(...call)
      expect([call, answer.code, answer.stdout]).toEqual([call, 64, ""])
    }
    expect(readdirSync(place.path, { recursive: true }).toSorted()).toEqual(before)
  })
})

describe("a current folder whose name is not UTF-8", () => {
  it("is refused by name, and no other folder is taken for it", async () => {
    const place = workplace()
    const answer = await shell(place, "mkdir $'x\\xff'; cd $'x\\xff'; \"$PAWL\" each touch ::: here")
    expectRefused(answer, 64)
    expect(answer.stderr).toContain("the name of the current folder is not UTF-8")
    expect((await shell(place, "ls; ls *")).stdout).toBe((await shell(place, "ls")).stdout)
  })

  it("is none where the name holds the character that stands for such bytes", async () => {
    const place = workplace()
    expect(await shell(place, "mkdir $'y\\uFFFD'; cd $'y\\uFFFD'; \"$PAWL\" each -q echo ::: here")).toMatchObject({
      code: 0,
      stdout: "here\n"
    })
  })
})
