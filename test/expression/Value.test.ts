import { expect, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import { canonicalJson, parseJson, stringifyJson, type Value } from "../../src/expression/Value.ts"
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
