import { describe, expect, it } from "@effect/vitest"
import type { ValueObject } from "../../src/expression/Value.ts"
import type { Previewing } from "./previewing.ts"
import { shownSteps, simulated, stepAt, target, textOf } from "./previewing.ts"

const inputs = `inputs:
  level: { type: string, default: quick }
  list: { type: array, default: [a, b] }
  none: { type: array, default: [] }
  token: { type: string, secret: true }
`
const values = { level: "quick", list: ["a", "b"], none: [], token: "s3cret" }
const batch = (steps: string): string => target(steps, inputs)

describe("whether a step would be done", () => {
  it.each<readonly [what: string, steps: string, shown: ReadonlyArray<string>]>([
    ["a plain step is pending", "- { id: a, run: 'true' }", ["a: pending"]],
    ["`when` that is true", "- { id: a, when: \"{{ inputs.level == 'quick' }}\", run: 'true' }", ["a: pending"]],
    ["`when` that is false", "- { id: a, when: \"{{ inputs.level == 'full' }}\", run: 'true' }", [
      "a: skipped, when-false"
    ]],
    [
      "`when` on a step's outcome",
      `- { id: a, run: 'true', continueOnError: true }
- { id: b, when: "{{ steps.a.status == 'failed' }}", run: 'true' }`,
      ["a: pending", "b: pending, conditional"]
    ],
    ["`when` on a secret", "- { id: a, when: \"{{ inputs.token != '' }}\", run: 'true' }", ["a: pending, conditional"]],
    ["a gate for a person", "- { id: a, gate: { approval: Go? } }\n- { id: b, run: 'true' }", [
      "a: requires-approval",
      "b: pending"
    ]],
    [
      "a gate that may not be reached",
      "- { id: a, when: \"{{ inputs.token != '' }}\", gate: { approval: Go? } }",
      ["a: requires-approval, conditional"]
    ],
    ["a check", "- { id: a, gate: { policy: { run: ./may.sh } } }", ["a: requires-policy"]],
    ["a rule about a secret", "- { id: a, gate: { policy: \"{{ inputs.token != '' }}\" } }", ["a: requires-policy"]],
    [
      "a rule that is met",
      "- { id: a, gate: { policy: \"{{ inputs.level == 'quick' }}\" } }\n- { id: b, run: 'true' }",
      ["a: pending", "b: pending"]
    ],
    [
      "a rule that is not, which aborts",
      `- { id: a, gate: { policy: "{{ inputs.level == 'full' }}" } }
- { id: b, run: 'true' }`,
      ["a: pending", "b: skipped, not-reached"]
    ],
    [
      "a rule that is not, which skips the rest of its list",
      `- id: p
  parallel: {}
  steps:
    - id: if
      if: "{{ true }}"
      then:
        - { id: a, gate: { policy: "{{ inputs.level == 'full' }}", onReject: skip } }
        - { id: b, run: 'true' }
    - { id: c, run: 'true' }
- { id: d, run: 'true' }`,
      [
        "p: pending",
        "p::if: pending, takes then",
        "p::if::a: pending",
        "p::if::b: skipped, gate-rejected",
        "p::c: pending",
        "d: pending"
      ]
    ],
    [
      "a rule that is not, which is looked at again",
      `- { id: a, gate: { policy: "{{ false }}", onReject: retry } }
- { id: b, run: 'true' }`,
      ["a: pending", "b: skipped, not-reached"]
    ],
    [
      "a rule that is not, where only the run knows whether it is looked at",
      `- id: a
  when: "{{ inputs.token != '' }}"
  gate: { policy: "{{ false }}" }
- { id: b, run: 'true' }`,
      ["a: pending, conditional", "b: pending"]
    ],
    [
      "the branch that is taken",
      `- id: a
  if: "{{ inputs.level == 'quick' }}"
  then: [{ id: yes, run: 'true' }]
  else: [{ id: no, run: 'true' }]`,
      ["a: pending, takes then", "a::yes: pending", "a::no: skipped, branch-not-taken"]
    ],
    [
      "branches that only the run can choose from",
      `- id: a
  if: "{{ inputs.token == 'x' }}"
  then: [{ id: yes, gate: { approval: Go? } }]
  else: [{ id: no, when: "{{ false }}", run: 'true' }]`,
      ["a: pending", "a::yes: requires-approval, conditional", "a::no: skipped, when-false"]
    ],
    [
      "the case of the same text",
      `- id: a
  switch: "{{ size(inputs.list) }}"
  cases: { '1': [{ id: one, run: 'true' }], '2': [{ id: two, run: 'true' }] }
  default: [{ id: other, run: 'true' }]`,
      [
        "a: pending, takes case:2",
        "a::one: skipped, branch-not-taken",
        "a::two: pending",
        "a::other: skipped, branch-not-taken"
      ]
    ],
    [
      "no case of that text",
      "- id: a\n  switch: \"{{ inputs.level }}\"\n  cases: { full: [{ id: all, run: 'true' }] }",
      ["a: pending, takes default", "a::all: skipped, branch-not-taken"]
    ],
    [
      "each item of a list",
      "- id: m\n  map: { over: \"{{ inputs.list }}\" }\n  steps: [{ id: s, run: 'true' }]",
      ["m: pending", "m[0]::s: pending", "m[1]::s: pending"]
    ],
    ["no items", "- id: m\n  map: { over: \"{{ inputs.none }}\" }\n  steps: [{ id: s, run: 'true' }]", [
      "m: pending",
      "m[]::s: skipped, no-items"
    ]],
    [
      "items that only the run knows",
      `- { id: list, run: 'true', outputs: json }
- id: m
  map: { over: "{{ steps.list.output.json }}" }
  steps: [{ id: s, gate: { policy: "{{ false }}" } }, { id: t, gate: { approval: Go? } }]
- { id: after, run: 'true' }`,
      ["list: pending", "m: pending", "m[]::s: pending, conditional", "m[]::t: skipped, not-reached", "after: pending"]
    ],
    [
      "items one after the other, of which one is sure to fail",
      `- id: m
  map: { over: [0, 9, 1] }
  steps: [{ id: s, run: 'echo {{ inputs.list[item] }}' }]
- { id: after, run: 'true' }`,
      [
        "m: pending",
        "m[0]::s: pending",
        "m[1]::s: pending, problem: `inputs.list[item]`: the list has no element 9",
        "m[2]::s: skipped, not-reached",
        "after: skipped, not-reached"
      ]
    ],
    [
      "items of which one is sure to fail, all of them attempted",
      `- id: m
  continueOnError: true
  map: { over: [0, 9, 1] }
  steps: [{ id: s, run: 'echo {{ inputs.list[item] }}' }]
- { id: after, run: 'true' }`,
      [
        "m: pending",
        "m[0]::s: pending",
        "m[1]::s: pending, problem: `inputs.list[item]`: the list has no element 9",
        "m[2]::s: pending",
        "after: pending"
      ]
    ],
    [
      "what depends on the item",
      `- id: m
  map: { over: "{{ inputs.list }}" }
  steps:
    - { id: s, when: "{{ item == 'b' }}", run: 'true' }
    - { id: t, if: "{{ index == 0 }}", then: [{ id: u, run: 'true' }] }`,
      [
        "m: pending",
        "m[0]::s: skipped, when-false",
        "m[0]::t: pending, takes then",
        "m[0]::t::u: pending",
        "m[1]::s: pending",
        "m[1]::t: pending, takes else",
        "m[1]::t::u: skipped, branch-not-taken"
      ]
    ],
    [
      "items one after the other, of which one ends it all",
      `- id: m
  map: { over: [1, 2, 3] }
  steps:
    - { id: s, gate: { policy: "{{ item != 2 }}" } }
- { id: after, run: 'true' }`,
      [
        "m: pending",
        "m[0]::s: pending",
        "m[1]::s: pending",
        "m[2]::s: skipped, not-reached",
        "after: skipped, not-reached"
      ]
    ],
    [
      "items side by side, of which one ends it all",
      `- id: m
  map: { over: [1, 2, 3], maxParallel: 2 }
  steps:
    - { id: s, gate: { policy: "{{ item != 1 }}" } }
- { id: after, run: 'true' }`,
      ["m: pending", "m[0]::s: pending", "m[1]::s: pending", "m[2]::s: pending", "after: skipped, not-reached"]
    ],
    [
      "a loop until something comes",
      `- id: l
  loop: { until: "{{ steps.s.output.exit_code == 0 }}" }
  steps: [{ id: s, run: 'true', continueOnError: true }]`,
      ["l: pending", "l[]::s: pending"]
    ],
    [
      "a loop that may not begin",
      `- { id: a, run: 'true', continueOnError: true }
- id: l
  loop: { while: "{{ steps.a.status == 'failed' }}" }
  steps: [{ id: s, run: 'true' }]`,
      ["a: pending", "l: pending", "l[]::s: pending, conditional"]
    ],
    [
      "a loop that goes round too often to be counted",
      "- id: l\n  loop: { while: \"{{ iteration < 500 }}\", maxIterations: 1000 }\n  steps: [{ id: s, run: 'true' }]",
      ["l: pending", "l[]::s: pending"]
    ],
    [
      "a loop whose condition is sure to fail after a while",
      `- id: l
  continueOnError: true
  loop: { while: "{{ inputs.list[iteration] != 'x' }}" }
  steps: [{ id: s, run: 'true' }]
- { id: after, run: 'true' }`,
      [
        "l: pending, problem: `inputs.list[iteration] != 'x'`: the list has no element 2",
        "l[]::s: pending",
        "after: pending"
      ]
    ],
    [
      "a loop that never begins, since its condition is sure to fail",
      "- id: l\n  loop: { while: \"{{ inputs.none[iteration] != 'x' }}\" }\n  steps: [{ id: s, run: 'true' }]",
      [
        "l: pending, problem: `inputs.none[iteration] != 'x'`: the list has no element 0",
        "l[]::s: skipped, not-reached"
      ]
    ],
    [
      "a loop that ends its target in the first round",
      `- id: l
  continueOnError: true
  loop: { until: "{{ false }}" }
  steps: [{ id: s, gate: { policy: "{{ false }}" } }]
- { id: after, run: 'true' }`,
      ["l: pending", "l[]::s: pending", "after: skipped, not-reached"]
    ],
    [
      "a loop that does not begin",
      "- id: l\n  loop: { while: \"{{ false }}\" }\n  steps: [{ id: s, run: 'true' }]",
      ["l: pending", "l[]::s: skipped, no-iterations"]
    ],
    [
      "a loop without end",
      `- id: l
  loop: { while: "{{ true }}", maxIterations: 3 }
  steps: [{ id: s, run: 'true' }]
- { id: after, run: 'true' }`,
      [
        "l: pending, problem: it is not done after 3 iterations, its `maxIterations`",
        "l[]::s: pending",
        "after: skipped, not-reached"
      ]
    ],
    [
      "what is within a step that is skipped",
      `- id: a
  when: "{{ false }}"
  map: { over: "{{ inputs.list }}" }
  steps: [{ id: l, loop: { until: "{{ true }}" }, steps: [{ id: s, run: 'true' }] }]`,
      [
        "a: skipped, when-false",
        "a[]::l: skipped, parent-skipped",
        "a[]::l[]::s: skipped, parent-skipped"
      ]
    ],
    [
      "an expression that is sure to fail",
      `- { id: a, run: 'echo {{ inputs.list[5] }}' }
- { id: b, run: 'true' }`,
      ["a: pending, problem: `inputs.list[5]`: the list has no element 5", "b: skipped, not-reached"]
    ],
    [
      "an expression that is sure to fail, gone on past",
      `- { id: a, run: 'echo {{ inputs.list[5] }}', continueOnError: true }
- { id: b, run: 'true' }`,
      ["a: pending, problem: `inputs.list[5]`: the list has no element 5", "b: pending"]
    ],
    [
      "a condition that is sure to fail",
      `- id: a
  continueOnError: true
  when: "{{ inputs.list[5] == 'x' }}"
  parallel: {}
  steps: [{ id: s, run: 'true' }]
- { id: b, run: 'true' }`,
      [
        "a: pending, problem: `inputs.list[5] == 'x'`: the list has no element 5",
        "a::s: skipped, not-reached",
        "b: pending"
      ]
    ],
    [
      "a rejection within what may fail",
      `- id: p
  continueOnError: true
  parallel: {}
  steps: [{ id: a, gate: { policy: "{{ false }}" } }]
- { id: b, run: 'true' }`,
      ["p: pending", "p::a: pending", "b: skipped, not-reached"]
    ],
    [
      "a map over what is no list",
      `- id: m
  continueOnError: true
  map: { over: "{{ inputs.list[0] }}" }
  steps: [{ id: s, run: 'true' }]
- { id: b, run: 'true' }`,
      ["m: pending, problem: `map.over` gives no list", "m[]::s: skipped, not-reached", "b: pending"]
    ]
  ])("%s", (_, steps, shown) => {
    expect(shownSteps(batch(steps), { values })).toEqual(shown)
  })

  it("a map over more items than a map may have is sure to fail", () => {
    const text = batch("- id: m\n  map: { over: \"{{ inputs.list }}\" }\n  steps: [{ id: s, run: 'true' }]")
    const list = Array.from({ length: 10_001 }, (_, index) => index)
    expect(shownSteps(text, { values: { ...values, list } })).toEqual([
      "m: pending, problem: `map.over` gives 10001 items, more than 10000: use `forEach` to make them targets",
      "m[]::s: skipped, not-reached"
    ])
    expect(shownSteps(text, { values: { ...values, list: list.slice(1) } })).toHaveLength(10_001)
  })

  it("maps within maps that come to millions of steps are shown once for all their items", () => {
    const text = batch(`- id: m
  map: { over: "{{ inputs.list }}" }
  steps:
    - id: n
      map: { over: "{{ inputs.list }}" }
      steps: [{ id: s, run: 'true' }]`)
    const list = Array.from({ length: 5000 }, (_, index) => index)
    const found = simulated(text, { values: { ...values, list } })
    expect(found.counts.steps.total).toBeLessThan(200_000)
    const maps = found.targets[0]?.steps[0]?.children ?? []
    expect(maps).toHaveLength(5000)
    expect(maps[0]?.children).toHaveLength(5000)
    expect(maps.at(-1)).toMatchObject({
      expanded: false,
      children: [{ path: "m[4999]::n[]::s", status: "pending" }]
    })
  })
})

