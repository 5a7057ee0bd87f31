/**
 * Expressions of Spec Kit: what each is written as, and that it is worth the same in a given run.
 *
 * The expected values are those of Spec Kit's own meaning: nothing is an error there, what is missing is
 * null, and any value stands for true or false.
 */
import { describe, expect, it } from "@effect/vitest"
import * as fc from "fast-check"
import type { Scope } from "../../src/expression/Scope.ts"
import { imported, record, refusals, stepsFrom, textIn, truthIn } from "./importing.ts"

const quoted = (text: string): string => JSON.stringify(text)

/** A workflow with something of everything, then an `if` and a shell step with the expression in question. */
const workflow = (condition: string, text: string): string => `
schema_version: "1.0"
workflow: { id: table, name: Table, version: "1.0.0" }
inputs:
  level: { type: string, default: full }
  blank: { type: string, default: "" }
  ten: { type: string, default: "10" }
  count: { type: number, default: 3 }
  ratio: { type: number, default: 2.5 }
  dry: { type: boolean, default: false }
  absent: { type: string }
steps:
  - { id: test, type: shell, run: x, continue_on_error: true }
  - { id: fork, type: if, condition: true, then: [{ id: inner, type: shell, run: x }] }
  - { id: data, type: shell, run: x, output_format: json }
  - { id: ask, type: gate, message: m, options: [Approve, "Try again", Reject] }
  - { id: late, type: gate, message: m, on_reject: skip }
  - { id: fan, type: fan-out, items: [p, q], step: { id: each-one, type: shell, run: x, continue_on_error: true } }
  - id: join
    type: fan-in
    wait_for: [fan, test]
    output: { codes: "{{ fan_in.results[0].results | map('exit_code') }}", last: "{{ fan_in.results[1].exit_code }}" }
  - { id: when, type: if, condition: ${quoted(condition)}, then: [{ id: then, type: shell, run: x }] }
  - { id: show, type: gate, message: ${quoted(text)} }
`

const conditionOf = (source: string): string => {
  const step = stepsFrom("spec-kit", workflow(`{{ ${source} }}`, "m")).find(({ id }) => id === "when")
  return step !== undefined && "if" in step ? step.if : ""
}

const textOf = (source: string): string => {
  const step = stepsFrom("spec-kit", workflow("true", source)).find(({ id }) => id === "show")
  return step !== undefined && "gate" in step && "approval" in step.gate ? step.gate.approval : ""
}

const inputs = { level: "full", blank: "", ten: "10", count: 3, ratio: 2.5, dry: false }
const work = (code: number | undefined, stdout = "") =>
  record(code === 0 ? "succeeded" : "failed", {
    ...(code === undefined ? {} : { exit_code: code }),
    stdout,
    stderr: ""
  })

/** The branch was taken, everything printed something, one item failed. */
const full: Scope = {
  inputs: { ...inputs, absent: "here" },
  env: {},
  steps: {
    test: work(2, "false\n"),
    fork: record("succeeded", { steps: { inner: work(0, "inside") } }),
    data: record("succeeded", {
      exit_code: 0,
      stdout: "{}",
      stderr: "",
      json: { n: 7, list: ["a", "b"], deep: { on: true } }
    }),
    ask: record("succeeded", { option: "Try-again" }),
    late: record("succeeded", { option: "rejected" }),
    fan: record("succeeded", {
      items: [{ status: "succeeded", steps: { "each-one": work(0, "p\n") } }, {
        status: "failed",
        steps: { "each-one": work(undefined) }
      }]
    })
  },
  context: { run_id: "r1", batch: "table", target: "table", run_dir: "/r1" }
}

/** The branch was not taken, the first step was cut short, the optional input was not given. */
const bare: Scope = {
  ...full,
  inputs,
  steps: { ...full.steps, test: work(undefined), fork: record("succeeded", { steps: {} }) }
}

