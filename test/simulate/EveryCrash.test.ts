import { describe, expect, it } from "@effect/vitest"
import { Effect, FastCheck as fc } from "effect"
import { targetState } from "../../src/run/RunState.ts"
import { stepEntries } from "../../src/run/TargetState.ts"
import { chaosScript } from "../../src/simulate/Chaos.ts"
import { violations } from "../../src/simulate/Invariants.ts"
import type { Rehearsal, RehearsalRequest } from "../../src/simulate/Rehearse.ts"
import { sequentialManifests } from "./randomPlans.ts"
import { loadedOf, type Rehearsing, requestOf, toItsEnd } from "./rehearsing.ts"

/** What a run came to, without its times: statuses, outputs, what expressions saw, the exit code. */
const outcomeOf = ({ loaded: { plan } }: RehearsalRequest, { exitCode, journal, outputs, state }: Rehearsal) => ({
  exitCode,
  outputs,
  haltReason: state.halted?.reason,
  questions: Object.fromEntries(
    journal.flatMap((event) => event.type === "GateOpened" ? [[`${event.target}/${event.path}`, event.message]] : [])
  ),
  targets: plan.targets.map(({ id }) => {
    const target = targetState(state, id)
    const { message, reason, status, step } = target
    const steps = stepEntries(target).map(([path, each]) => {
      const { attempts, branch, continued, decision, exitCode, items, iterations, output, reason, status } = each
      return [path, {
        attempts,
        branch,
        continued,
        option: decision?.option,
        exitCode,
        items,
        iterations,
        output,
        reason,
        status
      }] as const
    })
    return { id, status, reason, step, message, steps: Object.fromEntries(steps) }
  })
})

/** Kills pawl at each event of a rehearsal in turn; fails where that makes a difference. */
const killedAtEvery = (request: RehearsalRequest, whole: Rehearsal) =>
  Effect.gen(function*() {
    const wanted = outcomeOf(request, whole)
    for (let atEvent = 1; atEvent <= whole.journal.length; atEvent++) {
      const script = { ...request.script, crashes: [{ atEvent, resumeAfterMs: 0 }] }
      const killed = yield* toItsEnd({ ...request, script })
      const told = `killed at ${atEvent}:\n${killed.journal.map((event) => JSON.stringify(event)).join("\n")}\n`
      expect(killed.invocations.filter(({ end }) => end === "killed"), told).toHaveLength(1)
      expect(outcomeOf(request, killed), told).toEqual(wanted)
      expect(violations({ ...request, plan: request.loaded.plan, ...killed }), told).toEqual([])
    }
  })

interface Case extends Rehearsing {
  readonly name: string
  /** Beside `targets`. */
  readonly top?: string
  /** Under `targets[0].steps`. */
  readonly steps: string
  readonly exitCode: number
}

const retried = "failure: { retries: { maxAttempts: 3, backoffSeconds: 60 } }"

