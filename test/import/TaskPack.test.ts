/** Task Packs: what each kind of step becomes, and what is said where the meaning differs. */
import { describe, expect, it } from "@effect/vitest"
import type { Scope } from "../../src/expression/Scope.ts"
import { commentsOf, imported, manifestFrom, record, refusals, stepsFrom, textIn, truthIn } from "./importing.ts"

const top = "apiVersion: stellaops.io/pack.v1\nkind: TaskPack\nmetadata: { name: pack, version: 1.0.0 }\n"
const spec = (text: string): string => `${top}spec:\n${text.replaceAll(/^/gm, "  ")}\n`
const inputs = `inputs:
  - { name: level, type: string, default: full }
  - { name: dry, type: boolean, default: false }
  - { name: count, type: integer, default: 3 }
  - { name: regions, type: array, default: [eu, us] }
  - { name: settings, type: object, required: true }
  - { name: absent, type: string }
secrets: [{ name: api-token, scope: packs.run, description: For tickets }]
approvals: [{ id: review, grants: [packs.approve], expiresAfter: PT4H, reasonTemplate: "Approve {{ inputs.level }}?" }]
`
const withSteps = (text: string): string => spec(`${inputs}steps:\n${text.replaceAll(/^/gm, "  ")}`)
const steps = (text: string) => stepsFrom("taskpack", withSteps(text))
const comments = (text: string) => commentsOf(imported("taskpack", withSteps(text)).text)
const wrong = (text: string) => refusals("taskpack", text).map((line) => line.replace(/^\d+: /, "")).join("\n")
const noop = (id: string) => `{ id: ${id}, run: { uses: builtin/noop } }`

describe("a pack", () => {
  it("is a batch of one target, with its inputs and secrets, retries, and what it says at its end", () => {
    expect(manifestFrom(
      "taskpack",
      spec(`${inputs}steps: [${noop("a")}]
success: { message: It's done }
failure: { message: Look at it, retries: { maxAttempts: 3, backoffSeconds: 10 } }
outputs:
  - { name: report, type: file, path: out/report.json }
  - { name: level, type: string, expression: "{{ inputs.level }}" }`)
    )).toEqual({
      name: "pack",
      inputs: {
        level: { type: "string", default: "full" },
        dry: { type: "boolean", default: false },
        count: { type: "integer", default: 3 },
        regions: { type: "array", default: ["eu", "us"] },
        settings: { type: "object", required: true },
        absent: { type: "string" },
        api_token: { type: "string", description: "For tickets", required: true, secret: true }
      },
      failure: { retries: { maxAttempts: 3, backoffSeconds: 10, factor: 1 }, circuitBreaker: false },
      targets: [{
        id: "pack",
        steps: [{ id: "a", command: ["true"] }, {
          id: "pack-outputs",
          run: "printf 'report=%s\\n' \"out/report.json\" >> \"$PAWL_OUTPUT\"\n"
            + "printf 'level=%s\\n' \"{{ inputs.level }}\" >> \"$PAWL_OUTPUT\"\n"
        }]
      }],
      outputs: {
        message:
          "{{ targets.pack.status == 'completed' ? 'It\\'s done' : targets.pack.status in ['blocked', 'errored'] ? 'Look at it' : '' }}"
      }
    })
  })

  it("keeps as comments what only describes it, and what is looser here", () => {
    const text = `${
      top.replace("version: 1.0.0", "version: 1.0.0, tags: [a, b], tenantVisibility: private, license: MIT")
    }spec:
  slo: { runP95Seconds: 60 }
  inputs: [{ name: in-put, type: object, schema: schemas/in.json, required: true }]
  secrets: [{ name: token, scope: packs.run }]
  approvals: [{ id: unasked, grants: [a], expiresAfter: PT4H }]
  steps: [${noop("a")}]
`
    expect(commentsOf(imported("taskpack", text).text)).toEqual([
      "Made by `pawl import taskpack` from flow.yml. version: 1.0.0 tags: [\"a\",\"b\"] tenantVisibility: private license: MIT "
      + "slo, which pawl does not watch: {\"runP95Seconds\":60} No gate asks for the approval `unasked`. "
      + "A gate waits as long as it takes: `expiresAfter: PT4H` of `unasked` is left out.",
      "`in-put` in the pack. Task Runner checks it against schemas/in.json; here only its type is checked.",
      "Task Runner gives it to those who hold packs.run. "
      + "A secret: give it with `--inputs`, or name an environment variable with `env`."
    ])
  })
})

