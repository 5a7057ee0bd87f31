import { describe, expect, it } from "@effect/vitest"
import { Either } from "effect"
import { evaluate, parseExpression } from "../../src/expression/Expression.ts"
import { inWords } from "../../src/expression/Type.ts"
import { notBool, notList } from "../../src/expression/TypeOfExpression.ts"
import { inputTypes, inputValues, mistakes, typed } from "./typed.ts"

describe("the type of an expression", () => {
  it.each([
    ["inputs.level", "text"],
    ["inputs.count", "an integer"],
    ["inputs.ratio", "a number"],
    ["inputs.flag", "true or false"],
    ["inputs.words", "a list"],
    ["inputs.words[0]", "text"],
    ["inputs.mixed[0]", "an integer or text"],
    ["inputs.list[0]", "anything"],
    ["inputs.map", "a map"],
    ["inputs.map.a", "an integer"],
    ["inputs['map']['b']", "text"],
    ["inputs.any.x.y", "anything"],
    ["env.HOME", "text"],
    ["inputs.count + 1", "an integer"],
    ["inputs.count - 1 > 2", "true or false"],
    ["inputs.ratio < 3", "true or false"],
    ["double(inputs.ratio) * 2.0", "a number"],
    ["-inputs.half", "a number"],
    ["!inputs.flag", "true or false"],
    ["inputs.level + '-' + inputs.name", "text"],
    ["inputs.words + inputs.words", "a list"],
    ["inputs.words + [1]", "a list"],
    ["'a' in inputs.words", "true or false"],
    ["'a' in inputs.map", "true or false"],
    ["inputs.flag ? inputs.count : inputs.name", "an integer or text"],
    ["inputs.flag ? inputs.list[0] : 1", "anything"],
    ["size(inputs.words)", "an integer"],
    ["inputs.name.size()", "an integer"],
    ["inputs.name.split(',')", "a list"],
    ["inputs.name.split(',')[0]", "text"],
    ["inputs.words.join(',')", "text"],
    ["inputs.list.join(',')", "text"],
    ["string(inputs.ratio)", "text"],
    ["int(inputs.name) + 1", "an integer"],
    ["basename(inputs.name)", "text"],
    ["inputs.whole.map(x, x + 1)", "a list"],
    ["inputs.whole.map(x, x > 1, string(x))[0]", "text"],
    ["inputs.whole.filter(x, x > 1)[0]", "an integer"],
    ["inputs.words.exists(w, w.startsWith('a'))", "true or false"],
    ["inputs.map.map(k, k + '!')", "a list"],
    ["inputs.map.all(k, k != '')", "true or false"],
    ["cel.bind(x, inputs.count, x + x)", "an integer"],
    ["[1, 'a'][0]", "an integer or text"],
    ["[]", "a list"],
    ["[][0]", "nothing"],
    ["{'a': 1, 'b': 'x'}.b", "text"],
    ["has(inputs.map.a)", "true or false"],
    ["timestamp('2024-01-01T00:00:00Z') + duration('1h') > timestamp('2024-01-01T00:00:00Z')", "true or false"],
    ["(timestamp('2024-01-01T00:00:00Z') - timestamp('2024-01-01T00:00:00Z')).getHours()", "an integer"],
    ["inputs.count | default('none')", "an integer or text"],
    ["inputs.nil | default('none')", "text"],
    ["inputs.words | join(', ')", "text"],
    ["inputs.words | contains('a')", "true or false"],
    ["inputs.name | contains('a')", "true or false"],
    ["[inputs.map] | map('a')", "a list"],
    ["[inputs.map] | map('b') | join(',')", "text"],
    ["inputs.list | map('a.b')", "a list"]
  ])("of %s is %s", (source, words) => {
    const { problems, type } = typed(source)
    expect(problems).toEqual([])
    expect(inWords(type)).toBe(words)
  })
})

