import { describe, expect, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { itemIds } from "../../src/each/ItemId.ts"

const ids = (...items: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> => items.map(itemIds())

const value = FastCheck.oneof(FastCheck.string(), FastCheck.constantFrom("a", "a~2", "~", ",", "a,"))
/** All items of a list have as many values as the list has sources. */
const items = FastCheck.integer({ min: 1, max: 3 }).chain((sources) =>
  FastCheck.array(FastCheck.array(value, { minLength: sources, maxLength: sources }), { maxLength: 20 })
)

describe("the id of an item", () => {
  it.each<readonly [what: string, values: ReadonlyArray<string>, id: string | RegExp]>([
    ["is the item where that will do", ["dir/a b.gz"], "dir/a b.gz"],
    ["has what each source gave", ["1", "x"], "1,x"],
    ["holds no control character", ["a\tb\nc"], /^a_b_c~[0-9a-f]{16}$/],
    ["is not empty", [""], /^~[0-9a-f]{16}$/],
    ["has no blank at its ends", [" a "], /^a~[0-9a-f]{16}$/],
    ["is not longer than an id may be", ["x".repeat(1000)], /^x{180}~[0-9a-f]{16}$/],
    ["is not taken for another's", ["a~2"], /^a~2~[0-9a-f]{16}$/],
    ["tells sources apart", ["a,b", "c"], /^a,b,c~[0-9a-f]{16}$/]
  ])("%s", (_, values, id) => {
    const [made = ""] = ids(values)
    if (typeof id === "string") expect(made).toBe(id)
    else expect(made).toMatch(id)
  })

  it("counts items that are repeated", () => {
    expect(ids(["a"], ["b"], ["a"], ["a"])).toEqual(["a", "b", "a~2", "a~3"])
  })

  it.prop(
    "is no other item's, does as an id, and does not depend on what else is in the list",
    { items },
    ({ items }) => {
      const made = ids(...items)
      expect(new Set(made).size).toBe(items.length)
      for (const id of made) expect(id).toMatch(/^[^\p{Cc}]{1,255}$/u)
      const different = [...new Map(items.map((item) => [JSON.stringify(item), item])).values()]
      const there = ids(...different)
      const back = ids(...different.toReversed())
      expect(back.toReversed()).toEqual(there)
    }
  )
})
