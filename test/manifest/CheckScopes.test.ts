import { describe, expect, it } from "@effect/vitest"
import { mistakesIn } from "./reading.ts"

const inputs = `name: a
inputs:
  level: { type: string, enum: [quick, full], default: quick }
  suites: { type: array, default: [] }
  flag: { type: boolean, default: true }
  count: { type: integer, default: 1 }
  token: { type: string, secret: true }
`

/** A batch whose one target has these steps; their first line is 10. */
const steps = (text: string): string => `${inputs}targets:\n  - steps:\n${text.replace(/^/gm, "      ")}\n    id: t\n`

/** The batch of one target, from line 9 on. */
const target = (text: string): string => `${inputs}targets:\n  - ${text.replaceAll("\n", "\n    ")}\n`

const table = (rows: ReadonlyArray<readonly [what: string, text: string, ...told: ReadonlyArray<string>]>): void => {
  it.each(rows.map(([what, text, ...told]) => [what, text, told] as const))("%s", (_what, text, told) => {
    expect(mistakesIn(text)).toEqual(told)
  })
}

const maybe = "- { id: p, run: x, when: \"{{ inputs.flag }}\" }\n"

describe("a step that is mentioned", () => {
  table([
    ["and comes before", steps("- { id: p, run: x }\n- { id: q, run: \"echo {{ steps.p.output.stdout }}\" }")],
    [
      "and comes before what holds this one",
      steps(`- { id: p, run: x }
- id: c
  parallel: {}
  steps: [ { id: q, run: "echo {{ steps.p.output.stdout }}" } ]`)
    ],
    [
      "and is not known",
      steps("- { id: build, run: x }\n- { id: q, run: \"echo {{ steps.biuld.status }}\" }"),
      "11: biuld: unknown step `biuld` (did you mean `build`?)"
    ],
    [
      "and is like none that is known",
      steps("- { id: build, run: x }\n- { id: q, run: \"echo {{ steps.deploy.status }}\" }"),
      "11: deploy: unknown step `deploy` (the steps before this one are `build`)"
    ],
    [
      "by the first of all",
      steps("- { id: q, run: \"echo {{ steps.x.status }}\" }"),
      "10: x: unknown step `x` (no step has ended before this one)"
    ],
    [
      "in a target without steps",
      target("{ id: t, run: \"echo {{ steps.x.status }}\" }"),
      "9: x: unknown step `x` (a target with one step has no earlier ones: write its work as `steps`)"
    ],
    [
      "and comes later",
      steps("- { id: q, run: \"echo {{ steps.late-one.status }}\" }\n- { id: late-one, run: x }"),
      "10: late-one: step `late-one` comes later (a step sees those before it: move `late-one` up, before `q`)"
    ],
    [
      "and comes later, within another",
      steps(`- { id: q, run: "echo {{ steps.in.status }}" }
- id: c
  if: "{{ inputs.flag }}"
  then: [ { id: in, run: x } ]`),
      "10: in: step `in` comes later (after it, it would be `steps.c.output.steps.in`)"
    ],
    [
      "by itself",
      steps("- { id: q, run: \"echo {{ steps.q.status }}\" }"),
      "10: q: step `q` is this step itself, which has not ended yet"
    ],
    [
      "and holds this one",
      steps("- id: c\n  parallel: {}\n  steps: [ { id: q, run: \"echo {{ steps.c.status }}\" } ]"),
      "12: c: step `c` holds this step, and has not ended yet"
    ],
    [
      "and runs beside this one",
      steps("- id: c\n  parallel: {}\n  steps: [ { id: p, run: x }, { id: q, run: \"echo {{ steps.p.status }}\" } ]"),
      "12: p: step `p` runs beside this one, and neither sees the other (put one of them after `c`)"
    ],
    [
      "and is in the other branch",
      steps(`- id: c
  if: "{{ inputs.flag }}"
  then: [ { id: p, run: x } ]
  else: [ { id: q, run: "echo {{ steps.p.status }}" } ]`),
      "13: p: step `p` is in `then` of `c`, and this is in `else` (only one of them is done)"
    ],
    [
      "and is in another case",
      steps(`- id: c
  switch: "{{ inputs.level }}"
  cases:
    quick: [ { id: p, run: x } ]
    full: [ { id: q, run: "echo {{ steps.p.status }}" } ]`),
      "14: p: step `p` is in case `quick` of `c`, and this is in case `full` (only one of them is done)"
    ],
    [
      "and is within a map, as if it were not",
      steps(`- id: shards
  map: { over: "{{ inputs.suites }}" }
  steps: [ { id: e2e, run: x } ]
- { id: q, run: "echo {{ steps.e2e.status }}" }`),
      "13: e2e: step `e2e` is within `shards` (from outside it is `steps.shards.output.items[0].steps.e2e`)"
    ],
    [
      "and is within a step within a step, as if it were not",
      steps(`- id: a
  parallel: {}
  steps: [ { id: b, loop: { until: "{{ true }}" }, steps: [ { id: deep, run: x } ] } ]
- { id: q, run: "echo {{ steps.deep.status }}" }`),
      "13: deep: step `deep` is within `a` (from outside it is `steps.a.output.steps.b.output.steps.deep`)"
    ],
    [
      "by the name of the nearest of two",
      steps(`- { id: p, gate: { approval: ok? } }
- id: c
  parallel: {}
  steps:
    - id: d
      if: "{{ inputs.flag }}"
      then: [ { id: p, run: x }, { id: q, run: "echo {{ steps.p.output.stdout }}" } ]`)
    ]
  ])
})

