import { expect, it } from "@effect/vitest"
import { Either } from "effect"
import { evaluate, parseExpression } from "../../src/expression/Expression.ts"
import { languageFunctions, ownFunctions } from "../../src/expression/Language.ts"
import { scope } from "./scope.ts"

const valueOf = (source: string) =>
  Either.flatMap(parseExpression(source, 0), (expression) => evaluate(expression, scope))

it.each([
  ["basename(item.path)", "a.tar.gz"],
  ["basename('/a/b/')", "b"],
  ["dirname(item.path)", "logs"],
  ["dirname('a')", "."],
  ["stem(item.path)", "a.tar"],
  ["stem('.bashrc')", ".bashrc"],
  ["stem('/x/Makefile')", "Makefile"]
])("%s is %s", (source, value) => {
  expect(valueOf(source)).toEqual(Either.right(value))
})

it("the examples in the documentation of pawl's own functions are true", () => {
  for (const { sentence } of ownFunctions) {
    const [, call = "", result] = /`(\w+\([^`]+\))` is `([^`]+)`/.exec(sentence) ?? []
    expect(Either.map(valueOf(call), String)).toEqual(Either.right(result))
  }
})

it("the list of functions has CEL's and pawl's own, each once", () => {
  const signatures = languageFunctions().map(({ signature }) => signature)
  expect(signatures).toEqual(expect.arrayContaining([
    "string.split(string): list<string>",
    "string.matches(string): bool",
    ...ownFunctions.map(({ signature }) => signature)
  ]))
  expect(new Set(signatures).size).toBe(signatures.length)
})

it("nothing in the language reads a clock or throws dice", () => {
  const names = languageFunctions().map(({ name }) => name)
  expect(names.filter((name) => /now|today|random|uuid|rand|clock/i.test(name))).toEqual([])
})

it.each([
  ["timestamp('2024-07-01T00:00:00Z').getHours('Europe/Berlin')"],
  ["timestamp('2024-07-01T00:00:00Z').getDayOfYear()"],
  ["[timestamp('2024-07-01T00:00:00Z')].map(t, t.getFullYear('UTC'))"]
])("%s is refused: it would depend on the machine's time zone", (source) => {
  expect(Either.getOrThrow(Either.flip(valueOf(source))).message).toContain("time zone of the machine")
})

it("a timestamp in UTC can be taken apart", () => {
  expect(valueOf("timestamp('2024-07-01T10:00:00Z').getHours()")).toEqual(Either.right(10))
})
