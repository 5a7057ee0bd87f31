import { chmodSync, mkdirSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { json, type Workplace, workplace } from "./pawl.ts"
import { expectNoInsides, expectRefused, refusalOf, runsOf } from "./refusal.ts"
import { asNobody, shell } from "./shell.ts"

const one = "name: batch\ntargets:\n  - { id: a, run: 'true' }\n"

/** A manifest of one entry with a `forEach`. */
const forEach = (source: string): string =>
  `name: batch\ntargets:\n  - forEach: { ${source} }\n    id: "t{{ index }}"\n    run: echo {{ item }}\n`

const withInputs = `name: batch
inputs:
  release: { type: string, required: true, description: Version under test }
  tries: { type: integer, default: 1 }
  level: { type: string, enum: [quick, full], default: quick }
targets:
  - { id: alpha, labels: { tier: T1 }, run: 'true' }
  - { id: beta, run: 'true' }
`

interface Case {
  readonly what: string
  /** Of the manifest `batch.yaml`; absent: there is none. */
  readonly manifest?: string | Uint8Array
  readonly prepare?: (place: Workplace) => void
  readonly args?: ReadonlyArray<string>
  readonly code?: number
  /** Each stands somewhere in standard error. */
  readonly says: ReadonlyArray<string>
}

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
  { what: "brackets 1,000 deep", manifest: brackets(1000), says: ["batch.yaml:2:", "nested more than 100 deep"] },
  { what: "brackets 100,000 deep", manifest: brackets(100_000), says: ["batch.yaml:2:", "nested more than 100 deep"] },
  {
    what: "blocks 1,000 deep",
    manifest: `name: batch\n${Array.from({ length: 1000 }, (_, depth) => `${" ".repeat(depth)}x:\n`).join("")}`,
    says: ["batch.yaml:101:", "nested more than 100 deep"]
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

const calls: ReadonlyArray<Case> = [
  {
    what: "a required input without a value",
    manifest: withInputs,
    says: ["input `release` is required", "--input release=…", "Version under test"]
  },
  {
    what: "inputs of the wrong type, not in the enum and unknown, all at once",
    manifest: withInputs,
    args: ["--input", "release=1", "--input", "tries=many", "--input", "level=quik", "--input", "lvel=full"],
    says: [
      "input `tries` must be an integer, not `many`",
      "input `level` must be one of \"quick\", \"full\", not `quik`",
      "did you mean `quick`?",
      "unknown input `lvel`",
      "did you mean `level`?",
      "3 errors"
    ]
  },
  {
    what: "a file of inputs that is wrong, with places in it",
    manifest: withInputs,
    prepare: ({ write }) => void write("inputs.json", "{\"release\": 3,\n \"relase\": \"x\"}"),
    args: ["--inputs", "inputs.json"],
    says: [
      "inputs.json:1:13: input `release` must be a string",
      "inputs.json:2:2: unknown input `relase`",
      "did you mean `release`?"
    ]
  },
  {
    what: "a file of inputs that is not there",
    manifest: withInputs,
    args: ["--inputs", "inputs.json"],
    says: ["inputs.json: the file of inputs is not there", "hint: looked for"]
  },
  {
    what: "an `--input` that is no pair",
    manifest: withInputs,
    args: ["--input", "release"],
    code: 64,
    says: ["`--input` can't be `release`", "NAME=VALUE"]
  },
  {
    what: "several unknown targets",
    manifest: withInputs,
    args: ["--input", "release=1", "--target", "alpa", "--target", "bta"],
    code: 64,
    says: ["unknown target `alpa`", "did you mean `alpha`?", "unknown target `bta`", "did you mean `beta`?", "2 errors"]
  },
  {
    what: "filters that are none, and one of an unknown label",
    manifest: withInputs,
    args: ["--input", "release=1", "--only", "tier", "--only", "teir=T1"],
    code: 64,
    says: ["`--only tier` is not a filter", "--only key=value", "no target has a label `teir`", "did you mean `tier`?"]
  },
  {
    what: "an unknown target and an unknown input, together",
    manifest: withInputs,
    args: ["--input", "release=1", "--input", "lvel=full", "--target", "alpa"],
    says: ["unknown input `lvel`", "unknown target `alpa`"]
  },
  {
    what: "another plan than the one that is expected",
    manifest: one,
    args: ["--expect-plan", `sha256:${"0".repeat(64)}`],
    says: ["--expect-plan", "sha256:"]
  },
  {
    what: "standard input wanted twice",
    manifest: forEach("stdin: true"),
    args: ["--inputs", "-"],
    says: ["standard input is wanted by", "put one of them into a file"]
  }
]

const sources: ReadonlyArray<Case> = [
  {
    what: "a file that is not there",
    manifest: forEach("file: hosts.txt"),
    says: ["batch.yaml:3:22: `hosts.txt` is not there", "relative to the manifest"]
  },
  {
    what: "a file without lines",
    manifest: forEach("file: hosts.txt"),
    prepare: ({ write }) => void write("hosts.txt", "\n  \n"),
    says: ["batch.yaml:3:22: `hosts.txt` has no lines", "at least one item"]
  },
  {
    what: "a folder",
    manifest: forEach("file: hosts"),
    prepare: ({ path }) => mkdirSync(join(path, "hosts")),
    says: ["batch.yaml:3:22: `hosts` is a directory"]
  },
  {
    what: "a file that is not UTF-8",
    manifest: forEach("file: hosts.txt"),
    prepare: ({ path }) => writeFileSync(join(path, "hosts.txt"), Uint8Array.of(0x61, 0x0a, 0xff, 0xfe, 0x0a)),
    says: ["batch.yaml:3:22: `hosts.txt` is not a text in UTF-8: line 2"]
  },
  {
    what: "a pattern without a match",
    manifest: forEach("glob: 'data/*.csv'"),
    says: ["batch.yaml:3:22: `data/*.csv` matches no path"]
  },
  {
    what: "a bad line of JSON",
    manifest: forEach("jsonl: packages.jsonl"),
    prepare: ({ write }) => void write("packages.jsonl", "{\"name\": \"a\"}\n{\"name\": \n"),
    says: ["batch.yaml:3:23: `packages.jsonl` line 2 is not JSON"]
  },
  { what: "an empty list", manifest: forEach("items: []"), says: ["batch.yaml:3:23: `items` is an empty list"] },
  {
    what: "an empty matrix",
    manifest: forEach("matrix: { os: [] }"),
    says: ["batch.yaml:3:", "`matrix` has no combinations"]
  },
  {
    what: "empty standard input",
    manifest: forEach("stdin: true"),
    says: ["batch.yaml:3:23: standard input has no lines"]
  },
  {
    what: "ids with control characters",
    manifest: "name: batch\ntargets:\n  - forEach: { items: [\"a\\tb\"] }\n    id: \"{{ item }}\"\n    run: 'true'\n",
    says: ["batch.yaml:4:9", "control character"]
  }
]

/** Calls pawl with what is bad; gives what is in its folder afterwards. */
const refuse = async ({ args = [], code = 65, manifest, prepare, says }: Case): Promise<ReadonlyArray<string>> => {
  const place = workplace()
  if (manifest !== undefined) writeFileSync(join(place.path, "batch.yaml"), manifest)
  prepare?.(place)
  const answer = await place.pawl("run", "batch.yaml", "--format", "json", ...args)
  refusalOf(answer, code)
  for (const words of says) expect(answer.stderr).toContain(words)
  return readdirSync(place.path)
}

describe("a manifest that is", () => {
  it.each(manifests)("$what is refused with 65, its place and what to do, and no run is begun", async (bad) => {
    expect(await refuse(bad)).not.toContain(".pawl")
  })
})

describe("a call with", () => {
  it.each(calls)("$what is refused, and no run is begun", async (bad) => {
    expect(await refuse(bad)).not.toContain(".pawl")
  })
})

describe("a `forEach` over", () => {
  it.each(sources)("$what is refused with 65 at its place, and no run is begun", async (bad) => {
    expect(await refuse(bad)).not.toContain(".pawl")
  })
})

describe("a refusal", () => {
  it("without a format leaves standard output empty", async () => {
    const place = workplace()
    place.write("batch.yaml", `${one}  - { id: a, run: 'true' }\n`)
    const answer = await place.pawl("run", "batch.yaml")
    expectRefused(answer, 65)
    expect(answer.stderr).toBe(
      `error: batch.yaml:4:11: target id \`a\` is used twice: by \`targets[0]\` and by \`targets[1]\`
  |
4 |   - { id: a, run: 'true' }
  |           ^

hint: give one of them another id
`
    )
  })

  it.each<Case>([
    { what: "an unknown target like no other", manifest: one, args: ["--target", "zzzzzz"], code: 64, says: [] },
    {
      what: "a need like no other",
      manifest: "name: batch\ntargets:\n  - { id: a, needs: ['zzz-*'], run: 'true' }\n",
      says: []
    },
    {
      what: "a bad line of JSON",
      manifest: forEach("jsonl: a.jsonl"),
      prepare: ({ write }) => void write("a.jsonl", "{"),
      says: []
    },
    {
      what: "a too large expression",
      manifest: `name: batch\ntargets:\n  - { id: a, run: "echo {{ ${"1 + ".repeat(20_000)}1 }}" }\n`,
      says: []
    },
    {
      what: "a control character in an id",
      manifest: "name: batch\ntargets:\n  - { id: \"a\\tb\", run: 'true' }\n",
      says: []
    }
  ])("of $what says what to do", async ({ args = [], code = 65, manifest = "", prepare }) => {
    const place = workplace()
    place.write("batch.yaml", String(manifest))
    prepare?.(place)
    const { errors } = refusalOf(await place.pawl("run", "batch.yaml", "--format", "json", ...args), code)
    for (const { hint } of errors) expect(hint).toEqual(expect.stringMatching(/\w/))
  })

  it("of input that may not be read names it", async () => {
    const place = workplace()
    chmodSync(place.write("batch.yaml", one), 0o000)
    refusalOf(await asNobody(place, "run", "batch.yaml", "--format", "json"), 65)
    chmodSync(place.write("each.yaml", forEach("file: hosts.txt")), 0o644)
    chmodSync(place.write("hosts.txt", "a\n"), 0o000)
    const each = await asNobody(place, "run", "each.yaml", "--format", "json")
    expect(refusalOf(each, 65).errors[0]?.message).toBe("`hosts.txt` may not be read")
    expect(each.stderr).toContain("hint: check its permissions")
    expect(runsOf(place)).toEqual([])
  })

  it("of a secret input does not show its value", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      "name: batch\ninputs: { pin: { type: integer, secret: true } }\ntargets:\n  - { id: a, run: 'true' }\n"
    )
    const answer = await place.pawl("run", "batch.yaml", "--format", "json", "--input", "pin=hunter2")
    refusalOf(answer, 65)
    expect(answer.stdout + answer.stderr).not.toContain("hunter2")
  })
})

