import { describe, expect, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { type Line, lineReader } from "../../src/each/Lines.ts"

const encoder = new TextEncoder()
type Options = Parameters<typeof lineReader>[0]
const usual: Options = { isNul: false, longest: 40 }

const bytesOf = (text: string | Uint8Array): Uint8Array => typeof text === "string" ? encoder.encode(text) : text

/** The lines of a list that comes in pieces of a size. */
const read = (list: string | Uint8Array, options: Partial<Options> = {}, size = 1_000_000): ReadonlyArray<Line> => {
  const reader = lineReader({ ...usual, ...options })
  const bytes = bytesOf(list)
  const lines: Array<Line> = []
  for (let at = 0; at < bytes.length; at += size) lines.push(...reader.push(bytes.subarray(at, at + size)))
  return [...lines, ...reader.end()]
}

const shown = (lines: ReadonlyArray<Line>): ReadonlyArray<string> =>
  lines.map((line) => `${line.number} ${"text" in line ? line.text : `(${line.problem})`}`)

const latin = Uint8Array.from([...encoder.encode("a\nb"), 0xff, ...encoder.encode("c\nd\n")])

describe("the lines of a list", () => {
  it.each<readonly [what: string, list: string | Uint8Array, options: Partial<Options>, lines: ReadonlyArray<string>]>([
    ["are numbered", "a\nb\n", {}, ["1 a", "2 b"]],
    ["need no end after the last", "a\nb", {}, ["1 a", "2 b"]],
    ["are left out where they are blank", "\na\n  \n\t\nb\n\n", {}, ["2 a", "5 b"]],
    ["keep blanks around what is there", " a \n", {}, ["1  a "]],
    ["may end as on Windows", "a\r\nb\r\n\r\nc\r", {}, ["1 a", "2 b", "4 c"]],
    ["begin after a byte order mark", "\uFEFFa\n\uFEFFb\n", {}, ["1 a", "2 \uFEFFb"]],
    ["hold no NUL", "a\0b\nc\n", {}, ["1 (nul)", "2 c"]],
    ["are UTF-8", latin, {}, ["1 a", "2 (encoding)", "3 d"]],
    ["are no longer than they may be", `${"x".repeat(40)}\r\n${"x".repeat(41)}\n${"ü".repeat(21)}\nc\n`, {}, [
      `1 ${"x".repeat(40)}`,
      "2 (length)",
      "3 (length)",
      "4 c"
    ]],
    ["hold anything but NUL with -0", "a\nb\0\0 \0\r\0c", { isNul: true }, ["1 a\nb", "3  ", "4 \r", "5 c"]],
    ["are none in an empty list", "", {}, []]
  ])("%s", (_, list, options, lines) => {
    expect(shown(read(list, options))).toEqual(lines)
    expect(shown(read(list, options, 1)), "a byte at a time").toEqual(lines)
    expect(shown(read(list, options, 3)), "three bytes at a time").toEqual(lines)
  })

  it("are told with the bytes they have where those are too many", () => {
    const [line] = read(`${"x".repeat(1000)}\r\n`, {}, 7)
    expect(line).toEqual({ number: 1, problem: "length", bytes: 1000 })
  })

  it.prop(
    "are the same however they come, and none is altered",
    {
      lines: FastCheck.array(FastCheck.string({ maxLength: 13, unit: "grapheme" })),
      size: FastCheck.integer({ min: 1, max: 20 })
    },
    ({ lines, size }) => {
      FastCheck.pre(lines.every((line) => line.isWellFormed() && !line.includes("\0")))
      const given = lines.map((text, at) => ({ number: at + 1, text })).filter(({ text }) => text !== "")
      const list = lines.map((line) => `${line}\0`).join("")
      expect(read(list, { isNul: true, longest: 10_000 }, size)).toEqual(given)
    }
  )
})
