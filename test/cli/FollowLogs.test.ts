import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { appendFileSync, mkdirSync } from "node:fs"
import { join } from "node:path"
import type { RunRef } from "../../src/checkpoint/RunStore.ts"
import type { Plan } from "../../src/plan/Plan.ts"
import { map, plan, planOf, started, state, step } from "../report/plans.ts"
import { folder, pawl, storeOf } from "./house.ts"

const nested = planOf(["api"], [map("shards", [step("e2e")])])

/** A run that is live the first times that is asked; `onAsked` is told which time it is. */
const liveStore = (of: Plan, directory: string, times: number, onAsked: (time: number) => void) => {
  const ref: RunRef = { runId: "r1", batch: "nightly", directory }
  let asked = 0
  return storeOf({
    list: () => Effect.succeed([ref]),
    read: () => Effect.sync(() => ({ ref, plan: of, state: state(started(of)), live: { pid: 1 } })),
    live: () =>
      Effect.sync(() => {
        asked++
        onAsked(asked)
        return asked > times ? undefined : { pid: 1 }
      })
  })
}

const logsOf = (directory: string): string => {
  const logs = join(directory, "logs", "api")
  mkdirSync(logs, { recursive: true })
  return logs
}

describe("following a log", () => {
  it.live("waits for it, prints what is added, and ends with the run", () =>
    Effect.gen(function*() {
      const directory = folder()
      const file = join(logsOf(directory), "build.out")
      const store = liveStore(plan(["api"]), directory, 2, (time) => appendFileSync(file, `line ${time}\n`))
      const { code, stdout } = yield* pawl(["logs", "r1", "api/build", "-f"], { store })
      expect([code, stdout]).toEqual([0, "line 1\nline 2\nline 3\n"])
    }))

  it.live("says whose line it is where it follows several", () =>
    Effect.gen(function*() {
      const directory = folder()
      const logs = logsOf(directory)
      const store = liveStore(plan(["api"]), directory, 2, (time) => {
        appendFileSync(join(logs, time === 1 ? "build.out" : "ship.out"), `line ${time}\n`)
      })
      const { stdout } = yield* pawl(["logs", "r1", "api", "--follow"], { store })
      expect(stdout).toBe("==> api/build <==\nline 1\n\n==> api/ship <==\nline 2\nline 3\n")
    }))

  it.live("prints those of items that nobody knew of when it began", () =>
    Effect.gen(function*() {
      const directory = folder()
      const logs = logsOf(directory)
      const store = liveStore(nested, directory, 3, (time) => {
        appendFileSync(join(logs, `shards%5B${time % 2}%5D::e2e.out`), `line ${time}\n`)
      })
      const { stdout } = yield* pawl(["logs", "r1", "api/shards", "--follow"], { store })
      expect(stdout).toBe(
        "==> api/shards[1]::e2e <==\nline 1\n\n==> api/shards[0]::e2e <==\nline 2\n\n"
          + "==> api/shards[1]::e2e <==\nline 3\n\n==> api/shards[0]::e2e <==\nline 4\n"
      )
    }))

  it.live("of one instance needs no heading", () =>
    Effect.gen(function*() {
      const directory = folder()
      const logs = logsOf(directory)
      const store = liveStore(nested, directory, 1, (time) => {
        for (const item of [0, 1]) appendFileSync(join(logs, `shards%5B${item}%5D::e2e.out`), `line ${time}\n`)
      })
      const { stdout } = yield* pawl(["logs", "r1", "api/shards[1]::e2e", "--follow"], { store })
      expect(stdout).toBe("line 1\nline 2\n")
    }))
})
