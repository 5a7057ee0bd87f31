import { describe, expect, it } from "@effect/vitest"
import { compare } from "../../src/plan/Drift.ts"
import { planned } from "./planning.ts"

const plan = (...targets: ReadonlyArray<string>) =>
  planned(`name: a\ntargets:\n${targets.map((each) => `  - { ${each} }\n`).join("")}`)

describe("drift between two plans", () => {
  it("is told by id, in plan order", () => {
    const before = plan("id: a, run: x", "id: b, run: x", "id: c, run: x", "id: d, run: x")
    const after = plan("id: new-2, run: x", "id: d, run: x", "id: c, run: y", "id: new-1, run: x", "id: a, run: z")
    expect(compare(before, after)).toEqual({ added: ["new-2", "new-1"], removed: ["b"], changed: ["c", "a"] })
  })

  it("is none between a plan and itself, nor when only labels or the order change", () => {
    const before = plan("id: a, run: x", "id: b, run: x")
    const none = { added: [], removed: [], changed: [] }
    expect(compare(before, before)).toEqual(none)
    expect(compare(before, plan("id: b, run: x, labels: { l: m }", "id: a, run: x"))).toEqual(none)
  })
})
