import { describe, expect, it } from "@effect/vitest"
import { Either } from "effect"
import { largestSource, sourceOf } from "../../src/manifest/SourceText.ts"

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
const mistake = (bytes: Uint8Array): string =>
  Either.match(sourceOf("batch.yaml", bytes), {
    onLeft: ({ diagnostics: [{ hint, message }] }) => `${message} (${hint})`,
    onRight: ({ text }) => `read: ${text}`
  })

describe("bytes that are no manifest", () => {
  it.each<readonly [what: string, bytes: Uint8Array, mistake: string]>([
    ["nothing", utf8(""), "the file is empty (`pawl init` writes a manifest to start from)"],
    ["white space", utf8(" \n\t\n"), "the file is empty (`pawl init` writes a manifest to start from)"],
    [
      "a program",
      new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0, 0, 1]),
      "the file is binary, not a text in YAML or JSON (is it the right file?)"
    ],
    [
      "Latin-1",
      new Uint8Array([...utf8("name: a\nd: caf"), 0xe9, 0x0a]),
      "the file is not a text in UTF-8: line 2 is not (save it as UTF-8)"
    ],
    [
      "half a character at the end",
      new Uint8Array([...utf8("a\nb\n"), 0xe2, 0x82]),
      "the file is not a text in UTF-8: line 3 is not (save it as UTF-8)"
    ],
    [
      "too much",
      new Uint8Array(largestSource + 1).fill(97),
      "the file has 32.0 MiB, more than the 32 MiB that it may have (keep a long list of targets in a file of its own and take it up with `forEach: { file: … }`)"
    ]
  ])("%s", (_what, bytes, expected) => {
    expect(mistake(bytes)).toBe(expected)
  })

  it("a byte order mark is no part of the text", () => {
    expect(mistake(utf8("\uFEFFname: a"))).toBe("read: name: a")
  })
})
