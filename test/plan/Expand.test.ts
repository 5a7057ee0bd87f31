import { describe, expect, it } from "@effect/vitest"
import { type Given, planned, refused } from "./planning.ts"

const batch = (targets: string, rest = ""): string => `name: a\n${rest}targets:\n${targets}`

describe("targets of a plan", () => {
  it("are the listed ones and one for each item, in the order of the manifest", () => {
    const plan = planned(
      batch(
        "  - { id: setup, run: x }\n  - { forEach: { file: f }, id: \"host-{{ item }}\", labels: { n: \"{{ index }}\", tier: T1 }, needs: [set*], run: x }\n"
      ),
      { items: [undefined, ["a", "b"]] }
    )
    expect(plan.targets.map(({ hash: _, ...target }) => target)).toEqual([
      { id: "setup", template: 0, labels: {}, needs: [] },
      { id: "host-a", template: 1, item: "a", index: 0, labels: { n: "0", tier: "T1" }, needs: ["setup"] },
      { id: "host-b", template: 1, item: "b", index: 1, labels: { n: "1", tier: "T1" }, needs: ["setup"] }
    ])
    expect(plan.templates).toHaveLength(2)
  })

  it("take their steps, however they are written, in one form", () => {
    const [run, command, steps] = planned(batch(`
  - { id: a, run: make, shell: bash -eu, timeout: 90s, outputs: json }
  - { id: b, command: [make, all] }
  - { id: c, steps: [{ id: s, name: S, run: make, when: "{{ true }}", continueOnError: true, env: { A: "1" }, workdir: w }] }
`)).templates
    const retries = { maxAttempts: 1, backoffSeconds: 1, factor: 2, maxBackoffSeconds: 300, jitter: false }
    expect(run?.steps).toEqual([
      {
        id: "run",
        kind: "run",
        run: "make",
        shell: ["bash", "-eu"],
        timeoutMs: 90_000,
        outputs: "json",
        continueOnError: false,
        retries
      }
    ])
    expect(command?.steps).toEqual([
      { id: "command", kind: "command", command: ["make", "all"], outputs: "text", continueOnError: false, retries }
    ])
    expect(steps?.steps).toEqual([{
      id: "s",
      name: "S",
      kind: "run",
      run: "make",
      shell: ["sh", "-e"],
      when: "{{ true }}",
      continueOnError: true,
      env: { A: "1" },
      workdir: "w",
      outputs: "text",
      retries
    }])
  })

  it("inherit from the batch, field by field, the inner one winning", () => {
    const { templates } = planned(batch(
      `
  - id: a
    env: { B: "2" }
    workdir: w
    failure: { retries: { backoffSeconds: 5, on: { timeout: true } }, timeout: 2m }
    steps:
      - { id: inner, run: x, failure: { retries: { maxAttempts: 7 }, timeout: 3m } }
      - { id: own, run: x, timeout: 4m, failure: { timeout: 3m } }
      - { id: none, run: x }
  - { id: b, run: x, failure: { circuitBreaker: false } }
`,
      `env: { A: "1" }
workdir: v
failure: { retries: { maxAttempts: 3, jitter: true, on: { exitCodes: [75] } }, timeout: 1m, circuitBreaker: { threshold: 5 } }
`
    ))
    const retries = {
      maxAttempts: 3,
      backoffSeconds: 5,
      factor: 2,
      maxBackoffSeconds: 300,
      jitter: true,
      on: { timeout: true }
    }
    expect(templates[0]?.steps.map((step) => "retries" in step ? [step.id, step.retries, step.timeoutMs] : [])).toEqual(
      [
        ["inner", { ...retries, maxAttempts: 7 }, 180_000],
        ["own", retries, 240_000],
        ["none", retries, 120_000]
      ]
    )
    expect(templates.map(({ breakerThreshold, env, workdir }) => ({ breakerThreshold, env, workdir }))).toEqual([
      { breakerThreshold: 5, env: [{ A: "1" }, { B: "2" }], workdir: ["v", "w"] },
      { breakerThreshold: false, env: [{ A: "1" }], workdir: ["v"] }
    ])
  })

  it.each<readonly [text: string, maxBlocked: unknown]>([
    ["20%", { percent: 20 }],
    ["\"0%\"", { percent: 0 }],
    ["3", { count: 3 }]
  ])("maxBlocked: %s", (text, maxBlocked) => {
    expect(planned(batch("  - { id: a, run: x }", `run: { maxBlocked: ${text}, strict: true }\n`)).run).toEqual({
      strict: true,
      maxBlocked
    })
  })

  it("know the secrets by name alone", () => {
    const plan = planned(
      batch(
        "  - { id: a, run: \"echo \\\"{{ inputs.key }} {{ inputs.open }}\\\"\" }",
        "inputs: { key: { type: string, secret: true }, open: { type: string } }\n"
      ),
      { values: { key: "hunter2", open: "o" } }
    )
    expect(JSON.stringify(plan)).not.toContain("hunter2")
    expect(plan).toMatchObject({ inputs: { open: "o" }, secrets: ["key"] })
  })
})