describe("a mistake of type", () => {
  it.each<[string, ReadonlyArray<string>]>([
    ["inputs.count == '0'", [
      "inputs.count == '0': an integer is compared with text, so that it is always false (make both sides alike with `string(…)`, `int(…)` or `double(…)`)"
    ]],
    ["inputs.count != '0'", [
      "inputs.count != '0': an integer is compared with text, so that it is always true (make both sides alike with `string(…)`, `int(…)` or `double(…)`)"
    ]],
    ["inputs.name == null", [
      "inputs.name == null: text is compared with null, so that it is always false (what has no value is missing, not null: `has(…)` says whether it is there)"
    ]],
    ["inputs.level > 3", [
      "inputs.level > 3: text is compared with an integer (make both sides alike with `string(…)`, `int(…)` or `double(…)`)"
    ]],
    ["inputs.words > inputs.words", [
      "inputs.words > inputs.words: a list has no order (`<` and the like are for numbers, text and times)"
    ]],
    ["inputs.level == 'ful'", ["inputs.level == 'ful': `inputs.level` is never `ful` (did you mean `full`?)"]],
    ["'x' != inputs.level", ["'x' != inputs.level: `inputs.level` is never `x` (it is one of `quick`, `full`)"]],
    ["inputs.level == ''", ["inputs.level == '': `inputs.level` is never empty (it is one of `quick`, `full`)"]],
    ["inputs.level in ['quick', 'ful', 3]", [
      "'ful': `inputs.level` is never `ful` (did you mean `full`?)",
      "3: text is compared with an integer, so that it is always false (make both sides alike with `string(…)`, `int(…)` or `double(…)`)"
    ]],
    ["inputs.count in inputs.words", [
      "inputs.count in inputs.words: an integer is compared with text, so that it is always false (make both sides alike with `string(…)`, `int(…)` or `double(…)`)"
    ]],
    ["'a' in inputs.name", [
      "'a' in inputs.name: `in` needs a list or a map after it, and this is text (whether a text holds another says `….contains(…)`)"
    ]],
    ["inputs.name + inputs.count", [
      "inputs.name + inputs.count: text and an integer can't be added (make both sides text with `string(…)`)"
    ]],
    ["inputs.flag - inputs.flag", ["inputs.flag - inputs.flag: true or false can't be subtracted"]],
    ["inputs.ratio * 2", [
      "inputs.ratio * 2: it may mix an integer with a number that has a fraction, which can't be multiplied (make both sides alike with `double(…)` or `int(…)`)"
    ]],
    ["inputs.half % inputs.half", [
      "inputs.half % inputs.half: only integers have a remainder (make both sides integers with `int(…)`)"
    ]],
    ["-inputs.name", ["-inputs.name: `-` needs a number after it, and this is text"]],
    ["!inputs.name", ["!inputs.name: `!` needs true or false after it, and this is text"]],
    ["inputs.name && inputs.flag", [
      "inputs.name: what stands before `&&` must be true or false, and this is text (compare it with something, such as `… != ''` or `… > 0`)"
    ]],
    ["inputs.flag || inputs.count", [
      "inputs.count: what stands after `||` must be true or false, and this is an integer (compare it with something, such as `… != ''` or `… > 0`)"
    ]],
    ["inputs.count ? 1 : 2", [
      "inputs.count: what stands before `?` must be true or false, and this is an integer (compare it with something, such as `… != ''` or `… > 0`)"
    ]],
    ["(inputs.flag ? inputs.count : inputs.name) + 1", [
      "(inputs.flag ? inputs.count : inputs.name) + 1: an integer or text and an integer can't be added (make both sides text with `string(…)`)"
    ]],
    ["3 * (inputs.name + 1)", [
      "inputs.name + 1: text and an integer can't be added (make both sides text with `string(…)`)"
    ]],
    ["size(inputs.count)", [
      "size(inputs.count): there is no `size` with an integer (it is `size(string): int` or `size(bytes): int` or `size(list<dyn>): int` or `size(map<dyn, dyn>): int`)"
    ]],
    ["inputs.name.startsWith(inputs.count)", [
      "inputs.name.startsWith(inputs.count): there is no `startsWith` on text with an integer (it is `string.startsWith(string): bool`)"
    ]],
    ["inputs.whole.join(',')", [
      "inputs.whole.join(','): there is no `join` on a list with text (it is `list<string>.join(string): string`)"
    ]],
    ["inputs.name.map(x, x)", ["inputs.name: `map` goes over a list or a map, and this is text"]],
    ["inputs.whole.filter(x, x)", [
      "x: what `filter` asks must be true or false, and this is an integer (compare it with something, such as `… != ''` or `… > 0`)"
    ]],
    ["inputs.mixed.map(x, x + 1)", [
      "x + 1: an integer or text and an integer can't be added (make both sides text with `string(…)`)"
    ]],
    ["inputs.words[0.5]", [
      "inputs.words[0.5]: a list is counted by an integer, not by a number (the first element is `[0]`)"
    ]],
    ["inputs.count[0]", ["inputs.count[0]: an integer has no elements (`[…]` goes after a list or a map)"]],
    ["inputs.any[1]", ["inputs.any[1]: the keys of a map are text, not an integer"]],
    ["inputs.map.c", ["c: there is no `c` in `inputs.map` (it has `a`, `b`)"]],
    ["inputs.map['aa']", ["'aa': there is no `aa` in `inputs.map` (did you mean `a`?)"]],
    ["inputs.words.length", ["length: a list has no `length` (how long it is says `size(…)`)"]],
    ["inputs.words.x", ["x: a list has no `x` (take one element, such as `…[0].x`, or that of all: `… | map('x')`)"]],
    ["inputs.name.x", ["x: text has no `x`"]],
    ["has(inputs.map.c)", ["c: there is no `c` in `inputs.map` (it has `a`, `b`)"]],
    ["steps.a.status", ["steps: `steps` is not known here"]],
    ["inputs.words | join(1)", [
      "join(1): its separator must be text, and this is an integer (for example `join(', ')`)"
    ]],
    ["inputs.name | join(',')", ["join(','): it needs a list before it, and this is text"]],
    ["inputs.count | contains(1)", ["contains(1): it needs a list, text or a map before it, and this is an integer"]],
    ["inputs.name | contains(1)", [
      "contains(1): it asks whether text contains an integer; that must be text (make it text with `string(…)`)"
    ]],
    ["inputs.name | map('a')", ["map('a'): it needs a list before it, and this is text"]],
    ["inputs.words | map(1)", ["map(1): its path must be text such as 'a.b', and this is an integer"]],
    ["[inputs.map] | map('c')", ["map('c'): there is no `c` in `inputs.map` (it has `a`, `b`)"]],
    ["inputs.nope | default('x')", ["nope: there is no `nope` in `inputs`"]],
    ["timestamp('2024-01-01T00:00:00Z')", [
      "timestamp('2024-01-01T00:00:00Z'): it comes to a timestamp, which can't be put anywhere (turn it into text or a number inside the expression)"
    ]],
    ["[inputs.name + 1, inputs.count + 'a']", [
      "inputs.name + 1: text and an integer can't be added (make both sides text with `string(…)`)",
      "inputs.count + 'a': an integer and text can't be added (make both sides text with `string(…)`)"
    ]]
  ])("in %s", (source, told) => {
    expect(mistakes(source)).toEqual(told)
  })

  it.each([
    ["inputs.nope.a.b == 1 && inputs.nope", 2],
    ["[inputs.a, inputs.b, inputs.c].map(x, x + inputs.d)", 4],
    ["inputs.flag ? inputs.a : inputs.b", 2],
    ["{'k': inputs.a}.k + inputs.b", 2]
  ])("in %s is told %i times: all at once", (source, count) => {
    expect(typed(source).problems).toHaveLength(count)
  })

  it("is told at its place in a text with hyphens in ids, parentheses and strings", () => {
    const source = "(('a}}(' + inputs.name)) + (inputs.count)"
    expect(mistakes(source)).toEqual([
      `${source}: text and an integer can't be added (make both sides text with \`string(…)\`)`
    ])
  })
})

