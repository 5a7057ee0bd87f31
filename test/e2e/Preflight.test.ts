import { existsSync, readdirSync, readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { areValid, lines, validJson } from "./documents.ts"
import { json, type SummaryJson, type Workplace, workplace } from "./pawl.ts"

const batch = `name: night
inputs: { token: { type: string, secret: true, default: hunter2 } }
env: { TOKEN: "{{ inputs.token }}" }
preflight:
  - { id: disk, run: 'echo disk >> calls' }
  - id: api-up
    run: 'echo "api $PAWL_TARGET/$PAWL_STEP" >> calls; test -f up || { echo "no api for $TOKEN" >&2; exit 7; }'
targets:
  - { id: a, run: echo a >> calls }
  - { id: b, run: echo b >> calls }
`

interface CheckedJson extends SummaryJson {
  readonly retryAt: string | null
  readonly preflight: ReadonlyArray<
    { readonly path: string; readonly status: string; readonly lastError?: string; readonly errorLog?: string }
  >
}

const stage = (text = batch): Workplace => {
  const place = workplace()
  place.write("night.yaml", text)
  return place
}

/** One that has ended may wait for its parent to hear of it. */
const isRunning = (pid: number): boolean =>
  existsSync(`/proc/${pid}`) && !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "latin1"))

const calls = (place: Workplace): ReadonlyArray<string> => place.read("calls").trim().split("\n")

describe("a preflight that fails", () => {
  it("ends with 2, touches no target, and says which check failed and what it said", async () => {
    const place = stage()
    const answer = await place.pawl("run", "night.yaml", "--format", "json")
    const summary = await validJson<CheckedJson>(place, "summary", answer)
    expect(answer.code).toBe(2)
    expect(answer.stderr).toContain("failed preflight/api-up: exit code 7; no target starts")
    expect(summary).toMatchObject({ status: "failed", haltReason: "PreflightFailed", exitCode: 2, retryAt: null })
    expect(summary).toMatchObject({ stepsExecuted: 0, counts: { total: 2, pending: 2 } })
    expect(summary.preflight[1]).toMatchObject({
      path: "api-up",
      status: "failed",
      lastError: "no api for ***",
      errorLog: "logs/preflight/api-up.err"
    })
    expect(calls(place)).toEqual(["disk", "api preflight/api-up"])
  })

  it("is told by the table, the status, the logs and the events", async () => {
    const place = stage()
    const run = await place.pawl("run", "night.yaml", "--quiet")
    expect(run.code).toBe(2)
    expect(run.stdout).toContain("failed (PreflightFailed)  exit code 2")
    expect(run.stdout).toMatch(/^failed {2}preflight {2}api-up {2}1 .* exit code 7 {2}logs\/preflight\/api-up\.err$/m)
    expect(run.stdout).toContain("\n  no api for ***\n")
    expect(run.stdout).toMatch(/see why the preflight failed\n {4}pawl logs \S+ preflight\/api-up --stderr\n/)
    expect((await place.pawl("status")).stdout).toContain("failed  preflight  api-up")
    const status = await place.pawl("status", "--format", "json")
    await validJson(place, "status", status)
    expect((await place.pawl("logs", "night")).stdout).toMatch(
      /^preflight\/api-up +failed +1 +logs\/preflight\/api-up/m
    )
    expect((await place.pawl("logs", "night", "preflight/api-up", "--stderr")).stdout).toContain("no api for ")
    expect((await place.pawl("logs", "night", "preflight/apiup")).stderr).toContain("did you mean `preflight/api-up`?")
    const events = lines<{ readonly type: string }>((await place.pawl("events", "night")).stdout)
    await areValid(place, "event", events)
    expect(events.map(({ type }) => type)).toEqual([
      "RunStarted",
      "PreflightStarted",
      "PreflightFinished",
      "PreflightStarted",
      "PreflightFinished",
      "RunHalted"
    ])
  })

  it("is made again by the next call, which goes on; a batch that is through makes none", async () => {
    const place = stage()
    await place.pawl("run", "night.yaml", "--quiet")
    place.write("up", "")
    const second = await place.pawl("run", "night.yaml", "--format", "json")
    expect([second.code, json(second).status, json(second).stepsExecuted]).toEqual([0, "completed", 2])
    expect(calls(place).slice(2)).toEqual(["disk", "api preflight/api-up", "a", "b"])
    const third = await place.pawl("run", "night.yaml", "--format", "json")
    expect([third.code, json(third).status]).toEqual([0, "completed"])
    expect(calls(place)).toHaveLength(6)
  })

  it("may change without making anything run again, whether by `run` or by `resume`", async () => {
    const place = stage()
    place.write("up", "")
    expect((await place.pawl("run", "night.yaml", "--cap", "1", "--quiet")).code).toBe(0)
    place.write("night.yaml", batch.replace("echo disk", "echo other"))
    const answer = await place.pawl("run", "night.yaml", "--quiet", "--cap", "0")
    expect([answer.code, answer.stdout.includes("CapReached")]).toEqual([0, true])
    expect((await place.pawl("resume", "night", "--input", "token=hunter2", "--quiet")).code).toBe(0)
    expect(calls(place)).toEqual(["disk", "api preflight/api-up", "a", "other", "api preflight/api-up", "b"])
  })

  it("is read from a rate limit when to come back", async () => {
    const limited = `name: night
rateLimit: { exitCodes: [75], onLimit: halt }
preflight: [{ id: quota, run: "test -f up || { echo 'Retry-After: 3600' >&2; exit 75; }" }]
targets: [{ id: a, run: echo a }]
`
    const place = stage(limited)
    const answer = await place.pawl("run", "night.yaml", "--format", "json", "--quiet")
    const summary = json<CheckedJson>(answer)
    expect([answer.code, summary.haltReason, summary.status]).toEqual([2, "RateLimited", "rate-limited"])
    expect(Date.parse(summary.retryAt ?? "") - Date.now()).toBeGreaterThan(3_000_000)
  })
})

