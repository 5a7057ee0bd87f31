/** A plan that must not run: not the approved one, or not the one that was begun. Exit code 65. */
import { Schema } from "effect"

export class PlanError extends Schema.TaggedError<PlanError>()("PlanError", {
  /** What is wrong and why, lower-case. */
  message: Schema.String,
  /** What to do next. */
  hint: Schema.String,
  /** One line each, in plan order, for example the targets that changed. */
  details: Schema.Array(Schema.String)
}) {}