describe("what a step's record has", () => {
  const uses = (expression: string): string =>
    steps(`- { id: build, run: x }
- { id: scan, run: x, outputs: json }
- { id: ship, gate: { approval: ok?, options: [blue, green] } }
- id: each
  map: { over: [1, 2] }
  steps: [ { id: e2e, run: x } ]
- id: poll
  loop: { until: "{{ steps.check.output.exit_code == 0 }}" }
  steps: [ { id: check, run: x, continueOnError: true } ]
- { id: q, env: { A: "{{ ${expression} }}" }, run: x }`)
  it.each([
    ["steps.build.output.exit_code == 0"],
    ["steps.build.output.values.key"],
    ["steps.build.attempts > 1"],
    ["steps.scan.output.json.a.b"],
    ["steps.ship.output.option == 'blue'"],
    ["steps.ship.output.by + '!'"],
    ["steps.each.output.items[0].steps.e2e.output.exit_code == 0"],
    ["steps.each.output.items.all(i, i.steps.e2e.output.exit_code == 0 && i.status == 'succeeded')"],
    ["steps.each.output.items | map('steps.e2e.output.stdout') | join(',')"],
    ["steps.poll.output.iterations > 1 && steps.poll.output.steps.check.output.exit_code == 0"],
    ["size(steps.each.output.items)"],
    ["steps['build'].status"],
    ["steps[inputs.level].status"]
  ])("%s is in order", (expression) => {
    expect(mistakesIn(uses(expression))).toEqual([])
  })

  it.each([
    ["steps.build.exit_code", "exit_code: there is no `exit_code` in `steps.build` (did you mean `output.exit_code`?)"],
    ["steps.build.exitcode", "exitcode: there is no `exitcode` in `steps.build` (did you mean `output.exit_code`?)"],
    ["steps.build.outputs.stdout", "outputs: there is no `outputs` in `steps.build` (did you mean `output`?)"],
    [
      "steps.build.wall",
      "wall: there is no `wall` in `steps.build` (a step has `status`, `attempts`, `error`, `output`)"
    ],
    [
      "steps.build.output.exitCode",
      "exitCode: there is no `exitCode` in the output of `build`, a `run` (did you mean `exit_code`?)"
    ],
    ["steps.build.output.json", "json: `build` has no `output.json` (write `outputs: json` on `build`)"],
    [
      "steps.build.output.items",
      "items: there is no `items` in the output of `build`, a `run` (it has `exit_code`, `stdout`, `stderr`, `truncated`, `values`)"
    ],
    [
      "steps.build.status == 'success'",
      "steps.build.status == 'success': the status of `build` is never `success` (it is one of `succeeded`, `failed`, `skipped`)"
    ],
    [
      "steps.build.status == 'suceeded'",
      "steps.build.status == 'suceeded': the status of `build` is never `suceeded` (did you mean `succeeded`?)"
    ],
    [
      "steps.build.output.exit_code == '0'",
      "steps.build.output.exit_code == '0': an integer is compared with text, so that it is always false (make both sides alike with `string(…)`, `int(…)` or `double(…)`)"
    ],
    [
      "steps.ship.output.exit_code",
      "exit_code: there is no `exit_code` in the output of `ship`, a `gate` (it has `option`, `by`, `note`)"
    ],
    [
      "steps.ship.output.option == 'gren'",
      "steps.ship.output.option == 'gren': the answer at `ship` is never `gren` (did you mean `green`?)"
    ],
    [
      "steps.ship.output.note",
      "steps.ship.output.note: `note` is only there where somebody wrote one at `ship` (add `| default(…)` at the end, or test `has(steps.ship.output.note)` first)"
    ],
    [
      "steps.build.output.truncated",
      "steps.build.output.truncated: `truncated` is only there where something was cut off (add `| default(…)` at the end, or test `has(steps.build.output.truncated)` first)"
    ],
    [
      "steps.build.error",
      "steps.build.error: `error` is only there where `build` failed (add `| default(…)` at the end, or test that its `status` is `failed` first)"
    ],
    [
      "steps.each.output.steps.e2e",
      "steps: there is no `steps` in the output of `each`, a `map` (each item has its own: `output.items[0].steps`)"
    ],
    ["steps.each.e2e", "e2e: there is no `e2e` in `steps.each` (did you mean `output.items[0].steps.e2e`?)"],
    [
      "steps.each.output.items[0].steps.e2f.status",
      "e2f: there is no `e2f` in the steps of `each` (did you mean `e2e`?)"
    ],
    [
      "steps.each.output.items[0].status == 'done'",
      "steps.each.output.items[0].status == 'done': the status of an item of `each` is never `done` (it is one of `succeeded`, `failed`, `skipped`)"
    ],
    [
      "steps.each.output.items.steps",
      "steps: a list has no `steps` (take one element, such as `…[0].steps`, or that of all: `… | map('steps')`)"
    ],
    [
      "steps.poll.output.check.status",
      "check: there is no `check` in the output of `poll`, a `loop` (did you mean `output.steps.check`?)"
    ],
    [
      "steps.nope.output.exit_code | default(1)",
      "nope: unknown step `nope` (the steps before this one are `poll`, `each`, `ship`, `scan`, `build`)"
    ],
    [
      "has(steps.build.exit_code)",
      "exit_code: there is no `exit_code` in `steps.build` (did you mean `output.exit_code`?)"
    ]
  ])("%s is not", (expression, told) => {
    expect(mistakesIn(uses(expression))).toEqual([`19: ${told}`])
  })
})

