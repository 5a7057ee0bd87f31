/**
 * The checks of a preflight as steps: which events of steps theirs stand for, and what they come to.
 *
 * Owns the translation, in both directions. Pure. The surprise: a check is made and folded by the code
 * that makes and folds the steps of targets, but has events of its own, since it belongs to no target.
 */
import { PREFLIGHT } from "../plan/Preflight.ts"
import type { RunEvent, RunFact } from "./RunEvent.ts"
import { changeStep, noStep, restStep, slimStep, type StepEvent, type StepState } from "./StepState.ts"
import { emptyOutput } from "./StepOutcome.ts"
import type { TargetState } from "./TargetState.ts"

export type PreflightEvent = Extract<RunEvent, { readonly check: string }>

/** By the ids of the checks that this invocation has come to. */
export type Checks = Readonly<Record<string, StepState>>

/** What a fact about a step is of a check. Facts that no check gives are as they were. */
export const checkFact = (fact: RunFact): RunFact => {
  switch (fact.type) {
    case "StepStarted": {
      const { path: check, target: _t, type: _type, ...rest } = fact
      return { type: "PreflightStarted", check, ...rest }
    }
    case "AttemptFailed": {
      const { path: check, target: _t, type: _type, ...rest } = fact
      return { type: "PreflightRetried", check, ...rest }
    }
    case "RateLimited": {
      const { path: check, target: _t, type: _type, until: nextAttemptAt, ...rest } = fact
      return { type: "PreflightRetried", check, ...rest, reason: "rate-limited", nextAttemptAt }
    }
    default:
      return fact
  }
}

const finished = (
  event: Extract<RunEvent, { readonly type: "PreflightFinished" }>,
  about: { readonly seq: number; readonly at: string; readonly target: string; readonly path: string }
): StepEvent => {
  const { attempts, durationMs, exitCode, message = "", outcome, output = emptyOutput, reason, signal } = event
  const attempt = Math.max(1, attempts)
  switch (outcome) {
    case "passed":
      return { ...about, type: "StepSucceeded", attempt, durationMs, output }
    case "skipped":
      return { ...about, type: "StepSkipped", reason: "when-false" }
    case "failed":
    case "continued":
      return {
        ...about,
        type: outcome === "failed" ? "StepFailed" : "StepContinued",
        attempt,
        reason: reason ?? "exit-code",
        message,
        ...(exitCode === undefined ? {} : { exitCode }),
        ...(signal === undefined ? {} : { signal }),
        durationMs,
        output
      }
  }
}

/** The event of a step that one of a check stands for; its target is called `preflight`. */
export const checkAsStep = (event: PreflightEvent): StepEvent => {
  const about = { seq: event.seq, at: event.at, target: PREFLIGHT, path: event.check }
  switch (event.type) {
    case "PreflightStarted": {
      const { check: _c, ...rest } = event
      return { ...rest, ...about, type: "StepStarted" }
    }
    case "PreflightRetried": {
      const { check: _c, nextAttemptAt, reason, signal, ...rest } = event
      if (reason === "rate-limited") return { ...rest, ...about, type: "RateLimited", until: nextAttemptAt }
      const by = signal === undefined ? {} : { signal }
      return { ...rest, ...about, ...by, type: "AttemptFailed", reason, nextAttemptAt }
    }
    case "PreflightFinished":
      return finished(event, about)
  }
}

/** The checks after one more event about one of them. `invocation` is that of the run. */
export const changeCheck = (checks: Checks = {}, event: PreflightEvent, invocation: number): Checks => {
  // An id may be the name of something that every object has: `valueOf`.
  const before = Object.hasOwn(checks, event.check) ? checks[event.check] : undefined
  const check = changeStep(before ?? noStep, checkAsStep(event), invocation)
  // Only what a check that failed has printed is ever asked for.
  return { ...checks, [event.check]: check.status === "succeeded" ? slimStep(check) : check }
}

/** The checks when pawl has ended: what was under way is cut short. */
export const restChecks = (checks: Checks): Checks =>
  Object.fromEntries(Object.entries(checks).map(([id, step]) => [id, restStep(step)]))

/** The checks as the steps of a target. */
export const checksTarget = (checks: Checks = {}): TargetState => ({
  status: Object.values(checks).some(({ status }) => status === "running") ? "running" : "pending",
  steps: checks
})
