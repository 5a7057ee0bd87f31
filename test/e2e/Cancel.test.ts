import { Ajv } from "ajv"
import { describe, expect, it } from "vitest"
import { endsWithTest, isThere, journalIn, leftIn, told, until } from "../crash/processes.ts"
import { json, type SummaryJson, type Workplace, workplace } from "./pawl.ts"

interface CancelJson {
  readonly schema: string
  readonly runId: string
  readonly invocation: number
  readonly by: string
  readonly note?: string
  readonly already: boolean
  readonly pid: number
  readonly stopped: boolean
  readonly haltReason: string | null
  readonly next: ReadonlyArray<{ readonly command: string }>
}

const sleeper = "name: batch\ntargets:\n  - { id: a, run: 'test -e go || exec sleep 300' }\n"
const stubborn = `name: batch\ntargets:\n  - { id: a, run: 'trap "" TERM; while :; do sleep 0.05; done' }\n`

/** Starts a batch, and returns when a step of this invocation has begun. */
const started = async (place: Workplace, manifest: string, ...args: ReadonlyArray<string>) => {
  endsWithTest(place)
  place.write("batch.yaml", manifest)
  const before = journalIn(place).split("\"StepStarted\"").length
  const child = place.start(["run", "batch.yaml", "--format", "json", ...args])
  const [stdout, stderr] = [told(child.stdout), told(child.stderr)]
  await until("a step has begun", () => journalIn(place).split("\"StepStarted\"").length > before)
  return { child, stderr, summary: async (): Promise<SummaryJson> => JSON.parse(await stdout.all) }
}

describe("cancelling a live run", () => {
  it("stops it as SIGTERM would, within a moment, and says who did", async () => {
    const place = workplace()
    const { child, stderr, summary } = await started(place, sleeper)
    const answer = await place.pawl(
      "cancel",
      "batch",
      "--by",
      "alice",
      "--note",
      "the disk is full",
      "--wait",
      "--format",
      "json"
    )
    expect(answer).toMatchObject({ code: 0, stderr: "" })
    const validate = new Ajv({ strict: true, strictTypes: false, strictRequired: false }).compile(
      json<object>(await place.pawl("schema", "cancel"))
    )
    validate(json<object>(answer))
    expect(validate.errors ?? []).toEqual([])
    const { runId } = json(await place.pawl("status", "--format", "json"))
    expect(json<CancelJson>(answer)).toMatchObject({
      schema: "pawl.cancel/v1",
      runId,
      invocation: 1,
      by: "alice",
      note: "the disk is full",
      already: false,
      pid: child.pid,
      stopped: true,
      haltReason: "ShutdownRequested",
      next: [{ command: `pawl resume ${runId}` }]
    })
    expect(await child.exited).toBe(143)
    expect(await summary()).toMatchObject({
      status: "interrupted",
      haltReason: "ShutdownRequested",
      exitCode: 143,
      cancelled: { by: "alice", note: "the disk is full" }
    })
    expect(stderr.text()).toContain("stopping (cancelled by alice: the disk is full); waiting up to 10s for 1 step")
    expect(leftIn(place)).toEqual([])
    expect((await place.pawl("events", "batch", "--format", "table")).stdout).toContain(
      "ShutdownRequested, cancelled by alice: the disk is full\n"
    )
    expect((await place.pawl("status")).stdout).toContain("\ncancelled by alice: the disk is full\n")
  })

  it("returns soon though steps take their time, with --wait when they are gone; a signal then kills them", async () => {
    const place = workplace()
    const { child, stderr } = await started(place, stubborn, "--grace", "1h")
    const waiting = place.pawl("cancel", "--by", "bob", "--wait", "--format", "json")
    await until("it is being stopped", () => stderr.text().includes("stopping (cancelled by bob)"))
    const first = json<CancelJson>(await place.pawl("cancel", "--by", "alice", "--format", "json"))
    expect(first).toMatchObject({ stopped: false, haltReason: null, already: true, by: "bob" })
    // Whoever sends a signal now asks for the second time.
    child.kill("SIGINT")
    expect(json<CancelJson>(await waiting)).toMatchObject({
      stopped: true,
      haltReason: "ShutdownRequested",
      already: false,
      by: "bob"
    })
    expect(await child.exited).toBe(143)
  })

  it("reaches a run that waits for the time of a retry", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      "name: batch\ntargets:\n  - { id: a, run: exit 1, failure: { retries: { maxAttempts: 2, backoffSeconds: 3600 } } }\n"
    )
    const child = place.start(["run", "batch.yaml"])
    await until("it waits", () => journalIn(place).includes("\"AttemptFailed\""))
    expect((await place.pawl("cancel")).code).toBe(0)
    expect(await child.exited).toBe(143)
  })

  it("stops no later invocation, though its request was never taken up", async () => {
    const place = workplace()
    const { child } = await started(place, sleeper)
    child.kill("SIGSTOP")
    const answer = await place.pawl("cancel", "--format", "json")
    expect(json<CancelJson>(answer)).toMatchObject({ invocation: 1, stopped: false })
    child.kill("SIGKILL")
    await child.exited
    place.write("go", "")
    expect(json(await place.pawl("run", "batch.yaml", "--format", "json"))).toMatchObject({
      status: "completed",
      invocations: 2
    })
  })
})

