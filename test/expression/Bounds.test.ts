import { describe, expect, it } from "@effect/vitest"
import { Either, FastCheck as fc } from "effect"
import { readFileSync } from "node:fs"
import { evaluate, parseExpression } from "../../src/expression/Expression.ts"
import type { ExpressionError } from "../../src/expression/ExpressionError.ts"
import { limits, maxSourceLength } from "../../src/expression/Language.ts"
import * as Limits from "../../src/expression/Limits.ts"
import type { Scope } from "../../src/expression/Scope.ts"
import { parseTemplate, renderText } from "../../src/expression/Template.ts"
import type { Value } from "../../src/expression/Value.ts"

const upTo = (count: number): ReadonlyArray<number> => Array.from({ length: count }, (_, at) => at)
/** Texts of `a` and `b` in no order that a pattern could make use of. */
const unruly = (length: number): string => {
  let state = 1
  return Array.from({ length }, () => {
    state = (state * 48_271) % 2_147_483_647
    return state % 2 === 0 ? "a" : "b"
  }).join("")
}

const inputs = {
  thousand: upTo(1_000),
  many: upTo(10_000),
  texts: upTo(100_000).map(String),
  objects: upTo(100_000).map((n) => ({ n })),
  million: upTo(1_000_000),
  long: "x".repeat(1_000_000),
  unruly: unruly(1_000_000),
  digits: "1".repeat(16_384),
  pattern: "(a+)+$",
  wild: "(?=a)",
  patterns: upTo(100).map((n) => `a{${n + 1}}`)
}
const scope: Scope = { inputs, env: {} }

const evaluated = (source: string, within: Scope = scope): Either.Either<Value, ExpressionError> =>
  Either.flatMap(parseExpression(source, 0), (expression) => evaluate(expression, within))

/** `cel.bind` in `cel.bind`, each value made of the one before; `end` is made of the last. */
const bound = (depth: number, first: string, next: (name: string) => string, end: (name: string) => string): string => {
  const steps = upTo(depth).map((at) => `cel.bind(v${at}, ${at === 0 ? first : next(`v${at - 1}`)}, `)
  return `${steps.join("")}${end(`v${depth - 1}`)}${")".repeat(depth)}`
}
const twice = (name: string) => `${name} + ${name}`
const pair = (name: string) => `[${name}, ${name}]`
const same = (name: string) => name
const sized = (name: string) => `size(${name})`

/** What it comes to, and the seconds of processor time that took. */
const timed = (source: string) => {
  const before = process.cpuUsage()
  const result = evaluated(source)
  const { system, user } = process.cpuUsage(before)
  return { result, seconds: (system + user) / 1e6 }
}

const steps = "it takes more than 4,000,000 steps"
const text = "it makes more than 10,000,000 characters of text"

