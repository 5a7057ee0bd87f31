/**
 * The documents of commands that do no run: what each prints with `--format json`.
 *
 * Owns their shapes as Schema. Must not make them; each is made where its command is.
 */
import { Schema } from "effect"
import { RunEvent } from "../run/RunEvent.ts"
import { StatusDocument } from "./StatusDocument.ts"
import { SummaryStep } from "./Summary.ts"

const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })
const { counts, durationMs, startedAt, status, updatedAt } = StatusDocument.fields

export const RunEntry = Schema.Struct({
  runId: Schema.String,
  batch: Schema.String,
  /** These are absent where the run can't be read. */
  status: optional(status),
  startedAt: optional(startedAt),
  updatedAt: optional(updatedAt),
  durationMs: optional(durationMs),
  counts: optional(counts),
  /** Why the run can't be read. */
  error: optional(Schema.String)
})
export type RunEntry = typeof RunEntry.Type

export const RunsDocument = Schema.Struct({
  schema: Schema.Literal("pawl.runs/v1"),
  /** Newest first. */
  runs: Schema.Array(RunEntry)
}).annotations({ identifier: "RunsDocument", title: "pawl.runs/v1" })
export type RunsDocument = typeof RunsDocument.Type

export const LogsDocument = Schema.Struct({
  schema: Schema.Literal("pawl.logs/v1"),
  runId: Schema.String,
  /** In plan order. */
  logs: Schema.Array(Schema.Struct({
    /** `preflight` for the checks of one. */
    target: Schema.String,
    path: Schema.String,
    /** Absent of an iteration that is over, together with `attempts`. */
    status: optional(SummaryStep.fields.status),
    attempts: optional(Schema.Int),
    /** Of standard output, relative to the run's directory. */
    log: Schema.String
  }))
}).annotations({ identifier: "LogsDocument", title: "pawl.logs/v1" })
export type LogsDocument = typeof LogsDocument.Type

export const EventsDocument = Schema.Struct({
  schema: Schema.Literal("pawl.events/v1"),
  runId: Schema.String,
  batch: Schema.String,
  /** By `seq`. */
  events: Schema.Array(RunEvent)
}).annotations({ identifier: "EventsDocument", title: "pawl.events/v1" })

export const CleanupDocument = Schema.Struct({
  schema: Schema.Literal("pawl.cleanup/v1"),
  /** Nothing was removed: it is what would be. */
  dryRun: Schema.Boolean,
  /** How many of the newest runs of each batch are kept whatever their age. */
  keep: Schema.Int,
  /** How long ago a run must have ended, milliseconds. */
  olderThanMs: Schema.Int,
  /** Newest first. */
  removed: Schema.Array(Schema.Struct({
    runId: Schema.String,
    batch: Schema.String,
    status,
    updatedAt,
    /** Of all its files. */
    bytes: Schema.Int
  })),
  /** Of all that was removed. */
  bytes: Schema.Int,
  /** How many runs are still there. */
  kept: Schema.Int,
  /** What was not removed though it might have been due, and why. */
  left: Schema.Array(Schema.Struct({
    batch: Schema.String,
    /** Absent where it is about all runs of the batch. */
    runId: optional(Schema.String),
    reason: Schema.Literal("live", "unfinished", "unreadable", "failed"),
    message: Schema.String
  }))
}).annotations({ identifier: "CleanupDocument", title: "pawl.cleanup/v1" })
export type CleanupDocument = typeof CleanupDocument.Type

export const ValidationDocument = Schema.Struct({
  schema: Schema.Literal("pawl.validation/v1"),
  /** What is not valid is told in an error document. */
  valid: Schema.Literal(true),
  /** As the user named it; `-` is standard input. */
  file: Schema.String,
  batch: Schema.String,
  planHash: Schema.String,
  targets: Schema.Int,
  /** Of all targets, as they are written: one in a `map` or a `loop` counts once. */
  steps: Schema.Int,
  /** How many of the steps are gates. */
  gates: Schema.Int,
  /** Names of those that have a value and of the secret ones. */
  inputs: Schema.Array(Schema.String)
}).annotations({ identifier: "ValidationDocument", title: "pawl.validation/v1" })
export type ValidationDocument = typeof ValidationDocument.Type

export const InitDocument = Schema.Struct({
  schema: Schema.Literal("pawl.init/v1"),
  /** As the user named it. */
  file: Schema.String
}).annotations({ identifier: "InitDocument", title: "pawl.init/v1" })
export type InitDocument = typeof InitDocument.Type

export const VersionDocument = Schema.Struct({
  schema: Schema.Literal("pawl.version/v1"),
  version: Schema.String,
  commit: Schema.String
}).annotations({ identifier: "VersionDocument", title: "pawl.version/v1" })
