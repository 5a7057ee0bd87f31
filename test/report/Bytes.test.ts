import { describe, expect, it } from "@effect/vitest"
import { byteWords } from "../../src/report/Bytes.ts"

describe("an amount of data", () => {
  it.each([
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1.0 KiB"],
    [1024, "1.0 KiB"],
    [1536, "1.5 KiB"],
    [102_400, "100 KiB"],
    [1_048_576, "1.0 MiB"],
    [5_000_000_000, "4.7 GiB"],
    [2 ** 60, "1048576 TiB"]
  ])("of %d bytes reads %s", (bytes, words) => {
    expect(byteWords(bytes)).toBe(words)
  })
})