const cases: ReadonlyArray<Case> = [
  {
    name: "an if whose first branch is taken",
    steps: `
      - id: look
        if: "{{ 1 < 2 }}"
        then: [{ id: a, run: a, ${retried} }, { id: b, run: b, when: "{{ 2 < 1 }}" }, { id: c, run: c }]
        else: [{ id: a, run: never }]
      - { id: seen, gate: { approval: "a took {{ steps.look.output.steps.a.attempts | default(0) }}" } }`,
    scenario: `
default: { duration: 5s }
steps: [{ match: "api/look::a", attempt: 1, exitCode: 7 }]
gates: [{ match: api/seen, decision: approve, after: 1h }]`,
    exitCode: 0
  },
  {
    name: "an if whose other branch fails, and that is gone on without",
    steps: `
      - id: look
        continueOnError: true
        if: "{{ 2 < 1 }}"
        then: [{ id: a, run: a }]
        else: [{ id: b, run: b, ${retried} }, { id: c, run: c }]
      - { id: seen, gate: { approval: "b: {{ steps.look.status }}" } }`,
    scenario: `
steps: [{ match: "api/look::b", exitCode: 7, duration: 1s, stderr: no }]
gates: [{ match: api/seen, decision: approve }]`,
    exitCode: 0
  },
  {
    name: "a switch",
    steps: `
      - id: level
        switch: "{{ context.target }}"
        cases: { web: [{ id: a, run: a }], api: [{ id: b, run: b }, { id: c, run: c, continueOnError: true }] }
        default: [{ id: d, run: d }]
      - id: other
        switch: "nothing"
        cases: { web: [{ id: a, run: a }] }
      - { id: last, run: last }`,
    scenario: "{ default: { duration: 2s }, steps: [{ match: \"api/level::c\", couldNotStart: true }] }",
    exitCode: 0
  },
  {
    name: "a map, one item after the other",
    steps: `
      - id: shards
        map: { over: [x, y, z] }
        steps: [{ id: e2e, run: 'echo "{{ item }}"', outputs: json, ${retried} }, { id: report, run: r }]
      - { id: seen, gate: { approval: "{{ steps.shards.output.items[1].steps.e2e.output.json.n | default(0) }}" } }`,
    scenario: `
steps:
  - { match: "api/shards[1]::e2e", attempt: 1, exitCode: 1, duration: 10s }
  - { match: "api/shards[1]::e2e", stdout: '{"n": 42}', duration: 10s }
  - { match: "api/shards::e2e", stdout: '{"n": 1}', duration: 3s }
gates: [{ match: api/seen, decision: approve }]`,
    exitCode: 0
  },
  {
    name: "a map with a failed item, which keeps the rest from beginning",
    steps: `
      - { id: shards, map: { over: [x, y, z] }, steps: [{ id: e2e, run: e, ${retried} }] }
      - { id: after, run: a }`,
    scenario: "steps: [{ match: \"api/shards[1]::*\", exitCode: 3, stderr: bad }]",
    strict: true,
    exitCode: 1
  },
  {
    name: "a map side by side",
    steps: `
      - id: shards
        map: { over: [x, y, z, w], maxParallel: 2 }
        steps: [{ id: e2e, run: e, ${retried} }, { id: done, run: d }]`,
    scenario: `
default: { duration: 7s }
steps: [{ match: "api/shards[2]::e2e", attempt: 1, exitCode: 1, duration: 1s }]`,
    exitCode: 0
  },
  {
    name: "a map side by side in which every item is attempted",
    steps: `
      - id: shards
        continueOnError: true
        map: { over: [x, y, z], maxParallel: 3 }
        steps: [{ id: e2e, run: e }, { id: done, run: d }]
      - { id: seen, gate: { approval: "{{ steps.shards.output.items.map(i, i.status) }}" } }`,
    scenario: `
default: { duration: 7s }
steps: [{ match: "api/shards[1]::e2e", exitCode: 9, duration: 1s }]
gates: [{ match: api/seen, decision: approve, after: 1m }]`,
    exitCode: 0
  },
  {
    name: "a map side by side with a failed item, which interrupts the others",
    steps: `
      - { id: shards, map: { over: [x, y, z], maxParallel: 2 }, steps: [{ id: e2e, run: e }, { id: done, run: d }] }`,
    scenario: `
default: { duration: 1h }
steps: [{ match: "api/shards[1]::e2e", exitCode: 9, duration: 1s }]`,
    strict: true,
    exitCode: 1
  },
  {
    name: "a parallel",
    steps: `
      - id: both
        parallel: {}
        steps: [{ id: a, run: a, ${retried} }, { id: b, run: b }, { id: c, run: c }]
      - { id: seen, gate: { approval: "{{ steps.both.output.steps.b.output.stdout }}" } }`,
    scenario: `
default: { duration: 30s, stdout: hello }
steps: [{ match: "api/both::a", attempt: 2, exitCode: 1 }, { match: "api/both::a", attempt: 1, signal: SIGKILL }]
gates: [{ match: api/seen, decision: approve }]`,
    exitCode: 0
  },
  {
    name: "a parallel with a failed step, which interrupts the others",
    steps: `
      - { id: both, parallel: { maxParallel: 2 }, steps: [{ id: a, run: a }, { id: b, run: b }, { id: c, run: c }] }
      - { id: after, run: a }`,
    scenario: "{ default: { duration: 1h }, steps: [{ match: \"api/both::b\", exitCode: 4, duration: 2s }] }",
    strict: true,
    exitCode: 1
  },
  {
    name: "a loop with while",
    steps: `
      - id: again
        loop: { while: "{{ iteration < 3 }}", every: 30s }
        steps: [{ id: try, run: t, ${retried} }, { id: note, run: n }]
      - { id: seen, gate: { approval: "{{ steps.again.output.iterations }}" } }`,
    scenario: `
default: { duration: 4s }
steps: [{ match: "api/again[1]::try", attempt: 1, exitCode: 1 }]
gates: [{ match: api/seen, decision: approve }]`,
    exitCode: 0
  },
  {
    name: "a loop with until that sees what its steps came to",
    steps: `
      - id: again
        loop: { until: "{{ steps.check.output.exit_code == 0 }}", every: 10m }
        steps: [{ id: check, run: c, continueOnError: true }]`,
    scenario: `
steps: [{ match: "api/again[2]::check", exitCode: 0 }, { match: "api/again::check", exitCode: 1, duration: 1s }]`,
    exitCode: 0
  },
  {
    name: "a loop that comes to its last iteration",
    steps: `
      - { id: again, loop: { while: "{{ 1 < 2 }}", maxIterations: 3 }, steps: [{ id: t, run: t }] }`,
    scenario: "default: { duration: 1s }",
    strict: true,
    exitCode: 1
  },
  {
    name: "gates that are approved, skipped past and opened again",
    steps: `
      - { id: colour, gate: { approval: "Which?", options: [blue, green, reject] } }
      - { id: use, run: u, when: "{{ steps.colour.output.option == 'green' }}" }
      - id: maybe
        if: "{{ 1 < 2 }}"
        then: [{ id: ask, gate: { approval: "This too?", onReject: skip } }, { id: left-out, run: l }]
      - { id: twice, gate: { approval: "Sure?", onReject: retry } }
      - { id: rule, gate: { policy: "{{ 1 < 2 }}" } }
      - { id: check, gate: { policy: { run: ./may } } }`,
    scenario: `
default: { duration: 1s }
gates:
  - { match: api/colour, option: green, after: 1h, by: ada }
  - { match: "api/maybe::ask", decision: reject, after: 5m, note: no }
  - { match: api/twice, decision: reject, after: 5m }
  - { match: api/twice, opening: 2, decision: approve, after: 5m }`,
    exitCode: 0
  },
  {
    name: "gates in a map that are decided while other items are at work",
    steps: `
      - { id: m, map: { over: [x, y, z] }, steps: [{ id: ok, gate: { approval: "Well?" } }, { id: s, run: s }] }`,
    scenario: `
default: { duration: 1h }
gates:
  - { match: "api/m[0]::ok", decision: approve, after: 10m }
  - { match: "api/m[1]::ok", decision: approve, after: 20m }
  - { match: "api/m[2]::ok", decision: approve, after: 30m }`,
    exitCode: 0
  },
  {
    name: "a gate that is rejected for good",
    steps: `
      - { id: before, run: b }
      - { id: ship, gate: { approval: "Ship?" }, continueOnError: true }
      - { id: after, run: a }`,
    scenario: "gates: [{ match: api/ship, decision: reject, by: grace, after: 1h }]",
    strict: true,
    exitCode: 1
  },
  {
    name: "a gate that nobody decides",
    steps: `
      - { id: ship, gate: { approval: "Ship?" } }
      - { id: after, run: a }`,
    exitCode: 3
  },
  {
    name: "checks before the targets, one of which is tried again",
    top: `preflight:
  - { id: one, run: o }
  - { id: two, run: t, ${retried} }
  - { id: three, run: t, when: "{{ 2 < 1 }}" }
  - { id: four, run: f, continueOnError: true }`,
    steps: `
      - { id: build, run: b }`,
    scenario: `
default: { duration: 3s }
steps: [{ match: preflight/two, attempt: 1, exitCode: 7 }, { match: preflight/four, exitCode: 1 }]`,
    exitCode: 0
  },
  {
    name: "a check that fails, so that nothing starts",
    top: `preflight: [{ id: one, run: o }, { id: two, run: t, ${retried} }, { id: three, run: t }]`,
    steps: `
      - { id: build, run: b }`,
    scenario: "{ default: { duration: 3s }, steps: [{ match: preflight/two, exitCode: 7, stderr: \"no\" }] }",
    exitCode: 2
  },
  {
    name: "everything in everything",
    steps: `
      - id: all
        parallel: {}
        steps:
          - id: shards
            map: { over: [[1, 2], [3]], maxParallel: 2 }
            steps:
              - id: inner
                map: { over: "{{ item }}" }
                steps:
                  - id: until
                    loop: { until: "{{ iteration >= 1 }}", every: 1m }
                    steps: [{ id: try, run: 'echo "{{ item }}"', ${retried} }]
          - id: ask
            if: "{{ 1 < 2 }}"
            then: [{ id: ship, gate: { approval: "Ship?" } }, { id: sent, run: s }]
      - { id: last, run: l }`,
    scenario: `
default: { duration: 3s }
steps: [{ match: "api/all::shards[0]::inner[1]::until[1]::try", attempt: 1, exitCode: 1 }]
gates: [{ match: "api/all::ask::ship", decision: approve, after: 1d }]`,
    exitCode: 0
  }
]

