/**
 * Expressions and values that are made to take for ever, or all memory: in a manifest, in inputs, from steps.
 */
import { describe, expect, it } from "vitest"
import { json, statuses, workplace } from "./pawl.ts"
import { expectNoInsides, refusalOf, runsOf } from "./refusal.ts"

const upTo = (count: number): ReadonlyArray<number> => Array.from({ length: count }, (_, at) => at)

/** `cel.bind` in `cel.bind`, each value made of the one before. */
const bound = (depth: number, first: string, next: (name: string) => string, end: (name: string) => string): string => {
  const binds = upTo(depth).map((at) => `cel.bind(v${at}, ${at === 0 ? first : next(`v${at - 1}`)}, `)
  return `${binds.join("")}${end(`v${depth - 1}`)}${")".repeat(depth)}`
}
const twice = (name: string) => `${name} + ${name}`
const pair = (name: string) => `[${name}, ${name}]`

const steps = "it takes more than 4,000,000 steps"
const text = "it makes more than 10,000,000 characters of text"

const inputs = { many: upTo(10_000), long: "ab".repeat(100_000), digits: "1".repeat(16_384), pattern: "(?=a)" }

/** In `when`, with what its target must end with. */
const hostile: ReadonlyArray<readonly [id: string, condition: string, message: string]> = [
  ["text-doubled", `size(${bound(40, "'x'", twice, (last) => last)}) > 0`, text],
  ["list-doubled", `size(${bound(40, "[1]", twice, (last) => last)}) > 0`, steps],
  ["list-of-itself", `(${bound(30, "[1]", pair, (last) => last)} | contains(1))`.slice(1, -1), steps],
  ["macros-three-deep", "inputs.many.exists(a, inputs.many.exists(b, inputs.many.exists(c, a + b + c == -1)))", steps],
  ["past-errors", "inputs.many.all(a, inputs.many.all(b, inputs.many[a + b + 100000] == 1))", steps],
  ["passed-over", "inputs.many.map(a, inputs.many.map(b, a)).size() == 1 || true", steps],
  ["with-default", "inputs.many.map(a, inputs.many.map(b, a)).size() == 1 | default(true)", steps],
  ["texts", "inputs.many.map(a, inputs.long + string(a)).size() > 0", text],
  ["join", "size(inputs.many.map(a, inputs.long).join(inputs.long)) > 0", text],
  ["search", "inputs.many.exists(a, inputs.long.contains(inputs.long.substring(0, 90001) + 'b'))", steps],
  ["duration", "duration(inputs.digits) > duration('1s')", "too long for a duration"],
  ["pattern", "inputs.long.matches(inputs.pattern)", "the pattern has a look-ahead"]
]
const harmless: ReadonlyArray<readonly [id: string, condition: string]> = [
  ["backtracking", "!inputs.long.matches('^((a|b)+)+c$')"],
  ["many", "inputs.many.filter(a, a % 3 == 0 && a > 10).size() == 3330"]
]

const manifest = (conditions: ReadonlyArray<readonly [id: string, condition: string, message?: string]>): string =>
  JSON.stringify({
    name: "batch",
    inputs: {
      many: { type: "array" },
      long: { type: "string" },
      digits: { type: "string" },
      pattern: { type: "string" }
    },
    targets: conditions.map(([id, condition]) => ({
      id,
      steps: [{ id: "first", run: "true" }, { id: "asked", run: "true", when: `{{ ${condition} }}` }]
    }))
  })

describe("a condition that would never come to an end", () => {
  it("fails its step, holds up nobody else, and leaves a run that can be gone on with", async () => {
    const place = workplace()
    place.write("batch.yaml", manifest([...hostile, ...harmless]))
    place.write("inputs.json", JSON.stringify(inputs))
    const answer = await place.pawl(
      "run",
      "batch.yaml",
      "--inputs",
      "inputs.json",
      "--auto-advance",
      "--format",
      "json"
    )
    expect({ code: answer.code, signal: answer.signal }).toEqual({ code: 0, signal: null })
    expectNoInsides(answer.stderr)
    expect(answer.stderr.length).toBeLessThan(10_000)
    const { runId, targets } = json(answer)
    expect(targets.map(({ id, message, reason, status, step }) => ({ id, status, reason, step, message }))).toEqual([
      ...hostile.map(([id, , message]) => ({
        id,
        status: "blocked",
        reason: "step-exhausted",
        step: "asked",
        message: expect.stringContaining(message)
      })),
      ...harmless.map(([id]) => expect.objectContaining({ id, status: "completed" }))
    ])
    for (const { message = "" } of targets) expect(message.length).toBeLessThan(300)

    // Nothing was lost: each line of the journal is whole, and running again finds all of it.
    const journal = place.read(`.pawl/batch/runs/${runId}/journal.ndjson`)
    expect(journal.trimEnd().split("\n").map((line) => JSON.parse(line).seq)).toEqual(
      upTo(journal.trimEnd().split("\n").length).map((at) => at + 1)
    )
    const again = await place.pawl("run", "batch.yaml", "--inputs", "inputs.json", "--auto-advance", "--format", "json")
    expect(again.code).toBe(0)
    expect(json(again)).toMatchObject({ runId, stepsExecuted: 0 })
    expect(statuses(again)).toEqual(statuses(answer))
  })

  it("ends the run with 1 where nothing else is done, and is told on one line", async () => {
    const place = workplace()
    place.write("batch.yaml", manifest(hostile.slice(0, 1)))
    const answer = await place.pawl("run", "batch.yaml")
    expect(answer.code).toBe(1)
    expectNoInsides(answer.stdout + answer.stderr)
    expect(answer.stdout).toMatch(/^.*text-doubled .*characters of text$/m)
  })
})