describe("what a place wants", () => {
  it.each([
    ["inputs.flag", undefined],
    ["inputs.list[0]", undefined],
    ["inputs.name", "a condition must be true or false, and this is text"],
    ["inputs.flag | default('x')", "a condition must be true or false, and this is true or false or text"]
  ])("%s as a condition: %s", (source, message) => {
    expect(notBool(typed(source).type)?.message).toBe(message)
  })

  it.each([
    ["inputs.words", undefined],
    ["inputs.any.x", undefined],
    ["inputs.map", "`over` must give a list, and this is a map"]
  ])("%s as a list: %s", (source, message) => {
    expect(notList(typed(source).type, "over")?.message).toBe(message)
  })
})

const evaluated = (source: string) =>
  Either.flatMap(
    parseExpression(source, 0),
    (expression) => evaluate(expression, { inputs: inputValues, env: { HOME: "/root" } })
  )

/** Whether CEL itself finds nothing wrong with the kinds of the values. */
const isFine = (source: string): boolean => {
  const value = evaluated(source)
  return Either.isRight(value) || value.left.kind !== "type"
    || /division|modulo|conversion|finite/.test(value.left.message)
}

const operators = ["+", "-", "*", "/", "%", "<", "<=", ">", ">=", "in"]
const inputs = Object.keys(inputTypes).map((name) => `inputs.${name}`)
const pairs = operators.flatMap((op) => inputs.flatMap((a) => inputs.map((b) => [`${a} ${op} ${b}`] as const)))

describe("what is told of operators is what CEL does", () => {
  it(`in all ${pairs.length} combinations of kinds of values`, () => {
    // What may be one of several kinds is refused where only some of them would do.
    const unsure = /ratio|mixed|list|any/
    const wrong = pairs.filter(([source]) => {
      const isRefused = typed(source).problems.some(({ message }) => !message.includes("so that it is always"))
      return unsure.test(source)
        ? !isRefused && !isFine(source) && !/list|any/.test(source)
        : isRefused === isFine(source)
    })
    expect(wrong).toEqual([])
  })

  it("unlike things are never equal", () => {
    const wrong = inputs.flatMap((a) => inputs.map((b) => `${a} == ${b}`)).filter((source) =>
      typed(source).problems.length > 0 && Either.getOrElse(evaluated(source), () => true) !== false
    )
    expect(wrong).toEqual([])
  })

  it("what has a kind of its own equals itself", () => {
    expect(inputs.filter((each) => typed(`${each} == ${each}`).problems.length > 0)).toEqual([])
  })
})

describe("a hostile expression", () => {
  it.each([
    ["of many terms", `1${" + 1".repeat(2_400)}`],
    ["of many conditions", `inputs.flag${" && inputs.flag".repeat(1_200)}`],
    ["of many conditions about one thing", `inputs.count > 0${" && inputs.count != 5".repeat(900)}`],
    ["of many choices", `${"inputs.flag ? 1 : (".repeat(40)}1${")".repeat(40)}`]
  ])("%s is typed in no time", (_what, source) => {
    expect(typed(source).problems).toEqual([])
  })
})
