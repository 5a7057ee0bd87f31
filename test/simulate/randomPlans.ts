/** Small manifests with every kind of step in every other, drawn by fast-check. */
import { FastCheck as fc } from "effect"

/** A step without its id: that follows from where it comes to stand. */
type Drawn = { readonly [key: string]: unknown }

const children = ["steps", "then", "else", "default"] as const

const isList = (value: unknown): value is ReadonlyArray<Drawn> => Array.isArray(value)
const isCases = (value: unknown): value is Readonly<Record<string, ReadonlyArray<Drawn>>> =>
  typeof value === "object" && value !== null

/** Gives every step an id that is unique beside its siblings. */
const named = (steps: ReadonlyArray<Drawn>): ReadonlyArray<Drawn> =>
  steps.map((step, index): Drawn => ({
    id: `s${index}`,
    ...step,
    ...Object.fromEntries(children.flatMap((key) => {
      const list = step[key]
      return isList(list) ? [[key, named(list)]] : []
    })),
    ...(isCases(step["cases"])
      ? { cases: Object.fromEntries(Object.entries(step["cases"]).map(([name, list]) => [name, named(list)])) }
      : {})
  }))

const retries = fc.record({
  maxAttempts: fc.integer({ min: 1, max: 3 }),
  backoffSeconds: fc.constantFrom(0, 1, 3600),
  jitter: fc.boolean()
}, { requiredKeys: ["maxAttempts"] })

const base = {
  continueOnError: fc.boolean(),
  when: fc.constantFrom("{{ 1 < 2 }}", "{{ context.target == 'b' }}")
}

const attempt = fc.record({
  ...base,
  command: fc.constant(["work"]),
  outputs: fc.constantFrom("text", "json"),
  timeout: fc.constantFrom("1s", "2h"),
  idempotent: fc.constant(false),
  failure: fc.record({ retries })
}, { requiredKeys: ["command"] })

const onReject = fc.constantFrom("abort", "skip", "retry")
const gate = fc.record({
  ...base,
  gate: fc.oneof(
    fc.record({
      approval: fc.constant("Go on?"),
      onReject,
      options: fc.constantFrom(["yes", "reject"], ["blue", "green"])
    }, {
      requiredKeys: ["approval"]
    }),
    fc.record({ policy: fc.constantFrom("{{ 1 < 2 }}", "{{ context.target == 'b' }}"), onReject }, {
      requiredKeys: ["policy"]
    }),
    fc.record({ policy: fc.constant({ run: "./check" }), onReject }, { requiredKeys: ["policy"] })
  )
}, { requiredKeys: ["gate"] })

/** Several gates open at a time: decisions that come one by one, and while others are at work. */
const gates = attempt.map((work): Drawn => ({
  map: { over: [1, 2, 3] },
  steps: [{ gate: { approval: "Go on?" } }, work]
}))

const { step } = fc.letrec<{ readonly step: Drawn; readonly steps: ReadonlyArray<Drawn> }>((tie) => {
  const steps = tie("steps")
  const width = fc.integer({ min: 1, max: 3 })
  return {
    steps: fc.array(tie("step"), { minLength: 1, maxLength: 3 }),
    step: fc.oneof(
      { maxDepth: 3, depthIdentifier: "steps", withCrossShrink: true },
      { weight: 5, arbitrary: attempt },
      { weight: 1, arbitrary: gate },
      { weight: 1, arbitrary: gates },
      {
        weight: 1,
        arbitrary: fc.record({
          ...base,
          if: fc.constantFrom("{{ context.target == 'a' }}", "{{ 1 < 2 }}"),
          then: steps,
          else: steps
        }, { requiredKeys: ["if", "then"] })
      },
      {
        weight: 1,
        arbitrary: fc.record({
          ...base,
          switch: fc.constant("{{ context.target }}"),
          cases: fc.record({ a: steps, b: steps }, { requiredKeys: ["a"] }),
          default: steps
        }, { requiredKeys: ["switch", "cases"] })
      },
      {
        weight: 2,
        arbitrary: fc.record({
          ...base,
          map: fc.record({ over: fc.constantFrom([], [1], ["x", "y", "z"]), maxParallel: width }, {
            requiredKeys: ["over"]
          }),
          steps
        }, { requiredKeys: ["map", "steps"] })
      },
      {
        weight: 2,
        arbitrary: fc.record({
          ...base,
          parallel: fc.record({ maxParallel: width }, { requiredKeys: [] }),
          steps
        }, { requiredKeys: ["parallel", "steps"] })
      },
      {
        weight: 2,
        arbitrary: fc.record({
          ...base,
          loop: fc.record({
            while: fc.constantFrom("{{ iteration < 2 }}", "{{ iteration < 5 }}"),
            maxIterations: fc.constantFrom(2, 3),
            every: fc.constantFrom("5s", "1h")
          }, { requiredKeys: ["while"] }).map((drawn): Drawn => {
            const { while: condition, ...rest } = drawn
            // Both kinds of loop, from one draw that shrinks well.
            return condition.includes("5") ? { ...rest, until: "{{ iteration >= 1 }}" } : { ...rest, while: condition }
          }),
          steps
        }, { requiredKeys: ["loop", "steps"] })
      }
    )
  }
})

