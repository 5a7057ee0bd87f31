/**
 * What would happen, without anything happening (`pawl.simulation/v1`): what `pawl simulate` prints.
 *
 * Owns its shape as Schema. Must not hold anything of a machine: no time, no absolute path that the
 * user did not write, no variable of the environment. The surprise: `unresolved` names the expressions
 * that only the run can answer; in the texts beside it they stand as they were written.
 */
import { Schema } from "effect"

const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })
const Texts = Schema.Record({ key: Schema.String, value: Schema.String })
const Words = Schema.Array(Schema.String)
const Count = Schema.NonNegativeInt

const Retries = Schema.Struct({
  maxAttempts: Schema.Int,
  backoffSeconds: Schema.Number,
  factor: Schema.Number,
  maxBackoffSeconds: Schema.Number,
  jitter: Schema.Boolean,
  on: optional(Schema.Struct({ exitCodes: optional(Schema.Array(Schema.Int)), timeout: optional(Schema.Boolean) }))
}).annotations({ identifier: "Retries" })

const CircuitBreaker = Schema.Union(Schema.Struct({ threshold: Schema.Int }), Schema.Literal(false)).annotations({
  identifier: "CircuitBreaker"
})

const SimulationGate = Schema.Struct({
  type: Schema.Literal("approval", "policy", "check"),
  onReject: Schema.Literal("abort", "skip", "retry"),
  message: optional(Schema.String),
  options: optional(Words),
  /** A file to show, relative to the working directory. */
  show: optional(Schema.String),
  policy: optional(Schema.String),
  /** Of a policy that is known now. */
  decision: optional(Schema.Literal("approved", "denied")),
  run: optional(Schema.String),
  shell: optional(Words),
  timeoutMs: optional(Schema.Number)
}).annotations({ identifier: "SimulationGate" })

/** Why a step would be left out. */
export const StepSkipReason = Schema.Literal(
  "when-false",
  "branch-not-taken",
  /** Of a `map` without items. */
  "no-items",
  /** Of a `loop` that ends before it begins. */
  "no-iterations",
  /** An earlier gate of its list is rejected, and the rest of the list left out. */
  "gate-rejected",
  /** What stands before it surely ends the target or holds it up. */
  "not-reached",
  /** The step that it is in is skipped. */
  "parent-skipped",
  "target-skipped"
)
export type StepSkipReason = typeof StepSkipReason.Type

const stepFields = {
  /** Of a child of a `map` whose items are not known, and of a `loop`: `shards[]::e2e`. */
  path: Schema.String,
  id: Schema.String,
  name: optional(Schema.String),
  kind: Schema.Literal("run", "command", "gate", "if", "switch", "map", "parallel", "loop"),
  status: Schema.Literal("pending", "skipped", "requires-approval", "requires-policy"),
  reason: optional(StepSkipReason),
  /** Whether it is reached is only known while running. */
  conditional: optional(Schema.Boolean),
  /** In which list of an `if` or a `switch` it stands: `then`, `else`, `default` or `case:` and its name. */
  branch: optional(Schema.String),
  /** For which item of a `map`, from 0. */
  index: optional(Count),
  when: optional(Schema.String),
  continueOnError: Schema.Boolean,
  /** Why it is sure to fail. */
  problem: optional(Schema.String),
  /** Expressions in its texts that only the run can answer, as they are written. */
  unresolved: optional(Words),
  /** A script with known values in it as a shell would take them: what would be done, word for word. */
  run: optional(Schema.String),
  shell: optional(Words),
  command: optional(Words),
  /** All that the manifest sets for it, inner over outer. */
  env: optional(Texts),
  /** Relative to the manifest's folder unless the manifest says otherwise; left out where it is that folder. */
  workdir: optional(Schema.String),
  outputs: optional(Schema.Literal("text", "json")),
  retries: optional(Retries),
  /** Of one attempt; absent means none. */
  timeoutMs: optional(Schema.Number),
  idempotent: optional(Schema.Boolean),
  gate: optional(SimulationGate),
  if: optional(Schema.String),
  switch: optional(Schema.String),
  /** Which branch is surely taken. */
  taken: optional(Schema.String),
  /** Of a `map`: the expression, where the items are not known. */
  over: optional(Schema.String),
  items: optional(Schema.Array(Schema.Unknown)),
  /** False where the children of a `map` are too many to be listed for each item. */
  expanded: optional(Schema.Boolean),
  maxParallel: optional(Schema.Int),
  while: optional(Schema.String),
  until: optional(Schema.String),
  maxIterations: optional(Schema.Int),
  everyMs: optional(Schema.Number),
  /** Of a `loop`, where it is known. */
  iterations: optional(Count)
}

