import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it, onTestFinished } from "vitest"
import { lines, validJson } from "./documents.ts"
import { currentRun, gateEvents } from "./gates.ts"
import { meeting, told } from "./meeting.ts"
import { type Answer, json, type Workplace, workplace } from "./pawl.ts"
import { onTerminal, shell } from "./shell.ts"

interface StatusJson {
  readonly runId: string
  readonly status: string
  readonly live: { readonly pid: number } | null
  readonly counts: Readonly<Record<string, number>>
  readonly gates: ReadonlyArray<Readonly<Record<string, unknown>>>
  readonly targets: ReadonlyArray<{
    readonly id: string
    readonly status: string
    readonly steps: ReadonlyArray<Readonly<Record<string, unknown>>>
  }>
  readonly next: ReadonlyArray<{ readonly why: string; readonly command: string }>
}

const status = async (place: Workplace, ...args: ReadonlyArray<string>): Promise<StatusJson> =>
  validJson<StatusJson>(place, "status", await place.pawl("status", ...args, "--format", "json"))

const redacted = (text: string): string =>
  text.replaceAll(/\d{8}T\d{6}-[0-9a-f]{6}/g, "RUN").replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME")
    .replaceAll(/\b(?:\d+m)?[\d.]+m?s\b/g, "DURATION").replaceAll(/ {2,}/g, "  ")

const table = async (place: Workplace, ...args: ReadonlyArray<string>): Promise<ReadonlyArray<string>> =>
  redacted((await place.pawl(...args)).stdout).trimEnd().split("\n")

/** Starts a run, which ends with the test at the latest. */
const running = (place: Workplace, ...args: ReadonlyArray<string>) => {
  const run = place.start(["run", "batch.yaml", "--quiet", ...args])
  onTestFinished(() => run.kill())
  return run
}

const nested = `name: batch
targets:
  - id: api
    steps:
      - { id: fails, run: exit 7, continueOnError: true }
      - id: recover
        if: "{{ steps.fails.output.exit_code == 7 }}"
        then: [{ id: reset, run: echo reset }]
        else: [{ id: note, run: echo fine }]
      - id: shards
        map: { over: [smoke, pay], maxParallel: 2 }
        steps: [{ id: e2e, run: 'echo "suite {{ item }}"; echo "log of {{ item }}" >&2' }]
      - id: poll
        loop: { until: "{{ iteration == 1 }}" }
        steps: [{ id: ask, run: 'echo "round {{ iteration }}"' }]
      - { id: ship, gate: { approval: "Ship?", options: [blue, green, reject], show: notes.md } }
      - { id: publish, run: echo published }
`

const resting = async (): Promise<Workplace> => {
  const place = workplace()
  place.write("batch.yaml", nested)
  expect((await place.pawl("run", "batch.yaml", "--quiet")).code).toBe(3)
  return place
}