describe("a step that may not have run is fine", () => {
  const told = (text: string): ReadonlyArray<string> => mistakesIn(steps(text))
  it.each([
    ["with a default", "{ id: q, run: \"echo {{ steps.p.output.stdout | default('-') }}\" }"],
    ["where only its status is looked at", "{ id: q, run: \"echo {{ steps.p.status }} {{ steps.p.attempts }}\" }"],
    [
      "after a test of its status",
      "{ id: q, run: x, when: \"{{ steps.p.status != 'skipped' && steps.p.output.exit_code == 0 }}\" }"
    ],
    [
      "after a test that it succeeded, in another text",
      "{ id: q, when: \"{{ steps.p.status == 'succeeded' }}\", run: \"echo {{ steps.p.output.stdout }}\" }"
    ],
    [
      "after `has`",
      "{ id: q, run: x, when: \"{{ has(steps.p.output.exit_code) && steps.p.output.exit_code == 0 }}\" }"
    ],
    [
      "after a test of its attempts",
      "{ id: q, run: x, when: \"{{ steps.p.attempts > 0 && steps.p.output.exit_code == 0 }}\" }"
    ],
    [
      "on the other side of an `||`",
      "{ id: q, run: x, when: \"{{ steps.p.status == 'skipped' || steps.p.output.exit_code == 0 }}\" }"
    ],
    [
      "in the right part of a choice",
      "{ id: q, run: \"echo {{ steps.p.status == 'skipped' ? '-' : steps.p.output.stdout }}\" }"
    ],
    [
      "behind a negation",
      "{ id: q, run: x, when: \"{{ !(steps.p.status == 'skipped') && steps.p.output.exit_code == 0 }}\" }"
    ],
    [
      "in a list of statuses",
      "{ id: q, run: x, when: \"{{ steps.p.status in ['succeeded', 'failed'] && steps.p.output.exit_code == 0 }}\" }"
    ],
    ["under the same condition", "{ id: q, when: \"{{ inputs.flag }}\", run: \"echo {{ steps.p.output.stdout }}\" }"],
    [
      "under a stricter condition",
      "{ id: q, when: \"{{ inputs.level == 'full' && inputs.flag }}\", run: \"echo {{ steps.p.output.stdout }}\" }"
    ],
    [
      "after a condition that fell back to false without it",
      "{ id: q, when: \"{{ steps.p.output.exit_code == 0 | default(false) }}\", run: \"echo {{ steps.p.output.stdout }}\" }"
    ],
    [
      "in a branch that is only taken where it runs",
      "{ id: c, if: \"{{ inputs.flag }}\", then: [ { id: q, run: \"echo {{ steps.p.output.stdout }}\" } ] }"
    ]
  ])("%s", (_what, text) => {
    expect(told(`${maybe}- ${text}`)).toEqual([])
  })

  it("where another step shows that it did", () => {
    expect(told(`${maybe}- { id: q, run: x, when: "{{ steps.p.status == 'succeeded' }}" }
- { id: r, when: "{{ steps.q.status == 'succeeded' }}", run: "echo {{ steps.p.output.stdout }}" }`)).toEqual([])
    expect(told(`${maybe}- { id: q, run: x, when: "{{ inputs.flag }}" }
- { id: r, when: "{{ steps.q.status != 'skipped' }}", run: "echo {{ steps.p.output.stdout }}" }`)).toEqual([])
  })

  it("where the same is known of the same step, though another of its names was there before", () => {
    expect(told(`- { id: o, continueOnError: true, run: x }
- { id: c, if: "{{ inputs.flag }}", then: [ { id: o, run: x }, { id: y, run: x, when: "{{ steps.o.output.exit_code == 0 }}" } ] }
- { id: p, run: x, when: "{{ steps.o.output.exit_code == 0 && steps['o'].status == 'succeeded' }}" }
- { id: q, when: "{{ steps.o.output.exit_code == 0 && steps['o'].status == 'succeeded' }}", run: "echo {{ steps.p.output.stdout }}" }`))
      .toEqual([])
  })

  it.each(["inputs.token != 'all steps'", "inputs['token'] != 'it is steps.p'"])(
    "where the same is known, which has the word in a text: %s",
    (condition) => {
      expect(told(`- { id: p, run: x, when: "{{ ${condition} }}" }
- { id: q, when: "{{ ${condition} }}", run: "echo {{ steps.p.output.stdout }}" }`)).toEqual([])
    }
  )

  it("in the case that is its condition", () => {
    expect(told(`- { id: p, run: x, when: "{{ inputs.level == 'full' }}" }
- { id: c, switch: "{{ inputs.level }}", cases: { full: [ { id: q, run: "echo {{ steps.p.output.stdout }}" } ] } }`))
      .toEqual([])
  })

  it("in `else`, where its condition is the other", () => {
    expect(told(`- { id: p, run: x, when: "{{ !inputs.flag }}" }
- { id: c, if: "{{ inputs.flag }}", then: [ { id: y, run: x } ], else: [ { id: q, run: "echo {{ steps.p.output.stdout }}" } ] }`))
      .toEqual([])
  })

  it("where every branch has it", () => {
    expect(told(`- { id: c, if: "{{ inputs.flag }}", then: [ { id: p, run: x } ], else: [ { id: p, run: y } ] }
- { id: q, run: "echo {{ steps.c.output.steps.p.output.stdout }}" }`)).toEqual([])
  })

  it("where it failed and the target went on", () => {
    expect(told(`- { id: p, run: x, continueOnError: true }
- { id: q, run: "echo {{ steps.p.output.exit_code }} {{ steps.p.status == 'failed' ? steps.p.error : '' }}" }`))
      .toEqual([])
  })

  it.each([
    ["from the second iteration on", "iteration == 0 || steps.p.output.exit_code != 0"],
    ["with a default", "steps.p.output.exit_code != 0 | default(true)"],
    ["after `has`", "!has(steps.p) || steps.p.output.exit_code != 0"]
  ])("in the `while` of its loop, %s", (_what, condition) => {
    expect(
      told(`- id: l\n  loop: { while: "{{ ${condition} }}" }\n  steps: [ { id: p, run: x, continueOnError: true } ]`)
    ).toEqual([])
  })
})

