import { describe, expect, it } from "@effect/vitest"
import { Either } from "effect"
import type { Plan } from "../../src/plan/Plan.ts"
import { decodePlan, encodePlan } from "../../src/plan/PlanJson.ts"
import { planned, refused } from "./planning.ts"

const text = (preflight: string, more = ""): string =>
  `name: a
inputs: { api: { type: string, default: x } }
env: { CI: "1" }
workdir: work
failure: { retries: { maxAttempts: 4, backoffSeconds: 2 }, timeout: 1m }
${preflight}
targets:
  - { id: t, run: make }
${more}`

const plan = (preflight: string, values = { api: "x" }): Plan => planned(text(preflight), { values })
const one = "preflight: [{ id: up, run: 'curl \"{{ inputs.api }}\"' }]"
const targetHashes = ({ targets }: Plan): ReadonlyArray<string> => targets.map(({ hash }) => hash)

describe("the preflight of a plan", () => {
  it("has everything inherited, like steps, and no breaker", () => {
    const { preflight } = plan(`preflight:
  - { id: up, run: curl, failure: { retries: { maxAttempts: 2 } } }
  - { id: disk, command: [df, .], timeout: 5s, continueOnError: true }`)
    const retries = { backoffSeconds: 2, factor: 2, jitter: false, maxAttempts: 4, maxBackoffSeconds: 300 }
    expect(preflight).toEqual({
      breakerThreshold: false,
      env: [{ CI: "1" }],
      workdir: ["work"],
      steps: [
        {
          kind: "run",
          id: "up",
          run: "curl",
          shell: ["sh", "-e"],
          continueOnError: false,
          outputs: "text",
          retries: { ...retries, maxAttempts: 2 },
          timeoutMs: 60_000
        },
        {
          kind: "command",
          id: "disk",
          command: ["df", "."],
          continueOnError: true,
          outputs: "text",
          retries,
          timeoutMs: 5000
        }
      ]
    })
  })

  it("is part of the plan's hash and of no target's", () => {
    const before = plan(one)
    const other = plan("preflight: [{ id: up, run: wget }]")
    const none = plan("")
    expect(new Set([before.hash, other.hash, none.hash]).size).toBe(3)
    expect(targetHashes(other)).toEqual(targetHashes(before))
    expect(targetHashes(none)).toEqual(targetHashes(before))
  })

  it("leaves targets as they are where an input that only it mentions has another value", () => {
    const [before, after] = [plan(one), plan(one, { api: "y" })]
    expect(after.hash).not.toBe(before.hash)
    expect(targetHashes(after)).toEqual(targetHashes(before))
  })

  it("leaves the hash of a plan without one as it was before there were any", () => {
    expect(planned("name: a\ntargets: [{ id: t, run: make }]\n").hash).toBe(
      "sha256:67b7e4b37effded9f1b54ab54d5d7d242456e0a64dd9ada2032daad8a0698f47"
    )
  })

  it("is stored and read back, and a plan that was stored without one is read as before", () => {
    for (const each of [plan(one), plan("")]) {
      expect(decodePlan(encodePlan(each))).toEqual(Either.right(each))
    }
    expect(plan("")).not.toHaveProperty("preflight")
  })

  it("is refused with steps that are no attempts, as nobody could have written it", () => {
    const side = { kind: "parallel" as const, id: "up", continueOnError: false, steps: [] }
    const preflight = { breakerThreshold: false as const, env: [], workdir: [], steps: [side] }
    expect(decodePlan(encodePlan({ ...plan(one), preflight }))).toEqual(
      Either.left(expect.stringContaining("`preflight.steps.0"))
    )
  })

  it("has its name for itself", () => {
    const mistake = "8: preflight: target id `preflight` is the name of the batch's own checks, as in "
      + "`pawl logs RUN preflight` (give the target another id)"
    expect(refused(text(one, "  - { id: preflight, run: make }").replace("  - { id: t, run: make }\n", ""))).toEqual([
      mistake
    ])
    const each = "  - { id: \"{{ item }}\", forEach: { items: [preflight] }, run: make }"
    expect(refused(text(one, each).replace("  - { id: t, run: make }\n", ""), { items: [["preflight"]] })).toEqual([
      mistake.replace("8: preflight", "8: \"{{ item }}\"")
    ])
    expect(planned(text("", "  - { id: preflight, run: make }")).targets.map(({ id }) => id)).toEqual([
      "t",
      "preflight"
    ])
  })
})
