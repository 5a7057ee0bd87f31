import { describe, expect, it } from "@effect/vitest"
import { Either, FastCheck as fc } from "effect"
import { evaluate, parseExpression } from "../../src/expression/Expression.ts"
import type { Scope } from "../../src/expression/Scope.ts"
import type { Value } from "../../src/expression/Value.ts"
import { scope } from "./scope.ts"

const valueOf = (source: string, within: Scope = scope) =>
  Either.flatMap(parseExpression(source, 0), (expression) => evaluate(expression, within))

const errorOf = (source: string, within: Scope = scope) => Either.getOrThrow(Either.flip(valueOf(source, within)))

describe("an expression", () => {
  it.each<[string, Value]>([
    ["inputs.level == 'full'", true],
    ["inputs.count + 1", 4],
    ["inputs.ratio * 2.0", 5],
    ["index", 4],
    ["index + 1", 5],
    ["item.n + 1", 42],
    ["-item.n", -41],
    ["size(inputs.suites)", 2],
    ["inputs.suites[1]", "checkout"],
    ["inputs['level']", "full"],
    ["'level' in inputs", true],
    ["'smoke' in inputs.suites", true],
    ["inputs.suites.map(s, s + '!')", ["smoke!", "checkout!"]],
    ["inputs.suites.exists(s, s.startsWith('sm'))", true],
    ["true ? inputs.suites : []", ["smoke", "checkout"]],
    ["inputs.whole || inputs.count > 2", true],
    ["(1 + 2) * 3", 9],
    ["1 + 2 * 3", 7],
    ["{'a': {'b': 1}}", { a: { b: 1 } }],
    ["env.HOME + '/x'", "/root/x"],
    ["context.run_id", "r1"],
    ["cel.bind(x, inputs.count, x * x)", 9],
    ["size(inputs) + inputs.count", 9],
    ["{'steps': {'a': 5}}.steps.a-1", 4],
    ["inputs.empty", null],
    ["inputs.empty == null", true],
    ["1u", 1],
    ["'|' + '||'", "|||"],
    ["inputs.count // it's a comment", 3]
  ])("%s is %j", (source, value) => {
    expect(valueOf(source)).toEqual(Either.right(value))
  })

  it.prop("gives the same value for the same scope, every time", [fc.integer(), fc.integer()], ([a, b]) => {
    const expression = Either.getOrThrow(parseExpression("inputs.a + inputs.b", 0))
    const within: Scope = { inputs: { a, b }, env: {} }
    expect(evaluate(expression, within)).toEqual(Either.right(a + b))
    expect(evaluate(expression, within)).toEqual(evaluate(expression, within))
  })

  it("sees the values of each scope it is evaluated in, not those of the one before", () => {
    const expression = Either.getOrThrow(parseExpression("inputs.list.map(x, x + 1)", 0))
    const within = (list: ReadonlyArray<number>): Scope => ({ inputs: { list }, env: {} })
    expect(evaluate(expression, within([1]))).toEqual(Either.right([2]))
    expect(evaluate(expression, within([5, 6]))).toEqual(Either.right([6, 7]))
  })
})

describe("an id as it is written in the manifest", () => {
  it.each<[string, Value]>([
    ["steps.heavy-thing.output.exit_code", 0],
    ["steps.heavy-thing.output.exit_code != 0", false],
    ["steps.heavy-thing.output.values.region + steps.heavy-thing.status", "eusucceeded"],
    ["steps.1st.status == 'skipped'", true],
    ["steps.in.status", "succeeded"],
    ["steps.in.status + '!'", "succeeded!"],
    ["steps . heavy-thing . status", "succeeded"],
    ["steps['heavy-thing'].status", "succeeded"],
    ["steps.build.output.exit_code-1", 1],
    ["steps.build.output.exit_code - index", -2],
    ["'steps.heavy-thing'", "steps.heavy-thing"],
    ["targets.web-1.status", "errored"],
    ["targets['x.y'].status == 'blocked'", true],
    ["has(steps.heavy-thing.output.exit_code)", true],
    ["has(steps.1st.output.exit_code)", false],
    ["has(steps.heavy-thing) && !has(steps.no-such)", true]
  ])("%s is %j", (source, value) => {
    expect(valueOf(source)).toEqual(Either.right(value))
  })

  it("does not move the place of an error that comes after it", () => {
    const error = errorOf("steps.heavy-thing.output.exit_code + steps.1st.output.nope")
    expect({ offset: error.offset, length: error.length }).toEqual({ offset: 54, length: 4 })
  })
})

describe("an integer", () => {
  it.each<[string, Value]>([
    ["item.id", 12345678901234567890n],
    ["item.id == 12345678901234567890", true],
    ["string(item.id)", "12345678901234567890"],
    ["[item.id, item.n]", [12345678901234567890n, 41]],
    ["item.past + 1", 9007199254740994n],
    ["item.past - item.past", 0]
  ])("in %s keeps all its digits", (source, value) => {
    expect(valueOf(source)).toEqual(Either.right(value))
  })

  it.prop("of any length passes through unchanged, reached by a path or worked on", [fc.bigInt()], ([integer]) => {
    const within: Scope = { inputs: { list: [integer] }, env: {}, item: integer }
    expect(String(Either.getOrThrow(valueOf("item", within)))).toBe(String(integer))
    expect(String(Either.getOrThrow(valueOf("inputs.list.map(x, x)[0]", within)))).toBe(String(integer))
  })

  it("that a sum takes beyond 64 bits is an error, not another number", () => {
    expect(errorOf("item.id + 1")).toMatchObject({ kind: "type", message: expect.stringContaining("overflow") })
  })
})