describe("pawl status of a run that rests at a gate", () => {
  it("says what waits, since when, and what to type", async () => {
    const place = await resting()
    expect(await table(place, "status")).toEqual([
      "batch  RUN  paused (AwaitingApproval)  DURATION",
      "1 target: 1 paused",
      "",
      "GATE  MESSAGE  OPTIONS  SINCE",
      "api/ship  Ship?  blue, green, reject  TIME",
      "  to look at: notes.md",
      "",
      "next:",
      "  choose blue for api/ship",
      "  pawl approve RUN api/ship --option blue",
      "  choose green for api/ship",
      "  pawl approve RUN api/ship --option green",
      "  or reject it",
      "  pawl reject RUN api/ship",
      "  go on once it is decided",
      "  pawl resume RUN"
    ])
  })

  it("as JSON lists every step instance by its path, what was not done and why, and the gate", async () => {
    const place = await resting()
    const document = await status(place)
    expect(document).toMatchObject({ status: "paused", haltReason: "AwaitingApproval", counts: { paused: 1 } })
    expect(document.targets[0]?.steps.map(({ path, reason, status }) => [path, status, reason])).toEqual([
      ["fails", "failed", "exit-code"],
      ["recover", "succeeded", undefined],
      ["recover::reset", "succeeded", undefined],
      ["recover::note", "skipped", "branch-not-taken"],
      ["shards", "succeeded", undefined],
      ["shards[0]::e2e", "succeeded", undefined],
      ["shards[1]::e2e", "succeeded", undefined],
      ["poll", "succeeded", undefined],
      ["poll[1]::ask", "succeeded", undefined],
      ["ship", "pending", "awaiting-approval"],
      ["publish", "pending", undefined]
    ])
    const steps = new Map(document.targets[0]?.steps.map((step) => [step["path"], step]))
    expect(steps.get("shards")).toMatchObject({ kind: "map", items: 2 })
    expect(steps.get("recover")).toMatchObject({ kind: "if", branch: "then" })
    expect(steps.get("poll")).toMatchObject({ kind: "loop", iterations: 2 })
    expect(document.gates).toMatchObject([{
      target: "api",
      path: "ship",
      about: "approval",
      message: "Ship?",
      options: ["blue", "green", "reject"],
      onReject: "abort",
      show: "notes.md"
    }])
  })

  it("gives commands that do what they say", async () => {
    const place = await resting()
    const { next } = await status(place)
    const typed = (why: string): Promise<Answer> => {
      const step = next.find((each) => each.why === why)
      return shell(place, (step?.command ?? "false").replace(/^pawl /, "\"$PAWL\" ") + " --format json")
    }
    expect((await typed("choose green for api/ship")).code).toBe(0)
    const resumed = await typed("go on once it is decided")
    expect([resumed.code, json(resumed).status]).toEqual([0, "completed"])
    const [ship] = (await status(place)).targets[0]?.steps.filter(({ path }) => path === "ship") ?? []
    expect(ship).toMatchObject({ status: "succeeded", option: "green" })
    expect(Object.keys(ship ?? {})).toEqual(expect.arrayContaining(["by", "decidedAt"]))
  })

  it("shows a decision that was left and that no run has taken up", async () => {
    const place = await resting()
    const [opened] = gateEvents(place)
    const inbox = join(place.path, ".pawl/batch/runs", currentRun(place), "inbox")
    mkdirSync(inbox, { recursive: true })
    const left = { option: "blue", by: "ann", decidedAt: "2026-11-20T04:00:00.000Z" }
    const file = { version: 1, target: "api", path: "ship", opened: opened?.seq, ...left }
    writeFileSync(join(inbox, `gate-${opened?.seq}.json`), JSON.stringify(file))
    writeFileSync(join(inbox, "gate-1.json"), "half of it")
    const document = await status(place)
    expect([document.status, document.gates[0]?.["decision"]]).toEqual(["paused", left])
    expect(document.next.map(({ why }) => why)).toEqual(["go on with what was decided"])
    const { stderr, stdout } = await place.pawl("status")
    expect(stdout).toContain("blue by ann, not taken up yet")
    expect(stderr).toContain("inbox/gate-1.json")
  })

  it("keeps within a terminal of 80 columns, and obeys nothing that a message holds", async () => {
    const place = workplace()
    place.write("batch.yaml", nested.replace("approval: \"Ship?\"", `approval: "Ship\\e[2J? ${"long ".repeat(30)}"`))
    await place.pawl("run", "batch.yaml", "--quiet")
    const { raw } = await onTerminal(place, 80, ["status"])
    const shown = Bun.stripANSI(raw).split("\r\n")
    expect(shown.some((line) => line.includes("Ship\\e[2J?"))).toBe(true)
    const tables = shown.slice(0, shown.indexOf("next:"))
    expect(tables.length).toBeGreaterThan(5)
    for (const line of tables) expect(line.length).toBeLessThanOrEqual(80)
    expect(raw).not.toContain("\u001b[2J")
  })
})

