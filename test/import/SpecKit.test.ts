/** Spec Kit workflows: what each type of step becomes, and what is said where the meaning differs. */
import { describe, expect, it } from "@effect/vitest"
import { commentsOf, imported, manifestFrom, refusals, stepsFrom } from "./importing.ts"

const top = "schema_version: \"1.0\"\nworkflow: { id: flow, name: Flow, version: \"1.0.0\" }\n"
const withSteps = (steps: string): string => `${top}steps:\n${steps.replaceAll(/^/gm, "  ")}\n`
const steps = (text: string) => stepsFrom("spec-kit", withSteps(text))
const comments = (text: string) => commentsOf(imported("spec-kit", withSteps(text)).text)
const wrong = (text: string) => refusals("spec-kit", withSteps(text)).map((line) => line.replace(/^\d+: /, ""))

describe("a workflow", () => {
  it("is a batch of one target that no breaker ends, with its inputs as they are typed", () => {
    expect(manifestFrom(
      "spec-kit",
      `schema_version: 1.0
workflow: { id: nightly, name: Nightly, version: "1.2.0", author: Ann, description: All of it }
requires: { speckit_version: ">=0.8" }
inputs:
  spec: { type: string, required: true, prompt: What to build }
  tries: { type: number, default: "5" }
  dry-run: { type: boolean, default: yes }
  level: { default: full, enum: [full, quick] }
steps: [{ id: one, type: shell, run: "echo {{ inputs.dry-run }}" }]
`
    )).toEqual({
      name: "nightly",
      description: "All of it",
      inputs: {
        spec: { type: "string", description: "What to build", required: true },
        tries: { type: "number", default: 5 },
        dry_run: { type: "boolean", default: true },
        level: { type: "string", default: "full", enum: ["full", "quick"] }
      },
      failure: { circuitBreaker: false, timeout: "5m" },
      targets: [{ id: "nightly", steps: [{ id: "one", run: "echo {{ inputs.dry_run ? 'True' : 'False' }}" }] }]
    })
  })

  it("says at its head where it comes from and what is different throughout", () => {
    const [head = ""] = commentsOf(
      imported("spec-kit", withSteps("- { id: a, type: shell, run: 'echo \"{{ context.run_id }}\"' }")).text
    )
    expect(head).toBe(
      "Made by `pawl import spec-kit` from flow.yml: Flow. version 1.0.0. "
        + "Steps run in the folder of this file; Spec Kit runs them in the folder it is called from. "
        + "A value that is put into a script is data here, whatever it holds; Spec Kit makes it part of the script."
    )
  })

  it("knows the folder of the workflow as an input", () => {
    const text = withSteps(
      "- { id: a, type: shell, run: 'cp \"{{ context.workflow_dir }}/a\" \"$SPECKIT_WORKFLOW_DIR/b\"' }"
    )
    expect(manifestFrom("spec-kit", text)).toMatchObject({
      inputs: { workflow_dir: { type: "string", default: "." } },
      env: { SPECKIT_WORKFLOW_DIR: "{{ inputs.workflow_dir }}" },
      targets: [{ steps: [{ run: "cp \"{{ inputs.workflow_dir }}/a\" \"$SPECKIT_WORKFLOW_DIR/b\"" }] }]
    })
  })
})

