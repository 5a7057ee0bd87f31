import { describe, expect, it } from "@effect/vitest"
import { definitionPaths, findStep, inPlanOrder, isMeant } from "../../src/report/StepPlace.ts"
import { branching, loop, map, parallel, step } from "./plans.ts"

const tree = [
  step("build"),
  map("shards", [step("prepare"), branching("kind", [step("fast"), map("parts", [step("part")])], [step("slow")])]),
  parallel("checks", [step("lint"), loop("poll", [step("ask")])]),
  step("publish")
]

describe("the step that a path is an instance of", () => {
  it.each([
    ["build", "run"],
    ["shards", "map"],
    ["shards[3]::kind", "if"],
    ["shards[12]::kind::slow", "run"],
    ["shards[0]::kind::parts[7]::part", "run"],
    ["checks::poll[2]::ask", "run"],
    ["shards::kind::parts", "map"]
  ])("is found for %s", (path, kind) => {
    expect(findStep(tree, path)?.kind).toBe(kind)
  })

  it.each(["ship", "build::x", "shards[0]::lint", "shards[0]", ""])("is none, or the map itself, for %j", (path) => {
    expect(findStep(tree, path)?.id).toBe(path === "shards[0]" ? "shards" : undefined)
  })

  it("is looked for in both branches of an `if` that use an id twice", () => {
    const twice = [branching("a", [step("x")], [map("x", [step("y")])])]
    expect(findStep(twice, "a::x[0]::y")?.id).toBe("y")
  })
})

describe("the paths of a plan's own", () => {
  it("are those of every step at any depth, in order", () => {
    expect(definitionPaths(tree)).toEqual([
      "build",
      "shards",
      "shards::prepare",
      "shards::kind",
      "shards::kind::fast",
      "shards::kind::parts",
      "shards::kind::parts::part",
      "shards::kind::slow",
      "checks",
      "checks::lint",
      "checks::poll",
      "checks::poll::ask",
      "publish"
    ])
  })
})

describe("paths", () => {
  it("are sorted as the plan has them, items and iterations by number", () => {
    const sorted = [
      "build",
      "shards[0]::prepare",
      "shards[0]::kind::fast",
      "shards[0]::kind::parts[9]::part",
      "shards[0]::kind::parts[10]::part",
      "shards[2]::prepare",
      "shards[10]::prepare",
      "checks::lint",
      "checks::poll[0]::ask",
      "checks::poll[1]::ask",
      "publish"
    ]
    expect(inPlanOrder(tree, sorted.toReversed())).toEqual(sorted)
    expect(inPlanOrder(tree, ["shards[0]::prepare", "shards"])).toEqual(["shards", "shards[0]::prepare"])
  })

  it.each([
    ["shards[0]::prepare", true],
    ["shards[0]", true],
    ["shards", true],
    ["shards::prepare", true],
    ["shards[1]::prepare", false],
    ["shards[0]::kind", false],
    ["shard", false],
    ["shards[0]::prepare::more", false],
    ["prepare", false]
  ])("are meant by a word that names them, what they are in or their definition: %s", (word, means) => {
    expect(isMeant(word, "shards[0]::prepare")).toBe(means)
  })
})
