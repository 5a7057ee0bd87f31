import { describe, expect, it } from "@effect/vitest"
import { FastCheck, HashMap, RedBlackTree } from "effect"
import { width } from "../../src/report/Printable.ts"
import {
  firstOf,
  nothingRuns,
  type Running,
  stepBegan,
  stepEnded,
  targetBegan,
  targetLeft
} from "../../src/report/Running.ts"
import { runningLines } from "../../src/report/RunningLines.ts"

const iso = (second: number): string => new Date(1_800_000_000_000 + second * 1000).toISOString()
const look = { columns: 79, now: 1_800_000_000_000 + 100_000 }
const three = () => 3

const runs = (before: Running, target: string, path: string, second: number): Running =>
  stepBegan(before, { at: iso(second), target }, { path, attempt: 1, since: iso(second) })
const waits = (before: Running, target: string, path: string, until: number): Running =>
  stepBegan(before, { at: iso(0), target }, { path, attempt: 2, since: iso(0), nextAttemptAt: iso(until) })
const names = (lines: ReadonlyArray<string>): ReadonlyArray<string> =>
  lines.map((line) => line.trim().replaceAll(/ {2,}/g, "  "))

describe("what is under way", () => {
  it("is shown longest first, and then what waits, in the order in which it goes on", () => {
    let running = waits(waits(nothingRuns, "late", "a", 900), "soon", "a", 130)
    running = runs(runs(running, "young", "a", 90), "old", "a", 10)
    expect(names(runningLines(running, 10, three, look))).toEqual([
      "old/a  attempt 1/3, 1m30s",
      "young/a  attempt 1/3, 10s",
      "soon/a  attempt 2/3 in 30s",
      "late/a  attempt 2/3 in 13m20s"
    ])
    expect(names(runningLines(running, 3, three, look)).slice(1)).toEqual([
      "young/a  attempt 1/3, 10s",
      "and 2 that wait"
    ])
    expect(names(runningLines(running, 2, three, look)).at(-1)).toBe("and 1 more, 2 that wait")
    expect(runningLines(running, 0, three, look)).toEqual([])
  })

  it("has a line for every target before any has two, and says how many attempts have none", () => {
    const both = ["one", "two", "three", "four"].reduce(
      (running, path) => runs(running, "wide", path, 10),
      waits(runs(nothingRuns, "narrow", "a", 20), "wide", "zero", 200)
    )
    expect(names(runningLines(both, 2, three, look))).toEqual([
      "wide/one  attempt 1/3, 1m30s, +4",
      "narrow/a  attempt 1/3, 1m20s"
    ])
    expect(names(runningLines(both, 4, three, look)).slice(1)).toEqual([
      "wide/two  attempt 1/3, 1m30s",
      "wide/three  attempt 1/3, 1m30s, +2",
      "narrow/a  attempt 1/3, 1m20s"
    ])
    expect(names(runningLines(both, 9, three, look))[4]).toBe("wide/zero  attempt 2/3 in 1m40s")
  })

  it("keeps the end of a name that has no room, since that is what tells it from others", () => {
    const [line = ""] = runningLines(
      runs(nothingRuns, "a-host-of-the-cluster-世界-in-the-north-17", "build", 40),
      5,
      three,
      { ...look, columns: 39 }
    )
    expect(line).toBe("  a-hos…th-17/build  attempt 1/3, 1m00s")
    expect(width(line)).toBeLessThanOrEqual(39)
  })

  it.prop("is either under way or waits, and what waits is in its order", [
    FastCheck.array(
      FastCheck.record({
        target: FastCheck.constantFrom("a", "b", "c", "d"),
        path: FastCheck.constantFrom("x", "y"),
        what: FastCheck.constantFrom("begins", "runs", "waits", "ends", "leaves"),
        second: FastCheck.nat(50)
      }),
      { maxLength: 60 }
    )
  ], ([happenings]) => {
    const known = new Set<string>()
    let running = nothingRuns
    for (const { path, second, target, what } of happenings) {
      if (what === "begins") running = targetBegan(running, { at: iso(second), target })
      if (what === "runs") running = runs(running, target, path, second)
      if (what === "waits") running = waits(running, target, path, second)
      if (what === "ends") running = stepEnded(running, { target, path })
      if (what === "leaves") running = targetLeft(running, target)
      if (what === "leaves") known.delete(target)
      else if (what !== "ends") known.add(target)
      const { active, queue, waiting } = running
      const ids = [...HashMap.keys(active), ...HashMap.keys(waiting)]
      expect(ids.toSorted()).toEqual([...known].toSorted())
      const queued = Array.from(queue, ([key]) => key)
      expect(queued).toEqual(queued.toSorted())
      expect(Array.from(RedBlackTree.values(queue), (each) => each.target).toSorted()).toEqual(
        [...HashMap.keys(waiting)].toSorted()
      )
      expect(firstOf(running, 9).map((each) => each.target).toSorted()).toEqual(ids.toSorted())
    }
  })
})
