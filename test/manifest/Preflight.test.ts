import { describe, expect, it } from "@effect/vitest"
import { mistakesIn } from "./reading.ts"

const batch = (checks: string, more = "") =>
  `name: a
inputs:
  level: { type: string, enum: [quick, full], default: quick }
  token: { type: string, secret: true }
preflight:
${checks.replace(/^/gm, "  ")}
targets:
  - { id: t, run: make }
${more}`

const table = (rows: ReadonlyArray<readonly [what: string, text: string, ...told: ReadonlyArray<string>]>): void => {
  it.each(rows.map(([what, text, ...told]) => [what, text, told] as const))("%s", (_what, text, told) => {
    expect(mistakesIn(text)).toEqual(told)
  })
}

const fields = `- id: api-up
  name: The API answers
  run: 'curl -fsS -H "$TOKEN" "{{ env.API }}/health"'
  shell: bash -e
  when: "{{ inputs.level == 'full' }}"
  continueOnError: true
  timeout: 10s
  failure: { retries: { maxAttempts: 5, on: { exitCodes: [7] } }, timeout: 1m }
  env: { TOKEN: "{{ inputs.token }}", AT: "{{ context.run_id }} {{ context.run_dir }} {{ context.attempt }}" }
  workdir: checks
- { id: disk, command: [./disk, "{{ context.batch }}"] }`

describe("a preflight", () => {
  table([
    ["takes scripts and commands, with what a step of its kind has", batch(fields)],
    [
      "needs a check",
      batch("[]"),
      "6: []: `preflight` must be a list of at least one check, not an empty list (for example `- { id: api-up, run: 'curl -fsS \"$API/health\"' }`)"
    ],
    [
      "tells checks apart by their ids",
      batch("- { id: up, run: a }\n- { id: up, run: b }"),
      "7: up: step id `up` is used twice in the preflight (the other is `preflight[0]`: expressions and logs need to tell them apart)"
    ],
    [
      "has checks that have an id",
      batch("- run: a"),
      "6: run: a: `id` is missing (add `id`: what logs and summaries call the check; unique in the preflight)"
    ],
    [
      "has checks that do one thing",
      batch("- { id: up, run: a, command: [b] }"),
      "6: command: a check has either `run` or `command`, not both (take one of them out)"
    ],
    [
      "suggests the key that was meant",
      batch("- { id: up, run: a, continueOnErorr: true, timeuot: 1s }"),
      "6: continueOnErorr: unknown key `continueOnErorr` (did you mean `continueOnError`?)",
      "6: timeuot: unknown key `timeuot` (did you mean `timeout`?)"
    ],
    [
      "takes booleans alone for `continueOnError`",
      batch("- { id: up, run: a, continueOnError: \"true\" }"),
      "6: \"true\": `continueOnError` must be true or false, not the text \"true\" (write `continueOnError: true`, without quotes)"
    ],
    [
      "is no list of targets",
      batch("- { id: up, run: a, needs: [t] }"),
      "6: needs: `needs` does not belong here (checks come one after the other, in the order of the list)"
    ]
  ])

  const kinds: ReadonlyArray<readonly [key: string, step: string, hint: string]> = [
    ["gate", "gate: { approval: Go? }", "nobody is asked before a run: put a gate first among the steps of a target"],
    ["if", "if: \"{{ true }}\"", "a check is left out with `when`"],
    ["switch", "switch: x", "a check is left out with `when`"],
    ["map", "map: { over: [1] }", "checks are listed one by one: write one for each item"],
    ["parallel", "parallel: {}", "checks come one after the other: put each into the list itself"],
    [
      "loop",
      "loop: { until: \"{{ true }}\" }",
      "try it again with `failure: { retries: { maxAttempts: 10, backoffSeconds: 30, factor: 1 } }`"
    ]
  ]
  it.each(kinds)("has no `%s`, and says what there is instead", (key, step, hint) => {
    expect(mistakesIn(batch(`- { id: up, ${step} }`))).toEqual([
      `6: ${key}: a check needs \`run\` or \`command\` (\`${key}\` alone does not make it one: ${hint})`
    ])
  })

  const strays: ReadonlyArray<readonly [field: string, hint: string]> = [
    ["outputs: json", "nothing comes after a check that could see its output: take it out"],
    ["idempotent: false", "a check is made again on every resume, so it has to be such that it may: take it out"],
    ["retries: { maxAttempts: 2 }", "put it under `failure`, as in `failure: { retries: { maxAttempts: 3 } }`"],
    ["circuitBreaker: false", "a breaker counts the steps of a target, and a check belongs to none"]
  ]
  it.each(strays)("has no `%s`", (field, hint) => {
    const [key = ""] = field.split(":", 1)
    expect(mistakesIn(batch(`- { id: up, run: a, ${field} }`))).toEqual([
      `6: ${key}: \`${key}\` does not belong here (${hint})`
    ])
  })

  it.each([
    ["a target", "  - { id: u, run: make, preflight: [{ id: up, run: a }] }"],
    ["a step", "  - { id: u, steps: [{ id: s, run: make, preflight: [{ id: up, run: a }] }] }"]
  ])("stands at the top of the manifest, not on %s", (_where, target) => {
    expect(mistakesIn(`name: a\ntargets:\n${target}\n`)).toEqual([
      "3: preflight: `preflight` does not belong here (it is made before any target starts: put it at the top of the manifest)"
    ])
  })
})

