import { describe, expect, it } from "vitest"
import { workplace } from "./pawl.ts"
import { expectRefused, refusalOf, runsOf } from "./refusal.ts"

const head = `name: batch
inputs:
  level: { type: string, enum: [quick, full], default: quick }
  suites: { type: array, default: [smoke] }
  count: { type: integer, default: 1 }
`

/** A target with these steps. */
const steps = (text: string): string => `${head}targets:\n  - id: t\n    steps:\n${text.replace(/^/gm, "      ")}\n`

interface Mistake {
  readonly what: string
  readonly text: string
  /** What the caret stands under, which stands in the text once, between `«` and `»`. */
  readonly message: string
  readonly hint?: string
}

const looking = "add `| default(…)` at the end, or test"

const mistakes: ReadonlyArray<Mistake> = [
  {
    what: "an unknown step",
    text: steps("- { id: build, run: make }\n- { id: ship, run: \"echo {{ steps.«biuld».status }}\" }"),
    message: "unknown step `biuld`",
    hint: "did you mean `build`?"
  },
  {
    what: "a step that comes later",
    text: steps("- { id: ship, run: \"echo {{ steps.«build».status }}\" }\n- { id: build, run: make }"),
    message: "step `build` comes later",
    hint: "a step sees those before it: move `build` up, before `ship`"
  },
  {
    what: "a step in the other branch",
    text: steps(`- id: choose
  if: "{{ inputs.level == 'full' }}"
  then: [{ id: build, run: make }]
  else: [{ id: ship, run: "echo {{ steps.«build».status }}" }]`),
    message: "step `build` is in `then` of `choose`, and this is in `else`",
    hint: "only one of them is done"
  },
  {
    what: "a step beside this one",
    text: steps(`- id: both
  parallel: {}
  steps: [{ id: build, run: make }, { id: ship, run: "echo {{ steps.«build».status }}" }]`),
    message: "step `build` runs beside this one, and neither sees the other",
    hint: "put one of them after `both`"
  },
  {
    what: "a step within another, as if it were outside",
    text: steps(`- id: shards
  map: { over: "{{ inputs.suites }}" }
  steps: [{ id: e2e, run: make }]
- { id: ship, run: "echo {{ steps.«e2e».output.exit_code }}" }`),
    message: "step `e2e` is within `shards`",
    hint: "from outside it is `steps.shards.output.items[0].steps.e2e`"
  },
  {
    what: "a step under `when`, without a default",
    text: steps(`- { id: build, when: "{{ inputs.level == 'full' }}", run: make }
- { id: ship, run: "echo {{ «steps.build.output.stdout» }}" }`),
    message: "`build` may not have run: it has a `when`",
    hint: `${looking} \`steps.build.status == 'succeeded'\` first`
  },
  {
    what: "a step of a branch, without a default",
    text: steps(`- { id: choose, if: "{{ inputs.level == 'full' }}", then: [{ id: build, run: make }] }
- { id: ship, run: "echo {{ «steps.choose.output.steps.build».output.stdout }}" }`),
    message: "`build` may not have run: it is in `then` of `choose`",
    hint: `${looking} \`has(steps.choose.output.steps.build)\` first`
  },
  {
    what: "the first look of a `while`",
    text: steps(`- id: poll
  loop: { while: "{{ «steps.look».output.exit_code != 0 }}" }
  steps: [{ id: look, run: ./look.sh, continueOnError: true }]`),
    message: "`look` has not run before the first iteration",
    hint: `${looking} \`has(steps.look)\` first`
  },
  {
    what: "an unknown input",
    text: steps("- { id: ship, run: \"echo {{ inputs.«lvel» }}\" }"),
    message: "unknown input `lvel`",
    hint: "did you mean `level`?"
  },
  {
    what: "an unknown function",
    text: steps("- { id: ship, run: \"echo {{ «basenam(inputs.level)» }}\" }"),
    message: "`basenam(inputs.level)`: unknown function `basenam`",
    hint: "did you mean `basename`?"
  },
  {
    what: "a function of the wrong kind of value",
    text: steps("- { id: ship, run: \"echo {{ «size(inputs.count)» }}\" }"),
    message: "there is no `size` with an integer",
    hint: "it is `size(string): int` or `size(bytes): int` or `size(list<dyn>): int` or `size(map<dyn, dyn>): int`"
  },
  {
    what: "an unknown field of a step",
    text: steps("- { id: build, run: make }\n- { id: ship, when: \"{{ steps.build.«exit_code» == 0 }}\", run: make }"),
    message: "there is no `exit_code` in `steps.build`",
    hint: "did you mean `output.exit_code`?"
  },
  {
    what: "a comparison of unlike types",
    text: steps(
      "- { id: build, run: make }\n- { id: ship, when: \"{{ «steps.build.output.exit_code == '0'» }}\", run: make }"
    ),
    message: "an integer is compared with text, so that it is always false",
    hint: "make both sides alike with `string(…)`, `int(…)` or `double(…)`"
  },
  {
    what: "an order of unlike types",
    text: steps("- { id: ship, when: \"{{ «inputs.level > 3» }}\", run: make }"),
    message: "text is compared with an integer",
    hint: "make both sides alike with `string(…)`, `int(…)` or `double(…)`"
  },
  {
    what: "a status that no step ever has",
    text: steps(
      "- { id: build, run: make }\n- { id: ship, when: \"{{ «steps.build.status == 'suceeded'» }}\", run: make }"
    ),
    message: "the status of `build` is never `suceeded`",
    hint: "did you mean `succeeded`?"
  },
  {
    what: "a text that an input never is",
    text: steps("- { id: ship, when: \"{{ «inputs.level == 'ful'» }}\", run: make }"),
    message: "`inputs.level` is never `ful`",
    hint: "did you mean `full`?"
  },
  {
    what: "a value in single quotes in a script",
    text: steps("- { id: ship, run: \"echo '«{{ inputs.level }}»'\" }"),
    message: "`{{ inputs.level }}`: single quotes keep a shell from putting a value in",
    hint: "use double quotes, \"…{{ inputs.level }}…\""
  },
  {
    what: "a value in single quotes in the script of a check",
    text: steps("- { id: may, gate: { policy: { run: \"test '«{{ inputs.level }}»' = full\" } } }"),
    message: "`{{ inputs.level }}`: single quotes keep a shell from putting a value in",
    hint: "use double quotes, \"…{{ inputs.level }}…\""
  },
  {
    what: "a policy that is not true or false",
    text: steps("- { id: may, gate: { policy: \"{{ «inputs.level» }}\" } }"),
    message: "a condition must be true or false, and this is text",
    hint: "compare it with something, such as `… != ''` or `… == 0`"
  },
  {
    what: "a condition that is not true or false",
    text: steps("- { id: choose, if: \"{{ «inputs.count» }}\", then: [{ id: build, run: make }] }"),
    message: "a condition must be true or false, and this is an integer",
    hint: "compare it with something, such as `… != ''` or `… == 0`"
  },
  {
    what: "a map over something that is no list",
    text: steps("- { id: shards, map: { over: \"{{ «inputs.level» }}\" }, steps: [{ id: e2e, run: make }] }"),
    message: "`over` must give a list, and this is text",
    hint: "for example an input of type `array`"
  },
  {
    what: "`item` where there is none",
    text: steps("- { id: ship, run: \"echo {{ «item» }}\" }"),
    message: "`item` is not known here",
    hint: "`item` is known in a target with `forEach`, and in the steps of a `map`"
  },
  {
    what: "an unknown target",
    text: `${head}targets: [{ id: api, run: make }]\noutputs: { done: "{{ targets.«apy».status == 'completed' }}" }\n`,
    message: "unknown target `apy`",
    hint: "did you mean `api`?"
  }
]

