import { describe, expect, it } from "@effect/vitest"
import { Either, FastCheck } from "effect"
import { readManifestAndNames } from "../../src/manifest/ReadManifest.ts"
import { compare } from "../../src/plan/Drift.ts"
import { expand } from "../../src/plan/Expand.ts"
import type { Plan, PlanStep } from "../../src/plan/Plan.ts"
import { mapBranches } from "../../src/plan/StepTree.ts"
import { manifestWith, someSteps, type Tree } from "../manifest/trees.ts"
import { planned } from "./planning.ts"

const planOf = (steps: ReadonlyArray<unknown>, level = "full"): Plan =>
  planned(JSON.stringify({ ...manifestWith([]), targets: [{ id: "t", steps }] }), { values: { level, list: [1] } })
const hashOf = ({ targets }: Plan): string | undefined => targets[0]?.hash

/** What decides, as a text that does not depend on the order of keys. */
const decisive = ({ templates }: Plan): string => {
  const unnamed = (steps: ReadonlyArray<PlanStep>): ReadonlyArray<PlanStep> =>
    steps.map(({ name: _, ...step }) => mapBranches(step, unnamed))
  return JSON.stringify(
    unnamed(templates[0]?.steps ?? []),
    (_key, value) =>
      typeof value === "object" && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
        : value
  )
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const reversed = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(reversed)
  return isObject(value)
    ? Object.fromEntries(Object.entries(value).reverse().map(([key, inner]) => [key, reversed(inner)]))
    : value
}

/** A step, and those within it, with each default written out. */
const spelled = (step: Tree): Tree => {
  const list = (value: unknown): unknown => (Array.isArray(value) ? value.map(spelled) : value)
  const block = (key: string, defaults: object) => key in step ? { [key]: { ...defaults, ...Object(step[key]) } } : {}
  const attempts = "run" in step || "command" in step ? { outputs: "text", idempotent: true } : {}
  const gate = Object(step["gate"])
  return {
    continueOnError: false,
    ...attempts,
    ...("run" in step ? { shell: "sh -e" } : {}),
    ...step,
    ...block("map", { maxParallel: 1 }),
    ...block("loop", { maxIterations: 10 }),
    ...block("gate", { onReject: "abort", ...("approval" in gate ? { options: ["approve", "reject"] } : {}) }),
    ...Object.fromEntries(
      ["then", "else", "steps", "default"].filter((key) => key in step).map((key) => [key, list(step[key])])
    ),
    ...("cases" in step
      ? { cases: Object.fromEntries(Object.entries(Object(step["cases"])).map(([name, steps]) => [name, list(steps)])) }
      : {})
  }
}

/** Every place in a value where a scalar stands, by the keys that lead there. */
const scalars = (value: unknown, path: ReadonlyArray<string> = []): ReadonlyArray<ReadonlyArray<string>> =>
  typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => scalars(inner, [...path, key]))
    : [path]

const other = (value: unknown): unknown => {
  if (typeof value === "boolean") return !value
  if (typeof value === "number") return Number.isInteger(value) ? value + (value > 1 ? -1 : 1) : 2
  if (typeof value !== "string") return value
  const swaps: Readonly<Record<string, string>> = {
    text: "json",
    json: "text",
    abort: "skip",
    skip: "retry",
    retry: "abort",
    "{{ true }}": "{{ 1 < 2 }}"
  }
  return swaps[value] ?? (value.startsWith("{{") ? "{{ true }}" : /^\d.*[a-z]$/.test(value) ? "7m" : `${value}0`)
}

const changedAt = (value: unknown, [key, ...rest]: ReadonlyArray<string>): unknown => {
  if (key === undefined) return other(value)
  if (Array.isArray(value)) return value.with(Number(key), changedAt(value[Number(key)], rest))
  return isObject(value) ? { ...value, [key]: changedAt(value[key], rest) } : value
}

