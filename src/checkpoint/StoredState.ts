/**
 * The JSON of a snapshot, once it is parsed: whether it has the shape of what this program writes.
 *
 * Owns the shape, as deep as the fold goes on from it. Pure. The surprise: the checksum has vouched for
 * the text already, so this only meets text whose checksum was made right again by somebody else; but
 * that must be a snapshot that is not used, and not a stack trace.
 */
import type { RunState } from "../run/RunState.ts"
import type { StepState } from "../run/StepState.ts"
import type { TargetState } from "../run/TargetState.ts"

/** A target in JSON: the map of its inner steps as an object, by path. */
export interface StoredTarget extends Omit<TargetState, "within"> {
  readonly within?: Readonly<Record<string, StepState>>
}

export interface Stored extends Omit<RunState, "targets"> {
  readonly version: number
  readonly checksum: string
  readonly journalBytes: number
  readonly lastLineBytes: number
  readonly lastLineCrc?: string
  readonly journalCrc?: string
  readonly targets: Readonly<Record<string, StoredTarget>>
}

type Is = (value: unknown) => boolean

const isText: Is = (value) => typeof value === "string"
/** Integers beyond what a double holds are read with all their digits. */
const isNumber: Is = (value) => typeof value === "number" || typeof value === "bigint"
const isWhole: Is = (value) => typeof value === "number" && Number.isSafeInteger(value) && value >= 0
const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value)
const oneOf = (...words: ReadonlyArray<string>): Is => (value) => words.some((word) => word === value)
const maybe = (is: Is): Is => (value) => value === undefined || is(value)

const fields = (shape: Readonly<Record<string, Is>>): Is => {
  const checks = Object.entries(shape)
  // A plain look at each: this is done for every target. No name of these is one that every object has.
  return (value) => isObject(value) && checks.every(([name, is]) => is(Reflect.get(value, name)))
}
const each = (is: Is): Is => (value) => isObject(value) && Object.values(value).every(is)

const step = fields({
  status: oneOf("pending", "running", "succeeded", "failed", "skipped"),
  attempts: isNumber,
  durationMs: isNumber,
  reason: maybe(isText),
  message: maybe(isText),
  nextAttemptAt: maybe(isText),
  limitedMs: maybe(isNumber),
  limits: maybe(isNumber),
  items: maybe(isNumber),
  iterations: maybe(isNumber),
  invocation: maybe(isNumber),
  pid: maybe(isNumber),
  pidStart: maybe(isNumber),
  output: maybe(fields({ stdout: isText, stderr: isText })),
  gate: maybe(fields({ opened: isNumber, about: isText, message: isText, options: Array.isArray, at: isText })),
  decision: maybe(fields({ option: isText, outcome: isText, by: isText, at: isText }))
})

const target = fields({
  status: oneOf("pending", "running", "completed", "blocked", "errored", "skipped", "paused"),
  startedAt: maybe(isText),
  durationMs: maybe(isNumber),
  attempts: maybe(isNumber),
  exhausted: maybe(isNumber),
  reason: maybe(isText),
  step: maybe(isText),
  message: maybe(isText),
  steps: each(step),
  within: maybe(each(step))
})

const run = fields({
  version: isWhole,
  journalBytes: isWhole,
  lastLineBytes: isWhole,
  lastLineCrc: maybe(isText),
  journalCrc: maybe(isText),
  seq: isWhole,
  runId: isText,
  batch: isText,
  planHash: isText,
  plan: isText,
  startedAt: isText,
  updatedAt: isText,
  invocations: isNumber,
  stepsExecuted: isNumber,
  limited: maybe(fields({ until: isText, count: isNumber, waitMs: isNumber })),
  preflight: maybe(each(step)),
  stuck: maybe(fields({ target: isText })),
  halted: maybe(
    fields({
      reason: isText,
      at: isText,
      message: maybe(isText),
      retryAt: maybe(isText),
      by: maybe(isText),
      note: maybe(isText)
    })
  ),
  targets: each(target)
})

const isWithin = (value: object): boolean =>
  "journalBytes" in value && "lastLineBytes" in value && Number(value.lastLineBytes) <= Number(value.journalBytes)

/** Whether a value has the shape of a snapshot. */
export const isStored = (value: unknown): value is Stored => run(value) && isObject(value) && isWithin(value)
