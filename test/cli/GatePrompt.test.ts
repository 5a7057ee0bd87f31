import { describe, expect, it } from "@effect/vitest"
import { Effect, Either, FastCheck, Option, Ref } from "effect"
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { readWords } from "../../src/cli/DecideCommand.ts"
import { questionLines, readAnswer } from "../../src/cli/GatePrompt.ts"
import { shownFile, shownLines } from "../../src/cli/ShownFile.ts"
import { isInFront, type Terminal } from "../../src/cli/Terminal.ts"
import { nameIn } from "../../src/cli/UserName.ts"
import { plain } from "../../src/report/Style.ts"
import type { GateQuestion } from "../../src/run/Gates.ts"
import { folder, pawl, type Stage } from "./house.ts"

const question = (more: Partial<GateQuestion> = {}): GateQuestion => ({
  target: "api",
  path: "ship",
  message: "Ship 1.4?",
  options: ["blue", "black", "reject"],
  ...more
})

describe("a question about a gate", () => {
  it("shows where it is, what is asked, the file and the options", () => {
    expect(questionLines(question({ message: "Ship 1.4?\nReally?" }), { name: "notes.txt", lines: ["one"] }, plain))
      .toEqual([
        "gate api/ship",
        "  Ship 1.4?",
        "  Really?",
        "notes.txt:",
        "  | one",
        "  1 blue",
        "  2 black",
        "  3 reject"
      ])
  })

  it("offers to reject where its author did not", () => {
    expect(questionLines(question({ options: ["blue"] }), undefined, plain).slice(2)).toEqual([
      "  1 blue",
      "  2 reject"
    ])
  })

  it("obeys no control character of a message, an id or a file's name", () => {
    const evil = "\u001b[2J\rforged"
    const lines = questionLines(question({ message: evil, target: evil }), { name: evil, lines: [] }, plain)
    expect(lines.join("")).not.toMatch(/[\u0000-\u001f]/)
    expect(lines[1]).toBe("  \\e[2J\\rforged")
  })
})

describe("an answer", () => {
  const answers: ReadonlyArray<readonly [what: string, answer: string, option: string]> = [
    ["its name", "black", "black"],
    ["its name with spaces around it", "  black\r", "black"],
    ["its number", "2", "black"],
    ["a beginning that only it has", "blu", "blue"],
    ["a beginning in other letters", "RE", "reject"]
  ]
  it.each(answers)("means an option by %s", (_, answer, option) => {
    expect(readAnswer(question(), answer)).toEqual(Either.right(option))
  })

  const nonsense: ReadonlyArray<readonly [what: string, answer: string, why: string]> = [
    ["nothing", "", "it is one of blue, black, reject, or a number from 1 to 3"],
    ["a beginning that several have", "bl", "`bl` may be blue or black"],
    ["a number that none has", "4", "`4` is no option"],
    ["zero", "0", "`0` is no option"],
    ["a fraction", "1.5", "`1.5` is no option"],
    ["anything else", "yes", "`yes` is no option: it is one of blue, black, reject"],
    ["an escape sequence", "\u001b[A", "`\\e[A` is no option"]
  ]
  it.each(nonsense)("means none by %s, and is told what it may be", (_, answer, why) => {
    expect(Either.getOrThrow(Either.flip(readAnswer(question(), answer)))).toContain(why)
  })

  it.prop(
    "that is the name of an option means it, whatever the others are called",
    [FastCheck.uniqueArray(FastCheck.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,3}$/), { minLength: 1 })],
    ([options]) => {
      for (const option of options) expect(readAnswer(question({ options }), option)).toEqual(Either.right(option))
    }
  )
})

describe("the file that a gate shows", () => {
  const written = (text: string | Uint8Array): string => {
    const path = join(folder(), "notes")
    writeFileSync(path, text)
    return path
  }

  it("is shown without its escape sequences, and nothing in it is obeyed", () => {
    expect(shownFile(written("one\u001b[31m red\u001b[0m\r\n\ttwo\u001b]0;title\u0007\n\u0007\u202e\n"))).toEqual([
      "one red",
      "    two",
      "\\u{07}\\u{202e}"
    ])
  })

  it("is cut where it is long, and says so", () => {
    const lines = shownFile(written("line\n".repeat(1_000_000)))
    expect(lines).toHaveLength(101)
    expect(lines.at(-1)).toBe("… and more")
    expect(shownFile(written("x".repeat(5_000_000)))[0]).toHaveLength(400)
    expect(shownLines({ text: "a\nb\n", isWhole: true })).toEqual(["a", "b"])
  })

  it.each([
    ["is not there", (path: string) => join(path, "none"), "(it can't be shown: no such file or directory)"],
    ["is a folder", (path: string) => path, "(it can't be shown: it is not a plain file)"],
    ["never ends", () => "/dev/zero", "(it can't be shown: it is not a plain file)"],
    ["is empty", () => written(""), "(it is empty)"]
  ])("that %s is said so", (_, pathOf, line) => {
    expect(shownFile(pathOf(folder()))).toEqual([line])
  })
})