describe("a condition of a workflow", () => {
  it.each<readonly [source: string, written: string, whenFull: boolean, whenBare: boolean]>([
    // Comparisons.
    ["inputs.level == 'full'", "inputs.level == 'full'", true, true],
    ["inputs.level != \"full\"", "inputs.level != 'full'", false, false],
    ["inputs.count >= 3", "inputs.count >= 3", true, true],
    ["inputs.ratio < 2.6", "inputs.ratio < 2.6", true, true],
    ["inputs.level == 'it\\s'", "inputs.level == 'it\\\\s'", false, false],
    ["inputs.count == 3 != inputs.dry", "(inputs.count == 3) != inputs.dry", true, true],
    ["inputs.dry == 0", "inputs.dry == false", true, true],
    ["1 != inputs.dry", "inputs.dry != true", true, true],
    // A text that is a number counts as one beside a number, and beside a text that is one.
    [
      "inputs.ten > 9",
      "inputs.ten.trim().matches(r'^[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)$') && double(inputs.ten.trim()) > double(9)",
      true,
      true
    ],
    [
      "inputs.level > 9",
      "inputs.level.trim().matches(r'^[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)$') && double(inputs.level.trim()) > double(9)",
      false,
      false
    ],
    [
      "inputs.ten > '9'",
      "inputs.ten.trim().matches(r'^[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)$') ? double(inputs.ten.trim()) > double('9'.trim()) : inputs.ten > '9'",
      true,
      true
    ],
    ["inputs.level > 'abc'", "inputs.level > 'abc'", true, true],
    // Any value is true or false.
    ["inputs.count", "inputs.count != 0", true, true],
    ["not inputs.blank", "!(inputs.blank != '')", true, true],
    [
      "inputs.blank or inputs.count and inputs.dry",
      "inputs.blank != '' || inputs.count != 0 && inputs.dry",
      false,
      false
    ],
    [
      "steps.test.output.stdout",
      "steps.test.output.stdout != '' && steps.test.output.stdout.trim().lowerAscii() != 'false'",
      false,
      false
    ],
    ["['']", "true", true, true],
    // What is missing is null, or -1 where it is an exit code.
    ["steps.test.output.exit_code != 0", "steps.test.output.exit_code != 0 | default(true)", true, true],
    ["steps.test.output.exit_code > 0", "steps.test.output.exit_code > 0 | default(false)", true, false],
    [
      "steps.inner.output.exit_code == 0",
      "steps.fork.output.steps.inner.output.exit_code == 0 | default(false)",
      true,
      false
    ],
    [
      "steps.inner.output.exit_code != 0",
      "steps.fork.output.steps.inner.output.exit_code != 0 | default(true)",
      false,
      true
    ],
    [
      "inputs.absent",
      "inputs.absent != '' && inputs.absent.trim().lowerAscii() != 'false' | default(false)",
      true,
      false
    ],
    ["inputs.absent == none", "!has(inputs.absent) | default(true)", false, true],
    ["not inputs.absent", "!(inputs.absent != '') | default(true)", false, true],
    [
      "steps.inner.output.exit_code == 0 and steps.test.output.exit_code == 2",
      "steps.fork.output.steps.inner.output.exit_code == 0 && steps.test.output.exit_code == 2 | default(false)",
      true,
      false
    ],
    [
      "steps.test.output.exit_code != 0 and steps.test.output.exit_code < 5 or inputs.dry",
      "steps.test.output.exit_code != 0 && steps.test.output.exit_code < 5 || inputs.dry | default(true)",
      true,
      true
    ],
    // One exit code is 0 and the other not: where either is missing it is worth different things.
    [
      "steps.test.output.exit_code != 0 or steps.inner.output.exit_code == 0",
      "(has(steps.test.output.exit_code) ? steps.test.output.exit_code : -1) != 0 || steps.fork.output.steps.inner.output.exit_code == 0 | default(false)",
      true,
      true
    ],
    // Membership.
    ["inputs.level in ['full', 'quick']", "inputs.level in ['full', 'quick']", true, true],
    ["'ul' in inputs.level", "inputs.level.contains('ul')", true, true],
    ["inputs.level not in ['full']", "!(inputs.level in ['full'])", false, false],
    ["'a' in steps.data.output.data.list", "'a' in steps.data.output.json.list", true, true],
    // Statuses and choices are called otherwise here.
    ["steps.test.status == 'failed'", "steps.test.status == 'failed'", true, true],
    ["steps.data.status == 'completed'", "steps.data.status == 'succeeded'", true, true],
    ["steps.ask.output.choice == 'Try again'", "steps.ask.output.option == 'Try-again'", true, true],
    ["steps.late.output.choice == 'reject'", "steps.late.output.option == 'rejected'", true, true],
    [
      "steps.ask.output.choice in ['Approve', 'Try again']",
      "steps.ask.output.option in ['Approve', 'Try-again']",
      true,
      true
    ],
    // Fan-outs, and what a fan-in gathers.
    ["steps.fan.output.item_count == 2", "size(steps.fan.output.items) == 2", true, true],
    [
      "steps.fan.output.results[0].exit_code == 0",
      "steps.fan.output.items[0].steps['each-one'].output.exit_code == 0 | default(false)",
      true,
      true
    ],
    [
      "steps.fan.output.results[1].exit_code == 0",
      "steps.fan.output.items[1].steps['each-one'].output.exit_code == 0 | default(false)",
      false,
      false
    ],
    [
      "steps.fan.output.results | map('exit_code') | contains(0)",
      "0 in steps.fan.output.items.map(i, 'exit_code' in i.steps['each-one'].output ? i.steps['each-one'].output.exit_code : -1)",
      true,
      true
    ],
    ["steps.join.output.last == 2", "steps.test.output.exit_code == 2 | default(false)", true, false],
    // Filters.
    ["inputs.level | contains('ul')", "inputs.level.contains('ul')", true, true],
    [
      "steps.inner.output.stdout | contains('in')",
      "steps.fork.output.steps.inner.output.stdout.contains('in') | default(false)",
      true,
      false
    ],
    ["steps.data.output.stdout | from_json | contains('n')", "steps.data.output.json | contains('n')", true, true]
  ])("%s", (source, written, whenFull, whenBare) => {
    const condition = conditionOf(source)
    expect(condition).toBe(`{{ ${written} }}`)
    expect({ full: truthIn(condition, full), bare: truthIn(condition, bare) }).toEqual({
      full: whenFull,
      bare: whenBare
    })
  })

  it.each([
    ["True", "{{ true }}"],
    ["false", "{{ false }}"],
    ["", "{{ false }}"]
  ])("%j is a fixed answer", (given, written) => {
    const step = stepsFrom("spec-kit", workflow(given, "m")).find(({ id }) => id === "when")
    expect(step).toMatchObject({ if: written })
  })
})