describe("a step that may not have run is a mistake", () => {
  const add = "add `| default(…)` at the end, or test"
  table([
    [
      "where it has a `when`",
      steps(`${maybe}- { id: q, run: "echo {{ steps.p.output.stdout }}" }`),
      `11: steps.p.output.stdout: \`p\` may not have run: it has a \`when\` (${add} \`steps.p.status == 'succeeded'\` first)`
    ],
    [
      "where the condition that shows it is another",
      steps(`${maybe}- { id: q, when: "{{ !inputs.flag }}", run: "echo {{ steps.p.output.stdout }}" }`),
      `11: steps.p.output.stdout: \`p\` may not have run: it has a \`when\` (${add} \`steps.p.status == 'succeeded'\` first)`
    ],
    [
      "on the wrong side of a test",
      steps(`${maybe}- { id: q, run: x, when: "{{ steps.p.status == 'skipped' && steps.p.output.exit_code == 0 }}" }`),
      `11: steps.p.output.exit_code: \`p\` may not have run: it has a \`when\` (${add} \`steps.p.status == 'succeeded'\` first)`
    ],
    [
      "where `has` only says that there is a record",
      steps(`${maybe}- { id: q, run: x, when: "{{ has(steps.p) && steps.p.output.exit_code == 0 }}" }`),
      `11: steps.p.output.exit_code: \`p\` may not have run: it has a \`when\` (${add} \`steps.p.status == 'succeeded'\` first)`
    ],
    [
      "in the argument of a default",
      steps(`${maybe}- { id: q, run: "echo {{ inputs.token | default(steps.p.output.stdout) }}" }`),
      `11: steps.p.output.stdout: \`p\` may not have run: it has a \`when\` (${add} \`steps.p.status == 'succeeded'\` first)`
    ],
    [
      "where it is in a branch",
      steps(`- { id: c, if: "{{ inputs.flag }}", then: [ { id: p, run: x } ] }
- { id: q, run: "echo {{ steps.c.output.steps.p.status }}" }`),
      `11: steps.c.output.steps.p: \`p\` may not have run: it is in \`then\` of \`c\` (${add} \`has(steps.c.output.steps.p)\` first)`
    ],
    [
      "where not every case has it",
      steps(
        `- { id: c, switch: "{{ inputs.level }}", cases: { quick: [ { id: p, run: x } ], full: [ { id: p, run: x } ] } }
- { id: q, run: "echo {{ steps.c.output.steps.p.status }}" }`
      ),
      `11: steps.c.output.steps.p: \`p\` may not have run: it is in case \`quick\` of \`c\` (${add} \`has(steps.c.output.steps.p)\` first)`
    ],
    [
      "before the first iteration",
      steps(
        "- id: l\n  loop: { while: \"{{ steps.p.output.exit_code != 0 }}\" }\n  steps: [ { id: p, run: x, continueOnError: true } ]"
      ),
      `11: steps.p: \`p\` has not run before the first iteration (${add} \`has(steps.p)\` first)`
    ],
    [
      "after a loop that may have no iteration",
      steps(`- { id: l, loop: { while: "{{ inputs.flag }}" }, steps: [ { id: p, run: x } ] }
- { id: q, run: "echo {{ steps.l.output.steps.p.status }}" }`),
      `11: steps.l.output.steps.p: \`p\` may not have run: \`l\` has no iteration where its \`while\` is false at once (${add} \`has(steps.l.output.steps.p)\` first)`
    ],
    [
      "where its condition was shown of another step of that name, further out",
      steps(`- { id: o, continueOnError: true, run: x }
- id: c
  if: "{{ steps.o.output.exit_code == 0 }}"
  then:
    - { id: o, continueOnError: true, run: x }
    - { id: d, if: "{{ inputs.flag }}", then: [ { id: p, run: x, when: "{{ steps.o.output.exit_code == 0 }}" }, { id: q, run: "echo {{ steps.p.output.stdout }}" } ] }`),
      `15: steps.p.output.stdout: \`p\` may not have run: it has a \`when\` (${add} \`steps.p.status == 'succeeded'\` first)`
    ],
    [
      "where its condition was shown of another step of that name, beside it",
      steps(`- id: c
  if: "{{ inputs.flag }}"
  then: [ { id: o, continueOnError: true, run: x }, { id: x, run: x, when: "{{ steps.o.output.exit_code == 0 }}" } ]
- id: d
  if: "{{ inputs.flag }}"
  then:
    - { id: o, continueOnError: true, run: x }
    - { id: p, run: x, when: "{{ steps.o.output.exit_code == 0 }}" }
    - { id: q, when: "{{ steps.c.output.steps.x.status == 'succeeded' }}", run: "echo {{ steps.p.output.stdout }}" }`),
      `18: steps.p.output.stdout: \`p\` may not have run: it has a \`when\` (${add} \`steps.p.status == 'succeeded'\` first)`
    ],
    [
      "where it is known of another item of its map",
      steps(`- id: m
  map: { over: [a, b] }
  steps: [ { id: p, run: x, when: "{{ item == 'a' }}" }, { id: x, run: x, when: "{{ item == 'a' }}" } ]
- { id: q, when: "{{ steps.m.output.items[0].steps.x.status == 'succeeded' }}", run: "echo {{ steps.m.output.items[1].steps.p.output.stdout }}" }`),
      `13: steps.m.output.items[1].steps.p.output.stdout: \`p\` may not have run: it has a \`when\` (${add} \`steps.m.output.items[1].steps.p.status == 'succeeded'\` first)`
    ],
    [
      "where another step of its name was shown to have run",
      steps(`- id: c
  if: "{{ inputs.flag }}"
  then: [ { id: p, run: x, when: "{{ inputs.flag }}" }, { id: x, run: x, when: "{{ steps.p.status == 'succeeded' }}" } ]
- id: d
  if: "{{ inputs.flag }}"
  then:
    - { id: p, run: x, when: "{{ !inputs.flag }}" }
    - { id: q, when: "{{ steps.c.output.steps.x.status == 'succeeded' }}", run: "echo {{ steps.p.output.stdout }}" }`),
      `17: steps.p.output.stdout: \`p\` may not have run: it has a \`when\` (${add} \`steps.p.status == 'succeeded'\` first)`
    ],
    [
      "where a gate before it may leave it out",
      steps(`- id: c
  loop: { until: "{{ steps.p.output.exit_code == 0 }}" }
  steps: [ { id: g, gate: { approval: ok?, onReject: skip } }, { id: p, run: x } ]`),
      `11: steps.p.output.exit_code: \`p\` may not have run: a rejection at \`g\` leaves it out (${add} \`steps.p.status == 'succeeded'\` first)`
    ],
    [
      "where a step before it may fail and the target goes on",
      steps(
        `- { id: c, continueOnError: true, if: "{{ true }}", then: [ { id: o, run: x }, { id: p, run: x } ], else: [ { id: o, run: x }, { id: p, run: x } ] }
- { id: q, run: "echo {{ steps.c.output.steps.o.status }} {{ steps.c.output.steps.p.status }}" }`
      ),
      `11: steps.c.output.steps.p: \`p\` may not have run: a step before it may fail, and the target goes on (${add} \`has(steps.c.output.steps.p)\` first)`
    ],
    [
      "where the others of a map stop it and the target goes on",
      steps(
        `- { id: c, continueOnError: true, parallel: {}, steps: [ { id: m, map: { over: [1] }, steps: [ { id: p, run: x } ] } ] }
- { id: q, run: "echo {{ steps.c.output.steps.m.output.items[0].steps.p.status }}" }`
      ),
      `11: steps.c.output.steps.m.output.items[0].steps.p: \`p\` may not have run: what runs in \`m\` stops when something in it fails (${add} \`has(steps.c.output.steps.m.output.items[0].steps.p)\` first)`
    ],
    [
      "where the same id is another kind of step in the other branch",
      steps(`- { id: c, if: "{{ true }}", then: [ { id: p, run: x } ], else: [ { id: p, gate: { approval: ok? } } ] }
- { id: q, run: "echo {{ steps.c.output.steps.p.output.exit_code }}" }`),
      `11: steps.c.output.steps.p.output.exit_code: \`exit_code\` is not there in every branch: the output of \`p\` differs between them (${add} \`has(steps.c.output.steps.p.output.exit_code)\` first)`
    ]
  ])
})