describe("an expression that can't be checked", () => {
  it.each<[what: string, expression: string, place: string, message: string]>([
    ["a megabyte of text", `'${"x".repeat(1_048_576)}' == ''`, "6:", "too large: longer than 65536 characters"],
    ["a megabyte of terms", `1${" + 1".repeat(262_144)} == 1`, "6:", "too large: longer than 65536 characters"],
    ["a megabyte of brackets", "[".repeat(1_048_576), "6:", "too large: longer than 65536 characters"],
    ["a thousand parentheses", `${"(".repeat(1_000)}true${")".repeat(1_000)}`, "6:", "it is nested more than 100 deep"],
    [
      "a macro in a macro, and so on",
      `${"[1].all(x, ".repeat(200)}true${")".repeat(200)}`,
      "6:",
      "it is nested more than 100 deep"
    ],
    [
      "maps as keys of maps",
      `${bound(40, "{1: 1}", (name) => `{${name}: ${name}}`, () => "true")}`,
      "6:",
      "a key of a map"
    ],
    ["a look-ahead", "'a'.matches('(?=a)')", "6:31", "the pattern has a look-ahead, which RE2 does not have"],
    ["a pattern that grows", "'a'.matches('((a{99}){99}){99}')", "6:31", "the pattern is too large"]
  ])("%s is refused in its place, at once and in few words", async (_what, expression, at, message) => {
    const place = workplace()
    place.write(
      "batch.yaml",
      `name: batch\ntargets:\n  - id: a\n    steps:\n      - id: b\n        when: "{{ ${expression} }}"\n        run: 'true'\n`
    )
    const answer = await place.pawl("validate", "batch.yaml", "--format", "json")
    const [error, ...others] = refusalOf(answer, 65).errors
    expect(others).toEqual([])
    expect(error?.message).toContain(message)
    expect(answer.stderr).toContain(`batch.yaml:${at}`)
    expect(answer.stderr.length).toBeLessThan(2_000)
  })
})

const lists = (depth: number): string => `${"[".repeat(depth)}${"]".repeat(depth)}`
const deep = "lists or maps more than 200 deep in each other"

describe("JSON that is nested 50,000 deep", () => {
  it("in what a step says is that step's failure", async () => {
    const place = workplace()
    place.write("deep.json", `${lists(50_000)}\n`)
    place.write("deep.values", `{"a":${lists(50_000)}}\n`)
    place.write("fine.json", `${lists(200)}\n`)
    place.write("inf.json", "[1e999]\n")
    place.write(
      "batch.yaml",
      `name: batch
targets:
  - { id: json, steps: [ { id: say, run: cat deep.json, outputs: json } ] }
  - { id: values, steps: [ { id: say, run: 'cat deep.values > "$PAWL_OUTPUT"' } ] }
  - { id: infinite, steps: [ { id: say, run: cat inf.json, outputs: json } ] }
  - id: fine
    steps:
      - { id: say, run: cat fine.json, outputs: json }
      - { id: use, run: 'test "$(echo "{{ steps.say.output.json }}" | wc -c)" -eq 401' }
      - { id: compare, run: 'true', when: "{{ steps.say.output.json == steps.say.output.json }}" }
`
    )
    const answer = await place.pawl("run", "batch.yaml", "--auto-advance", "--format", "json")
    expect({ code: answer.code, signal: answer.signal }).toEqual({ code: 0, signal: null })
    expectNoInsides(answer.stderr)
    const { runId, targets } = json(answer)
    expect(targets.map(({ id, message = "", status }) => `${id} ${status}: ${message}`)).toEqual([
      expect.stringMatching(`^json blocked: standard output holds ${deep}`),
      expect.stringMatching(`^values blocked: \\$PAWL_OUTPUT: line 1 holds ${deep}`),
      expect.stringMatching("^infinite blocked: standard output holds a number that JSON can't hold"),
      "fine completed: "
    ])
    const events = place.read(`.pawl/batch/runs/${runId}/journal.ndjson`)
    expect(events.match(/"reason":"bad-output"/g)).toHaveLength(3)
    expect(statuses(await place.pawl("run", "batch.yaml", "--auto-advance", "--format", "json"))).toEqual(
      statuses(answer)
    )
  })

  it.each<[what: string, args: ReadonlyArray<string>, says: string]>([
    ["in a file of inputs", ["--inputs", "inputs.json"], "inputs.json:1:"],
    ["given as an input", ["--input", `list=${lists(50_000)}`], "input `list` holds lists or maps more than 200 deep"]
  ])("%s is refused before anything runs", async (_what, args, says) => {
    const place = workplace()
    place.write("inputs.json", `{"list":${lists(50_000)}}`)
    place.write(
      "batch.yaml",
      "name: batch\ninputs:\n  list: { type: array, default: [] }\ntargets:\n  - { id: a, run: 'echo {{ inputs.list }}' }\n"
    )
    const answer = await place.pawl("run", "batch.yaml", "--format", "json", ...args)
    refusalOf(answer, 65)
    expect(answer.stderr).toContain(says)
    expect(answer.stderr.length).toBeLessThan(2_000)
    expect(runsOf(place)).toEqual([])
  })

  it("in a line of items is told with its line", async () => {
    const place = workplace()
    place.write("items.jsonl", `{"a":1}\n${lists(50_000)}\n`)
    place.write(
      "batch.yaml",
      "name: batch\ntargets:\n  - forEach: { jsonl: items.jsonl }\n    id: 't{{ index }}'\n    run: echo {{ item }}\n"
    )
    const answer = await place.pawl("validate", "batch.yaml", "--format", "json")
    refusalOf(answer, 65)
    expect(answer.stderr).toContain(`line 2 holds ${deep}`)
    expect(answer.stderr.length).toBeLessThan(2_000)
  })
})