describe("files that are well but unusual", () => {
  it.each([
    [
      "CRLF line ends",
      "name: batch\r\ntargets:\r\n  - id: a\r\n    run: |\r\n      echo one >> ran.txt\r\n      echo two >> ran.txt\r\n"
    ],
    [
      "a byte order mark",
      "\ufeffname: batch\ntargets:\n  - id: a\n    run: |\n      echo one >> ran.txt\n      echo two >> ran.txt\n"
    ]
  ])("with %s run as without", async (_, manifest) => {
    const place = workplace()
    place.write("batch.yaml", manifest)
    expect((await place.pawl("run", "batch.yaml")).code).toBe(0)
    expect(place.read("ran.txt")).toBe("one\ntwo\n")
  })

  it("with CRLF line ends give items without them", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      "name: batch\ntargets:\n  - forEach: { file: hosts.txt }\n    id: \"{{ item }}\"\n    run: 'true'\n"
    )
    place.write("hosts.txt", "\ufeffalpha\r\n\r\nbeta\r\n")
    const plan = json<{ readonly targets: ReadonlyArray<{ readonly id: string }> }>(
      await place.pawl("plan", "batch.yaml", "--format", "json")
    )
    expect(plan.targets.map(({ id }) => id)).toEqual(["alpha", "beta"])
  })
})

