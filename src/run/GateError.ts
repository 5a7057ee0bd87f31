/**
 * A decision that comes too late or too early: the gate is there, and does not wait for it. Exit code 65.
 *
 * A gate that isn't there at all is wrong use (`UsageError`).
 */
import { Schema } from "effect"

export class GateError extends Schema.TaggedError<GateError>()("GateError", {
  reason: Schema.Literal("decided", "not-open"),
  /** Which gate and why, lower-case. */
  message: Schema.String,
  /** What to do next. */
  hint: Schema.String
}) {}