describe("a text of a workflow", () => {
  it.each<readonly [source: string, written: string, whenFull: string, whenBare: string]>([
    ["plain", "plain", "plain", "plain"],
    ["{{ inputs.level }}-{{ inputs.count }}", "{{ inputs.level }}-{{ inputs.count }}", "full-3", "full-3"],
    ["dry={{ inputs.dry }}", "dry={{ inputs.dry ? 'True' : 'False' }}", "dry=False", "dry=False"],
    ["{{ inputs.count == 3 }}", "{{ inputs.count == 3 ? 'True' : 'False' }}", "True", "True"],
    [
      "{{ steps.test.output.exit_code != 0 }}",
      "{{ steps.test.output.exit_code != 0 ? 'True' : 'False' | default('True') }}",
      "True",
      "True"
    ],
    ["<{{ inputs.absent }}>", "<{{ inputs.absent | default('') }}>", "<here>", "<>"],
    [
      "<{{ inputs.absent | default('none') }}>",
      "<{{ inputs.absent == '' ? 'none' : inputs.absent | default('none') }}>",
      "<here>",
      "<none>"
    ],
    [
      "<{{ inputs.blank | default('none') }}>",
      "<{{ inputs.blank == '' ? 'none' : inputs.blank }}>",
      "<none>",
      "<none>"
    ],
    ["{{ inputs.count | default(5) }}", "{{ inputs.count }}", "3", "3"],
    ["{{ steps.test.output.exit_code }}", "{{ steps.test.output.exit_code | default(-1) }}", "2", "-1"],
    [
      "{{ steps.inner.output.stdout }}!",
      "{{ steps.fork.output.steps.inner.output.stdout | default('') }}!",
      "inside!",
      "!"
    ],
    ["{{ steps.data.output.data.deep.on }}", "{{ steps.data.output.json.deep.on }}", "true", "true"],
    ["{{ steps.data.output.data.list | join('+') }}", "{{ steps.data.output.json.list | join('+') }}", "a+b", "a+b"],
    ["{{ ['a', 'b'] | join(', ') }}", "{{ ['a', 'b'] | join(', ') }}", "a, b", "a, b"],
    [
      "{{ steps.data.status }}",
      "{{ steps.data.status == 'succeeded' ? 'completed' : steps.data.status }}",
      "completed",
      "completed"
    ],
    [
      "{{ steps.ask.output.choice }}",
      "{{ steps.ask.output.option == 'Try-again' ? 'Try again' : steps.ask.output.option == 'reject' ? 'Reject' : steps.ask.output.option }}",
      "Try again",
      "Try again"
    ],
    ["{{ context.run_id }}", "{{ context.run_id }}", "r1", "r1"],
    [
      "{{ steps.join.output.codes | join(' ') }}",
      "{{ steps.fan.output.items.map(i, 'exit_code' in i.steps['each-one'].output ? i.steps['each-one'].output.exit_code : -1) | join(' ') }}",
      "0 -1",
      "0 -1"
    ],
    [
      "{{ steps.fan.output.results | map('stdout') | join('') }}",
      "{{ steps.fan.output.items | map('steps.each-one.output.stdout') | join('') }}",
      "p\n",
      "p\n"
    ],
    ["a }} b {{ '}}' }}", "a }} b {{ '}}' }}", "a }} b }}", "a }} b }}"]
  ])("%s", (source, written, whenFull, whenBare) => {
    const text = textOf(source)
    expect(text).toBe(written)
    expect([textIn(text, full), textIn(text, bare)]).toEqual([whenFull, whenBare])
  })
})