/** The text without its marks, and where what was marked stands. */
const marked = (text: string) => {
  const [before = "", part = "", after = ""] = text.split(/[«»]/)
  const lines = before.split("\n")
  const column = (lines.at(-1)?.length ?? 0) + 1
  return {
    text: before + part + after,
    place: { file: "batch.yaml", line: lines.length, column, endColumn: column + part.length }
  }
}

describe("a manifest is refused before anything runs for", () => {
  it.each(mistakes)("$what", async ({ hint, message, text }) => {
    const { place: where, text: manifest } = marked(text)
    const place = workplace()
    place.write("batch.yaml", manifest)
    const { errors } = refusalOf(await place.pawl("validate", "batch.yaml", "--format", "json"), 65)
    expect(errors).toEqual([{ ...where, path: expect.any(String), message, ...(hint === undefined ? {} : { hint }) }])
    expectRefused(await place.pawl("run", "batch.yaml"), 65)
    expect(runsOf(place)).toEqual([])
  })

  it("all of that at once, in the order of the text, each with its line and a caret", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      steps(`- { id: build, run: "echo {{ inputs.lvel }}" }
- id: ship
  when: "{{ steps.biuld.status == 'succeeded' && inputs.level > 3 }}"
  run: |
    echo '{{ item }}'
    echo {{ steps.later.output.stdout }}
- { id: later, run: make }`)
    )
    const answer = await place.pawl("validate", "batch.yaml")
    expectRefused(answer, 65)
    expect(answer.stderr).toBe(`error: batch.yaml:9:43: unknown input \`lvel\`
  |
9 |       - { id: build, run: "echo {{ inputs.lvel }}" }
  |                                           ^^^^

hint: did you mean \`level\`?

error: batch.yaml:11:25: unknown step \`biuld\`
   |
11 |         when: "{{ steps.biuld.status == 'succeeded' && inputs.level > 3 }}"
   |                         ^^^^^

hint: did you mean \`build\`?

error: batch.yaml:11:56: text is compared with an integer
   |
11 |         when: "{{ steps.biuld.status == 'succeeded' && inputs.level > 3 }}"
   |                                                        ^^^^^^^^^^^^^^^^

hint: make both sides alike with \`string(…)\`, \`int(…)\` or \`double(…)\`

error: batch.yaml:13:17: \`{{ item }}\`: single quotes keep a shell from putting a value in
   |
13 |           echo '{{ item }}'
   |                 ^^^^^^^^^^

hint: use double quotes, "…{{ item }}…"

error: batch.yaml:13:20: \`item\` is not known here
   |
13 |           echo '{{ item }}'
   |                    ^^^^

hint: \`item\` is known in a target with \`forEach\`, and in the steps of a \`map\`

error: batch.yaml:14:25: step \`later\` comes later
   |
14 |           echo {{ steps.later.output.stdout }}
   |                         ^^^^^

hint: a step sees those before it: move \`later\` up, before \`ship\`

6 errors
`)
  })
})

