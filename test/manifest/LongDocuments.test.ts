import { describe, expect, it } from "@effect/vitest"
import { Either, FastCheck, Option } from "effect"
import { stringify } from "yaml"
import { readJson } from "../../src/manifest/JsonDocument.ts"
import { readDocument } from "../../src/manifest/ReadManifest.ts"
import { parseYaml } from "../../src/manifest/YamlDocument.ts"
import { readPlain } from "../../src/manifest/YamlLists.ts"
import { yamlValue } from "../../src/manifest/YamlValue.ts"
import { diagnosticsOf, shown } from "./reading.ts"

const whole = (text: string) => Either.getOrThrow(Either.flatMap(parseYaml(text), (document) => yamlValue(document)))

const item = FastCheck.jsonValue({ maxDepth: 3 })
/** Items enough to be read bit by bit, of a few kinds. */
const list = FastCheck.tuple(
  FastCheck.array(item, { minLength: 1, maxLength: 4 }),
  FastCheck.integer({ min: 1, max: 700 })
)
  .map(([few, count]) => Array.from({ length: count }, (_, at) => few[at % few.length]))

const listed = (count: number, more = ""): string =>
  `name: a\ntargets:\n${
    Array.from({ length: count }, (_, at) => `  - id: t${at}\n    run: |\n      make ${at}\n`).join("")
  }${more}`

describe("a long list in YAML", () => {
  it.prop(
    "read bit by bit is what it is as a whole",
    [list, list, FastCheck.constantFrom(0, 40, 80), FastCheck.constantFrom(0, 2, 4)],
    ([first, second, lineWidth, indent]) => {
      const text = stringify({ a: first, b: 1, "c d": second, e: { f: second } }, {
        aliasDuplicateObjects: false,
        lineWidth,
        indent: indent === 0 ? 2 : indent,
        indentSeq: indent !== 0
      })
      FastCheck.pre(!text.includes("__proto__"))
      expect(whole(text)).toEqual(Option.getOrThrow(readPlain(text)))
    },
    { fastCheck: { numRuns: 30 } }
  )

  it("may have comments, empty lines and items without a value anywhere", () => {
    const text = `# of\nname: a # b\ntargets:\n${
      Array.from({ length: 900 }, (_, at) =>
        ["  - a\n\n", "  # note\n  - { b: c } # d\n", "  -\n", "  - e:\n    # f\n\n"][at % 4])
        .join("")
    }# end\nlast: 1\n`
    expect(Option.getOrThrow(readPlain(text))).toEqual(whole(text))
    expect(readDocument({ file: "x", text })).toEqual(Either.right(whole(text)))
  })

  it("keeps its anchors", () => {
    const text = listed(500, "  - &x { id: x, run: y }\nother: *x\n")
    expect(readPlain(text)).toEqual(Option.none())
    expect(Either.getOrThrow(readDocument({ file: "x", text }))).toMatchObject({ other: { id: "x", run: "y" } })
  })

  it.each([
    ["an unknown key", "  - { id: x, run: y, zz: 1 }\n", "1503: zz: unknown key `zz`"],
    ["a duplicate key", "  - { id: x, run: y, run: z }\n", "1503: run: duplicate key `run` (keep one of them)"],
    ["a bracket not closed", "  - { id: x, run: y\n", "1504: "],
    ["an item in the wrong column", " - { id: x, run: y }\n", "1503: "],
    ["a second document", "---\nb: c\n", "1503: ---: a second document"]
  ])("tells %s at its end, with its place", (_what, more, mistake) => {
    expect(shown(diagnosticsOf(listed(500, more)))[0]).toMatch(new RegExp(`^${mistake.replace(/[()]/g, "\\$&")}`))
  })

  it("tells a mistake in the middle of it, with its place", () => {
    const text = listed(300) + "  - { id: x, run: y, run: z }\n" + listed(300).replace(/^name: a\ntargets:\n/, "")
    expect(shown(diagnosticsOf(text))).toEqual(["903: run: duplicate key `run` (keep one of them)"])
  })
})

describe("a document in JSON", () => {
  it.prop(
    "is, read as JSON, what it is read as YAML",
    [FastCheck.jsonValue({ maxDepth: 5 }), FastCheck.constantFrom(undefined, 2)],
    ([value, space]) => {
      const text = JSON.stringify([value], undefined, space)
      FastCheck.pre(!text.includes("__proto__"))
      expect(Option.getOrThrow(readJson(text))).toEqual(whole(text))
    }
  )

  it.each([
    ["a duplicate key", "{\"a\": 1, \"b\": {\"c\": 1, \"c\": 2}}", "1: \"c\": duplicate key `c` (keep one of them)"],
    [
      "a duplicate key that is written in two ways",
      "{\"a\": 1, \"\\u0061\": 2}",
      "1: \"\\u0061\": duplicate key `a` (keep one of them)"
    ],
    ["a prototype", "{\"__proto__\": {\"a\": 1}}", "1: \"__proto__\": `__proto__` can't be a key"],
    [
      "a number without end",
      "{\"a\": 1e999}",
      "1: 1e999: `1e999` is not a number that JSON can hold (quote it to make it a text)"
    ],
    ["brackets without end", `{"a": ${"[".repeat(300)}${"]".repeat(300)}}`, "nested more than 200 deep"]
  ])("with %s is refused with its place", (_what, text, mistake) => {
    expect(readJson(text)).toEqual(Option.none())
    expect(shown(diagnosticsOf(text))[0]).toContain(mistake)
  })

  it("with keys in strings, escapes and long numbers keeps all of them", () => {
    const text = "{\"a\\\"b\\\\\": \"\\\": {\\\"c\\\":\", \"n\" : 12345678901234567890, \"\": [\"x:\", \"\\\\\"]}"
    expect(Option.getOrThrow(readJson(text))).toEqual({
      "a\"b\\": "\": {\"c\":",
      n: 12345678901234567890n,
      "": ["x:", "\\"]
    })
  })
})