describe("how often a loop goes round", () => {
  it.each<readonly [loop: string, iterations: number | undefined]>([
    ["while: \"{{ iteration < 3 }}\"", 3],
    ["until: \"{{ iteration == 3 }}\"", 4],
    ["until: \"{{ true }}\"", 1],
    ["while: \"{{ iteration < 500 }}\", maxIterations: 1000", undefined],
    ["until: \"{{ steps.s.output.exit_code == 0 }}\"", undefined]
  ])("%s", (loop, iterations) => {
    const steps = `- id: l\n  loop: { ${loop} }\n  steps: [{ id: s, run: 'true', continueOnError: true }]`
    const found = stepAt("l", batch(steps), { values })
    expect(found?.status).toBe("pending")
    expect(found?.problem).toBeUndefined()
    expect(found?.iterations).toBe(iterations)
  })
})

describe("what a step would do", () => {
  it("a script holds what is known as the shell would take it, and leaves the rest as it was written", () => {
    const steps = `- { id: a, run: 'true', continueOnError: true }
- id: s
  run: |
    echo {{ inputs.level }} "in {{ inputs.list[0] }}: {{ steps.a.output.exit_code | default(1) }}" # not {{inputs.level}}
    cat <<END
    "{{ inputs.level }}" {{ inputs.token }}
    END
    docker inspect -f '{{ "{{" }}.Id{{ "}}" }}'`
    const step = stepAt("s", batch(steps), { values: { ...values, level: "a \"b\" $(c) `d` \\" } })
    expect(step?.run?.trimEnd().split("\n")).toEqual([
      "echo \"a \\\"b\\\" \\$(c) \\`d\\` \\\\\" \"in a: {{ steps.a.output.exit_code | default(1) }}\" # not {{inputs.level}}",
      "cat <<END",
      "\"a \"b\" \\$(c) \\`d\\` \\\\\" {{ inputs.token }}",
      "END",
      "docker inspect -f '{{.Id}}'"
    ])
    expect(step?.unresolved).toEqual(["steps.a.output.exit_code | default(1)", "inputs.token"])
  })

  it("words, environment and folder are resolved from the outside in; the manifest's own variables are known", () => {
    const text = `name: batch
${inputs}
env: { A: one, B: "{{ inputs.token }}" }
workdir: src
targets:
  - id: t
    env: { C: "{{ env.A }}-two" }
    workdir: "{{ context.target }}"
    steps:
      - id: p
        env: { A: "{{ env.C }}" }
        workdir: "{{ inputs.level }}"
        parallel: {}
        steps:
          - id: s
            env: { D: "{{ env.A }}", E: "{{ env.HOME | default('-') }}" }
            command: [./x, "{{ env.D }}", "{{ context.batch }}/{{ context.attempt }}"]
      - { id: far, workdir: /opt, command: [x] }`
    expect(stepAt("p::s", text, { values })).toMatchObject({
      command: ["./x", "one-two", "batch/{{ context.attempt }}"],
      env: {
        A: "one-two",
        B: "{{ inputs.token }}",
        C: "one-two",
        D: "one-two",
        E: "{{ env.HOME | default('-') }}"
      },
      workdir: "src/t/quick",
      unresolved: ["context.attempt", "inputs.token", "env.HOME | default('-')"]
    })
    expect(stepAt("far", text, { values })).toMatchObject({ workdir: "/opt" })
  })

  it("`when` sees the variables around its step; its other questions see its own", () => {
    const text = target(
      `- id: a
  env: { MODE: inner }
  when: "{{ env.MODE == 'outer' }}"
  if: "{{ env.MODE == 'inner' }}"
  then: [{ id: s, command: ["{{ env.MODE }}"] }]`,
      "env: { MODE: outer }"
    )
    expect(shownSteps(text)).toEqual(["a: pending, takes then", "a::s: pending"])
    expect(stepAt("a::s", text)?.command).toEqual(["inner"])
  })

  it("says how it is tried, what it asks and how much goes on at once", () => {
    const text = target(
      `- id: s
  name: The work
  run: x
  timeout: 5s
  idempotent: false
  continueOnError: true
  failure: { retries: { maxAttempts: 2 } }
- id: g
  gate: { approval: "Ship {{ context.target }}?", options: [blue, reject], onReject: retry, show: "{{ context.target }}.md" }
- { id: c, gate: { policy: { run: ./may.sh, timeout: 7s }, onReject: abort } }
- id: m
  map: { over: [a, "{{ steps.g.output.option }}"], maxParallel: 3 }
  steps: [{ id: e, command: [x, "{{ item }}"] }]
- { id: p, parallel: {}, steps: [{ id: one, run: x }, { id: two, run: x }] }
- { id: l, loop: { until: "{{ false }}", every: 30s }, steps: [{ id: one, run: x }] }`,
      "failure: { timeout: 1m, retries: { maxAttempts: 3, factor: 1 } }"
    )
    expect(stepAt("s", text)).toEqual({
      path: "s",
      id: "s",
      name: "The work",
      kind: "run",
      status: "pending",
      continueOnError: true,
      run: "x",
      shell: ["sh", "-e"],
      outputs: "text",
      retries: { maxAttempts: 2, backoffSeconds: 1, factor: 1, maxBackoffSeconds: 300, jitter: false },
      timeoutMs: 5000,
      idempotent: false
    })
    expect(stepAt("g", text)?.gate).toEqual({
      type: "approval",
      onReject: "retry",
      message: "Ship t?",
      options: ["blue", "reject"],
      show: "t.md"
    })
    expect(stepAt("c", text)?.gate).toEqual({
      type: "check",
      onReject: "abort",
      run: "./may.sh",
      shell: ["sh", "-e"],
      timeoutMs: 7000
    })
    expect(stepAt("m", text)).toMatchObject({ maxParallel: 3, items: ["a", "{{ steps.g.output.option }}"] })
    expect(stepAt("m[0]::e", text)).toMatchObject({ index: 0, command: ["x", "a"] })
    expect(stepAt("m[1]::e", text)).toMatchObject({ index: 1, command: ["x", "{{ item }}"], unresolved: ["item"] })
    expect(stepAt("p", text)?.maxParallel).toBe(2)
    expect(stepAt("l", text)).toMatchObject({ until: "{{ false }}", maxIterations: 10, everyMs: 30_000 })
    expect(simulated(text).failure).toEqual({
      retries: { maxAttempts: 3, backoffSeconds: 1, factor: 1, maxBackoffSeconds: 300, jitter: false },
      timeoutMs: 60_000,
      circuitBreaker: { threshold: 3 }
    })
  })

  it("a rule that is known says what it decides", () => {
    const text = batch(`- { id: a, gate: { policy: "{{ inputs.level == 'quick' }}" } }
- { id: b, gate: { policy: "{{ false }}" } }`)
    expect([stepAt("a", text, { values })?.gate?.decision, stepAt("b", text, { values })?.gate?.decision])
      .toEqual(["approved", "denied"])
  })

  it("the value of a secret is nowhere, whatever it is, and nothing but the plan's hash depends on it", () => {
    const text = batch(`- { id: a, run: 'x "{{ inputs.token }}"', when: "{{ inputs.token == 'x' }}" }
- { id: b, run: 'echo "{{ inputs.token }}"', env: { T: "{{ inputs.token }}", U: "{{ env.T }}" } }
- { id: c, run: 'echo "{{ inputs[inputs.level] }}"' }
- id: m
  map: { over: "{{ [inputs.token] }}" }
  steps: [{ id: s, command: ["{{ item }}"] }]`)
    const withoutHash = (given: ValueObject): string =>
      textOf(text, { values: given }).replace(/sha256:[0-9a-f]{64}/, "")
    const shown = withoutHash(values)
    expect(shown).not.toContain("s3cret")
    expect(withoutHash({ ...values, token: "other" })).toBe(shown)
    const { token: _, ...without } = values
    expect(withoutHash(without)).toBe(shown)
    expect(stepAt("c", text, { values })?.unresolved).toEqual(["inputs[inputs.level]"])
  })

  it("integers keep all their digits", () => {
    const text = batch("- { id: a, command: [\"{{ inputs.list[0] }}\"] }")
    expect(textOf(text, { values: { ...values, list: [12345678901234567890n] } })).toContain(
      "\"list\":[12345678901234567890]"
    )
  })
})