describe("a step that runs a module", () => {
  it.each([
    ["uses: builtin/noop", { command: ["true"] }],
    ["uses: 'builtin:noop'", { command: ["true"] }],
    ["uses: builtin/cli-command, with: { command: [echo, '{{ inputs.level }}', 1] }", {
      command: ["echo", "{{ inputs.level }}", "1"]
    }],
    ["uses: builtin/shell, with: { script: 'echo \"{{ inputs.level }}\"' }", { run: "echo \"{{ inputs.level }}\"" }],
    [
      "uses: builtin/scan, with: { image: '{{ inputs.level }}', max: 3, rules: { a: [1] } }",
      { command: ["builtin/scan", "--image", "{{ inputs.level }}", "--max", "3", "--rules", "{\"a\":[1]}"] }
    ],
    ["uses: registry/own, with: { command: [a] }", { command: ["registry/own", "--command", "[\"a\"]"] }]
  ])("%s", (run, made) => {
    expect(steps(`- { id: a, run: { ${run} } }`)).toEqual([{ id: "a", ...made }])
  })

  it("has a comment that says what is to be provided, and what is not kept from it", () => {
    expect(comments("- { id: a, run: { uses: builtin/scan, egress: [{ url: 'https://x' }] } }").at(-1)).toBe(
      "`egress` left out: pawl keeps no step from the network. It was [{\"url\":\"https://x\"}]. "
        + "`builtin/scan` is a module of Task Runner: provide a program of that name, or write here what does its work. "
        + "What it puts out it writes to the file named in $PAWL_OUTPUT, as `name=value`."
    )
  })

  it("may have a name, a condition, and be gone on from", () => {
    expect(
      steps(
        "- { id: a, name: First, when: '{{ not inputs.dry }}', continueOnError: true, run: { uses: builtin/noop } }"
      )
    )
      .toEqual([{ id: "a", name: "First", when: "{{ !inputs.dry }}", command: ["true"], continueOnError: true }])
  })
})

describe("a gate of a pack", () => {
  it.each([
    ["gate: { approval: review }", { approval: "Approve {{ inputs.level }}?" }],
    ["gate: { approval: { id: review }, message: 'Ship {{ inputs.level }}?' }", {
      approval: "Ship {{ inputs.level }}?"
    }],
    ["gate.approval: review", { approval: "Approve {{ inputs.level }}?" }],
    ["gate: { policy: { policy: policies/ship, parameters: { level: '{{ inputs.level }}', who: a b } } }", {
      policy: { run: "policies/ship --level \"{{ inputs.level }}\" --who 'a b'" }
    }],
    ["gate.policy: { policy: may-ship }", { policy: { run: "may-ship" } }]
  ])("%s", (gate, made) => {
    expect(steps(`- { id: g, ${gate} }`)).toEqual([{ id: "g", gate: made }])
  })

  it("says who might decide there", () => {
    expect(comments("- { id: g, gate: { approval: { id: review, autoExpiresAfter: PT1H } } }").at(-1)).toBe(
      "It waits as long as it takes: `autoExpiresAfter: PT1H` is left out. "
        + "Who decides must hold packs.approve in Task Runner; here it is anybody who may write where runs are kept."
    )
  })
})

