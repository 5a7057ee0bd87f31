import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Layer } from "effect"
import { Checkpoint } from "../../src/checkpoint/Checkpoint.ts"
import type { RunEvent } from "../../src/run/RunEvent.ts"
import { Status } from "../../src/run/Status.ts"
import { rehearsalCheckpoint } from "../../src/simulate/RehearsalCheckpoint.ts"
import { checkpointContract, completed, started } from "../checkpoint/contract.ts"

checkpointContract("the checkpoint of a rehearsal", () => {
  const journal: Array<RunEvent> = []
  return {
    open: () => Layer.effect(Checkpoint, Effect.map(Status, (status) => rehearsalCheckpoint(journal, status)))
  }
})

describe("the checkpoint of a rehearsal", () => {
  it.effect("loses what comes after the fatal event, even of the same append, and never returns from it", () =>
    Effect.gen(function*() {
      const journal: Array<RunEvent> = []
      const killed: Array<number> = []
      const checkpoint = rehearsalCheckpoint(journal, { observe: () => {} }, {
        atEvent: 2,
        kill: () => killed.push(journal.length)
      })
      yield* checkpoint.append([started])
      const fatal = yield* Effect.fork(checkpoint.append(completed("a")))
      yield* Effect.yieldNow()
      expect(journal.map(({ type }) => type)).toEqual(["RunStarted", "TargetStarted"])
      expect(killed).toEqual([2])
      expect((yield* Fiber.poll(fatal))._tag).toBe("None")
    }))
})
