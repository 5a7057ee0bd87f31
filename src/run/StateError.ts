/**
 * Errors of the state directory: it can't be read or written (74), or another process works in it (75).
 *
 * Nothing durable is lost by either: what was acknowledged stays on disk.
 */
import { Schema } from "effect"

export class StateError extends Schema.TaggedError<StateError>()("StateError", {
  /** What could not be done, where and why, lower-case. */
  message: Schema.String,
  /** What to do next. */
  hint: Schema.String,
  path: Schema.String
}) {}

export class RunHeldError extends Schema.TaggedError<RunHeldError>()("RunHeldError", {
  message: Schema.String,
  hint: Schema.String,
  /** Process id of the holder, where the lock says so. */
  pid: Schema.optional(Schema.Int)
}) {}