describe("input that is too much", () => {
  /**
   * Runs pawl and gives what it took beside its answer. The memory is read while it runs: what the system
   * tells of a process that has ended counts the process that started it too.
   */
  const measured = async (place: Workplace, args: ReadonlyArray<string>, stdin?: string) => {
    const child = place.start([...args, "--format", "json"], stdin === undefined ? {} : { stdin })
    const output = Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text(), child.exited])
    let mebibytes = 0
    while (child.exitCode === null && child.signalCode === null) {
      const status = await Bun.file(`/proc/${child.pid}/status`).text().catch(() => "")
      mebibytes = Math.max(mebibytes, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024)
      await new Promise((resolve) => setImmediate(resolve))
    }
    const [stdout, stderr] = await output
    return {
      answer: {
        code: child.exitCode,
        signal: child.signalCode === null ? null : String(child.signalCode),
        stdout,
        stderr
      },
      cpuSeconds: Number(child.resourceUsage()?.cpuTime.total ?? 0) / 1e6,
      mebibytes
    }
  }
  const target = "  - { id: aaaaaaaaaaaaaaaaaaa, run: 'true' }\n"
  const huge = `name: batch\ntargets:\n${target.repeat(Math.ceil(50e6 / target.length))}`

  it("50 MB of YAML in a file is refused by its size, without reading it", async () => {
    const place = workplace()
    place.write("batch.yaml", huge)
    const { answer, cpuSeconds, mebibytes } = await measured(place, ["run", "batch.yaml"])
    refusalOf(answer, 65)
    expect(answer.stderr).toContain("the file has 47.7 MiB, more than the 32 MiB")
    expect(answer.stderr).toContain("forEach")
    expect(cpuSeconds).toBeLessThan(1)
    expect(mebibytes).toBeLessThan(120)
    expect(runsOf(place)).toEqual([])
  })

  it("50 MB of YAML on standard input is refused while it is read", async () => {
    const place = workplace()
    const { answer, cpuSeconds, mebibytes } = await measured(place, ["run", "-"], huge)
    refusalOf(answer, 65)
    expect(answer.stderr).toContain("32 MiB")
    expect(cpuSeconds).toBeLessThan(2)
    expect(mebibytes).toBeLessThan(250)
    expect(runsOf(place)).toEqual([])
  })

  it("a manifest of 20,000 unknown keys is refused as quickly as one of a few", async () => {
    const place = workplace()
    place.write("batch.yaml", one + Array.from({ length: 20_000 }, (_, key) => `k${key}: 1\n`).join(""))
    const { answer, cpuSeconds } = await measured(place, ["validate", "batch.yaml"])
    refusalOf(answer, 65)
    expect(cpuSeconds).toBeLessThan(1.5)
  })

  it("10,000 listed targets take little memory each, as those of a `forEach` do", async () => {
    const place = workplace()
    const listed = (count: number) =>
      `name: batch\ntargets:\n${Array.from({ length: count }, (_, at) => `  - { id: t${at}, run: 'true' }\n`).join("")}`
    place.write("few.yaml", listed(1))
    place.write("many.yaml", listed(10_001))
    const few = await measured(place, ["validate", "few.yaml"])
    const many = await measured(place, ["validate", "many.yaml"])
    expect(many.answer.code).toBe(0)
    expect(few.mebibytes).toBeGreaterThan(10)
    expect((many.mebibytes - few.mebibytes) * 1024 / 10_000).toBeLessThan(4)
  })
})

