import { describe, expect, it } from "@effect/vitest"
import { Either, FastCheck } from "effect"
import { readManifest } from "../../src/manifest/ReadManifest.ts"
import { diagnosticsOf, manifestOf, marked, mistakesIn } from "./reading.ts"

const batch = (rest: string): string => `name: a\n${rest}`
const target = (rest: string): string => batch(`targets:\n  - id: t\n${rest.replace(/^/gm, "    ")}`)
const step = (rest: string): string => target(`steps:\n  - id: s\n${rest.replace(/^/gm, "    ")}`)

describe("a manifest that is right", () => {
  it("is what its author wrote, in YAML and in JSON", () => {
    const wanted = {
      name: "nightly-e2e",
      inputs: { level: { type: "string", enum: ["quick", "full"], default: "quick" } },
      failure: {
        retries: { maxAttempts: 3, on: { exitCodes: [75], timeout: true } },
        circuitBreaker: false,
        timeout: "1h30m"
      },
      run: { autoAdvance: true, maxBlocked: "20%" },
      targets: [
        { id: "api", labels: { tier: "T1" }, steps: [{ id: "build", run: "make", continueOnError: true }] },
        {
          forEach: { file: "hosts.txt" },
          id: "host-{{ item }}",
          run: "ssh \"{{ item }}\" ./migrate.sh",
          shell: "bash -eu",
          timeout: "90s"
        }
      ],
      outputs: { released: "{{ targets.api.status == 'completed' }}" }
    }
    expect(manifestOf(JSON.stringify(wanted))).toEqual(wanted)
    expect(manifestOf(`
name: nightly-e2e
inputs: { level: { type: string, enum: [quick, full], default: quick } }
failure:
  retries: { maxAttempts: 3, on: { exitCodes: [75], timeout: true } }
  circuitBreaker: false
  timeout: 1h30m
run: { autoAdvance: true, maxBlocked: 20% }
targets:
  - id: api
    labels: { tier: T1 }
    steps:
      - id: build
        run: make
        continueOnError: true
  - forEach: { file: hosts.txt }
    id: "host-{{ item }}"
    run: ssh "{{ item }}" ./migrate.sh
    shell: bash -eu
    timeout: 90s
outputs:
  released: "{{ targets.api.status == 'completed' }}"
`)).toEqual(wanted)
  })

  it.prop(
    "keeps every digit of an integer",
    [FastCheck.bigInt({ min: -(10n ** 30n), max: 10n ** 30n })],
    ([integer]) => {
      const { inputs } = manifestOf(
        `name: a\ninputs: { n: { type: integer, default: ${integer} } }\ntargets: [{ id: x, run: y }]`
      )
      expect(inputs?.["n"]?.default).toEqual(Number.isSafeInteger(Number(integer)) ? Number(integer) : integer)
    }
  )

  it("may repeat itself with anchors", () => {
    const { targets } = manifestOf(
      "name: a\ntargets:\n  - { id: x, steps: &s [{ id: a, run: make }] }\n  - { id: y, steps: *s }\n"
    )
    expect(targets[1]?.steps).toEqual([{ id: "a", run: "make" }])
  })
})

