/**
 * What a rehearsal came to (`pawl.rehearsal/v1`): the one document of `pawl simulate --scenario`.
 *
 * Owns its shape as Schema. The surprise: `exitCode` is the one that the run would return; that of
 * the rehearsal itself says only whether it could be made.
 */
import { Schema } from "effect"
import type { Plan } from "../plan/Plan.ts"
import { Summary } from "../report/Summary.ts"
import { HaltReason, RunEvent } from "../run/RunEvent.ts"
import type { Rehearsal } from "./Rehearse.ts"
import type { Violation } from "./InvariantsHeldAgainst.ts"

export const RehearsedInvocation = Schema.Struct({
  startedAt: Schema.String,
  endedAt: Schema.String,
  /** The number of the last event before it; 0 for the first. */
  after: Schema.NonNegativeInt,
  /** `killed` by the scenario, as the event before the next invocation became durable. */
  end: Schema.Literal("halted", "killed"),
  haltReason: Schema.optional(HaltReason),
  exitCode: Schema.optional(Schema.Int),
  signal: Schema.optional(Schema.Literal("SIGHUP", "SIGINT", "SIGTERM"))
}).annotations({ identifier: "RehearsedInvocation" })

export const RehearsalDocument = Schema.Struct({
  schema: Schema.Literal("pawl.rehearsal/v1"),
  batch: Schema.String,
  planHash: Schema.String,
  runId: Schema.String,
  /** As it was named; null: everything succeeds at once. */
  scenario: Schema.NullOr(Schema.String),
  seed: Schema.Int,
  chaos: Schema.Boolean,
  /** What the last invocation would return. */
  exitCode: Schema.Int,
  haltReason: HaltReason,
  startedAt: Schema.String,
  finishedAt: Schema.String,
  /** Of the clock of the rehearsal, milliseconds. */
  durationMs: Schema.Int,
  invocations: Schema.Array(RehearsedInvocation),
  /** Such as rules of the scenario that were never met. */
  notes: Schema.Array(Schema.String),
  /** Promises of pawl that the run broke: a defect. */
  violations: Schema.Array(Schema.Struct({
    invariant: Schema.String,
    message: Schema.String,
    seq: Schema.optional(Schema.Int)
  })),
  events: Schema.Array(RunEvent),
  summary: Summary
}).annotations({ identifier: "Rehearsal", title: "pawl.rehearsal/v1" })
export type RehearsalDocument = Omit<typeof RehearsalDocument.Type, "summary"> & { readonly summary: Summary }

/** How a rehearsal was asked for. */
export interface Asked {
  readonly scenario: string | null
  readonly seed: number
  readonly chaos: boolean
}

/** All that is told of a rehearsal. */
export const rehearsalDocument = (
  asked: Asked,
  plan: Plan,
  { invocations, journal, notes }: Rehearsal,
  summary: Summary,
  violations: ReadonlyArray<Violation>
): RehearsalDocument => {
  const startedAt = invocations[0]?.startedAt ?? summary.startedAt
  const finishedAt = invocations.at(-1)?.endedAt ?? summary.finishedAt
  return {
    schema: "pawl.rehearsal/v1",
    batch: plan.batch,
    planHash: plan.hash,
    runId: summary.runId,
    ...asked,
    exitCode: summary.exitCode,
    haltReason: summary.haltReason,
    startedAt,
    finishedAt,
    durationMs: Date.parse(finishedAt) - Date.parse(startedAt),
    invocations,
    notes,
    violations,
    events: journal,
    summary
  }
}