describe("a shell step", () => {
  it.each([
    ["timeout: 90", { timeout: "90s" }],
    ["timeout: 1800", { timeout: "30m" }],
    ["timeout: 7200", { timeout: "2h" }],
    ["timeout: 0.25", { timeout: "250ms" }],
    ["output_format: json", { outputs: "json" }],
    ["continue_on_error: true", { continueOnError: true }],
    ["continue_on_error: false", {}]
  ])("%s", (field, more) => {
    expect(steps(`- { id: a, type: shell, run: make, ${field} }`)).toEqual([{ id: "a", run: "make", ...more }])
  })

  it.each([
    ["false; echo on", "sh"],
    ["make &&\nmake install", "sh"],
    ["make | tee log", undefined]
  ])("goes on after a command that fails, as there: %j", (run, shell) => {
    expect(steps(`- { id: a, type: shell, run: ${JSON.stringify(run)} }`)).toEqual([
      { id: "a", run, ...(shell === undefined ? {} : { shell }) }
    ])
  })

  it.each([
    ["echo 'a {{ context.run_id }} b'", "echo 'a '\"{{ context.run_id }}\"' b'"],
    ["echo '{{ context.run_id }}'", "echo \"{{ context.run_id }}\""],
    ["echo '{{ context.run_id }}-{{ context.run_id }}'", "echo \"{{ context.run_id }}\"'-'\"{{ context.run_id }}\""],
    ["echo \"it's {{ context.run_id }}\"", "echo \"it's {{ context.run_id }}\""],
    ["echo {{ context.run_id }}", "echo {{ context.run_id }}"]
  ])("takes a value out of single quotes: %s", (run, written) => {
    expect(steps(`- { id: a, type: shell, run: ${JSON.stringify(run)} }`)).toEqual([{ id: "a", run: written }])
  })

  it("says where a value may have been several words", () => {
    const one =
      "- { id: a, type: shell, run: date }\n- { id: b, type: shell, run: 'echo {{ steps.a.output.stdout }} {{ steps.a.output.exit_code }}' }"
    expect(comments(one).at(-1)).toBe(
      "A value without quotes is one word here, whatever it holds; in Spec Kit it may be several."
    )
    expect(
      comments(
        "- { id: a, type: shell, run: date }\n- { id: b, type: shell, run: 'echo {{ steps.a.output.exit_code }}' }"
      )
    ).toHaveLength(1)
  })

  it("reads its output as JSON where `from_json` would", () => {
    const two =
      "- { id: a, type: shell, run: x }\n- { id: f, type: fan-out, items: \"{{ steps.a.output.stdout | from_json }}\", step: { id: s, type: shell, run: y } }"
    expect(steps(two)).toEqual([
      { id: "a", run: "x", outputs: "json" },
      { id: "f", map: { over: "{{ steps.a.output.json }}" }, steps: [{ id: "s", run: "y" }] }
    ])
  })

  it.each([
    ["run: '{{ inputs.x }}'", "there is no input `x`"],
    ["run: '{{ context.run_id }}'", "a script that is nothing but a value: pawl never runs a value as code"],
    [
      "run: 'echo $((1 + {{ context.run_id }}))'",
      "a shell would work out what it finds here, and a value could become code"
    ],
    ["run: ''", "the script is empty"],
    ["run: [a]", "`run` must be a text, not a list"],
    ["script: x", "a shell step has no `script`"],
    ["run: x, timeout: true", "`timeout` must be a number of seconds, more than 0"],
    ["run: x, timeout: -1", "`timeout` must be a number of seconds, more than 0"],
    ["run: x, output_format: yaml", "`output_format` can only be `json`, not `yaml`"],
    ["run: x, continue_on_error: 'true'", "`continue_on_error` must be true or false, not a text"],
    [
      "run: x, continue_on_error: yes",
      "`continue_on_error` must be true or false, not a text (write `true`: YAML 1.2 has no other words for it)"
    ],
    ["run: x, retries: 3", "a shell step has no `retries`, so that it can't be carried over"]
  ])("%s", (fields, message) => {
    expect(wrong(`- { id: a, type: shell, ${fields} }`).join("\n")).toContain(message)
  })
})

