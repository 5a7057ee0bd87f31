import { describe, expect, it } from "@effect/vitest"
import { width } from "../../src/report/Printable.ts"
import { colourful, plain } from "../../src/report/Style.ts"
import { summarize } from "../../src/report/Summarize.ts"
import { summaryTable } from "../../src/report/SummaryTable.ts"
import { all, blocked, completed, halted, only, plan, started, state } from "./plans.ts"

const two = plan(["api", "web"])
const partial = summarize({
  plan: two,
  state: state(started(two), ...blocked("api"), ...completed("web"), halted("AllDoneOrBlocked")),
  selection: all(two),
  exitCode: 0,
  outputs: { released: false }
})

describe("the table at the end of a run", () => {
  it("says how it ended, what is stuck and why, and what to type next", () => {
    const lines = summaryTable(partial, {
      style: plain,
      next: [{ why: "try the blocked again", command: "pawl run b.yaml --retry-blocked" }],
      directory: ".pawl/nightly/runs/x"
    })
    expect(lines).toEqual([
      "nightly  20261120T030000-7f3a9c  partial (AllDoneOrBlocked)  exit code 0  13.0s",
      "2 targets: 1 completed, 1 blocked",
      "",
      "STATUS   TARGET  STEP   ATTEMPTS  REASON          MESSAGE                       LOG",
      "blocked  api     build  2         step-exhausted  exit code 2 after 2 attempts  logs/api/build.out",
      "logs are under .pawl/nightly/runs/x",
      "",
      "outputs:",
      "  released = false",
      "",
      "next:",
      "  try the blocked again",
      "    pawl run b.yaml --retry-blocked"
    ])
  })

  it("has the last words of what is stuck under its row, cut to fit a terminal", () => {
    const wordy = {
      ...partial,
      targets: partial.targets.map((target) =>
        target.id === "api" ? { ...target, lastError: `no\u001b[2J route ${"and so on ".repeat(9)}end` } : target
      )
    }
    const lines = summaryTable(wordy, { style: plain, next: [] })
    expect(lines.slice(3, 6)).toEqual([
      "STATUS   TARGET  STEP   ATTEMPTS  REASON          MESSAGE                       LOG",
      "blocked  api     build  2         step-exhausted  exit code 2 after 2 attempts  logs/api/build.out",
      `  no\\e[2J route ${"and so on ".repeat(9)}end`
    ])
    const narrow = summaryTable(wordy, { style: colourful, next: [], columns: 40 })[5] ?? ""
    expect(narrow).toBe("  \u001b[2mno\\e[2J route and so on and so on and…\u001b[22m")
    expect(width(Bun.stripANSI(narrow))).toBe(40)
  })

  it("is short where everything completed", () => {
    const one = plan(["web"])
    const document = summarize({
      plan: one,
      state: state(started(one), ...completed("web"), halted("AllDoneOrBlocked")),
      selection: all(one),
      exitCode: 0,
      outputs: {}
    })
    expect(summaryTable(document, { style: plain, next: [] })).toEqual([
      "nightly  20261120T030000-7f3a9c  completed (AllDoneOrBlocked)  exit code 0  7.0s",
      "1 target: 1 completed"
    ])
  })

  it("counts targets that were not selected and does not list them", () => {
    const document = summarize({
      plan: two,
      state: state(started(two), ...completed("api"), halted("TargetCompleted")),
      selection: only(0),
      exitCode: 0,
      outputs: {}
    })
    expect(summaryTable(document, { style: plain, next: [] }).slice(1)).toEqual([
      "2 targets: 1 completed, 1 skipped (1 not selected)"
    ])
  })

  it("stops after some rows and says where the others are", () => {
    const many = plan(Array.from({ length: 60 }, (_, index) => `t${index}`))
    const document = summarize({
      plan: many,
      state: state(started(many), ...many.targets.flatMap(({ id }) => blocked(id)), halted("AllDoneOrBlocked")),
      selection: all(many),
      exitCode: 1,
      outputs: {}
    })
    const lines = summaryTable(document, { style: plain, next: [] })
    expect(lines.filter((line) => line.startsWith("blocked"))).toHaveLength(50)
    expect(lines.at(-1)).toBe(
      "and 10 more; see them all with: pawl status 20261120T030000-7f3a9c --format json"
    )
  })

  it.each([120, 80, 60, 40, 20])("keeps its rows within a terminal of %d columns", (columns) => {
    const lines = summaryTable(partial, { style: colourful, next: [], columns })
    const rows = lines.slice(2).filter((line) => line.includes("STATUS") || line.includes("api"))
    expect(rows.length).toBeGreaterThan(0)
    for (const row of rows) expect(width(Bun.stripANSI(row))).toBeLessThanOrEqual(columns)
  })

  it("cuts the widest columns first, so that the others can be read", () => {
    const [header = "", row = ""] = summaryTable(partial, { style: plain, next: [], columns: 80 }).slice(3, 5)
    expect(header).toMatch(/^STATUS {3}TARGET {2}STEP {3}ATTEMPTS {2}REASON +MESSAGE +LOG$/)
    expect(row).toMatch(/^blocked {2}api {5}build {2}2 .*step-exha.*exit code 2.*… .*logs\/api/)
  })

  it("cuts nothing where it does not go to a terminal", () => {
    const message = `exit code 2: ${"long ".repeat(100)}end`
    const document = { ...partial, targets: partial.targets.map((target) => ({ ...target, message })) }
    expect(summaryTable(document, { style: plain, next: [] }).join("\n")).toContain(message)
  })

  it("obeys nothing that an id or a message holds", () => {
    const evil = plan(["a\u001b[2Jb"])
    const document = summarize({
      plan: evil,
      state: state(
        started(evil),
        ...blocked("a\u001b[2Jb", "exit\u001b]0;x\u0007\nerror: forged"),
        halted("TargetBlocked")
      ),
      selection: all(evil),
      exitCode: 1,
      outputs: { "x\u001b": "\u001b[0m" }
    })
    const text = summaryTable(document, { style: plain, next: [{ why: "see", command: "pawl logs r 'a\u001b[2Jb'" }] })
    for (const line of text) expect(line).not.toMatch(/\p{Cc}/u)
    expect(text.join("\n")).toContain("a\\e[2Jb")
  })

  it("has escape sequences only in colour", () => {
    expect(summaryTable(partial, { style: plain, next: [] }).join("")).not.toContain("\u001b")
    expect(summaryTable(partial, { style: colourful, next: [] }).join("")).toContain("\u001b[31mblocked")
  })
})
