import { describe, expect, it } from "@effect/vitest"
import { Ajv } from "ajv"
import { manifestJsonSchema } from "../../src/manifest/JsonSchema.ts"
import { mistakesIn } from "./reading.ts"

const validate = new Ajv({ strict: true, strictTypes: false, strictRequired: false, allErrors: true }).compile(
  manifestJsonSchema()
)
const target = (fields: object) => ({ name: "a", targets: [{ id: "t", ...fields }] })
const step = (fields: object) => target({ steps: [{ id: "s", ...fields }] })

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
    ["a label called id", target({ run: "x", labels: { id: "y" } })]
  ])("refuses %s, as pawl does", (_what, manifest) => {
    expect(validate(manifest)).toBe(false)
    expect(mistakesIn(JSON.stringify(manifest))).not.toEqual([])
  })

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
