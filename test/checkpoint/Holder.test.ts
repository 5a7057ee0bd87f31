import { describe, expect, it } from "@effect/vitest"
import * as fc from "fast-check"
import {
  decodeHolder,
  encodeHolder,
  encodeRun,
  type Holder,
  holderWords,
  whereabouts
} from "../../src/checkpoint/Holder.ts"
import { startTimeOf } from "../../src/process/ProcessTable.ts"

const here = { host: "db7", machine: "m1", boot: "b1", ids: "pid:[1]" }
const pidStart = startTimeOf(process.pid)
const me = { pid: process.pid, ...(pidStart === undefined ? {} : { pidStart }) }

describe("a lock file", () => {
  const word = fc.string({ minLength: 1 }).map((text) => text.replace(/[^\w.:[\]-]/g, "x"))
  const holder = fc.record({
    pid: fc.integer({ min: 1, max: 2 ** 22 }),
    pidStart: fc.nat(),
    host: word,
    machine: word,
    boot: word,
    ids: word,
    since: fc.constant("2026-11-20T03:15:00.000Z")
  }, { requiredKeys: ["pid", "host"] })

  it("gives back the holder that was written, and the run that came last", () => {
    fc.assert(fc.property(holder, word, word, (written, first, second) => {
      expect(decodeHolder(encodeHolder(written))).toEqual(written)
      expect(decodeHolder(encodeHolder(written) + encodeRun(first) + encodeRun(second)))
        .toEqual({ ...written, runId: second })
    }))
  })

  it.each(["", "\n", "pid=\n", "pid=x\nhost=a\n", "pid=-1\nhost=a\n", "pid=0\nhost=a\n", "host=a\n", "\u0000"])(
    "that holds %j names nobody",
    (text) => {
      expect(decodeHolder(text)).toBeUndefined()
    }
  )

  it("of an earlier version names its holder as well", () => {
    expect(decodeHolder("pid=12\npidStart=34\nhost=db7\nrun=r1\n"))
      .toEqual({ pid: 12, pidStart: 34, host: "db7", runId: "r1" })
  })
})

describe("the holder of a lock that is free", () => {
  const dead = { pid: 2 ** 22 + 1, pidStart: 1 }
  const cases: ReadonlyArray<readonly [string, Omit<Holder, "pid">, Pick<Holder, "pid" | "pidStart">, string]> = [
    ["this very process", here, me, "alive"],
    ["a process that is not there", here, dead, "gone"],
    ["a process id that another process has by now", here, { pid: process.pid, pidStart: 1 }, "gone"],
    ["of a container that had another name", { ...here, host: "c0ffee" }, dead, "gone"],
    ["of a container that lives, with ids of its own", { ...here, host: "c0ffee", ids: "pid:[2]" }, me, "other-ids"],
    ["of this machine before it was started again", { ...here, boot: "b0" }, me, "gone"],
    ["of a machine of the same name", { ...here, machine: "m2", boot: "b2" }, me, "elsewhere"],
    ["of another machine", { host: "db8", machine: "m2", boot: "b2" }, me, "elsewhere"],
    ["of another machine made from the same image", { ...here, host: "db8", boot: "b2" }, me, "elsewhere"],
    ["of this host, by an earlier version", { host: "db7" }, dead, "gone"],
    ["of this host, by an earlier version, and alive", { host: "db7" }, me, "alive"],
    ["of another host, by an earlier version", { host: "db8" }, me, "elsewhere"]
  ]
  it.each(cases)("%s", (_, place, id, expected) => {
    expect(whereabouts({ ...place, ...id }, here)).toBe(expected)
  })

  it("on a system that tells only its name is known by that", () => {
    expect(whereabouts({ host: "db7", ...dead }, { host: "db7" })).toBe("gone")
    expect(whereabouts({ ...here, host: "db8", ...dead }, { host: "db7" })).toBe("elsewhere")
  })
})

it("a holder is named with all that is known of it", () => {
  expect(holderWords({ pid: 12, host: "db7" })).toBe("process 12 on db7")
  expect(holderWords({ pid: 12, host: "db7", since: "2026-11-20T03:15:00.000Z", runId: "r1" }))
    .toBe("process 12 on db7 since 2026-11-20T03:15:00.000Z (run r1)")
})
