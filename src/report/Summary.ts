/**
 * The summary of a run (`pawl.summary/v1`): what `run --format json` prints and `summary.json` holds.
 *
 * Owns its shape as Schema. Must not know where events come from: it is a view of plan and state.
 */
import { Schema } from "effect"
import { HaltReason } from "../run/RunEvent.ts"
import { mostOfLine } from "./LastLine.ts"
import type { TargetList } from "./TargetList.ts"

const Labels = Schema.Record({ key: Schema.String, value: Schema.String })

export const SummaryStep = Schema.Struct({
  path: Schema.String,
  kind: Schema.Literal("run", "command", "gate", "if", "switch", "map", "parallel", "loop"),
  status: Schema.Literal("pending", "running", "succeeded", "failed", "skipped"),
  attempts: Schema.Int,
  durationMs: Schema.Int,
  exitCode: Schema.optional(Schema.Int),
  reason: Schema.optional(Schema.String),
  message: Schema.optional(Schema.String),
  /** Failed, and the target went on. */
  continued: Schema.optional(Schema.Boolean),
  /** Of a composite step that failed: the path of the first step within it that did. */
  child: Schema.optional(Schema.String),
  /** Of an `if` and a `switch`: `then`, `else`, `default` or `case:` and its name. */
  branch: Schema.optional(Schema.String),
  /** Of a `map`: how many there are. */
  items: Schema.optional(Schema.Int),
  /** Of a `loop`: how many have begun. The steps of the latest alone are listed. */
  iterations: Schema.optional(Schema.Int),
  /** How a gate was decided: what was chosen, who by, and when. */
  option: Schema.optional(Schema.String),
  by: Schema.optional(Schema.String),
  note: Schema.optional(Schema.String),
  decidedAt: Schema.optional(Schema.String),
  /** When the next attempt or iteration may start. */
  nextAttemptAt: Schema.optional(Schema.String),
  /** Path of the log of standard output, relative to the run's directory; absent where nothing ran. */
  log: Schema.optional(Schema.String),
  /** The same of standard error; there where a failed step wrote to it. */
  errorLog: Schema.optional(Schema.String)
})

export const SummaryTarget = Schema.Struct({
  id: Schema.String,
  status: Schema.Literal("pending", "running", "completed", "blocked", "errored", "skipped", "paused"),
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

/** A check of the preflight, as of the latest invocation that made any; `path` is its id. */
export const SummaryCheck = Schema.Struct({
  ...SummaryStep.fields,
  /** Where it failed: the last line that it printed, to standard error if there; without colours, cut. */
  lastError: Schema.optional(Schema.String.pipe(Schema.maxLength(mostOfLine)))
})

/** A gate that waits for a person; of a step with `idempotent: false` what became of an attempt is asked. */
export const SummaryGate = Schema.Struct({
  target: Schema.String,
  path: Schema.String,
  about: Schema.Literal("approval", "in-flight"),
  message: Schema.String,
  options: Schema.Array(Schema.String),
  onReject: Schema.Literal("abort", "skip", "retry"),
  /** A file to look at, as the manifest has it. */
  show: Schema.optional(Schema.String),
  openedAt: Schema.String
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

export const Cancelled = Schema.Struct({ by: Schema.String, note: Schema.optional(Schema.String) })

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
  /** The checks of the preflight, in their order; they are no steps of targets, and not counted as such. */
  preflight: Schema.Array(SummaryCheck),
  /** In plan order. */
  targets: Schema.Array(SummaryTarget),
  /** Gates that wait for a person. */
  gates: Schema.Array(SummaryGate),
  /** When a run that was rate-limited may go on. */
  retryAt: Schema.NullOr(Schema.String),
  /** Rate limits that were met, and how long they came to in all. */
  rateLimits: Schema.Struct({ count: Schema.Int, waitMs: Schema.Int }),
  outputs: Schema.Record({ key: Schema.String, value: Schema.Unknown }),
  /** Who stopped it with `pawl cancel`, where somebody did. */
  cancelled: Schema.optional(Cancelled),
  error: Schema.NullOr(Schema.Struct({ message: Schema.String, hint: Schema.String }))
}).annotations({ identifier: "Summary", title: "pawl.summary/v1" })
export type Summary = Omit<typeof Summary.Type, "targets"> & { readonly targets: TargetList }
export type SummaryTarget = typeof SummaryTarget.Type
export type SummaryStep = typeof SummaryStep.Type
export type SummaryCheck = typeof SummaryCheck.Type
export type SummaryGate = typeof SummaryGate.Type
