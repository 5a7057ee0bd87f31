import { chmodSync, mkdirSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { type Answer, json, statuses, type SummaryJson, type Workplace, workplace } from "./pawl.ts"

interface EventJson {
  readonly type: string
  readonly at: string
  readonly target?: string
  readonly path?: string
  readonly attempt?: number
  readonly reason?: string
  readonly nextAttemptAt?: string
  readonly output?: {
    readonly stdout: string
    readonly truncated?: boolean
    readonly json?: unknown
    readonly values?: unknown
  }
}

/** The events and the summary of `--format ndjson`. */
const stream = (answer: Answer): { readonly events: ReadonlyArray<EventJson>; readonly summary: SummaryJson } => {
  const lines = answer.stdout.trim().split("\n")
  return {
    events: lines.slice(0, -1).map((line): EventJson => JSON.parse(line)),
    summary: JSON.parse(lines.at(-1) ?? "")
  }
}

/** Runs `batch.yaml`; it must complete. */
const completes = async (place: Workplace, manifest: string, ...args: ReadonlyArray<string>): Promise<Answer> => {
  place.write("batch.yaml", manifest)
  const answer = await place.pawl("run", "batch.yaml", "--format", "ndjson", ...args)
  expect({ code: answer.code, stderr: answer.stderr }).toMatchObject({ code: 0 })
  return answer
}

const planned = async (place: Workplace, manifest: string, stdin?: string): Promise<ReadonlyArray<string>> => {
  place.write("batch.yaml", manifest)
  const answer = await place.pawlWith(stdin === undefined ? {} : { stdin }, "plan", "batch.yaml", "--format", "json")
  expect(answer.stderr).toBe("")
  return json<{ readonly targets: ReadonlyArray<{ readonly id: string }> }>(answer).targets.map(({ id }) => id)
}

/** One target `a` of these lines of steps. */
const steps = (lines: string, more = ""): string => `name: batch\n${more}targets:\n  - id: a\n    steps:\n${lines}`

describe("where a manifest comes from", () => {
  const manifest = { name: "batch", targets: [{ id: "a", command: ["sh", "-c", "pwd > where.txt"] }] }

  it.each([["JSON", JSON.stringify(manifest)], [
    "YAML",
    "name: batch\ntargets:\n  - { id: a, command: [sh, -c, pwd > where.txt] }\n"
  ]])("as %s on standard input runs where pawl was started", async (_, text) => {
    const place = workplace()
    const answer = await place.pawlWith({ stdin: text }, "run", "-", "--format", "json")
    expect(answer.code).toBe(0)
    expect(place.read("where.txt").trim()).toBe(place.path)
    expect(readdirSync(join(place.path, ".pawl"))).toEqual(["batch"])
  })

  it("a JSON file in another folder: its steps run there and its runs are kept there", async () => {
    const place = workplace()
    place.write("sub/batch.json", JSON.stringify(manifest))
    expect((await place.pawl("run", "sub/batch.json")).code).toBe(0)
    expect(place.read("sub/where.txt").trim()).toBe(join(place.path, "sub"))
    expect(readdirSync(place.path)).toEqual(["sub"])
    expect(readdirSync(join(place.path, "sub"))).toContain(".pawl")
  })

  it("--state-dir and PAWL_STATE_DIR say where runs are kept, the flag first", async () => {
    const place = workplace()
    place.write("batch.json", JSON.stringify(manifest))
    await place.pawlWith({ env: { PAWL_STATE_DIR: "of-variable" } }, "run", "batch.json")
    await place.pawlWith({ env: { PAWL_STATE_DIR: "of-variable" } }, "run", "batch.json", "--state-dir", "of-flag")
    expect(readdirSync(place.path).sort()).toEqual(["batch.json", "of-flag", "of-variable", "where.txt"])
    const status = await place.pawlWith({ env: { PAWL_STATE_DIR: "of-variable" } }, "status", "--format", "json")
    expect(json(status).status).toBe("completed")
  })
})

describe("inputs", () => {
  const manifest = `name: batch
inputs:
  first: { type: string, default: of-default }
  second: { type: string, default: of-default, env: SECOND }
  third: { type: string, default: of-default, env: THIRD }
  fourth: { type: string, default: of-default, env: FOURTH }
targets:
  - { id: a, command: [sh, -c, 'echo "$@" > seen.txt', sh, "{{ inputs.first }}", "{{ inputs.second }}", "{{ inputs.third }}", "{{ inputs.fourth }}"] }
`
  const env = { SECOND: "of-env", THIRD: "of-env", FOURTH: "of-env" }

  it.each([
    ["JSON", "inputs.json", "{\"third\": \"of-file\", \"fourth\": \"of-file\"}"],
    ["YAML", "inputs.yaml", "third: of-file\nfourth: of-file\n"]
  ])("come from --input, then --inputs (%s), then the environment, then the default", async (_, file, text) => {
    const place = workplace()
    place.write("batch.yaml", manifest)
    place.write(file, text)
    const answer = await place.pawlWith(
      { env },
      "run",
      "batch.yaml",
      "--inputs",
      file,
      "--input",
      "fourth=first of two",
      "--input",
      "fourth=of=flag"
    )
    expect(answer.code).toBe(0)
    expect(place.read("seen.txt")).toBe("of-default of-env of-file of=flag\n")
  })

  it("come from standard input with --inputs -", async () => {
    const place = workplace()
    place.write("batch.yaml", manifest)
    const answer = await place.pawlWith({ stdin: "{\"first\": \"of-stdin\"}" }, "run", "batch.yaml", "--inputs", "-")
    expect(answer.code).toBe(0)
    expect(place.read("seen.txt")).toBe("of-stdin of-default of-default of-default\n")
  })

  it("keep their types, and integers all their digits", async () => {
    const place = workplace()
    await completes(
      place,
      `name: batch
inputs:
  big: { type: integer, default: 9007199254740993 }
  list: { type: array, default: [] }
  deep: { type: object, default: { a: { b: 1.5 } } }
  yes: { type: boolean, default: false }
targets:
  - { id: a, run: 'echo "{{ inputs.big }} {{ inputs.big + 1 }} {{ inputs.list }} {{ inputs.deep.a.b }} {{ !inputs.yes }}" > seen.txt' }
`,
      "--input",
      "big=12345678901234567",
      "--input",
      "list=[1, \"two\", 18446744073709551617]"
    )
    expect(place.read("seen.txt")).toBe(
      "12345678901234567 12345678901234568 [1,\"two\",18446744073709551617] 1.5 true\n"
    )
  })
})

describe("a secret input", () => {
  // 16 KiB holds it 564 times and 28 characters of it: the record of an output begins within it.
  const secret = "Zq7-hunter-of-secrets-4444-kX"
  const manifest = `name: batch
inputs: { token: { type: string, secret: true, required: true, env: TOKEN_FROM_OUTSIDE } }
env: { TOKEN: "{{ inputs.token }}" }
failure: { circuitBreaker: false }
outputs: { told: "{{ inputs.token }}", wrapped: "<{{ inputs.token }}>" }
targets:
  - id: a
    steps:
      - { id: prints, run: 'echo "$TOKEN"; echo "{{ inputs.token }}" >&2; printf "token=%s\\n" "$TOKEN" >> "$PAWL_OUTPUT"' }
      - { id: as-json, command: [${process.execPath}, -e, "console.log(JSON.stringify({ t: process.env.TOKEN, [process.env.TOKEN]: [process.env.TOKEN] }))"], outputs: json }
      - { id: passes, env: { COPY: "{{ steps.prints.output.values.token }}" }, run: 'test "$COPY" != "$TOKEN"', continueOnError: true }
      - { id: missing, command: ["{{ inputs.token }}"], continueOnError: true }
      - { id: nowhere, run: 'true', workdir: "{{ inputs.token }}", continueOnError: true }
      - { id: fails, run: 'echo "$TOKEN"; exit 3' }
`

  /** A text as it is, in JSON, and in JSON within JSON. */
  const forms = (text: string): ReadonlyArray<string> => {
    const once = JSON.stringify(text).slice(1, -1)
    return [text, once, JSON.stringify(once).slice(1, -1)]
  }

  const filesBelow = (folder: string): ReadonlyArray<string> =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))

  const holders = (place: Workplace, text: string): ReadonlyArray<string> =>
    filesBelow(join(place.path, ".pawl")).filter((file) => {
      const content = readFileSync(file, "utf8")
      return forms(text).some((form) => content.includes(form))
    })

  /** Where an answer shows a text: some of what stands before it. */
  const shown = (answer: Answer, text: string): ReadonlyArray<string> =>
    [...new Set(forms(text))].flatMap((form) =>
      [answer.stdout, answer.stderr].flatMap((stream) => {
        const at = stream.indexOf(form)
        return at < 0 ? [] : [stream.slice(Math.max(0, at - 120), at)]
      })
    )

  it.each(["table", "json", "ndjson"])(
    "is in no file but the steps' own logs, and is never printed (--format %s)",
    async (format) => {
      const place = workplace()
      place.write("batch.yaml", manifest)
      const answer = await place.pawlWith(
        { env: { TOKEN_FROM_OUTSIDE: secret } },
        "run",
        "batch.yaml",
        "--format",
        format
      )
      expect(answer.code).toBe(1)
      expect(shown(answer, secret)).toEqual([])
      const held = holders(place, secret)
      expect(held.filter((file) => !file.includes("/logs/"))).toEqual([])
      expect(held.map((file) => file.replace(/^.*\/logs\//, "")).sort()).toEqual(
        ["a/as-json.out", "a/fails.out", "a/prints.err", "a/prints.out"]
      )
      for (
        const args of [["status"], ["status", "--format", "json"], ["runs"], ["logs", "batch"], [
          "plan",
          "batch.yaml",
          "--format",
          "json"
        ], ["validate", "batch.yaml"]]
      ) {
        expect(shown(await place.pawlWith({ env: { TOKEN_FROM_OUTSIDE: secret } }, ...args), secret)).toEqual([])
      }
    }
  )

  it.each([["quotes", "a\"quoted\"secret"], ["backslashes", "a\\secret\\path"], [
    "several lines",
    "first-line\nsecond-line"
  ]])("with %s is masked in messages, and where a step prints it as JSON", async (_, odd) => {
    const place = workplace()
    place.write("batch.yaml", manifest)
    const answer = await place.pawlWith({ env: { TOKEN_FROM_OUTSIDE: odd } }, "run", "batch.yaml", "--format", "ndjson")
    expect(answer.code).toBe(1)
    expect(shown(answer, odd)).toEqual([])
    expect(holders(place, odd).filter((file) => !file.includes("/logs/"))).toEqual([])
  })

  it("does not show where the record of a long output begins within it", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      "name: batch\ninputs: { token: { type: string, secret: true } }\nenv: { TOKEN: \"{{ inputs.token }}\" }\ntargets:\n  - { id: a, run: 'for i in $(seq 2000); do printf %s \"$TOKEN\"; done' }\n"
    )
    const answer = await place.pawl("run", "batch.yaml", "--input", `token=${secret}`, "--format", "ndjson")
    expect(answer.code).toBe(0)
    expect(shown(answer, secret.slice(1))).toEqual([])
    expect(holders(place, secret.slice(1)).filter((file) => !file.includes("/logs/"))).toEqual([])
  })

  it.each([
    ["an integer", "integer", "4711471147114711", "{ pin: 4711471147114711 }", "4711471147114711"],
    ["a list", "array", "[\"first-secret\", \"second-secret\"]", "{ list: [\"second-secret\"] }", "second-secret"],
    ["an object", "object", "{\"password\": \"inner-secret\"}", "{ a: { password: \"inner-secret\" } }", "inner-secret"]
  ])("is masked as %s too", async (_, type, value, printed, found) => {
    const place = workplace()
    place.write(
      "batch.yaml",
      `name: batch
inputs: { hidden: { type: ${type}, secret: true } }
targets:
  - id: a
    steps:
      - { id: text, run: 'echo "{{ inputs.hidden }}"' }
      - { id: as-json, command: [${process.execPath}, -e, ${
        JSON.stringify(`console.log(JSON.stringify(${printed}))`)
      }], outputs: json }
`
    )
    const answer = await place.pawl("run", "batch.yaml", "--input", `hidden=${value}`, "--format", "ndjson")
    expect(answer.code).toBe(0)
    expect(shown(answer, found)).toEqual([])
    expect(holders(place, found).filter((file) => !file.includes("/logs/"))).toEqual([])
  })

  it.each([
    ["an id", "  - { id: \"t-{{ inputs.token }}\", run: 'true' }\n"],
    ["a label", "  - { id: a, labels: { t: \"{{ inputs.token }}\" }, run: 'true' }\n"],
    ["the items of a forEach", "  - { forEach: { items: \"{{ [inputs.token] }}\" }, id: a, run: 'true' }\n"]
  ])("can't become %s, which are seen everywhere", async (_, targets) => {
    const place = workplace()
    place.write("batch.yaml", `name: batch\ninputs: { token: { type: string, secret: true } }\ntargets:\n${targets}`)
    const answer = await place.pawl("run", "batch.yaml", "--input", `token=${secret}`, "--format", "json")
    expect(answer.code).toBe(65)
    expect(answer.stderr).toContain("secret")
    expect(shown(answer, secret)).toEqual([])
  })
})

