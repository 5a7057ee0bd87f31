import { describe, expect, it } from "@effect/vitest"
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { onTestFinished } from "vitest"
import { liveCalls } from "../../src/checkpoint/LiveDisk.ts"
import type { SystemCalls } from "../../src/checkpoint/SystemCalls.ts"
import { createWhole } from "../../src/checkpoint/WholeFile.ts"

class Refused extends Error {
  readonly code: string
  constructor(code: string) {
    super(code)
    this.code = code
  }
}

/** A file system whose `link` fails, as FAT's, many a network's and many a container's does. */
const withoutLinks = (code: string): SystemCalls => ({
  ...liveCalls,
  link: () => {
    throw new Refused(code)
  }
})

const folder = (): string => {
  const path = mkdtempSync(join(tmpdir(), "pawl-whole-"))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

describe("a file that can be made once", () => {
  it.each(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EXDEV", "EMLINK"])(
    "is made all the same where there are no hard links (%s), and only once",
    (code) => {
      const path = folder()
      const calls = withoutLinks(code)
      expect(createWhole(calls, join(path, "first"), "one")).toBe(true)
      expect(createWhole(calls, join(path, "first"), "two")).toBe(false)
      expect(readdirSync(path)).toEqual(["first"])
      expect(readFileSync(join(path, "first"), "utf8")).toBe("one")
      expect(statSync(join(path, "first")).mode & 0o777).toBe(0o600)
    }
  )

  it("is none where the disk fails", () => {
    const path = folder()
    const calls = withoutLinks("EPERM")
    const failing = {
      ...calls,
      sync: () => {
        throw new Refused("EIO")
      }
    }
    expect(() => createWhole(failing, join(path, "first"), "one")).toThrow("EIO")
    // It fails before and after the file has its name.
    let syncs = 0
    const failingLate = {
      ...calls,
      sync: (fd: number) => {
        if (++syncs === 2) throw new Refused("EIO")
        calls.sync(fd)
      }
    }
    expect(() => createWhole(failingLate, join(path, "first"), "one")).toThrow("EIO")
    expect(readdirSync(path)).toEqual([])
  })

  it("is refused where the link fails for another reason", () => {
    const path = folder()
    expect(() => createWhole(withoutLinks("ENOSPC"), join(path, "first"), "one")).toThrow("ENOSPC")
    expect(readdirSync(path)).toEqual([])
  })
})
