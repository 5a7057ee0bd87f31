import { describe, expect, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { findCycles } from "../../src/plan/Cycles.ts"

const size = 12
const graph = FastCheck.array(FastCheck.uniqueArray(FastCheck.nat({ max: size - 1 }), { maxLength: 3 }), {
  minLength: size,
  maxLength: size
})

/** Kahn's way: whatever can't be taken away, layer by layer, is in or before a cycle. */
const hasCycle = (needs: ReadonlyArray<ReadonlyArray<number>>): boolean => {
  const left = new Set(needs.keys())
  for (let before = -1; before !== left.size;) {
    before = left.size
    for (const node of left) if ((needs[node] ?? []).every((need) => !left.has(need))) left.delete(node)
  }
  return left.size > 0
}

describe("cycles of needs", () => {
  it.prop("one is found exactly where there is one", [graph], ([needs]) => {
    expect(findCycles(needs).length > 0).toBe(hasCycle(needs))
  })

  it.prop("what is found is one: each needs the next, the last the first", [graph], ([needs]) => {
    for (const cycle of findCycles(needs)) {
      cycle.forEach((node, index) => expect(needs[node]).toContain(cycle[(index + 1) % cycle.length]))
      expect(cycle[0]).toBe(Math.min(...cycle))
    }
  })

  it("a chain of a hundred thousand is followed to its end", () => {
    const chain = Array.from({ length: 100_000 }, (_, index) => (index === 0 ? [] : [index - 1]))
    expect(findCycles(chain.toReversed().map((needs) => needs.map((need) => 99_999 - need)))).toEqual([])
  })

  it("a list that all share is looked through once", () => {
    let reads = 0
    const shared = new Proxy(Array.from({ length: 1000 }, (_, index) => index), {
      get: (list, key, receiver): unknown => {
        reads++
        return Reflect.get(list, key, receiver)
      }
    })
    expect(findCycles(Array.from({ length: 2000 }, (_, index) => (index < 1000 ? [] : shared)))).toEqual([])
    expect(reads).toBeLessThan(1100)
  })
})
