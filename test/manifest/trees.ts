/** Steps of every kind in each other, drawn at random: what a manifest may hold. */
import { FastCheck } from "effect"

export interface Tree {
  readonly id: string
  readonly [key: string]: unknown
}

const text = FastCheck.constantFrom(
  "make",
  "echo fine",
  "./x.sh \"{{ inputs.level }}\"",
  "{{ inputs.level }}",
  "é\n'\""
)
const condition = FastCheck.constantFrom("{{ true }}", "{{ inputs.level == 'full' }}", "{{ 1 < 2 }}")
const duration = FastCheck.constantFrom("90s", "1h30m", "500ms", "0.5s")
const id = FastCheck.constantFrom("a", "b", "c", "d-e", "F_1", "9")
const env = FastCheck.dictionary(FastCheck.constantFrom("A", "B_1", "_c"), text, { maxKeys: 2 })
const shell = FastCheck.constantFrom("sh", "bash -eu", "busybox sh")
const onReject = FastCheck.constantFrom("abort", "skip", "retry")
const count = FastCheck.integer({ min: 1, max: 9 })

/** A record of which the keys named may be missing. */
const record = (
  required: Readonly<Record<string, FastCheck.Arbitrary<unknown>>>,
  optional: Readonly<Record<string, FastCheck.Arbitrary<unknown>>>
) => FastCheck.record({ ...required, ...optional }, { requiredKeys: Object.keys(required) })

const retries = record({}, {
  maxAttempts: count,
  backoffSeconds: FastCheck.integer({ min: 0, max: 5 }),
  factor: FastCheck.constantFrom(1, 1.5),
  maxBackoffSeconds: count,
  jitter: FastCheck.boolean(),
  on: record({}, { exitCodes: FastCheck.array(FastCheck.integer({ min: 1, max: 255 })), timeout: FastCheck.boolean() })
})

const base = { name: text, when: condition, continueOnError: FastCheck.boolean(), env, workdir: text }
const common = { ...base, failure: record({}, { retries, timeout: duration }) }
const attempts = {
  ...common,
  timeout: duration,
  outputs: FastCheck.constantFrom("text", "json"),
  idempotent: FastCheck.boolean()
}

const gate = FastCheck.oneof(
  record({ approval: text }, {
    options: FastCheck.constantFrom(["yes"], ["approve", "reject"], ["reject", "blue", "green"]),
    onReject,
    show: text
  }),
  record({ policy: condition }, { onReject }),
  record({ policy: record({ run: text }, { shell, timeout: duration }) }, { onReject })
)

const every = { maxIterations: FastCheck.integer({ min: 1, max: 10_000 }), every: duration }

const over = FastCheck.oneof(
  FastCheck.constant("{{ inputs.list }}"),
  FastCheck.array(
    FastCheck.oneof(text, FastCheck.integer(), FastCheck.boolean(), FastCheck.record({ suite: text, n: count })),
    { maxLength: 3 }
  )
)

const step = FastCheck.letrec<{ readonly step: Tree; readonly steps: ReadonlyArray<Tree> }>((tie) => {
  const steps = tie("steps")
  const of = (
    required: Readonly<Record<string, FastCheck.Arbitrary<unknown>>>,
    optional: Readonly<Record<string, FastCheck.Arbitrary<unknown>>>
  ): FastCheck.Arbitrary<Tree> =>
    FastCheck.tuple(id, record(required, optional)).map(([name, rest]) => ({ id: name, ...rest }))
  return {
    steps: FastCheck.uniqueArray(tie("step"), { selector: (each) => each.id, minLength: 1, maxLength: 3 }),
    step: FastCheck.oneof(
      { depthSize: "small", withCrossShrink: true },
      of({ run: text }, { ...attempts, shell }),
      of({ command: FastCheck.array(text, { minLength: 1, maxLength: 3 }) }, attempts),
      of({ gate }, { ...base, failure: record({}, { timeout: duration }) }),
      of({ if: condition, then: steps }, { ...common, else: steps }),
      of({
        switch: text,
        cases: FastCheck.dictionary(FastCheck.constantFrom("full", "1", "", "a b", "toString"), steps, {
          minKeys: 1,
          maxKeys: 2
        })
      }, { ...common, default: steps }),
      of({ map: record({ over }, { maxParallel: count }), steps }, common),
      of({ parallel: record({}, { maxParallel: count }), steps }, common),
      of(
        { loop: FastCheck.oneof(record({ while: condition }, every), record({ until: condition }, every)), steps },
        common
      )
    )
  }
})

/** A list of steps. */
export const someSteps: FastCheck.Arbitrary<ReadonlyArray<Tree>> = step.steps

/** A manifest with one target that has these steps. */
export const manifestWith = (steps: ReadonlyArray<Tree>) => ({
  name: "a",
  inputs: { level: { type: "string" }, list: { type: "array" } },
  targets: [{ id: "t", steps }]
})

/** A choice after the other, of which each is a whole number. */
export const picks: FastCheck.Arbitrary<() => number> = FastCheck.infiniteStream(FastCheck.nat(1_000_000)).map(
  (stream) => () => stream.next().value
)

const keys = ["run", "gate", "if", "then", "else", "cases", "map", "over", "steps", "loop", "until", "timeout", "shell"]
const values: ReadonlyArray<unknown> = [
  null,
  true,
  3,
  "x",
  "{{ true }}",
  [],
  {},
  [{ id: "x", run: "y" }],
  { over: [] },
  { until: "{{ true }}" }
]

/** The value with one thing in it changed, taken out or put in. */
export const damaged = (value: unknown, pick: () => number): unknown => {
  if (typeof value !== "object" || value === null || pick() % 4 === 0) return values[pick() % values.length]
  if (Array.isArray(value)) {
    const at = pick() % (value.length + 1)
    return at === value.length ? [...value, values[pick() % values.length]] : value.with(at, damaged(value[at], pick))
  }
  const own = Object.keys(value)
  const key = pick() % 3 === 0 ? keys[pick() % keys.length] : own[pick() % own.length]
  if (key === undefined) return { run: "x" }
  const { [key]: inner, ...rest } = Object.fromEntries(Object.entries(value))
  return inner !== undefined && pick() % 5 === 0 ? rest : { ...rest, [key]: damaged(inner, pick) }
}
