import { describe, expect, it } from "@effect/vitest"
import * as fc from "fast-check"
import { fileName, logPath } from "../../src/run/LogPath.ts"

describe("the log of a step", () => {
  it.each([
    ["api", "build", "logs/api/build"],
    ["libc6:amd64", "run", "logs/libc6:amd64/run"],
    ["a/b", "run", "logs/a%2Fb/run"],
    ["..", "run", "logs/%2E./run"],
    ["../../etc/passwd", "run", "logs/%2E.%2F..%2Fetc%2Fpasswd/run"],
    ["-rf", "run", "logs/%2Drf/run"],
    ["größe", "run", "logs/gr%C3%B6%C3%9Fe/run"],
    ["50%", "run", "logs/50%25/run"],
    [".", "run", "logs/%2E/run"],
    ["...", "run", "logs/%2E../run"],
    [".spool", "run", "logs/%2Espool/run"],
    ["/etc/passwd", "run", "logs/%2Fetc%2Fpasswd/run"],
    ["a\u0000b", "run", "logs/a%00b/run"],
    ["a\nb", "run", "logs/a%0Ab/run"],
    ["a\\b", "run", "logs/a%5Cb/run"],
    ["%2E%2E%2Fx", "run", "logs/%252E%252E%252Fx/run"],
    // A fraction slash, a full-width slash and dots, an override of the direction: none is what it looks like.
    ["..\u2044x", "run", "logs/%2E.%E2%81%84x/run"],
    ["\uFF0E\uFF0E\uFF0Fx", "run", "logs/%EF%BC%8E%EF%BC%8E%EF%BC%8Fx/run"],
    ["a\u202Eb", "run", "logs/a%E2%80%AEb/run"],
    ["trailing.", "run", "logs/trailing./run"],
    ["trailing ", "run", "logs/trailing%20/run"],
    // Composed and decomposed are two ids.
    ["\u00E9", "run", "logs/%C3%A9/run"],
    ["e\u0301", "run", "logs/e%CC%81/run"],
    ["\uD800", "run", "logs/%uD800/run"],
    ["a", "shards[0]::e2e", "logs/a/shards%5B0%5D::e2e"],
    ["a", "../../x", "logs/a/%2E.%2F..%2Fx"]
  ])("of %s/%s is %s", (target, path, expected) => {
    expect(logPath(target, path)).toBe(expected)
  })

  /** Code units, and so halves of pairs as well, which JSON and YAML can spell. */
  const unit = fc.oneof(
    fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
    fc.constantFrom("/", ".", "%", "~", "-", "\uD800", "\uDBFF", "\uDC00", "\uFFFD", "\u2044", "a")
  )
  const ids = fc.string({ unit, minLength: 1, maxLength: 300 })

  it("has a name that no file system refuses and that can't leave its folder", () => {
    fc.assert(fc.property(ids, (id) => {
      const name = fileName(id)
      expect(name).toMatch(/^[A-Za-z0-9_%][A-Za-z0-9._@:+=%~-]*$/)
      expect(Buffer.byteLength(`${name}.out.next`)).toBeLessThanOrEqual(255)
    }))
  })

  it("is never shared by two targets", () => {
    fc.assert(fc.property(ids, ids, (a, b) => {
      fc.pre(a !== b)
      expect(fileName(a)).not.toBe(fileName(b))
    }))
    const long = "x".repeat(250)
    expect(fileName(`${long}a`)).not.toBe(fileName(`${long}b`))
    const halves = ["\uD800", "\uD801", "\uDFFF", "\uFFFD"]
    for (const before of ["", long]) {
      expect(new Set(halves.map((last) => fileName(before + last))).size).toBe(halves.length)
    }
  })
})