describe("an expression in a check", () => {
  const check = (text: string): string => batch(`- { id: one, run: a }\n- { id: up, run: 'echo "{{ ${text} }}"' }`)
  table([
    ["sees inputs, the environment and the run", check("inputs.level + env.HOME + context.run_id")],
    [
      "sees no steps, not even earlier checks",
      check("steps.one.status"),
      "7: steps: `steps` is not known here (`steps` is known in the steps of a target)"
    ],
    [
      "sees no item",
      check("item"),
      "7: item: `item` is not known here (`item` is known in a target with `forEach`, and in the steps of a `map`)"
    ],
    [
      "sees no targets",
      check("targets.t.status"),
      "7: targets: `targets` is not known here (`targets` is known in `outputs`, once the run has ended)"
    ],
    ["names inputs that there are", check("inputs.levle"), "7: levle: unknown input `levle` (did you mean `level`?)"],
    [
      "compares what can be alike",
      batch("- { id: up, run: a, when: \"{{ inputs.level == 'ful' }}\" }"),
      "6: inputs.level == 'ful': `inputs.level` is never `ful` (did you mean `full`?)"
    ],
    [
      "is true or false in `when`",
      batch("- { id: up, run: a, when: \"{{ inputs.level }}\" }"),
      "6: inputs.level: a condition must be true or false, and this is text (compare it with something, such as `… != ''` or `… == 0`)"
    ],
    [
      "is data, so not in single quotes of a script",
      batch("- id: up\n  run: echo '{{ inputs.level }}'"),
      "7: {{ inputs.level }}: `{{ inputs.level }}`: single quotes keep a shell from putting a value in (use double quotes, \"…{{ inputs.level }}…\")"
    ]
  ])

  it("is checked in what the batch gives to all targets, which may have items that a check has not", () => {
    const text = (preflight: string) =>
      `name: a
${preflight}
env: { HOST: "{{ item }}", AT: "{{ context.target }}" }
targets:
  - { id: "t-{{ item }}", forEach: { items: [x] }, run: make }
`
    expect(mistakesIn(text(""))).toEqual([])
    expect(mistakesIn(text("preflight: [{ id: up, run: a }]"))).toEqual([
      "3: item: `item` is not known here (this is read for the preflight too, which has no items: put it on the targets)"
    ])
  })
})
