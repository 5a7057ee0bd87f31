import { describe, expect, it } from "@effect/vitest"
import { Effect, HashMap } from "effect"
import type { PlanStep } from "../../src/plan/Plan.ts"
import type { LeftAttempt } from "../../src/process/ProcessRunner.ts"
import type { RunEvent } from "../../src/run/RunEvent.ts"
import { apply, empty, targetState } from "../../src/run/RunState.ts"
import { stepEntries } from "../../src/run/TargetState.ts"
import { driven } from "./driven.ts"
import { ifStep, loop, map, noRetries, parallel, planOf, policy, step, switchStep } from "./plans.ts"
import { exitOf, type Script, type Started } from "./scripted.ts"

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

const drive = (
  steps: ReadonlyArray<PlanStep>,
  journal: Array<RunEvent>,
  left: ReadonlyArray<LeftAttempt> = [],
  started: Array<Started> = []
) => driven(planOf([{ id: "a", steps }, { id: "b" }]), script, { journal, left, started })

const isBegin = (event: RunEvent): event is Extract<RunEvent, { readonly type: "StepStarted" }> =>
  event.type === "StepStarted"

/** Not recorded before something follows from it: an attempt may begin while these are not in the journal yet. */
const isCarried = ({ type }: RunEvent): boolean =>
  type === "TargetStarted" || type === "StepEntered" || type === "StepSkipped"

/**
 * The records of a launcher whose pawl was killed once `kept` events were written: all attempts that they tell of,
 * and the one that was begun just then, all of them ended since.
 */
const leftAt = (whole: ReadonlyArray<RunEvent>, kept: number): ReadonlyArray<LeftAttempt> => {
  const next = whole.slice(kept).find((event) => !isCarried(event))
  const begun = whole.slice(0, kept).filter(isBegin)
  return [...begun, ...(next !== undefined && isBegin(next) ? [next] : [])].map(({ attempt, path, pid, target }) => ({
    target,
    path,
    attempt,
    origin: { invocation: 1, definition: "0" },
    id: { pid },
    take: () => ({
      ...exitOf(script({ target, step: path, attempt, command: [], env: {}, workdir: "/" })),
      endedAt: 0
    })
  }))
}

const nameOf = (
  { attempt, path, target }: { readonly attempt: number; readonly path: string; readonly target: string }
) => `${target}/${path} ${attempt}`

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

  it.effect.each(Object.keys(plans))(
    "makes no attempt again that ended while no pawl was there: %s",
    (name) =>
      Effect.gen(function*() {
        const steps = plans[name] ?? []
        const whole: Array<RunEvent> = []
        yield* drive(steps, whole)
        const expected = outcomeOf(whole)
        let recovered = 0
        for (let kept = 1; kept < whole.length; kept++) {
          const journal = whole.slice(0, kept)
          const left = leftAt(whole, kept)
          const started: Array<Started> = []
          yield* drive(steps, journal, left, started)
          expect({ kept, outcome: outcomeOf(journal) }).toEqual({ kept, outcome: expected })
          const made = new Set(left.map(nameOf))
          const again = started.map(({ step, ...rest }) => nameOf({ ...rest, path: step })).filter((one) =>
            made.has(one)
          )
          expect({ kept, again }).toEqual({ kept, again: [] })
          recovered += journal.filter(({ type }) => type === "AttemptRecovered").length
        }
        expect(recovered).toBeGreaterThan(0)
      })
  )
})
