/**
 * A stored run as one looks at it (`pawl.status/v1`): what `pawl status --format json` prints.
 *
 * Owns its shape and the view. Must not read the disk. The surprise: a run that is neither
 * live nor halted was killed; it is `interrupted`, and has no halt reason.
 */
import { Schema } from "effect"
import type { Plan } from "../plan/Plan.ts"
import { HaltReason } from "../run/RunEvent.ts"
import type { RunState } from "../run/RunState.ts"
import { between } from "./Duration.ts"
import { NextStep, nextSteps, shellWord } from "./NextSteps.ts"
import { countTargets, restingStatus, summarizeTarget } from "./Summarize.ts"
import { Counts, SummaryTarget } from "./Summary.ts"

export const StatusDocument = Schema.Struct({
  schema: Schema.Literal("pawl.status/v1"),
  runId: Schema.String,
  batch: Schema.String,
  planHash: Schema.String,
  status: Schema.Literal(
    "running",
    "completed",
    "partial",
    "blocked",
    "paused",
    "rate-limited",
    "interrupted",
    "failed"
  ),
  /** Null while it is live, and where it was killed. */
  haltReason: Schema.NullOr(HaltReason),
  startedAt: Schema.String,
  /** Of the latest event. */
  updatedAt: Schema.String,
  /** Null while it is live, and where it was killed. */
  finishedAt: Schema.NullOr(Schema.String),
  /** From the first start to the latest event, milliseconds. */
  durationMs: Schema.Int,
  invocations: Schema.Int,
  counts: Counts,
  /** In plan order. */
  targets: Schema.Array(SummaryTarget),
  gates: Schema.Array(Schema.Unknown),
  retryAt: Schema.NullOr(Schema.String),
  /** The process that works on it now. */
  live: Schema.NullOr(Schema.Struct({ pid: Schema.Int })),
  /** What to do, most useful first. */
  next: Schema.Array(NextStep)
}).annotations({ identifier: "StatusDocument", title: "pawl.status/v1" })
export type StatusDocument = typeof StatusDocument.Type

export interface StoredView {
  readonly plan: Plan
  readonly state: RunState
  readonly live?: { readonly pid: number }
}

const statusOf = (
  targets: ReadonlyArray<SummaryTarget>,
  state: RunState,
  live: boolean
): StatusDocument["status"] => {
  if (live) return "running"
  return state.halted === undefined ? "interrupted" : restingStatus(targets, state.halted.reason)
}

/** The view of a stored run. `stateDir` is the one that the user named, for the commands in `next`. */
export const statusDocument = ({ live, plan, state }: StoredView, stateDir?: string): StatusDocument => {
  const targets = plan.targets.map((target) =>
    summarizeTarget(plan, state, target, { selected: true, live: live !== undefined })
  )
  const halted = live === undefined ? state.halted : undefined
  const haltReason = halted?.reason ?? null
  const counts = countTargets(targets)
  const place = stateDir === undefined ? "" : ` --state-dir ${shellWord(stateDir)}`
  return {
    schema: "pawl.status/v1",
    runId: state.runId,
    batch: plan.batch,
    planHash: plan.hash,
    status: statusOf(targets, state, live !== undefined),
    haltReason,
    startedAt: state.startedAt,
    updatedAt: state.updatedAt,
    finishedAt: halted?.at ?? null,
    durationMs: between(state.startedAt, halted?.at ?? state.updatedAt),
    invocations: state.invocations,
    counts,
    targets,
    gates: [],
    retryAt: null,
    live: live === undefined ? null : { pid: live.pid },
    next: live === undefined
      ? nextSteps({ counts, runId: state.runId, targets, haltReason }, `pawl run BATCH${place}`, place)
      : []
  }
}
