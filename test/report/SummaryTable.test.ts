import { describe, expect, it } from "@effect/vitest"
import { width } from "../../src/report/Printable.ts"
import { colourful, plain } from "../../src/report/Style.ts"
import { statusDocument, summarize } from "./listed.ts"
import { summaryTable } from "../../src/report/SummaryTable.ts"
import type { RunFact } from "../../src/run/RunEvent.ts"
import {
  all,
  blocked,
  childFailed,
  completed,
  entered,
  failed,
  gate,
  halted,
  loop,
  map,
  only,
  opened,
  parallel,
  paused,
  plan,
  planOf,
  started,
  state,
  step,
  succeeded
} from "./plans.ts"

const two = plan(["api", "web"])
const partial = summarize({
  plan: two,
  state: state(started(two), ...blocked("api"), ...completed("web"), halted("AllDoneOrBlocked")),
  selection: all(two),
  exitCode: 0,
  outputs: { released: false }
})

describe("the table at the end of a run", () => {
  it("says how often a rate limit was met, and for how long nothing could start", () => {
    const limited = (until: string): RunFact => ({
      type: "RateLimited",
      target: "api",
      path: "build",
      attempt: 1,
      until,
      message: "exit code 75",
      durationMs: 1
    })
    const lines = (...limits: ReadonlyArray<RunFact>) =>
      summaryTable(
        summarize({
          plan: two,
          state: state(started(two), ...limits, ...completed("api"), ...completed("web"), halted("AllDoneOrBlocked")),
          selection: all(two),
          exitCode: 0,
          outputs: {}
        }),
        { style: plain, next: [] }
      )
    expect(lines(limited("2026-11-20T03:10:01.000Z"))[2]).toBe("rate-limited once, 10m00s in all")
    expect(lines(limited("2026-11-20T03:10:01.000Z"), limited("2026-11-20T03:20:01.000Z"))[2]).toBe(
      "rate-limited 2 times, 20m00s in all"
    )
    expect(lines()).toHaveLength(2)
  })

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
    const text = summaryTable(document, {
      style: plain,
      next: [{ why: "see a\u001b[2Jb", command: "pawl logs r 'a\u001b[2Jb'" }]
    })
    for (const line of text) expect(line).not.toMatch(/\p{Cc}/u)
    expect(text.join("\n")).toContain("a\\e[2Jb")
  })

  it("has escape sequences only in colour", () => {
    expect(summaryTable(partial, { style: plain, next: [] }).join("")).not.toContain("\u001b")
    expect(summaryTable(partial, { style: colourful, next: [] }).join("")).toContain("\u001b[31mblocked")
  })
})

describe("the table of a run with gates", () => {
  const of = planOf(["api", "web"], [gate("ship")])
  const facts: ReadonlyArray<RunFact> = [
    { type: "TargetStarted", target: "api" },
    opened("api", "ship", { show: "notes\u001b.md" }),
    paused("api", "ship"),
    { type: "TargetStarted", target: "web" },
    opened("web", "ship", { message: "Ship\u001b[2J?", options: ["blue", "green"] }),
    paused("web", "ship"),
    halted("AwaitingApproval")
  ]
  const left = { target: "web", path: "ship", opened: 6, option: "blue", by: "ann" }
  const document = statusDocument({ plan: of, state: state(started(of), ...facts), decisions: [left] })

  it("lists each with what is asked, what can be chosen, since when, and what was decided meanwhile", () => {
    const lines = summaryTable(document, { style: plain, next: [] })
    expect(lines).toEqual([
      "nightly  20261120T030000-7f3a9c  paused (AwaitingApproval)  7.0s",
      "2 targets: 2 paused",
      "",
      "GATE      MESSAGE     OPTIONS          SINCE                     DECISION",
      "api/ship  Ship 1.4?   approve, reject  2026-11-20T03:00:02.000Z",
      "  to look at: notes\\e.md",
      "web/ship  Ship\\e[2J?  blue, green      2026-11-20T03:00:05.000Z  blue by ann, not taken up yet"
    ])
  })

  it("is within 80 columns, and obeys nothing in it", () => {
    const lines = summaryTable(document, { style: colourful, next: document.next, columns: 80 })
    for (const line of lines.map((each) => Bun.stripANSI(each))) {
      expect(width(line)).toBeLessThanOrEqual(80)
      expect(line).not.toMatch(/\p{Cc}/u)
    }
  })

  it("stops after some gates and says how many more there are", () => {
    const lines = summaryTable(document, { style: plain, next: [], most: 1 })
    expect(lines.filter((line) => /^(api|web)/.test(line))).toHaveLength(1)
    expect(lines.at(-1)).toBe("and 1 more gate")
  })

  it("lists a target that a rule denies among what needs attention", () => {
    const denied = statusDocument({
      plan: of,
      state: state(
        started(of),
        { type: "TargetStarted", target: "api" },
        { type: "TargetPaused", target: "api", step: "ship", reason: "policy-denied", message: "not met" },
        halted("AwaitingApproval")
      )
    })
    expect(summaryTable(denied, { style: plain, next: [] }).slice(3)).toEqual([
      "STATUS  TARGET  STEP  REASON         MESSAGE",
      "paused  api     ship  policy-denied  not met"
    ])
  })
})