describe("where and with what a step runs", () => {
  it("environment: the inner wins over the outer, and over that of pawl", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      `name: batch
env: { A: batch, B: batch, C: batch }
targets:
  - id: a
    env: { B: target, C: "target of {{ context.target }}" }
    steps:
      - { id: s, env: { C: "step, {{ env.OUTSIDE }}" }, run: 'echo "$A|$B|$C|$OUTSIDE" > s.txt' }
      - { id: t, run: 'echo "$A|$B|$C" > t.txt' }
`
    )
    const answer = await place.pawlWith({ env: { A: "outside", OUTSIDE: "outside" } }, "run", "batch.yaml")
    expect(answer.code).toBe(0)
    expect(place.read("s.txt")).toBe("batch|target|step, outside|outside\n")
    expect(place.read("t.txt")).toBe("batch|target|target of a\n")
  })

  it("workdir: each relative to the one around it, the outermost to the manifest, whatever the cwd", async () => {
    const place = workplace()
    mkdirSync(join(place.path, "sub/work/of-target/of-step"), { recursive: true })
    place.write(
      "sub/batch.yaml",
      `name: batch
workdir: work
targets:
  - id: a
    workdir: of-target
    steps:
      - { id: s, workdir: of-step, run: pwd }
      - { id: t, command: [pwd] }
      - { id: absolute, workdir: /, run: pwd }
`
    )
    const answer = await place.pawl("run", "sub/batch.yaml", "--format", "ndjson")
    expect(answer.code).toBe(0)
    expect(stream(answer).events.flatMap(({ output }) => output === undefined ? [] : [output.stdout.trim()])).toEqual([
      join(place.path, "sub/work/of-target/of-step"),
      join(place.path, "sub/work/of-target"),
      "/"
    ])
  })

  it("shell: `sh -e` if nothing is said, any other with its options, the script behind `-c`", async () => {
    const place = workplace()
    chmodSync(place.write("interpreter", "#!/bin/sh\nprintf '%s|' \"$@\" > words.txt\n"), 0o755)
    await completes(
      place,
      steps(`      - { id: stops, run: 'false; echo went on >> stops.txt', continueOnError: true }
      - { id: goes-on, shell: sh, run: 'false; echo went on >> goes-on.txt' }
      - { id: arrays, shell: bash -euo pipefail, run: 'list=(a "{{ context.target }}"); [[ \${#list[@]} == 2 ]] && echo "\${list[1]}" > bash.txt' }
      - { id: other, shell: ./interpreter --strict, run: "1 + 1" }
`)
    )
    expect(readdirSync(place.path)).not.toContain("stops.txt")
    expect(place.read("goes-on.txt")).toBe("went on\n")
    expect(place.read("bash.txt")).toBe("a\n")
    expect(place.read("words.txt")).toBe("--strict|-c|1 + 1|")
  })

  it("PAWL_ variables and `context` tell a step who it is", async () => {
    const place = workplace()
    const answer = await completes(
      place,
      `name: batch
failure: { retries: { maxAttempts: 2, backoffSeconds: 0 } }
targets:
  - id: "a b"
    steps:
      - id: who-am-i
        run: |
          echo "$PAWL_RUN_ID|$PAWL_TARGET|$PAWL_STEP|$PAWL_ATTEMPT" >> env.txt
          echo "{{ context.run_id }}|{{ context.target }}|{{ context.batch }}|{{ context.attempt }}" >> context.txt
          test -f "{{ context.run_dir }}/journal.ndjson"
          test "$PAWL_ATTEMPT" = 2
`
    )
    const { runId } = stream(answer).summary
    expect(place.read("env.txt")).toBe([1, 2].map((n) => `${runId}|a b|who-am-i|${n}\n`).join(""))
    expect(place.read("context.txt")).toBe([1, 2].map((n) => `${runId}|a b|batch|${n}\n`).join(""))
  })
})