describe("an expression that would take for ever, or all memory, ends with an error", () => {
  it.each<[name: string, source: string, kind: string, message: string]>([
    ["a megabyte of text", `'${"x".repeat(1_048_576)}'`, "syntax", "too large: longer than 65536 characters"],
    ["a megabyte of terms", `1${"+1".repeat(524_288)}`, "syntax", "too large: longer than 65536 characters"],
    ["a megabyte of parentheses", "(".repeat(1_048_576), "syntax", "too large: longer than 65536 characters"],
    ["60,000 negations", `${"!".repeat(60_000)}true`, "syntax", "nested too deep"],
    ["text doubled 40 times", bound(40, "'x'", twice, sized), "limit", text],
    ["a list doubled 40 times", bound(40, "[1]", twice, sized), "limit", steps],
    ["a list of itself, 40 times", bound(40, "[1]", pair, same), "limit", steps],
    ["such lists compared", `[${bound(40, "[1]", pair, same)}] == [${bound(40, "[1]", pair, same)}]`, "limit", steps],
    ["such lists looked for", `inputs.thousand in [${bound(40, "[1]", pair, same)}]`, "limit", steps],
    ["such lists in a filter", `${bound(40, "[1]", pair, same)} | join(',')`, "limit", steps],
    [
      "maps as keys of maps",
      bound(40, "{1: 1}", (name) => `{${name}: ${name}}`, same),
      "syntax",
      "a key of a map must"
    ],
    [
      "macros three deep",
      "inputs.thousand.map(a, inputs.thousand.map(b, inputs.thousand.map(c, a)))",
      "limit",
      steps
    ],
    [
      "macros that go on past errors",
      "inputs.many.exists(a, inputs.many.exists(b, inputs.many.exists(c, c.x == 1)))",
      "limit",
      steps
    ],
    ["errors that `||` passes over", "inputs.million.all(x, x.a == 1 || true)", "limit", steps],
    ["a limit that `||` passes over", "inputs.million.all(x, x.a == 1 || true) || true", "limit", steps],
    ["a limit that `default` follows", `${bound(40, "[1]", twice, sized)} | default(1)`, "limit", steps],
    ["a million elements, worked on", "inputs.million.filter(x, x % 7 == 3 && x > 5)", "limit", steps],
    ["a list of objects, over and over", "inputs.many.map(x, inputs.objects.map(o, o.n))", "limit", steps],
    ["lists looked through", "inputs.many.filter(x, string(x) + '!' in inputs.texts)", "limit", steps],
    ["texts put together", "inputs.many.map(x, inputs.long + string(x)).size()", "limit", text],
    ["one text many times", "inputs.many.map(x, inputs.long)", "limit", text],
    ["texts compared", "inputs.million.filter(x, inputs.long < inputs.unruly)", "limit", steps],
    ["texts counted", "inputs.many.map(x, size(inputs.long))", "limit", steps],
    ["a text split", "inputs.many.map(x, inputs.long.split(''))", "limit", steps],
    ["a search made to be slow", "inputs.unruly.contains(inputs.unruly.substring(0, 400000) + 'c')", "limit", steps],
    ["a join with a long separator", "inputs.texts.join(inputs.long)", "limit", text],
    ["such a join as a filter", "inputs.texts | join(inputs.long)", "limit", text],
    ["a join of long texts", "inputs.many.map(x, inputs.long) | join('')", "limit", text],
    ["a duration without a unit", "duration(inputs.digits)", "type", "too long for a duration"],
    ["JSON without an end", `bytes('${"[".repeat(30_000)}').json() == {}`, "type", "more than 200 deep"],
    ["a hundred patterns", "inputs.patterns.exists(p, 'x'.matches(p))", "limit", "64 different patterns"],
    ["a large pattern over a long text", "inputs.unruly.matches('a[ab]{900}[cd]$')", "limit", steps]
  ])("%s", (_name, source, kind, message) => {
    const { result, seconds } = timed(source)
    const error = Either.getOrThrow(Either.flip(result))
    expect(error).toMatchObject({ kind, message: expect.stringContaining(message) })
    expect(error.message.length).toBeLessThan(200)
    // Far more than it takes: what this finds takes hours.
    expect(seconds).toBeLessThan(4)
  })

  it("also where the text of a whole value is asked for, and not the value", () => {
    const list = { inputs: { list: upTo(20).map(() => inputs.long) }, env: {} }
    const template = Either.getOrThrow(parseTemplate("all: {{ inputs.list }}"))
    expect(Either.flip(renderText(template, list))).toMatchObject({ right: { kind: "limit" } })
    expect(Either.map(evaluated("inputs.list", list), (value) => value === list.inputs.list)).toEqual(
      Either.right(true)
    )
  })
})

