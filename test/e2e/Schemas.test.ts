import { Ajv, type ValidateFunction } from "ajv"
import { describe, expect, it } from "vitest"
import { type Answer, json, launcherRecorded, pawlPid, type SummaryJson, type Workplace, workplace } from "./pawl.ts"
import { shell } from "./shell.ts"

const names = ["manifest", "summary", "event", "error", "status"] as const

type Printed = { readonly [Name in (typeof names)[number]]: ValidateFunction }

/** The schemas as the binary prints them, compiled by an independent validator. */
const compilePrinted = async (): Promise<Printed> => {
  const place = workplace()
  const compiled = async (name: string): Promise<ValidateFunction> => {
    const answer = await place.pawl("schema", name)
    expect(answer).toMatchObject({ code: 0, stderr: "" })
    return new Ajv({ strict: true, strictTypes: false, strictRequired: false, allErrors: true }).compile(
      json<object>(answer)
    )
  }
  const [manifest, summary, event, error, status] = await Promise.all([
    compiled("manifest"),
    compiled("summary"),
    compiled("event"),
    compiled("error"),
    compiled("status")
  ])
  return { manifest, summary, event, error, status }
}

const compiled: { once?: Promise<Printed> } = {}
/** The same for every test of this file: compiling takes longer than most of them. */
const printed = (): Promise<Printed> => (compiled.once ??= compilePrinted())

const expectValid = (validate: ValidateFunction, document: unknown): void => {
  validate(document)
  expect(validate.errors ?? []).toEqual([])
}

const documents = (answer: Answer): ReadonlyArray<Record<string, unknown>> =>
  answer.stdout.trim().split("\n").map((line): Record<string, unknown> => JSON.parse(line))

/** A batch in which everything happens that can happen. */
const eventful = `name: eventful
inputs: { big: { type: integer, default: 12345678901234567890 } }
outputs: { first: "{{ targets.good.status }}", big: "{{ inputs.big }}" }
failure: { retries: { maxAttempts: 2, backoffSeconds: 0 }, circuitBreaker: { threshold: 2 } }
run: { autoAdvance: true }
targets:
  - id: good
    labels: { tier: T1 }
    steps:
      - { id: as-json, command: [printf, '{"a": [1, 2.5, null, true, 12345678901234567890]}'], outputs: json }
      - { id: sets, run: 'echo "k=v" >> "$PAWL_OUTPUT"' }
      - { id: never, when: "{{ inputs.big == 0 }}", run: 'true' }
      - { id: goes-on, run: exit 7, continueOnError: true }
      - { id: long, run: seq 20000 }
  - { id: flaky, run: 'test "$PAWL_ATTEMPT" = 2' }
  - { id: bad, run: exit 3 }
  - { id: killed, run: 'kill -9 $$' }
  - { id: slow, timeout: 50ms, run: sleep 60 }
  - { id: missing, command: [./no-such-program] }
  - { id: no-json, outputs: json, run: echo nonsense }
  - { id: unknown-field, steps: [{ id: s, run: 'echo {}', outputs: json }, { id: t, run: 'echo "{{ steps.s.output.json.nothing }}"' }] }
  - id: tripped
    steps:
      - { id: one, run: exit 1, continueOnError: true }
      - { id: two, run: exit 1, continueOnError: true }
      - { id: three, run: 'true' }
  - { id: needy, needs: [bad], run: 'true' }
`

/** What the first has not: steps in steps, gates, a rate limit. */
const gated = `name: gated
rateLimit: { exitCodes: [75] }
targets:
  - id: a
    steps:
      - { id: each, map: { over: [1, 2], maxParallel: 2 }, steps: [{ id: do, run: 'true' }] }
      - { id: poll, loop: { until: "{{ iteration == 1 }}", every: 10ms }, steps: [{ id: ask, run: 'true' }] }
      - { id: rule, gate: { policy: "{{ steps.poll.output.iterations == 2 }}" } }
      - { id: ask, gate: { approval: "Go on?" } }
      - { id: limited, run: 'test -e been || { touch been; exit 75; }', idempotent: false }
`

/** Checks that are tried again, left out and passed by, and one that keeps the target from starting. */
const checked = `name: checked
preflight:
  - id: up
    run: 'test -e up || { touch up; exit 1; }'
    failure: { retries: { maxAttempts: 2, backoffSeconds: 0.01 } }
  - { id: out, run: 'true', when: "{{ 1 > 2 }}" }
  - { id: warn, command: [./nothing], continueOnError: true }
  - { id: down, run: echo down >&2; exit 7 }
targets: [{ id: a, run: 'true' }]
`