describe("a step that calls an agent", () => {
  it("is a command with a note, and the others say how long they may take", () => {
    const text = `${
      top.replace(", version:", ", integration: helper, model: large, version:")
    }inputs: { spec: { type: string, required: true } }
steps:
  - { id: specify, command: kit.specify, input: { args: "{{ inputs.spec }}", other: 1 }, options: { quick: true } }
  - { id: ask, type: prompt, prompt: "Look at {{ inputs.spec }}", integration: "{{ inputs.spec }}", model: small }
  - { id: test, type: shell, run: make }
`
    expect(manifestFrom("spec-kit", text)).toMatchObject({ failure: { circuitBreaker: false } })
    expect(stepsFrom("spec-kit", text)).toEqual([
      { id: "specify", command: ["helper", "--model", "large", "kit.specify", "{{ inputs.spec }}"] },
      { id: "ask", command: ["{{ inputs.spec }}", "--model", "small", "Look at {{ inputs.spec }}"], timeout: "5m" },
      { id: "test", run: "make", timeout: "5m" }
    ])
    expect(commentsOf(imported("spec-kit", text).text).slice(1)).toEqual([
      "Calls an agent. How its program is called is known to Spec Kit alone: check these words. "
      + "`input.other`, `options` left out: Spec Kit does not hand it to the agent either.",
      "Calls an agent. How its program is called is known to Spec Kit alone: check these words."
    ])
  })

  it("puts out what it writes to the file for outputs", () => {
    const two =
      "- { id: tasks, command: kit.tasks, integration: helper }\n- { id: f, type: fan-out, items: \"{{ steps.tasks.output.task_list }}\", step: { id: s, command: kit.do, integration: helper, input: { args: \"{{ item }}\" } } }"
    expect(steps(two)[1]).toEqual({
      id: "f",
      map: { over: "{{ steps.tasks.output.values.task_list }}" },
      steps: [{ id: "s", command: ["helper", "kit.do", "{{ item }}"] }]
    })
  })

  it("init calls `specify init` with the flags that Spec Kit would give it", () => {
    expect(steps("- { id: i, type: init, here: true, integration: helper, script: sh, force: yes, preset: p }"))
      .toEqual([{
        id: "i",
        command: [
          "specify",
          "init",
          "--here",
          "--integration",
          "helper",
          "--script",
          "sh",
          "--preset",
          "p",
          "--ignore-agent-tools",
          "--force"
        ]
      }])
    expect(steps("- { id: i, type: init, project: demo, ignore_agent_tools: false }")).toEqual([
      { id: "i", command: ["specify", "init", "demo"] }
    ])
    expect(wrong("- { id: i, type: init, force: \"{{ context.run_id }}\" }").join()).toContain(
      "`force` is an expression"
    )
  })
})

describe("a gate", () => {
  it.each([
    ["message: Go?", { approval: "Go?" }],
    ["message: Go?, on_reject: retry", { approval: "Go?", onReject: "retry" }],
    ["message: Go?, show_file: a.md", { approval: "Go?", show: "a.md" }],
    ["message: Go?, options: [Yes, Abort]", { approval: "Go?", options: ["Yes", "reject"] }],
    ["message: Go?, options: [approve, edit it, reject]", {
      approval: "Go?",
      options: ["approve", "edit-it", "reject"]
    }],
    ["message: Go?, on_reject: skip", { approval: "Go?", options: ["approve", "rejected"] }]
  ])("%s", (fields, gate) => {
    expect(steps(`- { id: g, type: gate, ${fields} }`)).toEqual([{ id: "g", gate }])
  })

  it("that is rejected with `skip` is answered, and what follows goes on", () => {
    expect(comments("- { id: g, type: gate, message: m, on_reject: skip }").at(-1)).toBe(
      "`reject` is `rejected` here, an answer that steps can ask for: after a rejection Spec Kit goes on with the next step."
    )
  })

  it.each([
    ["options: [a, b]", "`on_reject: abort` needs an option called reject or abort"],
    ["message: m, options: [reject]", "a gate that can only be rejected can't be carried over"],
    ["message: m, options: [go, reject, abort]", "two of them would be called the same here"],
    ["message: m, options: ['?', reject]", "these options can't be carried over"],
    ["message: m, options: [1, reject]", "`options` must be a list of texts"],
    ["message: m, on_reject: stop", "`on_reject` must be `abort`, `skip` or `retry`"],
    ["message: m, verdict_input: v", "`verdict_input` can't be carried over: no input decides a gate"],
    ["options: [go, reject]", "a gate needs `message`"]
  ])("%s", (fields, message) => {
    expect(wrong(`- { id: g, type: gate, ${fields} }`).join("\n")).toContain(message)
  })
})