describe("a name that means something elsewhere", () => {
  const items = "in a target with `forEach`, and in the steps of a `map`"
  table([
    [
      "`item` in a listed target",
      target("{ id: t, run: \"echo {{ item }}\" }"),
      `9: item: \`item\` is not known here (\`item\` is known ${items})`
    ],
    [
      "`index` in the environment of a map, which is made once",
      steps(
        "- { id: m, env: { A: \"{{ index }}\" }, map: { over: [1] }, steps: [ { id: q, run: \"echo {{ index }}\" } ] }"
      ),
      `10: index: \`index\` is not known here (\`index\` is known ${items})`
    ],
    [
      "`iteration` outside of a loop",
      steps("- { id: q, run: \"echo {{ iteration }}\" }"),
      "10: iteration: `iteration` is not known here (`iteration` is known in a `loop`: in its steps, its `while` and its `until`)"
    ],
    [
      "`targets` in a step",
      steps("- { id: q, run: \"echo {{ targets.t.status }}\" }"),
      "10: targets: `targets` is not known here (`targets` is known in `outputs`, once the run has ended)"
    ],
    [
      "`steps` in the environment of a target",
      target("{ id: t, env: { A: \"{{ steps.a.status }}\" }, run: x }"),
      "9: steps: `steps` is not known here (`steps` is known in the steps of a target)"
    ],
    [
      "`context.attempt` before there is an attempt",
      steps("- { id: q, run: \"echo {{ context.attempt }}\", when: \"{{ context.attempt == 1 }}\" }"),
      "10: attempt: `context.attempt` is only known to an attempt (it can stand in `run`, `command`, and the `env` and `workdir` of such a step)"
    ],
    [
      "`steps` in an id",
      target("{ id: \"{{ steps.a.status }}\", run: x }"),
      "9: steps: `steps` is not known yet where an id is made (`inputs` can be used here, and with `forEach` `item` and `index`)"
    ],
    [
      "a secret in a label",
      target("{ id: t, labels: { k: \"{{ inputs.token }}\" }, run: x }"),
      "9: token: `token` is secret and can't be part of a label, which is stored and shown (pass it to the steps by `env`)"
    ],
    [
      "a secret in a list of items",
      target("{ id: \"{{ item }}\", forEach: { items: \"{{ inputs.token }}\" }, run: x }"),
      "9: token: `token` is secret and can't be part of a list of items, which is stored and shown (pass it to the steps by `env`)"
    ],
    [
      "`item` where the items come from",
      target("{ id: \"{{ item }}\", forEach: { file: \"{{ item }}\" }, run: x }"),
      `9: item: \`item\` is not known here (\`item\` is known ${items})`
    ],
    [
      "`context` in outputs",
      `${target("{ id: t, run: x }")}outputs: { a: "{{ context.run_id }}", b: "{{ targets.t.status }}" }\n`,
      "10: context: `context` is not known here (`context` is known while steps run)"
    ],
    [
      "a target that is not known",
      `${target("{ id: api, run: x }")}outputs: { a: "{{ targets.apy.status }}", b: "{{ targets.api.state }}" }\n`,
      "10: apy: unknown target `apy` (did you mean `api`?)",
      "10: state: there is no `state` in `targets.api` (it has `status`)"
    ],
    [
      "the status of a target that it never has",
      `${target("{ id: api, run: x }")}outputs: { a: "{{ targets.api.status == 'complete' }}" }\n`,
      "10: targets.api.status == 'complete': the status of `targets.api` is never `complete` (did you mean `completed`?)"
    ]
  ])

  it("`item` in the environment of the batch is fine where every target has one, and told where one has none", () => {
    const batch = (more: string): string =>
      `name: a\nenv: { A: "{{ item }}" }\ntargets:\n  - { id: "{{ item }}", forEach: { items: [a] }, run: x }\n${more}`
    expect(mistakesIn(batch(""))).toEqual([])
    expect(mistakesIn(batch("  - { id: t, run: x }\n"))).toEqual([
      "2: item: `item` is not known here (this is read for every target, and `t` has no `forEach`)"
    ])
  })

  it("ids of targets that items make are not known before there are items", () => {
    expect(
      mistakesIn(
        "name: a\ntargets:\n  - { id: \"{{ item }}\", forEach: { items: [a] }, run: x }\noutputs: { a: \"{{ targets.a.status }}\" }\n"
      )
    )
      .toEqual([])
  })
})