interface Runs {
  readonly place: Workplace
  readonly summaries: Readonly<Record<string, Record<string, unknown>>>
  readonly statuses: Readonly<Record<string, unknown>>
  readonly events: ReadonlyArray<Record<string, unknown>>
}

/** Real runs that end in every way there is. */
const realRuns = async (): Promise<Runs> => {
  const place = workplace()
  const events: Array<Record<string, unknown>> = []
  const summaries: Record<string, Record<string, unknown>> = {}
  const statuses: Record<string, unknown> = {}
  const run = async (what: string, name: string, ...args: ReadonlyArray<string>) => {
    const all = documents(await place.pawl("run", `${name}.yaml`, "--format", "ndjson", ...args))
    events.push(...all.slice(0, -1))
    summaries[what] = all.at(-1) ?? {}
    statuses[what] = json(await place.pawl("status", name, "--format", "json"))
  }
  place.write("eventful.yaml", eventful)
  await run("partial", "eventful")
  await run("through already", "eventful")
  await run("retried", "eventful", "--retry-blocked", "--retry-errors")
  place.write("gated.yaml", gated)
  await run("paused", "gated")
  await place.pawl("approve", "a/ask")
  await run("decided", "gated")
  place.write(
    "small.yaml",
    "name: small\ntargets:\n  - { id: a, run: 'true' }\n  - { id: b, labels: { x: y }, run: 'true' }\n"
  )
  await run("capped", "small", "--cap", "1")
  await run("completed", "small")
  await run("filtered", "small", "--fresh", "--only", "id=b")
  await run("nothing matches", "small", "--fresh", "--only", "id=c")
  await run("listed", "small", "--fresh", "--target", "b")
  place.write("stuck.yaml", "name: stuck\ntargets:\n  - { id: a, run: exit 1 }\n  - { id: b, run: ./nothing }\n")
  await run("blocked", "stuck")
  await run("too many", "stuck", "--fresh", "--auto-advance", "--max-blocked", "0")
  place.write("checked.yaml", checked)
  await run("not ready", "checked")
  place.write("stopped.yaml", `name: stopped\ntargets:\n  - { id: a, run: 'kill -TERM ${pawlPid}; exec sleep 300' }\n`)
  await run("interrupted", "stopped")
  place.write("killed.yaml", `name: killed\ntargets:\n  - { id: a, run: 'kill -KILL ${pawlPid}' }\n`)
  await place.pawl("run", "killed.yaml")
  await launcherRecorded(place, "killed", 1)
  await run("recovered", "killed")
  place.write(
    "tripped.yaml",
    "name: tripped\nfailure: { circuitBreaker: { threshold: 1 } }\ntargets:\n  - { id: a, run: exit 1 }\n"
  )
  await run("tripped", "tripped")
  place.write(
    "full.yaml",
    `name: full\ntargets:\n  - { forEach: { items: [${
      Array.from({ length: 40 }, (_, at) => at).join(", ")
    }] }, id: "t{{ item }}", run: 'true' }\n`
  )
  summaries["failed"] = json(
    await shell(place, "trap '' XFSZ; ulimit -f 9; exec \"$PAWL\" run full.yaml --format json -q")
  )
  statuses["failed"] = json(await place.pawl("status", "full", "--format", "json"))
  return { place, summaries, statuses, events }
}

const without = (document: Record<string, unknown>, key: string): Record<string, unknown> =>
  Object.fromEntries(Object.entries(document).filter(([name]) => name !== key))

interface EventSchema {
  readonly $defs: { readonly RunEvent: { readonly anyOf: ReadonlyArray<{ readonly $ref: string }> } }
}

/** The names of the events that a schema knows. */
const eventTypes = ({ $defs }: EventSchema): ReadonlyArray<string> =>
  $defs.RunEvent.anyOf.map(({ $ref }) => $ref.split("/").at(-1) ?? "")