describe("a step that holds steps", () => {
  const inner = (id: string) => `[{ id: ${id}, type: shell, run: ${id} }]`

  it("if", () => {
    expect(steps(`- { id: c, type: if, condition: true, then: ${inner("a")}, else: ${inner("b")} }`)).toEqual([{
      id: "c",
      if: "{{ true }}",
      then: [{ id: "a", run: "a" }],
      else: [{ id: "b", run: "b" }]
    }])
    expect(steps("- { id: c, type: if, condition: false, then: [] }")).toEqual([
      { id: "c", if: "{{ false }}", then: [{ id: "nothing", command: ["true"] }] }
    ])
  })

  it("switch: a text without the white space around it, and true and false by their names", () => {
    const text = `- { id: a, type: shell, run: date }
- { id: s, type: switch, expression: "{{ steps.a.output.stdout }}", cases: { x: ${inner("b")} }, default: ${
      inner("c")
    } }
- { id: t, type: switch, expression: "{{ steps.a.output.exit_code == 0 }}", cases: { true: ${inner("d")}, False: ${
      inner("e")
    } } }
- { id: v, type: switch, expression: "is {{ steps.a.output.exit_code == 0 }}", cases: { is True: ${inner("h")} } }
- { id: u, type: switch, expression: "{{ steps.b.output.exit_code }}", cases: { 0: ${inner("f")} } }`
    expect(steps(text).slice(1)).toEqual([
      {
        id: "s",
        switch: "{{ steps.a.output.stdout.trim() }}",
        cases: { x: [{ id: "b", run: "b" }] },
        default: [{ id: "c", run: "c" }]
      },
      {
        id: "t",
        switch: "{{ steps.a.output.exit_code == 0 }}",
        cases: { true: [{ id: "d", run: "d" }], false: [{ id: "e", run: "e" }] }
      },
      {
        id: "v",
        switch: "is {{ steps.a.output.exit_code == 0 ? 'True' : 'False' }}",
        cases: { "is True": [{ id: "h", run: "h" }] }
      },
      {
        id: "u",
        switch: "{{ steps.s.output.steps.b.output.exit_code | default('') }}",
        cases: { 0: [{ id: "f", run: "f" }] }
      }
    ])
  })

  it("while and do-while end by themselves where Spec Kit would go on", () => {
    const text =
      `- { id: w, type: while, condition: "{{ steps.a.output.exit_code != 0 }}", max_iterations: 4, steps: [{ id: a, type: shell, run: a, continue_on_error: true }] }
- { id: d, type: do-while, condition: "{{ steps.b.output.exit_code != 0 }}", steps: [{ id: b, type: shell, run: b, continue_on_error: true }] }
- { id: e, type: while, condition: true, max_iterations: 2, steps: ${inner("c")} }
- { id: f, type: do-while, condition: false, max_iterations: 2, steps: ${inner("g")} }`
    expect(steps(text).map((step) => "loop" in step ? step.loop : step)).toEqual([
      { while: "{{ iteration < 4 && steps.a.output.exit_code != 0 | default(true) }}", maxIterations: 4 },
      { until: "{{ iteration >= 9 || !(steps.b.output.exit_code != 0) | default(false) }}", maxIterations: 10 },
      { while: "{{ iteration < 2 }}", maxIterations: 2 },
      { until: "{{ true }}", maxIterations: 2 }
    ])
  })

  it("fan-out is a map, whose items put out what later steps ask for", () => {
    const text =
      `- { id: f, type: fan-out, items: [a, "{{ b }}"], max_concurrency: "3", step: { type: shell, run: "echo {{ item }}" } }
- { id: j, type: fan-in, wait_for: [f], output: { first: "{{ fan_in.results[0].results[0].stdout }}" } }
- { id: s, type: shell, run: 'echo "{{ steps.j.output.first }}"' }`
    expect(steps(text)).toEqual([
      {
        id: "f",
        map: { over: ["a", "{{ \"{{\" }} b }}"], maxParallel: 3 },
        steps: [{ id: "item", run: "echo {{ item }}" }]
      },
      { id: "s", run: "echo \"{{ steps.f.output.items[0].steps.item.output.stdout | default('') }}\"" }
    ])
    expect(comments(text).slice(1)).toEqual([
      "When an item fails, those under way are interrupted; Spec Kit lets them end.",
      "A value without quotes is one word here, whatever it holds; in Spec Kit it may be several.",
      "The fan-in `j` is no step of its own: f is through here anyway; what it gathers as first is written where it is asked for."
    ])
  })

  it("is not what `continue_on_error` is about", () => {
    const text = `- { id: c, type: if, condition: true, continue_on_error: true, then: ${inner("a")} }`
    expect(steps(text)[0]).not.toHaveProperty("continueOnError")
    expect(comments(text).at(-1)).toContain("`continue_on_error` left out")
  })

  it.each([
    ["{ id: c, type: if, then: [] }", "`condition` must be an expression, or true or false"],
    ["{ id: c, type: if, condition: true }", "an if step needs `then`"],
    ["{ id: c, type: if, condition: true, then: { id: a } }", "this must be a list of steps"],
    ["{ id: c, type: switch, expression: x }", "a switch step needs `cases`"],
    [
      "{ id: c, type: switch, expression: x, case: {}, cases: {} }",
      "a switch step has no `case`, so that it can't be carried over (did you mean `cases`?)"
    ],
    ["{ id: c, type: while, condition: true, steps: [] }", "a loop without steps can't be carried over"],
    [
      "{ id: c, type: while, condition: true, max_iterations: 0, steps: [{ id: a, type: shell, run: a }] }",
      "`max_iterations` must be a whole number from 1 to 10000"
    ],
    [
      "{ id: c, type: fan-out, items: a, step: { id: a, type: shell, run: a } }",
      "a text, where a list or one `{{ … }}` that gives a list belongs"
    ],
    ["{ id: c, type: fan-out, items: [] }", "a fan-out needs `step`, a mapping"],
    [
      "{ id: c, type: fan-out, items: [], max_concurrency: .inf, step: { id: a, type: shell, run: a } }",
      "not a number that JSON can hold"
    ],
    ["{ id: c, type: fan-in, wait_for: [x] }", "`x` is no step that comes before this fan-in"],
    ["{ id: c, type: fan-in, wait_for: [] }", "a fan-in needs `wait_for`, a list of step ids"],
    ["{ id: c, type: http, url: x }", "a step of type `http` can't be carried over"],
    ["{ type: shell, run: x }", "a step needs `id`"],
    ["{ id: a b, type: shell, run: x }", "`a b` can't be carried over as an id"],
    ["just text", "a step must be a mapping"]
  ])("%s", (step, message) => {
    expect(wrong(`- ${step}`).join("\n")).toContain(message)
  })

  it("an id that is used twice is told with the place of the other", () => {
    expect(wrong(`- { id: a, type: shell, run: x }\n- { id: c, type: if, condition: true, then: ${inner("a")} }`))
      .toEqual([
        "a: step id `a` is used twice (the other is `steps[0]`; expressions can't tell them apart)"
      ])
  })
})