describe("failures", () => {
  /** The waits between attempts that the events tell, and how long the next attempt really took to start. */
  const waits = (events: ReadonlyArray<EventJson>) =>
    events.flatMap((event, at) => {
      if (event.type !== "AttemptFailed") return []
      const due = Date.parse(event.nextAttemptAt ?? "")
      const next = events.slice(at).find(({ target, type }) => type === "StepStarted" && target === event.target)
      return [{ told: due - Date.parse(event.at), late: Date.parse(next?.at ?? "") - due }]
    })

  it("are retried after waits that double up to a cap, told before they are slept", async () => {
    const place = workplace()
    const answer = await completes(
      place,
      "name: batch\nfailure: { retries: { maxAttempts: 4, backoffSeconds: 0.1, factor: 2, maxBackoffSeconds: 0.25 } }\ntargets:\n  - { id: a, run: 'test \"$PAWL_ATTEMPT\" = 4' }\n"
    )
    const all = waits(stream(answer).events)
    expect(all.map(({ told }) => [100, 200, 250].find((wait) => told <= wait && told > wait - 45))).toEqual([
      100,
      200,
      250
    ])
    for (const { late } of all) expect(late).toBeGreaterThanOrEqual(0)
  })

  it("are retried after waits that jitter spreads by a fifth", async () => {
    const place = workplace()
    const answer = await completes(
      place,
      `name: batch
failure: { retries: { maxAttempts: 2, backoffSeconds: 0.2, factor: 1, jitter: true } }
targets:
  - { forEach: { items: [${
        Array.from({ length: 24 }, (_, at) => at).join(", ")
      }] }, id: "t{{ item }}", run: 'test "$PAWL_ATTEMPT" = 2' }
`,
      "-j",
      "24"
    )
    const told = waits(stream(answer).events).map((wait) => wait.told)
    expect(told).toHaveLength(24)
    expect(Math.max(...told)).toBeLessThanOrEqual(240)
    // Without jitter none could be above 200.
    expect(told.some((wait) => wait > 200)).toBe(true)
    expect(new Set(told).size).toBeGreaterThan(1)
  })

  it("are retried only where `on` says so", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      `name: batch
run: { autoAdvance: true }
failure: { retries: { maxAttempts: 3, backoffSeconds: 0, on: { exitCodes: [75] } } }
targets:
  - { id: listed, run: exit 75 }
  - { id: other, run: exit 1 }
  - { id: slow, timeout: 100ms, run: sleep 60 }
  - { id: slow-retried, timeout: 100ms, failure: { retries: { on: { timeout: true } } }, run: sleep 60 }
  - { id: changes, run: 'exit $((76 - PAWL_ATTEMPT))' }
`
    )
    const answer = await place.pawl("run", "batch.yaml", "--format", "json")
    expect(json(answer).targets.map(({ id, steps: [step] }) => `${id} ${step?.attempts}`)).toEqual([
      "listed 3",
      "other 1",
      "slow 1",
      "slow-retried 3",
      "changes 2"
    ])
  })

  it("`timeout` of a step goes before `failure.timeout`, which is inherited", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      `name: batch
run: { autoAdvance: true }
failure: { timeout: 100ms }
targets:
  - { id: inherits, run: sleep 60 }
  - { id: own, timeout: 1m, run: sleep 0.3 }
  - { id: of-target, failure: { timeout: 1m }, run: sleep 0.3 }
  - { id: of-step, steps: [{ id: s, failure: { timeout: 1m }, run: sleep 0.3 }] }
`
    )
    const answer = await place.pawl("run", "batch.yaml", "-j", "4", "--format", "json")
    expect(statuses(answer)).toEqual(["inherits errored", "own completed", "of-target completed", "of-step completed"])
    expect(json(answer).targets[0]?.message).toContain("0.1 s")
  })

  it("with `continueOnError` of every kind are recorded, and the target goes on", async () => {
    const place = workplace()
    const answer = await completes(
      place,
      steps(
        `      - { id: code, run: 'echo before; exit 3', continueOnError: true }
      - { id: signal, run: 'kill -9 $$', continueOnError: true }
      - { id: time, run: sleep 60, timeout: 50ms, continueOnError: true }
      - { id: missing, command: [./nothing], continueOnError: true }
      - { id: no-json, run: echo nonsense, outputs: json, continueOnError: true }
      - { id: no-output, run: 'echo nonsense > "$PAWL_OUTPUT"', continueOnError: true }
      - { id: expression, run: 'echo "{{ steps.code.output.json.name }}"', continueOnError: true }
      - { id: last, when: "{{ steps.code.output.exit_code == 3 }}", run: 'echo "{{ steps.code.output.stdout }}" > last.txt' }
`,
        "failure: { circuitBreaker: false }\n"
      )
    )
    const continued = stream(answer).events.filter(({ type }) => type === "StepContinued")
    expect(continued.map(({ path, reason }) => `${path} ${reason}`)).toEqual([
      "code exit-code",
      "signal signal",
      "time timed-out",
      "missing could-not-start",
      "no-json bad-output",
      "no-output bad-output",
      "expression expression-failed"
    ])
    expect(place.read("last.txt")).toBe("before\n\n")
  })
})

