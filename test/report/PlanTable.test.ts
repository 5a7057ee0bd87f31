import { describe, expect, it } from "@effect/vitest"
import type { Plan, PlanStep } from "../../src/plan/Plan.ts"
import { planTable } from "../../src/report/PlanTable.ts"
import { width } from "../../src/report/Printable.ts"
import { colourful, plain } from "../../src/report/Style.ts"
import { branching, gate, loop, map, parallel, plan, planOf, step, target } from "./plans.ts"

const choice: PlanStep = {
  kind: "switch",
  id: "level",
  continueOnError: false,
  switch: "{{ inputs.level }}",
  cases: { full: [step("all")], "qu\u001bick": [step("some")] },
  default: []
}
const steps = [
  step("build"),
  branching("recover", [step("reset")], [step("note")]),
  choice,
  map("shards", [{ ...step("e2e"), continueOnError: true }, loop("poll", [step("ask")])]),
  parallel("checks", [{ ...step("lint"), when: "{{ inputs.lint }}" }]),
  gate("ship")
]

describe("a plan as a table", () => {
  it("of plain steps is a line a target", () => {
    expect(planTable(plan(["api"]), plain, undefined)).toEqual([
      `nightly  sha256:${"a".repeat(64)}`,
      "",
      "TARGET  STEPS       HASH",
      "api     build ship  0123456789abcdef"
    ])
  })

  it("shows once what the steps of targets are made of, with what each goes by", () => {
    expect(planTable(planOf(["api", "web", "docs"], steps), plain, undefined).slice(6)).toEqual([
      "",
      "steps of api and 2 more:",
      "  build    run",
      "  recover  if  {{ true }}",
      "    then",
      "      reset  run",
      "    else",
      "      note  run",
      "  level    switch  {{ inputs.level }}",
      "    case:full",
      "      all  run",
      "    case:qu\\eick",
      "      some  run",
      "  shards   map  {{ inputs.suites }}; 2 at a time",
      "    e2e   run  goes on when it fails",
      "    poll  loop  until {{ true }}, at most 10 times",
      "      ask  run",
      "  checks   parallel",
      "    lint  run  when {{ inputs.lint }}",
      "  ship     gate  Ship? (approve, reject)"
    ])
  })

  it("has a tree for each kind of target that needs one, and none for what nobody does", () => {
    const [flat] = plan(["x"]).templates
    const [deep] = planOf(["x"], [gate("ship")]).templates
    if (flat === undefined || deep === undefined) throw new Error("no templates")
    const of: Plan = {
      ...plan([]),
      templates: [flat, deep, deep],
      targets: [target("a"), target("b", { template: 1 }), target("c", { template: 1 })]
    }
    expect(planTable(of, plain, undefined).filter((line) => line.startsWith("steps"))).toEqual(["steps of b and c:"])
  })

  it.each([80, 40])("is no wider than a terminal of %d columns", (columns) => {
    const lines = planTable(planOf(["api"], steps), colourful, columns)
    for (const line of lines.slice(1)) {
      expect(width(Bun.stripANSI(line))).toBeLessThanOrEqual(columns)
      expect(Bun.stripANSI(line)).not.toMatch(/\p{Cc}/u)
    }
  })
})
