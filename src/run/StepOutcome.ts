/**
 * What the end of a step comes to: what later steps see of it, and the facts that say so.
 *
 * Owns the difference between blocked and errored. Pure. The surprise: an opened breaker blocks
 * a target even on a step that it would have gone on without.
 */
import type { StepRecord } from "../expression/Scope.ts"
import type { Failure } from "./Judge.ts"
import type { RunFact, StepOutput } from "./RunEvent.ts"
import type { StepState } from "./TargetState.ts"

/** How a step ended, whatever it took. */
export interface StepEnd {
  /** 0 where not even one attempt could begin. */
  readonly attempts: number
  /** Of the last attempt, milliseconds. */
  readonly durationMs: number
  readonly output: StepOutput
  /** Of the last attempt; absent where it succeeded. */
  readonly failure?: Failure
}

export const emptyOutput: StepOutput = { stdout: "", stderr: "" }

/** What `steps.<id>` shows of a step that has just ended. */
export const recordOf = (status: StepRecord["status"], end: Omit<StepEnd, "durationMs">): StepRecord => ({
  status,
  attempts: end.attempts,
  output: end.output,
  ...(end.failure === undefined ? {} : { error: end.failure.message })
})

/** What `steps.<id>` shows of a step whose outcome was durable already; undefined where there was none. */
export const durableRecord = (before: StepState): StepRecord | undefined => {
  const through = before.status === "succeeded" || before.status === "skipped"
  if (!through && before.continued !== true) return undefined
  return {
    status: through ? before.status : "failed",
    attempts: before.attempts,
    output: before.output ?? emptyOutput,
    ...(before.message === undefined ? {} : { error: before.message })
  }
}

type Failed = Required<StepEnd>

/** The common part of the facts that say how an exhausted step was resolved. */
export const failureFact = (target: string, path: string, { attempts, durationMs, failure, output }: Failed) => ({
  target,
  path,
  attempt: Math.max(attempts, 1),
  ...failure,
  durationMs,
  output
})

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`

/**
 * The facts that end a target on an exhausted step. `opened` is the number of exhausted steps in
 * a row, where they opened the breaker.
 */
export const stopFacts = (
  target: string,
  step: string,
  { attempts, failure }: Failed,
  durationMs: number,
  opened: number | undefined,
  threshold: number | false
): { readonly status: "blocked" | "errored"; readonly facts: ReadonlyArray<RunFact> } => {
  const tried = attempts === 0 ? failure.message : `${failure.message} after ${plural(attempts, "attempt")}`
  const common = { target, step, attempts, durationMs }
  if (opened !== undefined) {
    const message = `${tried}; the breaker opened at ${plural(opened, "exhausted step")} in a row`
    return {
      status: "blocked",
      facts: [
        {
          type: "BreakerOpened",
          target,
          path: step,
          exhausted: opened,
          threshold: threshold === false ? 0 : threshold
        },
        { type: "TargetBlocked", ...common, reason: "breaker-opened", message }
      ]
    }
  }
  return failure.reason === "timed-out" || failure.reason === "could-not-start"
    ? { status: "errored", facts: [{ type: "TargetErrored", ...common, reason: failure.reason, message: tried }] }
    : { status: "blocked", facts: [{ type: "TargetBlocked", ...common, reason: "step-exhausted", message: tried }] }
}