describe("what is not there", () => {
  it.each([
    ["inputs.nope", 7, "there is no `nope` in `inputs`"],
    ["inputs.nope.deeper", 7, "there is no `nope` in `inputs`"],
    ["inputs.level.length", 13, "there is no `length` in `inputs.level`"],
    ["inputs.suites.length", 14, "there is no `length` in `inputs.suites`"],
    ["steps.1st.output.exit_code", 17, "there is no `exit_code` in `steps.1st.output`"],
    ["steps.1st.output.exit_code != 0", 17, "there is no `exit_code` in `steps.1st.output`"],
    ["inputs.suites[5]", 0, "the list has no element 5"],
    ["iteration", 0, "`iteration` is not known here"],
    ["iteration + 1", 0, "`iteration` is not known here"],
    ["inputs.constructor", 7, "there is no `constructor` in `inputs`"],
    ["inputs.constructor == 1", 7, "there is no `constructor` in `inputs`"],
    ["inputs.toString", 7, "there is no `toString` in `inputs`"],
    ["inputs['hasOwnProperty'] + 'x'", 0, "there is no `hasOwnProperty` in `inputs`"],
    ["env.__proto__", 4, "there is no `__proto__` in `env`"],
    ["{'a': 1}.toString", 9, "there is no `toString` in `{'a': 1}`"],
    ["inputs.suites.map(s, s.valueOf)", 23, "there is no `valueOf` in `s`"]
  ])("in %s is missing, at %i", (source, offset, reason) => {
    const error = errorOf(source)
    expect(error).toMatchObject({ kind: "missing", offset })
    expect(error.message).toContain(reason)
  })

  it("is compared with what is there, to suggest it", () => {
    expect(errorOf("steps.heavy-thnig.status").hint).toBe("did you mean `heavy-thing`?")
    expect(errorOf("inputs.levle == 'x'").hint).toBe("did you mean `level`?")
  })

  it("may have a key named like a part of the language, and that key is found", () => {
    const within: Scope = { inputs: { constructor: 5, list: [{ constructor: "c" }] }, env: {} }
    expect(valueOf("inputs.constructor + 1", within)).toEqual(Either.right(6))
    expect(valueOf("inputs.list.map(x, x.constructor)", within)).toEqual(Either.right(["c"]))
  })
})

describe("an error", () => {
  it.each([
    ["", "syntax", 0, "no expression"],
    ["input.level", "syntax", 0, "unknown name `input`"],
    ["inputs.level = 'x'", "syntax", 13, "unexpected `=`"],
    ["(1 + 2", "syntax", 6, "expected `)`, found the end"],
    ["1 +", "syntax", 3, "ends too early"],
    ["'abc", "syntax", 0, "a string is not closed"],
    ["basenam('x')", "syntax", 0, "unknown function `basenam`"],
    ["inputs.level | defualt('x')", "syntax", 15, "unknown filter `defualt`"],
    ["inputs.level | default", "syntax", 15, "needs one argument"],
    ["inputs.level | default()", "syntax", 15, "needs one argument"],
    ["inputs.level |", "syntax", 14, "a filter belongs after `|`"],
    ["(inputs.nope | default('x'))", "syntax", 13, "unexpected `|`"],
    ["| default(1)", "syntax", 0, "nothing before the filter"],
    ["inputs.level | default(1 +)", "syntax", 26, "ends too early"],
    ["1 + 'a'", "type", 0, "int + string"],
    ["item.n + 'a'", "type", 0, "int + string"],
    ["inputs.level && true", "type", 7, "got 'string'"],
    ["1 / 0", "type", 0, "division by zero"],
    ["1.0 / 0.0", "type", 0, "not finite"],
    ["timestamp('2024-01-01T00:00:00Z')", "type", 0, "a timestamp"],
    ["b'bytes'", "type", 0, "bytes"],
    ["inputs.level.matches('(')", "syntax", 21, "the pattern can't be read: missing closing )"],
    ["int(inputs.level)", "type", 0, "cannot convert to int"],
    ["{[1]: 2}", "syntax", 1, "a key of a map must be text, a number or a boolean, and this is a list"]
  ])("in %j is of kind %s, at %i", (source, kind, offset, reason) => {
    const error = errorOf(source)
    expect(error).toMatchObject({ kind, offset })
    expect(error.message).toContain(reason)
    expect(error.message).toMatch(/^[a-z`](?!.*\.$)/)
  })

  it("counts its place from the start of the template", () => {
    const error = Either.getOrThrow(Either.flip(parseExpression("  inputz.a ", 100)))
    expect(error).toMatchObject({ offset: 102, length: 6, hint: "did you mean `inputs`?" })
  })

  it("names a long expression by its beginning", () => {
    expect(errorOf(`inputs.nope == '${"x".repeat(500)}'`).message.length).toBeLessThan(150)
  })
})

describe("a hostile expression", () => {
  it.each([
    ["longer than 64 KiB", `'${"x".repeat(70_000)}'`],
    ["of many terms", `1${" + 1".repeat(9_000)}`],
    ["deep in parentheses", `${"(".repeat(500)}1${")".repeat(500)}`],
    ["deep in negations", `${"!".repeat(60_000)}true`],
    ["with a huge list", `[${"1,".repeat(2_000)}1]`]
  ])("%s is refused with a word about its size", (_name, source) => {
    const error = errorOf(source)
    expect(error.kind).toBe("syntax")
    expect(error.message).toMatch(/too large|nested (too|more than 100) deep|has more than [0-9]+ (parts|elements)/)
  })

  it("as large as is allowed can be evaluated", () => {
    expect(valueOf(`1${" + 1".repeat(2_400)}`)).toEqual(Either.right(2_401))
  })
})
