/**
 * What must hold of the checks of a preflight: all of them through before anything starts, in their order.
 *
 * Owns these promises. Pure. The surprise: they are held against each invocation anew, since a check that
 * passed yesterday says nothing of today.
 */
import type { Plan } from "../plan/Plan.ts"
import { PREFLIGHT } from "../plan/Preflight.ts"
import { checkAsStep, type PreflightEvent } from "../run/PreflightState.ts"
import type { RunEvent } from "../run/RunEvent.ts"
import type { Tell } from "./InvariantsHeldAgainst.ts"
import { makeStepLives } from "./InvariantsOfSteps.ts"

export interface CheckLives {
  /** An invocation begins. */
  readonly begin: () => void
  readonly see: (event: PreflightEvent) => void
  /** A target starts. */
  readonly starts: (target: string, seq: number) => void
  readonly halt: (event: Extract<RunEvent, { readonly type: "RunHalted" }>) => void
}

/** The plan as one whose only target is the preflight. */
const ofChecks = (plan: Plan): Plan => ({
  ...plan,
  templates: plan.preflight === undefined ? [] : [plan.preflight],
  targets: [{ id: PREFLIGHT, template: 0, labels: {}, needs: [], hash: "" }]
})

export const makeCheckLives = (plan: Plan, tell: Tell): CheckLives => {
  const ids = (plan.preflight?.steps ?? []).map(({ id }) => id)
  const lives = makeStepLives(ofChecks(plan), tell)
  /** How many are through, in this invocation. */
  let through = 0
  let hasStarted = false
  let failed: string | undefined

  return {
    begin: () => {
      lives.forget(PREFLIGHT)
      through = 0
      hasStarted = false
      failed = undefined
    },
    see: (event) => {
      const { check, seq } = event
      lives.see(checkAsStep(event))
      if (hasStarted) tell("preflight", `${event.type} of ${check} after a target had started`, seq)
      if (failed !== undefined) tell("preflight", `${event.type} of ${check} after ${failed} had failed`, seq)
      if (check !== ids[through]) tell("preflight", `${event.type} of ${check} where ${ids[through]} was next`, seq)
      if (event.type !== "PreflightFinished") return
      if (event.outcome === "failed") failed = check
      else through += 1
    },
    starts: (target, seq) => {
      hasStarted = true
      if (through < ids.length) tell("preflight", `${target} started before ${ids[through]} had passed`, seq)
    },
    halt: ({ haltReason, seq }) => {
      lives.cut()
      if ((haltReason === "PreflightFailed") !== (failed !== undefined) && haltReason !== "ShutdownRequested") {
        tell("halt-reason", `${haltReason} though ${failed === undefined ? "no check" : failed} failed`, seq)
      }
    }
  }
}
