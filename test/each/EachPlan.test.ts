import { describe, expect, it } from "@effect/vitest"
import { Either } from "effect"
import { eachHead, eachPlan, type EachRequest, targetMaker } from "../../src/each/EachPlan.ts"
import { itemOf, type ListItem } from "../../src/each/ListItem.ts"
import { compare } from "../../src/plan/Drift.ts"
import { decodePlan, encodePlan } from "../../src/plan/PlanJson.ts"

const request: EachRequest = { command: ["gzip", "-t", "{}"], sources: { count: 1, isJson: false }, run: {} }
const headOf = (more: Partial<EachRequest> = {}) => Either.getOrThrow(eachHead({ ...request, ...more }))

const planOf = (items: ReadonlyArray<string>, more: Partial<EachRequest> = {}) => {
  const head = headOf(more)
  const make = targetMaker(head)
  const made = items.map((text, index): ListItem => ({
    ...Either.getOrThrow(itemOf(head.placeholders, [text])),
    index
  }))
  return eachPlan(head, made.map(make))
}

describe("the plan of a command and a list", () => {
  it("can be stored and read again", () => {
    const plan = planOf(["a", "b\tc", "a"], { command: ["x", "{.}", "{/}", "{#}"], retries: 3, timeout: "2s" })
    expect(decodePlan(encodePlan(plan))).toEqual(Either.right(plan))
  })

  it("has its targets by their items, wherever they stand", () => {
    const { added, changed, removed } = compare(planOf(["a", "b", "c"]), planOf(["d", "c", "b"]))
    expect({ added, changed, removed }).toEqual({ added: ["d"], changed: [], removed: ["a"] })
  })

  it("has other targets of the same items where the command looks at their place", () => {
    const command = ["x", "{}", "{#}"]
    expect(compare(planOf(["a", "b"], { command }), planOf(["b", "a"], { command })).changed).toEqual(["b", "a"])
  })

  it("tries as often and as long as is said", () => {
    expect(planOf(["a"], { retries: 3, timeout: "2s" }).templates[0]?.steps[0])
      .toMatchObject({ retries: { maxAttempts: 3 }, timeoutMs: 2000 })
  })

  it("keeps of an item what the command asks for", () => {
    expect(planOf(["d/a.gz"], { command: ["x", "{/}"] }).targets)
      .toMatchObject([{ id: "d/a.gz", item: "a.gz", index: 0 }])
    expect(planOf(["d/a.gz"], { command: ["x", "{/}", "{.}"] }).targets).toMatchObject([{ item: ["a.gz", "d/a"] }])
  })
})

describe("the name of a call that has none", () => {
  const nameOf = (more: Partial<EachRequest>) => headOf(more).plan.batch

  it("is made of the program, and is the same for the same command", () => {
    expect(nameOf({})).toMatch(/^each-gzip-[0-9a-f]{8}$/)
    expect(nameOf({ command: ["./Do It!.sh"] })).toMatch(/^each-do-it-sh-[0-9a-f]{8}$/)
    expect(nameOf({ command: ["{}"] })).toMatch(/^each-[0-9a-f]{8}$/)
    expect(nameOf({ run: { maxParallel: 4 } })).toBe(nameOf({}))
  })

  it("is another for another command, and for another number of tries", () => {
    expect(new Set([{}, { command: ["gzip", "-d", "{}"] }, { retries: 2 }].map(nameOf)).size).toBe(3)
  })

  it("gives way to one that is given, if that can be a batch's", () => {
    expect(nameOf({ name: "nightly" })).toBe("nightly")
    expect(Either.isLeft(eachHead({ ...request, name: "../x" }))).toBe(true)
  })
})
