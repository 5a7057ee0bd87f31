/**
 * What a `run` or `command` step left behind, as events hold it and expressions see it.
 *
 * Owns the shape alone. The surprise: the values in it are any JSON, and are not looked into when an
 * event is read back: they were that when they were recorded.
 */
import { Schema } from "effect"
import type { Value } from "../expression/Value.ts"

const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

/** Any JSON. What comes from `parseJson` or from a step is that already; there is nothing more to check. */
const Json = Schema.declare(
  (input): input is Value => input !== undefined && typeof input !== "function" && typeof input !== "symbol",
  {
    identifier: "Json",
    // Effect takes an annotation without a type for none at all.
    jsonSchema: { type: ["null", "boolean", "number", "string", "array", "object"] },
    arbitrary: () => (fc) => fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.array(fc.string()))
  }
)

/** What a step left behind. `stdout` and `stderr` are the last 16 KiB; the whole is in the log. */
export const StepOutput = Schema.Struct({
  /** Absent where no process ended by itself: a signal, a time-out, a command that could not start. */
  exit_code: optional(Schema.Int),
  stdout: Schema.String,
  stderr: Schema.String,
  truncated: optional(Schema.Boolean),
  json: optional(Json),
  values: optional(Schema.Record({ key: Schema.String, value: Json }))
})
export type StepOutput = typeof StepOutput.Type
