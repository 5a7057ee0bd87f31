import { describe, expect, it } from "@effect/vitest"
import { Either, FastCheck as fc } from "effect"
import { evaluate, parseExpression } from "../../src/expression/Expression.ts"
import type { Scope } from "../../src/expression/Scope.ts"
import type { Value } from "../../src/expression/Value.ts"

const scope = (inputs: Scope["inputs"]): Scope => ({ inputs, env: {} })
const parsed = (source: string) => parseExpression(source, 0)
const valueOf = (source: string, inputs: Scope["inputs"] = {}) =>
  Either.flatMap(parsed(source), (expression) => evaluate(expression, scope(inputs)))

describe("matches", () => {
  it.each<[source: string, value: Value]>([
    ["'v1.2'.matches('[0-9]+')", true],
    ["matches('v1.2', '[0-9]+')", true],
    ["'v1.2'.matches('^[0-9]+$')", false],
    ["'über'.matches('^\\\\p{L}+$')", true],
    ["'A'.matches('(?i)a')", true],
    ["'a\\nb'.matches('a.b')", false],
    ["'a\\nb'.matches('(?s)a.b')", true],
    ["'😀'.matches('^.$')", true],
    ["'10.0.0.1'.matches('^([0-9]{1,3}[.]){3}[0-9]{1,3}$')", true],
    ["['a1', 'b', 'c2'].filter(x, x.matches(r'\\d$'))", ["a1", "c2"]],
    ["['x', 'y'].exists(p, 'xyz'.matches('^' + p + 'z'))", false],
    ["inputs.text.matches(inputs.pattern)", true],
    ["inputs.nope.matches('a') | default(false)", false]
  ])("%s is %j", (source, value) => {
    expect(valueOf(source, { text: "host-7", pattern: "^host-\\d$" })).toEqual(Either.right(value))
  })

  const { pattern: patterns } = fc.letrec<{ readonly pattern: string }>((tie) => ({
    pattern: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.constantFrom("a", "b", ".", "[ab]", "[^a]", "^", "$", "\\b", "\\w", ""),
      fc.tuple(tie("pattern"), tie("pattern")).map((both) => both.join("")),
      fc.tuple(tie("pattern"), tie("pattern")).map((both) => `(${both.join("|")})`),
      fc.tuple(tie("pattern"), fc.constantFrom("*", "+", "?", "{2}", "{1,3}")).map(([part, times]) =>
        `(?:${part})${times}`
      )
    )
  }))
  it.prop(
    "finds what the engine of the machine finds, in patterns that both know",
    [patterns, fc.stringMatching(/^[abc ]{0,12}$/)],
    ([pattern, text]) => {
      const found = valueOf("inputs.text.matches(inputs.pattern)", { text, pattern })
      expect(found).toEqual(Either.right(new RegExp(pattern).test(text)))
    }
  )
})

const lookAround = "write two conditions instead"

describe("a pattern that can't be used", () => {
  it.each<[pattern: string, reason: string, hint: string]>([
    ["(?=a)", "has a look-ahead, which RE2 does not have", lookAround],
    ["a(?!b)", "has a look-ahead, which RE2 does not have", lookAround],
    ["(?<=a)b", "has a look-behind, which RE2 does not have", lookAround],
    ["(?<!a)b", "has a look-behind, which RE2 does not have", lookAround],
    ["(a)\\\\1", "has a back-reference, which RE2 does not have", "compare the parts themselves"],
    ["(?>a)", "has an atomic group or a possessive repetition", "leave it out"],
    ["a++", "has an atomic group or a possessive repetition", "leave it out"],
    ["(", "can't be read: missing closing ): `(`", "syntax of RE2"],
    ["[z-a]", "can't be read: invalid character class range", "syntax of RE2"],
    ["a{1001}", "is too large", "smaller repetitions"],
    ["((a{100}){100}){100}", "is too large", "smaller repetitions"],
    ["(abcdefghij{0,500}){0,500}", "is too large", "smaller repetitions"],
    ["a{1000}".repeat(142), "is too large", "smaller repetitions"],
    ["(".repeat(400) + "a*" + ")*".repeat(290), "can't be read: missing closing )", "syntax of RE2"],
    ["x".repeat(1_001), "is longer than 1000 characters", "finds a text in one"]
  ])("%s is refused when the manifest is read, at its place", (pattern, reason, hint) => {
    const source = `inputs.text.matches('${pattern}')`
    const error = Either.getOrThrow(Either.flip(parsed(source)))
    expect(error).toMatchObject({
      kind: "syntax",
      message: expect.stringContaining(`: the pattern ${reason}`),
      hint: expect.stringContaining(hint),
      offset: "inputs.text.matches(".length,
      length: pattern.length + 2
    })
  })

  it.each(["inputs.text.matches(inputs.wild)", "matches(inputs.text, inputs.wild)"])(
    "is told when it comes up, where only the run knows it: %s",
    (source) => {
      const error = Either.getOrThrow(Either.flip(valueOf(source, { text: "a", wild: "(?=a)" })))
      expect(error).toMatchObject({
        kind: "type",
        message: expect.stringContaining("the pattern has a look-ahead"),
        hint: expect.stringContaining(lookAround),
        offset: source.indexOf("inputs.wild")
      })
    }
  )

  it("is told also where nothing would have been matched with it", () => {
    expect(Either.isLeft(parsed("false && 'a'.matches('(')"))).toBe(true)
  })

  it("does not hide what is wrong with the types", () => {
    expect(Either.flip(parsed("1.matches('a')"))).toMatchObject({ right: { kind: "type" } })
    expect(Either.flip(valueOf("inputs.n.matches('a')", { n: 1 }))).toMatchObject({ right: { kind: "type" } })
  })
})