describe("the type of `item`", () => {
  table([
    [
      "is text for lines of a file",
      target("{ id: \"{{ item }}\", forEach: { file: f }, run: \"echo {{ item.a }}\" }"),
      "9: a: text has no `a`"
    ],
    ["is anything for JSON", target("{ id: \"{{ item.id }}\", forEach: { jsonl: f }, run: \"echo {{ item.a }}\" }")],
    [
      "is a combination of a matrix",
      target(
        "{ id: \"{{ item.os }}\", forEach: { matrix: { os: [a, b], n: [1] } }, run: \"echo {{ item.so }} {{ item.n + 1 }}\" }"
      ),
      "9: so: there is no `so` in `item` (did you mean `os`?)"
    ],
    [
      "is what a list holds",
      target(
        "{ id: \"{{ item.a }}\", forEach: { items: [{ a: 1 }, { a: 2, b: x }] }, run: \"echo {{ item.b }} {{ item.c }}\" }"
      ),
      "9: c: there is no `c` in this map (it has `a`, `b`)"
    ],
    [
      "is what a map goes over, the inner one of two",
      steps(`- id: m
  map: { over: [[1, 2], [3]] }
  steps:
    - id: n
      map: { over: "{{ item }}" }
      steps: [ { id: q, run: "echo {{ item + 1 }} {{ item + 'x' }}" } ]`),
      "15: item + 'x': an integer and text can't be added (make both sides text with `string(…)`)"
    ],
    [
      "is that of an expression in a list",
      steps(
        "- { id: m, map: { over: [\"{{ inputs.count }}\", 2] }, steps: [ { id: q, run: \"echo {{ item + 1 }} {{ item.x }}\" } ] }"
      ),
      "10: x: an integer has no `x`"
    ]
  ])
})