describe("the table of a run with steps in steps", () => {
  const of = planOf(["api"], [map("shards", [step("e2e")]), parallel("both", [step("a"), loop("poll", [step("ask")])])])
  const rows = (facts: ReadonlyArray<RunFact>, live = true): ReadonlyArray<string> => {
    const view = { plan: of, state: state(started(of), { type: "TargetStarted", target: "api" }, ...facts) }
    return summaryTable(statusDocument(live ? { ...view, live: { pid: 7 } } : view), { style: plain, next: [] }).slice(
      3
    )
  }
  const shards = entered("api", "shards", "map", { items: 3 })

  it("names the step at which a target is stuck by its path", () => {
    expect(
      rows([
        shards,
        ...failed("api", "shards[1]::e2e", "no such suite\n"),
        childFailed("api", "shards", "shards[1]::e2e"),
        {
          type: "TargetBlocked",
          target: "api",
          step: "shards[1]::e2e",
          reason: "step-exhausted",
          message: "exit code 3 after 1 attempt",
          attempts: 1,
          durationMs: 9
        },
        halted("TargetBlocked")
      ], false)
    ).toEqual([
      "STATUS   TARGET  STEP            ATTEMPTS  REASON          MESSAGE                      LOG",
      "blocked  api     shards[1]::e2e  1         step-exhausted  exit code 3 after 1 attempt  "
      + "logs/api/shards%5B1%5D::e2e.err",
      "  no such suite"
    ])
  })

  it("shows of a live target an attempt under way, how far its map is, and how many more there are", () => {
    const begun = (path: string): RunFact => ({ type: "StepStarted", target: "api", path, attempt: 1, pid: 1 })
    expect(
      rows([shards, ...succeeded("api", "shards[1]::e2e"), begun("shards[0]::e2e"), begun("shards[2]::e2e")])
    ).toEqual([
      "STATUS   TARGET  STEP            ATTEMPTS  MESSAGE                                      LOG",
      "running  api     shards[0]::e2e  1         1 of 3 items done; 1 more attempt under way  "
      + "logs/api/shards%5B0%5D::e2e.out"
    ])
  })

  it("shows when the next attempt or iteration comes, at rest too", () => {
    const waits: ReadonlyArray<RunFact> = [
      shards,
      { type: "StepStarted", target: "api", path: "shards[0]::e2e", attempt: 1, pid: 1 },
      {
        type: "AttemptFailed",
        target: "api",
        path: "shards[0]::e2e",
        attempt: 1,
        reason: "exit-code",
        message: "exit code 3",
        exitCode: 3,
        durationMs: 1,
        nextAttemptAt: "2026-11-20T03:05:00.000Z"
      }
    ]
    const words = "exit code 3; next attempt at 2026-11-20T03:05:00.000Z; 0 of 3 items done"
    expect(rows(waits)[1]).toBe(
      `running  api     shards[0]::e2e  1         exit-code  ${words}  logs/api/shards%5B0%5D::e2e.out`
    )
    expect(rows([...waits, halted("ShutdownRequested")], false)[1]).toMatch(/^pending {2}api {5}shards\[0\]::e2e/)
    const between: RunFact = {
      type: "IterationEnded",
      target: "api",
      path: "both::poll",
      iteration: 0,
      nextAttemptAt: "2026-11-20T03:05:00.000Z"
    }
    expect(rows([entered("api", "both", "parallel"), entered("api", "both::poll", "loop"), between])[1]).toBe(
      "running  api     both::poll  next iteration at 2026-11-20T03:05:00.000Z; iteration 1"
    )
  })
})