describe("the hash of a target", () => {
  it.prop("does not depend on the order of keys, however deep", [someSteps], ([steps]) => {
    const after = reversed(steps)
    expect(planOf(Array.isArray(after) ? after : []).hash).toBe(planOf(steps).hash)
  })

  it.prop("does not change with a default that is written out, however deep", [someSteps], ([steps]) => {
    expect(planOf(steps.map(spelled)).hash).toBe(planOf(steps).hash)
  })

  it.prop(
    "changes exactly when something that decides changes, however deep",
    [someSteps, FastCheck.nat(10_000)],
    ([steps, pick]) => {
      const places = scalars(steps)
      const place = places[pick % places.length] ?? []
      // What would be no plan: an id that is another's, a map over no list, a policy of a kind, a shell that is none.
      FastCheck.pre(!["id", "over", "policy", "shell"].includes(place.at(-1) ?? ""))
      const after = changedAt(steps, place)
      const [one, two] = [planOf(steps), planOf(Array.isArray(after) ? after : [])]
      expect(hashOf(one) === hashOf(two)).toBe(decisive(one) === decisive(two))
      expect(compare(one, two).changed).toEqual(hashOf(one) === hashOf(two) ? [] : ["t"])
    }
  )

  const inner = [{ id: "x", run: "make" }]
  const level = "{{ inputs.level }}"
  const is = "{{ inputs.level == 'full' }}"
  it.each<readonly [where: string, step: object]>([
    ["a condition", { if: is, then: inner }],
    ["a branch", { if: "{{ true }}", then: inner, else: [{ id: "y", run: `echo "${level}"` }] }],
    ["a switch", { switch: level, cases: { a: inner } }],
    ["a case", { switch: "x", cases: { a: [{ id: "y", command: ["echo", level] }] } }],
    ["what is done without a case", { switch: "x", cases: { a: inner }, default: [{ id: "y", command: [level] }] }],
    ["the items of a map", { map: { over: ["a", { b: level }] }, steps: inner }],
    ["what gives the items of a map", { map: { over: "{{ [inputs.level] }}" }, steps: inner }],
    ["the steps of a map", { map: { over: [1] }, steps: [{ id: "y", run: "x", when: is }] }],
    ["steps side by side", { parallel: {}, steps: [{ id: "y", run: "x", env: { A: level } }] }],
    ["a loop while", { loop: { while: is }, steps: inner }],
    ["a loop until", { loop: { until: is }, steps: inner }],
    ["a question", { gate: { approval: `Ship ${level}?` } }],
    ["a file to show", { gate: { approval: "Ship?", show: `${level}.md` } }],
    ["a policy", { gate: { policy: is } }],
    ["a check", { gate: { policy: { run: `./may "${level}"` } } }],
    ["the environment of a composite step", { parallel: {}, env: { A: level }, steps: inner }],
    ["its working directory", { parallel: {}, workdir: level, steps: inner }]
  ])("changes with an input that %s mentions", (_where, step) => {
    const steps = [{ id: "s", ...step }]
    expect(hashOf(planOf(steps))).not.toBe(hashOf(planOf(steps, "quick")))
  })

  it("does not change with an input that it does not mention", () => {
    const steps = [{ id: "s", parallel: {}, steps: inner }]
    expect(hashOf(planOf(steps))).toBe(hashOf(planOf(steps, "quick")))
  })

  it.prop("is the same whether or not its expressions were read before", [someSteps], ([steps]) => {
    const text = JSON.stringify(manifestWith(steps))
    const { manifest, names } = Either.getOrThrow(readManifestAndNames({ file: "batch.yaml", text }))
    const values = { level: "full", list: [1] }
    const [one, two] = [{ names }, {}].map((read) => expand({ manifest, values, items: [], ...read }))
    expect(one).toEqual(two)
  })

  it("does not change with what people call its steps, though the plan's does", () => {
    const named = (name: string) => planOf([{ id: "s", name: "S", parallel: {}, steps: [{ id: "x", run: "y", name }] }])
    expect(hashOf(named("a"))).toBe(hashOf(named("b")))
    expect(named("a").hash).not.toBe(named("b").hash)
  })

  it("has the place among items in it where that is looked at, and not where it is a map's", () => {
    const first = (step: object, hosts: ReadonlyArray<string>) =>
      planned(
        JSON.stringify({
          name: "a",
          targets: [{ id: "{{ item }}", forEach: { file: "f" }, steps: [{ id: "s", ...step }] }]
        }),
        { items: [hosts] }
      ).targets.find(({ id }) => id === "b")?.hash
    const moves = (step: object): boolean => first(step, ["a", "b"]) !== first(step, ["b", "a"])
    const look = [{ id: "x", run: "echo \"{{ index }}\"" }]
    expect(moves({ run: "echo \"{{ index }}\"" })).toBe(true)
    expect(moves({ parallel: {}, steps: look })).toBe(true)
    expect(moves({ map: { over: "{{ [index] }}" }, steps: inner })).toBe(true)
    expect(moves({ map: { over: [1] }, steps: look })).toBe(false)
    expect(moves({ map: { over: [1] }, steps: [{ id: "i", if: "{{ true }}", then: look }] })).toBe(false)
  })
})