describe("a place that wants something", () => {
  table([
    [
      "true or false",
      steps(`- { id: a, run: x, when: "{{ inputs.level }}" }
- { id: b, gate: { policy: "{{ inputs.count }}" } }
- { id: c, if: "{{ inputs.suites }}", then: [ { id: x, run: x } ] }
- { id: d, loop: { while: "{{ 1 }}" }, steps: [ { id: x, run: x } ] }
- { id: e, loop: { until: "{{ 'x' }}" }, steps: [ { id: x, run: x } ] }
- { id: f, run: x, when: "{{ inputs.level | default(true) }}" }`),
      ...[
        ["10: inputs.level", "text"],
        ["11: inputs.count", "an integer"],
        ["12: inputs.suites", "a list"],
        ["13: 1", "an integer"],
        ["14: 'x'", "text"],
        ["15: inputs.level | default(true)", "text or true or false"]
      ].map(([place, what]) =>
        `${place}: a condition must be true or false, and this is ${what} (compare it with something, such as \`… != ''\` or \`… == 0\`)`
      )
    ],
    [
      "a list",
      steps(`- { id: m, map: { over: "{{ inputs.level }}" }, steps: [ { id: x, run: x } ] }
- { id: n, map: { over: "all of {{ inputs.suites }}" }, steps: [ { id: x, run: x } ] }`),
      "10: inputs.level: `over` must give a list, and this is text (for example an input of type `array`)",
      "11: all of {{ inputs.suites }}: a text where a list, or one `{{ … }}` that gives a list, belongs (for example `over: [a, b]` or `over: \"{{ inputs.suites }}\"`)"
    ],
    [
      "a list of items",
      target("{ id: \"{{ item }}\", forEach: { items: \"{{ inputs.level }}\" }, run: x }"),
      "9: inputs.level: `items` must give a list, and this is text (for example an input of type `array`)"
    ],
    [
      "one of the cases",
      steps(
        "- { id: c, switch: \"{{ inputs.level }}\", cases: { ful: [ { id: x, run: x } ], quick: [ { id: x, run: x } ] } }\n- { id: d, switch: \"{{ inputs.level }}!\", cases: { x: [ { id: x, run: x } ] } }"
      ),
      "10: ful: `inputs.level` is never `ful` (did you mean `full`?)"
    ]
  ])
})

