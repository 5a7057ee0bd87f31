import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { type LeftAttempt, ProcessRunner } from "../../src/process/ProcessRunner.ts"
import { takeLeftovers } from "../../src/run/Leftovers.ts"
import { makeMask } from "../../src/run/Mask.ts"
import type { RunEvent, RunFact } from "../../src/run/RunEvent.ts"
import { apply, empty } from "../../src/run/RunState.ts"
import { planOf } from "./plans.ts"
import { exitOf } from "./scripted.ts"

const plan = planOf([{ id: "a" }, { id: "b" }])

const begun = (target: string, pid: number): ReadonlyArray<RunFact> => [
  { type: "TargetStarted", target },
  { type: "StepStarted", target, path: "run", attempt: 1, pid }
]
const facts: ReadonlyArray<RunFact> = [
  { type: "RunStarted", runId: "r1", batch: "b", planHash: "sha256:0", plan: "plan.json", targets: 2 },
  ...begun("a", 11),
  ...begun("b", 12)
]
const state = facts
  .map((fact, index): RunEvent => ({ seq: index + 1, at: "2026-01-01T00:00:00.000Z", ...fact }))
  .reduce(apply, empty)

const left = (target: string, pid: number): LeftAttempt => ({
  target,
  path: "run",
  attempt: 1,
  origin: { invocation: 1, definition: "0" },
  id: { pid }
})

it.effect("an attempt that ends by itself while another one is being ended counts", () =>
  Effect.gen(function*() {
    const ended: Array<number> = []
    const { facts: found, notes } = yield* takeLeftovers({ plan, state, runDir: "/r", mask: makeMask([], {}) }).pipe(
      Effect.provideService(ProcessRunner, {
        run: () => Effect.dieMessage("nothing is to run"),
        leftBehind: () =>
          Effect.sync(() => [
            left("a", 11),
            ended.includes(11)
              ? { ...left("b", 12), take: () => ({ ...exitOf({ durationMs: 7 }), endedAt: 1000 }) }
              : left("b", 12)
          ]),
        endLeftover: ({ pid }) =>
          Effect.sync(() => {
            ended.push(pid)
            return pid === 11
          })
      })
    )
    expect(found).toMatchObject([{
      type: "AttemptRecovered",
      target: "b",
      attempt: 1,
      exitCode: 0,
      durationMs: 7,
      endedAt: "1970-01-01T00:00:01.000Z"
    }])
    expect(notes).toEqual([
      "process 11 of a/run, left over from a killed pawl, was ended",
      "attempt 1 of b/run ended after pawl was killed; it counts, and is not made again"
    ])
  }))
