import { describe, expect, it } from "@effect/vitest"
import * as fc from "fast-check"
import { fit, pad, printable, width } from "../../src/report/Printable.ts"

describe("text that others wrote", () => {
  it("loses nothing where it is plain", () => {
    expect(printable("grüße, 世界 ✓ host-1")).toBe("grüße, 世界 ✓ host-1")
  })

  it.each([
    ["an escape sequence", "\u001b[2J", "\\e[2J"],
    ["a window title", "\u001b]0;x\u0007", "\\e]0;x\\u{07}"],
    ["an eight-bit control", "\u009b31m", "\\u{9b}31m"],
    ["line ends and tabs", "a\r\nb\tc", "a\\r\\nb\\tc"],
    ["a line separator", "a\u2028b", "a\\u{2028}b"],
    ["a mark that reorders the line", "\u202egnp.exe", "\\u{202e}gnp.exe"],
    ["half a character", "x\ud800y", "x\\u{d800}y"]
  ])("shows %s instead of obeying it", (_what, text, shown) => {
    expect(printable(text)).toBe(shown)
  })

  it("never holds a control character afterwards", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(printable(text)).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e]/u)
    }))
  })
})

describe("a text for a column", () => {
  it("is cut to the width with a sign that something is missing", () => {
    expect(fit("abcdef", 4)).toBe("abc…")
    expect(fit("abcd", 4)).toBe("abcd")
    expect(fit("世界世界", 5)).toBe("世界…")
    expect(fit("abc", 0)).toBe("")
  })

  it("never takes more columns than there are, and pads to exactly as many", () => {
    fc.assert(fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 1, max: 30 }), (text, columns) => {
      const cut = fit(printable(text), columns)
      expect(width(cut)).toBeLessThanOrEqual(columns)
      expect(width(pad(cut, columns))).toBe(columns)
    }))
  })
})