describe("a step of a pack that holds steps", () => {
  it("parallel", () => {
    expect(
      steps(`- { id: p, parallel: { maxParallel: 2, continueOnError: true, steps: [${noop("a")}, ${noop("b")}] } }`)
    ).toEqual([{
      id: "p",
      parallel: { maxParallel: 2 },
      steps: [{ id: "a", command: ["true"] }, { id: "b", command: ["true"] }],
      continueOnError: true
    }])
    expect(steps(`- { id: p, parallel: { steps: [${noop("a")}] } }`)[0]).toMatchObject({ parallel: {} })
  })

  it("map, whose items may go side by side", () => {
    const echo = "{ id: e, run: { uses: builtin/cli-command, with: { command: [echo, '{{ item }}'] } } }"
    expect(steps(`- { id: m, map: { items: '{{ inputs.regions }}', maxParallel: 3, step: ${echo} } }`)).toEqual([
      {
        id: "m",
        map: { over: "{{ inputs.regions }}", maxParallel: 3 },
        steps: [{ id: "e", command: ["echo", "{{ item }}"] }]
      }
    ])
    expect(comments(`- { id: m, map: { items: [a], step: ${echo} } }`).at(-1)).toContain("One item after the other")
  })

  it("loop, which goes over items by names of its own", () => {
    const echo =
      "{ id: e, run: { uses: builtin/cli-command, with: { command: [echo, '{{ region }}', '{{ n }}', '{{ region.name }}'] } } }"
    const made = [{ id: "e", command: ["echo", "{{ item }}", "{{ index }}", "{{ item.name }}"] }]
    expect(
      steps(
        `- { id: l, continueOnError: true, loop: { items: '{{ inputs.regions }}', iterator: region, index: n, steps: [${echo}] } }`
      )
    )
      .toEqual([{ id: "l", map: { over: "{{ inputs.regions }}" }, steps: made, continueOnError: true }])
    expect(
      steps(
        `- { id: l, loop: { staticItems: [{ name: a }, { name: b }], maxIterations: 2, iterator: region, index: n, body: [${echo}] } }`
      )
    )
      .toEqual([{ id: "l", map: { over: [{ name: "a" }, { name: "b" }] }, steps: made }])
  })

  it("conditional, each branch in the `else` of the one before it", () => {
    const text = `- id: c
  conditional:
    branches:
      - { condition: "{{ inputs.level == 'full' }}", steps: [${noop("a")}] }
      - { condition: "{{ inputs.dry }}", steps: [${noop("b")}] }
    else: [${noop("d")}]
- { id: e, when: "{{ steps.b.outputs.x == 'y' }}", run: { uses: builtin/noop } }`
    expect(steps(text)).toEqual([
      {
        id: "c",
        if: "{{ inputs.level == 'full' }}",
        then: [{ id: "a", command: ["true"] }],
        else: [{
          id: "c-2",
          if: "{{ inputs.dry }}",
          then: [{ id: "b", command: ["true"] }],
          else: [{ id: "d", command: ["true"] }]
        }]
      },
      {
        id: "e",
        when: "{{ steps.c.output.steps['c-2'].output.steps.b.output.values.x == 'y' | default(false) }}",
        command: ["true"]
      }
    ])
  })
})

