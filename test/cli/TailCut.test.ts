import { describe, expect, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { tailCut } from "../../src/cli/TailCut.ts"

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const texts = (text: string): ReadonlyArray<string> => {
  const cut = tailCut()
  return [...cut.push(bytes(text)), ...cut.rest()].map((line) => line.text)
}

describe("a log that is shown while it grows", () => {
  it("is shown by the line, and what has no end when that is asked for", () => {
    const cut = tailCut()
    expect(cut.push(bytes("one\ntw"))).toEqual([{ text: "one", isBanner: false }])
    expect(cut.hasRest()).toBe(true)
    expect(cut.push(bytes("o\n"))).toEqual([{ text: "two", isBanner: false }])
    expect([cut.hasRest(), cut.rest()]).toEqual([false, []])
    expect(texts("one\n\nthree")).toEqual(["one", "", "three"])
  })

  it("has nothing in it that moves a cursor", () => {
    expect(texts("10%\r50%\r100%\r\n\u001b[2J\u001b[31mred\u001b[0m\u0007\na\tb\n")).toEqual([
      "100%",
      "red\\u{07}",
      "a    b"
    ])
  })

  it("cuts lines that are too long for anybody", () => {
    expect(texts("x".repeat(10_000)).map(({ length }) => length)).toEqual([4096, 4096, 1808])
  })

  it("knows a banner", () => {
    const banner = "--- pawl: attempt 2, 2026-11-20T03:00:00.000Z ---"
    expect(tailCut().push(bytes(`${banner}\nno ${banner}\n`))).toEqual([
      { text: banner, isBanner: true },
      { text: `no ${banner}`, isBanner: false }
    ])
  })

  it.prop("is the same however it comes in pieces", [
    FastCheck.array(FastCheck.constantFrom("a", "\n", "世", "é", "\r\n", " "), { maxLength: 40 }),
    FastCheck.array(FastCheck.nat(5), { maxLength: 40 })
  ], ([parts, lengths]) => {
    const all = bytes(parts.join(""))
    const cut = tailCut()
    const lines: Array<string> = []
    let from = 0
    for (const length of [...lengths, all.length]) {
      lines.push(...cut.push(all.subarray(from, from + length)).map(({ text }) => text))
      from += length
    }
    lines.push(...cut.rest().map(({ text }) => text))
    expect(lines).toEqual(texts(parts.join("")))
  })
})
