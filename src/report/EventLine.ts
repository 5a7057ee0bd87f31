/**
 * The events of a run that are worth a line to a person, as that line.
 *
 * Owns which they are: every failure, however it was resolved, and what was skipped. Must not
 * print. The surprise: a completed target has a line only where there are few of them.
 */
import { PREFLIGHT } from "../plan/Preflight.ts"
import { checkAsStep } from "../run/PreflightState.ts"
import type { RunEvent } from "../run/RunEvent.ts"
import { between, countdown, duration } from "./Duration.ts"
import { printable } from "./Printable.ts"
import { countOf, endedOf, leftOf, type Progress, waitingWords } from "./Progress.ts"
import type { Style } from "./Style.ts"

/** With more targets than this, those that complete are only counted. */
const few = 20

const place = (event: { readonly target: string; readonly path: string }): string =>
  printable(`${event.target}/${event.path}`)

/** `120 of 800 done: 110 completed, 10 blocked; 680 left`, and what else there is to say of how it goes on. */
export const countLine = (progress: Progress, ...more: ReadonlyArray<string | undefined>): string => {
  const parts = (["completed", "blocked", "errored", "skipped"] as const)
    .filter((status) => progress[status] > 0).map((status) => `${progress[status]} ${status}`)
  return `${endedOf(progress)} of ${countOf(progress, progress.total)} done`
    + (parts.length === 0 ? "" : `: ${parts.join(", ")}`)
    + `; ${
      [`${countOf(progress, leftOf(progress))} left`, waitingWords(progress), ...more].filter((text) =>
        text !== undefined
      ).join(", ")
    }`
}

/** How a gate was decided. What a rule allowed is not worth a line. */
const decidedLine = (event: Extract<RunEvent, { readonly type: "GateDecided" }>, style: Style): string | undefined => {
  const isApproved = event.outcome === "approved"
  if (isApproved && event.by === "policy") return undefined
  const option = event.option === (isApproved ? "approve" : "reject") ? "" : ` (${printable(event.option)})`
  const note = event.note === undefined ? "" : `: ${printable(event.note)}`
  const verb = isApproved ? style.green("approved") : style.red("rejected")
  return `${verb} ${place(event)} by ${printable(event.by)}${option}${note}`
}

/** A failure that ends a branch: what becomes of the target is told of what is around it. */
const isWithinAnother = ({ path }: { readonly path: string }): boolean => path.includes("::")

/** A check that failed and keeps the targets from starting is told as what it is; else it is a step like any other. */
const finishedLine = (
  event: Extract<RunEvent, { readonly type: "PreflightFinished" }>,
  progress: Progress,
  style: Style
): string | undefined =>
  event.outcome === "failed"
    ? `${style.red("failed")} ${printable(`${PREFLIGHT}/${event.check}`)}: ${printable(event.message ?? "")}${
      event.attempts > 1 ? ` after ${event.attempts} attempts` : ""
    }; no target starts`
    : eventLine(checkAsStep(event), progress, style)

/** The line of an event, or `undefined`; `progress` is that after the event. */
export const eventLine = (event: RunEvent, progress: Progress, style: Style): string | undefined => {
  switch (event.type) {
    case "RunStarted":
      return `run ${printable(event.runId)} of ${printable(event.batch)}: ${countOf(progress, progress.total)} ${
        progress.total === 1 ? "target" : "targets"
      }`
    case "RunResumed":
      return `going on with run ${printable(progress.runId)}: ${countLine(progress)}`
    case "PreflightStarted":
      return event.attempt === 1 ? `checking ${printable(`${PREFLIGHT}/${event.check}`)}` : undefined
    case "PreflightRetried":
      return eventLine(checkAsStep(event), progress, style)
    case "PreflightFinished":
      return finishedLine(event, progress, style)
    case "AttemptFailed":
      return `${style.yellow("retry")} ${place(event)}: ${printable(event.message)}; attempt ${event.attempt + 1} in ${
        countdown(between(event.at, event.nextAttemptAt))
      }, at ${printable(event.nextAttemptAt)}`
    case "RateLimited":
      return `${style.yellow("rate-limited")} ${place(event)}: ${printable(event.message)}; nothing starts for ${
        countdown(between(event.at, event.until))
      }, until ${printable(event.until)}`
    case "StepContinued":
      return `${style.yellow("continued")} ${place(event)}: ${printable(event.message)}`
    case "StepFailed":
      return event.output !== undefined && isWithinAnother(event)
        ? `${style.yellow("failed")} ${place(event)}: ${printable(event.message)}`
        : undefined
    case "GateOpened":
      return `${style.yellow("waits")} ${place(event)}: ${printable(event.message)} (${
        printable(event.options.join(", "))
      })`
    case "GateDecided":
      return decidedLine(event, style)
    case "TargetPaused":
      // Of a gate that waits for a person it was told when it opened.
      return event.reason === "policy-denied"
        ? `${style.yellow("paused")} ${printable(event.target)} at ${printable(event.step)}: ${
          printable(event.message)
        }`
        : undefined
    case "BreakerOpened":
      return `${style.red("breaker opened")} ${
        printable(event.target)
      }: ${event.exhausted} steps exhausted in a row, at ${printable(event.path)}`
    case "TargetBlocked":
      return `${style.red("blocked")} ${printable(event.target)} at ${printable(event.step)}: ${
        printable(event.message)
      }`
    case "TargetErrored":
      return `${style.red("errored")} ${printable(event.target)} at ${printable(event.step)}: ${
        printable(event.message)
      }`
    case "TargetSkipped":
      return `${style.yellow("skipped")} ${printable(event.target)}: ${printable(event.message)}`
    case "TargetCompleted":
      return progress.total <= few
        ? `${style.green("completed")} ${printable(event.target)} (${duration(event.durationMs)})`
        : undefined
    default:
      return undefined
  }
}
