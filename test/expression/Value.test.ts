import { describe, expect, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import {
  canonicalJson,
  parseJson,
  parseStored,
  stringifyJson,
  UnfitJson,
  type Value
} from "../../src/expression/Value.ts"
import { textOf } from "../../src/expression/Text.ts"

it.prop("an integer of any length keeps all its digits through JSON", [fc.bigInt()], ([integer]) => {
  expect(stringifyJson(parseJson(`{"n":${integer}}`))).toBe(`{"n":${integer}}`)
})

it.prop("JSON that is read and written is the same JSON", [fc.jsonValue()], ([value]) => {
  const text = JSON.stringify(value)
  expect(stringifyJson(parseJson(text))).toBe(JSON.stringify(JSON.parse(text)))
})

it.prop(
  "canonical JSON does not depend on the order of keys",
  [fc.dictionary(fc.string(), fc.jsonValue())],
  ([map]) => {
    const backwards = Object.fromEntries(Object.entries(map).reverse())
    expect(canonicalJson(parseJson(JSON.stringify(backwards)))).toBe(canonicalJson(parseJson(JSON.stringify(map))))
  }
)

it.each<[kind: string, value: Value, text: string]>([
  ["text", "plain text", "plain text"],
  ["null", null, ""],
  ["a boolean", true, "true"],
  ["zero", 0, "0"],
  ["a fraction", 2.5, "2.5"],
  ["a long integer", 12345678901234567890n, "12345678901234567890"],
  ["a list", [1, "a", null], `[1,"a",null]`],
  ["a map", { id: 12345678901234567890n }, `{"id":12345678901234567890}`]
])("%s becomes plain text, or JSON", (_kind, value, text) => {
  expect(textOf(value)).toBe(text)
})

describe("JSON from outside", () => {
  const lists = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`
  const maps = (depth: number) => `${"{\"a\":".repeat(depth)}1${"}".repeat(depth)}`

  it.each<[what: string, text: string]>([
    ["lists 201 deep", lists(201)],
    ["lists 50,000 deep", lists(50_000)],
    ["maps 201 deep", maps(201)],
    ["maps 50,000 deep", maps(50_000)],
    ["lists that are never closed", "[".repeat(1_000_000)],
    ["depth after much that is flat", `[${"[],".repeat(10_000)}${lists(200)}]`],
    ["depth after a text with quotes", `["\\\\\\"]]]]", ${lists(200)}]`]
  ])("is refused: %s", (_what, text) => {
    expect(() => parseJson(text)).toThrow("lists or maps more than 200 deep in each other")
  })

  it.each<[what: string, text: string]>([
    ["lists 200 deep", lists(200)],
    ["maps 200 deep", maps(200)],
    ["brackets in texts", JSON.stringify(["[".repeat(1_000), `"${"{".repeat(1_000)}\\`, "\\"])],
    ["much that is flat", `[${Array.from({ length: 1_000 }, () => "[{}]").join(",")}]`]
  ])("is read: %s", (_what, text) => {
    expect(stringifyJson(parseJson(text))).toBe(text)
    expect(canonicalJson(parseJson(text))).toBe(text)
  })

  it("may not hold a number of more than a thousand digits", () => {
    expect(parseJson(`[${"9".repeat(1_000)}]`)).toEqual([BigInt("9".repeat(1_000))])
    expect(() => parseJson(`[${"9".repeat(1_001)}]`)).toThrow(UnfitJson)
  })

  it("is not what pawl wrote itself, which may be deeper and longer", () => {
    const text = `[${lists(1_000)},${"9".repeat(2_000)}]`
    expect(stringifyJson(parseStored(text))).toBe(text)
  })
})