describe("a command that can't be started", () => {
  it("makes its target errored, says what is wrong with it, and is told apart from one that failed", async () => {
    const place = workplace()
    chmodSync(place.write("plain.txt", "no program\n"), 0o644)
    chmodSync(place.write("script", "#!/no/such/interpreter\n"), 0o755)
    place.write(
      "batch.yaml",
      `name: batch
targets:
  - { id: missing, command: [no-such-program] }
  - { id: in-shell, run: no-such-program }
  - { id: no-workdir, run: 'true', workdir: nowhere }
  - { id: file-workdir, run: 'true', workdir: plain.txt }
  - { id: not-executable, command: [./plain.txt] }
  - { id: folder, command: [./.] }
  - { id: no-shell, run: 'true', shell: no-such-shell }
  - { id: no-interpreter, command: [./script] }
`
    )
    const answer = await place.pawl("run", "batch.yaml", "--auto-advance", "--format", "json")
    expect(answer.code).toBe(1)
    const { targets } = json(answer)
    expect(targets.map(({ id, message = "", reason, status }) => `${id}: ${status}, ${reason}, ${message}`)).toEqual([
      expect.stringMatching(/^missing: errored, could-not-start, .*no-such-program.* not found/),
      expect.stringMatching(/^in-shell: blocked, step-exhausted, exit code 127/),
      expect.stringMatching(/^no-workdir: errored, could-not-start, .*nowhere.* not there/),
      expect.stringMatching(/^file-workdir: errored, could-not-start, .*plain\.txt.* is not a folder/),
      expect.stringMatching(/^not-executable: errored, could-not-start, .*plain\.txt.* not executable/),
      expect.stringMatching(/^folder: errored, could-not-start/),
      expect.stringMatching(/^no-shell: errored, could-not-start, .*no-such-shell.* not found/),
      expect.stringMatching(/^no-interpreter: errored, could-not-start/)
    ])
    expectNoInsides(answer.stderr)
  })

  it("leaves no path of this machine in the summary, the journal or the checkpoint", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      "name: batch\ntargets:\n  - { id: a, run: 'true', workdir: nowhere }\n  - { id: b, command: [./nothing] }\n"
    )
    const answer = await place.pawl("run", "batch.yaml", "--auto-advance", "--format", "json")
    const run = `.pawl/batch/runs/${json(answer).runId}`
    for (
      const text of [
        answer.stdout,
        ...["journal.ndjson", "checkpoint.json", "plan.json"].map((file) => place.read(`${run}/${file}`))
      ]
    ) {
      expect(text).not.toContain(place.path)
    }
  })
})

