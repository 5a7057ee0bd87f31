/**
 * The summary of a run (`pawl.summary/v1`): what `run --format json` prints and `summary.json` holds.
 *
 * Owns its shape as Schema. Must not know where events come from: it is a view of plan and state.
 */
import { Schema } from "effect"
import { HaltReason } from "../run/RunEvent.ts"
import { mostOfLine } from "./LastLine.ts"

const Labels = Schema.Record({ key: Schema.String, value: Schema.String })

export const SummaryStep = Schema.Struct({
  path: Schema.String,
  kind: Schema.Literal("run", "command"),
  status: Schema.Literal("pending", "running", "succeeded", "failed", "skipped"),
  attempts: Schema.Int,
  durationMs: Schema.Int,
  exitCode: Schema.optional(Schema.Int),
  reason: Schema.optional(Schema.String),
  message: Schema.optional(Schema.String),
  /** Failed, and the target went on. */
  continued: Schema.optional(Schema.Boolean),
  nextAttemptAt: Schema.optional(Schema.String),
  /** Path of the log of standard output, relative to the run's directory; absent where nothing ran. */
  log: Schema.optional(Schema.String),
  /** The same of standard error; there where a failed step wrote to it. */
  errorLog: Schema.optional(Schema.String)
})

export const SummaryTarget = Schema.Struct({
  id: Schema.String,
  status: Schema.Literal("pending", "running", "completed", "blocked", "errored", "skipped"),
  reason: Schema.optional(Schema.String),
  step: Schema.optional(Schema.String),
  message: Schema.optional(Schema.String),
  /** Where it is stuck: the last line that its step printed, to standard error if there; without colours, cut. */
  lastError: Schema.optional(Schema.String.pipe(Schema.maxLength(mostOfLine))),
  attempts: Schema.optional(Schema.Int),
  need: Schema.optional(Schema.String),
  durationMs: Schema.optional(Schema.Int),
  labels: Labels,
  steps: Schema.Array(SummaryStep)
})

export const Counts = Schema.Struct({
  total: Schema.Int,
  completed: Schema.Int,
  blocked: Schema.Int,
  errored: Schema.Int,
  skipped: Schema.Int,
  paused: Schema.Int,
  pending: Schema.Int
})

export const Summary = Schema.Struct({
  schema: Schema.Literal("pawl.summary/v1"),
  runId: Schema.String,
  batch: Schema.String,
  planHash: Schema.String,
  status: Schema.Literal("completed", "partial", "blocked", "paused", "rate-limited", "interrupted", "failed"),
  haltReason: HaltReason,
  exitCode: Schema.Int,
  startedAt: Schema.String,
  finishedAt: Schema.String,
  /** From the first start to the last halt, pauses between invocations included, milliseconds. */
  durationMs: Schema.Int,
  invocations: Schema.Int,
  counts: Counts,
  /** Steps started in this invocation. */
  stepsExecuted: Schema.Int,
  /** In plan order. */
  targets: Schema.Array(SummaryTarget),
  /** Gates that wait for a person. */
  gates: Schema.Array(Schema.Unknown),
  /** When a run that was rate-limited may go on. */
  retryAt: Schema.NullOr(Schema.String),
  outputs: Schema.Record({ key: Schema.String, value: Schema.Unknown }),
  error: Schema.NullOr(Schema.Struct({ message: Schema.String, hint: Schema.String }))
}).annotations({ identifier: "Summary", title: "pawl.summary/v1" })
export type Summary = typeof Summary.Type
export type SummaryTarget = typeof SummaryTarget.Type
export type SummaryStep = typeof SummaryStep.Type
