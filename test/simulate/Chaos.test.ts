import { describe, expect, it } from "@effect/vitest"
import { Effect, FastCheck as fc } from "effect"
import type { RunEvent } from "../../src/run/RunEvent.ts"
import { chaosScript } from "../../src/simulate/Chaos.ts"
import { violations } from "../../src/simulate/Invariants.ts"
import { manifests, schedulers } from "./randomPlans.ts"
import { loadedOf, requestOf, toItsEnd } from "./rehearsing.ts"

const loaded = loadedOf(`name: b
failure: { timeout: 1h, retries: { maxAttempts: 3 } }
targets:
  - id: a
    steps:
      - { id: s, run: make, outputs: json, continueOnError: true }
      - { id: m, map: { over: [1, 2, 3] }, steps: [{ id: t, run: make, continueOnError: true }] }
      - { id: g, gate: { approval: "?" } }
`)

describe("chaos", () => {
  it.live("breaks none of the promises of a run, whatever the plan and the luck", () => {
    const seen = new Set<RunEvent["type"]>()
    return Effect.promise(async () => {
      await fc.assert(
        fc.asyncProperty(manifests, fc.nat(), schedulers, fc.boolean(), async (manifest, seed, options, strict) => {
          const drawn = loadedOf(manifest)
          const request = requestOf(drawn, { script: chaosScript(drawn.plan, seed), seed, options, strict })
          const end = await Effect.runPromise(toItsEnd(request))
          const signal = end.invocations.at(-1)?.signal
          const ran = { ...request, plan: drawn.plan, ...end, ...(signal === undefined ? {} : { signal }) }
          for (const { type } of end.journal) seen.add(type)
          const lines = end.journal.map((event) => JSON.stringify(event)).join("\n")
          expect(violations(ran), `${JSON.stringify(request.script)}\n${lines}`).toEqual([])
        }),
        { numRuns: 400, seed: 1 }
      )
      // Luck that never meets anything shows nothing.
      const expected: ReadonlyArray<RunEvent["type"]> = [
        "RunResumed",
        "IterationEnded",
        "GateOpened",
        "GateDecided",
        "AttemptFailed",
        "RateLimited",
        "StepContinued",
        "StepSkipped",
        "BreakerOpened",
        "TargetBlocked",
        "TargetErrored",
        "TargetSkipped",
        "TargetPaused"
      ]
      expect([...seen]).toEqual(expect.arrayContaining([...expected]))
    })
  }, 120_000)

  it("draws the same for the same seed, in whatever order it is asked, and other luck for another", () => {
    const attempts = [1, 2, 3].flatMap((attempt) =>
      ["s", "m[0]::t", "m[1]::t"].map((path) => ({ target: "a", path, attempt, timeoutMs: 1000 }))
    )
    const drawn = (seed: number, order = attempts) => {
      const { attempt } = chaosScript(loaded.plan, seed)
      return Object.fromEntries(order.map((each) => [`${each.path} ${each.attempt}`, attempt(each)]))
    }
    expect(drawn(1)).toEqual(drawn(1, attempts.toReversed()))
    expect(drawn(1)).not.toEqual(drawn(2))
  })

  it("draws every kind of end and decision", () => {
    const kinds = new Set<string>()
    for (let seed = 0; seed < 200; seed++) {
      const { attempt, crashes, gate, isTerminal, signals } = chaosScript(loaded.plan, seed)
      const end = attempt({ target: "a", path: "s", attempt: 1, timeoutMs: 1000 })
      for (const key of ["exitCode", "signal", "hangs", "couldNotStart", "outputs", "durationMs"] as const) {
        if (end[key] !== undefined) kinds.add(key)
      }
      if (crashes.length > 0) kinds.add("crash")
      if (signals.length > 0) kinds.add("a signal to pawl")
      if (isTerminal) kinds.add("a terminal")
      const decision = gate({ target: "a", path: "g", about: "approval", options: ["approve", "reject"], number: 1 })
      kinds.add(decision === undefined ? "nobody" : "decision" in decision.choice ? "reject" : decision.choice.option)
    }
    expect([...kinds].sort()).toEqual([
      "a signal to pawl",
      "a terminal",
      "approve",
      "couldNotStart",
      "crash",
      "durationMs",
      "exitCode",
      "hangs",
      "nobody",
      "outputs",
      "reject",
      "signal"
    ])
  })

  it("never lets a step hang that has no time-out", () => {
    const hanging = Array.from({ length: 500 }, (_, seed) => chaosScript(loaded.plan, seed))
      .filter(({ attempt }) => attempt({ target: "a", path: "s", attempt: 1 }).hangs === true)
    expect(hanging).toEqual([])
  })
})
