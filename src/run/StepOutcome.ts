/**
 * What the end of a step comes to: what later steps see of it, and the facts that say so.
 *
 * Owns the difference between blocked and errored. Pure. The surprise: an opened breaker blocks
 * a target even on a step that it would have gone on without.
 */
import type { StepRecord } from "../expression/Scope.ts"
import type { Failure } from "./Judge.ts"
import type { RunFact } from "./RunEvent.ts"
import type { StepOutput } from "./StepOutput.ts"
import type { FailedEnd } from "./Walk.ts"

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
export const recordOf = (
  status: StepRecord["status"],
  end: Pick<StepRecord, "attempts" | "output"> & { readonly failure?: Failure }
): StepRecord => ({
  status,
  attempts: end.attempts,
  output: end.output,
  ...(end.failure === undefined ? {} : { error: end.failure.message })
})

/** The common part of the facts that say how an exhausted step was resolved. */
export const failureFact = (
  target: string,
  path: string,
  { attempts, durationMs, failure }: Omit<Required<StepEnd>, "output">
) => ({ target, path, attempt: Math.max(attempts, 1), ...failure, durationMs })

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`

/** The facts that end a target, `failed` having come out of its tree of steps. `durationMs` is the target's. */
export const stopFacts = (
  target: string,
  { attempts, failure, final, path }: FailedEnd,
  durationMs: number,
  threshold: number | false
): { readonly status: "blocked" | "errored"; readonly facts: ReadonlyArray<RunFact> } => {
  const tried = attempts === 0 ? failure.message : `${failure.message} after ${plural(attempts, "attempt")}`
  const common = { target, step: path, attempts, durationMs }
  if (final?.type === "breaker") {
    const { exhausted } = final
    const message = `${tried}; the breaker opened at ${plural(exhausted, "exhausted step")} in a row`
    return {
      status: "blocked",
      facts: [
        { type: "BreakerOpened", target, path, exhausted, threshold: threshold === false ? 0 : threshold },
        { type: "TargetBlocked", ...common, reason: "breaker-opened", message }
      ]
    }
  }
  if (final?.type === "gate") {
    const { message } = failure
    return { status: "blocked", facts: [{ type: "TargetBlocked", ...common, reason: "gate-rejected", message }] }
  }
  return failure.reason === "timed-out" || failure.reason === "could-not-start" || failure.reason === "rate-limited"
    ? { status: "errored", facts: [{ type: "TargetErrored", ...common, reason: failure.reason, message: tried }] }
    : { status: "blocked", facts: [{ type: "TargetBlocked", ...common, reason: "step-exhausted", message: tried }] }
}
