import { describe, expect, it } from "@effect/vitest"
import { part } from "../../scripts/torture/Engine.ts"

describe("the engine on a disk that crashes", () => {
  it("keeps every promise, whatever it was doing when it died", async () => {
    const { failures, figures } = await part.run({ quick: true, seed: 1, say: () => {} })
    expect(failures).toEqual([])
    // Luck that never meets anything shows nothing.
    expect(Number(figures["killed"])).toBeGreaterThan(20)
    expect(Number(figures["power cuts"])).toBeGreaterThan(20)
    expect(Number(figures["disk errors"])).toBeGreaterThan(10)
  }, 120_000)
})