describe("an expression that can't be carried over", () => {
  const reasonsFor = (source: string) =>
    refusals("spec-kit", workflow(`{{ ${source} }}`, "m")).map((line) => line.replace(/^\d+: /, ""))

  it.each([
    [
      "(inputs.dry or inputs.count) and true",
      "(inputs.dry or inputs.count): `(inputs.dry or inputs.count)` is nothing that Spec Kit knows: it takes it for null (parentheses group nothing there, and there are no functions: write what is meant without them)"
    ],
    [
      "inputs.count + 1",
      "inputs.count + 1: `inputs.count + 1` is nothing that Spec Kit knows: it takes it for null (it knows names, texts, numbers, lists, comparisons, `and`, `or`, `not`, `in` and filters)"
    ],
    ["inputs.levle == 'full'", "inputs.levle: there is no input `levle` (did you mean `level`?)"],
    ["steps.tset.output.exit_code", "steps.tset.output.exit_code: there is no step `tset` (did you mean `test`?)"],
    [
      "steps.then.output.exit_code == 0",
      "steps.then.output.exit_code: step `then` is within the step that asks for it, so that it can't be asked for here (Spec Kit would give null, or what an earlier round left behind)"
    ],
    [
      "steps.show.output.choice == 'approve'",
      "steps.show.output.choice: step `show` comes later, so that it can't be asked for here (Spec Kit would give null, or what an earlier round left behind)"
    ],
    [
      "steps.test.output.data.x",
      "steps.test.output.data.x: a shell step has no `output.data.x` (it has `exit_code`, `stdout` and `stderr`, and a shell step with `output_format: json` has `data`)"
    ],
    [
      "steps.ask.output.choice == 'approve'",
      "'approve': this is never 'approve' (it is one of 'Approve', 'Try again', 'Reject')"
    ],
    [
      "inputs.count == '3'",
      "inputs.count == '3': a number and text are compared, which is always the same in Spec Kit (compare like with like)"
    ],
    [
      "inputs.level == 3",
      "inputs.level == 3: text and a number are compared, which is always the same in Spec Kit (compare like with like)"
    ],
    [
      "inputs.dry > true",
      "inputs.dry > true: true or false and true or false are compared, which is always the same in Spec Kit (compare like with like)"
    ],
    ["inputs.level | upper", "Spec Kit has no filter `upper`"],
    [
      "inputs.level | from_json",
      "from_json: `from_json` can only read the `stdout` of a shell step (there the step gets `outputs: json`, and its value is `output.json`)"
    ],
    [
      "inputs.level | default('a') > 5",
      "default('a') > 5: a filter belongs after `|`, and nothing after its parentheses"
    ],
    ["item == 1", "item: `item` is known within a fan-out alone"],
    ["status == 'ok'", "status: there is no name `status` (Spec Kit takes it for null)"],
    [
      "steps.test.model",
      "steps.test.model: `model` of a step can't be carried over (what can be asked for is in `output`, `status` and `error`)"
    ],
    ["context.workflow_id", "context.workflow_id: `context` has `run_id` and `workflow_dir`, and nothing else"],
    [
      "inputs.absent == steps.inner.output.stdout",
      "inputs.absent == steps.inner.output.stdout: what this is worth where `inputs.absent` or `steps.fork.output.steps.inner.output.stdout` is missing depends on what runs (ask for one thing at a time, in steps of their own)"
    ],
    ["inputs.level == ", "a part of the expression is missing here"],
    ["inputs.level == 'open", "{{: `{{` is not closed (close it with `}}`; a quote before that may be open)"]
  ])("%s", (source, reason) => {
    const found = reasonsFor(source)
    expect(found).toHaveLength(1)
    expect(found[0]).toContain(reason)
  })

  it.each([
    [
      "inputs.count > 1",
      "a condition without braces: Spec Kit takes it for a text, not for an expression (write it as `{{ … }}`)"
    ],
    ["{{ inputs.dry }} and more", "a condition with text around its braces"]
  ])("a condition that is a text: %s", (condition, reason) => {
    expect(refusals("spec-kit", workflow(condition, "m")).join("\n")).toContain(reason)
  })
})

