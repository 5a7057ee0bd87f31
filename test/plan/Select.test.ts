import { describe, expect, it } from "@effect/vitest"
import { Either, FastCheck } from "effect"
import { idPattern } from "../../src/plan/IdPattern.ts"
import { select, type SelectRequest } from "../../src/plan/Select.ts"
import { planned } from "./planning.ts"

const plan = planned(`
name: a
targets:
  - { id: api-1, run: x, labels: { tier: T1, size: small } }
  - { id: api-2, run: x, labels: { tier: T2, size: large } }
  - { id: web, run: x, labels: { tier: T1 } }
  - { id: db, run: x }
`)
const request = { target: [], only: [], order: "manifest" } as const
const chosen = (change: Partial<SelectRequest>, durations: Readonly<Record<string, number>> = {}) =>
  Either.getOrThrow(select(plan, { ...request, ...change }, new Map(Object.entries(durations))))
const ids = (
  change: Partial<SelectRequest>,
  durations?: Readonly<Record<string, number>>
): ReadonlyArray<string | undefined> => chosen(change, durations).order.map((index) => plan.targets[index]?.id)

describe("which targets a run is about", () => {
  it.each<readonly [what: string, change: Partial<SelectRequest>, by: string, ids: ReadonlyArray<string>]>([
    ["all of them", {}, "all", ["api-1", "api-2", "web", "db"]],
    ["those named, in the order named", { target: ["web", "api-1"] }, "targets", ["web", "api-1"]],
    ["one value", { only: ["tier=T1"] }, "filter", ["api-1", "web"]],
    ["one of two values", { only: ["tier=T2, T1"] }, "filter", ["api-1", "api-2", "web"]],
    ["not a value, as where there is no label", { only: ["size!=large"] }, "filter", ["api-1", "web", "db"]],
    ["not one of two values", { only: ["size!=large,small"] }, "filter", ["web", "db"]],
    ["a pattern", { only: ["id=api-*"] }, "filter", ["api-1", "api-2"]],
    ["a pattern of labels", { only: ["tier=T?"] }, "filter", ["api-1", "api-2", "web"]],
    ["all filters together", { only: ["tier=T1", "id=api-*"] }, "filter", ["api-1"]],
    ["a filter over those named", { target: ["web", "db"], only: ["tier=T1"] }, "targets", ["web"]],
    ["a filter that nothing passes", { only: ["id=zzz"] }, "filter", []]
  ])("%s", (_what, change, by, expected) => {
    expect(chosen(change).by).toBe(by)
    expect(ids(change)).toEqual(expected)
  })

  it("a target named twice counts once, and that is said", () => {
    expect(chosen({ target: ["web", "db", "web", "web"] })).toMatchObject({
      order: [2, 3],
      notes: ["target `web` is named more than once and counts once"]
    })
  })

  it("the longest start first, those not known before all, equals in plan order", () => {
    expect(ids({ order: "longest-first" }, { "api-1": 5, "api-2": 9, db: 5 })).toEqual(["web", "api-2", "api-1", "db"])
    expect(ids({ order: "longest-first", target: ["db", "api-1"] }, { "api-1": 5, db: 5 })).toEqual(["api-1", "db"])
  })

  it("all that is wrong is told at once", () => {
    const problems = select(plan, {
      ...request,
      target: ["wbe", "web", "nope-at-all"],
      only: ["teir=T1", "tier", "=x", "tier=T1,,T2", "tier="]
    }, new Map())
    expect(Either.getLeft(problems).pipe((left) => left._tag === "Some" ? left.value : [])).toEqual([
      { message: "unknown target `wbe`", hint: "did you mean `web`?" },
      { message: "unknown target `nope-at-all`", hint: "`pawl plan BATCH` lists the targets of a batch" },
      ...["tier", "=x", "tier=T1,,T2", "tier="].map((text) => ({
        message: `\`--only ${text}\` is not a filter`,
        hint: "write `--only key=value`, `--only key=one,other` or `--only key!=value`; the key is `id` or a label"
      })),
      { message: "no target has a label `teir`", hint: "did you mean `tier`?" }
    ])
  })
})

describe("a pattern of ids", () => {
  it.prop("of no wildcard is the id itself", [
    FastCheck.string().filter((text) => !/[*?]/.test(text)),
    FastCheck.string()
  ], ([id, other]) => {
    expect(idPattern(id)(id)).toBe(true)
    expect(idPattern(id)(other)).toBe(other === id)
  })

  it.prop("has `*` for any text and `?` for one character", [
    FastCheck.string({ unit: "binary" }),
    FastCheck.string({ unit: "binary" })
  ], ([a, b]) => {
    const plain = (text: string) => text.replace(/[*?]/g, "")
    expect(idPattern(`${plain(a)}*${plain(b)}`)(`${plain(a)}x/y\n${plain(b)}`)).toBe(true)
    expect(idPattern(`${plain(a)}?${plain(b)}`)(`${plain(a)}🦀${plain(b)}`)).toBe(true)
    expect(idPattern(`${plain(a)}?${plain(b)}`)(`${plain(a)}${plain(b)}`)).toBe(false)
  })
})
