import { describe, expect, it } from "@effect/vitest"
import { Either } from "effect"
import { endLine, isOpen, targetLines, withLines, withTargets } from "../../src/plan/OpenPlan.ts"
import { decodePlan, encodePlan } from "../../src/plan/PlanJson.ts"
import { planOf } from "../run/plans.ts"

const targetOf = (id: string) => ({
  id,
  template: 0,
  item: id,
  index: 0,
  labels: {},
  needs: [],
  hash: "0123456789abcdef"
})
const [a, b, c] = [targetOf("a"), targetOf("b"), targetOf("c")]
const { hash: _, ...loose } = planOf([{ id: "a" }])
const open = withTargets(loose, [a], true)
const whole = withTargets(loose, [a, b, c], false)
const lines = targetLines([b, c])
const read = (text: string) =>
  Either.match(withLines(open, text), {
    onLeft: (problem) => problem,
    onRight: (plan) => [isOpen(plan), ...plan.targets.map(({ id }) => id)].join(" ")
  })

describe("an open plan", () => {
  it("can be stored, and is told from a whole one", () => {
    expect(decodePlan(encodePlan(open))).toEqual(Either.right(open))
    expect([isOpen(open), isOpen(whole)]).toEqual([true, false])
    expect(encodePlan(open)).toContain("\"pawl.open-plan/v1\"")
  })

  it("is the whole plan once its last line says so", () => {
    expect(withLines(open, `${lines}${endLine(whole.hash)}`)).toEqual(Either.right(whole))
  })

  it.each([
    ["nothing came", "", "true a"],
    ["some came", lines, "true a b c"],
    ["a crash cut the last line short", `${lines}{"id":"d","te`, "true a b c"],
    ["a crash cut the end short", `${lines}${endLine(whole.hash).slice(0, 30)}`, "true a b c"]
  ])("is open where %s", (_, text, plan) => {
    expect(read(text)).toBe(plan)
  })

  it.each([
    ["a line is no JSON", `{"id"\n${lines}`, "line 1 is not a target"],
    ["a line is no target", `${targetLines([b])}{}\n`, "line 2 is not a target"],
    ["a target has no template", targetLines([{ ...b, template: 1 }]), "line 1 is not a target"],
    [
      "a target was changed",
      `${lines.replace("\"item\":\"b\"", "\"item\":\"x\"")}${endLine(whole.hash)}`,
      /^it was changed/
    ],
    ["something follows the end", `${endLine(whole.hash)}${lines}`, "line 1 is not a target"]
  ])("is refused where %s", (_, text, problem) => {
    if (typeof problem === "string") expect(read(text)).toBe(problem)
    else expect(read(text)).toMatch(problem)
  })
})
