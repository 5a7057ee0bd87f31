import { describe, expect, it } from "@effect/vitest"
import { Either } from "effect"
import { findGate, type GatesOf, gateWord, waitingGates } from "../../src/run/FindGate.ts"
import type { RunFact } from "../../src/run/RunEvent.ts"
import { apply, empty } from "../../src/run/RunState.ts"
import { approval, map, parallel, planOf, step } from "./plans.ts"

const plan = planOf([
  { id: "api", steps: [step("build"), approval("ship"), approval("announce")] },
  { id: "web/eu", steps: [map("shards", ["a", "b"], [parallel("late", [approval("ship")])])] },
  { id: "web", steps: [approval("ship")] }
])

const opened = (target: string, path: string): RunFact => ({
  type: "GateOpened",
  target,
  path,
  about: "approval",
  message: "Go on?",
  options: ["approve", "reject"],
  onReject: "abort"
})
const decided = (target: string, path: string, opened: number): RunFact => ({
  type: "GateDecided",
  target,
  path,
  option: "approve",
  outcome: "approved",
  onReject: "abort",
  by: "alice",
  opened
})

const after = (...facts: ReadonlyArray<RunFact>): GatesOf => ({
  runId: "r1",
  plan,
  state: facts.map((fact, index) => ({ seq: index + 1, at: `2026-11-20T03:00:0${index}.000Z`, ...fact }))
    .reduce(apply, empty)
})

const found = (of: GatesOf, word: string | undefined): string =>
  Either.match(findGate(of, word), {
    onLeft: (error) => {
      const { hint, message } = error._tag === "GateError" ? error : error.problems[0]
      return `${error._tag}: ${message}; ${hint}`
    },
    onRight: (gate) => `${gateWord(gate)} opened by ${gate.gate.opened}`
  })

const three = after(
  opened("web/eu", "shards[1]::late::ship"),
  opened("web", "ship"),
  opened("api", "ship")
)

describe("the gates that wait", () => {
  it("are listed in the order of the plan", () => {
    expect(waitingGates(three).map(gateWord)).toEqual(["api/ship", "web/eu/shards[1]::late::ship", "web/ship"])
  })

  it("are not those of a target that has ended", () => {
    const ended = after(opened("api", "ship"), {
      type: "TargetBlocked",
      target: "api",
      step: "build",
      reason: "step-exhausted",
      message: "exit code 1 after 1 attempt",
      attempts: 1,
      durationMs: 1
    })
    expect(waitingGates(ended)).toEqual([])
    expect(found(ended, "api/ship")).toBe(
      "GateError: gate api/ship does not wait for a decision: target api is blocked; see `pawl status r1` for what waits"
    )
  })
})

describe("a word for a gate", () => {
  const cases: ReadonlyArray<readonly [what: string, of: GatesOf, word: string | undefined, answer: string]> = [
    ["its target and path", three, "api/ship", "api/ship opened by 3"],
    [
      "a target whose id holds a slash",
      three,
      "web/eu/shards[1]::late::ship",
      "web/eu/shards[1]::late::ship opened by 1"
    ],
    ["none, where one waits", after(opened("web", "ship")), undefined, "web/ship opened by 1"],
    [
      "none, where several wait",
      three,
      undefined,
      "UsageError: 3 gates of run r1 wait for a decision; "
      + "name one of api/ship, web/eu/shards[1]::late::ship, web/ship"
    ],
    [
      "none, where none waits",
      after(),
      undefined,
      "GateError: no gate of run r1 waits for a decision; see how it stands with `pawl status r1`"
    ],
    ["one letter wrong", three, "api/shop", "UsageError: target api has no gate `api/shop`; did you mean `api/ship`?"],
    [
      "nothing like it",
      three,
      "elsewhere/deploy",
      "UsageError: run r1 has no gate `elsewhere/deploy`; "
      + "what waits for a decision is api/ship, web/eu/shards[1]::late::ship, web/ship"
    ],
    [
      "a step that is no gate",
      three,
      "api/build",
      "UsageError: target api has no gate `api/build`; "
      + "what waits for a decision is api/ship, web/eu/shards[1]::late::ship, web/ship"
    ],
    [
      "a gate that the run has not come to",
      three,
      "api/announce",
      "GateError: gate api/announce does not wait for a decision yet: the run has not come to it; "
      + "see `pawl status r1` for what waits"
    ],
    [
      "a gate within steps that the run has not come to",
      after(),
      "web/eu/shards[7]::late::ship",
      "GateError: gate web/eu/shards[7]::late::ship does not wait for a decision yet: the run has not come to it; "
      + "see `pawl status r1` for what waits"
    ],
    [
      "a gate that is decided",
      after(opened("api", "ship"), decided("api", "ship", 1)),
      "api/ship",
      "GateError: gate api/ship has been decided: approve, by alice, at 2026-11-20T03:00:01.000Z; "
      + "a decision stands; see `pawl status r1` for what is left to decide"
    ],
    [
      "a word where nothing waits at all",
      after(),
      "nothing",
      "UsageError: run r1 has no gate `nothing`; no gate of this run waits for a decision; see `pawl status r1`"
    ]
  ]

  it.each(cases)("may be %s", (_, of, word, answer) => {
    expect(found(of, word)).toBe(answer)
  })
})
