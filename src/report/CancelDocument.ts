/**
 * How a run was asked to stop, as programs and people read it (`pawl.cancel/v1`): what `pawl cancel` prints.
 *
 * Owns its shape and its lines. Must not print.
 */
import { Schema } from "effect"
import { HaltReason } from "../run/RunEvent.ts"
import { NextStep } from "./NextSteps.ts"
import { printable } from "./Printable.ts"
import type { Style } from "./Style.ts"

export const CancelDocument = Schema.Struct({
  schema: Schema.Literal("pawl.cancel/v1"),
  runId: Schema.String,
  batch: Schema.String,
  /** The invocation that was asked to stop; the first is 1. */
  invocation: Schema.Int,
  by: Schema.String,
  note: Schema.optional(Schema.String),
  requestedAt: Schema.String,
  /** Somebody had asked before: `by`, `note` and `requestedAt` are theirs. */
  already: Schema.Boolean,
  /** The process that was asked. */
  pid: Schema.Int,
  /** It works on the run no more. */
  stopped: Schema.Boolean,
  /** Why the run halted; null while it has not. `ShutdownRequested` where the request stopped it. */
  haltReason: Schema.NullOr(HaltReason),
  /** What to do now. */
  next: Schema.Array(NextStep)
}).annotations({ identifier: "CancelDocument", title: "pawl.cancel/v1" })
export type CancelDocument = typeof CancelDocument.Type

const course = ({ haltReason, pid, stopped }: CancelDocument): string => {
  if (!stopped) return `process ${pid} ends its steps and saves its state`
  if (haltReason === null) return `process ${pid} is gone`
  return haltReason === "ShutdownRequested"
    ? `process ${pid} has stopped, and saved its state`
    : `it had come to its end meanwhile (${haltReason})`
}

/** The lines for people, without line ends. */
export const cancelLines = (document: CancelDocument, style: Style): ReadonlyArray<string> => {
  const { already, by, next, note, requestedAt, runId } = document
  const said = note === undefined ? "" : `: ${printable(note)}`
  return [
    already
      ? `run ${style.bold(printable(runId))} was cancelled by ${printable(by)} already, at ${requestedAt}${said}`
      : `${style.yellow("cancelled")} run ${style.bold(printable(runId))}, by ${printable(by)}${said}`,
    course(document),
    ...(next.length === 0 ? [] : ["", "next:"]),
    ...next.flatMap((step) => [`  ${step.why}`, `    ${style.cyan(printable(step.command))}`])
  ]
}