describe("state that can't be written", () => {
  it("for want of permission is 74 and names the folder", async () => {
    const place = workplace()
    chmodSync(place.write("batch.yaml", one), 0o644)
    if (process.getuid?.() !== 0) chmodSync(place.path, 0o555)
    const answer = await asNobody(place, "run", "batch.yaml", "--format", "json")
    if (process.getuid?.() !== 0) chmodSync(place.path, 0o755)
    refusalOf(answer, 74)
    expect(answer.stderr).toMatch(/\.pawl\/batch could not be made: permission denied/)
    expect(answer.stderr).toContain("--state-dir")
    expect(runsOf(place)).toEqual([])
  })

  it.each([["file", "file"], ["file/below", "file/below"]])("since %s is a file is 74 and says so", async (_, dir) => {
    const place = workplace()
    place.write("batch.yaml", one)
    place.write("file", "")
    const answer = await place.pawl("run", "batch.yaml", "--state-dir", dir, "--format", "json")
    refusalOf(answer, 74)
    expect(answer.stderr).toContain("a part of that path is a file")
    expect(place.read("file")).toBe("")
  })

  it("where the system has no such place is 74 in words", async () => {
    const place = workplace()
    place.write("batch.yaml", one)
    const answer = await place.pawl("run", "batch.yaml", "--state-dir", "/proc/no-place", "--format", "json")
    expect(refusalOf(answer, 74).errors).toHaveLength(1)
  })

  const many = `name: batch\ntargets:\n  - forEach: { items: [${
    Array.from({ length: 40 }, (_, at) => at).join(", ")
  }] }\n    id: "t{{ item }}"\n    run: echo {{ item }} >> ran.txt\n`
  /** Files may not grow beyond so many KiB: what a full disk is to a process, without a disk to fill. */
  const limited = (kibibytes: number) =>
    `trap '' XFSZ; ulimit -f ${kibibytes}; exec "$PAWL" run batch.yaml --format json`

  it("from the very start leaves no run behind", async () => {
    const place = workplace()
    place.write("batch.yaml", many)
    const answer = await shell(place, limited(1))
    refusalOf(answer, 74)
    expect(runsOf(place)).toEqual([])
  })

  it("in the middle stops the run, loses nothing durable, and the next run goes on", async () => {
    const place = workplace()
    place.write("batch.yaml", many)
    const answer = await shell(place, limited(9))
    expect(answer.code).toBe(74)
    const summary = json(answer)
    expect(summary).toMatchObject({ status: "failed", haltReason: "CheckpointFailed", exitCode: 74 })
    expect(summary.counts["completed"]).toBeGreaterThan(5)
    expect(answer.stderr).toContain("journal.ndjson could not be written")
    const started = place.read("ran.txt").trim().split("\n").length
    // Nothing was started after the write that failed.
    expect(started - (summary.counts["completed"] ?? 0)).toBeLessThanOrEqual(1)
    const next = await place.pawl("run", "batch.yaml", "--format", "json")
    expect(json(next)).toMatchObject({ runId: summary.runId, exitCode: 0, counts: { completed: 40 } })
    expect(place.read("ran.txt").trim().split("\n").length).toBeLessThanOrEqual(41)
    expectNoInsides(answer.stderr)
  })

  it("is not called running, once nothing runs any more", async () => {
    const place = workplace()
    place.write("batch.yaml", many)
    const summary = json(await shell(place, limited(9)))
    expect(summary.targets.map(({ status }) => status)).not.toContain("running")
    const status = json(await place.pawl("status", "--format", "json"))
    expect(status.targets.map((target) => target.status)).not.toContain("running")
  })

  it.each(["/no/such/folder/out.json", "."])(
    "as the file of `--output` (%s) is 74 before anything runs",
    async (file) => {
      const place = workplace()
      place.write("batch.yaml", one)
      const answer = await place.pawl("run", "batch.yaml", "--output", file, "--format", "json")
      refusalOf(answer, 74)
      expect(runsOf(place)).toEqual([])
    }
  )
})

