import { expect, it } from "@effect/vitest"
import { Effect, Layer, Option } from "effect"
import { Checkpoint } from "../../src/checkpoint/Checkpoint.ts"
import { layerMemory } from "../../src/checkpoint/MemoryCheckpoint.ts"
import { makeKeeper } from "../../src/run/GateKeeper.ts"
import { Gates } from "../../src/run/Gates.ts"
import { makeMask } from "../../src/run/Mask.ts"
import type { RunEvent, RunFact } from "../../src/run/RunEvent.ts"
import { Status } from "../../src/run/Status.ts"

const opened: RunFact = {
  type: "GateOpened",
  target: "a",
  path: "all[0]::ship",
  about: "approval",
  message: "Ship it?",
  options: ["approve", "reject"],
  onReject: "abort"
}
const blocked: ReadonlyArray<RunFact> = [
  { type: "StepSkipped", target: "a", path: "all[0]::ship", reason: "interrupted" },
  {
    type: "TargetBlocked",
    target: "a",
    step: "other",
    reason: "step-exhausted",
    message: "other failed",
    attempts: 1,
    durationMs: 1
  }
]

const takenUp = (meanwhile: ReadonlyArray<RunFact>, interrupted?: string) => {
  const journal: Array<RunEvent> = []
  return Effect.gen(function*() {
    const checkpoint = yield* Checkpoint
    yield* checkpoint.append([{ type: "TargetStarted", target: "a" }, opened])
    const keeper = yield* makeKeeper(
      {
        ...checkpoint,
        // Others stand in line before it.
        append: (facts) => Effect.zipRight(checkpoint.append(meanwhile), checkpoint.append(facts)),
        appendIf: (holds, facts) => Effect.zipRight(checkpoint.append(meanwhile), checkpoint.appendIf(holds, facts))
      },
      "/runs/r1",
      makeMask([], {})
    )
    if (interrupted !== undefined) keeper.interrupts("a", interrupted)
    const about = yield* keeper.takeUp
    return { about, told: journal.slice(2).map(({ type }) => type) }
  }).pipe(
    Effect.provide(Layer.provide(layerMemory(journal), Status.layerSilent)),
    Effect.provideService(Gates, {
      canAsk: false,
      ask: () => Effect.succeed(Option.none()),
      inbox: () =>
        Effect.succeed({
          decisions: [{ target: "a", path: "all[0]::ship", opened: 2, option: "approve", by: "bea" }],
          cancels: [],
          unreadable: []
        }),
      changed: () => Effect.never
    })
  )
}

it.effect("a decision is recorded for a gate that is still open", () =>
  Effect.gen(function*() {
    expect(yield* takenUp([])).toEqual({ about: ["a"], told: ["GateDecided"] })
  }))

it.effect("a decision that a failure of the target came before is not recorded after its end", () =>
  Effect.gen(function*() {
    expect(yield* takenUp(blocked)).toEqual({ about: [], told: ["StepSkipped", "TargetBlocked"] })
  }))

it.effect("nothing is decided about a gate whose composite step is being interrupted", () =>
  Effect.gen(function*() {
    expect(yield* takenUp([], "all")).toEqual({ about: [], told: [] })
    expect(yield* takenUp([], "al")).toEqual({ about: ["a"], told: ["GateDecided"] })
  }))
