import { describe, expect, it } from "@effect/vitest"
import type { HaltReason } from "../../src/run/RunEvent.ts"
import { type Counts, exitCode, type Standing } from "../../src/run/Outcome.ts"

const none: Counts = { pending: 0, running: 0, completed: 0, blocked: 0, errored: 0, skipped: 0, paused: 0 }
const advance = { autoAdvance: true, strict: false }
const plain = { autoAdvance: false, strict: false }
const strict = { autoAdvance: true, strict: true }

const cases: ReadonlyArray<
  readonly [string, HaltReason, Partial<Counts>, Pick<Standing, "autoAdvance" | "strict">, number]
> = [
  ["all completed", "AllDoneOrBlocked", { completed: 3 }, plain, 0],
  ["all completed, strict", "AllDoneOrBlocked", { completed: 3 }, strict, 0],
  ["one waits for a person, the rest completed", "AwaitingApproval", { completed: 3, paused: 1 }, advance, 3],
  ["one waits for a person, others are stuck", "AllDoneOrBlocked", { blocked: 3, paused: 1 }, plain, 3],
  ["rate-limited, one waits for a person", "RateLimited", { paused: 1, pending: 1 }, advance, 2],
  ["one completed, the rest passed over", "AllDoneOrBlocked", { completed: 1, blocked: 9 }, advance, 0],
  ["the same without auto-advance", "AllDoneOrBlocked", { completed: 1, blocked: 9 }, plain, 1],
  ["the same, strict", "AllDoneOrBlocked", { completed: 1, blocked: 9 }, strict, 1],
  ["errored counts as blocked does, strict", "AllDoneOrBlocked", { completed: 1, errored: 1 }, strict, 1],
  ["nothing completed", "AllDoneOrBlocked", { blocked: 2 }, advance, 1],
  ["nothing completed, only skipped", "TargetCompleted", { skipped: 1 }, advance, 1],
  ["halted on a blocked target", "TargetBlocked", { completed: 5, blocked: 1, pending: 2 }, plain, 1],
  ["halted on a breaker", "CircuitBreakerTripped", { blocked: 1 }, plain, 1],
  ["too many blocked", "FailureThresholdReached", { completed: 5, blocked: 3 }, advance, 1],
  ["the cap is used up and nothing is stuck", "CapReached", { completed: 2, pending: 3 }, plain, 0],
  ["the cap is used up and all so far is stuck", "CapReached", { blocked: 2, pending: 3 }, advance, 1],
  ["nothing matched", "NoMatchingItems", {}, plain, 0],
  ["the checkpoint failed", "CheckpointFailed", { completed: 5 }, advance, 74]
]

describe("the exit code follows from the state", () => {
  it.each(cases)("%s", (_, haltReason, counts, flags, code) => {
    expect(exitCode({ counts: { ...none, ...counts }, haltReason, ...flags })).toBe(code)
  })

  it.each([["SIGHUP", 129], ["SIGINT", 130], ["SIGTERM", 143]] as const)(
    "%s comes before everything else",
    (signal, code) => {
      expect(exitCode({ counts: { ...none, blocked: 1 }, haltReason: "CheckpointFailed", signal, ...plain })).toBe(code)
    }
  )
})