describe("what becomes of a target", () => {
  const text = `name: batch
targets:
  - { id: good, run: 'true' }
  - { id: needy, needs: [denied, good], run: 'true' }
  - { id: denied, steps: [{ id: ship, gate: { policy: "{{ false }}" } }, { id: after, run: 'true' }] }
  - { id: later, needs: [needy], run: 'true' }
  - { id: waits, steps: [{ id: ship, gate: { policy: "{{ false }}", onReject: retry } }] }
  - { id: patient, needs: [waits], run: 'true' }
  - { id: broken, run: 'echo {{ [1][5] }}' }
`
  const shown = (more?: Previewing) =>
    simulated(text, more).targets.map(({ id, message, reason, status }) =>
      [`${id}: ${status}`, ...(reason === undefined ? [] : [reason]), ...(message === undefined ? [] : [message])].join(
        ", "
      )
    )

  it("one that is sure to get stuck is told, and so is who needs it", () => {
    expect(shown()).toEqual([
      "good: pending",
      "needy: skipped, need-not-completed, it needs denied, which does not complete",
      "denied: blocked, gate-rejected, its policy is not met",
      "later: skipped, need-not-completed, it needs needy, which does not complete",
      "waits: paused, policy-denied, its policy is not met",
      "patient: paused, need-not-completed, it needs waits, which waits at a gate",
      "broken: blocked, step-exhausted, `[1][5]`: the list has no element 5"
    ])
  })

  it("those that are named come first, in the order named; who needs another is skipped", () => {
    expect(shown({ selected: ["later", "good"] })).toEqual([
      "later: skipped, need-not-completed, it needs needy, which is not selected",
      "good: pending",
      ...["needy", "denied", "waits", "patient", "broken"].map((id) => `${id}: skipped, filtered-out, not selected`)
    ])
  })

  it("a long chain of needs is no trouble", () => {
    const length = 20_000
    const chain = `name: chain
targets:
  - { id: t0, steps: [{ id: ship, gate: { policy: "{{ false }}" } }] }
  - forEach: { items: [1] }
    id: "t{{ item }}"
    needs: ["t{{ index }}"]
    run: 'true'
`
    const items = [undefined, Array.from({ length }, (_, index) => index + 1)]
    expect(simulated(chain, { items }).counts.targets).toEqual({
      total: length + 1,
      pending: 0,
      skipped: length,
      blocked: 1,
      paused: 0
    })
  })
})

describe("the document", () => {
  it("says how the run would go on, and that a person has to approve", () => {
    const text = target("- { id: g, gate: { approval: Go? } }", "run: { maxParallel: 3, maxBlocked: 10% }")
    expect(simulated(text, { options: { autoAdvance: true, cap: 2, order: "longest-first" } })).toMatchObject({
      options: {
        autoAdvance: true,
        strict: false,
        maxParallel: 3,
        maxBlocked: { percent: 10 },
        cap: 2,
        order: "longest-first"
      },
      requiresApproval: true
    })
    const skipped = target("- { id: g, when: \"{{ false }}\", gate: { approval: Go? } }")
    expect(simulated(skipped).requiresApproval).toBe(false)
  })

  it("counts every step that is listed", () => {
    const text = target(`- { id: a, gate: { approval: Go? } }
- { id: b, gate: { policy: { run: x } } }
- { id: c, when: "{{ steps.a.output.option == 'approve' }}", run: x }
- { id: d, when: "{{ false }}", run: x }`)
    expect(simulated(text).counts.steps).toEqual({
      total: 4,
      pending: 1,
      skipped: 1,
      requiresApproval: 1,
      requiresPolicy: 1,
      conditional: 1
    })
  })
})