const targetIds = ["a", "b", "c", "d"] as const

const check = fc.record({
  ...base,
  command: fc.constant(["look"]),
  timeout: fc.constantFrom("1s", "2h"),
  failure: fc.record({ retries })
}, { requiredKeys: ["command"] })

/** A manifest of one to four targets, as JSON. */
export const manifests: fc.Arbitrary<string> = fc.record({
  lists: fc.array(fc.array(step, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 }),
  threshold: fc.constantFrom(false, 1, 2, 3),
  rateLimit: fc.constantFrom(
    undefined,
    undefined,
    { exitCodes: [75, 2], onLimit: "wait", maxWait: "1h" },
    { exitCodes: [75], onLimit: "halt" }
  ),
  needs: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
  checks: fc.oneof(fc.constant([]), fc.array(check, { maxLength: 3 }))
}).map(({ checks, lists, needs, rateLimit, threshold }) =>
  JSON.stringify({
    name: "drawn",
    ...(checks.length === 0 ? {} : { preflight: named(checks) }),
    failure: { circuitBreaker: threshold === false ? false : { threshold } },
    ...(rateLimit === undefined ? {} : { rateLimit }),
    targets: lists.map((steps, index) => ({
      id: targetIds[index],
      // Each may need the one before it.
      ...(needs[index] === true && index > 0 ? { needs: [targetIds[index - 1]] } : {}),
      steps: named(steps)
    }))
  })
)

/**
 * The same without what makes it matter when a crash comes: nothing side by side, no step that waits for a
 * person after one, and no breaker beside gates: which of the failures around a gate opened it depends on when they were.
 */
export const sequentialManifests: fc.Arbitrary<string> = manifests.map((text) =>
  (text.includes("approval") ? text.replace(/"circuitBreaker":\{[^}]*\}/, "\"circuitBreaker\":false") : text)
    .replaceAll(/"maxParallel":\d/g, "\"maxParallel\":1")
    .replaceAll("\"parallel\":{}", "\"parallel\":{\"maxParallel\":1}")
    .replaceAll("\"idempotent\":false", "\"idempotent\":true")
)

/** Mostly not said: a run that halts early shows little. */
const rarely = <A>(arbitrary: fc.Arbitrary<A>): fc.Arbitrary<A | undefined> =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary })

export const schedulers = fc.record({
  autoAdvance: fc.boolean(),
  maxParallel: fc.integer({ min: 1, max: 3 }),
  cap: rarely(fc.integer({ min: 0, max: 8 })),
  maxBlocked: rarely(fc.constantFrom({ count: 0 }, { count: 1 }, { percent: 50 })),
  noWait: rarely(fc.constant(true))
}).map(({ cap, maxBlocked, noWait, ...rest }) => ({
  ...rest,
  ...(noWait === undefined ? {} : { noWait }),
  ...(cap === undefined ? {} : { cap }),
  ...(maxBlocked === undefined ? {} : { maxBlocked })
}))
