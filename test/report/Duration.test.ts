import { describe, expect, it } from "@effect/vitest"
import { between, countdown, duration } from "../../src/report/Duration.ts"

describe("a length of time", () => {
  it.each([
    [0, "0ms"],
    [999.4, "999ms"],
    [999.6, "1.0s"],
    [8123, "8.1s"],
    [59_940, "59.9s"],
    [59_960, "1m00s"],
    [125_000, "2m05s"],
    [3_599_600, "1h00m"],
    [11_040_000, "3h04m"],
    [183_600_000, "2d03h"],
    [-5, "0ms"]
  ])("of %d ms reads %s", (ms, text) => {
    expect(duration(ms)).toBe(text)
  })

  it("that is left is told without fractions, and never below nothing", () => {
    expect(countdown(8400)).toBe("8s")
    expect(countdown(125_000)).toBe("2m05s")
    expect(countdown(-1)).toBe("0s")
  })

  it("is nothing where there is no time to measure from", () => {
    expect(between("", "2026-11-20T03:00:00.000Z")).toBe(0)
    expect(between("2026-11-20T03:00:00.000Z", "2026-11-20T03:00:01.500Z")).toBe(1500)
    expect(between("2026-11-20T03:00:01.000Z", "2026-11-20T03:00:00.000Z")).toBe(0)
  })
})
