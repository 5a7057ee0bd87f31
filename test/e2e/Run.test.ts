import { describe, expect, it } from "vitest"
import { json, statuses, workplace } from "./pawl.ts"

/** One target an entry: its id, and the exit code of its only step. */
const batch = (exits: Readonly<Record<string, number>>, more = ""): string =>
  `name: batch\n${more}targets:\n${
    Object.entries(exits).map(([id, exit]) => `  - { id: ${id}, run: "echo ${id} >> ran.txt; exit ${exit}" }\n`).join(
      ""
    )
  }`

describe("pawl run", () => {
  it("ends 0 when every target completed", async () => {
    const place = workplace()
    place.write("batch.yaml", batch({ a: 0, b: 0 }))
    const answer = await place.pawl("run", "batch.yaml", "--format", "json")
    expect(answer.code).toBe(0)
    expect(statuses(answer)).toEqual(["a completed", "b completed"])
    expect(json(answer)).toMatchObject({ status: "completed", haltReason: "AllDoneOrBlocked", exitCode: 0 })
    expect(place.read("ran.txt")).toBe("a\nb\n")
  })

  it("without --auto-advance halts on a blocked target, leaves the rest pending, and a second run goes on", async () => {
    const place = workplace()
    place.write("batch.yaml", batch({ a: 0, b: 3, c: 0 }))
    const first = await place.pawl("run", "batch.yaml", "--format", "json")
    expect(first.code).toBe(1)
    expect(json(first).haltReason).toBe("TargetBlocked")
    expect(statuses(first)).toEqual(["a completed", "b blocked", "c pending"])
    const second = await place.pawl("run", "batch.yaml", "--format", "json")
    expect(statuses(second)).toEqual(["a completed", "b blocked", "c completed"])
    expect(json(second)).toMatchObject({ runId: json(first).runId, invocations: 2, stepsExecuted: 1 })
    expect(place.read("ran.txt")).toBe("a\nb\nc\n")
  })

  it("with --auto-advance goes past blocked targets: two in a row do not trip a breaker", async () => {
    const place = workplace()
    place.write("batch.yaml", batch({ a: 1, b: 1, c: 0 }, "failure: { circuitBreaker: { threshold: 2 } }\n"))
    const answer = await place.pawl("run", "batch.yaml", "--auto-advance", "--format", "json")
    expect(answer.code).toBe(0)
    expect(json(answer).targets.map(({ id, reason, status }) => `${id} ${status} ${reason ?? ""}`.trim())).toEqual([
      "a blocked step-exhausted",
      "b blocked step-exhausted",
      "c completed"
    ])
    expect(json(answer)).toMatchObject({ status: "partial", haltReason: "AllDoneOrBlocked" })
  })

  it.each([
    ["all blocked is 1", { a: 1, b: 1 }, [], 1],
    ["one completed is 0", { a: 1, b: 0 }, [], 0],
    ["one completed with --strict is 1", { a: 1, b: 0 }, ["--strict"], 1],
    ["all completed with --strict is 0", { a: 0, b: 0 }, ["--strict"], 0]
  ])("with --auto-advance: %s, also when run again", async (_, exits, flags, code) => {
    const place = workplace()
    place.write("batch.yaml", batch(exits))
    const first = await place.pawl("run", "batch.yaml", "--auto-advance", ...flags)
    const again = await place.pawl("run", "batch.yaml", "--auto-advance", ...flags)
    expect([first.code, again.code]).toEqual([code, code])
    expect(place.read("ran.txt").split("\n").length - 1).toBe(Object.keys(exits).length)
  })

  it("run again when all is done does nothing and writes nothing", async () => {
    const place = workplace()
    place.write("batch.yaml", batch({ a: 0, b: 1 }))
    const first = await place.pawl("run", "batch.yaml", "--auto-advance", "--format", "json")
    const journal = `.pawl/batch/runs/${json(first).runId}/journal.ndjson`
    const before = place.read(journal)
    const again = await place.pawl("run", "batch.yaml", "--auto-advance", "--format", "json")
    expect(again.code).toBe(first.code)
    expect(json(again)).toMatchObject({ runId: json(first).runId, stepsExecuted: 0, haltReason: "AllDoneOrBlocked" })
    expect(place.read(journal)).toBe(before)
  })

  it("retries by its policy, and the record tells each attempt", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      `name: batch
failure: { retries: { maxAttempts: 3, backoffSeconds: 0.05, factor: 1 } }
targets:
  - id: flaky
    run: |
      echo "try $PAWL_ATTEMPT"
      test "$PAWL_ATTEMPT" = 3
`
    )
    const answer = await place.pawl("run", "batch.yaml", "--format", "ndjson")
    expect(answer.code).toBe(0)
    const events = answer.stdout.trim().split("\n").map((line) => JSON.parse(line))
    expect(events.map(({ type }) => type)).toEqual([
      "RunStarted",
      "TargetStarted",
      "StepStarted",
      "AttemptFailed",
      "StepStarted",
      "AttemptFailed",
      "StepStarted",
      "StepSucceeded",
      "TargetCompleted",
      "RunHalted",
      undefined
    ])
    expect(events.slice(0, -1).map(({ seq }) => seq)).toEqual(events.slice(0, -1).map((_, index) => index + 1))
    for (const [at, { nextAttemptAt, type, ...failed }] of events.entries()) {
      if (type !== "AttemptFailed") continue
      // The wait begins with the failure, and its event may be written somewhat later.
      expect(Date.parse(nextAttemptAt) - Date.parse(failed.at)).toBeLessThanOrEqual(50)
      expect(Date.parse(nextAttemptAt) - Date.parse(events[at - 1].at)).toBeGreaterThanOrEqual(49)
      expect(Date.parse(events[at + 1].at)).toBeGreaterThanOrEqual(Date.parse(nextAttemptAt))
    }
    const log = place.read(`.pawl/batch/runs/${events.at(-1).runId}/logs/flaky/run.out`)
    expect(log.replace(/\d{4}-\S+Z/g, "TIME")).toBe(
      [1, 2, 3].map((attempt) => `--- pawl: attempt ${attempt}, TIME ---\ntry ${attempt}\n`).join("")
    )
  })

  it("ends a step at its time-out with its whole process group, and its target is errored", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      "name: batch\ntargets:\n  - id: slow\n    timeout: 2s\n    run: 'sleep 300 & echo $! > child.txt; wait'\n  - { id: quick, run: 'true' }\n"
    )
    const answer = await place.pawl("run", "batch.yaml", "--auto-advance", "--format", "json")
    expect(json(answer).targets[0]).toMatchObject({ status: "errored", reason: "timed-out", step: "run" })
    const stat = await Bun.file(`/proc/${place.read("child.txt").trim()}/stat`).text().catch(() => "gone")
    expect(stat === "gone" || / [ZX] /.test(stat)).toBe(true)
  })

  it("skips a target whose need did not complete, names the need, and lets ready ones go ahead of waiting ones", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      `name: batch
targets:
  - { id: web, needs: [api], run: "echo web >> ran.txt" }
  - { id: docs, run: "echo docs >> ran.txt" }
  - { id: api, run: "echo api >> ran.txt; exit 1" }
  - { id: late, run: "echo late >> ran.txt" }
`
    )
    const answer = await place.pawl("run", "batch.yaml", "--auto-advance", "--format", "json")
    expect(place.read("ran.txt")).toBe("docs\napi\nlate\n")
    expect(json(answer).targets[0]).toMatchObject({
      status: "skipped",
      reason: "need-not-completed",
      need: "api",
      message: "it needs api, which is blocked"
    })
  })

  it("hands values to the shell as data, and outputs from step to step", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      `name: batch
targets:
  - forEach: { items: ["$(touch pwned); 'x' \\"y\\"", "two words"] }
    id: "t{{ index }}"
    env: { LABEL: "item {{ index }}" }
    steps:
      - { id: heavy-thing, run: 'printf "%s" {{ item }}; echo "size=3" >> "$PAWL_OUTPUT"' }
      - { id: as-json, command: [printf, '{"n": 12345678901234567890}'], outputs: json }
      - id: check
        when: "{{ steps.heavy-thing.output.exit_code == 0 }}"
        run: |
          echo "$LABEL: {{ steps.heavy-thing.output.stdout }} {{ steps.heavy-thing.output.values.size }} {{ steps.as-json.output.json.n }}" >> seen.txt
`
    )
    const answer = await place.pawl("run", "batch.yaml")
    expect(answer.code).toBe(0)
    expect(place.read("seen.txt")).toBe(
      "item 0: $(touch pwned); 'x' \"y\" 3 12345678901234567890\nitem 1: two words 3 12345678901234567890\n"
    )
    expect(await Bun.file(`${place.path}/pwned`).exists()).toBe(false)
  })

  it("evaluates the batch's outputs at its end", async () => {
    const place = workplace()
    place.write("batch.yaml", batch({ a: 0, b: 1 }, "outputs: { ok: \"{{ targets.a.status == 'completed' }}\" }\n"))
    const answer = await place.pawl("run", "batch.yaml", "--auto-advance", "--format", "json")
    expect(json(answer).outputs).toEqual({ ok: true })
  })
})

