import { describe, expect, it } from "@effect/vitest"
import { Ajv } from "ajv"
import { Either, Schema } from "effect"
import { manifestJsonSchema } from "../../src/manifest/JsonSchema.ts"
import { Manifest } from "../../src/manifest/Manifest.ts"
import { mistakesIn } from "./reading.ts"
import { damaged, manifestWith, picks, someSteps } from "./trees.ts"

const ajv = new Ajv({ strict: true, strictTypes: false, strictRequired: false, allErrors: true })
const validate = ajv.compile(manifestJsonSchema())
const decode = Schema.decodeUnknownEither(Manifest, { onExcessProperty: "error" })
const target = (fields: object) => ({ name: "a", targets: [{ id: "t", ...fields }] })
const step = (fields: object) => target({ steps: [{ id: "s", ...fields }] })
const steps = [{ id: "x", run: "y" }]
const when = "{{ true }}"
const approval = (fields: object) => step({ gate: { approval: "Ship?", ...fields } })

describe("the JSON Schema of the language", () => {
  it.each<readonly [what: string, manifest: object]>([
    ["a target that is one script", target({ run: "make", shell: "bash -eu", timeout: "10m", outputs: "json" })],
    ["a target that is one program", target({ command: ["make", "all"], labels: { tier: "T1" }, needs: ["b-*"] })],
    [
      "steps",
      step({
        run: "make",
        when: "{{ true }}",
        continueOnError: true,
        env: { A: "1" },
        failure: { retries: { maxAttempts: 3 } }
      })
    ],
    ["a breaker turned off", { ...target({ run: "x" }), failure: { circuitBreaker: false } }],
    ["a breaker", { ...target({ run: "x" }), failure: { circuitBreaker: { threshold: 2 }, timeout: "1h30m" } }],
    ["a share", { ...target({ run: "x" }), run: { maxBlocked: "20%" } }],
    ["a count", { ...target({ run: "x" }), run: { maxBlocked: 3, strict: true } }],
    ["inputs", {
      ...target({ run: "x" }),
      inputs: { a: { type: "array", default: [1, { b: null }] }, t: { type: "string", secret: true, env: "T" } }
    }],
    ["items", target({ run: "x", forEach: { items: [1, "a", { b: true }] } })],
    ["an expression for items", target({ run: "x", forEach: { items: "{{ inputs.a }}" } })],
    ["a matrix", target({ run: "x", forEach: { matrix: { os: ["a"], n: [1, 2] } } })],
    ["standard input", target({ run: "x", forEach: { stdin: true } })],
    ["branches", step({ if: when, then: steps, else: steps })],
    ["one branch", step({ if: ` ${when}\n`, then: steps })],
    ["cases", step({ switch: "{{ inputs.a }}", cases: { full: steps, "": steps }, default: steps })],
    ["a map over a list", step({ map: { over: [1, "a", { b: null }], maxParallel: 4 }, steps })],
    ["a map over what an expression gives", step({ map: { over: "{{ inputs.a }}" }, steps, continueOnError: true })],
    ["steps side by side", step({ parallel: {}, steps })],
    ["some steps side by side", step({ parallel: { maxParallel: 2 }, steps, failure: { timeout: "1m" } })],
    ["a loop while", step({ loop: { while: when, maxIterations: 10_000 }, steps })],
    ["a loop until", step({ loop: { until: when, every: "30s" }, steps, env: { A: "1" } })],
    [
      "kinds in each other",
      step({ parallel: {}, steps: [{ id: "i", if: when, then: [{ id: "l", loop: { until: when }, steps }] }] })
    ],
    ["an approval", approval({})],
    ["an approval with all it can have", approval({ options: ["a", "reject"], onReject: "retry", show: "notes.md" })],
    ["a policy", step({ gate: { policy: when, onReject: "skip" } })],
    [
      "a check",
      step({ gate: { policy: { run: "./may", shell: "bash -eu", timeout: "90s" } }, failure: { timeout: "9s" } })
    ],
    ["a step that must not run again", step({ run: "x", idempotent: false })],
    ["the name of this schema", { $schema: "./batch.schema.json", ...target({ run: "x" }) }]
  ])("accepts %s, as pawl does", (_what, manifest) => {
    validate(manifest)
    expect(validate.errors).toBeNull()
    expect(mistakesIn(JSON.stringify(manifest)).filter((each) => !each.includes("unknown input"))).toEqual([])
  })

  it.each<readonly [what: string, manifest: object]>([
    ["no name", { targets: [{ id: "t", run: "x" }] }],
    ["no targets", { name: "a", targets: [] }],
    ["an unknown key", { ...target({ run: "x" }), descripton: "x" }],
    ["a boolean in quotes", step({ run: "x", continueOnError: "true" })],
    ["a number for a text", target({ run: "x", env: { A: 1 } })],
    ["a duration without a unit", target({ run: "x", timeout: 10 })],
    ["a duration with a space", target({ run: "x", timeout: "1h 30m" })],
    ["a name for a variable that is none", target({ run: "x", env: { "1A": "x" } })],
    ["a target without work", target({})],
    ["a target with two works", target({ run: "x", command: ["y"] })],
    ["a step with two works", step({ run: "x", command: ["y"] })],
    ["a step without work", step({})],
    ["a command that is a line", target({ command: "gzip -t x" })],
    ["an empty command", target({ command: [] })],
    ["half an attempt", { ...target({ run: "x" }), failure: { retries: { maxAttempts: 1.5 } } }],
    ["a negative wait", { ...target({ run: "x" }), failure: { retries: { backoffSeconds: -1 } } }],
    ["an exit code of 256", { ...target({ run: "x" }), failure: { retries: { on: { exitCodes: [256] } } } }],
    ["a breaker that is true", { ...target({ run: "x" }), failure: { circuitBreaker: true } }],
    ["a share above all", { ...target({ run: "x" }), run: { maxBlocked: "120%" } }],
    ["two sources of items", target({ run: "x", forEach: { file: "a", glob: "b" } })],
    ["standard input turned off", target({ run: "x", forEach: { stdin: false } })],
    ["a type that is none", { ...target({ run: "x" }), inputs: { a: { type: "text" } } }],
    ["no branch", step({ if: when })],
    ["an empty branch", step({ if: when, then: [] })],
    ["a branch that is one step", step({ if: when, then: steps[0] })],
    ["a condition that is a boolean", step({ if: true, then: steps })],
    ["a condition that is no expression", step({ if: "inputs.a", then: steps })],
    ["work with a condition of another kind", step({ if: when, run: "x" })],
    ["no cases", step({ switch: "x" })],
    ["cases without one", step({ switch: "x", cases: {} })],
    ["an empty case", step({ switch: "x", cases: { a: [] } })],
    ["a map without steps", step({ map: { over: [1] } })],
    ["a map over nothing", step({ map: {}, steps })],
    ["a map over a text", step({ map: { over: "a, b" }, steps })],
    ["a map over too much", step({ map: { over: Array.from({ length: 10_001 }, () => 1) }, steps })],
    ["`maxParallel` beside `map`", step({ map: { over: [1] }, maxParallel: 2, steps })],
    ["steps in `map`", step({ map: { over: [1], steps } })],
    ["a `parallel` that is a number", step({ parallel: 2, steps })],
    ["a loop without end", step({ loop: {}, steps })],
    ["a loop with two ends", step({ loop: { while: when, until: when }, steps })],
    ["a loop that goes on for too long", step({ loop: { until: when, maxIterations: 10_001 }, steps })],
    ["steps of nothing", step({ steps })],
    ["two kinds that hold steps", step({ map: { over: [1] }, parallel: {}, steps })],
    ["a gate without a decision", step({ gate: {} })],
    ["a gate that is a question alone", step({ gate: "Ship?" })],
    ["a gate beside work", step({ gate: { approval: "Ship?" }, run: "x" })],
    ["two who decide", step({ gate: { approval: "Ship?", policy: when } })],
    ["options that only reject", approval({ options: ["reject"] })],
    ["an option twice", approval({ options: ["a", "a"] })],
    ["no options", approval({ options: [] })],
    ["`onReject` beside `gate`", step({ gate: { approval: "Ship?" }, onReject: "skip" })],
    ["a time-out of a composite step", step({ parallel: {}, steps, timeout: "1m" })],
    ["retries of a gate", step({ gate: { approval: "Ship?" }, failure: { retries: { maxAttempts: 2 } } })],
    ["`idempotent` in quotes", step({ run: "x", idempotent: "false" })],
    ["a mistake deep within", step({ parallel: {}, steps: [{ id: "i", if: when, then: [{ id: "l", rn: "x" }] }] })],
    ["a duration of nothing", target({ run: "x", timeout: "0s" })],
    ["a label called id", target({ run: "x", labels: { id: "y" } })]
  ])("refuses %s, as pawl does", (_what, manifest) => {
    expect(validate(manifest)).toBe(false)
    expect(mistakesIn(JSON.stringify(manifest))).not.toEqual([])
  })

  it("is valid draft-07, and finds everything that it refers to", () => {
    expect(ajv.validateSchema(manifestJsonSchema())).toBe(true)
    expect(manifestJsonSchema()).toMatchObject({ $schema: "http://json-schema.org/draft-07/schema#" })
  })

  it.prop("accepts any steps that can be in each other, as pawl does", [someSteps], ([tree]) => {
    validate(manifestWith(tree))
    expect(validate.errors).toBeNull()
    expect(Either.isRight(decode(manifestWith(tree)))).toBe(true)
  })

  it.prop(
    "accepts what pawl accepts and refuses what pawl can't decode, whatever is wrong",
    [someSteps, picks],
    ([tree, pick]) => {
      const manifest = { ...manifestWith([]), targets: [{ id: "t", steps: damaged(tree, pick) }] }
      const accepted = validate(manifest)
      if (accepted) expect(Either.isRight(decode(manifest))).toBe(true)
      else expect(mistakesIn(JSON.stringify(manifest))).not.toEqual([])
    },
    { fastCheck: { numRuns: 300 } }
  )

  it("says what every key is for", () => {
    const silent: Array<string> = []
    const visit = (node: unknown, path: string): void => {
      if (typeof node !== "object" || node === null) return
      for (const [key, value] of Object.entries(node)) {
        const at = `${path}/${key}`
        if (path.endsWith("/properties") && !("description" in Object(value))) silent.push(at)
        if (!/\/(?:examples|default)$/.test(at)) visit(value, at)
      }
    }
    visit(manifestJsonSchema(), "")
    expect(silent).toEqual([])
  })
})
