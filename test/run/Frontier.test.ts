import { describe, expect, it } from "@effect/vitest"
import * as fc from "fast-check"
import type { Plan } from "../../src/plan/Plan.ts"
import { makeFrontier } from "../../src/run/Frontier.ts"
import { apply, empty, type RunState } from "../../src/run/RunState.ts"
import { everything, planOf } from "./plans.ts"

/** Runs all targets one at a time; `outcome` says how each ends. Gives the order and what was skipped. */
const walk = (plan: Plan, outcome: (id: string) => "completed" | "blocked", state: RunState = empty) => {
  const frontier = makeFrontier(plan, everything(plan), state, false)
  const ran: Array<string> = []
  const skipped: Array<string> = []
  for (let next = frontier.peek(); next !== undefined; next = frontier.peek()) {
    frontier.take()
    const id = plan.targets[next.index]?.id ?? ""
    if (next.deadNeed === undefined) {
      ran.push(id)
      frontier.ended(id, outcome(id))
    } else {
      skipped.push(`${id}<${next.deadNeed}`)
      frontier.ended(id, "skipped")
    }
  }
  return { ran, skipped }
}

describe("the order in which targets start", () => {
  it("is the plan's where nothing needs anything", () => {
    const plan = planOf([{ id: "a" }, { id: "b" }, { id: "c" }])
    expect(walk(plan, () => "completed").ran).toEqual(["a", "b", "c"])
  })

  it("lets later targets go ahead of one that waits, and comes back to it as soon as it may", () => {
    const plan = planOf([{ id: "a", needs: ["c"] }, { id: "b" }, { id: "c" }, { id: "d" }])
    expect(walk(plan, () => "completed").ran).toEqual(["b", "c", "a", "d"])
  })

  it("skips what needs a blocked target, and what needs that in turn, and names the need", () => {
    const plan = planOf([{ id: "a" }, { id: "b", needs: ["a"] }, { id: "c", needs: ["b"] }, { id: "d" }])
    const { ran, skipped } = walk(plan, (id) => (id === "a" ? "blocked" : "completed"))
    expect(ran).toEqual(["a", "d"])
    expect(skipped).toEqual(["b<a", "c<b"])
  })

  it("treats a need outside the selection as dead, unless it completed before", () => {
    const plan = planOf([{ id: "a" }, { id: "b", needs: ["a"] }])
    const selection = { by: "targets" as const, order: [1], notes: [] }
    expect(makeFrontier(plan, selection, empty, false).peek()).toEqual({ index: 1, deadNeed: "a" })
    const done = apply(empty, { seq: 1, at: "", type: "TargetCompleted", target: "a", durationMs: 0 })
    expect(makeFrontier(plan, selection, done, false).peek()).toEqual({ index: 1 })
  })

  it("leaves out what has ended before", () => {
    const plan = planOf([{ id: "a" }, { id: "b" }])
    const done = apply(empty, { seq: 1, at: "", type: "TargetCompleted", target: "a", durationMs: 0 })
    expect(walk(plan, () => "completed", done).ran).toEqual(["b"])
  })

  const plans = fc.array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 12 }).map((needs) =>
    planOf(
      needs.map((of, index) => ({
        id: `t${index}`,
        // Needs point at any other target of higher or lower place, but only one way round: no cycles.
        needs: index === 0 ? [] : [...new Set(of.map((n) => `t${n % index}`))]
      })).toSorted((a, b) => a.id.length - b.id.length || (a.id > b.id ? -1 : 1))
    )
  )

  it("runs or skips every target exactly once, and nothing before what it needs", () => {
    fc.assert(fc.property(plans, fc.func(fc.boolean()), (plan, isBlocked) => {
      const { ran, skipped } = walk(plan, (id) => (isBlocked(id) ? "blocked" : "completed"))
      const all = [...ran, ...skipped.map((text) => text.split("<")[0])]
      expect(all.toSorted()).toEqual(plan.targets.map(({ id }) => id).toSorted())
      const completed = ran.filter((id) => !isBlocked(id))
      for (const { id, needs } of plan.targets) {
        const place = ran.indexOf(id)
        if (place === -1) expect(needs.some((need) => !completed.includes(need))).toBe(true)
        else {
          for (const need of needs) {
            expect(completed).toContain(need)
            expect(ran.indexOf(need)).toBeLessThan(place)
          }
        }
      }
    }))
  })
})