describe("what one invocation is about", () => {
  const labelled = `name: batch
targets:
  - { id: api-1, labels: { tier: T1 }, run: "echo api-1 >> ran.txt" }
  - { id: api-2, labels: { tier: T2 }, run: "echo api-2 >> ran.txt" }
  - { id: web, labels: { tier: T1 }, run: "echo web >> ran.txt" }
`

  it("--target keeps the order given, counts a repeat once and notes it", async () => {
    const place = workplace()
    place.write("batch.yaml", labelled)
    const answer = await place.pawl(
      "run",
      "batch.yaml",
      "--format",
      "json",
      "--target",
      "web",
      "--target",
      "api-1",
      "--target",
      "web"
    )
    expect(place.read("ran.txt")).toBe("web\napi-1\n")
    expect(json(answer)).toMatchObject({ haltReason: "TargetCompleted", exitCode: 0 })
    expect(answer.stderr).toMatch(/note: .*web/)
    const rest = await place.pawl("run", "batch.yaml", "--format", "json")
    expect(json(rest).counts).toMatchObject({ completed: 3 })
    expect(place.read("ran.txt")).toBe("web\napi-1\napi-2\n")
  })

  it("--only filters by labels and ids, all of them must hold", async () => {
    const place = workplace()
    place.write("batch.yaml", labelled)
    const answer = await place.pawl(
      "run",
      "batch.yaml",
      "--format",
      "json",
      "--only",
      "tier=T1,T3",
      "--only",
      "id=api-*"
    )
    expect(place.read("ran.txt")).toBe("api-1\n")
    expect(json(answer).haltReason).toBe("FilterExhausted")
  })

  it("--only that matches nothing runs nothing and says so", async () => {
    const place = workplace()
    place.write("batch.yaml", labelled)
    const answer = await place.pawl("run", "batch.yaml", "--format", "json", "--only", "tier=T9")
    expect(json(answer)).toMatchObject({ haltReason: "NoMatchingItems", stepsExecuted: 0 })
  })

  it("--cap stops after so many steps, between the steps of a target too", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      "name: batch\ntargets:\n  - forEach: { items: [a, b] }\n    id: '{{ item }}'\n    steps:\n      - { id: one, run: 'echo {{ item }}1 >> ran.txt' }\n      - { id: two, run: 'echo {{ item }}2 >> ran.txt' }\n"
    )
    const first = await place.pawl("run", "batch.yaml", "--cap", "3", "--format", "json")
    expect(json(first)).toMatchObject({ haltReason: "CapReached", stepsExecuted: 3 })
    const second = await place.pawl("run", "batch.yaml", "--format", "json")
    expect(json(second)).toMatchObject({ haltReason: "AllDoneOrBlocked", stepsExecuted: 1, exitCode: 0 })
    expect(place.read("ran.txt")).toBe("a1\na2\nb1\nb2\n")
  })

  it("--max-blocked halts once too many are stuck", async () => {
    const place = workplace()
    place.write("batch.yaml", batch({ a: 0, b: 1, c: 1, d: 0 }))
    const answer = await place.pawl("run", "batch.yaml", "--auto-advance", "--max-blocked", "25%", "--format", "json")
    expect(answer.code).toBe(1)
    expect(json(answer).haltReason).toBe("FailureThresholdReached")
    expect(statuses(answer)).toEqual(["a completed", "b blocked", "c blocked", "d pending"])
  })

  it("an open breaker halts with a reason of its own", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      `name: batch
failure: { circuitBreaker: { threshold: 2 } }
targets:
  - id: a
    steps:
      - { id: one, run: exit 1, continueOnError: true }
      - { id: two, run: exit 1, continueOnError: true }
      - { id: three, run: echo never >> ran.txt }
`
    )
    const answer = await place.pawl("run", "batch.yaml", "--format", "json")
    expect(json(answer)).toMatchObject({ haltReason: "CircuitBreakerTripped", exitCode: 1 })
    expect(json(answer).targets[0]).toMatchObject({ status: "blocked", reason: "breaker-opened", step: "two" })
  })

  it("--order longest-first begins with what took longest before", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      "name: batch\ntargets:\n  - { id: short, run: 'echo short >> ran.txt' }\n  - { id: long, run: 'sleep 2; echo long >> ran.txt' }\n"
    )
    await place.pawl("run", "batch.yaml")
    await place.pawl("run", "batch.yaml", "--fresh", "--order", "longest-first")
    expect(place.read("ran.txt")).toBe("short\nlong\nlong\nshort\n")
  })
})