describe("a preflight that is under way", () => {
  it("is ended by a signal as a step is, and the state saved", async () => {
    const place = stage(`name: night
preflight: [{ id: slow, run: "echo $$ > pid; exec sleep 600" }]
targets: [{ id: a, run: echo a }]
`)
    const child = place.start(["run", "night.yaml"])
    const reader = child.stderr.getReader()
    let told = ""
    while (!told.includes("checking preflight/slow")) {
      const { done, value } = await reader.read()
      if (done) break
      told += new TextDecoder().decode(value)
    }
    child.kill("SIGTERM")
    expect(await child.exited).toBe(143)
    const document = json<{ readonly haltReason: string }>(await place.pawl("status", "--format", "json"))
    expect(document.haltReason).toBe("ShutdownRequested")
    const journal = lines<{ readonly type: string; readonly pid?: number }>(
      (await place.pawl("events", "night")).stdout
    )
    const { pid = 0 } = journal.find(({ type }) => type === "PreflightStarted") ?? {}
    expect(isRunning(pid)).toBe(false)
  })

  it("leaves nothing behind when pawl is killed: the next call ends the check and makes it anew", async () => {
    const place = stage(`name: night
preflight: [{ id: slow, run: "test -f up || { echo began; sleep 600; }" }]
targets: [{ id: a, run: echo a }]
`)
    const child = place.start(["run", "night.yaml", "--format", "ndjson", "--quiet"])
    const reader = child.stdout.getReader()
    let told = ""
    while (!told.includes("PreflightStarted")) {
      const { done, value } = await reader.read()
      if (done) break
      told += new TextDecoder().decode(value)
    }
    const { pid = 0 } = lines<{ readonly pid?: number }>(told).find((event) => event.pid !== undefined) ?? {}
    child.kill("SIGKILL")
    await child.exited
    expect(isRunning(pid)).toBe(true)
    place.write("up", "")
    const answer = await place.pawl("run", "night.yaml")
    expect(answer.code).toBe(0)
    expect(answer.stderr).toContain(`process ${pid} of preflight/slow, left over from a killed pawl, was ended`)
    expect(isRunning(pid)).toBe(false)
  })
})

describe("a preflight before it is run", () => {
  it("is part of the plan, of its hash, and of what a simulation shows", async () => {
    const place = stage()
    const plan = json<{ readonly hash: string; readonly preflight: object }>(
      await place.pawl("plan", "night.yaml", "--format", "json")
    )
    expect(plan.preflight).toMatchObject({ steps: [{ id: "disk" }, { id: "api-up" }] })
    expect((await place.pawl("plan", "night.yaml")).stdout).toContain("checks before any target starts:\n  disk ")
    place.write("night.yaml", batch.replace("echo disk", "echo other"))
    expect((await place.pawl("run", "night.yaml", "--expect-plan", plan.hash)).code).toBe(65)
    const answer = await place.pawl("simulate", "night.yaml", "--format", "json")
    const simulation = await validJson<{ readonly preflight: ReadonlyArray<object> }>(place, "simulation", answer)
    expect(simulation.preflight).toMatchObject([{ path: "disk", run: "echo other >> calls" }, { path: "api-up" }])
    expect((await place.pawl("simulate", "night.yaml")).stdout).toMatch(/^preflight {2}pending {2}before any target/m)
    expect(readdirSync(place.path)).toEqual(["night.yaml"])
  })

  it("is rehearsed by a scenario, which may make it fail", async () => {
    const place = stage()
    place.write("bad.yaml", "steps: [{ match: preflight/api-up, exitCode: 7, stderr: nobody home }]\n")
    const answer = await place.pawl("simulate", "night.yaml", "--scenario", "bad.yaml")
    expect(answer.code).toBe(0)
    expect(answer.stdout).toContain("PreflightFinished  preflight/api-up  failed, exit code 7")
    expect(answer.stdout).toContain("night would return exit code 2")
    place.write("bad.yaml", "steps: [{ match: preflight/api-upp, exitCode: 7 }]\n")
    const wrong = await place.pawl("simulate", "night.yaml", "--scenario", "bad.yaml")
    expect([wrong.code, wrong.stderr.includes("did you mean `preflight/api-up`?")]).toEqual([65, true])
  })

  it("is refused with its place where it is wrong", async () => {
    const place = stage(
      "name: n\npreflight:\n  - { id: ok, gate: { approval: Go? } }\ntargets: [{ id: a, run: echo }]\n"
    )
    const answer = await place.pawl("validate", "night.yaml")
    expect(answer.code).toBe(65)
    expect(answer.stderr).toContain("night.yaml:3:15: a check needs `run` or `command`")
    expect(answer.stderr).toContain("put a gate first among the steps of a target")
  })
})
