import { describe, expect, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { sameStepIds } from "../../src/manifest/CheckSteps.ts"
import { withoutRepeats } from "../../src/manifest/Repeats.ts"

const steps = [{ id: "a", then: [{ id: "b" }, { id: "c" }] }, { id: "d" }]

describe("what aliases repeat", () => {
  it("is cut to its first entry where it stands again, in the targets alone", () => {
    expect(withoutRepeats({ name: steps, targets: [{ steps }, { steps, needs: ["x", "y"] }, { steps }] })).toEqual({
      name: steps,
      targets: [
        { steps },
        { steps: [{ id: "a", then: [{ id: "b" }] }], needs: ["x", "y"] },
        { steps: [{ id: "a", then: [{ id: "b" }] }] }
      ]
    })
  })

  it.prop("is all there where nothing stands twice", [FastCheck.jsonValue({ maxDepth: 4 })], ([value]) => {
    const document = { targets: JSON.parse(JSON.stringify(value)) }
    expect(withoutRepeats(document)).toEqual(document)
  })

  it("has its ids looked at once", () => {
    const twice = [{ id: "a" }, { id: "a" }]
    const seen = new Set<ReadonlyArray<unknown>>()
    expect(sameStepIds([{ id: "x", then: twice, else: twice }], ["x"], seen)).toHaveLength(1)
    expect(sameStepIds(twice, ["y"], seen)).toEqual([])
  })
})
