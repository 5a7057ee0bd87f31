import { describe, expect, it } from "@effect/vitest"
import { Arbitrary, Equal, HashMap, Schema } from "effect"
import * as fc from "fast-check"
import { RunEvent } from "../../src/run/RunEvent.ts"
import { apply, empty, targetState } from "../../src/run/RunState.ts"
import { isEnded, stepState } from "../../src/run/TargetState.ts"

const names = fc.constantFrom("a", "b", "c")
/** Any events at all, about few targets and steps, so that they meet. */
const events = fc.array(
  fc.tuple(Arbitrary.make(RunEvent), names, names).map(([event, target, path]) => ({
    ...event,
    ...("target" in event ? { target } : {}),
    ...("path" in event ? { path } : {})
  })),
  { maxLength: 30 }
)

describe("the fold of events", () => {
  it("is total: any events in any order give a state, and seq is that of the last", () => {
    fc.assert(fc.property(events, (all) => {
      const state = all.reduce(apply, empty)
      expect(state.seq).toBe(all.at(-1)?.seq ?? 0)
    }))
  })

  it("changes nothing that it was given", () => {
    fc.assert(fc.property(events, (all) => {
      const before = all.reduce(apply, empty)
      const copy = JSON.stringify([before, HashMap.toEntries(before.targets)])
      all.reduce(apply, before)
      expect(JSON.stringify([before, HashMap.toEntries(before.targets)])).toBe(copy)
    }))
  })

  it("goes on from any point: folding in two parts is folding at once", () => {
    fc.assert(fc.property(events, fc.nat(30), (all, cut) => {
      const whole = all.reduce(apply, empty)
      const parts = all.slice(cut).reduce(apply, all.slice(0, cut).reduce(apply, empty))
      expect(
        Equal.equals(JSON.stringify(HashMap.toEntries(parts.targets)), JSON.stringify(HashMap.toEntries(whole.targets)))
      ).toBe(true)
    }))
  })

  it("leaves nothing running at a halt", () => {
    fc.assert(fc.property(events, (all) => {
      const state = apply(all.reduce(apply, empty), {
        seq: 99,
        at: "",
        type: "RunHalted",
        haltReason: "AllDoneOrBlocked"
      })
      for (const id of ["a", "b", "c"]) expect(targetState(state, id).status).not.toBe("running")
    }))
  })

  it("forgets a reset target wholly, and keeps of a retried one what did not fail", () => {
    const facts = [
      {
        type: "StepSucceeded",
        target: "a",
        path: "one",
        attempt: 1,
        durationMs: 1,
        output: { stdout: "1", stderr: "" }
      },
      {
        type: "StepFailed",
        target: "a",
        path: "two",
        attempt: 1,
        reason: "exit-code",
        message: "m",
        durationMs: 1,
        output: { stdout: "", stderr: "" }
      },
      {
        type: "TargetBlocked",
        target: "a",
        step: "two",
        message: "m",
        attempts: 1,
        durationMs: 1,
        reason: "step-exhausted"
      }
    ] as const
    const stuck = facts.reduce((state, fact, index) => apply(state, { seq: index + 1, at: "", ...fact }), empty)
    expect(isEnded(targetState(stuck, "a").status)).toBe(true)
    const resume = { seq: 4, at: "", type: "RunResumed", planHash: "", plan: "", targets: 1 } as const
    const reset = apply(stuck, { ...resume, reset: ["a"], retried: [] })
    expect(targetState(reset, "a")).toEqual({ status: "pending", steps: {} })
    const retried = apply(stuck, { ...resume, reset: [], retried: ["a"] })
    expect(targetState(retried, "a")).toEqual({
      status: "pending",
      steps: { one: expect.objectContaining({ status: "succeeded", output: { stdout: "1", stderr: "" } }) }
    })
  })

  it("events survive their way through JSON", () => {
    fc.assert(fc.property(Arbitrary.make(RunEvent), (event) => {
      const decoded = Schema.decodeUnknownSync(RunEvent)(JSON.parse(JSON.stringify(event)))
      expect(JSON.stringify(decoded)).toBe(JSON.stringify(event))
    }))
  })
})

it("a step may be called what every object has", () => {
  const step = { target: "a", path: "constructor", attempt: 1 }
  const events: ReadonlyArray<RunEvent> = [
    { seq: 1, at: "", type: "StepStarted", ...step, pid: 1 },
    { seq: 2, at: "", type: "StepSucceeded", ...step, durationMs: 5, output: { exit_code: 0, stdout: "x", stderr: "" } }
  ]
  const state = events.reduce(apply, empty)
  expect(stepState(targetState(state, "a"), "constructor")).toMatchObject({ status: "succeeded", durationMs: 5 })
})