describe("an expression over much ends well", () => {
  it.each<[source: string, value: Value]>([
    ["inputs.million.map(x, x).size()", 1_000_000],
    ["inputs.many.filter(x, x % 7 == 3 && x > 5).size()", 1_428],
    ["inputs.many.filter(x, x in inputs.thousand).size()", 1_000],
    ["inputs.objects.filter(o, o.n >= 99990).map(o, o.n)", upTo(10).map((n) => 99_990 + n)],
    ["inputs.texts.join(',').size()", 588_889],
    ["inputs.many.filter(x, string(x).matches('^[0-9]*55$')).size()", 100],
    ["inputs.long.matches('(x+x+)+y')", false],
    ["inputs.unruly.matches('(a|b|ab)*c$')", false],
    ["matches(inputs.long, 'x$')", true],
    ["inputs.long.contains('xy')", false],
    [`${bound(15, "'x'", twice, sized)}`, 16_384],
    ["inputs.million | contains(999999)", true],
    ["inputs.texts | map('a') | default('none')", "none"]
  ])("%s", (source, value) => {
    const { result, seconds } = timed(source)
    expect(result).toEqual(Either.right(value))
    expect(seconds).toBeLessThan(4)
  })

  const items = upTo(10_000).map((at) => ({
    status: at % 100 === 0 ? "failed" as const : "succeeded" as const,
    steps: {
      e2e: {
        status: at % 100 === 0 ? "failed" as const : "succeeded" as const,
        attempts: 1,
        // Much that no expression below looks at.
        output: {
          exit_code: at % 100 === 0 ? 2 : 0,
          stdout: "text\n",
          stderr: "",
          json: { all: upTo(500), name: `n${at}` }
        }
      }
    }
  }))
  const shards: Scope = {
    inputs: {},
    env: {},
    steps: { shards: { status: "succeeded", attempts: 0, output: { items } } }
  }
  it.each<[source: string, value: Value]>([
    ["steps.shards.output.items.filter(i, i.steps.e2e.output.exit_code != 0).size()", 100],
    ["steps.shards.output.items.filter(i, i.status == 'failed').map(i, i.steps.e2e.output.json.name)[99]", "n9900"],
    ["steps.shards.output.items.exists(i, i.steps.e2e.output.stdout.matches('fatal|panic'))", false],
    ["steps.shards.output.items[9999].steps.e2e.output.json.all[499]", 499],
    ["steps.shards.output.items | map('status') | contains('skipped')", false]
  ])("of a map with 10,000 items: %s", (source, value) => {
    expect(evaluated(source, shards)).toEqual(Either.right(value))
  })
})

describe("what an expression may do", () => {
  it("does not depend on what was evaluated before", () => {
    const list = Either.getOrThrow(parseExpression("inputs.list.filter(x, x > 1).size() + inputs.list.size()", 0))
    const near = { inputs: { list: upTo(660_000) }, env: {} }
    const past = { inputs: { list: upTo(670_000) }, env: {} }
    for (const _ of upTo(2)) {
      expect(evaluate(list, near)).toMatchObject({ _tag: "Right" })
      expect(evaluate(list, past)).toMatchObject({ left: { kind: "limit" } })
      expect(evaluate(list, past)).toMatchObject({ left: { kind: "limit" } })
    }
  })

  it("is counted for all of an expression, its filters and their arguments", () => {
    const half = "inputs.million.map(x, x).size()"
    expect(evaluated(`${half} + ${half}`)).toMatchObject({
      left: { kind: "limit", message: expect.stringContaining(steps) }
    })
    expect(evaluated(`null | default(${half})`)).toEqual(Either.right(1_000_000))
    expect(evaluated(`[${half}] | contains(${half})`)).toMatchObject({ left: { kind: "limit" } })
  })
})