const manifestOf = (steps: string, top = ""): string =>
  `name: b
${top}
outputs: { api: "{{ targets.api.status }}" }
targets:
  - id: api
    steps:${steps}
  - { id: web, run: make }
  - { id: needy, needs: [api], run: make }
`

describe("a run that is killed at any of its events and called again", () => {
  it.live.each(cases)(
    "comes to the same, and repeats nothing that is durable: $name",
    ({ exitCode, steps, top, ...more }) =>
      Effect.gen(function*() {
        const request = requestOf(loadedOf(manifestOf(steps, top)), more)
        const whole = yield* toItsEnd(request)
        yield* killedAtEvery(request, whole)
        expect(whole.exitCode).toBe(exitCode)
        expect(whole.journal.length).toBeGreaterThan(8)
      })
  )

  it.live("asks a person about a step that must not run twice, wherever it may have run, and only there", () =>
    Effect.gen(function*() {
      const steps = `
      - { id: pay, run: ./pay, idempotent: false }
      - { id: after, run: a }`
      const request = requestOf(loadedOf(manifestOf(steps)), {
        scenario: "{ default: { duration: 1m }, gates: [{ match: api/pay, option: run-again }] }"
      })
      const whole = yield* toItsEnd(request)
      const asked: Array<string> = []
      for (const { seq: atEvent } of whole.journal) {
        const script = { ...request.script, crashes: [{ atEvent, resumeAfterMs: 0 }] }
        const killed = yield* toItsEnd({ ...request, script })
        expect([killed.exitCode, killed.state.halted?.reason]).toEqual([0, "AllDoneOrBlocked"])
        expect(violations({ ...request, plan: request.loaded.plan, ...killed })).toEqual([])
        const last = killed.journal[atEvent - 1]
        if (last !== undefined && killed.journal.some(({ type }) => type === "GateOpened")) asked.push(last.type)
      }
      expect(asked).toEqual(["StepEntered", "StepStarted"])
    }))

  it.live("comes to the same with plans and luck drawn at random", () =>
    Effect.promise(() =>
      fc.assert(
        fc.asyncProperty(sequentialManifests, fc.nat(), async (manifest, seed) => {
          const loaded = loadedOf(manifest)
          const luck = chaosScript(loaded.plan, seed)
          const script = {
            ...luck,
            crashes: [],
            signals: [],
            // On a terminal a rejected gate is asked about once an invocation, of which a crash makes two.
            isTerminal: false,
            // Who decides does it long after everything else came to rest.
            gate: (opening: Parameters<typeof luck.gate>[0]) => {
              const decision = luck.gate(opening)
              return decision && { ...decision, choice: { decision: "approve" as const }, afterMs: 1000 * 86_400_000 }
            }
          }
          const request = requestOf(loaded, { script, seed })
          const whole = await Effect.runPromise(toItsEnd(request))
          // The work grows with the square of the events.
          fc.pre(whole.journal.length < 60)
          await Effect.runPromise(killedAtEvery(request, whole))
        }),
        { numRuns: 20, seed: 7 }
      )
    ), 120_000)
})
