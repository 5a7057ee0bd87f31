/**
 * One thing wrong with one expression, with its place in the text it was written in.
 *
 * Must not know files or lines: whoever read the text adds those.
 */
import { Schema } from "effect"

export class ExpressionError extends Schema.TaggedError<ExpressionError>()("ExpressionError", {
  /** What is wrong, lower-case, without a full stop, naming the expression (shortened when long). */
  message: Schema.String,
  /** What to do next. */
  hint: Schema.optional(Schema.String),
  /** Into the text of the template, in UTF-16 units. */
  offset: Schema.Int,
  /** From `offset`, in UTF-16 units; may be 0. */
  length: Schema.Int,
  /**
   * `syntax`: can't be read. `missing`: reads fine, but names what isn't there at evaluation.
   * `type`: a value of the wrong kind. `quoting`: stands where a shell would not take it as data.
   * `limit`: takes more work, or makes more text, than one evaluation may.
   */
  kind: Schema.Literal("syntax", "missing", "type", "quoting", "limit")
}) {}