describe("whatever an expression says", () => {
  type Kinds = { readonly list: string; readonly text: string; readonly number: string; readonly truth: string }
  const kinds = fc.letrec<Kinds>((tie) => {
    const [list, text, number, truth] = [tie("list"), tie("text"), tie("number"), tie("truth")]
    const any = fc.oneof(list, text, number, truth)
    const made = (pattern: string, ...parts: ReadonlyArray<fc.Arbitrary<string>>) =>
      fc.tuple(...parts).map((all) => pattern.replace(/\$(\d)/g, (_, at) => `(${all[Number(at)] ?? ""})`))
    const oneOf = (leaves: ReadonlyArray<string>, ...more: ReadonlyArray<fc.Arbitrary<string>>) =>
      fc.oneof({ depthIdentifier: "part", maxDepth: 5, withCrossShrink: true }, fc.constantFrom(...leaves), ...more)
    return {
      list: oneOf(
        ["inputs.many", "inputs.texts", "inputs.objects", "inputs.patterns", "[1, 2, 3]", "l", "[{'a': 1}]"],
        made("$0.map(x, $1)", list, any),
        made("$0.map(x, $1, $2)", list, truth, any),
        made("$0.filter(x, $1)", list, truth),
        made("$0 + $1", list, list),
        made("[$0, $0, $1]", any, any),
        made("cel.bind(l, [$0, $0], $1)", list, list),
        made("$0.split($1)", text, text),
        made("$0 ? $1 : $2", truth, list, list)
      ),
      text: oneOf(
        [
          "'a'",
          "''",
          "inputs.long",
          "inputs.unruly",
          "inputs.pattern",
          "inputs.wild",
          "inputs.digits",
          "string(x)",
          "t"
        ],
        made("$0 + $1", text, text),
        made("cel.bind(t, $0 + $0, $1)", text, text),
        made("$0.map(x, $1).join($2)", list, text, text),
        made("string($0)", number),
        made("$0.upperAscii()", text)
      ),
      number: oneOf(
        ["1", "x", "-7", "2"],
        made("size($0)", list),
        made("size($0)", text),
        made("$0 * $1", number, number),
        made("$0.indexOf($1)", text, text)
      ),
      truth: oneOf(
        ["true", "x == 1", "x.n > 5", "has(x.n)"],
        made("$0 == $1", any, any),
        made("$0 < $1", text, text),
        made("$0 in $1", any, list),
        made("$0 && $1", truth, truth),
        made("$0 || $1", truth, truth),
        made("$0.exists(x, $1)", list, truth),
        made("$0.all(x, $1)", list, truth),
        made("$0.matches($1)", text, text),
        made("$0.contains($1)", text, text)
      )
    }
  })
  const filters = fc.constantFrom("", " | join(',')", " | contains('a')", " | default(1)", " | map('n')")
  const sources = fc.tuple(fc.oneof(kinds.list, kinds.text, kinds.number, kinds.truth), filters).map(
    ([source, filter]) => `cel.bind(x, 1, cel.bind(l, inputs.many, cel.bind(t, inputs.long, ${source})))${filter}`
  )

  it.prop("it ends soon, with a value or an error, and in the same way each time", [sources], ([source]) => {
    const { result, seconds } = timed(source)
    expect(seconds).toBeLessThan(4)
    const told = Either.mapLeft(result, ({ kind, message }) => ({ kind, message }))
    expect(Either.mapLeft(evaluated(source), ({ kind, message }) => ({ kind, message }))).toEqual(told)
    if (Either.isLeft(told)) expect(told.left.message.length).toBeLessThan(400)
  })
})

it("the page about security has the figures that hold", () => {
  const page = readFileSync(new URL("../../docs/security.md", import.meta.url), "utf8")
  const figure = (count: number) => String(count).replace(/\B(?=(?:\d{3})+$)/g, ",")
  for (
    const words of [
      `${figure(maxSourceLength)} characters, ${figure(limits.maxAstNodes)} parts, nested ${limits.maxDepth} deep`,
      `${figure(Limits.mostWork)} steps`,
      `${figure(Limits.mostText)} characters`,
      `${figure(Limits.longestPattern)} characters, ${figure(Limits.largestPattern)} instructions`,
      `| ${Limits.mostPatterns} `,
      `nested ${Limits.deepestValue} deep, numbers of ${figure(Limits.mostDigits)} digits`,
      `${figure(Limits.mostItems)} each`
    ]
  ) {
    expect(page).toContain(words)
  }
})
