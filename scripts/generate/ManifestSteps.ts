/**
 * The part of the manifest's reference that tables can't tell: steps that hold steps, gates, and what they leave behind.
 *
 * Owns the prose, its examples and the list of bounds. The surprise: every example is a manifest that the tests
 * validate, so each must be whole.
 */
import { deepest, deepestValue, mostItems, mostIterations } from "../../src/expression/Limits.ts"
import { code, table } from "./Markdown.ts"

type Block = string | ReadonlyArray<string>

const yaml = (text: string): string => `\`\`\`yaml\n${text.trim()}\n\`\`\``

const choosing = yaml(`
name: recover
inputs:
  level: { type: string, enum: [quick, full], default: quick }
targets:
  - id: api
    steps:
      - { id: flaky, run: ./flaky.sh, continueOnError: true }
      - id: recover
        if: "{{ steps.flaky.output.exit_code != 0 }}"
        then:
          - { id: reset, run: ./reset.sh }
        else:
          - { id: note, run: echo fine }
      - id: suite
        switch: "{{ inputs.level }}"
        cases:
          full:
            - { id: all, run: ./test.sh --all }
        default:
          - { id: some, run: ./test.sh --quick }
`)

const repeating = yaml(`
name: shards
inputs:
  suites: { type: array, default: [smoke, checkout] }
targets:
  - id: web
    steps:
      - id: shards
        map: { over: "{{ inputs.suites }}", maxParallel: 4 }
        continueOnError: true
        steps:
          - { id: e2e, command: [./e2e, --suite, "{{ item }}"], outputs: json }
          - { id: report, run: './report.sh "{{ index }}" "{{ steps.e2e.output.json.failed }}"' }
      - id: both
        parallel: { maxParallel: 2 }
        steps:
          - { id: docs, run: make docs }
          - { id: package, run: make package }
      - id: ready
        loop: { until: "{{ steps.look.output.exit_code == 0 }}", every: 30s, maxIterations: 20 }
        steps:
          - { id: look, run: ./ready.sh, continueOnError: true }
`)

const deciding = yaml(`
name: release
inputs:
  release: { type: string, required: true }
targets:
  - id: shop
    steps:
      - id: window
        gate: { policy: { run: ./in-window.sh, timeout: 10s }, onReject: retry }
      - id: ship
        gate:
          approval: "Ship {{ inputs.release }}, and to which half?"
          options: [blue, green, reject]
          show: CHANGES.md
      - { id: publish, run: './publish.sh "{{ steps.ship.output.option }}"', idempotent: false }
`)

const paths: ReadonlyArray<readonly [path: string, what: string]> = [
  ["build", "A step of the target."],
  ["recover::reset", "A step in a branch of an `if` or a `switch`, or in a `parallel`."],
  ["shards[0]::e2e", "A step in the first item of a `map`, or in the first iteration of a `loop`."],
  ["a[0]::b::c[2]::d", "And so on, however deep."]
]

const outputs: ReadonlyArray<readonly [kind: string, holds: string, example: string]> = [
  ["if, switch", "`output.steps`: the branch that was taken", "steps.recover.output.steps.reset.output.exit_code"],
  ["parallel", "`output.steps`", "steps.both.output.steps.docs.status"],
  [
    "map",
    "`output.items`, in the order of the items: each has `status` and `steps`",
    "steps.shards.output.items[0].steps.e2e.output.exit_code"
  ],
  [
    "loop",
    "`output.steps`: the last iteration; `output.iterations`: how many there were",
    "steps.ready.output.iterations"
  ],
  ["gate", "`output.option`, `output.by` and, where there is one, `output.note`", "steps.ship.output.option"]
]

const rejections: ReadonlyArray<readonly [onReject: string, meaning: string]> = [
  ["abort", "The target is blocked, whatever `continueOnError` says."],
  ["skip", "The gate and the rest of the list that it stands in are skipped, and the target goes on after that list."],
  ["retry", "The gate opens again, and waits to be decided anew; a policy is looked at again by the next invocation."]
]

