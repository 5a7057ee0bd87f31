import { describe, expect, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { type Drawn, redraw } from "../../src/report/Area.ts"
import { fit } from "../../src/report/Printable.ts"
import { type VirtualTerminal, virtualTerminal } from "./virtualTerminal.ts"

const area = (lines: ReadonlyArray<string>, columns = 40, rows = 12): Drawn => ({ lines, columns, rows })
const nothing = area([])
/** As the system hands it on: a line feed brings the cursor to the left as well. */
const feed = (terminal: VirtualTerminal, text: string): void => terminal.feed(text.replaceAll("\n", "\r\n"))

describe("drawing over an area", () => {
  it("writes only the lines that changed", () => {
    const before = area(["  one", "  two", "  three", "[==]", "4 left"])
    const after = area(["  one", "  two", "  other", "[==]", "3 left"])
    expect(redraw(before, after, [])).toBe(
      "\u001b[?2026h\r\u001b[3A  other\u001b[K\n\n3 left\u001b[K\n\u001b[?2026l"
    )
    expect(redraw(after, after, [])).toBe("")
    expect(redraw(nothing, nothing, [])).toBe("")
  })

  it("never hides the cursor, and leaves it below the area", () => {
    const text = redraw(nothing, area(["one", "two"]), ["above"])
    expect(text).not.toContain("?25")
    const terminal = virtualTerminal(40, 12)
    feed(terminal, text)
    expect([terminal.column(), terminal.screen()]).toEqual([0, ["above", "one", "two"]])
  })

  it("goes back over as many rows as its lines take in a window that has become narrower", () => {
    const terminal = virtualTerminal(40, 12)
    const before = area(["x".repeat(39), "世界".repeat(9), "short"])
    feed(terminal, redraw(nothing, before, ["first"]))
    terminal.resize(20, 12)
    feed(terminal, redraw(before, area(["one", "two"], 20), ["second"]))
    expect(terminal.screen()).toEqual(["first", "second", "one", "two"])
  })

  const line = FastCheck.array(FastCheck.constantFrom("a", "b", "世", "é", " ", "="), { maxLength: 30 }).map((parts) =>
    parts.join("").trimEnd()
  )
  const frame = FastCheck.record({
    lines: FastCheck.array(line, { maxLength: 8 }),
    above: FastCheck.array(line, { maxLength: 3 }),
    columns: FastCheck.constantFrom(undefined, 12, 21, 40)
  })

  it.prop(
    "shows what was told last below all that was told above it, whatever came before and however wide the window was",
    [FastCheck.array(frame, { minLength: 1, maxLength: 12 })],
    ([frames]) => {
      const terminal = virtualTerminal(40, 30)
      let before = area([], 40, 30)
      const told: Array<string> = []
      for (const { above, columns = before.columns, lines } of frames) {
        if (columns !== before.columns) terminal.resize(columns, 30)
        const after = area(lines.map((each) => fit(each, columns - 1).trimEnd()), columns, 30)
        feed(terminal, redraw(before, after, above))
        told.push(...above)
        before = after
      }
      terminal.resize(200, 30)
      const expected = [...told, ...before.lines]
      while (expected.at(-1) === "") expected.pop()
      expect(terminal.lines()).toEqual(expected)
      expect(terminal.column()).toBe(0)
    }
  )
})
