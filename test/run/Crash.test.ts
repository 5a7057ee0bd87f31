import { describe, expect, it } from "@effect/vitest"
import { Effect, HashMap } from "effect"
import type { PlanStep } from "../../src/plan/Plan.ts"
import type { RunEvent } from "../../src/run/RunEvent.ts"
import { apply, empty, targetState } from "../../src/run/RunState.ts"
import { stepEntries } from "../../src/run/TargetState.ts"
import { driven } from "./driven.ts"
import { ifStep, loop, map, noRetries, parallel, planOf, policy, step, switchStep } from "./plans.ts"
import type { Script } from "./scripted.ts"

const retries = { ...noRetries, maxAttempts: 2, backoffSeconds: 3600 }
const say = step("say", { command: ["echo", "{{ item }}"] })

const plans: Readonly<Record<string, ReadonlyArray<PlanStep>>> = {
  if: [ifStep("choose", "{{ true }}", { then: [step("one"), step("two")] }), step("end")],
  switch: [switchStep("on", "b", { cases: { b: [step("one"), step("two")] } }), step("end")],
  "sequential map": [map("each", ["x", "y", "z"], [say, step("more")]), step("end")],
  "parallel map": [map("each", ["x", "y", "z"], [say, step("more")], { maxParallel: 2 }), step("end")],
  parallel: [parallel("both", [step("one"), step("two"), step("three")]), step("end")],
  loop: [loop("poll", { until: "{{ iteration == 2 }}" }, [step("one"), step("two")], { everyMs: 1000 }), step("end")],
  "while loop": [loop("poll", { while: "{{ iteration < 2 }}" }, [step("one"), step("two")]), step("end")],
  "policy gate": [step("one"), policy("rule", "{{ steps.one.attempts == 1 }}"), step("end")],
  "loop in a map in a parallel": [
    parallel("both", [
      map("each", ["x", "y"], [loop("poll", { until: "{{ iteration == 1 }}" }, [step("ask", { retries })])], {
        maxParallel: 2
      }),
      ifStep("choose", "{{ true }}", { then: [step("one")] })
    ]),
    step("end")
  ],
  "failure in a map that is gone on without": [
    map("each", ["x", "y", "z"], [step("flaky"), step("more")], { maxParallel: 2, continueOnError: true }),
    step("end")
  ],
  "failure in a map": [
    map("each", ["x", "y", "z"], [step("flaky"), step("more")]),
    step("end")
  ]
}

/** Fails now and then, always the same way. */
const script: Script = ({ attempt, step }) => ({
  exitCode: step.includes("[1]::flaky") || (step.includes("[0]::ask") && attempt === 1) ? 3 : 0,
  durationMs: step.includes("[0]") ? 2000 : 1000,
  stdout: step
})

const drive = (steps: ReadonlyArray<PlanStep>, journal: Array<RunEvent>) =>
  driven(planOf([{ id: "a", steps }, { id: "b" }]), script, { journal })

/** What must not depend on how often pawl was killed. */
const outcomeOf = (journal: ReadonlyArray<RunEvent>) => {
  const state = journal.reduce(apply, empty)
  return ["a", "b"].map((id) => {
    const target = targetState(state, id)
    const { message, reason, status, step } = target
    const steps = stepEntries(target).map(([path, { attempts, message, reason, status }]) => ({
      path,
      status,
      attempts,
      reason,
      message
    }))
    return { id, status, reason, step, message, steps: steps.toSorted((a, b) => a.path < b.path ? -1 : 1) }
  })
}

/** Paths that were started although their success was on record. */
const repeated = (journal: ReadonlyArray<RunEvent>): ReadonlyArray<string> => {
  const done = new Set<string>()
  return journal.flatMap((event) => {
    if (event.type === "StepSucceeded" && event.output !== undefined) done.add(`${event.target}/${event.path}`)
    return event.type === "StepStarted" && done.has(`${event.target}/${event.path}`) ? [event.path] : []
  })
}

describe("a run that is killed and gone on with", () => {
  it.effect.each(Object.keys(plans))("comes to the same end wherever it was: %s", (name) =>
    Effect.gen(function*() {
      const steps = plans[name] ?? []
      const whole: Array<RunEvent> = []
      yield* drive(steps, whole)
      const expected = outcomeOf(whole)
      for (let kept = 1; kept < whole.length; kept++) {
        const journal = whole.slice(0, kept)
        yield* drive(steps, journal)
        expect({ kept, outcome: outcomeOf(journal) }).toEqual({ kept, outcome: expected })
        expect({ kept, repeated: repeated(journal) }).toEqual({ kept, repeated: [] })
        expect(journal.map(({ seq }) => seq)).toEqual(journal.map((_, index) => index + 1))
      }
      expect(HashMap.size(whole.reduce(apply, empty).targets)).toBe(2)
    }))
})
