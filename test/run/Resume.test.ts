import { describe, expect, it } from "@effect/vitest"
import { Either } from "effect"
import { planResume } from "../../src/run/Resume.ts"
import type { RunFact } from "../../src/run/RunEvent.ts"
import { apply, empty, type RunState } from "../../src/run/RunState.ts"
import { everything, planOf } from "./plans.ts"

const stateOf = (...facts: ReadonlyArray<RunFact>): RunState =>
  facts.reduce((state, fact, index) => apply(state, { seq: index + 1, at: "", ...fact }), empty)

const completed = (target: string): RunFact => ({ type: "TargetCompleted", target, durationMs: 1 })
const blocked = (target: string): RunFact => ({
  type: "TargetBlocked",
  target,
  step: "run",
  message: "m",
  attempts: 1,
  durationMs: 1,
  reason: "step-exhausted"
})
const skipped = (target: string, need: string): RunFact => ({
  type: "TargetSkipped",
  target,
  reason: "need-not-completed",
  need,
  message: "m"
})
const as = { retryErrors: false, retryBlocked: false, allowChanges: false }

describe("going on with a run", () => {
  const chain = planOf([{ id: "a" }, { id: "b", needs: ["a"] }, { id: "c", needs: ["b"] }])
  const stuck = stateOf(blocked("a"), skipped("b", "a"), skipped("c", "b"))

  it("leaves what is stuck, and what it held up, alone", () => {
    expect(planResume(chain, chain, everything(chain), stuck, as)).toEqual(
      Either.right({ reset: [], retried: [], notes: [] })
    )
  })

  it("with a retry frees the whole chain that was held up", () => {
    const resumed = planResume(chain, chain, everything(chain), stuck, { ...as, retryBlocked: true })
    expect(resumed).toEqual(Either.right({ reset: ["b", "c"], retried: ["a"], notes: [] }))
  })

  it("frees what was skipped for a need that was outside an earlier selection", () => {
    const resumed = planResume(chain, chain, everything(chain), stateOf(skipped("b", "a")), as)
    expect(resumed).toEqual(Either.right({ reset: ["b"], retried: [], notes: [] }))
  })

  it("touches only what is selected", () => {
    const two = planOf([{ id: "a" }, { id: "b" }])
    const selection = { by: "targets" as const, order: [1], notes: [] }
    const resumed = planResume(two, two, selection, stateOf(blocked("a"), blocked("b")), { ...as, retryBlocked: true })
    expect(resumed).toEqual(Either.right({ reset: [], retried: ["b"], notes: [] }))
  })

  it("takes up a change to a target that nothing has happened to", () => {
    const before = planOf([{ id: "a" }, { id: "b" }])
    const after = planOf([{ id: "a" }, { id: "b", hash: "1" }])
    expect(Either.isRight(planResume(before, after, everything(after), stateOf(completed("a")), as))).toBe(true)
  })

  it("refuses a change to a target that has begun but not ended", () => {
    const before = planOf([{ id: "a" }])
    const after = planOf([{ id: "a", hash: "1" }])
    const begun = stateOf({
      type: "StepSucceeded",
      target: "a",
      path: "one",
      attempt: 1,
      durationMs: 1,
      output: { stdout: "", stderr: "" }
    })
    const refused = planResume(before, after, everything(after), begun, as)
    expect(Either.isLeft(refused) && refused.left.details).toEqual(["a: pending"])
  })

  it("knows a target by its id, never by its place", () => {
    const before = planOf([{ id: "a" }, { id: "b" }])
    const after = planOf([{ id: "b" }, { id: "a" }])
    expect(Either.isRight(planResume(before, after, everything(after), stateOf(completed("a")), as))).toBe(true)
  })
})