describe("pawl status of a live run", () => {
  it("shows the attempts under way, how far their map is, and the process; an older run is not live", async () => {
    const place = workplace()
    const [one, two] = [await meeting(place, "one"), await meeting(place, "two")]
    place.write("batch.yaml", "name: batch\ntargets: [{ id: api, run: echo fine }]\n")
    await place.pawl("run", "batch.yaml", "--run-id", "older", "--quiet")
    place.write(
      "batch.yaml",
      `name: batch
targets:
  - id: api
    steps:
      - id: shards
        map: { over: [a, b, c], maxParallel: 3 }
        steps:
          - id: e2e
            run: |
              if test "{{ item }}" = b; then ${one.script}; fi
              if test "{{ item }}" = c; then ${two.script}; fi
`
    )
    const run = running(place, "--fresh", "--run-id", "newer")
    await Promise.all([one.come(), two.come()])
    const document = await status(place)
    expect(document).toMatchObject({ runId: "newer", status: "running", live: { pid: run.pid }, next: [] })
    expect((await status(place, "older")).status).toBe("completed")
    const steps = document.targets[0]?.steps ?? []
    expect(steps.filter(({ status }) => status === "running").map(({ path }) => path)).toEqual(
      expect.arrayContaining(["shards", "shards[1]::e2e", "shards[2]::e2e"])
    )
    const rows = await table(place, "status", "newer")
    expect(rows[0]).toBe(`batch  newer  running  process ${run.pid}  DURATION`)
    expect(rows[4]).toMatch(
      /^running {2}api {2}shards\[\d\]::e2e {2}1 {2}\d of 3 items done; \d more attempts? under way/
    )
    await one.goOn()
    await two.goOn()
    expect(await run.exited).toBe(0)
    expect((await status(place)).status).toBe("completed")
  })

  it("shows when the next attempt comes, also once it was stopped", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      `name: batch
failure: { retries: { maxAttempts: 2, backoffSeconds: 3600 } }
targets: [{ id: api, steps: [{ id: shards, map: { over: [1] }, steps: [{ id: e2e, run: exit 3 }] }] }]
`
    )
    const run = running(place, "--format", "ndjson")
    await told(run.stdout, "\"AttemptFailed\"")
    const waits = (document: StatusJson) => document.targets[0]?.steps.find(({ path }) => path === "shards[0]::e2e")
    const live = await status(place)
    const step = { status: "pending", attempts: 1, reason: "exit-code", nextAttemptAt: expect.any(String) }
    expect([live.status, waits(live)]).toEqual(["running", expect.objectContaining(step)])
    run.kill("SIGTERM")
    expect(await run.exited).toBe(143)
    const rested = await status(place)
    expect([rested.status, waits(rested)]).toEqual(["interrupted", expect.objectContaining(step)])
    expect((await table(place, "status"))[4]).toMatch(
      /^pending {2}api {2}shards\[0\]::e2e {2}1 {2}exit-code {2}exit code 3; next attempt at TIME; 0 of 1 items done/
    )
  })

  it("offers its gates to be decided, and nothing else", async () => {
    const place = workplace()
    const door = await meeting(place, "door")
    place.write(
      "batch.yaml",
      `name: batch
targets:
  - id: api
    steps:
      - id: both
        parallel: {}
        steps:
          - { id: ship, gate: { approval: "Ship?" } }
          - { id: slow, run: "${door.script}" }
`
    )
    const run = running(place)
    await door.come()
    const document = await status(place)
    expect(document).toMatchObject({ status: "running", gates: [{ target: "api", path: "both::ship" }] })
    expect(document.next.map(({ command }) => command)).toEqual([
      `pawl approve ${document.runId} api/both::ship`,
      `pawl reject ${document.runId} api/both::ship`
    ])
    expect((await place.pawl("approve", "batch", "api/both::ship")).code).toBe(0)
    await door.goOn()
    expect(await run.exited).toBe(0)
  })
})

describe("pawl runs", () => {
  it("lists all, newest first, with those that are paused and those that can't be read", async () => {
    const place = await resting()
    place.write("batch.yaml", "name: batch\ntargets: [{ id: a, run: exit 1 }, { id: b, run: 'true' }]\n")
    await place.pawl("run", "batch.yaml", "--fresh", "--run-id", "broken", "--quiet")
    await place.pawl("run", "batch.yaml", "--fresh", "--run-id", "newest", "--auto-advance", "--quiet")
    writeFileSync(join(place.path, ".pawl/batch/runs/broken/journal.ndjson"), "x\n")
    writeFileSync(join(place.path, ".pawl/batch/runs/broken/checkpoint.json"), "x\n")
    const answer = await place.pawl("runs", "--format", "json")
    const document = await validJson<{ readonly runs: ReadonlyArray<Readonly<Record<string, unknown>>> }>(
      place,
      "runs",
      answer
    )
    expect(document.runs).toMatchObject([
      { runId: "newest", status: "partial", counts: { completed: 1, blocked: 1 } },
      { runId: "broken", error: expect.stringContaining("line 1 is damaged") },
      { batch: "batch", status: "paused", counts: { paused: 1 } }
    ])
    expect(lines((await place.pawl("runs", "--format", "ndjson")).stdout)).toEqual(document.runs)
    const rows = await table(place, "runs")
    expect(rows[0]).toBe("RUN  BATCH  STATUS  STARTED  TOOK  COMPLETED  STUCK  PAUSED  PROBLEM")
    expect(rows[3]).toBe("RUN  batch  paused  TIME  DURATION  0/1  0  1")
  })
})

