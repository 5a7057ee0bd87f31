/**
 * What a `run` or `command` step left behind, as events hold it and expressions see it.
 *
 * Owns the shape alone. The surprise: the values in it are any JSON, and are not looked into when an
 * event is read back: they were that when they were recorded.
 */
import { type FastCheck as FC, Schema } from "effect"
import type { Value, ValueObject } from "../expression/Value.ts"

type FastCheck = typeof FC
type Arbitrary<A> = FC.Arbitrary<A>

const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

const types = ["null", "boolean", "number", "string", "array", "object"] as const

const anyJson = (fc: FastCheck): Arbitrary<Value> =>
  fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.array(fc.string()))

/** Any JSON. What comes from `parseJson` or from a step is that already; there is nothing more to check. */
const Json = Schema.declare(
  (input): input is Value => input !== undefined && typeof input !== "function" && typeof input !== "symbol",
  {
    identifier: "Json",
    // Effect takes an annotation without a type for none at all.
    jsonSchema: { type: [...types] },
    arbitrary: () => anyJson
  }
)

/** Not a `Schema.Record`: that makes a copy, in which a value named `__proto__` is lost. */
const Values = Schema.declare(
  (input): input is ValueObject => typeof input === "object" && input !== null && !Array.isArray(input),
  {
    jsonSchema: { type: "object", additionalProperties: { type: [...types] } },
    arbitrary: () => (fc) => fc.dictionary(fc.oneof(fc.string(), fc.constant("__proto__")), anyJson(fc))
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
  values: optional(Values)
})
export type StepOutput = typeof StepOutput.Type
