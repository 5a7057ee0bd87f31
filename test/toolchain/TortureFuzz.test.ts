import { expect, it } from "@effect/vitest"
import { part } from "../../scripts/torture/Fuzz.ts"

it("spoiled journals and snapshots, and made-up rate limits, are never taken for something else", async () => {
  const { failures, figures } = await part.run({ quick: true, seed: 1, say: () => {} })
  expect(failures).toEqual([])
  expect(figures["inputs"]).toBe(2000)
}, 120_000)
