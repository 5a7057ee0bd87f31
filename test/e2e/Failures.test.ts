import { describe, expect, it } from "vitest"
import { completes, type EventJson, steps, stream } from "./manifestRun.ts"
import { json, statuses, workplace } from "./pawl.ts"

describe("failures", () => {
  /** The waits between attempts that the events tell, and how long the next attempt really took to start. */
  const waits = (events: ReadonlyArray<EventJson>) =>
    events.flatMap((event, at) => {
      if (event.type !== "AttemptFailed") return []
      const due = Date.parse(event.nextAttemptAt ?? "")
      const next = events.slice(at).find(({ target, type }) => type === "StepStarted" && target === event.target)
      return [{ told: due - Date.parse(event.at), late: Date.parse(next?.at ?? "") - due }]
    })

  it("are retried after waits that double up to a cap, told before they are slept", async () => {
    const place = workplace()
    const answer = await completes(
      place,
      "name: batch\nfailure: { retries: { maxAttempts: 4, backoffSeconds: 0.1, factor: 2, maxBackoffSeconds: 0.25 } }\ntargets:\n  - { id: a, run: 'test \"$PAWL_ATTEMPT\" = 4' }\n"
    )
    const all = waits(stream(answer).events)
    expect(all.map(({ told }) => [100, 200, 250].find((wait) => told <= wait && told > wait - 45))).toEqual([
      100,
      200,
      250
    ])
    for (const { late } of all) expect(late).toBeGreaterThanOrEqual(0)
  })

  it("are retried after waits that jitter spreads by a fifth", async () => {
    const place = workplace()
    const answer = await completes(
      place,
      `name: batch
failure: { retries: { maxAttempts: 2, backoffSeconds: 0.2, factor: 1, jitter: true } }
targets:
  - { forEach: { items: [${
        Array.from({ length: 24 }, (_, at) => at).join(", ")
      }] }, id: "t{{ item }}", run: 'test "$PAWL_ATTEMPT" = 2' }
`,
      "-j",
      "24"
    )
    const told = waits(stream(answer).events).map((wait) => wait.told)
    expect(told).toHaveLength(24)
    expect(Math.max(...told)).toBeLessThanOrEqual(240)
    // Without jitter none could be above 200.
    expect(told.some((wait) => wait > 200)).toBe(true)
    expect(new Set(told).size).toBeGreaterThan(1)
  })

  it("are retried only where `on` says so", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      `name: batch
run: { autoAdvance: true }
failure: { retries: { maxAttempts: 3, backoffSeconds: 0, on: { exitCodes: [75] } } }
targets:
  - { id: listed, run: exit 75 }
  - { id: other, run: exit 1 }
  - { id: slow, timeout: 100ms, run: sleep 60 }
  - { id: slow-retried, timeout: 100ms, failure: { retries: { on: { timeout: true } } }, run: sleep 60 }
  - { id: changes, run: 'exit $((76 - PAWL_ATTEMPT))' }
`
    )
    const answer = await place.pawl("run", "batch.yaml", "--format", "json")
    expect(json(answer).targets.map(({ id, steps: [step] }) => `${id} ${step?.attempts}`)).toEqual([
      "listed 3",
      "other 1",
      "slow 1",
      "slow-retried 3",
      "changes 2"
    ])
  })

  it("`timeout` of a step goes before `failure.timeout`, which is inherited", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      `name: batch
run: { autoAdvance: true }
failure: { timeout: 100ms }
targets:
  - { id: inherits, run: sleep 60 }
  - { id: own, timeout: 1m, run: sleep 0.3 }
  - { id: of-target, failure: { timeout: 1m }, run: sleep 0.3 }
  - { id: of-step, steps: [{ id: s, failure: { timeout: 1m }, run: sleep 0.3 }] }
`
    )
    const answer = await place.pawl("run", "batch.yaml", "-j", "4", "--format", "json")
    expect(statuses(answer)).toEqual(["inherits errored", "own completed", "of-target completed", "of-step completed"])
    expect(json(answer).targets[0]?.message).toContain("0.1 s")
  })

  it("with `continueOnError` of every kind are recorded, and the target goes on", async () => {
    const place = workplace()
    const answer = await completes(
      place,
      steps(
        `      - { id: code, run: 'echo before; exit 3', continueOnError: true }
      - { id: shape, run: 'echo {}', outputs: json }
      - { id: signal, run: 'kill -9 $$', continueOnError: true }
      - { id: time, run: sleep 60, timeout: 50ms, continueOnError: true }
      - { id: missing, command: [./nothing], continueOnError: true }
      - { id: no-json, run: echo nonsense, outputs: json, continueOnError: true }
      - { id: no-output, run: 'echo nonsense > "$PAWL_OUTPUT"', continueOnError: true }
      - { id: expression, run: 'echo "{{ steps.shape.output.json.name }}"', continueOnError: true }
      - { id: last, when: "{{ steps.code.output.exit_code == 3 }}", run: 'echo "{{ steps.code.output.stdout }}" > last.txt' }
`,
        "failure: { circuitBreaker: false }\n"
      )
    )
    const continued = stream(answer).events.filter(({ type }) => type === "StepContinued")
    expect(continued.map(({ path, reason }) => `${path} ${reason}`)).toEqual([
      "code exit-code",
      "signal signal",
      "time timed-out",
      "missing could-not-start",
      "no-json bad-output",
      "no-output bad-output",
      "expression expression-failed"
    ])
    expect(place.read("last.txt")).toBe("before\n\n")
  })
})