describe("a file that is no such workflow", () => {
  it("has everything that is wrong told at once, with its place", () => {
    expect(refusals(
      "spec-kit",
      `schema_version: "2.0"
workflow: { id: Not Good, owner: me }
step: []
inputs: { a: { type: list }, b: { type: number, default: many }, c: { enum: [x], default: y } }
steps:
  - { id: a, type: shell, rn: x }
`
    )).toEqual([
      "1: \"2.0\": a workflow of `schema_version` \"2.0\" can't be read (\"1.0\" is the one that is known)",
      "2: Not Good: `workflow.id` must be lower-case letters, digits and hyphens",
      "2: owner: `workflow` has no `owner`, so that it can't be carried over (take it out, or write what it does in another way)",
      "3: step: a workflow has no `step`, so that it can't be carried over (did you mean `steps`?)",
      "4: list: an input of type `list` can't be carried over (it is one of string, number, boolean)",
      "4: many: `default` must be a number",
      "4: y: `default` is not in `enum` (add it there)",
      "6: { id: a, type: shell, rn: x }: a shell step needs `run`",
      "6: rn: a shell step has no `rn`, so that it can't be carried over (did you mean `run`?)"
    ])
  })

  it.each([
    [
      "name: b\ntargets: [{ id: a, run: x }]\n",
      "this is not a Spec Kit workflow (it looks like a manifest of pawl already: `pawl validate` checks it)"
    ],
    ["- 1\n", "this is not a Spec Kit workflow (one has `schema_version: \"1.0\"`, `workflow:` and `steps:`)"],
    [
      "kind: TaskPack\napiVersion: stellaops.io/pack.v1\n",
      "this looks like a Task Pack, not like a Spec Kit workflow (pawl import taskpack flow.yml)"
    ],
    ["workflow: {\n", "end with a }"],
    ["workflow: { id: a }\nworkflow: { id: b }\n", "duplicate key `workflow`"],
    ["workflow: { id: a }\n---\nb: 1\n", "a second document"],
    ["a: &a [x, x]\nb: &b [*a, *a]\nworkflow: &c [*b, *b]\n", "this is not a Spec Kit workflow"]
  ])("%j", (text, message) => {
    expect(refusals("spec-kit", text).join("\n")).toContain(message)
  })
})
