import { describe, expect, it } from "@effect/vitest"
import { Either } from "effect"
import { evaluate, parseExpression } from "../../src/expression/Expression.ts"
import { filters } from "../../src/expression/Filters.ts"
import type { Value } from "../../src/expression/Value.ts"
import { scope } from "./scope.ts"

const valueOf = (source: string) =>
  Either.flatMap(parseExpression(source, 0), (expression) => evaluate(expression, scope))

it.each<[string, Value]>([
  ["steps.heavy-thing.output.json.name | default('none')", "none"],
  ["inputs.level | default('none')", "full"],
  ["inputs.whole | default(true)", false],
  ["inputs.nope | default('none')", "none"],
  ["inputs.nope.deeper + 1 | default('none')", "none"],
  ["iteration | default(0)", 0],
  ["inputs.suites[9] | default('none')", "none"],
  ["steps.no-such.output.exit_code | default(-1)", -1],
  ["inputs.nope | default(inputs.nope2) | default('z')", "z"],
  ["inputs.nope | default(steps.heavy-thing.output.exit_code)", 0],
  ["inputs.suites | join(', ')", "smoke, checkout"],
  ["[1, true, null, 'x'] | join('|')", "1|true||x"],
  ["steps.heavy-thing.output.json.list | map('a.b')", [1, 2]],
  ["steps.heavy-thing.output.json.list | map('a.b') | join('+')", "1+2"],
  ["[['a', 'b'], ['c', 'd']] | map('1')", ["b", "d"]],
  ["inputs.suites | contains('smoke')", true],
  ["inputs.suites | contains('smo')", false],
  ["inputs.level | contains('ul')", true],
  ["inputs | contains('level')", true],
  ["inputs | contains('constructor')", false],
  ["[1, 2] | contains(inputs.count - 1)", true],
  ["[{'a': 1}] | contains({'a': 1})", true],
  ["inputs.whole || true | default(false)", true],
  ["'a|b' | default('c|d')", "a|b"]
])("%s is %j", (source, value) => {
  expect(valueOf(source)).toEqual(Either.right(value))
})

describe("a filter that can't work", () => {
  it.each([
    ["1 + inputs.level | default('x')", "type", 0],
    ["inputs.level | join(', ')", "type", 15],
    ["inputs.suites | join(1)", "type", 16],
    ["inputs.count | contains('x')", "type", 15],
    ["inputs.level | contains(1)", "type", 15],
    ["inputs.level | map('a')", "type", 15],
    ["inputs.suites | map('a')", "missing", 16],
    ["inputs.nope | join(', ')", "missing", 7],
    ["inputs.suites | join(inputs.nope)", "missing", 28]
  ])("in %s is an error of kind %s, at %i", (source, kind, offset) => {
    expect(Either.getOrThrow(Either.flip(valueOf(source)))).toMatchObject({ kind, offset })
  })

  it("does not tell the value, which may be a secret", () => {
    expect(Either.getOrThrow(Either.flip(valueOf("inputs.level | join(',')"))).message).not.toContain("full")
  })
})

it("takes no harm from an argument of default that would fail, where it is not needed", () => {
  expect(valueOf("inputs.level | default(1 / 0)")).toEqual(Either.right("full"))
})

it("the table for the reference page names every filter", () => {
  expect(filters.map(({ signature }) => signature)).toEqual(["default(x)", "join(sep)", "contains(x)", "map('a.b')"])
})