describe("a stored run", () => {
  /** A run at rest with work left, its journal's path and text. */
  const rested = async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      "name: batch\ntargets:\n  - { id: a, run: echo a >> ran.txt }\n  - { id: b, run: exit 1 }\n  - { id: c, run: echo c >> ran.txt }\n"
    )
    const { runId } = json(await place.pawl("run", "batch.yaml", "--format", "json"))
    const folder = `.pawl/batch/runs/${runId}`
    return { place, folder, journal: place.read(`${folder}/journal.ndjson`) }
  }

  const flipped = (journal: string, line: number): string =>
    journal.split("\n").map((text, at) => at + 1 === line ? text.replace(/"seq":/, "\"sep\":") : text).join("\n")

  it.each([
    ["with its checkpoint", false, 3],
    ["without its checkpoint", true, 3],
    ["without its checkpoint, in the last line", true, 10]
  ])("with a damaged line in its journal, %s, is 74 naming the line, and stays as it is", async (_, alone, line) => {
    const { folder, journal, place } = await rested()
    const damaged = flipped(journal, line)
    expect(damaged).not.toBe(journal)
    place.write(`${folder}/journal.ndjson`, damaged)
    if (alone) await Bun.file(join(place.path, folder, "checkpoint.json")).delete()
    const answer = await place.pawl("run", "batch.yaml", "--format", "json")
    refusalOf(answer, 74)
    expect(answer.stderr).toContain(`journal.ndjson: line ${line} is damaged`)
    expect(answer.stderr).toContain("--fresh")
    expect(place.read(`${folder}/journal.ndjson`)).toBe(damaged)
    expect(place.read("ran.txt")).toBe("a\n")
    expect(readdirSync(join(place.path, ".pawl/batch/runs"))).toHaveLength(1)
    refusalOf(await place.pawl("status", "--format", "json"), 74)
  })

  it("with a torn last line drops it, says so, and goes on", async () => {
    const { folder, journal, place } = await rested()
    place.write(`${folder}/journal.ndjson`, `${journal}{"seq":11,"at":"2026-`)
    const answer = await place.pawl("run", "batch.yaml", "--format", "json")
    expect(answer.stderr).toContain("line 11 of the journal was torn")
    expect(place.read("ran.txt")).toBe("a\nc\n")
  })

  it("whose journal is shorter than its checkpoint says is 74", async () => {
    const { folder, journal, place } = await rested()
    place.write(`${folder}/journal.ndjson`, journal.split("\n").slice(0, 4).join("\n") + "\n")
    refusalOf(await place.pawl("run", "batch.yaml", "--format", "json"), 74)
    expect(place.read("ran.txt")).toBe("a\n")
  })

  it("of a newer version is refused with 74, and --fresh sets it aside", async () => {
    const { folder, place } = await rested()
    const checkpoint = place.read(`${folder}/checkpoint.json`).replace(/"version": ?1\b/, "\"version\": 99")
    expect(checkpoint).toContain("99")
    place.write(`${folder}/checkpoint.json`, checkpoint)
    const answer = await place.pawl("run", "batch.yaml", "--format", "json")
    refusalOf(answer, 74)
    expect(answer.stderr).toMatch(/checkpoint\.json has version 99, written by a newer pawl/)
    expect((await place.pawl("run", "batch.yaml", "--fresh")).code).toBe(1)
    expect(place.read(`${folder}/checkpoint.json`)).toBe(checkpoint)
  })

  it("whose checkpoint is damaged does not start anew in silence", async () => {
    const { folder, place } = await rested()
    place.write(`${folder}/checkpoint.json`, "{\"version\": 1, \"seq\"")
    const answer = await place.pawl("run", "batch.yaml", "--format", "json")
    // The journal holds everything: going on from it is as good as refusing.
    expect([1, 74]).toContain(answer.code)
    expect(readdirSync(join(place.path, ".pawl/batch/runs"))).toHaveLength(1)
    expect(place.read("ran.txt").startsWith("a\n")).toBe(true)
    expect(place.read("ran.txt").match(/a/g)).toHaveLength(1)
  })

  it("that may not be read is 74", async () => {
    const { place } = await rested()
    const answer = await asNobody(place, "status", "--format", "json", "--state-dir", ".pawl")
    if (process.getuid?.() === 0) {
      refusalOf(answer, 74)
      expect(answer.stderr).toContain("permission denied")
      expect(answer.stderr).toMatch(/hint: .*read/)
    } else expect(answer.code).toBe(0)
  })
})
