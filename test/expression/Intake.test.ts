import { describe, expect, it } from "@effect/vitest"
import { Either, FastCheck as fc } from "effect"
import { evaluate, parseExpression } from "../../src/expression/Expression.ts"
import { stringifyJson, type Value } from "../../src/expression/Value.ts"

const valueOf = (source: string, v: Value) =>
  Either.flatMap(parseExpression(source, 0), (expression) => evaluate(expression, { inputs: { v }, env: {} }))

/** JSON with keys that an object has without anybody having put them there. */
const { json } = fc.letrec<{ readonly json: Value }>((tie) => ({
  json: fc.oneof(
    fc.constantFrom<Value>(null, true, 0, -1, 2.5, 12345678901234567890n, "", "text"),
    fc.array(tie("json"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom("a", "b", "constructor", "__proto__", "toString", "size"), tie("json"), {
      maxKeys: 4
    })
  )
}))

/** Some of which every object knows. */
const names = fc.oneof(fc.string(), fc.constantFrom("constructor", "__proto__", "toString", "valueOf"))

describe("a value that goes through CEL", () => {
  it.prop("comes out as it went in", [json], ([value]) => {
    for (const source of ["[inputs.v][0]", "inputs['v']", "true ? inputs.v : 0", "cel.bind(x, inputs.v, x)"]) {
      expect(Either.map(valueOf(source, value), stringifyJson)).toEqual(Either.right(stringifyJson(value)))
    }
  })

  it.prop("is equal to itself, part by part", [json], ([value]) => {
    const copy: Value = structuredClone(value)
    const both = Either.flatMap(
      parseExpression("[inputs.v] == [inputs.w]", 0),
      (expression) => evaluate(expression, { inputs: { v: value, w: copy }, env: {} })
    )
    expect(both).toEqual(Either.right(true))
  })

  it.prop(
    "has the keys that it has, and no others",
    [fc.dictionary(names, fc.integer()), names],
    ([map, key]) => {
      const there = Object.hasOwn(map, key)
      const within = { inputs: { v: map, key }, env: {} }
      const asked = (source: string) => Either.flatMap(parseExpression(source, 0), (found) => evaluate(found, within))
      expect(asked("[size(inputs.v), inputs.v.map(k, k)]")).toEqual(
        Either.right([Object.keys(map).length, Object.keys(map)])
      )
      expect(asked("inputs.key in inputs.v")).toEqual(Either.right(there))
      expect(asked("inputs.v[inputs.key] | default('none')")).toEqual(Either.right(there ? map[key] : "none"))
    }
  )
})

it("what no expression looks at costs nothing, however much it is", () => {
  const heavy = Array.from({ length: 5_000_000 }, () => 0)
  const value = [{ name: "a", heavy }, { name: "b", heavy }]
  expect(valueOf("inputs.v.map(x, x.name)", value)).toEqual(Either.right(["a", "b"]))
  expect(valueOf("inputs.v.map(x, size(x.heavy))", value)).toMatchObject({ left: { kind: "limit" } })
})

it("the type of a value that is nested deep is told, and kept, in a few words", () => {
  const deep = (depth: number): Value => depth === 0 ? 1 : [{ a: deep(depth - 1) }]
  const error = Either.getOrThrow(Either.flip(valueOf("inputs.v + 1", deep(100))))
  expect(error.message).toContain("list<map<string, list<map<dyn, dyn>>>>")
  expect(error.message.length).toBeLessThan(100)
  expect(valueOf("inputs.v == inputs.v + []", deep(100))).toEqual(Either.right(true))
  expect(valueOf("inputs.v == [{'a': inputs.v}]", deep(100))).toEqual(Either.right(false))
})