describe("every text of a step", () => {
  const nope = "{{ inputs.nope }}"
  it("is looked at, and told in the order of the manifest", () => {
    const text = `name: a
env: { A: "${nope}" }
workdir: "${nope}"
targets:
  - id: "${nope}"
    labels: { a: "${nope}" }
    needs: [ "${nope}" ]
    env: { A: "${nope}" }
    workdir: "${nope}"
    steps:
      - { id: a, when: "${nope}", run: "echo ${nope}", env: { A: "${nope}" }, workdir: "${nope}" }
      - { id: b, command: [ echo, "${nope}" ] }
      - { id: c, gate: { approval: "${nope}", show: "${nope}" } }
      - { id: d, gate: { policy: "${nope}" } }
      - { id: e, gate: { policy: { run: "echo ${nope}" } } }
      - { id: f, if: "${nope}", env: { A: "${nope}" }, workdir: "${nope}", then: [ { id: x, run: "echo ${nope}" } ], else: [ { id: x, run: "echo ${nope}" } ] }
      - { id: g, switch: "${nope}", cases: { a: [ { id: x, run: "echo ${nope}" } ] }, default: [ { id: x, run: "echo ${nope}" } ] }
      - { id: h, map: { over: "${nope}" }, steps: [ { id: x, run: "echo ${nope}" } ] }
      - { id: i, map: { over: [ "${nope}", { a: [ "${nope}" ] } ] }, steps: [ { id: x, run: x } ] }
      - { id: j, parallel: {}, steps: [ { id: x, run: "echo ${nope}" } ] }
      - { id: k, loop: { while: "${nope}" }, steps: [ { id: x, run: "echo ${nope}" } ] }
      - { id: l, loop: { until: "${nope}" }, steps: [ { id: x, parallel: {}, steps: [ { id: y, run: "echo ${nope}" } ] } ] }
  - { id: "{{ item }}", forEach: { items: "${nope}" }, run: "echo ${nope}" }
  - { id: "{{ item }}", forEach: { file: "${nope}" }, command: [ "${nope}" ] }
outputs: { a: "${nope}" }
`
    const told = mistakesIn(text)
    const wanted = text.split("\n").flatMap((line, at) =>
      Array.from(
        { length: line.split(nope).length - 1 },
        () => `${at + 1}: nope: unknown input \`nope\` (declare it: \`inputs: { nope: { type: string } }\`)`
      )
    )
    expect(told).toEqual(wanted)
    expect(told.length).toBeGreaterThan(30)
  })

  it("in a comment of a script may be as wrong as it likes", () => {
    expect(mistakesIn(steps("- id: a\n  run: |\n    # {{ steps.nope }} {{ inputs.nope }}\n    echo x"))).toEqual([])
  })

  it("in a script is told at each place where it stands", () => {
    expect(mistakesIn(steps("- id: a\n  run: |\n    echo {{ inputs.nope }}\n    echo {{ inputs.nope }}"))).toHaveLength(
      2
    )
  })

  it("of a check goes by the check's own shell", () => {
    expect(
      mistakesIn(
        steps(
          "- { id: a, gate: { policy: { run: \"print({{ inputs.count }})\", shell: python3 } } }\n- { id: b, gate: { policy: { run: \"test '{{ inputs.count }}'\" } } }"
        )
      )
    ).toEqual([
      "10: {{: a value can only be put into the script of a POSIX shell (pass it by `env: { NAME: \"{{ … }}\" }` and read it from there)",
      "11: {{ inputs.count }}: `{{ inputs.count }}`: single quotes keep a shell from putting a value in (use double quotes, \"…{{ inputs.count }}…\")"
    ])
  })
})