const limits: ReadonlyArray<readonly [what: string, most: string, past: string]> = [
  ["steps in each other", `${deepest} deep`, "an error when the manifest is read"],
  ["anything in anything else in a manifest", `${deepestValue} deep`, "an error when the manifest is read"],
  ["what aliases stand for, written out", "1,000,000 values", "an error when the manifest is read"],
  [
    "items of a `map`",
    mostItems.toLocaleString("en"),
    "an error; more work than that belongs into targets, with `forEach`"
  ],
  ["`maxIterations` of a `loop`", mostIterations.toLocaleString("en"), "an error when the manifest is read"],
  ["a manifest, or a file of inputs", "32 MiB", "an error before it is read"]
]

/** From the kinds of steps to the bounds of the language. */
export const stepBlocks: ReadonlyArray<Block> = [
  "## Steps in steps",
  `A step can hold others: choose between them, repeat them, do them side by side. They can stand in each other up to
${deepest} deep. An id is unique in its own list of steps; \`then\` and \`else\` are two lists.`,
  "### Choosing",
  `\`if\` takes \`then\` where its condition is true, and \`else\`, if there is one, where it is false. \`switch\` compares
as text: the case of that name is taken, or else \`default\`, or else nothing. What was not taken is skipped. To do one
step only where something is true, \`when\` is enough.`,
  choosing,
  "### Repeating, and side by side",
  `\`map\` does its steps for each item of a list, one item after the other unless \`maxParallel\` says more; \`item\` and
\`index\` (from 0) are in their expressions. The list is one expression, or a list in whose texts expressions may stand.
What it comes to stays in the order of the items, whatever order they finish in. \`parallel\` does all of its steps at
once, or \`maxParallel\` at a time; they do not see each other. \`loop\` goes on \`while\` a condition is true, looked at
before each iteration, or \`until\` one is, looked at after each; \`iteration\` counts from 0, and \`every\` waits between
two of them. A loop that is not done after \`maxIterations\` fails, and says so.`,
  repeating,
  "### When one of them fails",
  `A step that holds others fails with the first of them that failed, and names it. \`continueOnError\` on it means what
it means on any step: that is recorded, and the target goes on. On \`map\` and \`parallel\` it also means that every item
or step is attempted; without it the first failure stops those that have not begun and interrupts those that run. All
steps of a target share its breaker, at any depth. \`failure\`, \`env\` and \`workdir\` on such a step hold for everything in
it, the inner ones going before.`,
  "### What steps see of each other",
  `\`steps.ID\` finds the nearest: the steps before it in the same list, then those before the step that the list is in,
and so on outwards. From outside, what is in a step is seen only through it:`,
  table(
    ["kind", "what it leaves", "example"],
    outputs.map(([kind, holds, example]) => [
      kind.split(", ").map(code).join(", "),
      holds,
      code(example)
    ])
  ),
  `A step that may not have run (in another branch, under \`when\`, after one that failed) has no output: \`default\` says
what to take instead. In a \`while\`, \`steps\` has the last iteration, and before the first there is none; in an \`until\`, the
one that has just ended. In a \`map\` within a \`forEach\` or another \`map\`, \`item\` and \`index\` are the inner ones.`,
  "### The path of a step",
  `Logs, events and \`pawl approve\` name an instance of a step by its path:`,
  table(["path", "what it is"], paths.map(([path, what]) => [code(path), what])),
  "## Gates",
  `At a gate a target waits for a decision. An \`approval\` is a person's: on a terminal pawl asks; elsewhere the target
rests as \`paused\`, the others go on, and the run ends with exit code 3 and the command that decides. \`reject\` rejects,
every other option approves, and is there for later steps to look at. A \`policy\` is decided by an expression that must
be true, or by a check that must exit 0; a check is made once, and its time-out is that of \`failure\` unless it has one
of its own. \`onReject\` says what a rejection means:`,
  table(["onReject", "meaning"], rejections.map(([name, meaning]) => [code(name), meaning])),
  deciding,
  "## Never twice",
  `An attempt that was under way when pawl was killed is made again when the run goes on: whether it did its work is not
known. Where that must not happen without a person, \`idempotent: false\` makes the step wait at a gate instead, which
offers \`run-again\`, \`done\` and \`reject\`. A step whose success is recorded is never run again, at any depth.`,
  "## Bounds",
  table(["what", "at most", "past it"], limits)
]