describe("an expression of a pack", () => {
  const scope: Scope = {
    inputs: {
      level: "full",
      dry: false,
      count: 3,
      regions: ["eu", "us"],
      settings: { deep: { on: true } },
      api_token: "t"
    },
    env: {},
    steps: {
      plan: record("succeeded", { exit_code: 0, stdout: "", stderr: "", values: { id: "p1", n: 2 } }),
      maybe: record("skipped", { stdout: "", stderr: "" })
    }
  }
  const before =
    "- { id: plan, run: { uses: builtin/noop } }\n- { id: maybe, when: '{{ inputs.dry }}', run: { uses: builtin/noop } }\n"
  const after = (fields: string) => steps(`${before}- { id: z, ${fields} }`).at(-1)

  it.each<readonly [source: string, written: string, worth: boolean]>([
    ["not inputs.dry", "!inputs.dry", true],
    ["!inputs.dry && inputs.count > 2", "!inputs.dry && inputs.count > 2", true],
    [
      "inputs.dry or (inputs.count == 3 and inputs.level != 'quick')",
      "inputs.dry || inputs.count == 3 && inputs.level != 'quick'",
      true
    ],
    [
      "(inputs.dry or inputs.count == 3) and inputs.level == 'quick'",
      "(inputs.dry || inputs.count == 3) && inputs.level == 'quick'",
      false
    ],
    ["'eu' in inputs.regions", "'eu' in inputs.regions", true],
    ["contains(inputs.regions, 'asia')", "'asia' in inputs.regions", false],
    ["inputs.level in ['full', 'half']", "inputs.level in ['full', 'half']", true],
    ["inputs.settings.deep.on == true", "inputs.settings.deep.on == true", true],
    ["steps.plan.outputs.id == 'p1'", "steps.plan.output.values.id == 'p1'", true],
    ["steps.maybe.outputs.id == null", "steps.maybe.output.values.id == null | default(true)", true],
    ["steps.maybe.outputs.id != 'x'", "steps.maybe.output.values.id != 'x' | default(true)", true],
    ["inputs.absent == null", "!has(inputs.absent) | default(true)", true],
    ["inputs.level == \"it's\"", "inputs.level == 'it\\'s'", false]
  ])("%s", (source, written, worth) => {
    const step = after(`when: ${JSON.stringify(`{{ ${source} }}`)}, run: { uses: builtin/noop }`)
    expect(step).toMatchObject({ when: `{{ ${written} }}` })
    expect(truthIn(step?.when ?? "", scope)).toBe(worth)
  })

  it.each([
    ["{{ inputs.dry }}", "{{ inputs.dry }}", "false"],
    ["{{ inputs.absent }}|", "{{ inputs.absent | default('') }}|", "|"],
    ["{{ steps.maybe.outputs.id }}|", "{{ steps.maybe.output.values.id | default('') }}|", "|"],
    ["{{ inputs.regions[1] }}", "{{ inputs.regions[1] }}", "us"],
    ["{{ inputs.settings }}", "{{ inputs.settings }}", "{\"deep\":{\"on\":true}}"]
  ])("%s in a text", (source, written, worth) => {
    const step = after(`run: { uses: builtin/cli-command, with: { command: [echo, ${JSON.stringify(source)}] } }`)
    expect(step).toMatchObject({ command: ["echo", written] })
    expect(textIn(written, scope)).toBe(worth)
  })

  it("a secret in a command makes a script of it, which gets it by the environment", () => {
    const command = `[curl, -H, "Bearer {{ secrets.api-token }}", "it's"]`
    expect(after(`run: { uses: builtin/cli-command, with: { command: ${command} } }`)).toMatchObject({
      run: "curl -H \"Bearer {{ inputs.api_token }}\" 'it'\\''s'"
    })
    expect(after("run: { uses: notify/mail, with: { token: \"{{ secrets.api-token }}\", to: all } }")).toMatchObject({
      run: "notify/mail --token \"{{ inputs.api_token }}\" --to all"
    })
  })

  it.each([
    ["inputs.lvel == 'x'", "there is no input `lvel` (did you mean `level`?)"],
    ["inputs.level.x == 'y'", "the input `level` is no mapping"],
    ["secrets.token == 'x'", "there is no secret `token`"],
    ["steps.paln.outputs.x == 1", "there is no step `paln` (did you mean `plan`?)"],
    ["steps.plan.status == 'x'", "`steps.plan.status` can't be carried over"],
    ["steps.z.outputs.x == 1", "step `z` is this step, so that it can't be asked for here"],
    ["item == 1", "there is no name `item`"],
    ["now() == 1", "the function `now` can't be carried over (`contains(list, item)` can)"],
    ["inputs.count + 1 == 2", "`+` is nothing that an expression of a Task Pack can be carried over with"],
    ["inputs.count ==", "a part of the expression is missing here"],
    ["(inputs.dry", "`)` is missing here"],
    ["inputs.dry inputs.dry", "`inputs.dry` does not belong here"],
    ["inputs.count", "a number stands where something is true or false (compare it with something)"],
    ["inputs.count == 'x'", "a number and text are compared, which is always the same in Task Runner"]
  ])("%s is refused", (source, message) => {
    expect(
      wrong(withSteps(`${before}- { id: z, when: ${JSON.stringify(`{{ ${source} }}`)}, run: { uses: builtin/noop } }`))
    )
      .toContain(message)
  })

  it("sees no step beside it, and none of an item", () => {
    const text = `- { id: p, parallel: { steps: [${
      noop("a")
    }, { id: b, when: "{{ steps.a.outputs.x == 1 }}", run: { uses: builtin/noop } }] } }
- { id: m, map: { items: [1], maxParallel: 1, step: ${noop("c")} } }
- { id: d, when: "{{ steps.c.outputs.x == 1 }}", run: { uses: builtin/noop } }`
    expect(wrong(withSteps(text))).toContain("step `a` runs side by side with this")
    expect(wrong(withSteps(text))).toContain("step `c` runs once for each item")
  })
})