describe("`forEach` over", () => {
  const ids = (source: string, id = "{{ item }}") =>
    `name: batch\ntargets:\n  - forEach: { ${source} }\n    id: "${id}"\n    run: echo {{ item }} >> ran.txt\n`

  it("items: of any type, and from an input", async () => {
    const place = workplace()
    expect(await planned(place, ids("items: [a, 2, true]", "{{ index }}-{{ item }}"))).toEqual(["0-a", "1-2", "2-true"])
    expect(
      await planned(
        place,
        `name: batch\ninputs: { hosts: { type: array, default: [x, y] } }\n${
          ids("items: \"{{ inputs.hosts }}\"").replace("name: batch\n", "")
        }`
      )
    ).toEqual(["x", "y"])
  })

  it("a file: its lines without the blank ones, as they are", async () => {
    const place = workplace()
    place.write("hosts.txt", "alpha\n\n  beta gamma\n$(touch pwned)\nlast")
    await completes(place, ids("file: hosts.txt", "t{{ index }}"))
    expect(place.read("ran.txt")).toBe("alpha\n  beta gamma\n$(touch pwned)\nlast\n")
    expect(readdirSync(place.path)).not.toContain("pwned")
  })

  it("a pattern: the paths that match, in order, relative to the manifest", async () => {
    const place = workplace()
    for (const name of ["b.csv", "a.csv", "with space.csv", "other.txt", "deep/c.csv"]) {
      place.write(`sub/data/${name}`, "")
    }
    place.write("sub/batch.yaml", ids("glob: 'data/*.csv'"))
    const plan = json<{ readonly targets: ReadonlyArray<{ readonly id: string }> }>(
      await place.pawl("plan", "sub/batch.yaml", "--format", "json")
    )
    expect(plan.targets.map(({ id }) => id)).toEqual(["data/a.csv", "data/b.csv", "data/with space.csv"])
  })

  it("lines of JSON, whose fields are at hand", async () => {
    const place = workplace()
    place.write(
      "packages.jsonl",
      "{\"name\": \"zlib\", \"size\": 12345678901234567890}\n\n{\"name\": \"curl\", \"size\": 2}\n"
    )
    await completes(
      place,
      "name: batch\ntargets:\n  - forEach: { jsonl: packages.jsonl }\n    id: \"{{ item.name }}\"\n    run: 'echo \"{{ item.name }} {{ item.size }} {{ index }}\" >> ran.txt'\n"
    )
    expect(place.read("ran.txt")).toBe("zlib 12345678901234567890 0\ncurl 2 1\n")
  })

  it("standard input", async () => {
    const place = workplace()
    expect(await planned(place, ids("stdin: true"), "one\ntwo\n\nthree")).toEqual(["one", "two", "three"])
  })

  it("a matrix: every combination, the first name slowest", async () => {
    const place = workplace()
    expect(await planned(place, ids("matrix: { os: [linux, mac], node: [20, 22] }", "{{ item.os }}-{{ item.node }}")))
      .toEqual([
        "linux-20",
        "linux-22",
        "mac-20",
        "mac-22"
      ])
  })
})

