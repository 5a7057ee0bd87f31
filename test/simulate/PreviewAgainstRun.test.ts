/** The preview against the engine itself, on plans drawn at random in which everything succeeds. */
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import type { RunEvent } from "../../src/run/RunEvent.ts"
import { targetState } from "../../src/run/RunState.ts"
import type { SimulationTarget } from "../../src/simulate/Simulation.ts"
import { everyStep, simulated } from "./previewing.ts"
import { manifests } from "./randomPlans.ts"
import { rehearsed } from "./rehearsing.ts"

const succeeding = {
  attempt: () => ({ stdout: "{}" }),
  gate: () => ({ choice: { decision: "approve" as const }, by: "somebody", afterMs: 0 })
}

/** Paths of what was begun in a target, iterations taken together as the preview does. */
const begun = (journal: ReadonlyArray<RunEvent>, { id, steps }: SimulationTarget): ReadonlySet<string> => {
  // A branch that is not taken may use an id of the other for something else.
  const reached = everyStep(steps).filter(({ status }) => status !== "skipped")
  const loops = new Set(reached.filter(({ kind }) => kind === "loop").map(({ path }) => path))
  const together = (path: string): string =>
    path.split("::").reduce((outer, part) => {
      const [, name = part, index] = /^(.*)\[(\d+)\]$/.exec(part) ?? []
      const whole = outer === "" ? name : `${outer}::${name}`
      if (index === undefined) return whole
      return loops.has(whole) ? `${whole}[]` : `${whole}[${index}]`
    }, "")
  return new Set(
    journal.flatMap((event) =>
      (event.type === "StepEntered" || event.type === "StepStarted" || event.type === "GateOpened"
          || event.type === "GateDecided") && event.target === id
        ? [together(event.path)]
        : []
    )
  )
}

const statuses = { completed: "pending", blocked: "blocked", paused: "paused", skipped: "skipped" } as const

describe("a preview and the run", () => {
  it.effect.prop(
    "agree about every target and every step, where all that is asked for is known before",
    [manifests],
    ([manifest]) =>
      Effect.gen(function*() {
        const { journal, state } = yield* rehearsed(manifest, { script: succeeding })
        const { targets } = simulated(manifest)
        for (const target of targets) {
          const { status } = targetState(state, target.id)
          const expected = Object.entries(statuses).find(([name]) => name === status)?.[1]
          // Who needs one that rests is not looked at.
          expect([target.id, target.status]).toEqual([
            target.id,
            target.reason === "need-not-completed" && status === "pending" ? "paused" : expected
          ])
          const foreseen = new Set(
            everyStep(target.steps).filter((step) => step.status !== "skipped").map(({ path }) => path)
          )
          const done = begun(journal, target)
          expect([...done].filter((path) => !foreseen.has(path))).toEqual([])
          if (status === "completed") expect([...foreseen].filter((path) => !done.has(path))).toEqual([])
        }
      }),
    { fastCheck: { numRuns: 60 } }
  )
})