describe("a pack that can't be carried over", () => {
  it.each([
    [spec("steps: []"), "a pack needs `spec.steps`, a list"],
    [
      spec(`sandbox: { mode: sealed }\nsteps: [${noop("a")}]`),
      "`spec` has no `sandbox`, so that it can't be carried over"
    ],
    [
      `${top.replace("name: pack", "name: My Pack")}spec: { steps: [${noop("a")}] }`,
      "`metadata.name` must be lower-case letters"
    ],
    [
      top.replace("pack.v1", "pack.v2") + `spec: { steps: [${noop("a")}] }`,
      "a pack of `apiVersion` \"stellaops.io/pack.v2\" can't be read (stellaops.io/pack.v1 is the one that is known)"
    ],
    [spec(`inputs: [{ name: a, type: blob }]\nsteps: [${noop("a")}]`), "an input of type `blob` can't be carried over"],
    [spec(`inputs: [{ name: a, type: integer, default: x }]\nsteps: [${noop("a")}]`), "`default` must be an integer"],
    [
      spec(`inputs: [{ name: a-b }, { name: a_b }]\nsteps: [${noop("a")}]`),
      "`a_b` would be called `a_b` here, as another input is"
    ],
    [spec(`steps: [${noop("a")}, ${noop("a")}]`), "step id `a` is used twice"],
    [spec("steps: [{ id: a }]"), "a step needs one of run, gate, parallel, map, loop, conditional"],
    [spec("steps: [{ id: a, rnu: { uses: x } }]"), "did you mean `run`?"],
    [
      spec("steps: [{ id: a, run: { uses: x, wiht: {} } }]"),
      "`run` has no `wiht`, so that it can't be carried over (did you mean `with`?)"
    ],
    [spec("steps: [{ id: a, run: { with: {} } }]"), "a run step needs `uses`"],
    [spec("steps: [{ id: a, timeoutSeconds: 3, run: { uses: x } }]"), "a step has no `timeoutSeconds`"],
    [spec("steps: [{ id: a, maxParallel: 3, run: { uses: x } }]"), "`maxParallel` belongs to a map or a parallel"],
    [spec("steps: [{ id: a, gate: { approval: nobody } }]"), "there is no approval `nobody`"],
    [spec("steps: [{ id: a, gate: { message: x } }]"), "a gate needs either `approval` or `policy`"],
    [
      spec(`steps: [{ id: a, loop: { range: { start: 0, end: 3 }, steps: [${noop("b")}] } }]`),
      "`range` can't be carried over"
    ],
    [
      spec(`steps: [{ id: a, loop: { staticItems: [1], aggregation: x, steps: [${noop("b")}] } }]`),
      "`aggregation` can't be carried over"
    ],
    [
      spec(`steps: [{ id: a, loop: { staticItems: [1, 2], maxIterations: 1, steps: [${noop("b")}] } }]`),
      "2 items are more than `maxIterations` allows"
    ],
    [spec("steps: [{ id: a, conditional: { branches: [] } }]"), "a conditional needs `branches`"],
    [
      spec(
        `steps: [{ id: a, conditional: { outputUnion: true, branches: [{ condition: true, steps: [${noop("b")}] }] } }]`
      ),
      "`outputUnion` can't be carried over"
    ],
    [spec(`steps: [{ id: a, when: inputs.x, run: { uses: x } }]`), "a condition without braces"],
    [
      spec(`steps: [{ id: a, run: { uses: x, with: { y: ['{{ inputs.z }}'] } } }]`),
      "an expression within a list or a mapping can't be carried over"
    ],
    [
      spec(`failure: { retries: { maxAttempts: 0 } }\nsteps: [${noop("a")}]`),
      "`maxAttempts` must be a whole number from 1"
    ],
    [
      spec(`success: { message: "{{ inputs.x }}" }\nsteps: [${noop("a")}]`),
      "an expression in this message can't be carried over"
    ]
  ].map(([text = "", message = ""]) => [message, text] as const))("%s", (message, text) => {
    expect(wrong(text)).toContain(message)
  })

  it("is told apart from a workflow", () => {
    expect(wrong("schema_version: '1.0'\nworkflow: { id: a }\nsteps: []\n")).toBe(
      "-: : this looks like a Spec Kit workflow, not like a Task Pack (pawl import spec-kit flow.yml)"
    )
  })
})
