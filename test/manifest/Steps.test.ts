import { describe, expect, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { manifestOf, mistakesIn } from "./reading.ts"

const batch = (steps: string): string => `name: a\ntargets:\n  - id: t\n    steps:\n${steps.replace(/^/gm, "      ")}`
/** One step, on line 5; its id is `s`. */
const step = (keys: string): string => batch(`- { id: s, ${keys} }`)
const run = "{ id: x, run: y }"

const kinds = "`run`, `command`, `gate`, `if`, `switch`, `map`, `parallel` or `loop`"

const composites: ReadonlyArray<readonly [kind: string, keys: (steps: string) => string]> = [
  ["if", (steps) => `if: "{{ true }}", then: ${steps}`],
  ["else", (steps) => `if: "{{ true }}", then: [${run}], else: ${steps}`],
  ["switch", (steps) => `switch: x, cases: { a: ${steps} }`],
  ["default", (steps) => `switch: x, cases: { a: [${run}] }, default: ${steps}`],
  ["map", (steps) => `map: { over: [a] }, steps: ${steps}`],
  ["parallel", (steps) => `parallel: {}, steps: ${steps}`],
  ["while", (steps) => `loop: { while: "{{ iteration < 2 }}" }, steps: ${steps}`],
  ["until", (steps) => `loop: { until: "{{ iteration > 2 }}" }, steps: ${steps}`]
]

describe("steps that hold steps", () => {
  it("are what their author wrote, all kinds in each other", () => {
    const steps = [
      {
        id: "recover",
        if: "{{ true }}",
        then: [{ id: "reset", run: "./reset.sh", idempotent: false }],
        else: [{ id: "note", command: ["echo", "fine"] }]
      },
      {
        id: "shards",
        name: "All shards",
        when: "{{ true }}",
        continueOnError: true,
        failure: { retries: { maxAttempts: 3 }, timeout: "1m" },
        env: { A: "1" },
        workdir: "w",
        map: { over: ["smoke", { suite: "checkout" }], maxParallel: 4 },
        steps: [{
          id: "level",
          switch: "{{ inputs.level }}",
          cases: { full: [{ id: "all", parallel: { maxParallel: 2 }, steps: [{ id: "e2e", run: "./e2e" }] }] },
          default: [{
            id: "poll",
            loop: { until: "{{ steps.look.output.exit_code == 0 }}", every: "30s", maxIterations: 20 },
            steps: [{ id: "look", run: "./look" }]
          }]
        }]
      },
      {
        id: "ship",
        gate: { approval: "Ship?", options: ["blue", "green", "reject"], onReject: "retry", show: "n.md" }
      },
      { id: "rule", gate: { policy: "{{ inputs.level == 'full' }}", onReject: "skip" } },
      { id: "check", failure: { timeout: "9s" }, gate: { policy: { run: "./may", shell: "bash -eu", timeout: "5s" } } }
    ]
    const manifest = {
      name: "a",
      inputs: { level: { type: "string", default: "full" } },
      targets: [{ id: "t", steps }]
    }
    expect(manifestOf(JSON.stringify(manifest))).toEqual(manifest)
  })

  it("may have the ids that steps of another list have", () => {
    for (const [, keys] of composites) {
      expect(mistakesIn(batch(`- { id: s, ${keys(`[${run}]`)} }\n- ${run}`))).toEqual([])
    }
    expect(mistakesIn(step(`if: "{{ true }}", then: [${run}], else: [${run}]`))).toEqual([])
  })

  it.each(composites)("mistakes within %s are told, each with its place", (_kind, keys) => {
    const inner = "[{ id: p, parallel: {}, steps: [{ id: c, rn: x }, { id: d, run: x, tiemout: 3s }] }]"
    expect(mistakesIn(step(keys(inner)))).toEqual([
      `5: rn: a step needs ${kinds} (did you mean \`run\`?)`,
      "5: tiemout: unknown key `tiemout` (did you mean `timeout`?)"
    ])
  })

  it.each(composites)("%s needs a list of steps", (_kind, keys) => {
    const wanted = "must be a list of at least one step, not"
    expect(mistakesIn(step(keys("[]")))).toEqual([expect.stringContaining(`${wanted} an empty list`)])
    expect(mistakesIn(step(keys(run)))).toEqual([expect.stringContaining(`${wanted} a mapping`)])
    expect(mistakesIn(step(keys("")))).toEqual([expect.stringContaining(`${wanted} nothing`)])
  })

  it.each(composites)("ids used twice within %s are told", (_kind, keys) => {
    expect(mistakesIn(step(keys(`[${run}, { id: z, run: y }, ${run}]`)))).toEqual([
      expect.stringMatching(/^5: x: step id `x` is used twice in `[a-z.]+` \(the other is `targets\[0\]\.steps\[0\]\./)
    ])
  })
})

describe("a step that is wrong", () => {
  it.each<readonly [what: string, keys: string, ...mistakes: ReadonlyArray<string>]>([
    [
      "no `then`",
      `if: "{{ true }}"`,
      "5: { id: s, if: \"{{ true }}\" }: `then` is missing (add `then`: what is done where `if` is true)"
    ],
    ["`then` without `if`", `then: [${run}]`, `5: then: a step needs ${kinds} (\`then\` goes with \`if\`)`],
    [
      "a boolean for a condition",
      `if: true, then: [${run}]`,
      "5: true: `if` must be one expression, not true (for example `\"{{ inputs.level == 'full' }}\"`)"
    ],
    [
      "`if` as other tools have it",
      `if: "{{ true }}", run: x`,
      "5: if: a step has either `run` or `if`, not both (to do a step only where something is true, write it as `when`)"
    ],
    ["`then` beside `run`", `run: x, then: [${run}]`, "5: then: `then` goes with `if` (take it out)"],
    [
      "a slip in `else`",
      `if: "{{ true }}", then: [${run}], esle: [${run}]`,
      "5: esle: unknown key `esle` (did you mean `else`?)"
    ],
    ["no cases", "switch: x", "5: { id: s, switch: x }: `cases` is missing (add `cases`: what is done for each text)"],
    [
      "cases without a case",
      "switch: x, cases: {}",
      "5: {}: `cases` must be a mapping with at least one case, not an empty mapping"
    ],
    [
      "cases in a list",
      "switch: x, cases: [a]",
      "5: [a]: `cases` must be a mapping of texts to steps, not a list (for example `cases: { full: [{ id: build, run: make }] }`)"
    ],
    [
      "a number to switch on",
      `switch: 1, cases: { 1: [${run}] }`,
      "5: 1: `switch` must be a text of at least one character, not a number (quote it: \"1\")"
    ],
    [
      "a map that is a list",
      `map: [a, b], steps: [${run}]`,
      "5: [a, b]: `map` must be a mapping, not a list (for example `map: { over: [a, b] }`)"
    ],
    [
      "a map without steps",
      "map: { over: [a] }",
      "5: { id: s, map: { over: [a] } }: `steps` is missing (add `steps`: what is done for each item; `item` and `index` are in its expressions)"
    ],
    [
      "a map over nothing",
      `map: {}, steps: [${run}]`,
      "5: {}: `over` is missing (add `over`: the items: a list, or one expression that gives a list)"
    ],
    [
      "a map over a number",
      `map: { over: 3 }, steps: [${run}]`,
      "5: 3: `map.over` must be a list, or one expression that gives a list, not 3 (for example `over: [a, b]` or `over: \"{{ inputs.suites }}\"`)"
    ],
    [
      "steps inside of `map`",
      `map: { over: [a], steps: [${run}] }`,
      "5: { id: s, map: { over: [a], steps: [{ id: x, run: y }] } }: `steps` is missing (add `steps`: what is done for each item; `item` and `index` are in its expressions)",
      "5: steps: `steps` does not belong here (put it beside `map`, not in it)"
    ],
    [
      "`maxParallel` beside `map`",
      `map: { over: [a] }, maxParallel: 3, steps: [${run}]`,
      "5: maxParallel: `maxParallel` does not belong here (put it under `map`)"
    ],
    [
      "`maxParallel` beside `parallel`",
      `parallel: {}, maxParallel: 3, steps: [${run}]`,
      "5: maxParallel: `maxParallel` does not belong here (put it under `parallel`)"
    ],
    [
      "`maxParallel` of nothing",
      `maxParallel: 3, steps: [${run}]`,
      `5: maxParallel: a step needs ${kinds} (\`maxParallel\` alone does not make it one: put it under \`map\` or \`parallel\`)`
    ],
    [
      "`over` without `map`",
      `over: [a], steps: [${run}]`,
      `5: over: a step needs ${kinds} (\`over\` alone does not make it one: put it under \`map\`)`
    ],
    [
      "steps of nothing",
      `steps: [${run}]`,
      `5: steps: a step needs ${kinds} (\`steps\` goes with \`map\`, \`parallel\` or \`loop\`)`
    ],
    [
      "none at a time",
      `map: { over: [a], maxParallel: 0 }, steps: [${run}]`,
      "5: 0: `map.maxParallel` must be a whole number of at least 1, not 0"
    ],
    [
      "a number in quotes",
      `parallel: { maxParallel: "2" }, steps: [${run}]`,
      "5: \"2\": `parallel.maxParallel` must be a whole number of at least 1, not the text \"2\" (write `maxParallel: 2`, without quotes)"
    ],
    [
      "a `parallel` with nothing after it",
      `parallel: , steps: [${run}]`,
      "5: parallel: `parallel` must be a mapping, not nothing (`parallel: {}` does all of them side by side, `parallel: { maxParallel: 2 }` two at a time)"
    ],
    [
      "a `parallel` that is a number",
      `parallel: 3, steps: [${run}]`,
      "5: 3: `parallel` must be a mapping, not 3 (`parallel: {}` does all of them side by side, `parallel: { maxParallel: 2 }` two at a time)"
    ],
    ["a loop without end", `loop: {}, steps: [${run}]`, "5: {}: a loop needs `while` or `until`"],
    [
      "a loop with two ends",
      `loop: { while: "{{ true }}", until: "{{ true }}" }, steps: [${run}]`,
      "5: until: a loop has either `while` or `until`, not both (take one of them out)"
    ],
    [
      "a loop that goes on for too long",
      `loop: { until: "{{ true }}", maxIterations: 20000 }, steps: [${run}]`,
      "5: 20000: `loop.maxIterations` must be a whole number from 1 to 10000, not 20000"
    ],
    [
      "`until` without `loop`",
      `until: "{{ true }}", steps: [${run}]`,
      `5: until: a step needs ${kinds} (\`until\` alone does not make it one: put it under \`loop\`)`
    ],
    [
      "`every` beside `loop`",
      `loop: { until: "{{ true }}" }, every: 3s, steps: [${run}]`,
      "5: every: `every` does not belong here (put it under `loop`)"
    ],
    [
      "a slip in a loop",
      `loop: { until: "{{ true }}", evry: 3s }, steps: [${run}]`,
      "5: evry: unknown key `evry` (did you mean `every`?)"
    ],
    [
      "two kinds that hold steps",
      `map: { over: [a] }, parallel: {}, steps: [${run}]`,
      "5: parallel: a step has either `map` or `parallel`, not both (what is done side by side goes under `steps`)"
    ],
    [
      "work beside `map`",
      "command: [x], map: { over: [a] }",
      "5: map: a step has either `command` or `map`, not both (what is done for each item goes under `steps`)"
    ],
    [
      "a time-out of a step that makes no attempts",
      `if: "{{ true }}", then: [${run}], timeout: 5m`,
      "5: timeout: `timeout` goes with `run` or `command` (put it on the steps within)"
    ],
    [
      "a shell of a step that makes no attempts",
      `map: { over: [a] }, steps: [${run}], shell: bash`,
      "5: shell: `shell` goes with `run` (put it on the steps within)"
    ],
    [
      "`idempotent` of a step that makes no attempts",
      `parallel: {}, steps: [${run}], idempotent: false`,
      "5: idempotent: `idempotent` goes with `run` or `command` (put it on the steps within)"
    ],
    [
      "`idempotent` in quotes",
      "run: x, idempotent: \"false\"",
      "5: \"false\": `idempotent` must be true or false, not the text \"false\" (write `idempotent: false`, without quotes)"
    ],
    [
      "`continueOnError` in quotes",
      `map: { over: [a] }, steps: [${run}], continueOnError: "true"`,
      "5: \"true\": `continueOnError` must be true or false, not the text \"true\" (write `continueOnError: true`, without quotes)"
    ],
    [
      "retries of a step",
      `parallel: {}, steps: [${run}], retries: { maxAttempts: 3 }`,
      "5: retries: `retries` does not belong here (put it under `failure`, as in `failure: { retries: { maxAttempts: 3 } }`)"
    ],
    [
      "needs of a step",
      "run: x, needs: [a]",
      "5: needs: `needs` does not belong here (steps follow each other: a target has `needs`)"
    ]
  ])("%s", (_what, keys, ...mistakes) => {
    expect(mistakesIn(step(keys))).toEqual(mistakes)
  })

  it.each<readonly [what: string, keys: string, mistake: string]>([
    [
      "a question alone",
      "gate: Ship?",
      "5: Ship?: `gate` must be a mapping such as `{ approval: \"Ship?\" }`, not the text \"Ship?\""
    ],
    ["nothing to decide", "gate: {}", "5: {}: a gate needs `approval` or `policy`"],
    [
      "two who decide",
      "gate: { approval: x, policy: \"{{ true }}\" }",
      "5: policy: a gate has either `approval` or `policy`, not both (take one of them out)"
    ],
    ["a slip", "gate: { aproval: x }", "5: aproval: a gate needs `approval` or `policy` (did you mean `approval`?)"],
    [
      "a message",
      "gate: { message: x }",
      "5: message: a gate needs `approval` or `policy` (`message` alone does not make it one: the question itself is the `approval`)"
    ],
    [
      "work beside a gate",
      "gate: { approval: x }, run: y",
      "5: gate: a step has either `run` or `gate`, not both (a gate is a step of its own: put it before the other)"
    ],
    [
      "`onReject` beside `gate`",
      "gate: { approval: x }, onReject: skip",
      "5: onReject: `onReject` does not belong here (put it under `gate`)"
    ],
    [
      "`onReject` of no kind",
      "gate: { approval: x, onReject: stop }",
      "5: stop: `gate.onReject` must be `abort`, `skip` or `retry`, not the text \"stop\""
    ],
    [
      "`onReject` in the check",
      "gate: { policy: { run: x, onReject: skip } }",
      "5: onReject: `onReject` does not belong here (put it beside `policy`, not in it)"
    ],
    [
      "a time-out",
      "gate: { approval: x }, timeout: 3s",
      "5: timeout: `timeout` goes with `run` or `command` (an approval waits as long as it takes, a check has its own: `policy: { run: …, timeout: 90s }`)"
    ],
    [
      "retries",
      "gate: { approval: x }, failure: { retries: { maxAttempts: 3 } }",
      "5: retries: `retries` does not belong here (a check is made once: try again within its script, or say `onReject: retry` in the gate)"
    ],
    [
      "a check that is no policy",
      "gate: { run: x }",
      "5: run: a gate needs `approval` or `policy` (`run` alone does not make it one: a check is a policy: `policy: { run: … }`)"
    ],
    [
      "a policy that is true",
      "gate: { policy: true }",
      "5: true: `gate.policy` must be one expression, or a mapping with `run`, not true (for example `policy: \"{{ inputs.level == 'full' }}\"` or `policy: { run: ./may-ship.sh }`)"
    ],
    [
      "options of a policy",
      "gate: { policy: \"{{ true }}\", options: [a] }",
      "5: options: `options` goes with `approval` (take it out)"
    ],
    [
      "no options",
      "gate: { approval: x, options: [] }",
      "5: []: `gate.options` must be a list of names, not an empty list (for example `options: [blue, green, reject]`)"
    ],
    [
      "options that only reject",
      "gate: { approval: x, options: [reject] }",
      "5: [reject]: `gate.options` must be a list of different names, at least one of which is not `reject`, not `[\"reject\"]` (for example `options: [blue, green, reject]`)"
    ],
    [
      "an option twice",
      "gate: { approval: x, options: [a, b, a, c, d] }",
      "5: [a, b, a, c, d]: `gate.options` must be a list of different names, at least one of which is not `reject`, not a list of 5 (for example `options: [blue, green, reject]`)"
    ],
    [
      "an option with a space",
      "gate: { approval: x, options: [a b] }",
      "5: a b: `gate.options[0]` must be letters, digits, hyphens and underscores, a letter or digit first, not the text \"a b\" (put what people should read into `name`)"
    ]
  ])("a gate with %s", (_what, keys, mistake) => {
    expect(mistakesIn(step(keys))).toEqual([mistake])
  })

  it("a map over more than can be is told, and where it belongs", () => {
    expect(mistakesIn(step(`map: { over: [${"a, ".repeat(10_000)}a] }, steps: [${run}]`))).toEqual([
      expect.stringContaining(
        "`map.over` must be a list of at most 10000 items, not a list of 10001 (make each item a target of its own, with `forEach`)"
      )
    ])
  })

  it("is told on a target too, where it does not belong", () => {
    for (const key of ["gate", "if", "switch", "map", "parallel", "loop", "idempotent", "then"]) {
      expect(mistakesIn(`name: a\ntargets:\n  - id: t\n    ${key}: {}\n    run: x\n`)).toEqual([
        `4: ${key}: \`${key}\` does not belong here (it belongs to a step: write the work as \`steps\`)`
      ])
    }
  })
})

describe("steps in steps in steps", () => {
  const most = 50
  const deep =
    "steps stand in each other more than 50 deep (put the inner work into a script, or into a batch of its own)"
  const deeper = "nested more than 200 deep (is a bracket not closed? steps may stand in each other 50 deep)"
  const flow = (depth: number, [open, close]: readonly [string, string]): string =>
    `name: a\ntargets: [{ id: t, steps: [${open.repeat(depth - 1)}${run}${close.repeat(depth - 1)}] }]\n`
  const block = (depth: number): string => {
    const lines = Array.from({ length: depth - 1 }, (_, level) => {
      const indent = "    ".repeat(level)
      return `${indent}- id: s\n${indent}  parallel: {}\n${indent}  steps:\n`
    })
    return batch(`${lines.join("")}${"    ".repeat(depth - 1)}- ${run}`)
  }
  const json = (depth: number): string =>
    `{"name":"a","targets":[{"id":"t","steps":[${
      `{"id":"s","map":{"over":[1]},"steps":[`.repeat(depth - 1)
    }{"id":"x","run":"y"}${"]}".repeat(depth - 1)}]}]}`
  const aliases = (depth: number): string =>
    `name: a\ninputs:\n  i:\n    type: object\n    default:\n      l1: &l1 [${run}]\n${
      Array.from(
        { length: depth - 1 },
        (_, level) => `      l${level + 2}: &l${level + 2} [{ id: s, parallel: {}, steps: *l${level + 1} }]\n`
      ).join("")
    }targets: [{ id: t, steps: *l${depth} }]\n`
  const styles: ReadonlyArray<readonly [style: string, text: (depth: number) => string, end: string]> = [
    ["braces", (depth) => flow(depth, ["{ id: s, if: \"{{ true }}\", then: [", "] }"]), deeper],
    ["cases in braces", (depth) => flow(depth, ["{ id: s, switch: x, cases: { a: [", "] } }"]), deeper],
    ["lines", block, deeper],
    ["JSON", json, deeper],
    ["aliases", aliases, "nested more than 200 deep (write the values out)"]
  ]

  it.each(styles)("written in %s may be 50 deep", (_style, text) => {
    expect(mistakesIn(text(most))).toEqual([])
  })

  it.each(styles)("written in %s are refused at 51, where they stand", (_style, text) => {
    expect(mistakesIn(text(most + 1))).toEqual([expect.stringMatching(/^\d+: /)])
    expect(mistakesIn(text(most + 1))[0]).toContain(deep)
  })

  it.each(styles)("written in %s are refused at 1,000 and at 100,000 without being followed", (_style, text, end) => {
    expect(mistakesIn(text(1000))).toEqual([expect.stringContaining(end)])
    if (text !== block && text !== aliases) expect(mistakesIn(text(100_000))).toEqual([expect.stringContaining(end)])
  })

  it("keep the rest of what is wrong for later", () => {
    expect(mistakesIn(json(60).replace("\"run\"", "\"rn\""))).toEqual([expect.stringContaining(deep)])
  })

  it.prop(
    "of any kinds are told to be wrong once for each mistake, however deep",
    [FastCheck.array(FastCheck.constantFrom(...composites), { minLength: 1, maxLength: 45 })],
    ([around]) => {
      const text = around.reduce((inner, [, keys]) => `[{ id: s, ${keys(inner)} }]`, "[{ id: x, run: y, zz: 1 }]")
      expect(mistakesIn(batch(`- { id: top, parallel: {}, steps: ${text} }`))).toEqual([
        expect.stringContaining("unknown key `zz`")
      ])
    },
    { fastCheck: { numRuns: 20 } }
  )
})

describe("steps that aliases repeat", () => {
  const shared = (steps: string, uses: number): string =>
    `name: a\ntargets:\n  - { id: first, steps: &s ${steps} }\n${
      Array.from({ length: uses }, (_, at) => `  - { id: t${at}, steps: *s }\n`).join("")
    }`
  const many = (count: number, more: string): string =>
    `[${Array.from({ length: count }, (_, at) => `{ id: s${at}, run: y${more} }`).join(", ")}]`

  it("are right in every place", () => {
    expect(manifestOf(shared(many(20, ""), 500)).targets[500]).toMatchObject({ id: "t499", steps: { length: 20 } })
  })

  it("are told to be wrong at one of them", () => {
    expect(mistakesIn(shared(many(100, ", zz: 1"), 1000))).toHaveLength(100)
  })

  it("say ids that are used twice once", () => {
    expect(mistakesIn(shared(`[{ id: m, parallel: {}, steps: [${run}, ${run}] }]`, 50))).toHaveLength(1)
  })

  it("that explode are refused", () => {
    const levels = Array.from(
      { length: 11 },
      (_, level) =>
        `      l${level + 1}: &l${level + 1} [${
          Array.from({ length: 9 }, (_, at) => `{ id: s${at}, parallel: {}, steps: *l${level} }`).join(", ")
        }]\n`
    )
    const bomb = `name: a\ninputs:\n  i:\n    type: object\n    default:\n      l0: &l0 [${run}]\n${
      levels.join("")
    }targets: [{ id: t, steps: *l11 }]\n`
    expect(mistakesIn(bomb)).toEqual([
      expect.stringMatching(/^\d+: \*l\d: the aliases up to here stand for more than 1000000 values/)
    ])
  })
})
