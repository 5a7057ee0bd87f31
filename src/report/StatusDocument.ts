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
import { listChecks } from "./CheckList.ts"
import { NextStep, nextSteps, shellWord } from "./NextSteps.ts"
import { cancelledBy, type ListedGate, restingStatus, survey } from "./Summarize.ts"
import { Cancelled, Counts, SummaryCheck, SummaryGate, SummaryTarget } from "./Summary.ts"
import type { TargetList } from "./TargetList.ts"

const Decision = Schema.Struct({
  option: Schema.String,
  by: Schema.String,
  note: Schema.optionalWith(Schema.String, { exact: true }),
  decidedAt: Schema.optionalWith(Schema.String, { exact: true })
})

const StatusGate = Schema.Struct({
  ...SummaryGate.fields,
  /** A decision that was left for the run, which has not taken it up yet. */
  decision: Schema.optional(Decision)
})
type StatusGate = typeof StatusGate.Type

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
  /** The checks of the preflight, as of the latest invocation that made any. */
  preflight: Schema.Array(SummaryCheck),
  /** In plan order. */
  targets: Schema.Array(SummaryTarget),
  /** Gates that wait for a person, in plan order. */
  gates: Schema.Array(StatusGate),
  retryAt: Schema.NullOr(Schema.String),
  /** Who stopped it with `pawl cancel`, where somebody did. */
  cancelled: Schema.optional(Cancelled),
  /** The process that works on it now. */
  live: Schema.NullOr(Schema.Struct({ pid: Schema.Int })),
  /** What to do, most useful first. */
  next: Schema.Array(NextStep)
}).annotations({ identifier: "StatusDocument", title: "pawl.status/v1" })
export type StatusDocument = Omit<typeof StatusDocument.Type, "targets"> & { readonly targets: TargetList }

/** A decision that somebody left for a run. */
export interface WaitingDecision extends Schema.Schema.Type<typeof Decision> {
  readonly target: string
  readonly path: string
  /** `seq` of the event that opened the gate it is about. */
  readonly opened: number
}

export interface StoredView {
  readonly plan: Plan
  readonly state: RunState
  readonly live?: { readonly pid: number }
  readonly decisions?: ReadonlyArray<WaitingDecision>
}

const decided = (gates: ReadonlyArray<ListedGate>, { decisions = [] }: StoredView): ReadonlyArray<StatusGate> =>
  gates.map(({ gate, opened }) => {
    const left = decisions.find((each) =>
      each.opened === opened && each.target === gate.target && each.path === gate.path
    )
    if (left === undefined) return gate
    const { by, decidedAt, note, option } = left
    const said = { ...(note === undefined ? {} : { note }), ...(decidedAt === undefined ? {} : { decidedAt }) }
    return { ...gate, decision: { option, by, ...said } }
  })

const statusOf = (
  counts: StatusDocument["counts"],
  state: RunState,
  live: boolean
): StatusDocument["status"] => {
  if (live) return "running"
  return state.halted === undefined ? "interrupted" : restingStatus(counts, state.halted.reason)
}

/** The view of a stored run. `stateDir` is the one that the user named, for the commands in `next`. */
export const statusDocument = (view: StoredView, stateDir?: string): StatusDocument => {
  const { live, plan, state } = view
  const isLive = live !== undefined
  const { counts, targets, ...found } = survey(plan, state, isLive, () => true)
  const halted = isLive ? undefined : state.halted
  const haltReason = halted?.reason ?? null
  const preflight = listChecks(plan, state, isLive)
  const gates = decided(found.gates, view)
  const place = stateDir === undefined ? "" : ` --state-dir ${shellWord(stateDir)}`
  return {
    schema: "pawl.status/v1",
    runId: state.runId,
    batch: plan.batch,
    planHash: plan.hash,
    status: statusOf(counts, state, isLive),
    haltReason,
    startedAt: state.startedAt,
    updatedAt: state.updatedAt,
    finishedAt: halted?.at ?? null,
    durationMs: between(state.startedAt, halted?.at ?? state.updatedAt),
    invocations: state.invocations,
    counts,
    preflight,
    targets,
    gates,
    retryAt: halted?.retryAt ?? null,
    ...(isLive ? {} : cancelledBy(state)),
    live: isLive ? { pid: live.pid } : null,
    next: nextSteps(
      { counts, gates, preflight, runId: state.runId, targets, haltReason, retryAt: halted?.retryAt ?? null, isLive },
      { again: `pawl resume ${shellWord(state.runId)}${place}`, place }
    )
  }
}
