import { describe, expect, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { changes } from "../../src/each/PathParts.ts"

/** As GNU parallel 20221122 gives them: `{/}`, `{.}`, `{//}`, `{/.}`. */
const parallel: ReadonlyArray<readonly [item: string, base: string, stem: string, folder: string, both: string]> = [
  ["a.b.c", "a.b.c", "a.b", ".", "a.b"],
  ["dir.x/a", "a", "dir.x/a", "dir.x", "a"],
  [".bashrc", ".bashrc", "", ".", ""],
  ["a.", "a.", "a", ".", "a"],
  ["a/.b", ".b", "a/", "a", ""],
  ["a/b.c/", "", "a/b.c/", "a", ""],
  ["x/..", "..", "x/.", "x", "."],
  ["", "", "", ".", ""],
  ["/", "", "/", "/", ""],
  ["/a", "a", "/a", "/", "a"],
  ["//a", "a", "//a", "/", "a"],
  ["a//b", "b", "a//b", "a", "b"],
  ["./a", "a", "./a", ".", "a"],
  ["../x", "x", "../x", "..", "x"],
  ["a/b/c//", "", "a/b/c//", "a/b", ""],
  [".", ".", "", ".", ""],
  ["..", "..", ".", ".", "."]
]

const segments = FastCheck.array(FastCheck.stringMatching(/^[^/]+$/), { minLength: 1, maxLength: 4 })

describe("the parts of an item that is a path", () => {
  it.each(parallel)("%j are those of GNU parallel", (item, base, stem, folder, both) => {
    expect([changes["/"](item), changes["."](item), changes["//"](item), changes["/."](item)])
      .toEqual([base, stem, folder, both])
  })

  it.prop("folder and last part make the path again", { segments }, ({ segments }) => {
    const path = segments.join("/")
    const folder = segments.length === 1 ? "." : segments.slice(0, -1).join("/")
    expect([changes["//"](path), changes["/"](path)]).toEqual([folder, segments.at(-1)])
    expect(path.startsWith(changes["."](path))).toBe(true)
  })
})