/** Expressions as people might write them, and as they should not. */
const expressions = fc.letrec<{ readonly leaf: string; readonly all: string }>((tie) => ({
  leaf: fc.constantFrom(
    ..."inputs.level|inputs.count|inputs.dry|inputs.absent|steps.test.output.exit_code|steps.inner.output.stdout"
      .split("|"),
    ..."steps.data.output.data.n|steps.fan.output.results|'x'|'10'|5|2.5|-1|true|none|['a', 'b']|[]|nonsense".split("|")
  ),
  all: fc.oneof(
    { depthSize: "small" },
    tie("leaf"),
    fc.tuple(tie("all"), fc.constantFrom("==", "!=", "<", ">=", "in", "not in", "and", "or"), tie("leaf"))
      .map((parts) => parts.join(" ")),
    tie("all").map((each) => `not ${each}`),
    fc.tuple(
      tie("all"),
      fc.constantFrom("default('x')", "join(',')", "contains('a')", "map('b')", "from_json", "default")
    )
      .map((parts) => parts.join(" | "))
  )
})).all

describe("any expression", () => {
  it.prop("is refused with its place, or is one that pawl reads", [expressions], ([source]) => {
    const file = workflow(`{{ ${source} }}`, `<{{ ${source} }}>`)
    const found = refusals("spec-kit", file)
    // What was written is read again before it is printed, so that `imported` would throw.
    if (found.length === 0) expect(imported("spec-kit", file).text).toContain("name: table")
    else expect(found.every((line) => /^\d+: /.test(line))).toBe(true)
  }, { fastCheck: { numRuns: 80 } })

  it("stays small and quick, however long it is", () => {
    const long = Array.from({ length: 30_000 }, () => "inputs.dry").join(" or ")
    expect(refusals("spec-kit", workflow(`{{ ${long} }}`, "m")).join("\n")).toContain(
      "an expression longer than 20000 characters"
    )
    const deep = Array.from({ length: 500 }, () => "not ").join("")
    expect(refusals("spec-kit", workflow(`{{ ${deep}inputs.dry }}`, "m")).join("\n")).toContain(
      "nested more than 100 deep"
    )
  })
})