describe("a manifest that is wrong", () => {
  it.each<readonly [what: string, text: string, ...mistakes: ReadonlyArray<string>]>([
    [
      "an unknown key",
      batch("descripton: x\ntargets: [{ id: x, run: y }]"),
      "2: descripton: unknown key `descripton` (did you mean `description`?)"
    ],
    [
      "a key that is far from all",
      target("run: x\nzzz: y"),
      "5: zzz: unknown key `zzz` (known here: `id`, `forEach`, `labels`, `needs`, `env`, `workdir`, `failure`, `run`, `command`, `shell`, `timeout`, `outputs` and `steps`)"
    ],
    [
      "an expression in a text that is quoted in part, within braces",
      batch("targets:\n  - { id: x, run: echo \"{{ inputs.y }}\" }"),
      "3: {: an expression in a text that is not quoted as a whole, within braces or brackets (quote all of it, as in `run: 'echo \"{{ item }}\"'`, or give the key a line of its own)"
    ],
    [
      "a merge key",
      target("run: x\n<<: {}"),
      "5: <<: unknown key `<<` (YAML 1.2 has no merge keys: write the keys out)"
    ],
    [
      "no name",
      "targets: [{ id: x, run: y }]",
      "1: targets: [{ id: x, run: y }]: `name` is missing (add `name`: what the batch is called)"
    ],
    [
      "no targets",
      "name: a\n",
      "1: name: a: `targets` is missing (add `targets`: the units of work, in the order they start)"
    ],
    [
      "a key of a target beside the targets",
      batch("steps: [{ id: x, run: y }]\ntargets: [{ id: x, run: y }]"),
      "2: steps: `steps` does not belong here (it belongs to a target)"
    ],
    [
      "keys of blocks beside the blocks",
      batch("maxParallel: 4\nretries: { maxAttempts: 3 }\ntargets: [{ id: x, run: y }]"),
      "2: maxParallel: `maxParallel` does not belong here (put it under `run`)",
      "3: retries: `retries` does not belong here (put it under `failure`)"
    ],
    [
      "an empty list of targets",
      batch("targets: []"),
      "2: []: `targets` must be a list of at least one target, not an empty list"
    ],
    [
      "a name with capitals",
      "name: Nightly\ntargets: [{ id: x, run: y }]",
      "1: Nightly: `name` must be lower-case letters, digits and hyphens, not the text \"Nightly\" (for example `nightly-e2e`)"
    ],
    [
      "a boolean in quotes",
      step("run: x\ncontinueOnError: \"true\""),
      "7: \"true\": `continueOnError` must be true or false, not the text \"true\" (write `continueOnError: true`, without quotes)"
    ],
    [
      "a number where a text belongs",
      batch("env: { V: 1.10 }\ntargets: [{ id: x, run: y }]"),
      "2: 1.10: `env.V` must be a text, not a number (quote it: \"1.10\")"
    ],
    [
      "a boolean where a text belongs",
      target("run: x\nlabels: { a: true }"),
      "5: true: `labels.a` must be a text, not true (quote it: \"true\")"
    ],
    [
      "a number as a command's word",
      target("command: [sleep, 1]"),
      "4: 1: `command[1]` must be a text, not a number (quote it: \"1\")"
    ],
    [
      "a line as a command",
      target("command: gzip -t x"),
      "4: gzip -t x: `command` must be a list: the program, then its arguments, not the text \"gzip -t x\" (for example `command: [gzip, -t, \"{{ item }}\"]`; a line for the shell is `run:`)"
    ],
    [
      "a duration without a unit",
      target("run: x\ntimeout: 10"),
      "5: 10: `timeout` must be a duration such as `10m`, not a number (write a number with its unit: `500ms`, `90s`, `10m`, `1h30m` or `7d`)"
    ],
    [
      "a duration of nothing",
      target("run: x\ntimeout: 0s"),
      "5: 0s: `timeout` must be a duration longer than nothing, not the text \"0s\" (for example `90s`; leave it out for no limit)"
    ],
    [
      "a number in quotes",
      batch("failure: { retries: { maxAttempts: \"3\" } }\ntargets: [{ id: x, run: y }]"),
      "2: \"3\": `failure.retries.maxAttempts` must be a whole number of at least 1, not the text \"3\" (write `maxAttempts: 3`, without quotes)"
    ],
    [
      "no attempts",
      batch("failure: { retries: { maxAttempts: 0 } }\ntargets: [{ id: x, run: y }]"),
      "2: 0: `failure.retries.maxAttempts` must be a whole number of at least 1, not 0"
    ],
    [
      "a breaker that is true",
      batch("failure: { circuitBreaker: true }\ntargets: [{ id: x, run: y }]"),
      "2: true: `failure.circuitBreaker` must be `{ threshold: 3 }` or `false`, not true"
    ],
    [
      "a breaker on a step",
      step("run: x\nfailure: { circuitBreaker: false }"),
      "7: circuitBreaker: `circuitBreaker` does not belong here (a breaker counts the steps of a target: put it under `failure` of the target or the batch)"
    ],
    [
      "a share above all",
      batch("run: { maxBlocked: 120% }\ntargets: [{ id: x, run: y }]"),
      "2: 120%: `run.maxBlocked` must be a share from `0%` to `100%`, not the text \"120%\" (for example `maxBlocked: 20%`)"
    ],
    [
      "nothing after a key",
      target("run:"),
      "4: run: `run` must be a script, not nothing (give it a value, or take the key out)"
    ],
    [
      "a target without work",
      batch("targets: [{ id: x }]"),
      "2: { id: x }: a target needs one of `run`, `command` or `steps`"
    ],
    [
      "a target with two works",
      target("run: x\ncommand: [y]"),
      "5: command: a target has either `run` or `command`, not both"
    ],
    [
      "a shell beside steps",
      target("shell: bash\nsteps: [{ id: a, run: b }]"),
      "4: shell: `shell` belongs to a step here, since the target has `steps`"
    ],
    [
      "`when` on a target",
      target("run: x\nwhen: \"{{ true }}\""),
      "5: when: `when` does not belong here (it belongs to a step: write the work as `steps`)"
    ],
    [
      "a mistyped key of a step on a target",
      target("run: x\ncontinueOnEror: true"),
      "5: continueOnEror: unknown key `continueOnEror` (did you mean `continueOnError`? it belongs to a step: write the work as `steps`)"
    ],
    [
      "a mistyped key of another kind of step",
      step("command: [x]\nshel: bash"),
      "7: shel: unknown key `shel` (did you mean `shell`? it goes with `run`)"
    ],
    [
      "a mistyped key that is nearest to one of its own",
      target("run: x\ncomand: [y]"),
      "5: comand: unknown key `comand` (did you mean `command`?)"
    ],
    [
      "a step that does nothing",
      target("steps: [{ id: a }]"),
      "4: { id: a }: a step needs `run`, `command`, `gate`, `if`, `switch`, `map`, `parallel` or `loop`"
    ],
    [
      "a step with a slip in its kind",
      step("comand: [x]"),
      "6: comand: a step needs `run`, `command`, `gate`, `if`, `switch`, `map`, `parallel` or `loop` (did you mean `command`?)"
    ],
    [
      "a step of two kinds",
      step("run: x\ncommand: [y]"),
      "7: command: a step has either `run` or `command`, not both (take one of them out)"
    ],
    ["a shell for a command", step("command: [x]\nshell: bash"), "7: shell: `shell` goes with `run` (take it out)"],
    [
      "a step id with a space",
      target("steps: [{ id: a b, run: x }]"),
      "4: a b: `id` must be letters, digits, hyphens and underscores, a letter or digit first, not the text \"a b\" (put what people should read into `name`)"
    ],
    [
      "a step id used twice",
      target("steps: [{ id: a, run: x }, { id: a, run: y }]"),
      "4: a: step id `a` is used twice in this target (the other is `targets[0].steps[0]`: expressions and logs need to tell them apart)"
    ],
    [
      "a `forEach` with a slip in its kind",
      target("run: x\nforEach: { fil: y }"),
      "5: fil: a `forEach` needs `items`, `file`, `glob`, `jsonl`, `stdin` or `matrix` (did you mean `file`?)"
    ],
    [
      "a `forEach` of two kinds",
      target("run: x\nforEach: { file: y, glob: z }"),
      "5: glob: a `forEach` has either `file` or `glob`, not both (take one of them out)"
    ],
    [
      "standard input taken twice",
      batch(
        "targets:\n  - { id: a, run: x, forEach: { stdin: true } }\n  - { id: b, run: x, forEach: { stdin: true } }"
      ),
      "4: stdin: standard input is taken up by another `forEach` already"
    ],
    [
      "an input of no type",
      batch("inputs: { a: { type: strng } }\ntargets: [{ id: x, run: y }]"),
      "2: strng: `inputs.a.type` must be one of `string`, `number`, `integer`, `boolean`, `array`, `object`, not the text \"strng\""
    ],
    [
      "an input with a hyphen",
      batch("inputs: { a-b: { type: string } }\ntargets: [{ id: x, run: y }]"),
      "2: a-b: `a-b` is not a name for `inputs`: names are letters, digits and underscores, no digit first (for example `release_version`)"
    ],
    [
      "a default of another type",
      batch("inputs: { a: { type: integer, default: x } }\ntargets: [{ id: x, run: y }]"),
      "2: x: `default` of `a` must be an integer"
    ],
    [
      "a default that is not allowed",
      batch("inputs: { a: { type: string, enum: [b], default: c } }\ntargets: [{ id: x, run: y }]"),
      "2: c: `default` of `a` is not in its `enum`"
    ],
    [
      "a label called id",
      target("run: x\nlabels: { id: y }"),
      "5: id: `id` is not a name for `labels`: names are letters, digits, hyphens, underscores, dots and slashes, a letter first, and not `id` (for example `tier`, for `--only tier=T1`)"
    ],
    ["a list for a manifest", "- a\n", "1: - a: a manifest must be a mapping, not a list"],
    [
      "comments alone",
      "# nothing\n",
      "-: : there is nothing in it but comments (`pawl init` writes a manifest to start from)"
    ]
  ])("%s", (_what, text, ...mistakes) => {
    expect(mistakesIn(text)).toEqual(mistakes)
  })

  it("is told whole: shape, expressions and names in one go, in the order of the text", () => {
    expect(
      mistakesIn(step("run: echo \"{{ 1 + }}\"\ncontineOnError: true\nwhen: inputs.a").replace("name: a", "name: A"))
    ).toEqual([
      "1: A: `name` must be lower-case letters, digits and hyphens, not the text \"A\" (for example `nightly-e2e`)",
      expect.stringContaining("6: "),
      "7: contineOnError: unknown key `contineOnError` (did you mean `continueOnError`?)",
      "8: inputs.a: `inputs.a`: a condition must be one `{{ … }}` and nothing else (write `{{ inputs.a }}`)"
    ])
  })

  it("stops telling after a hundred mistakes and says how many more there are", () => {
    const targets = Array.from({ length: 250 }, (_, at) => `  - { id: x${at}, rn: y, run: z }\n`).join("")
    const error = Either.getOrThrow(Either.flip(readManifest({
      file: "batch.yaml",
      text: batch(`targets:\n${targets}`)
    })))
    expect(error.diagnostics).toHaveLength(101)
    expect(error.diagnostics.at(-1)?.message).toBe("and 150 more")
    expect(error.total).toBe(250)
  })

  it("tells ids that are used twice beside what is wrong with its keys", () => {
    expect(
      mistakesIn(batch("targets:\n  - { id: a, rn: y, run: z }\n  - { id: b, run: z }\n  - { id: b, run: z }\n"))
    ).toEqual([
      "3: rn: unknown key `rn` (did you mean `run`?)",
      "5: b: target id `b` is used twice: by `targets[1]` and by `targets[2]` (give one of them another id)"
    ])
  })

  it("does not call ids the same that items or inputs may tell apart", () => {
    expect(
      mistakesIn(batch(
        "targets:\n  - { id: \"{{ item }}\", forEach: { items: [a] }, run: z }\n  - { id: \"{{ item }}\", forEach: { items: [b] }, rn: y, run: z }\n"
      ))
    ).toEqual([expect.stringContaining("unknown key `rn`")])
  })

  it("tells what is wrong with the keys of a target beside what is wrong with their values", () => {
    expect(mistakesIn(target("run: x\ncommand: [1]"))).toEqual([
      "5: command: a target has either `run` or `command`, not both",
      "5: 1: `command[0]` must be a text, not a number (quote it: \"1\")"
    ])
  })

  it("says once what is wrong with steps that an alias repeats", () => {
    expect(
      mistakesIn(batch("targets:\n  - { id: x, steps: &s [{ id: a, rn: b, run: c }] }\n  - { id: y, steps: *s }\n"))
    ).toEqual([
      "3: rn: unknown key `rn` (did you mean `run`?)"
    ])
  })

  it("names the path and the line that the mistake is in", () => {
    expect(diagnosticsOf(step("run: x\nshel: bash"))).toEqual([{
      file: "batch.yaml",
      line: 7,
      column: 9,
      endColumn: 13,
      text: "        shel: bash",
      path: "targets[0].steps[0].shel",
      message: "unknown key `shel`",
      hint: "did you mean `shell`?"
    }])
  })
})

