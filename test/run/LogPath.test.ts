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
    ["50%", "run", "logs/50%25/run"]
  ])("of %s/%s is %s", (target, path, expected) => {
    expect(logPath(target, path)).toBe(expected)
  })

  const ids = fc.string({ unit: "binary", minLength: 1, maxLength: 300 })

  it("has a name that no file system refuses and that can't leave its folder", () => {
    fc.assert(fc.property(ids, (id) => {
      const name = fileName(id)
      expect(name).toMatch(/^[A-Za-z0-9_%][A-Za-z0-9._@:+=%~-]*$/)
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200)
    }))
  })

  it("is never shared by two targets", () => {
    fc.assert(fc.property(ids, ids, (a, b) => {
      fc.pre(a !== b)
      expect(fileName(a)).not.toBe(fileName(b))
    }))
    const long = "x".repeat(250)
    expect(fileName(`${long}a`)).not.toBe(fileName(`${long}b`))
  })
})
