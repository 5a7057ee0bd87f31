import { expect, it } from "@effect/vitest"
import { Either, FastCheck as fc } from "effect"
import { evaluate, parseExpression } from "../../src/expression/Expression.ts"
import type { Scope } from "../../src/expression/Scope.ts"
import { type inputTypes, typed } from "./typed.ts"

/** Inputs of which all is known, each with values that it can have. */
const values = {
  level: fc.constantFrom("quick", "full"),
  name: fc.constantFrom("", "a", "a,b", "1"),
  count: fc.integer({ min: -3, max: 9 }),
  ratio: fc.constantFrom<number>(1, 2.5, -3, 0.5),
  half: fc.constantFrom(0.5, 1.5),
  flag: fc.boolean(),
  nil: fc.constant(null),
  words: fc.array(fc.constantFrom("a", "b"), { maxLength: 3 }),
  whole: fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 3 }),
  mixed: fc.array(fc.constantFrom<string | number>(1, "a"), { maxLength: 3 }),
  map: fc.record({ a: fc.integer({ min: 0, max: 9 }), b: fc.constantFrom("x", "y") })
} satisfies Partial<Record<keyof typeof inputTypes, fc.Arbitrary<unknown>>>

const others = ["inputs.map.a", "inputs.map.b", "1", "2.5", "'a'", "'full'", "true", "null", "[]", "['a']", "{'k': 1}"]
const atoms = [...Object.keys(values).map((name) => `inputs.${name}`), ...others, "env.HOME", "x"]

const calls = ["size", "string", "int", "double", "bool", "type", "basename", "dyn"]
const methods = ["size", "startsWith", "endsWith", "contains", "split", "join", "indexOf", "trim", "upperAscii"]
const macros = ["map", "filter", "all", "exists", "exists_one"]

const { any } = fc.letrec<{ readonly any: string; readonly some: string }>((tie) => {
  const each = tie("some")
  const op = fc.constantFrom("+", "-", "*", "<", ">=", "==", "!=", "&&", "||", "in")
  return {
    any: fc.oneof(
      { depthSize: "small" },
      tie("some"),
      fc.tuple(
        tie("some"),
        fc.constantFrom(
          "default('x')",
          "default(1)",
          "join(',')",
          "contains('a')",
          "map('a')"
        )
      ).map(([head, filter]) => `${head} | ${filter}`)
    ),
    some: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.constantFrom(...atoms),
      fc.tuple(each, op, each).map(([a, op, b]) => `(${a} ${op} ${b})`),
      fc.tuple(each, each, each).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
      each.map((a) => `!(${a})`),
      each.map((a) => `-(${a})`),
      fc.tuple(fc.constantFrom(...calls), each).map(([name, a]) => `${name}(${a})`),
      fc.tuple(each, fc.constantFrom(...methods), fc.option(each)).map(([a, name, b]) => `(${a}).${name}(${b ?? ""})`),
      fc.tuple(each, fc.constantFrom(...macros), each).map(([a, name, b]) => `(${a}).${name}(x, ${b})`),
      fc.tuple(each, each).map(([a, b]) => `[${a}, ${b}]`),
      fc.tuple(each, each).map(([a, b]) => `(${a})[${b}]`),
      fc.tuple(each, fc.constantFrom("a", "b", "k")).map(([a, name]) => `(${a}).${name}`),
      fc.tuple(each, each).map(([a, b]) => `cel.bind(x, ${a}, ${b})`)
    )
  }
})

/** Wrong with the value, whatever its type: no check knows it before. */
const ofValues = /conversion|cannot convert|overflow|division|modulo|no element|not finite|must contain only strings/

/** What nobody knows the type of is made by `dyn(…)` alone here. */
const isKnown = (source: string): boolean => !source.includes("dyn(")

it.prop(
  "an expression without a mistake of type has none when it is evaluated",
  [any, fc.record(values)],
  ([source, inputs]) => {
    const parsed = parseExpression(source, 0)
    if (Either.isLeft(parsed)) return
    const { problems } = typed(source)
    if (problems.length > 0 || !isKnown(source)) return
    const scope: Scope = { inputs, env: { HOME: "/root" } }
    const value = evaluate(parsed.right, scope)
    const told = Either.match(value, {
      onLeft: ({ kind, message }) => (kind === "type" && !ofValues.test(message) ? message : ""),
      onRight: () => ""
    })
    expect(told).toBe("")
  },
  { fastCheck: { numRuns: 4000 } }
)