describe("targets", () => {
  it("need others by id and by pattern, and carry labels of their own", async () => {
    const place = workplace()
    const answer = await completes(
      place,
      `name: batch
targets:
  - { id: report, needs: ["host-*", prepare], run: echo report >> ran.txt }
  - { forEach: { items: [b, a] }, id: "host-{{ item }}", labels: { side: "{{ item }}" }, needs: [prepare], run: 'echo {{ item }} >> ran.txt' }
  - { id: prepare, run: echo prepare >> ran.txt }
`
    )
    expect(place.read("ran.txt")).toBe("prepare\nb\na\nreport\n")
    expect(stream(answer).summary.targets[1]).toMatchObject({ id: "host-b", labels: { side: "b" } })
    const only = await place.pawl(
      "run",
      "batch.yaml",
      "--fresh",
      "--format",
      "json",
      "--only",
      "side!=a",
      "--only",
      "id=host-*"
    )
    expect(statuses(only)).toEqual(["report skipped", "host-b skipped", "host-a skipped", "prepare skipped"])
  })
})

describe("what steps tell each other", () => {
  it("`when` skips a step, with its reason", async () => {
    const place = workplace()
    const answer = await completes(
      place,
      steps(`      - { id: first, run: 'echo 1' }
      - { id: never, when: "{{ steps.first.output.exit_code != 0 }}", run: 'touch never' }
      - { id: last, when: "{{ steps.first.output.stdout.trim() == '1' }}", run: 'touch last' }
`)
    )
    const { events, summary } = stream(answer)
    expect(events.filter(({ type }) => type === "StepSkipped")).toMatchObject([{ path: "never", reason: "when-false" }])
    expect(summary.targets[0]?.steps.map(({ path, status }) => `${path} ${status}`)).toEqual([
      "first succeeded",
      "never skipped",
      "last succeeded"
    ])
    expect(readdirSync(place.path)).toContain("last")
    expect(readdirSync(place.path)).not.toContain("never")
  })

  it("`outputs: json`, $PAWL_OUTPUT in both forms, and what was printed", async () => {
    const place = workplace()
    const answer = await completes(
      place,
      steps(
        `      - { id: scan-all, command: [printf, '{"name": "x", "n": 12345678901234567890, "list": [{"a": {"b": "p"}}, {"a": {"b": "q"}}]}'], outputs: json }
      - id: set-values
        run: |
          echo "plain=a=b c" >> "$PAWL_OUTPUT"
          echo '{"number": 5, "deep": {"list": [1, 2]}}' >> "$PAWL_OUTPUT"
          echo printed; echo warned >&2
      - id: reads
        run: |
          echo "{{ steps.scan-all.output.json.n }}|{{ steps.scan-all.output.json.list[1].a.b }}" >> seen.txt
          echo "{{ steps.set-values.output.values.plain }}|{{ steps.set-values.output.values.number + 1 }}|{{ steps.set-values.output.values.deep.list }}" >> seen.txt
          echo "{{ steps.set-values.output.stdout.trim() }}|{{ steps.set-values.output.stderr.trim() }}|{{ steps.set-values.output.exit_code }}" >> seen.txt
`
      )
    )
    expect(place.read("seen.txt")).toBe("12345678901234567890|q\na=b c|6|[1,2]\nprinted|warned|0\n")
    const set = stream(answer).events.find(({ path, type }) => type === "StepSucceeded" && path === "set-values")
    expect(set?.output?.values).toEqual({ plain: "a=b c", number: 5, deep: { list: [1, 2] } })
  })

  it("the four filters", async () => {
    const place = workplace()
    await completes(
      place,
      `name: batch
inputs:
  list: { type: array, default: [a, b, 3] }
  deep: { type: array, default: [{ a: { b: p } }, { a: { b: q } }] }
targets:
  - id: a
    steps:
      - { id: made, command: [printf, '{"name": null}'], outputs: json }
      - id: filtered
        run: |
          echo "{{ inputs.list | join('+') }}" >> seen.txt
          echo "{{ inputs.list | contains('b') }} {{ inputs.list | contains('z') }}" >> seen.txt
          echo "{{ inputs.deep | map('a.b') | join(',') }}" >> seen.txt
          echo "{{ steps.made.output.json.other | default('none') }}" >> seen.txt
`
    )
    expect(place.read("seen.txt")).toBe("a+b+3\ntrue false\np,q\nnone\n")
  })

  it("no more than the last 16 KiB, and the log has all of it", async () => {
    const place = workplace()
    const answer = await completes(
      place,
      steps(`      - { id: long, run: 'seq 20000' }
      - { id: reads, run: 'printf %s "{{ steps.long.output.stdout }}" > seen.txt; echo {{ steps.long.output.truncated }} >> seen.txt' }
`)
    )
    const { events, summary } = stream(answer)
    const long = events.find(({ path, type }) => type === "StepSucceeded" && path === "long")
    expect(long?.output?.stdout).toHaveLength(16 * 1024)
    expect(long?.output?.truncated).toBe(true)
    expect(place.read("seen.txt").endsWith("19999\n20000\ntrue\n") || place.read("seen.txt").endsWith("20000true\n"))
      .toBe(true)
    const log = place.read(`.pawl/batch/runs/${summary.runId}/logs/a/long.out`)
    expect(log.split("\n").length).toBe(20_002)
  })
})
