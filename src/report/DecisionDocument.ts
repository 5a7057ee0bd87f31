/**
 * How a gate was decided, as programs and people read it (`pawl.decision/v1`): what `pawl approve` and
 * `pawl reject` print.
 *
 * Owns its shape and its lines. Must not print.
 */
import { Schema } from "effect"
import { NextStep } from "./NextSteps.ts"
import { printable } from "./Printable.ts"
import type { Style } from "./Style.ts"

export const DecisionDocument = Schema.Struct({
  schema: Schema.Literal("pawl.decision/v1"),
  runId: Schema.String,
  batch: Schema.String,
  target: Schema.String,
  path: Schema.String,
  /** `seq` of the event that opened the gate. */
  opened: Schema.Int,
  option: Schema.String,
  outcome: Schema.Literal("approved", "rejected"),
  by: Schema.String,
  note: Schema.optional(Schema.String),
  decidedAt: Schema.String,
  /** It is in the journal. Otherwise it is in the run's inbox, and taken up by whoever works on the run. */
  recorded: Schema.Boolean,
  /** The gate was rejected and waits for another decision. */
  asksAgain: Schema.Boolean,
  /** The process that works on the run. */
  live: Schema.NullOr(Schema.Struct({ pid: Schema.Int })),
  /** What to do now; empty while the run is live and goes on by itself. */
  next: Schema.Array(NextStep)
}).annotations({ identifier: "DecisionDocument", title: "pawl.decision/v1" })
export type DecisionDocument = typeof DecisionDocument.Type

const course = ({ asksAgain, live, recorded }: DecisionDocument): string => {
  if (live !== null) {
    return recorded
      ? `process ${live.pid} has taken it up and goes on`
      : `it is in the run's inbox, for process ${live.pid} to take up`
  }
  if (!recorded) return "it is in the run's inbox, and taken up when the run goes on"
  return asksAgain ? "the gate waits for another decision" : "it is recorded"
}

/** The lines for people, without line ends. */
export const decisionLines = (document: DecisionDocument, style: Style): ReadonlyArray<string> => {
  const { by, next, note, option, outcome, path, runId, target } = document
  const verb = outcome === "approved" ? style.green("approved") : style.red("rejected")
  const chosen = option === "approve" || option === "reject" ? "" : ` (${printable(option)})`
  return [
    `${verb} ${style.bold(printable(`${target}/${path}`))} of run ${printable(runId)}, by ${printable(by)}${chosen}`
    + (note === undefined ? "" : `: ${printable(note)}`),
    course(document),
    ...(next.length === 0 ? [] : ["", "next:"]),
    ...next.flatMap((step) => [`  ${step.why}`, `    ${style.cyan(printable(step.command))}`])
  ]
}