describe("needs", () => {
  it("are ids or patterns, in plan order, each once, never the target itself", () => {
    const plan = planned(batch(`
  - { id: z, run: x }
  - { id: b-1, run: x }
  - { id: b-2, run: x, needs: ["b-?", z, z] }
  - { id: all, run: x, needs: ["*"] }
  - { id: "b*", run: x }
  - { id: q, run: x, needs: ["b*"] }
`.replace("needs: [\"*\"]", "needs: [\"b-*\", z]")))
    expect(plan.targets.map((target) => target.needs)).toEqual([[], [], ["z", "b-1"], ["z", "b-1", "b-2"], [], ["b*"]])
  })

  it("that many targets share stay one list", () => {
    const items = Array.from({ length: 50 }, (_, index) => `i${index}`)
    const { targets } = planned(
      batch(
        "  - { forEach: { file: f }, id: \"setup-{{ item }}\", run: x }\n  - { forEach: { file: f }, id: \"do-{{ item }}\", run: x, needs: [\"setup-*\"] }\n"
      ),
      { items: [items, items] }
    )
    expect(new Set(targets.slice(50).map((target) => target.needs)).size).toBe(1)
    expect(targets[50]?.needs).toHaveLength(50)
  })

  it("that would fill a disk are refused", () => {
    const items = Array.from({ length: 2300 }, (_, index) => `i${index}`)
    expect(refused(
      batch(
        "  - { forEach: { file: f }, id: \"a-{{ item }}\", run: x }\n  - { forEach: { file: f }, id: \"b-{{ item }}\", run: x, needs: [\"a-*\"] }"
      ),
      { items: [items, items] }
    )).toEqual([
      "2: targets: the needs of all targets come to 5290000, more than 5000000 (put one target between: the many need it, and it needs the many)"
    ])
  })

  it.each<readonly [what: string, targets: string, mistakes: ReadonlyArray<unknown>]>([
    ["a slip", "  - { id: api, run: x, needs: [wbe] }\n  - { id: web, run: x }", [
      "3: wbe: `wbe` is no target (did you mean `web`?)"
    ]],
    ["a pattern that matches only itself", "  - { id: api, run: x, needs: [\"a*\"] }", [
      "3: \"a*\": no other target matches `a*` (a pattern is held against whole ids: `*` is any characters, `?` any one)"
    ]],
    ["itself", "  - { id: api, run: x, needs: [api] }", [
      "3: [api]: targets need each other: api → api (take one of these needs out)"
    ]],
    [
      "a cycle",
      "  - { id: d, run: x, needs: [a] }\n  - { id: b, run: x, needs: [c] }\n  - { id: c, run: x, needs: [a] }\n  - { id: a, run: x, needs: [b] }",
      ["4: [c]: targets need each other: b → c → a → b (take one of these needs out)"]
    ],
    [
      "a pattern that all of them say of each other",
      "  - { id: a-1, run: x, needs: [\"a-*\"] }\n  - { id: a-2, run: x, needs: [\"a-*\"] }\n  - { id: a-3, run: x, needs: [\"a-*\"] }",
      [expect.stringContaining("targets need each other: a-1 → a-2 → a-1")]
    ]
  ])("%s", (_what, targets, mistakes) => {
    expect(refused(batch(targets)).slice(0, mistakes.length)).toEqual(mistakes)
  })
})

describe("targets that can't be", () => {
  const four = [["a", "b", "a", "a", "a", "a"], undefined]
  it.each<readonly [what: string, text: string, given: Given, mistakes: ReadonlyArray<unknown>]>([
    [
      "listed twice",
      batch("  - { id: a, run: x }\n  - { id: a, run: x }"),
      {},
      ["4: a: target id `a` is used twice: by `targets[0]` and by `targets[1]` (give one of them another id)"]
    ],
    [
      "items that come to the same id",
      batch("  - { id: \"{{ item }}\", forEach: { file: f }, run: x }\n  - { id: b, run: x }"),
      { items: four },
      [
        ...[3, 4, 5].map((item) =>
          `3: "{{ item }}": target id \`a\` is used twice: by item 1 of \`targets[0]\` and by item ${item} of \`targets[0]\` (put what tells the items apart into the id, such as \`{{ item }}\` or \`{{ index }}\`)`
        ),
        "3: \"{{ item }}\": and the same for 1 more items",
        "4: b: target id `b` is used twice: by item 2 of `targets[0]` and by `targets[1]` (give one of them another id)"
      ]
    ],
    [
      "an item without the part its id needs",
      batch("  - { id: \"x-{{ item.n }}\", forEach: { jsonl: f }, run: x }"),
      { items: [[{ n: "a" }, { m: "b" }]] },
      [expect.stringMatching(/^3: [^:]*: for item 2: .*`n`/)]
    ],
    ["an empty id", batch("  - { id: \"{{ item }}\", forEach: { file: f }, run: x }"), { items: [[""]] }, [
      "3: \"{{ item }}\": for item 1: a target id must not be empty (put something fixed before the expression)"
    ]],
    ["an id with a line end", batch("  - { id: \"a\\nb\", run: x }"), {}, [
      "3: \"a\\nb\": target id \"a\\nb\" holds a control character (take tabs, line ends and the like out of it: ids are printed and name folders)"
    ]],
    ["an id that is too long", batch(`  - { id: ${"a".repeat(256)}, run: x }`), {}, [
      expect.stringContaining("has 256 characters, more than 255")
    ]]
  ])("%s", (_what, text, given, mistakes) => {
    expect(refused(text, given)).toEqual(mistakes)
  })
})
