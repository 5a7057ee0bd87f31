import { describe, expect, it } from "@effect/vitest"
import { Either } from "effect"
import { checkMatches, readScenario } from "../../src/simulate/ReadScenario.ts"
import { shown } from "../manifest/reading.ts"
import { loadedOf } from "./rehearsing.ts"

const file = "storm.yaml"

const mistakesIn = (text: string): ReadonlyArray<string> =>
  Either.match(readScenario({ file, text }), {
    onLeft: ({ diagnostics }) => shown(diagnostics),
    onRight: () => []
  })

const { plan } = loadedOf(`name: b
targets:
  - id: team/api
    steps:
      - { id: build, run: make }
      - { id: once, run: ./pay, idempotent: false }
      - id: shards
        map: { over: [a, b] }
        steps: [{ id: e2e, run: ./e2e }, { id: look, gate: { approval: "Well?" } }]
      - { id: rule, gate: { policy: "{{ 1 < 2 }}" } }
      - { id: check, gate: { policy: { run: ./may } } }
  - { id: web, run: make }
`)

const matchesOf = (text: string): ReadonlyArray<string> => {
  const source = { file, text }
  return Either.match(Either.flatMap(readScenario(source), (scenario) => checkMatches(source, scenario, plan)), {
    onLeft: ({ diagnostics }) => shown(diagnostics),
    onRight: () => []
  })
}

describe("a scenario", () => {
  it("may hold everything that the reference shows", () => {
    expect(mistakesIn(`schema: pawl.scenario/v1
description: a bad night
default: { durationMs: 1000, stdout: fine }
steps:
  - { match: api/build, attempt: 1, exitCode: 2, duration: 30s, stderr: no }
  - { match: "*/slow", hangs: true }
  - { match: api/x, signal: SIGKILL, outputs: { version: 1.4.2, n: 7 } }
  - { match: api/y, couldNotStart: true, outputs: "a=b" }
  - { match: api/z, couldNotStart: gone }
gates:
  - { match: api/ship, decision: reject, by: ada, note: "not today", after: 2h }
  - { match: api/ship, opening: 2, option: blue, afterMs: 0 }
crash: [12, { atEvent: 30, resumeAfter: 10m }]
signal: { name: SIGINT, after: 1h, resumeAfterMs: 0 }
terminal: true
`)).toEqual([])
  })

  it.each<readonly [string, string, ReadonlyArray<string>]>([
    ["what is no mapping", "- a\n", [
      "1: - a: a scenario must be a mapping (for example `steps: [{ match: api/build, exitCode: 2 }]`; `pawl schema scenario` has all of it)"
    ]],
    ["a misspelt key", "step: []\n", ["1: step: unknown key `step` (did you mean `steps`?)"]],
    ["a misspelt key of a rule", "steps: [{ match: a/b, exitcode: 1 }]\n", [
      "1: exitcode: unknown key `exitcode` (did you mean `exitCode`?)"
    ]],
    ["a time-out that is told of instead of waited for", "steps: [{ match: a/b, timedOut: true }]\n", [
      "1: timedOut: `timedOut` does not belong here (write `hangs: true`: the step's own `timeout` then ends it)"
    ]],
    ["two ends of one attempt", "steps: [{ match: a/b, exitCode: 1, signal: SIGKILL }]\n", [
      "1: signal: either `exitCode` or `signal` can be given, not both (take one of them out)"
    ]],
    ["two lengths of one attempt", "default: { durationMs: 1, duration: 1s }\n", [
      "1: duration: either `durationMs` or `duration` can be given, not both (take one of them out)"
    ]],
    ["a length of what hangs", "default: { hangs: true, duration: 1s }\n", [
      "1: duration: either `hangs` or `duration` can be given, not both (take one of them out)"
    ]],
    ["two times of one signal", "signal: { afterMs: 1, after: 1s }\n", [
      "1: after: either `afterMs` or `after` can be given, not both (take one of them out)"
    ]],
    ["a length without its unit", "default: { duration: 30 }\n", ["1: 30: "]],
    ["a decision that says nothing", "gates: [{ match: a/b }]\n", ["1: "]],
    ["a decision that says two things", "gates: [{ match: a/b, decision: approve, option: blue }]\n", [
      "1: option: a rule for a gate has either `decision` or `option`, not both (take one of them out)"
    ]],
    ["an event that can't be", "crash: [0]\n", ["1: 0: "]],
    ["a signal that nobody sends", "signal: { name: SIGKILL }\n", ["1: SIGKILL: "]],
    ["a rule about nothing", "steps: [{ exitCode: 1 }]\n", ["1: "]],
    ["all of it at once", "crash: [0]\nstep: 1\nsignal: { afterMs: 1, after: 1s }\n", ["1: ", "2: ", "3: "]]
  ])("with %s is refused, with the place and a hint", (_, text, expected) => {
    const found = mistakesIn(text)
    expect(found).toHaveLength(expected.length)
    for (const [index, each] of expected.entries()) expect(found[index]).toContain(each)
  })
})

describe("a rule", () => {
  it.each([
    "team/api/build",
    "team/api/shards::e2e",
    "team/api/shards[0]::e2e",
    "team/api/shards[*]::e2e",
    "team/*",
    "*/run",
    "*e2e",
    "team/api/check"
  ])("about %s finds its step", (match) => {
    expect(matchesOf(`steps: [{ match: ${JSON.stringify(match)} }]\n`)).toEqual([])
  })

  it.each(["team/api/shards::look", "team/api/shards[1]::look", "team/api/once", "*"])(
    "about %s finds its gate",
    (match) => {
      expect(matchesOf(`gates: [{ match: ${JSON.stringify(match)}, decision: approve }]\n`)).toEqual([])
    }
  )

  it.each([
    ["web/runn", "`web/runn` matches no step of the plan (did you mean `web/run`?)"],
    ["web", "`web` matches no step of the plan (write target, slash, step, for example `api/build`)"],
    ["x/*/nothing", "`x/*/nothing` matches no step of the plan (`pawl plan BATCH` lists targets and steps)"],
    [
      "team/api/shards",
      "`team/api/shards` is a step that holds steps (name those, or all of them: `team/api/shards::*`)"
    ],
    ["team/api/shards::look", "`team/api/shards::look` is a gate, not a step with attempts (put it under `gates`)"],
    ["team/api/rule", "`team/api/rule` is decided by its expression alone (take it out, and give other inputs)"]
  ])("about the attempts of %s is refused: %s", (match, expected) => {
    expect(matchesOf(`steps: [{ match: ${JSON.stringify(match)} }]\n`)).toEqual([`1: "${match}": ${expected}`])
  })

  it("about the decision of a step that waits for nobody is refused", () => {
    expect(matchesOf("gates: [{ match: web/run, decision: approve }]\n")).toEqual([
      "1: web/run: `web/run` waits for no person (put it under `steps`; a gate, and a step with `idempotent: false`, may wait for one)"
    ])
  })
})
