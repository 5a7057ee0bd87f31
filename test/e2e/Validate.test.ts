import { Ajv } from "ajv"
import { describe, expect, it } from "vitest"
import { type Answer, json, workplace } from "./pawl.ts"
import { expectRefused, refusalOf } from "./refusal.ts"

const whole = `name: nightly
inputs:
  suites: { type: array, default: [smoke, checkout] }
  release: { type: string, required: true }
  token: { type: string, secret: true, default: hunter2 }
targets:
  - id: api
    steps:
      - { id: flaky, run: ./flaky.sh, continueOnError: true }
      - id: recover
        if: "{{ steps.flaky.output.exit_code != 0 }}"
        then: [{ id: reset, run: ./reset.sh }]
        else: [{ id: note, run: echo fine }]
      - id: shards
        map: { over: "{{ inputs.suites }}", maxParallel: 4 }
        steps:
          - { id: e2e, command: [./e2e, "{{ item }}"] }
          - { id: look, gate: { policy: { run: ./look.sh } } }
      - { id: ship, gate: { approval: "Ship {{ inputs.release }}?" } }
  - forEach: { items: [1, 2, 3] }
    id: "t{{ item }}"
    steps:
      - { id: all, parallel: {}, steps: [{ id: a, run: x }, { id: b, gate: { approval: Sure? } }] }
  - { id: plain, run: make }
`

/** Pawl's bounds on time and memory for what is far beyond what it takes. */
const within = async (milliseconds: number, answer: Promise<Answer>): Promise<Answer> => {
  const began = performance.now()
  const found = await answer
  expect(performance.now() - began).toBeLessThan(milliseconds)
  return found
}

describe("pawl validate of a good manifest", () => {
  it("says what it holds, nested steps counted", async () => {
    const place = workplace()
    place.write("batch.yaml", whole)
    const table = await place.pawl("validate", "batch.yaml", "--input", "release=1.4")
    expect(table).toMatchObject({ code: 0, stderr: "" })
    const { planHash, ...document } = json<{ readonly planHash: string }>(
      await place.pawl("validate", "batch.yaml", "--input", "release=1.4", "--format", "json")
    )
    expect(table.stdout).toBe(
      `valid batch.yaml: batch nightly, 5 targets, 18 steps, 5 gates\ninputs: release, suites, token\nplan: ${planHash}\n`
    )
    expect(document).toEqual({
      schema: "pawl.validation/v1",
      valid: true,
      file: "batch.yaml",
      batch: "nightly",
      targets: 5,
      steps: 18,
      gates: 5,
      inputs: ["release", "suites", "token"]
    })
    const { hash } = json<{ readonly hash: string }>(
      await place.pawl("plan", "batch.yaml", "--input", "release=1.4", "--format", "json")
    )
    expect(hash).toBe(planHash)
  })

  it("prints documents that the schemas it prints take, and takes what its schema of manifests takes", async () => {
    const place = workplace()
    place.write("batch.yaml", whole)
    const compiled = async (name: string) =>
      new Ajv({ strict: true, strictTypes: false, strictRequired: false }).compile(
        json<object>(await place.pawl("schema", name))
      )
    const [validation, error, manifest] = [
      await compiled("validation"),
      await compiled("error"),
      await compiled("manifest")
    ]
    const good = await place.pawl("validate", "batch.yaml", "--input", "release=1.4", "--format", "json")
    expect(validation(json(good))).toBe(true)
    const bad = await place.pawl("validate", "batch.yaml", "--input", "relase=1.4", "--format", "json")
    expect(error(json(bad))).toBe(true)
    expect(manifest(Bun.YAML.parse(whole))).toBe(true)
    expect(manifest(Bun.YAML.parse(whole.replace("maxParallel: 4", "maxParalel: 4")))).toBe(
      false
    )
  })
})

describe("pawl validate of a bad manifest", () => {
  it("gives a program file, line, column, path, message and hint of each mistake, however deep", async () => {
    const text = whole.replace("OnError: true", "OnError: \"true\"").replace("else: [", "esle: [")
      .replace("maxParallel: 4", "maxParalel: 4").replace("inputs.release", "inputs.relase")
      .replace("approval: Sure?", "aproval: Sure?")
    /** Where a part of the text stands that stands there once. */
    const at = (part: string) => {
      const before = text.slice(0, text.indexOf(part)).split("\n")
      const column = (before.at(-1)?.length ?? 0) + 1
      return { file: "batch.yaml", line: before.length, column, endColumn: column + part.length }
    }
    const place = workplace()
    place.write("batch.yaml", text)
    const { errors } = refusalOf(await place.pawl("validate", "batch.yaml", "--format", "json"), 65)
    expect(errors).toEqual([
      {
        ...at("\"true\""),
        path: "targets[0].steps[0].continueOnError",
        message: "`continueOnError` must be true or false, not the text \"true\"",
        hint: "write `continueOnError: true`, without quotes"
      },
      {
        ...at("esle"),
        path: "targets[0].steps[1].esle",
        message: "unknown key `esle`",
        hint: "did you mean `else`?"
      },
      {
        ...at("maxParalel"),
        path: "targets[0].steps[2].map.maxParalel",
        message: "unknown key `maxParalel`",
        hint: "did you mean `maxParallel`?"
      },
      {
        ...at("relase"),
        path: "targets[0].steps[3].gate.approval",
        message: "unknown input `relase`",
        hint: "did you mean `release`?"
      },
      {
        ...at("aproval"),
        path: "targets[1].steps[0].steps[1].gate.aproval",
        message: "a gate needs `approval` or `policy`",
        hint: "did you mean `approval`?"
      }
    ])
  })

  const step = (depth: number): string =>
    `name: a\ntargets: [{ id: t, steps: [${"{ id: s, parallel: {}, steps: [".repeat(depth)}{ id: x, run: y }${
      "] }".repeat(depth)
    }] }]\n`
  const laughs = (levels: number): string =>
    `name: a\ninputs:\n  i:\n    type: object\n    default:\n      l0: &l0 [{ id: x, run: y }]\n${
      Array.from({ length: levels }, (_, level) =>
        `      l${level + 1}: &l${level + 1} [${
          Array.from({ length: 9 }, (_, at) =>
            `{ id: s${at}, parallel: {}, steps: *l${level} }`).join(", ")
        }]\n`).join("")
    }targets: [{ id: t, steps: *l${levels} }]\n`

  it.each<readonly [what: string, text: string, says: string]>([
    ["steps 60 deep in each other", step(60), "batch.yaml:2:1570: steps stand in each other more than 50 deep"],
    ["steps 1,000 deep in each other", step(1000), "nested more than 200 deep"],
    ["steps 100,000 deep in each other", step(100_000), "nested more than 200 deep"],
    ["steps that explode", laughs(40), "stand for more than 1000000 values"],
    ["steps 5 levels of aliases wide, one of them wrong", laughs(5).replace("run: y", "rn: y"), "`run`?"]
  ])("refuses %s in bounded time", async (_what, text, says) => {
    const place = workplace()
    place.write("batch.yaml", text)
    const answer = await within(20_000, place.pawl("validate", "batch.yaml"))
    expectRefused(answer, 65)
    expect(answer.stderr).toContain(says)
  })
})
