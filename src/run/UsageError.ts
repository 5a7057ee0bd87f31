/** Wrong use of the command line: every problem of one call at once. Exit code 64. */
import { Schema } from "effect"

export const Problem = Schema.Struct({
  /** What is wrong and where, lower-case, without a full stop. */
  message: Schema.String,
  /** What to do next. */
  hint: Schema.optional(Schema.String)
})
export type Problem = typeof Problem.Type

export class UsageError extends Schema.TaggedError<UsageError>()("UsageError", {
  problems: Schema.NonEmptyArray(Problem)
}) {
  override get message(): string {
    return this.problems.map((problem) => problem.message).join("; ")
  }
}
