import { describe, expect, it } from "@effect/vitest"
import { Either, FastCheck } from "effect"
import { parseJson } from "../../src/expression/Value.ts"
import { readDocument } from "../../src/manifest/ReadManifest.ts"
import { shown } from "./reading.ts"

const read = (text: string) => readDocument({ file: "batch.yaml", text })
const mistakes = (text: string): ReadonlyArray<string> =>
  Either.match(read(text), { onLeft: (error) => shown(error.diagnostics), onRight: () => [] })

const unquoted =
  "an expression that is not quoted: YAML reads `{{` as the start of a mapping (write it in quotes: `\"{{ … }}\"`)"

describe("YAML that is none", () => {
  it.each<readonly [what: string, text: string, ...mistakes: ReadonlyArray<string>]>([
    ["an expression without quotes", "id: {{ item }}\n", `1: {{ item }}: ${unquoted}`],
    ["an expression without quotes that goes on", "id: {{ item }}-x\n", `1: {{: ${unquoted}`],
    ["an expression without quotes in a list", "command: [ a, {{ item }} ]\n", `1: {{ item }}: ${unquoted}`],
    ["an expression without quotes inside a text in braces", "env: { A: b-{{ x }} }\n", `1: {{: ${unquoted}`],
    ["an expression without quotes in braces", "env: { A: {{ x }}, B: c }\nname: b\n", `1: {{ x }}: ${unquoted}`],
    ["a tab", "a:\n\tb: c\n", "2: \t: a tab stands where YAML takes spaces alone (indent with spaces)"],
    [
      "a key used twice",
      "a: 1\nb: { c: 1, c: 2 }\na: 2\n",
      "2: c: duplicate key `c` (keep one of them)",
      "3: a: duplicate key `a` (keep one of them)"
    ],
    [
      "two documents",
      "a: 1\n---\nb: 1\n",
      "2: ---: a second document, where one is expected (put it into a file of its own, or take out the `---`)"
    ],
    [
      "a colon in a value",
      "a: b: c\n",
      "1: b: a second `key: value` on the same line (put it on its own line, or quote the value if `: ` is part of it)"
    ],
    ["an open quote", "a: \"b\nc: d\n", "1: \": a quote that is not closed (close it, or escape it)"],
    ["an unknown tag", "a: !b c\n", "1: !b: unresolved tag: !b (tags have no meaning here: leave it out)"],
    ["an anchor inside itself", "a: &a [*a]\n", "1: *a: `*a` refers to an anchor that does not end before it"],
    [
      "a number without end",
      "a: .inf\n",
      "1: .inf: `.inf` is not a number that JSON can hold (quote it to make it a text)"
    ],
    [
      "a number of a million digits",
      `a: ${"1".repeat(1_000_000)}\n`,
      "1: : a number of more than 1000 digits (quote it to make it a text)"
    ],
    ["a prototype", "__proto__: { a: b }\n", "1: __proto__: `__proto__` can't be a key"]
  ])("%s is told in plain words", (_what, text, ...expected) => {
    expect(mistakes(text)).toEqual(expected)
  })

  it.each<readonly [what: string, text: string]>([
    ["brackets", "[".repeat(200_000)],
    ["braces", `a: ${"{a: ".repeat(5000)}1${"}".repeat(5000)}`],
    ["lists in lists", `${"- ".repeat(5000)}a`]
  ])("nesting without end is refused, not followed: %s", (_what, text) => {
    expect(mistakes(text)).toEqual([
      expect.stringContaining(
        "nested more than 200 deep (is a bracket not closed? steps may stand in each other 50 deep)"
      )
    ])
  })

  it("aliases that explode are refused", () => {
    const letters = [..."abcdefghij"]
    const bomb = letters.map((letter, index) =>
      `${letter}: &${letter} [${Array.from({ length: 9 }, () => index === 0 ? "x" : `*${letters[index - 1]}`)}]`
    )
    expect(mistakes(bomb.join("\n"))).toEqual([
      "7: *f: the aliases up to here stand for more than 1000000 values (aliases of aliases multiply: write the values out, or take them from a file with `forEach`)"
    ])
  })
})

describe("YAML and JSON values", () => {
  it.prop("JSON is read as JSON has it", [FastCheck.jsonValue({ maxDepth: 5, noUnicodeString: false })], ([value]) => {
    const text = JSON.stringify(value)
    FastCheck.pre(!text.includes("__proto__"))
    expect(Either.getOrThrow(read(`{"v":${text}}`))).toEqual({ v: parseJson(text) })
  })

  it.each<readonly [text: string, value: unknown]>([
    ["a: 0x1F", { a: 31 }],
    ["a: 12345678901234567890", { a: 12345678901234567890n }],
    ["a: -12345678901234567890", { a: -12345678901234567890n }],
    ["a: 0xFFFFFFFFFFFFFFFFFF", { a: 0xFFFFFFFFFFFFFFFFFFn }],
    ["a: yes", { a: "yes" }],
    ["a: 1.50", { a: 1.5 }],
    ["a:", { a: null }],
    ["1: b\n1.0: c", { "1": "b", "1.0": "c" }],
    ["\uFEFFa: b\r\nc: d\r\n", { a: "b", c: "d" }]
  ])("%j", (text, value) => {
    expect(Either.getOrThrow(read(text))).toEqual(value)
  })
})
