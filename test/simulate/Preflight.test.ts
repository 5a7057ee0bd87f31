import { describe, expect, it } from "@effect/vitest"
import { Effect, Either } from "effect"
import { checkMatches, readScenario } from "../../src/simulate/ReadScenario.ts"
import { timeline } from "../../src/simulate/Timeline.ts"
import { shown } from "../manifest/reading.ts"
import { simulated, tableOf } from "./previewing.ts"
import { loadedOf, rehearsed } from "./rehearsing.ts"

const batch = `name: b
inputs: { api: { type: string, default: up.example }, token: { type: string, secret: true, default: hunter2 } }
env: { TOKEN: "{{ inputs.token }}" }
preflight:
  - { id: up, run: 'curl "{{ inputs.api }}" "{{ env.PATH }}"', timeout: 10s, failure: { retries: { maxAttempts: 3 } } }
  - { id: full, command: [df, "{{ inputs.api }}"], when: "{{ inputs.api == 'down' }}" }
  - { id: warn, run: look, continueOnError: true, workdir: sub }
targets:
  - { id: a, run: make }
`

const values = { api: "up.example", token: "hunter2" }

describe("the preview of a preflight", () => {
  it("has each check with its resolved parameters, and counts none of them among the steps", () => {
    const { counts, preflight } = simulated(batch, { values })
    const retries = { backoffSeconds: 1, factor: 2, jitter: false, maxAttempts: 1, maxBackoffSeconds: 300 }
    const env = { TOKEN: "{{ inputs.token }}" }
    expect(preflight).toEqual([
      {
        path: "up",
        id: "up",
        kind: "run",
        status: "pending",
        continueOnError: false,
        run: "curl \"up.example\" \"{{ env.PATH }}\"",
        shell: ["sh", "-e"],
        env,
        outputs: "text",
        retries: { ...retries, maxAttempts: 3 },
        timeoutMs: 10_000,
        idempotent: true,
        unresolved: ["env.PATH", "inputs.token"]
      },
      {
        path: "full",
        id: "full",
        kind: "command",
        status: "skipped",
        reason: "when-false",
        when: "{{ inputs.api == 'down' }}",
        continueOnError: false,
        command: ["df", "up.example"],
        env,
        outputs: "text",
        retries,
        idempotent: true,
        unresolved: ["inputs.token"]
      },
      {
        path: "warn",
        id: "warn",
        kind: "run",
        status: "pending",
        continueOnError: true,
        run: "look",
        shell: ["sh", "-e"],
        env,
        workdir: "sub",
        outputs: "text",
        retries,
        idempotent: true,
        unresolved: ["inputs.token"]
      }
    ])
    expect(counts.steps.total).toBe(1)
  })

  it("is empty where there is none", () => {
    expect(simulated("name: b\ntargets: [{ id: a, run: make }]\n").preflight).toEqual([])
  })

  it("is a tree before those of the targets", () => {
    const lines = tableOf(batch, { values })
    const from = lines.findIndex((line) => line.startsWith("preflight "))
    expect(lines.slice(from, from + 10).map((line) => line.trimEnd())).toEqual([
      "preflight  pending  before any target starts, and again when the run is gone on with",
      "├─ up      pending  run: curl \"up.example\" \"{{ env.PATH }}\"",
      "│                     up to 3 attempts, 1s apart, ×2 up to 5m; at most 10s each",
      "├─ full    skipped  `when` is false: {{ inputs.api == 'down' }}",
      "└─ warn    pending  run: look",
      "                      the run goes on if it fails; in sub",
      "",
      "a          pending",
      "└─ run     pending  run: make",
      ""
    ].slice(0, lines.length - from))
  })
})

describe("a scenario of a batch with a preflight", () => {
  const { plan } = loadedOf(batch)
  const mistakesIn = (text: string): ReadonlyArray<string> => {
    const source = { file: "s.yaml", text }
    return Either.match(Either.flatMap(readScenario(source), (scenario) => checkMatches(source, scenario, plan)), {
      onLeft: ({ diagnostics }) => shown(diagnostics),
      onRight: () => []
    })
  }

  it("names its checks, and is told of one that is not there", () => {
    expect(mistakesIn("steps: [{ match: preflight/up }, { match: \"preflight/*\" }, { match: \"*/warn\" }]")).toEqual(
      []
    )
    expect(mistakesIn("steps: [{ match: preflight/upp }]")).toEqual([
      "1: preflight/upp: `preflight/upp` matches no step of the plan (did you mean `preflight/up`?)"
    ])
    expect(mistakesIn("gates: [{ match: preflight/up, decision: approve }]")).toHaveLength(1)
  })

  it.live("says how they end, attempt by attempt", () =>
    Effect.gen(function*() {
      const { exitCode, journal, state } = yield* rehearsed(batch, {
        scenario: `
default: { duration: 10s }
steps:
  - { match: preflight/up, attempt: 1, hangs: true }
  - { match: preflight/up, attempt: 2, exitCode: 7, stderr: "no", duration: 1s }
  - { match: preflight/warn, exitCode: 1, duration: 2s }`
      })
      expect([exitCode, state.halted?.reason]).toEqual([0, "AllDoneOrBlocked"])
      expect(journal.flatMap((event) => "check" in event ? [`${event.at.slice(14, 19)} ${event.type}`] : [])).toEqual([
        "00:00 PreflightStarted",
        "00:10 PreflightRetried",
        "00:11 PreflightStarted",
        "00:12 PreflightRetried",
        "00:14 PreflightStarted",
        "00:24 PreflightFinished",
        "00:24 PreflightFinished",
        "00:24 PreflightStarted",
        "00:26 PreflightFinished"
      ])
      expect(timeline(journal, { columns: 34, kills: [], most: 9, statusOf: () => "" })).toEqual([
        "              t+0           t+36s",
        "preflight    |█████▓▓▓▓▓▓▓▓█     |",
        "a            |             ██████|",
        "█ at work   ▓ trying again"
      ])
    }))

  it.live("stops before the targets where one of them fails", () =>
    Effect.gen(function*() {
      const { exitCode, journal } = yield* rehearsed(batch, {
        scenario: "steps: [{ match: preflight/up, exitCode: 1 }]"
      })
      expect(exitCode).toBe(2)
      expect(journal.at(-1)).toMatchObject({ type: "RunHalted", haltReason: "PreflightFailed" })
      expect(journal.some((event) => "target" in event)).toBe(false)
    }))
})
