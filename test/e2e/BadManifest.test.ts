import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { type Case, one, refuse } from "./badCase.ts"

const brackets = (depth: number): string => `name: batch\nx: ${"[".repeat(depth)}${"]".repeat(depth)}\n`

/** Each level refers to the one before it nine times. */
const laughs = Array.from(
  { length: 10 },
  (_, level) => `a${level}: &a${level} [${Array(9).fill(level === 0 ? "ha" : `*a${level - 1}`).join(", ")}]\n`
).join("")

const manifests: ReadonlyArray<Case> = [
  { what: "no manifest", says: ["batch.yaml: the manifest is not there", "hint: looked for "] },
  {
    what: "a folder",
    prepare: ({ path }) => mkdirSync(join(path, "batch.yaml")),
    says: ["batch.yaml: the manifest is a directory", "hint: name a file in it"]
  },
  { what: "an empty file", manifest: "", says: ["batch.yaml: the file is empty", "`pawl init`"] },
  { what: "only white space", manifest: " \n\n", says: ["batch.yaml: the file is empty"] },
  { what: "only comments", manifest: "# later\n", says: ["nothing in it but comments", "`pawl init`"] },
  {
    what: "a binary file",
    manifest: Uint8Array.from({ length: 4096 }, (_, at) => (at * 7) % 256),
    says: ["batch.yaml: the file is binary", "is it the right file?"]
  },
  {
    what: "text that is not UTF-8",
    manifest: Uint8Array.of(...Buffer.from("name: batch\ndescription: caf"), 0xe9, 0x0a),
    says: ["not a text in UTF-8: line 2", "save it as UTF-8"]
  },
  { what: "a list", manifest: "- name: batch\n", says: ["batch.yaml:1:1"] },
  { what: "a sentence", manifest: "hello world\n", says: ["batch.yaml:1:1"] },
  { what: "no targets", manifest: "name: batch\ntargets: []\n", says: ["batch.yaml:2:10", "at least one target"] },
  {
    what: "duplicate target ids",
    manifest: `${one}  - { id: a, run: 'false' }\n`,
    says: [
      "batch.yaml:4:11: target id `a` is used twice",
      "targets[0]",
      "4 |   - { id: a, run: 'false' }",
      "^",
      "another id"
    ]
  },
  {
    what: "duplicate ids that items make",
    manifest: "name: batch\ntargets:\n  - forEach: { items: [x, y, x] }\n    id: \"t-{{ item }}\"\n    run: 'true'\n",
    says: ["batch.yaml:4:9", "`t-x`"]
  },
  {
    what: "duplicate step ids",
    manifest:
      "name: batch\ntargets:\n  - id: a\n    steps:\n      - { id: s, run: 'true' }\n      - { id: s, run: 'true' }\n",
    says: ["batch.yaml:6:15: step id `s` is used twice", "targets[0].steps[0]"]
  },
  {
    what: "duplicate keys",
    manifest: `name: other\n${one}`,
    says: ["batch.yaml:2:1: duplicate key `name`", "keep one"]
  },
  {
    what: "several documents",
    manifest: `${one}---\n${one}`,
    says: ["batch.yaml:4:1: a second document", "a file of its own"]
  },
  {
    what: "a cycle of needs, as a path",
    manifest:
      "name: batch\ntargets:\n  - { id: a, needs: [c], run: 'true' }\n  - { id: b, needs: [a], run: 'true' }\n  - { id: c, needs: [b], run: 'true' }\n",
    says: ["batch.yaml:3:21", "a → c → b → a", "take one of these needs out"]
  },
  {
    what: "a target that needs itself",
    manifest: "name: batch\ntargets:\n  - { id: a, needs: [a], run: 'true' }\n",
    says: ["batch.yaml:3:21", "a → a"]
  },
  {
    what: "a need that names nothing",
    manifest: "name: batch\ntargets:\n  - { id: alpha, run: 'true' }\n  - { id: b, needs: [alpa], run: 'true' }\n",
    says: ["batch.yaml:4:22", "`alpa`", "did you mean `alpha`?"]
  },
  {
    what: "unknown keys, all at once",
    manifest:
      "name: batch\nfailur: {}\ntargets:\n  - id: a\n    steps:\n      - { id: s, run: 'true', continueOnErr: true, timeot: 3s }\n",
    says: [
      "batch.yaml:2:1: unknown key `failur`",
      "did you mean `failure`?",
      "batch.yaml:6:31: unknown key `continueOnErr`",
      "did you mean `continueOnError`?",
      "batch.yaml:6:52: unknown key `timeot`",
      "did you mean `timeout`?",
      "3 errors"
    ]
  },
  {
    what: "a mistyped key that belongs to a step",
    manifest: "name: batch\ntargets:\n  - { id: a, run: 'true', continueOnEror: true }\n",
    says: ["batch.yaml:3:27: unknown key `continueOnEror`", "did you mean `continueOnError`?", "belongs to a step"]
  },
  {
    what: "unknown keys and duplicate ids, all at once",
    manifest: `${one}  - { id: a, run: 'true', timeot: 3s }\n`,
    says: ["batch.yaml:4:27: unknown key `timeot`", "batch.yaml:4:11: target id `a` is used twice", "2 errors"]
  },
  {
    what: "`continueOnError: \"true\"`",
    manifest:
      "name: batch\ntargets:\n  - id: a\n    steps:\n      - { id: s, run: 'true', continueOnError: \"true\" }\n",
    says: ["batch.yaml:5:48", "`continueOnError` must be true or false", "\"true\"", "without quotes"]
  },
  {
    what: "an expression without quotes",
    manifest: "name: batch\ntargets:\n  - forEach: { items: [x] }\n    id: {{ item }}\n    run: 'true'\n",
    says: ["batch.yaml:4:9: an expression that is not quoted", "write it in quotes"]
  },
  {
    what: "an expression without quotes in a list",
    manifest: "name: batch\ntargets:\n  - forEach: { items: [x] }\n    id: t\n    command: [echo, {{ item }}]\n",
    says: ["batch.yaml:5:21: an expression that is not quoted"]
  },
  {
    what: "aliases that explode",
    manifest: `name: batch\n${laughs}`,
    says: ["batch.yaml:8:", "the aliases up to here stand for more than", "forEach"]
  },
  { what: "brackets 1,000 deep", manifest: brackets(1000), says: ["batch.yaml:2:", "nested more than 200 deep"] },
  { what: "brackets 100,000 deep", manifest: brackets(100_000), says: ["batch.yaml:2:", "nested more than 200 deep"] },
  {
    what: "blocks 1,000 deep",
    manifest: `name: batch\n${Array.from({ length: 1000 }, (_, depth) => `${" ".repeat(depth)}x:\n`).join("")}`,
    says: ["batch.yaml:201:", "nested more than 200 deep"]
  },
  {
    what: "an expression of a megabyte",
    manifest: `name: batch\ntargets:\n  - id: a\n    run: "echo {{ ${"1 + ".repeat(250_000)}1 }}"\n`,
    says: ["batch.yaml:4:", "longer than 65536 characters"]
  },
  {
    what: "an expression 1,000 parentheses deep",
    manifest: `name: batch\ntargets:\n  - id: a\n    run: "echo {{ ${"(".repeat(1000)}1${")".repeat(1000)} }}"\n`,
    says: ["batch.yaml:4:"]
  },
  {
    what: "tabs for indentation",
    manifest: "name: batch\ntargets:\n\t- id: a\n\t  run: 'true'\n",
    says: ["batch.yaml:3:1: a tab", "indent with spaces"]
  },
  {
    what: "a quote that is not closed",
    manifest: "name: \"batch\ntargets: []\n",
    says: ["batch.yaml:1:7: a quote that is not closed"]
  },
  {
    what: "an expression that names nothing",
    manifest:
      "name: batch\ninputs: { release: { type: string, default: x } }\ntargets:\n  - { id: a, run: 'echo \"{{ inputs.relase }}\"' }\n",
    says: ["batch.yaml:4:", "relase", "did you mean `release`?"]
  },
  {
    what: "a value inside single quotes",
    manifest: "name: batch\ntargets:\n  - forEach: { items: [x] }\n    id: a\n    run: |\n      echo '{{ item }}'\n",
    says: ["batch.yaml:6:", "double quotes"]
  },
  {
    what: "a value in a shell that is not POSIX",
    manifest: "name: batch\ntargets:\n  - { id: a, shell: python3, run: 'print({{ context.target }})' }\n",
    says: ["batch.yaml:3:", "env"]
  },
  { what: "broken JSON", manifest: "{\"name\": \"batch\", \"targets\": [}", says: ["batch.yaml:1:"] },
  {
    what: "a target without work",
    manifest: "name: batch\ntargets:\n  - { id: a }\n",
    says: ["batch.yaml:3:5", "`run`, `command` or `steps`"]
  },
  {
    what: "a time-out without a unit",
    manifest: "name: batch\ntargets:\n  - { id: a, run: 'true', timeout: \"10\" }\n",
    says: ["batch.yaml:3:36", "10m"]
  }
]

describe("a manifest that is", () => {
  it.each(manifests)("$what is refused with 65, its place and what to do, and no run is begun", async (bad) => {
    expect(await refuse(bad)).not.toContain(".pawl")
  })
})