describe("going on with a run", () => {
  it("--retry-blocked repeats only the step that failed; --fresh sets the run aside and keeps it", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      "name: batch\ntargets:\n  - id: a\n    steps:\n      - { id: one, run: echo one >> ran.txt }\n      - { id: two, run: echo two >> ran.txt; test -e ok }\n"
    )
    const first = await place.pawl("run", "batch.yaml", "--format", "json")
    place.write("ok", "")
    const second = await place.pawl("run", "batch.yaml", "--retry-blocked", "--format", "json")
    expect(second.code).toBe(0)
    expect(place.read("ran.txt")).toBe("one\ntwo\ntwo\n")
    const fresh = await place.pawl("run", "batch.yaml", "--fresh", "--format", "json")
    expect(json(fresh).runId).not.toBe(json(first).runId)
    const runs = json<{ readonly runs: ReadonlyArray<{ readonly runId: string }> }>(
      await place.pawl("runs", "--format", "json")
    )
    expect(runs.runs.map(({ runId }) => runId)).toEqual([json(fresh).runId, json(first).runId])
  })

  it("--retry-errors repeats what its surroundings stopped", async () => {
    const place = workplace()
    place.write("batch.yaml", "name: batch\ntargets:\n  - { id: a, command: [./tool] }\n")
    const first = await place.pawl("run", "batch.yaml", "--format", "json")
    expect(json(first).targets[0]).toMatchObject({ status: "errored", reason: "could-not-start" })
    place.write("tool", "#!/bin/sh\n")
    await Bun.spawn({ cmd: ["chmod", "+x", `${place.path}/tool`] }).exited
    const again = await place.pawl("run", "batch.yaml", "--retry-blocked", "--format", "json")
    expect(statuses(again)).toEqual(["a errored"])
    const retried = await place.pawl("run", "batch.yaml", "--retry-errors", "--format", "json")
    expect(statuses(retried)).toEqual(["a completed"])
  })

  it("refuses changed definitions unless told to run them again; takes up what was added", async () => {
    const place = workplace()
    place.write("batch.yaml", batch({ a: 0, b: 0 }))
    await place.pawl("run", "batch.yaml")
    place.write("batch.yaml", batch({ a: 0, b: 0, c: 0 }).replace("echo a", "echo A"))
    const refused = await place.pawl("run", "batch.yaml")
    expect(refused.code).toBe(65)
    expect(refused.stderr).toContain("1 target changed since run")
    expect(refused.stderr).toContain("--allow-changes")
    const allowed = await place.pawl("run", "batch.yaml", "--allow-changes", "--format", "json")
    expect(allowed.code).toBe(0)
    expect(allowed.stderr).toContain("1 target added to the plan: c")
    expect(place.read("ran.txt")).toBe("a\nb\nA\nc\n")
    const again = await place.pawl("run", "batch.yaml", "--format", "json")
    expect(json(again)).toMatchObject({ stepsExecuted: 0, exitCode: 0 })
  })

  it("--expect-plan runs the approved plan and refuses any other", async () => {
    const place = workplace()
    place.write("batch.yaml", batch({ a: 0 }))
    const { hash } = json<{ readonly hash: string }>(await place.pawl("plan", "batch.yaml", "--format", "json"))
    place.write("batch.yaml", batch({ a: 0, b: 0 }))
    const refused = await place.pawl("run", "batch.yaml", "--expect-plan", hash)
    expect(refused.code).toBe(65)
    expect(refused.stderr).toContain("--expect-plan")
    expect(await Bun.file(`${place.path}/.pawl/batch/lock`).exists()).toBe(false)
    place.write("batch.yaml", batch({ a: 0 }))
    expect((await place.pawl("run", "batch.yaml", "--expect-plan", hash)).code).toBe(0)
  })

  it("--run-id names the run; the same id goes on, a new one starts anew", async () => {
    const place = workplace()
    place.write("batch.yaml", batch({ a: 0 }))
    const night = async (id: string) => json(await place.pawl("run", "batch.yaml", "--run-id", id, "--format", "json"))
    expect(await night("night-1")).toMatchObject({ runId: "night-1", stepsExecuted: 1 })
    expect(await night("night-1")).toMatchObject({ runId: "night-1", stepsExecuted: 0 })
    expect(await night("night-2")).toMatchObject({ runId: "night-2", stepsExecuted: 1 })
  })
})