describe("cancelling what is not live", () => {
  it("is wrong use that says how the run stands", async () => {
    const place = workplace()
    place.write("batch.yaml", "name: batch\ntargets:\n  - { id: a, run: 'true' }\n")
    expect(await place.pawl("cancel")).toMatchObject({
      code: 64,
      stderr: "error: no run in `.pawl` is live\n\nhint: see `pawl runs` for those that there are\n"
    })
    await place.pawl("run", "batch.yaml")
    const { code, stderr } = await place.pawl("cancel", "batch")
    expect(code).toBe(64)
    expect(stderr).toMatch(
      /^error: nothing works on run \S+, so there is nothing to cancel\n\nhint: it came to rest at /
    )
    expect(stderr).toContain("(AllDoneOrBlocked)")
    expect(await place.pawl("cancel", "batches")).toMatchObject({
      code: 64,
      stderr: expect.stringContaining("did you mean `batch`?")
    })
    expect(await place.pawl("cancel", "--by", " ")).toMatchObject({ code: 64 })
  })

  it("leaves nothing behind that could stop the run later", async () => {
    const place = workplace()
    place.write("batch.yaml", "name: batch\ntargets:\n  - { id: a, run: 'true' }\n  - { id: b, run: 'true' }\n")
    await place.pawl("run", "batch.yaml", "--cap", "1")
    expect((await place.pawl("cancel", "batch")).code).toBe(64)
    expect((await place.pawl("resume")).code).toBe(0)
  })
})

describe("cancelling without saying which run", () => {
  it("is refused where several are live", async () => {
    const place = workplace()
    endsWithTest(place)
    const children = ["one", "two"].map((name) => {
      place.write(`${name}.yaml`, `name: ${name}\ntargets:\n  - { id: a, run: 'touch ${name}; exec sleep 300' }\n`)
      return place.start(["run", `${name}.yaml`])
    })
    await until("both are live", () => ["one", "two"].every((name) => isThere(place, name)))
    const answer = await place.pawl("cancel")
    expect(answer.code).toBe(64)
    expect(answer.stderr).toMatch(
      /error: 2 runs in `.pawl` are live, and none is named\n\nhint: name one of .*\((?:one|two)\), /
    )
    for (const name of ["one", "two"]) expect((await place.pawl("cancel", name)).code).toBe(0)
    expect(await Promise.all(children.map(({ exited }) => exited))).toEqual([143, 143])
  })
})
