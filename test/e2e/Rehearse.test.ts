import { Ajv } from "ajv"
import { existsSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { json, type SummaryJson, type Workplace, workplace } from "./pawl.ts"

const batch = `name: nightly
failure: { retries: { maxAttempts: 3, backoffSeconds: 60, factor: 1 }, timeout: 30m }
targets:
  - id: api
    steps:
      - { id: build, run: touch ran-for-real }
      - { id: shards, map: { over: [x, y], maxParallel: 2 }, steps: [{ id: e2e, run: touch ran-for-real }] }
      - { id: ship, gate: { approval: "Ship it?" } }
  - { id: web, run: touch ran-for-real }
  - { id: docs, needs: [web], run: touch ran-for-real }
outputs: { shipped: "{{ targets.api.status == 'completed' }}" }
`
const storm = `default: { duration: 5m }
steps:
  - { match: api/build, attempt: 1, exitCode: 2, duration: 1m }
  - { match: "api/shards[1]::e2e", attempt: 1, hangs: true }
  - { match: web/run, exitCode: 1 }
gates: [{ match: api/ship, decision: approve, by: ada, after: 2h }]
crash: [{ atEvent: 12, resumeAfter: 10m }]
`

interface RehearsalJson {
  readonly schema: string
  readonly exitCode: number
  readonly haltReason: string
  readonly durationMs: number
  readonly invocations: ReadonlyArray<{ readonly end: string; readonly exitCode?: number }>
  readonly notes: ReadonlyArray<string>
  readonly violations: ReadonlyArray<unknown>
  readonly events: ReadonlyArray<{ readonly seq: number; readonly at: string; readonly type: string }>
  readonly summary: SummaryJson
}

const stage = (): Workplace => {
  const place = workplace()
  place.write("nightly.yaml", batch)
  place.write("storm.yaml", storm)
  return place
}

const rehearsal = ["simulate", "nightly.yaml", "--scenario", "storm.yaml", "--auto-advance"]

describe("pawl simulate --scenario", () => {
  it("shows events, a picture, the summary and the exit code that would be returned; itself it ends with 0", async () => {
    const answer = await stage().pawl(...rehearsal, "--strict")
    expect(answer).toMatchObject({ code: 0, stderr: expect.stringContaining("left over from a killed pawl") })
    const { stdout } = answer
    expect(stdout).not.toContain("\u001b")
    expect(stdout).toContain("    8  2000-01-01T00:02:00.000Z  StepStarted        api/build  attempt 2")
    expect(stdout).toContain("pawl is killed as event 12 becomes durable, and called again")
    expect(stdout).toMatch(/^api {3}completed {2}\|[█▓·? ]{60,}\|$/m)
    expect(stdout).toContain("? waits for a person")
    expect(stdout).toContain("blocked  web     run   3         step-exhausted      exit code 1 after 3 attempts")
    expect(stdout).toContain("shipped = true")
    expect(stdout.trimEnd().split("\n").at(-1)).toMatch(/^nightly would return exit code 1 after \S+ and 3 calls$/)
    expect(Math.max(...stdout.split("\n").filter((line) => line.includes("|")).map((line) => line.length))).toBe(80)
  })

  it("runs nothing and writes nothing", async () => {
    const place = stage()
    await place.pawl(...rehearsal)
    expect([existsSync(`${place.path}/.pawl`), existsSync(`${place.path}/ran-for-real`)]).toEqual([false, false])
  })

  it("with --format json is one document that its schema describes, events and summary included", async () => {
    const place = stage()
    const answer = await place.pawl(...rehearsal, "--format", "json")
    const document = json<RehearsalJson>(answer)
    expect(document).toMatchObject({
      schema: "pawl.rehearsal/v1",
      exitCode: 0,
      haltReason: "AllDoneOrBlocked",
      violations: [],
      invocations: [{ end: "killed" }, { end: "halted", exitCode: 3 }, { end: "halted", exitCode: 0 }],
      summary: { schema: "pawl.summary/v1", exitCode: 0, invocations: 3, outputs: { shipped: true } }
    })
    expect(document.events.map(({ seq }) => seq)).toEqual(document.events.map((_, index) => index + 1))
    const schema = json<object>(await place.pawl("schema", "rehearsal"))
    const validate = new Ajv({ strict: true, strictTypes: false, strictRequired: false, allErrors: true }).compile(
      schema
    )
    validate(document)
    expect(validate.errors ?? []).toEqual([])
  })

  it("with --format ndjson is the events and then the summary", async () => {
    const place = stage()
    const whole = json<RehearsalJson>(await place.pawl(...rehearsal, "--format", "json"))
    const lines = (await place.pawl(...rehearsal, "--format", "ndjson")).stdout.trimEnd().split("\n")
    expect(lines.slice(0, -1).map((line): unknown => JSON.parse(line))).toEqual(whole.events)
    expect(JSON.parse(lines.at(-1) ?? "")).toEqual(whole.summary)
  })

  it("prints the same bytes each time, from any folder and into a file", async () => {
    const place = stage()
    const here = await place.pawl(...rehearsal, "--format", "json")
    const other = stage()
    await other.pawl(...rehearsal, "--format", "json", "--output", "out.json")
    expect(other.read("out.json")).toBe(here.stdout)
  })

  it("goes by the flags of a run", async () => {
    const place = stage()
    place.write("storm.yaml", storm.replace(/^crash.*$/m, ""))
    const of = async (...flags: ReadonlyArray<string>) => {
      const { exitCode, haltReason } = json<RehearsalJson>(
        await place.pawl("simulate", "nightly.yaml", "--scenario", "storm.yaml", "--format", "json", ...flags)
      )
      return [haltReason, exitCode]
    }
    expect(await of("--target", "web")).toEqual(["TargetBlocked", 1])
    expect(await of("--target", "docs")).toEqual(["TargetCompleted", 1])
    expect(await of("--only", "id=api")).toEqual(["FilterExhausted", 0])
    expect(await of("--auto-advance", "--cap", "1")).toEqual(["CapReached", 0])
    expect(await of("--auto-advance", "--max-blocked", "0", "-j", "3")).toEqual(["FailureThresholdReached", 1])
  })

  it("goes through a week of back-off before anybody notices", async () => {
    const place = workplace()
    place.write(
      "week.yaml",
      "name: week\nfailure: { retries: { maxAttempts: 169, backoffSeconds: 3600, factor: 1, maxBackoffSeconds: 3600 } }\n"
        + "targets: [{ id: a, run: make }]\n"
    )
    place.write("never.yaml", "default: { exitCode: 1 }\n")
    const { durationMs, events } = json<RehearsalJson>(
      await place.pawl("simulate", "week.yaml", "--scenario", "never.yaml", "--format", "json")
    )
    expect([durationMs, events.length]).toEqual([7 * 86_400_000, 342])
  })

  it("takes a scenario from standard input, unless the manifest comes from there", async () => {
    const place = stage()
    const answer = await place.pawlWith(
      { stdin: storm },
      "simulate",
      "nightly.yaml",
      "--scenario",
      "-",
      "--auto-advance"
    )
    expect(answer.stdout).toBe((await place.pawl(...rehearsal)).stdout)
    const both = await place.pawlWith({ stdin: batch }, "simulate", "-", "--scenario", "-")
    expect(both).toMatchObject({ code: 65, stdout: "" })
    expect(both.stderr).toContain("standard input can't be the scenario as well")
  })

  it("tells of rules that were never met", async () => {
    const place = stage()
    place.write(
      "much.yaml",
      "steps: [{ match: \"api/shards[7]::e2e\", exitCode: 1 }, { match: web/run, attempt: 9, hangs: true }]\n"
    )
    const { stderr } = await place.pawl("simulate", "nightly.yaml", "--scenario", "much.yaml")
    expect(stderr).toContain("steps[0] of the scenario (api/shards[7]::e2e) was never met")
    expect(stderr).toContain("steps[1] of the scenario (web/run) was never met")
  })
})

describe("a scenario that won't do", () => {
  it.each([
    ["steps: [{ match: api/biuld }]\n", "1:18: `api/biuld` matches no step of the plan", "did you mean `api/build`?"],
    ["steps: [{ match: api/build, exitcode: 1 }]\n", "1:29: unknown key `exitcode`", "did you mean `exitCode`?"],
    ["steps:\n  - match: api/ship\n", "2:12: `api/ship` is a gate", "put it under `gates`"],
    ["crash: [0]\n", "1:9: `crash[0]` must be", ""],
    ["steps: {\n", "1:", ""],
    ["", "the scenario is empty", "`pawl schema scenario` says what it may hold"]
  ])("is refused with its place and a hint: %j", async (text, message, hint) => {
    const place = stage()
    place.write("bad.yaml", text)
    const answer = await place.pawl("simulate", "nightly.yaml", "--scenario", "bad.yaml")
    expect(answer).toMatchObject({ code: 65, stdout: "" })
    expect(answer.stderr).toContain("bad.yaml")
    expect(answer.stderr).toContain(message)
    expect(answer.stderr).toContain(hint)
    const document = json<{ readonly schema: string; readonly exitCode: number }>(
      await place.pawl("simulate", "nightly.yaml", "--scenario", "bad.yaml", "--format", "json")
    )
    expect(document).toMatchObject({ schema: "pawl.error/v1", exitCode: 65 })
  })

  it("is refused where it is not there", async () => {
    const answer = await stage().pawl("simulate", "nightly.yaml", "--scenario", "nowhere.yaml")
    expect(answer).toMatchObject({ code: 65, stdout: "" })
    expect(answer.stderr).toContain("nowhere.yaml: the scenario is not there")
  })

  it("is refused where the run would never end", async () => {
    const place = workplace()
    place.write("b.yaml", "name: b\ntargets: [{ id: a, run: make }]\n")
    place.write("s.yaml", "steps: [{ match: a/run, hangs: true }]\n")
    const answer = await place.pawl("simulate", "b.yaml", "--scenario", "s.yaml")
    expect(answer).toMatchObject({ code: 65, stdout: "" })
    expect(answer.stderr).toContain("the run would never end: attempt 1 of a/run hangs and has no time-out")
    expect(answer.stderr).toContain("hint: give the step a `timeout`, or the scenario a `signal`")
  })
})

describe("pawl simulate --chaos", () => {
  it("draws the same from the same seed, and something else from another", async () => {
    const place = stage()
    const of = async (...flags: ReadonlyArray<string>) =>
      (await place.pawl("simulate", "nightly.yaml", "--chaos", "--auto-advance", "--format", "json", ...flags)).stdout
    expect(await of("--seed", "7")).toBe(await of("--seed", "7"))
    expect(await of("--seed", "7")).not.toBe(await of("--seed", "8"))
    expect(await of()).toBe(await of("--seed", "0"))
    const document: RehearsalJson = JSON.parse(await of("--seed", "7"))
    expect(document).toMatchObject({ chaos: true, seed: 7, scenario: null, violations: [] })
  })

  it("leaves to a scenario what that says", async () => {
    const place = stage()
    place.write("sure.yaml", "steps: [{ match: \"*\", exitCode: 5 }]\n")
    for (const seed of ["1", "2", "3"]) {
      const { summary } = json<RehearsalJson>(
        await place.pawl(
          "simulate",
          "nightly.yaml",
          "--chaos",
          "--seed",
          seed,
          "--scenario",
          "sure.yaml",
          "--format",
          "json",
          "--auto-advance"
        )
      )
      expect(summary.targets.find(({ id }) => id === "web")?.message).toBe("exit code 5 after 3 attempts")
    }
  })

  it("without chaos and scenario rehearses a day on which everything succeeds", async () => {
    const answer = await stage().pawl("simulate", "nightly.yaml", "--seed", "1", "--format", "json", "--target", "web")
    expect(json<RehearsalJson>(answer)).toMatchObject({ exitCode: 0, seed: 1, chaos: false })
  })
})

describe("pawl schema scenario", () => {
  it("describes scenarios to an independent validator", async () => {
    const schema = json<object>(await workplace().pawl("schema", "scenario"))
    const validate = new Ajv({ strict: true, strictTypes: false, strictRequired: false }).compile(schema)
    expect(validate({
      default: { duration: "5m" },
      steps: [{ match: "api/build", attempt: 1, exitCode: 2, outputs: { a: 1 } }, {
        match: "a/b",
        couldNotStart: true
      }],
      gates: [{ match: "api/ship", decision: "approve", after: "2h" }, { match: "a/g", option: "blue", opening: 2 }],
      crash: [9, { atEvent: 12, resumeAfter: "10m" }],
      signal: { name: "SIGINT", afterMs: 5 },
      terminal: true
    })).toBe(true)
    for (
      const wrong of [{ step: [] }, { steps: [{ exitCode: 1 }] }, { crash: [0] }, { gates: [{ match: "a/b" }] }, []]
    ) {
      expect([wrong, validate(wrong)]).toEqual([wrong, false])
    }
  })
})