describe("pawl schema", () => {
  it("prints each schema as a JSON Schema with a title that an independent validator takes", async () => {
    const place = workplace()
    for (const name of names) {
      const schema = json<{ readonly $schema: string; readonly title?: string }>(await place.pawl("schema", name))
      expect(schema.$schema).toMatch(/^https?:\/\/json-schema\.org\//)
      expect(JSON.stringify(schema)).toMatch(name === "manifest" ? /"pawl batch"/ : new RegExp(`"pawl\\.${name}/v1"`))
    }
    await printed()
  })

  it("prints the same bytes with --output, and as one line with --format ndjson", async () => {
    const place = workplace()
    const { stdout } = await place.pawl("schema", "event")
    await place.pawl("schema", "event", "--output", "event.json")
    expect(place.read("event.json")).toBe(stdout)
    const line = (await place.pawl("schema", "event", "--format", "ndjson")).stdout
    expect(line.trim().split("\n")).toHaveLength(1)
    expect(JSON.parse(line)).toEqual(JSON.parse(stdout))
  })

  it("of what there is not suggests what there is", async () => {
    const answer = await workplace().pawl("schema", "sumary")
    expect(answer).toMatchObject({ code: 64, stdout: "" })
    expect(answer.stderr).toContain("did you mean `summary`?")
  })
})

describe("documents of real runs", () => {
  it("are as their schemas say, however a run ends; every type of event occurs", async () => {
    const [schemas, { events, place, statuses, summaries }] = await Promise.all([printed(), realRuns()])
    const of = (key: string) =>
      Object.fromEntries(Object.entries(summaries).map(([what, summary]) => [what, summary[key]]))
    expect(of("status")).toEqual({
      partial: "partial",
      "through already": "partial",
      retried: "partial",
      paused: "paused",
      decided: "completed",
      capped: "partial",
      completed: "completed",
      filtered: "completed",
      "nothing matches": "completed",
      listed: "completed",
      blocked: "blocked",
      "too many": "blocked",
      "not ready": "failed",
      interrupted: "interrupted",
      recovered: "completed",
      tripped: "blocked",
      failed: "failed"
    })
    expect(of("haltReason")).toMatchObject({
      partial: "AllDoneOrBlocked",
      capped: "CapReached",
      filtered: "FilterExhausted",
      "nothing matches": "NoMatchingItems",
      listed: "TargetCompleted",
      blocked: "TargetBlocked",
      "too many": "FailureThresholdReached",
      "not ready": "PreflightFailed",
      interrupted: "ShutdownRequested",
      tripped: "CircuitBreakerTripped",
      failed: "CheckpointFailed"
    })
    for (const summary of Object.values(summaries)) expectValid(schemas.summary, summary)
    for (const status of Object.values(statuses)) expectValid(schemas.status, status)
    for (const event of events) expectValid(schemas.event, event)

    const known = eventTypes(json(await place.pawl("schema", "event")))
    expect(known.length).toBeGreaterThan(10)
    expect([...new Set(events.map(({ type }) => type))].sort()).toEqual(known.toSorted())

    // What a document lacks or says otherwise, its schema notices.
    for (const summary of Object.values(summaries)) {
      for (const key of Object.keys(summary)) {
        expect({ key, valid: schemas.summary(without(summary, key)) }).toEqual({ key, valid: false })
      }
      for (
        const wrong of [{ status: "done" }, { exitCode: "0" }, { targets: {} }, { counts: {} }, { haltReason: null }, {
          schema: "pawl.summary/v2"
        }, { durationMs: 1.5 }]
      ) {
        expect({ wrong, valid: schemas.summary({ ...summary, ...wrong }) }).toEqual({ wrong, valid: false })
      }
    }
    for (const event of events) {
      for (const wrong of [{ seq: 0 }, { seq: "1" }, { type: "Nothing" }, { at: 5 }]) {
        expect({ wrong, type: event["type"], valid: schemas.event({ ...event, ...wrong }) }).toEqual({
          wrong,
          type: event["type"],
          valid: false
        })
      }
      expect(schemas.event(without(event, "at"))).toBe(false)
    }
    for (const status of Object.values(statuses)) expect(schemas.status({ ...Object(status), live: {} })).toBe(false)
  })

  it("say all times in UTC with milliseconds, hashes as sha256, and logs where they are", async () => {
    const place = workplace()
    place.write("batch.yaml", eventful)
    const answer = await place.pawl("run", "batch.yaml", "--format", "ndjson")
    const all = documents(answer)
    const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
    for (const { at } of all.slice(0, -1)) expect(at).toMatch(time)
    const summary = json<
      SummaryJson & {
        readonly planHash: string
        readonly startedAt: string
        readonly finishedAt: string
        readonly durationMs: number
      }
    >({ ...answer, stdout: JSON.stringify(all.at(-1)) })
    expect([summary.startedAt, summary.finishedAt]).toEqual([expect.stringMatching(time), expect.stringMatching(time)])
    expect(summary.planHash).toMatch(/^sha256:[0-9a-f]{64}$/)
    expect(summary.durationMs).toBe(Date.parse(summary.finishedAt) - Date.parse(summary.startedAt))
    expect(answer.stdout).toContain("\"outputs\":{\"first\":\"completed\",\"big\":12345678901234567890}")
    const logs = summary.targets.flatMap(({ steps }) =>
      steps.flatMap((step) => "log" in step ? [String(step.log)] : [])
    )
    expect(logs.length).toBeGreaterThan(10)
    const there = await Promise.all(
      logs.map((log) => Bun.file(`${place.path}/.pawl/eventful/runs/${summary.runId}/${log}`).exists())
    )
    expect(logs.filter((_, at) => there[at] !== true)).toEqual([])
  })

  it("of errors are as the error schema says, of every kind", async () => {
    const [{ error }, place] = [await printed(), workplace()]
    place.write("bad.yaml", "name: Bad\ntargets: []\nx: 1\n")
    place.write("good.yaml", "name: good\ntargets:\n  - { id: a, run: 'true' }\n")
    place.write("file", "")
    for (
      const [code, ...args] of [
        [64, "run", "good.yaml", "--nope"],
        [64, "run", "good.yaml", "--target", "b"],
        [65, "run", "bad.yaml"],
        [65, "run", "none.yaml"],
        [65, "run", "good.yaml", "--expect-plan", "sha256:00"],
        [74, "run", "good.yaml", "--state-dir", "file"]
      ] as const
    ) {
      const answer = await place.pawl(...args, "--format", "json")
      expect(answer.code).toBe(code)
      const document = json<Record<string, unknown>>(answer)
      expectValid(error, document)
      expect(document).toMatchObject({ exitCode: code })
      expect(error({ ...document, errors: [] })).toBe(false)
      expect(error({ ...document, schema: "x" })).toBe(false)
      expect(error(without(document, "errors"))).toBe(false)
    }
  })
})

describe("the schema of manifests", () => {
  it("takes what `pawl validate` takes, and refuses unknown keys and wrong types as it does", async () => {
    const [{ manifest }, place] = [await printed(), workplace()]
    const target = { id: "a", run: "true" }
    const step = { id: "s", run: "true" }
    const cases: ReadonlyArray<readonly [boolean, object]> = [
      [true, { name: "batch", targets: [target] }],
      [true, {
        $schema: "./batch.schema.json",
        name: "batch",
        targets: [{ id: "a", command: ["true"], timeout: "1h30m", outputs: "json" }]
      }],
      [true, {
        name: "batch",
        failure: { circuitBreaker: false, retries: { on: { exitCodes: [75], timeout: true } } },
        run: { maxBlocked: "20%" },
        targets: [target]
      }],
      [true, { name: "batch", run: { maxBlocked: 3, maxParallel: 2 }, targets: [{ id: "a", steps: [step] }] }],
      [true, {
        name: "batch",
        targets: [{ id: "t{{ item }}", forEach: { items: [1, "a", { b: null }] }, run: "true" }]
      }],
      [true, {
        name: "batch",
        inputs: { x: { type: "array", default: [1], secret: false, env: "X" } },
        targets: [target]
      }],
      [false, { name: "Batch", targets: [target] }],
      [false, { name: "batch" }],
      [false, { name: "batch", targets: [] }],
      [false, { name: "batch", targets: [{ id: "a" }] }],
      [false, { name: "batch", targets: [{ ...target, command: ["true"] }] }],
      [false, { name: "batch", targets: [target], tagrets: [] }],
      [false, { name: "batch", targets: [{ id: "a", steps: [{ ...step, continueOnError: "true" }] }] }],
      [false, { name: "batch", targets: [{ id: "a", steps: [{ ...step, unknown: 1 }] }] }],
      [false, { name: "batch", targets: [{ ...target, timeout: "soon" }] }],
      [false, { name: "batch", run: { maxBlocked: "120%" }, targets: [target] }],
      [false, { name: "batch", failure: { retries: { maxAttempts: 0 } }, targets: [target] }],
      [false, { name: "batch", failure: { retries: { on: { exitCodes: [0] } } }, targets: [target] }],
      [false, { name: "batch", failure: { circuitBreaker: true }, targets: [target] }],
      [false, { name: "batch", inputs: { x: { type: "text" } }, targets: [target] }],
      [false, { name: "batch", targets: [{ ...target, forEach: { stdin: false } }] }],
      [false, { name: "batch", targets: [{ ...target, forEach: { items: [1], file: "x" } }] }]
    ]
    for (const [good, document] of cases) {
      place.write("batch.json", JSON.stringify(document))
      const answer = await place.pawl("validate", "batch.json")
      expect({ document, byPawl: answer.code, bySchema: manifest(document) }).toEqual({
        document,
        byPawl: good ? 0 : 65,
        bySchema: good
      })
    }
  })
})