const manifest = `name: batch
targets:
  - id: api
    steps:
      - id: ship
        gate: { approval: Ship?, options: [blue, green, reject] }
      - { id: publish, run: "true" }
`

/** A terminal at which these lines are typed, each when somebody reads; then its input ends. */
const typing = (lines: ReadonlyArray<string>): Effect.Effect<Terminal["Type"]> =>
  Effect.map(Ref.make(lines), (left) => ({
    isThere: Effect.succeed(true),
    lines: Effect.succeed({
      next: Ref.modify(left, ([first, ...rest]) => [Option.fromNullable(first), rest])
    })
  }))

const at = (lines: ReadonlyArray<string>, stage: Stage, ...words: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    const cwd = folder()
    writeFileSync(join(cwd, "b.yaml"), manifest)
    const terminal = yield* typing(lines)
    return yield* pawl(["run", "b.yaml", ...words], { terminal, isTerminal: true, cwd, ...stage })
  })

const decisions = (cwd: string): ReadonlyArray<Record<string, unknown>> => {
  const runs = join(cwd, ".pawl/batch/runs")
  const [run = ""] = readdirSync(runs)
  return readFileSync(join(runs, run, "journal.ndjson"), "utf8").split("\n")
    .filter((line) => line.includes("\"GateDecided\"")).map((line) => JSON.parse(line))
}

describe("pawl run on a terminal", () => {
  it.live("asks again until an answer is one, and records who gave it", () =>
    Effect.gen(function*() {
      const { code, cwd, stderr } = yield* at(["what", "", "gr"], { variables: { USER: "alice" } })
      expect(code).toBe(0)
      expect(stderr.split("decide")).toHaveLength(4)
      expect(decisions(cwd)).toMatchObject([{ option: "green", outcome: "approved", by: "alice" }])
    }))

  it.live("leaves the gate as it is at the end of input", () =>
    Effect.gen(function*() {
      const { code, cwd } = yield* at(["what"], {})
      expect(code).toBe(3)
      expect(decisions(cwd)).toEqual([])
    }))

  it.live("shows a file without the secrets of the batch, however they are coloured", () =>
    Effect.gen(function*() {
      const cwd = folder()
      const inputs = "inputs: { token: { type: string, secret: true, env: API_TOKEN } }"
      writeFileSync(join(cwd, "notes.txt"), "to ship with hun\u001b[31mter2\u001b[0m!\n")
      writeFileSync(
        join(cwd, "b.yaml"),
        manifest.replace("targets:", `${inputs}\ntargets:`).replace("reject]", "reject], show: notes.txt")
      )
      const terminal = yield* typing(["green"])
      const stage = { terminal, isTerminal: true, cwd, variables: { USER: "alice", API_TOKEN: "hunter2" } }
      const { code, stderr } = yield* pawl(["run", "b.yaml"], stage)
      expect(code).toBe(0)
      expect(stderr).toContain("to ship with ***!")
      expect(stderr).not.toContain("hun")
    }))

  const silent: ReadonlyArray<readonly [how: string, stage: Stage, words: ReadonlyArray<string>]> = [
    ["without a terminal on standard error", { isTerminal: false }, []],
    ["with --quiet", {}, ["--quiet"]],
    ["with --format json", {}, ["--format", "json"]],
    ["with --format ndjson", {}, ["--format", "ndjson"]]
  ]
  it.live.each(silent)("asks nobody %s", ([, stage, words]) =>
    Effect.gen(function*() {
      const { code, stderr } = yield* at(["blue"], stage, ...words)
      expect([code, stderr.includes("decide")]).toEqual([3, false])
    }))
})

describe("who and where", () => {
  it("knows a process in the background from one in front, whatever its program is called", () => {
    expect(isInFront("7 (pawl) S 1 7 7 34816 7 4194304")).toBe(true)
    expect(isInFront("7 (a) b (c) S 1 7 7 34816 9 4194304")).toBe(false)
    expect(isInFront("7 (pawl) S 1 7 7 0 -1 4194304")).toBe(false)
    expect(isInFront("")).toBe(true)
  })

  it("finds a user's name by its number", () => {
    const table = "root:x:0:0:root:/root:/bin/sh\nalice:x:1000:1000::/home/alice:/bin/sh\n"
    expect([nameIn(table, 1000), nameIn(table, 0), nameIn(table, 7)]).toEqual(["alice", "root", undefined])
  })

  it("takes a single word with a slash for a gate, and any other for a run", () => {
    expect(readWords([])).toEqual({ run: undefined, gate: undefined })
    expect(readWords(["nightly"])).toEqual({ run: "nightly", gate: undefined })
    expect(readWords(["api/ship"])).toEqual({ run: undefined, gate: "api/ship" })
    expect(readWords(["nightly", "api/ship"])).toEqual({ run: "nightly", gate: "api/ship" })
  })
})
