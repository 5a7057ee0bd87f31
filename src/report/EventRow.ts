/**
 * Each event of a run as one line: the journal for people.
 *
 * Owns the words for every type of event. Must not print. The surprise: unlike `EventLine`, which
 * tells what needs attention, nothing is left out here.
 */
import { PREFLIGHT } from "../plan/Preflight.ts"
import type { RunEvent } from "../run/RunEvent.ts"
import { duration } from "./Duration.ts"
import { pad, printable } from "./Printable.ts"
import type { Style } from "./Style.ts"

const several = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`

const told = (...parts: ReadonlyArray<string | undefined>): string =>
  parts.filter((part) => part !== undefined).join(", ")

const note = (text: string | undefined): string => (text === undefined ? "" : `: ${text}`)

const exitCode = (code: number | undefined): string | undefined => code === undefined ? undefined : `exit code ${code}`

/** What there is to say beside the type and the place. */
const wordsOf = (event: RunEvent): string => {
  switch (event.type) {
    case "RunStarted":
      return `run ${event.runId} of ${event.batch}, ${several(event.targets, "target")}, plan ${event.planHash}`
    case "RunResumed":
      return told(
        `${several(event.targets, "target")}, plan ${event.planHash}`,
        event.reset.length === 0 ? undefined : `anew: ${event.reset.join(" ")}`,
        event.retried.length === 0 ? undefined : `again: ${event.retried.join(" ")}`
      )
    case "PreflightStarted":
      return `attempt ${event.attempt}, process ${event.pid}`
    case "PreflightRetried":
      return `attempt ${event.attempt}: ${event.message} after ${duration(event.durationMs)}, `
        + `next not before ${event.nextAttemptAt}`
    case "PreflightFinished":
      return told(
        event.outcome,
        event.attempts > 1 ? several(event.attempts, "attempt") : undefined,
        event.message,
        event.outcome === "skipped" ? undefined : duration(event.durationMs)
      )
    case "TargetStarted":
      return ""
    case "StepEntered":
      return told(
        event.kind,
        event.kind === "if" || event.kind === "switch" ? event.branch : undefined,
        event.items === undefined ? undefined : several(event.items, "item"),
        event.attempt === undefined ? undefined : `attempt ${event.attempt}`
      )
    case "StepStarted":
      return `attempt ${event.attempt}, process ${event.pid}`
    case "AttemptRecovered":
      return told(
        `attempt ${event.attempt} ended after pawl was killed`,
        exitCode(event.exitCode) ?? event.signal,
        duration(event.durationMs)
      )
    case "IterationEnded":
      return told(
        `iteration ${event.iteration + 1}`,
        event.nextAttemptAt === undefined ? undefined : `next not before ${event.nextAttemptAt}`
      )
    case "GateOpened":
      return `${event.message} (${event.options.join(", ")})`
    case "GateDecided":
      return `${event.option} by ${event.by}${note(event.note)}`
    case "AttemptFailed":
      return `attempt ${event.attempt}: ${event.message} after ${duration(event.durationMs)}, `
        + `next not before ${event.nextAttemptAt}`
    case "RateLimited":
      return `rate-limited: ${event.message}, nothing starts before ${event.until}`
    case "StepSucceeded":
      return told(
        event.output === undefined ? undefined : `attempt ${event.attempt}`,
        exitCode(event.output?.exit_code),
        duration(event.durationMs)
      )
    case "StepFailed":
    case "StepContinued":
      return told(
        event.output === undefined ? undefined : `attempt ${event.attempt}`,
        event.message,
        duration(event.durationMs)
      )
    case "StepSkipped":
      return event.reason
    case "BreakerOpened":
      return `${several(event.exhausted, "exhausted step")} in a row, ${event.threshold} allowed`
    case "TargetCompleted":
      return duration(event.durationMs)
    case "TargetBlocked":
    case "TargetErrored":
      return told(
        `${event.reason} at ${event.step}: ${event.message}`,
        duration(event.durationMs)
      )
    case "TargetSkipped":
      return event.message
    case "TargetPaused":
      return `${event.reason} at ${event.step}: ${event.message}`
    case "RunHalted":
      return event.by === undefined
        ? `${event.haltReason}${note(event.message)}`
        : `${event.haltReason}, cancelled by ${event.by}${note(event.note)}`
  }
}

const placeOf = (event: RunEvent): string =>
  "check" in event
    ? `${PREFLIGHT}/${event.check}`
    : "target" in event
    ? ("path" in event ? `${event.target}/${event.path}` : event.target)
    : ""

const outcomeColours = { passed: "green", failed: "red", continued: "yellow", skipped: "bold" } as const

const colourOf = (event: RunEvent, style: Style): (text: string) => string => {
  switch (event.type) {
    case "PreflightFinished":
      return style[outcomeColours[event.outcome]]
    case "StepSucceeded":
    case "TargetCompleted":
      return style.green
    case "StepFailed":
    case "BreakerOpened":
    case "TargetBlocked":
    case "TargetErrored":
      return style.red
    case "AttemptFailed":
    case "PreflightRetried":
    case "RateLimited":
    case "StepContinued":
    case "GateOpened":
    case "TargetPaused":
    case "TargetSkipped":
      return style.yellow
    default:
      return style.bold
  }
}

/** The longest type there is. */
const widest = "PreflightFinished".length

/** One line: number, time, type, place, words. Never more than one, whatever the event holds. */
export const eventRow = (event: RunEvent, style: Style): string =>
  [
    String(event.seq).padStart(5),
    event.at,
    colourOf(event, style)(event.type) + pad("", widest - event.type.length),
    printable(placeOf(event)),
    printable(wordsOf(event))
  ].filter((part) => part !== "").join("  ").trimEnd()
