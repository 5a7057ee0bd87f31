import { describe, expect, it } from "@effect/vitest"
import type { Sample } from "../../scripts/bench/Measure.ts"
import type { Comparison, Limit, Part } from "../../scripts/bench/Part.ts"
import { draw, linesOf } from "../../scripts/bench/Plot.ts"
import { figuresTable, type Measured, partText, replaceBlock } from "../../scripts/bench/Report.ts"

const runs = (...walls: ReadonlyArray<number>): ReadonlyArray<Sample> =>
  walls.map((wallMs) => ({ wallMs, peakMiB: wallMs * 10 }))

const measured = (
  samples: Readonly<Record<string, ReadonlyArray<Sample>>>,
  comparisons: ReadonlyArray<Comparison>,
  limits: ReadonlyArray<Limit> = []
): Measured => {
  const contenders = Object.keys(samples).map((name) => ({ name, command: () => [] }))
  const part: Part = { name: "part", about: "About it", rounds: 3, warmUp: true, contenders, comparisons, limits }
  return { part, samples: new Map(Object.entries(samples)), failures: new Map() }
}

/** The cells of the row that begins with `what`. */
const rowOf = (table: string, what: string): ReadonlyArray<string> => {
  const cells = table.split("\n").map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()))
  return cells.find(([first]) => first === what) ?? []
}

const ratio: Comparison = { what: "one to other", of: "one", against: "other", atMost: 1 }

describe("the figures", () => {
  it("take each ratio within a round, and the median of those", () => {
    // The medians of the times alone would give 4 to 2.
    const table = figuresTable([measured({ one: runs(1, 4, 9), other: runs(1, 8, 2) }, [ratio])])
    expect(rowOf(table, "one to other")).toEqual(["one to other", "1.00 ×", "0.50–4.50", "3", "1.00 ×", "met"])
  })

  it("say that a bound is missed", () => {
    const table = figuresTable([measured({ one: runs(3, 3, 3), other: runs(2, 2, 2) }, [ratio])])
    expect(rowOf(table, "one to other")).toEqual(["one to other", "1.50 ×", "1.50–1.50", "3", "1.00 ×", "MISSED"])
  })

  it("never call met what has not been measured", () => {
    const table = figuresTable([measured({ one: runs(3) }, [ratio])])
    expect(rowOf(table, "one to other")).toEqual(["one to other", "", "", "0", "1.00 ×", "not measured"])
  })

  it("reckon by target where the counts differ, and by memory where that is asked", () => {
    const samples = { one: runs(30), other: runs(2) }
    const table = figuresTable([measured(samples, [
      { ...ratio, what: "by target", times: 0.1 },
      { ...ratio, what: "by memory", by: "peakMiB" }
    ])])
    expect(rowOf(table, "by target")[1]).toBe("1.50 ×")
    expect(rowOf(table, "by memory")[1]).toBe("15.00 ×")
  })

  it("hold one contender to bounds of its own", () => {
    const table = figuresTable([measured({ one: runs(10) }, [], [{ of: "one", wallMs: 9, peakMiB: 100 }])])
    expect(rowOf(table, "time of one")).toEqual(["time of one", "10.0 ms", "10.0–10.0", "1", "9 ms", "MISSED"])
    expect(rowOf(table, "peak memory of one")).toEqual([
      "peak memory of one",
      "100 MiB",
      "100–100",
      "1",
      "100 MiB",
      "met"
    ])
  })
})

it("a part names the peers that failed, and keeps held ratios to the figures", () => {
  const { failures: _, ...rest } = measured({ one: runs(1), other: runs(1) }, [ratio, {
    what: "of interest",
    of: "one",
    against: "other"
  }])
  const text = partText({ ...rest, failures: new Map([["Task, 10 targets", "it ended\nno such flag"]]) })
  expect(text).toContain("About it; 3 rounds in turn.")
  expect(text).toContain("Task, 10 targets is left out, it failed: no such flag")
  expect(text).toContain("of interest")
  expect(text).not.toContain("one to other")
})

it("what stands around the block stays, and running again changes only the block", () => {
  const once = replaceBlock("# Performance\n\nProse.\n", "first")
  expect(once).toBe("# Performance\n\nProse.\n\n<!-- bench:start -->\n\nfirst\n\n<!-- bench:end -->\n")
  expect(replaceBlock(`${once}After.\n`, "second")).toBe(`${once.replace("first", "second")}After.\n`)
})

describe("the plot", () => {
  const point = (series: string, targets: number, wall: number): Measured => {
    const { part, samples } = measured({ [series]: runs(wall) }, [])
    const contenders = part.contenders.map((contender) => ({ ...contender, point: { series, targets } }))
    return { part: { ...part, contenders }, samples, failures: new Map() }
  }
  const all = [
    point("a<b", 10, 20),
    point("a<b", 1, 5),
    point("pawl", 100, 100),
    point("pawl", 1, 40),
    point("x", 1, 1)
  ]

  it("has the cost of one target at each count, pawl first, and no line of one point", () => {
    expect(linesOf(all)).toEqual([
      { series: "pawl", points: [{ targets: 1, ms: 40 }, { targets: 100, ms: 1 }] },
      { series: "a<b", points: [{ targets: 1, ms: 5 }, { targets: 10, ms: 2 }] }
    ])
  })

  it("is well-formed, and has every line and its name", () => {
    const picture = draw(linesOf(all))
    expect(picture).toContain(">a&lt;b</text>")
    expect(picture.match(/class="line"/g)).toHaveLength(2)
    expect(picture).not.toMatch(/NaN|Infinity|undefined/)
  })
})