describe("pawl logs of steps in steps", () => {
  it("lists those of every instance, also of iterations that are over", async () => {
    const place = await resting()
    const answer = await place.pawl("logs", "batch", "--format", "json")
    const { logs } = await validJson<{ readonly logs: ReadonlyArray<Readonly<Record<string, unknown>>> }>(
      place,
      "logs",
      answer
    )
    expect(logs.map(({ path, status }) => [path, status])).toEqual([
      ["fails", "failed"],
      ["recover::reset", "succeeded"],
      ["shards[0]::e2e", "succeeded"],
      ["shards[1]::e2e", "succeeded"],
      ["poll[0]::ask", undefined],
      ["poll[1]::ask", "succeeded"]
    ])
    for (const { log } of logs) place.read(`.pawl/batch/runs/${currentRun(place)}/${String(log)}`)
  })

  it.each<readonly [string, ReadonlyArray<string>, string]>([
    ["one instance", ["api/shards[1]::e2e"], "--- BANNER ---\nsuite pay\n"],
    [
      "every instance of a step",
      ["api/shards::e2e"],
      "==> api/shards[0]::e2e <==\n--- BANNER ---\nsuite smoke\n\n==> api/shards[1]::e2e <==\n--- BANNER ---\nsuite pay\n"
    ],
    [
      "all within a step, one attempt, standard error",
      ["api/shards", "--stderr", "--attempt", "1"],
      "==> api/shards[0]::e2e <==\nlog of smoke\n\n==> api/shards[1]::e2e <==\nlog of pay\n"
    ],
    [
      "every iteration of a loop",
      ["api/poll", "--attempt", "1"],
      "==> api/poll[0]::ask <==\nround 0\n\n==> api/poll[1]::ask <==\nround 1\n"
    ],
    ["an iteration that is over", ["api/poll[0]"], "--- BANNER ---\nround 0\n"]
  ])("prints %s", async (_what, args, printed) => {
    const place = await resting()
    const answer = await place.pawl("logs", "batch", ...args)
    expect({ ...answer, stdout: answer.stdout.replaceAll(/--- pawl: .* ---/g, "--- BANNER ---") }).toMatchObject({
      code: 0,
      stderr: "",
      stdout: printed
    })
  })

  it.each([
    ["api/recover::note", "`api/recover::note` has no log"],
    ["api/shards[9]::e2e", "`api/shards[9]::e2e` has no log"],
    ["api/ship", "`api/ship` has no log"],
    ["api/shards::e3e", "target `api` has no step `shards::e3e`\n\nhint: did you mean `api/shards::e2e`?"],
    ["api/fails --attempt=2", "`api/fails` has no attempt 2\n\nhint: it has 1 attempt"]
  ])("says so where there is none: %s", async (args, message) => {
    const place = await resting()
    const answer = await place.pawl("logs", "batch", ...args.split(" "))
    expect(answer.code).toBe(64)
    expect(answer.stderr).toContain(`error: ${message}`)
  })

  it("follows into items that had not begun", async () => {
    const place = workplace()
    const [one, two] = [await meeting(place, "one"), await meeting(place, "two")]
    place.write(
      "batch.yaml",
      `name: batch
targets:
  - id: api
    steps:
      - { id: first, run: "echo one; ${one.script}" }
      - id: shards
        map: { over: [a, b] }
        steps: [{ id: e2e, run: 'echo "item {{ item }}"; if test "{{ item }}" = b; then ${two.script}; fi' }]
`
    )
    const run = running(place)
    await one.come()
    const following = place.start(["logs", "batch", "api", "--follow", "--attempt", "1"])
    const printed = await told(following.stdout, "one\n")
    await one.goOn()
    await two.come()
    await two.goOn()
    expect(await run.exited).toBe(0)
    expect(await printed.rest()).toBe(
      "==> api/first <==\none\n\n==> api/shards[0]::e2e <==\nitem a\n\n==> api/shards[1]::e2e <==\nitem b\n"
    )
  })
})

describe("pawl plan of steps in steps", () => {
  it("shows them as a tree", async () => {
    const place = workplace()
    place.write("batch.yaml", nested)
    const rows = (await place.pawl("plan", "batch.yaml")).stdout.trimEnd().split("\n")
    expect(rows.slice(5)).toEqual([
      "steps of api:",
      "  fails    run  goes on when it fails",
      "  recover  if  {{ steps.fails.output.exit_code == 7 }}",
      "    then",
      "      reset  run",
      "    else",
      "      note  run",
      "  shards   map  [\"smoke\",\"pay\"]; 2 at a time",
      "    e2e  run",
      "  poll     loop  until {{ iteration == 1 }}, at most 10 times",
      "    ask  run",
      "  ship     gate  Ship? (blue, green, reject)",
      "  publish  run"
    ])
  })
})

describe("small documents", () => {
  it("are valid by their schemas", async () => {
    const place = workplace()
    expect(await validJson(place, "init", await place.pawl("init", "--format", "json"))).toMatchObject({
      file: "batch.yaml"
    })
    expect(await validJson(place, "version", await place.pawl("--version", "--format", "json"))).toMatchObject({
      schema: "pawl.version/v1"
    })
  })
})
