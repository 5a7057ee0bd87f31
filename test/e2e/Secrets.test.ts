import { existsSync, readdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { type Answer, pawlPid, type Workplace, workplace } from "./pawl.ts"

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
      - { id: as-word, command: [echo, "{{ inputs['to' + 'ken'] }}"], continueOnError: true }
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
    "is in no file, logs of steps included, and is never printed (--format %s)",
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
      expect(holders(place, secret)).toEqual([])
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
    expect(holders(place, odd)).toEqual([])
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
    expect(holders(place, secret.slice(1))).toEqual([])
  })

  it.each([
    ["an integer", "integer", "4711471147114711", "4711471147114711"],
    ["a list", "array", "[\"first-secret\", \"second-secret\"]", "second-secret"],
    ["an object", "object", "{\"password\": \"inner-secret\"}", "inner-secret"]
  ])("is masked as %s too", async (_, type, value, found) => {
    const place = workplace()
    place.write(
      "batch.yaml",
      `name: batch
inputs: { hidden: { type: ${type}, secret: true } }
env: { HIDDEN: "{{ inputs.hidden }}" }
targets:
  - id: a
    steps:
      - { id: text, run: 'echo "{{ inputs.hidden }}"' }
      - { id: as-json, run: 'printf "{\\"deep\\": [%s]}" "$HIDDEN"', outputs: json }
`
    )
    const answer = await place.pawl("run", "batch.yaml", "--input", `hidden=${value}`, "--format", "ndjson")
    expect(answer.code).toBe(0)
    expect(answer.stdout).toContain("\"deep\"")
    expect(shown(answer, found)).toEqual([])
    expect(holders(place, found)).toEqual([])
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

describe("a batch with a secret", () => {
  const secret = "Zq7-hunter/of+secrets&4444 kX'\"e"
  const env = { API_TOKEN: secret }
  const head = "name: batch\ninputs: { token: { type: string, secret: true, env: API_TOKEN } }\n"
    + "env: { TOKEN: \"{{ inputs.token }}\" }\n"

  const filesBelow = (folder: string): ReadonlyArray<string> =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))

  /** Everything in the state directory, and what was answered. */
  const all = (place: Workplace, ...answers: ReadonlyArray<Answer>): string =>
    filesBelow(join(place.path, ".pawl")).map((file) => readFileSync(file, "latin1"))
      .concat(answers.flatMap(({ stderr, stdout }) => [stderr, stdout])).join("\n")

  /** The folder of the only run. */
  const runFolder = (place: Workplace): string => {
    const runs = join(place.path, ".pawl/batch/runs")
    return join(runs, readdirSync(runs)[0] ?? "")
  }
  const logOf = (place: Workplace, name: string): string =>
    readFileSync(join(runFolder(place), "logs", name), "utf8").replace(/^--- pawl: .*\n/gm, "")

  const appears = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await Bun.sleep(10)
  }

  it("masks it in the logs in every form that programs write it in", async () => {
    const place = workplace()
    const writer = place.write(
      "forms.ts",
      `const t = process.env.TOKEN, base64 = (text) => Buffer.from(text).toString("base64")
       const forms = [t, JSON.stringify(t), JSON.stringify(JSON.stringify({ t })), encodeURIComponent(t), encodeURI(t),
         new URLSearchParams({ t }).toString(), base64(t), base64("u:" + t), base64("us:" + t + "!"),
         Buffer.from("user:" + t).toString("base64url"), Buffer.from(t).toString("hex"),
         t.replaceAll("'", "'\\\\''"), t.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("'", "&#39;")]
       for (const form of forms) console.log("<" + form + ">")
       for (const form of forms) console.error("<" + form + ">")
       await Bun.write(process.env.PAWL_OUTPUT, forms.map((form, at) => "v" + at + "=" + form).join("\\n"))`
    )
    place.write(
      "batch.yaml",
      `${head}failure: { retries: { maxAttempts: 1 } }
targets:
  - id: a
    steps:
      - { id: forms, command: [${process.execPath}, ${writer}], env: { BUN_RUNTIME_TRANSPILER_CACHE_PATH: "0" } }
      - { id: traced, run: 'set -x; echo "{{ inputs.token }}" | cat >&2' }
`
    )
    const answer = await place.pawlWith({ env }, "run", "batch.yaml", "--format", "ndjson")
    expect(answer.code).toBe(0)
    expect(logOf(place, "a/forms.out").match(/\*\*\*/g)?.length).toBeGreaterThanOrEqual(13)
    const found = all(place, answer)
    for (const part of ["hunter", "of+secrets", "4444", "4444%20", "%26", "kX"]) expect(found).not.toContain(part)
    for (const before of ["", "u", "us"]) {
      const middle = Buffer.from(`${before}${secret}`).toString("base64").slice(4, -8)
      for (let at = 0; at + 8 <= middle.length; at += 4) expect(found).not.toContain(middle.slice(at, at + 8))
    }
  })

  it("masks it where it comes in pieces, in time-outs and retries, and from processes that are left behind", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      `${head}failure: { circuitBreaker: false }
run: { maxParallel: 4 }
targets:
  - id: pieces
    run: 'printf %s "\${TOKEN%secrets*}"; sleep 0.1; printf %s secrets; sleep 0.1; echo "\${TOKEN#*secrets}"'
  - id: retried
    steps:
      - id: s
        failure: { retries: { maxAttempts: 2, backoffSeconds: 0 } }
        run: 'echo "no $TOKEN" >&2; test "$PAWL_ATTEMPT" = 2'
  - id: late
    run: '(sleep 0.3; echo "late $TOKEN") & echo now'
  - id: slow
    steps: [{ id: s, run: 'echo "$TOKEN"; sleep 60', timeout: 5s, continueOnError: true }]
`
    )
    const answer = await place.pawlWith({ env }, "run", "batch.yaml", "--format", "json")
    expect(answer.code).toBe(0)
    expect(logOf(place, "pieces/run.out")).toBe("***\n")
    expect(logOf(place, "retried/s.err")).toBe("no ***\nno ***\n")
    expect(logOf(place, "late/run.out")).toBe("now\nlate ***\n")
    expect(logOf(place, "slow/s.out")).toBe("***\n")
    expect(all(place, answer)).not.toContain("hunter")
  })

  it("masks what expressions make of it, and shows what only mentions it", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      `${head}outputs: { loud: "{{ inputs.token.upperAscii() }}", given: "{{ inputs.token != '' }}" }
targets:
  - id: a
    env: { LOUD: "{{ inputs.token.upperAscii() }}", WHO: "{{ inputs.token == '' ? 'nobody' : 'somebody' }}" }
    steps:
      - { id: says, run: 'echo "$LOUD"; echo "$WHO"; echo "{{ env.LOUD + string(77) }}"; printf "v=%s" "$LOUD" > "$PAWL_OUTPUT"' }
      - { id: each, map: { over: "{{ [inputs.token.lowerAscii()] }}" }, steps: [{ id: s, run: 'echo "{{ item }}"' }] }
`
    )
    const answer = await place.pawlWith({ env }, "run", "batch.yaml", "--format", "ndjson")
    expect(answer.code).toBe(0)
    expect(logOf(place, "a/says.out")).toBe("***\nsomebody\n***\n")
    expect(answer.stdout).toContain("\"outputs\":{\"loud\":\"***\",\"given\":true}")
    expect(all(place, answer).toLowerCase()).not.toContain("hunter")
  })

  it("masks it at gates, in notes, when the run goes on, when it is watched, and leaves nothing on cleaning up", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      `${head}targets:
  - id: a
    steps:
      - { id: first, run: 'echo "$TOKEN"' }
      - { id: ship, gate: { approval: "Ship with {{ inputs.token }} and {{ inputs.token.upperAscii() }}?" } }
      - { id: last, run: 'echo "$TOKEN"; while ! test -e go; do sleep 0.01; done; echo "$TOKEN" >&2' }
`
    )
    const rested = await place.pawlWith({ env }, "run", "batch.yaml")
    expect(rested.code).toBe(3)
    const looks = [["status"], ["status", "--format", "json"], ["events", "batch"], ["logs", "batch", "a/first"]]
    const seen = await Promise.all(looks.map((words) => place.pawl(...words)))
    const approved = await place.pawlWith({ env }, "approve", "--note", `as ${secret} says`)
    expect(approved.code).toBe(0)
    expect(all(place, approved)).toContain("as *** says")

    const going = place.start(["resume"], { env })
    await appears(() => existsSync(join(runFolder(place), "logs/a/last.out")))
    const following = place.start(["logs", "batch", "a/last", "--follow"])
    place.write("go", "")
    expect(await going.exited).toBe(0)
    const followed = await new Response(following.stdout).text()
    expect(followed).toContain("***")
    expect(all(place, rested, approved, ...seen).toLowerCase() + followed).not.toContain("hunter")
    expect((await place.pawl("cleanup", "--keep", "0")).code).toBe(0)
    expect(all(place)).not.toContain("***")
  })

  it("is gone on with when pawl was killed: what ended meanwhile counts, but for what is looked at, whose end may be lost", async () => {
    const place = workplace()
    const waits = "while ! test -e go; do sleep 0.01; done"
    place.write(
      "batch.yaml",
      `${head}run: { maxParallel: 3 }
targets:
  - id: a
    run: 'echo "one $TOKEN"; echo a >> ran; ${waits}; echo "two $TOKEN"; echo a >> ended'
  - id: b
    steps:
      - { id: s, outputs: json, run: 'echo b >> ran; ${waits}; printf "[1, %s]" 2; echo b >> ended' }
  - id: c
    steps:
      - { id: s, run: 'echo c >> ran; ${waits}; echo tail; echo c >> ended' }
      - { id: u, run: 'echo "{{ steps.s.output.stdout }}"' }
`
    )
    const killed = place.start(["run", "batch.yaml"], { env })
    const said = (): boolean =>
      filesBelow(join(place.path, ".pawl")).some((file) =>
        file.endsWith(".out") && readFileSync(file, "utf8").includes("one ***")
      )
    const lines = (name: string): number =>
      existsSync(join(place.path, name)) ? place.read(name).trim().split("\n").length : 0
    await appears(() => lines("ran") === 3 && said())
    killed.kill("SIGKILL")
    await killed.exited
    place.write("go", "")
    await appears(() => lines("ended") === 3)
    // The launcher has nothing left to wait for, and records the ends.
    await appears(() =>
      filesBelow(join(place.path, ".pawl")).some((file) =>
        file.endsWith("attempts.ndjson") && (readFileSync(file, "utf8").match(/"ended"/g)?.length ?? 0) === 3
      )
    )
    const resumed = await place.pawlWith({ env }, "resume", "--format", "json")
    expect(resumed.code).toBe(0)
    expect(place.read("ran").split("\n").toSorted().join("")).toBe("abbcc")
    expect(logOf(place, "a/run.out")).toContain("one ***\n")
    expect(logOf(place, "c/u.out")).toContain("tail\n")
    expect(all(place, resumed)).not.toContain("hunter")
  })

  it("keeps little in memory of what is printed without end", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      `${head}targets:
  - { id: a, run: 'yes "text $TOKEN" | head -n 2500000' }
  - { id: b, run: 'grep VmHWM /proc/${pawlPid}/status > peak' }
`
    )
    expect((await place.pawlWith({ env }, "run", "batch.yaml", "--quiet")).code).toBe(0)
    expect(Number(/VmHWM:\t +(\d+) kB/.exec(place.read("peak"))?.[1])).toBeLessThan(400_000)
    const log = join(runFolder(place), "logs/a/run.out")
    expect(statSync(log).size).toBeGreaterThan(10e6)
    expect(readFileSync(log).includes("hunter")).toBe(false)
  })
})

