import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { appendFileSync, mkdirSync } from "node:fs"
import { join } from "node:path"
import { type RunRef, RunStore } from "../../src/checkpoint/RunStore.ts"
import { plan, started, state } from "../report/plans.ts"
import { folder, pawl } from "./house.ts"

/** A run that is live the first times it is read; `onRead` is told which time it is. */
const liveStore = (directory: string, times: number, onRead: (time: number) => void) => {
  const two = plan(["api"])
  const ref: RunRef = { runId: "r1", batch: "nightly", directory }
  let reads = 0
  return Layer.succeed(RunStore, {
    list: () => Effect.succeed([ref]),
    read: () =>
      Effect.sync(() => {
        reads++
        onRead(reads)
        return { ref, plan: two, state: state(started(two)), ...(reads > times ? {} : { live: { pid: 1 } }) }
      }),
    open: () => Effect.dieMessage("not asked for"),
    checkpoint: () => Layer.die("not asked for"),
    saveSummary: () => Effect.dieMessage("not asked for")
  })
}

describe("following a log", () => {
  it.live("waits for it, prints what is added, and ends with the run", () =>
    Effect.gen(function*() {
      const directory = folder()
      mkdirSync(join(directory, "logs", "api"), { recursive: true })
      const file = join(directory, "logs", "api", "build.out")
      const store = liveStore(directory, 2, (time) => appendFileSync(file, `line ${time}\n`))
      const { code, stdout } = yield* pawl(["logs", "r1", "api/build", "-f"], { store })
      expect([code, stdout]).toEqual([0, "line 1\nline 2\nline 3\n"])
    }))

  it.live("says whose line it is where it follows several", () =>
    Effect.gen(function*() {
      const directory = folder()
      mkdirSync(join(directory, "logs", "api"), { recursive: true })
      const store = liveStore(directory, 2, (time) => {
        appendFileSync(join(directory, "logs", "api", time === 1 ? "build.out" : "ship.out"), `line ${time}\n`)
      })
      const { stdout } = yield* pawl(["logs", "r1", "api", "--follow"], { store })
      expect(stdout).toBe("==> api/build <==\nline 1\n\n==> api/ship <==\nline 2\nline 3\n")
    }))
})
