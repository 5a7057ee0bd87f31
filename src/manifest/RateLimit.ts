/**
 * The `rateLimit:` block: how a rate limit shows itself, and what to do about it.
 *
 * Owns its shape. Must not read what a step printed (`run/RateLimit.ts` does). The surprise: only a
 * failed attempt is ever looked at; what a step prints while it works is its own affair.
 */
import { Schema } from "effect"
import { DurationText, Pattern, wholeNumber } from "./Scalars.ts"
import { Expected, Hint, KeyRule, optional } from "./Words.ts"

const exitCode = wholeNumber(1, 255, "an exit code from 1 to 255")

export const RateLimit = Schema.Struct({
  exitCodes: optional(Schema.Array(exitCode), "Exit codes that mean a rate limit.", { examples: [[75]] }),
  stderr: optional(Pattern, "A regular expression (RE2) that finds one in standard error of a failed attempt.", {
    examples: ["rate limit|Retry-After: \\d+"]
  }),
  onLimit: optional(
    Schema.Literal("wait", "halt").annotations({ [Expected]: "`wait` or `halt`" }),
    "Whether the run waits, or halts with exit code 2.",
    { default: "wait" as const }
  ),
  maxWait: optional(DurationText, "How long a step may wait for one in all; past it the target is errored.", {
    default: "2h"
  })
}).pipe(
  Schema.filter(
    (limit) =>
      limit.exitCodes === undefined && limit.stderr === undefined
        ? "`rateLimit` needs `exitCodes` or `stderr`"
        : undefined,
    {
      [KeyRule]: true,
      [Hint]: "for example `rateLimit: { exitCodes: [75] }`",
      identifier: "RateLimit",
      description: "How a rate limit shows itself, and what to do about it.",
      jsonSchema: { anyOf: [{ required: ["exitCodes"] }, { required: ["stderr"] }] }
    }
  )
)
export type RateLimit = typeof RateLimit.Type