describe("the value of a secret", () => {
  const token = "t0ken-7f-of-the-test"
  const head = "name: batch\ninputs: { token: { type: string, secret: true, env: API_TOKEN } }\n"

  it("can't be a word of a command, where it is plain to see", async () => {
    const place = workplace()
    place.write("batch.yaml", `${head}targets:\n  - { id: a, command: [curl, -H, "Bearer {{ inputs.token }}"] }\n`)
    const answer = await place.pawl("validate", "batch.yaml")
    expect(answer.code).toBe(65)
    expect(answer.stderr).toContain("`inputs.token` is secret and can't be a word of a command")
    expect(answer.stderr).toContain("batch.yaml:4:45")
  })

  it("can't be a word of a command, where it only shows at run time", async () => {
    const place = workplace()
    place.write("batch.yaml", `${head}targets:\n  - { id: a, command: [touch, "x{{ inputs['to' + 'ken'] }}"] }\n`)
    const answer = await place.pawlWith({ env: { API_TOKEN: token } }, "run", "batch.yaml")
    expect(answer.code).toBe(1)
    expect(answer.stderr + answer.stdout).toContain("word 2 of `command` holds a secret")
    expect(answer.stderr + answer.stdout).not.toContain(token)
    expect(readdirSync(place.path).sort()).toEqual([".pawl", "batch.yaml"])
  })

  it("is in the arguments of no process that a step is", async () => {
    const place = workplace()
    const step = "tr \"\\\\0\" \" \" < /proc/$$/cmdline; echo; test -n \"{{ inputs.token }}\""
    place.write("batch.yaml", `${head}targets:\n  - id: a\n    run: '${step}'\n`)
    expect((await place.pawlWith({ env: { API_TOKEN: token } }, "run", "batch.yaml")).code).toBe(0)
    const { stdout } = await place.pawl("logs", "batch", "a")
    expect(stdout).toContain("test -n \"${PAWL_1}\"")
    expect(stdout).not.toContain("***")
  })

  it("is noted where it is given in pawl's own arguments", async () => {
    const place = workplace()
    place.write("batch.yaml", `${head}targets:\n  - { id: a, run: 'true' }\n`)
    for (const command of ["validate", "plan", "simulate", "run"]) {
      const noted = await place.pawl(command, "batch.yaml", "--input", `token=${token}`)
      expect(noted.stderr).toContain("the value of `token` is secret and stands in the arguments of pawl")
      expect(noted.stderr + noted.stdout).not.toContain(token)
      const silent = await place.pawlWith({ stdin: JSON.stringify({ token }) }, command, "batch.yaml", "--inputs", "-")
      expect(silent.stderr).not.toContain("arguments of pawl")
    }
  })

  it("is part of the plan's hash and of nothing else: a rotated one goes on with the run", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      `${head}targets:\n  - { id: a, run: 'echo x >> ran; test -e go' }\n  - { id: b, run: 'echo x >> ran' }\n`
    )
    const hashOf = async (value: string): Promise<string> => {
      const { stdout } = await place.pawlWith({ env: { API_TOKEN: value } }, "plan", "batch.yaml", "--format", "json")
      return String(JSON.parse(stdout).hash)
    }
    const hash = await hashOf(token)
    expect(await hashOf(token)).toBe(hash)
    expect(await hashOf(`${token}2`)).not.toBe(hash)
    const run = (value: string, ...more: ReadonlyArray<string>) =>
      place.pawlWith({ env: { API_TOKEN: value } }, "run", "batch.yaml", "--auto-advance", ...more)
    expect((await run(`${token}2`, "--expect-plan", hash)).code).toBe(65)
    expect((await run(token, "--expect-plan", hash)).code).toBe(0)
    place.write("go", "")
    expect((await run(`${token}2`, "--retry-blocked")).code).toBe(0)
    expect(place.read("ran")).toBe("x\nx\nx\n")
    expect((await place.pawlWith({ env: { API_TOKEN: `${token}3` } }, "resume")).code).toBe(0)
  })

  it.each([
    ["of the wrong type", "{ \"pin\": \"t0ken-7f-of-the-test\" }"],
    ["under a wrong name", "{ \"pni\": \"t0ken-7f-of-the-test\" }"],
    ["in a file that can't be read", "pin: \"t0ken-7f-of-the-test"],
    ["in a file that is one text", "t0ken-7f-of-the-test"]
  ])("is not shown in what is said of it %s", async (_, file) => {
    const place = workplace()
    place.write("inputs.yaml", file)
    place.write(
      "batch.yaml",
      "name: batch\ninputs: { pin: { type: integer, secret: true } }\ntargets:\n  - { id: a, run: 'true' }\n"
    )
    for (const format of ["table", "json"]) {
      const answer = await place.pawl("run", "batch.yaml", "--inputs", "inputs.yaml", "--format", format)
      expect(answer.code).toBe(65)
      expect(answer.stderr + answer.stdout).not.toContain("t0ken")
    }
  })

  it.each([
    ["a default of the wrong type", "pin: { type: integer, secret: true, default: t0ken-7f }", []],
    ["an enum of the wrong type", "pin: { type: integer, secret: true, enum: [t0ken-7f] }", []],
    ["a call without a name", "pin: { type: string, secret: true }", ["--input", "t0ken-7f"]]
  ])("is not shown in what is said of %s", async (_, inputs, more) => {
    const place = workplace()
    place.write("batch.yaml", `name: batch\ninputs: { ${inputs} }\ntargets:\n  - { id: a, run: 'true' }\n`)
    const answer = await place.pawl("run", "batch.yaml", ...more)
    expect(answer.code).toBe(more.length === 0 ? 65 : 64)
    expect(answer.stderr).not.toContain("t0ken")
  })

  it("may not be longer than can be looked for", async () => {
    const place = workplace()
    place.write("batch.yaml", `${head}targets:\n  - { id: a, run: 'true' }\n`)
    place.write("inputs.json", JSON.stringify({ token: "x1".repeat(60_000) }))
    const answer = await place.pawl("run", "batch.yaml", "--inputs", "inputs.json")
    expect(answer.code).toBe(65)
    expect(answer.stderr).toContain("the values of secret inputs come to 120002 characters, more than 100000")
  })
})