describe("a manifest is good", () => {
  it.each([
    [
      "if",
      `- { id: flaky, run: ./flaky.sh, continueOnError: true }
- id: recover
  if: "{{ steps.flaky.output.exit_code != 0 }}"
  then: [{ id: reset, run: ./reset.sh }]
  else: [{ id: note, run: "echo {{ steps.flaky.output.stdout }}" }]
- { id: after, run: "echo {{ steps.recover.output.steps.reset.output.exit_code | default('not reset') }}" }`
    ],
    [
      "switch",
      `- id: choose
  switch: "{{ inputs.level }}"
  cases:
    quick: [{ id: test, run: make quick }]
    full: [{ id: test, run: make test }]
  default: [{ id: test, run: make any }]
- { id: after, run: "echo {{ steps.choose.output.steps.test.output.stdout }}" }`
    ],
    [
      "map",
      `- id: shards
  map: { over: "{{ inputs.suites }}", maxParallel: 4 }
  steps:
    - { id: e2e, command: [./e2e, --suite, "{{ item }}", --n, "{{ index }}"], outputs: json }
    - { id: note, run: "echo {{ steps.e2e.output.json.summary.name }}" }
- id: after
  when: "{{ steps.shards.output.items.all(i, i.status == 'succeeded') }}"
  run: "echo {{ steps.shards.output.items | map('steps.e2e.output.exit_code') | join(',') }}"`
    ],
    [
      "parallel",
      `- { id: build, run: make }
- id: both
  parallel: { maxParallel: 2 }
  steps:
    - { id: a, run: "echo {{ steps.build.output.stdout }}" }
    - { id: b, run: make b }
- { id: after, run: "echo {{ steps.both.output.steps.a.output.stdout }} {{ steps.both.output.steps.b.attempts }}" }`
    ],
    [
      "loop",
      `- id: poll
  loop: { until: "{{ steps.look.output.exit_code == 0 || iteration > 5 }}", every: 1s }
  steps: [{ id: look, run: "./look.sh {{ iteration }}", continueOnError: true }]
- id: drain
  loop: { while: "{{ iteration == 0 || steps.take.output.stdout != '' }}" }
  steps: [{ id: take, run: ./take.sh }]
- { id: after, run: "echo {{ steps.poll.output.iterations }} {{ steps.poll.output.steps.look.output.stdout }}" }`
    ],
    [
      "gate",
      `- { id: ship, gate: { approval: "Ship {{ inputs.level }}?", options: [blue, green], show: "{{ inputs.level }}.txt" } }
- { id: may, gate: { policy: "{{ inputs.level == 'full' && inputs.count < 3 }}" } }
- { id: check, gate: { policy: { run: "test \\"{{ inputs.level }}\\" = full" } } }
- { id: blue, when: "{{ steps.ship.output.option == 'blue' }}", run: "echo {{ steps.ship.output.note | default('') }}" }
- { id: after, when: "{{ steps.blue.status != 'skipped' }}", run: "echo {{ steps.blue.output.stdout }}" }`
    ]
  ])("with %s", async (_kind, text) => {
    const place = workplace()
    place.write("batch.yaml", steps(text))
    expect(await place.pawl("validate", "batch.yaml")).toMatchObject({ code: 0, stderr: "" })
  })
})
