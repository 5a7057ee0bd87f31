/**
 * The steps of a stored plan, as Schema: the door through which they come in.
 *
 * Owns their shapes in `plan.json`, which are those of `Plan.ts`.
 */
import { Schema } from "effect"
import { AnyValue } from "../manifest/Inputs.ts"
import type { PlanStep } from "./Plan.ts"

const exact = { exact: true } as const
const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, exact)
const Texts = Schema.Record({ key: Schema.String, value: Schema.String })
const Words = Schema.Array(Schema.String)
const Steps = Schema.Array(Schema.suspend((): Schema.Schema<PlanStep> => PlanStepJson))

const Retries = Schema.Struct({
  maxAttempts: Schema.Int.pipe(Schema.positive()),
  backoffSeconds: Schema.Number,
  factor: Schema.Number,
  maxBackoffSeconds: Schema.Number,
  jitter: Schema.Boolean,
  on: optional(
    Schema.Struct({ exitCodes: optional(Schema.Array(Schema.Int)), timeout: optional(Schema.Boolean) })
  )
})

const base = {
  id: Schema.String,
  name: optional(Schema.String),
  when: optional(Schema.String),
  continueOnError: Schema.Boolean,
  env: optional(Texts),
  workdir: optional(Schema.String)
}
const attempts = {
  ...base,
  timeoutMs: optional(Schema.Number),
  outputs: Schema.Literal("text", "json"),
  retries: Retries,
  idempotent: optional(Schema.Literal(false))
}
const OnReject = Schema.Literal("abort", "skip", "retry")

const Gate = Schema.Union(
  Schema.Struct({
    type: Schema.Literal("approval"),
    message: Schema.String,
    options: Words,
    onReject: OnReject,
    show: optional(Schema.String)
  }),
  Schema.Struct({ type: Schema.Literal("policy"), policy: Schema.String, onReject: OnReject }),
  Schema.Struct({
    type: Schema.Literal("check"),
    run: Schema.String,
    shell: Words,
    timeoutMs: optional(Schema.Number),
    onReject: OnReject
  })
)

/** Those of a preflight. */
export const AttemptStepJson = Schema.Union(
  Schema.Struct({ kind: Schema.Literal("run"), ...attempts, run: Schema.String, shell: Words }),
  Schema.Struct({ kind: Schema.Literal("command"), ...attempts, command: Words })
)

export const PlanStepJson: Schema.Schema<PlanStep> = Schema.Union(
  ...AttemptStepJson.members,
  Schema.Struct({ kind: Schema.Literal("gate"), ...base, gate: Gate }),
  Schema.Struct({ kind: Schema.Literal("if"), ...base, if: Schema.String, then: Steps, else: Steps }),
  Schema.Struct({
    kind: Schema.Literal("switch"),
    ...base,
    switch: Schema.String,
    cases: Schema.Record({ key: Schema.String, value: Steps }),
    default: Steps
  }),
  Schema.Struct({
    kind: Schema.Literal("map"),
    ...base,
    over: Schema.Union(Schema.String, Schema.Array(AnyValue)),
    maxParallel: Schema.Number,
    steps: Steps
  }),
  Schema.Struct({
    kind: Schema.Literal("parallel"),
    ...base,
    maxParallel: optional(Schema.Number),
    steps: Steps
  }),
  Schema.Struct({
    kind: Schema.Literal("loop"),
    ...base,
    while: optional(Schema.String),
    until: optional(Schema.String),
    maxIterations: Schema.Int.pipe(Schema.positive()),
    everyMs: optional(Schema.Number),
    steps: Steps
  })
)
