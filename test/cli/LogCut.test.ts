import { describe, expect, it } from "@effect/vitest"
import * as fc from "fast-check"
import { logCut } from "../../src/cli/LogCut.ts"
import { banner } from "../../src/run/Banner.ts"

const at = "2026-11-20T03:00:00.000Z"
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const text = (parts: ReadonlyArray<Uint8Array>): string => new TextDecoder().decode(Buffer.concat(parts))

const cut = (log: string, attempt: number, sizes: ReadonlyArray<number> = []): string => {
  const taker = logCut(attempt)
  const all = bytes(log)
  const parts: Array<Uint8Array> = []
  let from = 0
  for (const size of sizes) {
    parts.push(...taker.push(all.subarray(from, from + size)).map((part) => part.slice()))
    from += size
  }
  parts.push(...taker.push(all.subarray(from)), ...taker.end())
  return text(parts)
}

const log = `${banner(1, at)}\none\n--- pawl: attempt x ---\n${banner(2, at)}\ntwo\nmore\n${
  banner(3, at)
}\nthree without end`

describe("the log of one attempt", () => {
  it.each([
    [1, "one\n--- pawl: attempt x ---\n"],
    [2, "two\nmore\n"],
    [3, "three without end"],
    [4, ""]
  ])("%d is what lies between its banner and the next", (attempt, expected) => {
    expect(cut(log, attempt)).toBe(expected)
  })

  it("is the same however the bytes arrive", () => {
    fc.assert(fc.property(fc.constantFrom(1, 2, 3), fc.array(fc.integer({ min: 0, max: 60 })), (attempt, sizes) => {
      expect(cut(log, attempt, sizes)).toBe(cut(log, attempt))
    }))
  })

  it("has all the parts of an attempt that was made again after pawl was killed", () => {
    expect(cut(`${banner(1, at)}\na\n${banner(1, at)}\nb\n`, 1)).toBe("a\nb\n")
  })

  it("has the later parts alone where those are asked for", () => {
    const taker = logCut(1, 2)
    const parts = [
      ...taker.push(bytes(`${banner(1, at)}\na\n${banner(2, at)}\nb\n${banner(1, at)}\nc\n`)),
      ...taker.end()
    ]
    expect([text(parts), taker.parts()]).toEqual(["c\n", 2])
  })

  it("is all to the end where it is the last one, whatever it looks like", () => {
    const taker = logCut(2, 1, true)
    const forged = `b\n${banner(1, at)}\nc\n${banner(2, at)}\nd`
    const parts = [...taker.push(bytes(`${banner(1, at)}\na\n${banner(2, at)}\n${forged}`)), ...taker.end()]
    expect(text(parts)).toBe(forged)
  })

  it("may end in the middle of what could have become a banner", () => {
    expect(cut(`${banner(1, at)}\na\n--- pawl: att`, 1)).toBe("a\n--- pawl: att")
  })

  it("does not hold back a line that never ends", () => {
    const taker = logCut(1)
    taker.push(bytes(`${banner(1, at)}\n`))
    expect(text(taker.push(bytes("x".repeat(1000))))).toBe("x".repeat(1000))
    expect(text(taker.push(bytes("y")))).toBe("y")
  })

  it("says how many attempts there are", () => {
    const taker = logCut(9)
    taker.push(bytes(log))
    expect(taker.attempts()).toBe(3)
  })
})
