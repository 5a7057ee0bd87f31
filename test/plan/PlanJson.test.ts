import { describe, expect, it } from "@effect/vitest"
import { Either, FastCheck } from "effect"
import { decodePlan, encodePlan } from "../../src/plan/PlanJson.ts"
import { manifestWith, someSteps } from "../manifest/trees.ts"
import { planned } from "./planning.ts"

const plan = planned(
  `
name: a
description: d
inputs: { n: { type: integer }, k: { type: string, secret: true } }
env: { A: "1" }
run: { maxBlocked: 20%, autoAdvance: true }
failure: { retries: { maxAttempts: 3, on: { exitCodes: [75] } }, timeout: 1m, circuitBreaker: false }
targets:
  - { id: a, run: x, labels: { l: m } }
  - { id: "b-{{ index }}", forEach: { file: f }, needs: [a], steps: [{ id: s, command: [x], when: "{{ true }}", env: { B: "2" }, workdir: w }] }
outputs: { o: "{{ 1 }}" }
`,
  {
    values: { n: 12345678901234567890n, k: "hunter2" },
    items: [undefined, ["x", { y: [98765432109876543210n, null] }]]
  }
)

describe("plan.json", () => {
  it("gives back the plan that was written, every digit of it", () => {
    expect(decodePlan(encodePlan(plan))).toEqual(Either.right(plan))
    expect(encodePlan(plan)).toContain("98765432109876543210")
  })

  it.prop("gives back any steps, of all kinds in each other", [someSteps], ([steps]) => {
    const tree = planned(JSON.stringify(manifestWith(steps)), { values: { level: "full" } })
    expect(decodePlan(encodePlan(tree))).toEqual(Either.right(tree))
  })

  it.each<readonly [what: string, damage: (text: string) => string, problem: unknown]>([
    ["half of it", (text) => text.slice(0, 200), expect.stringContaining("it is not JSON: ")],
    ["another schema", (text) => text.replace("pawl.plan/v1", "pawl.plan/v9"), expect.stringContaining("`schema`: ")],
    ["no targets", (text) => text.replace("\"targets\":", "\"tragets\":"), "`targets`: is missing"],
    [
      "a target without an id",
      (text) => text.replace("{\"id\":\"a\",\"template\"", "{\"template\""),
      expect.stringContaining("`targets.0`: ")
    ],
    [
      "a need that is a number",
      (text) => text.replace("\"needs\":[\"a\"]", "\"needs\":[1]"),
      expect.stringContaining("`targets.1`: ")
    ],
    [
      "a step of no kind",
      (text) => text.replace("\"kind\":\"run\"", "\"kind\":\"walk\""),
      expect.stringContaining("`templates.0.steps.0.kind`: ")
    ],
    [
      "a template that is not there",
      (text) => text.replaceAll("\"template\":1", "\"template\":7"),
      "target `b-0` has no template"
    ],
    [
      "a template that is another's",
      (text) => text.replace("\"template\":1", "\"template\":0"),
      expect.stringMatching(/^it was changed since it was written: it is not sha256:[0-9a-f]{64} any more$/)
    ],
    [
      "another script",
      (text) => text.replace("\"run\":\"x\"", "\"run\":\"y\""),
      expect.stringContaining("it was changed since it was written")
    ],
    [
      "a digit of an item",
      (text) => text.replace("98765432109876543210", "98765432109876543211"),
      expect.stringContaining("it was changed since it was written")
    ],
    ["another document", () => "[]", expect.any(String)]
  ])("%s is refused, with what is wrong on one line", (_what, damage, problem) => {
    const text = damage(encodePlan(plan))
    expect(text).not.toBe(encodePlan(plan))
    expect(decodePlan(text)).toEqual(Either.left(problem))
  })

  it.each([1000, 100_000])("steps %d deep in each other are refused, and nothing is thrown", (depth) => {
    const open = "{\"id\":\"s\",\"kind\":\"parallel\",\"continueOnError\":false,\"steps\":["
    const text = encodePlan(plan).replace("\"steps\":[", `"steps":[${open.repeat(depth)}`)
      .replace("}],\"env\"", `}${"]}".repeat(depth)}],"env"`)
    expect(decodePlan(text)).toEqual(Either.left(expect.any(String)))
  })

  it.prop("any text is a plan or is refused, and nothing is thrown", [
    FastCheck.oneof(FastCheck.string(), FastCheck.json())
  ], ([text]) => {
    expect(Either.isLeft(decodePlan(text))).toBe(true)
  })
})