describe("an expression that is wrong is marked where it stands", () => {
  it.each<readonly [style: string, text: string, line: number]>([
    ["plain", "run: echo \"{{ inputs.nope }}\"", 4],
    ["double quotes with escapes", "run: \"echo \\\"a\\tb\\u00e9\\\" \\\"{{ inputs.nope }}\\\"\"", 4],
    ["single quotes", "run: 'echo \"it''s {{ inputs.nope }}\"'", 4],
    ["a block", "run: |\n  first\n\n    more \"{{ inputs.nope }}\"\n  last", 7],
    ["a block without its last line end", "run: |-\n  \"{{ inputs.nope }}\"", 5],
    ["a list in brackets", "command: [a, \"é {{ inputs.nope }}\"]", 4]
  ])("%s", (_style, text, line) => {
    const [first, ...rest] = diagnosticsOf(target(text))
    expect(rest).toEqual([])
    expect(first?.message).toBe("unknown input `nope`")
    expect(first && marked(first)).toBe("nope")
    expect(first?.line).toBe(line)
  })

  it("a folded text is marked as a whole", () => {
    const [first] = diagnosticsOf(target("run: >\n  a\n  \"{{ inputs.nope }}\""))
    expect(first?.line).toBe(4)
  })

  it("an input that nearly is one is suggested", () => {
    expect(
      mistakesIn(
        batch("inputs: { release: { type: string } }\ntargets: [{ id: x, command: [a, \"{{ inputs.relase }}\"] }]")
      )
    ).toEqual([
      "3: relase: unknown input `relase` (did you mean `release`?)"
    ])
  })

  it("a value does not get into the script of another language", () => {
    expect(mistakesIn(target("run: print(\"{{ item }}\")\nshell: python3 -u"))).toEqual([
      "4: {{: a value can only be put into the script of a POSIX shell (pass it by `env: { NAME: \"{{ … }}\" }` and read it from there)"
    ])
  })

  it.each(["sh -e", "/bin/bash -euo pipefail", "busybox sh", "/usr/bin/env-less/zsh"])("%s takes values", (shell) => {
    expect(mistakesIn(target(`forEach: { items: [a] }\nrun: echo "{{ item }}"\nshell: ${shell}`))).toEqual([])
  })
})