export interface SimulationStep extends Schema.Struct.Type<typeof stepFields> {
  readonly children?: ReadonlyArray<SimulationStep>
}

const SimulationStep: Schema.Schema<SimulationStep> = Schema.Struct({
  ...stepFields,
  children: optional(Schema.Array(Schema.suspend((): Schema.Schema<SimulationStep> => SimulationStep)))
}).annotations({ identifier: "SimulationStep" })

export const SimulationTarget = Schema.Struct({
  id: Schema.String,
  labels: Texts,
  needs: Words,
  /** `blocked` and `paused` where that is sure to come, whatever the steps before it do. */
  status: Schema.Literal("pending", "skipped", "blocked", "paused"),
  reason: optional(
    Schema.Literal("filtered-out", "need-not-completed", "gate-rejected", "step-exhausted", "policy-denied")
  ),
  message: optional(Schema.String),
  /** The target that it needs and that will not complete. */
  need: optional(Schema.String),
  /** The path of the step that stops it. */
  step: optional(Schema.String),
  circuitBreaker: CircuitBreaker,
  /** Empty where it is not selected. */
  steps: Schema.Array(SimulationStep)
}).annotations({ identifier: "SimulationTarget" })
export type SimulationTarget = typeof SimulationTarget.Type

const Counts = Schema.Struct({
  targets: Schema.Struct({ total: Count, pending: Count, skipped: Count, blocked: Count, paused: Count }),
  /** Of the targets that are selected. */
  steps: Schema.Struct({
    total: Count,
    pending: Count,
    skipped: Count,
    requiresApproval: Count,
    requiresPolicy: Count,
    conditional: Count
  })
})

const MaxBlocked = Schema.Union(Schema.Struct({ count: Schema.Number }), Schema.Struct({ percent: Schema.Number }))

const SimulationOptions = Schema.Struct({
  autoAdvance: Schema.Boolean,
  strict: Schema.Boolean,
  /** 0: as many as the machine has processors. */
  maxParallel: Schema.Int,
  maxBlocked: Schema.NullOr(MaxBlocked),
  /** Where stuck targets halt the run: whether what runs comes to its end (`soon`) or is interrupted (`now`). */
  halt: Schema.Literal("soon", "now"),
  cap: Schema.NullOr(Schema.Int),
  /** Whether it halts where it would have to wait for more than a minute. */
  noWait: Schema.Boolean,
  /** With `longest-first` targets start by how long they took in earlier runs, which are not looked at here. */
  order: Schema.Literal("manifest", "longest-first")
})

export const Simulation = Schema.Struct({
  schema: Schema.Literal("pawl.simulation/v1"),
  batch: Schema.String,
  description: optional(Schema.String),
  planHash: Schema.String,
  /** Values of the inputs that are not secret. */
  inputs: Schema.Record({ key: Schema.String, value: Schema.Unknown }),
  /** Names of the secret inputs. */
  secrets: Words,
  options: SimulationOptions,
  /** What the batch says of failures, and what holds where it says nothing; steps have their own beside them. */
  failure: Schema.Struct({ retries: Retries, timeoutMs: Schema.NullOr(Schema.Number), circuitBreaker: CircuitBreaker }),
  rateLimit: optional(Schema.Struct({
    exitCodes: Schema.Array(Schema.Int),
    stderr: optional(Schema.String),
    onLimit: Schema.Literal("wait", "halt"),
    maxWaitMs: Schema.Number
  })),
  /** The checks that are made before any target starts, in their order; not among the `counts`. */
  preflight: Schema.Array(SimulationStep),
  /** Those that are selected, in the order they start; then the others. */
  targets: Schema.Array(SimulationTarget),
  /** The expressions that are evaluated when the run ends, by name. */
  outputs: Texts,
  /** Whether there is a gate for a person that is not skipped; it may be conditional. */
  requiresApproval: Schema.Boolean,
  counts: Counts
}).annotations({ identifier: "Simulation", title: "pawl.simulation/v1" })
export type Simulation = typeof Simulation.Type
