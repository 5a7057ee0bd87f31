/** The text of an imported manifest: it holds what it should, and comments change nothing in it. */
import { describe, expect, it } from "@effect/vitest"
import { Either } from "effect"
import * as fc from "fast-check"
import type { Value, ValueObject } from "../../src/expression/Value.ts"
import { manifestText } from "../../src/import/WriteManifest.ts"
import { readDocument } from "../../src/manifest/ReadManifest.ts"

const read = (text: string) => Either.getOrThrow(readDocument({ file: "a.yaml", text }))

const texts = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.constantFrom(
    "",
    " ",
    "yes",
    "null",
    "1.0",
    "{{ a }}",
    "a: b",
    "# x",
    "- y",
    "a\nb\n",
    "  lead",
    "trail  \n\n",
    "é\u2028\t",
    "'",
    "\""
  )
)
const values = fc.letrec<{ readonly value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    texts,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(texts.filter((key) => key !== "__proto__"), tie("value"), { maxKeys: 3 })
  )
})).value

describe("a manifest that is written", () => {
  it.prop("is the same when it is read, whatever is noted", [values, values, texts, texts], ([a, b, one, two]) => {
    const manifest: ValueObject = { a, b: { c: [b, { d: "e" }] } }
    const notes = [
      { path: [], text: `head ${one}` },
      { path: ["a"], text: `of a ${two}` },
      { path: ["b", "c", 1], text: `of an item ${one}` },
      { path: ["b", "nowhere"], text: "of nothing" }
    ]
    const text = manifestText(manifest, notes)
    expect(read(text)).toEqual(JSON.parse(JSON.stringify(manifest)))
    expect(text).toMatch(/^# head/)
    expect(text).toMatch(/# of nothing/)
    expect(text).toMatch(/^ *# of an item/m)
  })

  it("stands as a person would write it", () => {
    const manifest = {
      name: "b",
      targets: [{ id: "t", steps: [{ id: "s", run: "a\nb\n" }, { id: "u", command: ["x", "{{ y }}"] }] }]
    }
    const notes = [{ path: [], text: "First." }, { path: ["targets", 0, "steps", 1], text: `${"long ".repeat(30)}end` }]
    expect(manifestText(manifest, notes)).toBe(`# First.

name: b

targets:
  - id: t
    steps:
      - id: s
        run: |
          a
          b
      # ${"long ".repeat(19).trim()}
      # ${"long ".repeat(11)}end
      - id: u
        command: [x, "{{ y }}"]
`)
  })
})
