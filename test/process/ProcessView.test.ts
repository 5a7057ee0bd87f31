import { describe, expect, it } from "@effect/vitest"
import { onTestFinished } from "vitest"
import { type ProcessEntry, processes } from "../../src/process/ProcessTable.ts"
import { makeProcessView } from "../../src/process/ProcessView.ts"

/** Starts a process that is gone after the test. */
const start = (env: Readonly<Record<string, string>>): number => {
  const child = Bun.spawn({ cmd: ["/bin/sleep", "300"], env, stdio: ["ignore", "ignore", "ignore"] })
  onTestFinished(() => child.kill("SIGKILL"))
  return child.pid
}

describe("a look at all processes", () => {
  it("finds who is started while it lasts, and tells of each once", () => {
    const told: Array<ProcessEntry> = []
    let late = 0
    const table = processes((entry) => {
      told.push(entry)
      if (told.length === 1) late = start({})
    })
    expect(late).toBeGreaterThan(0)
    expect(table?.get(late)).toMatchObject({ pid: late, parent: process.pid })
    expect(told).toEqual([...(table?.values() ?? [])])
  })

  it("knows a process by its marks", () => {
    const marks = { runId: "r", target: "t", path: "s", attempt: "1" }
    const pid = start({ PAWL_RUN_ID: "r", PAWL_TARGET: "t", PAWL_STEP: "s", PAWL_ATTEMPT: "1" })
    const view = makeProcessView()
    const entry = view.now()?.get(pid)
    expect(entry === undefined ? undefined : view.marksOf(entry)).toEqual(marks)
  })

  it("is unclear where a process has no environment yet, and no longer once it is plain that it has none", () => {
    start({})
    const view = makeProcessView()
    view.now()
    expect(view.isUnclear()).toBe(true)
    let looks = 1
    for (; view.isUnclear() && looks < 1000; looks++) view.now()
    expect(looks).toBeGreaterThan(20)
    expect(looks).toBeLessThan(1000)
  })
})
