/**
 * What every event is made of.
 *
 * Owns the stamp that the checkpoint puts on it, and why an attempt failed. Must not know which events there are. The
 * surprise: the decoded form is the JSON form, so a field that is left out is left out, and never undefined.
 */
import { Schema } from "effect"

/** Why an attempt failed. */
export const FailureReason = Schema.Literal(
  "exit-code",
  "signal",
  "timed-out",
  "could-not-start",
  "bad-output",
  "expression-failed",
  /** Of a composite step: the first of its children that failed. */
  "child-failed",
  /** Of a loop that came to its `maxIterations`. */
  "too-many-iterations",
  /** Of a map that is gone on with, whose list is not what it was. */
  "items-changed",
  /** A rate limit outlasted the wait that `rateLimit.maxWait` allows. */
  "rate-limited",
  /** Of a gate, with `onReject: abort`. */
  "gate-rejected"
)
export type FailureReason = typeof FailureReason.Type

/** A field that may be left out. */
export const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

const stamp = {
  /** From 1, without gaps. */
  seq: Schema.Int.pipe(Schema.positive()),
  /** UTC, ISO-8601 with milliseconds. */
  at: Schema.String
}

/** An event of a type of its own, with what every event has. */
export const event = <Type extends string, Fields extends Schema.Struct.Fields>(type: Type, fields: Fields) =>
  Schema.Struct({ ...stamp, type: Schema.Literal(type), ...fields }).annotations({ identifier: type })
