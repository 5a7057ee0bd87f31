import { existsSync, readdirSync, statSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { json, pawlPid, type SummaryJson, type Workplace, workplace } from "./pawl.ts"
import { expectNoInsides, expectRefused, refusalOf } from "./refusal.ts"
import { onTerminal, shell } from "./shell.ts"

const mixed = `name: batch
run: { autoAdvance: true }
targets:
  - { id: good, labels: { tier: T1 }, run: echo printed }
  - { id: bad, run: 'echo oops >&2; exit 3' }
  - { id: needy, needs: [bad], run: 'true' }
`

const lines = (text: string): ReadonlyArray<string> => text.split("\n").slice(0, -1)

/** A place where the batch was run once; gives its run id. */
const ran = async (manifest = mixed): Promise<{ readonly place: Workplace; readonly runId: string }> => {
  const place = workplace()
  place.write("batch.yaml", manifest)
  const { runId } = json(await place.pawl("run", "batch.yaml", "--format", "json"))
  return { place, runId }
}

describe("the answer of a run", () => {
  it("as a table names what is stuck, why, where its log is and what to do", async () => {
    const place = workplace()
    place.write("batch.yaml", mixed)
    const answer = await place.pawl("run", "batch.yaml")
    expect(answer.code).toBe(0)
    const [, runId = ""] = /^batch {2}(\S+) /.exec(answer.stdout) ?? []
    expect(answer.stdout.replaceAll(runId, "RUN").replace(/\d+(\.\d+)?m?s$/m, "TIME")).toBe(
      `batch  RUN  partial (AllDoneOrBlocked)  exit code 0  TIME
3 targets: 1 completed, 1 blocked, 1 skipped

STATUS   TARGET  STEP  ATTEMPTS  REASON              MESSAGE                         LOG
blocked  bad     run   1         step-exhausted      exit code 3 after 1 attempt     logs/bad/run.err
  oops
skipped  needy                   need-not-completed  it needs bad, which is blocked
logs are under .pawl/batch/runs/RUN

next:
  see why it is stuck
    pawl logs RUN bad/run --stderr
  try the blocked again
    pawl run batch.yaml --retry-blocked
`
    )
    expect(answer.stderr.replaceAll(runId, "RUN").replace(/\(\d+m?s\)/, "(TIME)")).toBe(`run RUN of batch: 3 targets
completed good (TIME)
blocked bad at run: exit code 3 after 1 attempt
skipped needy: it needs bad, which is blocked
`)
    const next = await shell(place, `"$PAWL" logs ${runId} bad/run --stderr`)
    expect(next.stdout).toMatch(/^--- pawl: attempt 1, \S+ ---\noops\n$/)
  })

  it("has no escape codes but with --color always, on either stream", async () => {
    const place = workplace()
    place.write("batch.yaml", mixed)
    for (
      const [args, env] of [[[], {}], [["--color", "never"], {}], [["--color", "auto"], { TERM: "xterm" }]] as const
    ) {
      const plain = await place.pawlWith({ env }, "run", "batch.yaml", "--fresh", ...args)
      expect(plain.stdout + plain.stderr).not.toContain("\u001b")
    }
    const coloured = await place.pawl("run", "batch.yaml", "--fresh", "--color", "always")
    expect(coloured.stdout).toContain("\u001b[31mblocked\u001b[39m")
    expect(coloured.stderr).toContain("\u001b[31mblocked\u001b[39m")
    const bad = await place.pawl("run", "none.yaml", "--color", "always")
    expect(bad.stderr).toContain("\u001b[31m")
  })

  it.each([
    ["a run", ["run", "batch.yaml"]],
    ["a validation", ["validate", "batch.yaml"]],
    ["a plan", ["plan", "batch.yaml"]],
    ["a status", ["status"]],
    ["the runs", ["runs"]],
    ["the logs", ["logs", "batch"]],
    ["a schema", ["schema", "event"]],
    ["a new manifest", ["init", "other.yaml"]],
    ["a wrong flag", ["run", "batch.yaml", "--nope"]],
    ["a wrong command", ["nope"]],
    ["no command", []],
    ["no manifest", ["run", "none.yaml"]],
    ["no such run", ["status", "nope"]],
    ["one log", ["logs", "batch", "good/run"]],
    ["a new manifest, printed", ["init", "-"]],
    ["the version", ["--version"]],
    ["a completion script", ["--completions", "zsh"]],
    ["help", ["help"]]
  ])("with --format json is exactly one document: %s", async (_, args) => {
    const { place } = await ran()
    const answer = await place.pawl(...args, "--format", "json")
    const document = json<unknown>(answer)
    expect(typeof document).toBe("object")
    expect(answer.stdout.endsWith("}\n")).toBe(true)
    expectNoInsides(answer.stderr)
  })

  it("with --format ndjson is each event in order and then the summary; with json nothing but the summary", async () => {
    const place = workplace()
    place.write("batch.yaml", mixed)
    const answer = await place.pawl("run", "batch.yaml", "--format", "ndjson")
    const documents = lines(answer.stdout).map((line) => JSON.parse(line))
    const journal = lines(place.read(`.pawl/batch/runs/${documents.at(-1).runId}/journal.ndjson`)).map((line) => {
      const { crc, prev: _before, ...event } = JSON.parse(line)
      expect(crc).toMatch(/^[0-9a-f]{8}$/)
      return event
    })
    expect(documents.slice(0, -1)).toEqual(journal)
    expect(documents.at(-1)).toMatchObject({ schema: "pawl.summary/v1", exitCode: 0 })
    expect(JSON.parse(place.read(`.pawl/batch/runs/${documents.at(-1).runId}/summary.json`))).toEqual(documents.at(-1))
  })

  it("with -q is the answer alone: nothing on standard error", async () => {
    const place = workplace()
    place.write("batch.yaml", mixed)
    const answer = await place.pawl("run", "batch.yaml", "-q")
    expect(answer.stderr).toBe("")
    expect(answer.stdout).toContain("1 completed, 1 blocked, 1 skipped")
  })

  it("progress of a large batch is a line for what needs attention alone", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      `name: batch\nrun: { autoAdvance: true }\ntargets:\n  - { forEach: { items: [${
        Array.from({ length: 30 }, (_, at) => at).join(", ")
      }] }, id: "t{{ item }}", run: 'test {{ item }} != 7' }\n`
    )
    const answer = await place.pawl("run", "batch.yaml")
    expect(answer.stderr).toMatch(/^run \S+ of batch: 30 targets\nblocked t7 at run: exit code 1 after 1 attempt\n$/)
  })
})

describe("--output", () => {
  it.each([
    { what: "a run", args: ["run", "nothing.yaml"], code: 65 },
    { what: "a batch from a list", args: ["each", "--", ":::", "x"], code: 64 },
    { what: "a list without a usable line", args: ["each", "--", "cat"], stdin: "\0\n", code: 65 },
    { what: "going on", args: ["resume"], code: 64 }
  ])("is left as it was where $what is refused", async ({ args, code, stdin }) => {
    const place = workplace()
    place.write("out.txt", "yesterday\n")
    const given = stdin === undefined ? {} : { stdin }
    const [command = "", ...rest] = args
    const answer = await place.pawlWith(given, command, "--output", "out.txt", ...rest)
    expect(answer.code).toBe(code)
    expect(place.read("out.txt")).toBe("yesterday\n")
    const document = await place.pawlWith(given, command, "--output", "out.txt", "--format", "json", ...rest)
    expect(document.code).toBe(code)
    expect(JSON.parse(place.read("out.txt"))).toMatchObject({ exitCode: code })
  })

  it.each(["table", "json", "ndjson"])(
    "takes the answer (%s), whole and only at the end; nothing is on standard output",
    async (format) => {
      const place = workplace()
      place.write(
        "batch.yaml",
        "name: batch\ntargets:\n  - { id: a, run: 'cat out.txt > during.txt; ls -A > listing.txt' }\n"
      )
      place.write("out.txt", "earlier")
      const answer = await place.pawl("run", "batch.yaml", "--format", format, "--output", "out.txt")
      expect(answer.code).toBe(0)
      expect(answer.stdout).toBe("")
      expect(place.read("during.txt")).toBe("earlier")
      expect(place.read("out.txt")).toContain("AllDoneOrBlocked")
      expect(readdirSync(place.path).sort()).toEqual([".pawl", "batch.yaml", "during.txt", "listing.txt", "out.txt"])
      // As any other file of the user's, not as a temporary one.
      expect(statSync(join(place.path, "out.txt")).mode & 0o777).toBe(0o666 & ~process.umask())
    }
  )

  it("keeps the file that is there where the answer is an error; a document of it replaces the file", async () => {
    const place = workplace()
    place.write("plan.txt", "earlier")
    const refused = await place.pawl("plan", "batch.yaml", "--output", "plan.txt")
    expectRefused(refused, 65)
    expect(place.read("plan.txt")).toBe("earlier")
    const document = await place.pawl("plan", "batch.yaml", "--output", "plan.txt", "--format", "json")
    expect(document.stdout).toBe("")
    expect(JSON.parse(place.read("plan.txt"))).toMatchObject({ schema: "pawl.error/v1", exitCode: 65 })
    expect(readdirSync(place.path)).toEqual(["plan.txt"])
  })

  it("writes through a link to its file", async () => {
    const { place } = await ran()
    const answer = await shell(
      place,
      "echo > real.txt; ln -s real.txt link.txt; \"$PAWL\" status --output link.txt && test -L link.txt && cat real.txt && \"$PAWL\" status"
    )
    expect(answer.code).toBe(0)
    const half = answer.stdout.length / 2
    expect(answer.stdout.slice(0, half)).toBe(answer.stdout.slice(half))
  })

  it("writes to a descriptor that leads to a file where that file has come to, between others", async () => {
    const { place } = await ran()
    for (const file of ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"]) {
      await shell(place, `{ echo before; "$PAWL" status --output ${file}; echo after; } > all.txt`)
      expect(place.read("all.txt")).toBe(`before\n${(await place.pawl("status")).stdout}after\n`)
    }
    await shell(place, "\"$PAWL\" status --output /dev/fd/7 7> seven.txt")
    expect(place.read("seven.txt")).toBe((await place.pawl("status")).stdout)
  })

  it.each(["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "-"])(
    "writes to %s as it is, and leaves no file of it behind",
    async (file) => {
      const { place } = await ran()
      const answer = await shell(place, `"$PAWL" status --output ${file} | cat; exit "\${PIPESTATUS[0]}"`)
      expect(answer).toMatchObject({ code: 0, stdout: (await place.pawl("status")).stdout })
      expect(readdirSync(place.path).sort()).toEqual([".pawl", "batch.yaml"])
    }
  )
})

describe("a reader that is slow or gone", () => {
  const numbered = `name: batch\ntargets:\n  - { forEach: { items: [${
    Array.from({ length: 60 }, (_, at) => at).join(", ")
  }] }, id: "t{{ item }}", run: 'echo {{ item }} >> ran.txt' }\n`

  it("a reader that leaves early does not end the run", async () => {
    const place = workplace()
    place.write("batch.yaml", numbered)
    const answer = await shell(place, "\"$PAWL\" run batch.yaml --format ndjson | head -1; echo \"${PIPESTATUS[0]}\"")
    const [first = "", code] = lines(answer.stdout)
    expect(JSON.parse(first)).toMatchObject({ type: "RunStarted" })
    expect(code).toBe("0")
    expect(lines(place.read("ran.txt"))).toHaveLength(60)
    expectNoInsides(answer.stderr)
  })

  it.each([
    ["standard output", ">&-"],
    ["standard error", "2>&-"],
    ["both", ">&- 2>&-"],
    ["all three", "<&- >&- 2>&-"]
  ])("%s closed from the start does not end the run, and nothing strays into its files", async (_, closed) => {
    const place = workplace()
    place.write("batch.yaml", numbered)
    const answer = await shell(place, `"$PAWL" run batch.yaml --format ndjson ${closed}; echo "code $?"`)
    expect(answer.stdout).toMatch(/code 0\n$/)
    expect(lines(place.read("ran.txt"))).toHaveLength(60)
    const status = json(await place.pawl("status", "--format", "json"))
    expect(status).toMatchObject({ status: "completed", counts: { completed: 60 } })
    const journal = lines(place.read(`.pawl/batch/runs/${status.runId}/journal.ndjson`))
    expect(journal.map((line) => JSON.parse(line).seq)).toEqual(journal.map((_, at) => at + 1))
    expect(place.read("batch.yaml")).toBe(numbered)
  })

  it("a document of 5 MB through a slow pipe arrives whole", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      "name: batch\ntargets:\n  - { forEach: { stdin: true }, id: 'target-with-a-long-name-{{ item }}', labels: { number: 'n{{ item }}', kind: filler }, run: 'true' }\n"
    )
    const answer = await shell(
      place,
      "seq 20000 | \"$PAWL\" run batch.yaml --only id=none -q --format json | (sleep 0.3; head -c 100000; sleep 0.1; cat); echo \"${PIPESTATUS[1]}\""
    )
    expect(answer.stdout.length).toBeGreaterThan(5e6)
    const [document = "", code] = lines(answer.stdout)
    expect(JSON.parse(document).targets).toHaveLength(20_000)
    expect(code).toBe("0")
  })

  it("an answer that can't be written to standard output is not called a success", async () => {
    const { place } = await ran()
    const answer = await shell(place, "\"$PAWL\" status > /dev/full; echo \"code $?\" >&2")
    expect(answer.stderr).toMatch(/code 74\n$/)
    expect(answer.stderr).toMatch(/^error: can't write to standard output: no space left on device\n\nhint: /)
    for (
      const words of [
        "plan batch.yaml",
        "runs --format json",
        "logs batch good/run",
        "help",
        "--version",
        "--version -q"
      ]
    ) {
      const full = await shell(place, `"$PAWL" ${words} > /dev/full; echo "code $?" >&2`)
      expect([words, full.stderr]).toEqual([words, answer.stderr])
    }
  })

  it.each(["table", "json", "ndjson"])(
    "a run whose answer (%s) can't be written goes on to its end",
    async (format) => {
      const place = workplace()
      place.write("batch.yaml", numbered)
      const answer = await shell(place, `"$PAWL" run batch.yaml --format ${format} > /dev/full; echo "code $?"`)
      expect(answer.stdout).toBe("code 74\n")
      expect(answer.stderr).toContain("can't write to standard output: no space left on device")
      expect(lines(place.read("ran.txt"))).toHaveLength(60)
    }
  )
})

describe("pawl status", () => {
  it("finds a run by its id, by the beginning of it, by its batch, and the newest by nothing", async () => {
    const { place, runId } = await ran()
    const second =
      json(await place.pawl("run", "batch.yaml", "--fresh", "--run-id", "other-run", "--format", "json")).runId
    const found = async (...words: ReadonlyArray<string>) =>
      json(await place.pawl("status", ...words, "--format", "json")).runId
    expect(await found(runId)).toBe(runId)
    expect(await found(runId.slice(0, -3))).toBe(runId)
    expect(await found("batch")).toBe(second)
    expect(await found()).toBe(second)
    expect(await found("oth")).toBe(second)
  })

  it("of a word that means nothing, several runs, or no runs at all, says what to do", async () => {
    const { place, runId } = await ran()
    refusalOf(await place.pawl("status", "btach", "--format", "json"), 64)
    expect((await place.pawl("status", "btach")).stderr).toContain("did you mean `batch`?")
    await place.pawl("run", "batch.yaml", "--fresh")
    const several = await place.pawl("status", runId.slice(0, 4))
    expectRefused(several, 64)
    expect(several.stderr).toContain(`2 runs begin with \`${runId.slice(0, 4)}\``)
    expect(several.stderr).toContain(runId)
    const none = await workplace().pawl("status")
    expectRefused(none, 64)
    expect(none.stderr).toContain("there are no runs in `.pawl`")
  })

  it("of a run that is live says so, and of one that was killed", async () => {
    const place = workplace()
    place.write("batch.yaml", "name: batch\ntargets:\n  - { id: a, run: 'touch started; exec sleep 300' }\n")
    const child = place.start(["run", "batch.yaml"])
    while (!existsSync(join(place.path, "started"))) await Bun.sleep(5)
    const live = json<SummaryJson & { readonly live: unknown }>(await place.pawl("status", "--format", "json"))
    expect(live).toMatchObject({ status: "running", haltReason: null, live: { pid: child.pid } })
    expect(live.targets[0]?.status).toBe("running")
    child.kill("SIGKILL")
    await child.exited
    const killed = json<SummaryJson & { readonly live: unknown }>(await place.pawl("status", "--format", "json"))
    expect(killed).toMatchObject({ status: "interrupted", haltReason: null, live: null })
    expect(killed.targets[0]?.status).toBe("pending")
    // Ends the child that was left behind.
    place.write("batch.yaml", "name: batch\ntargets:\n  - { id: a, run: 'true' }\n")
    expect((await place.pawl("run", "batch.yaml", "--allow-changes")).code).toBe(0)
  })
})

describe("pawl runs", () => {
  it("lists runs newest first, as a table, as a document and as lines", async () => {
    const { place, runId } = await ran()
    const second = json(await place.pawl("run", "batch.yaml", "--fresh", "--format", "json")).runId
    const table = lines((await place.pawl("runs")).stdout)
    expect(table.map((line) => line.split(/ {2,}/)[0])).toEqual(["RUN", second, runId])
    const documents = lines((await place.pawl("runs", "--format", "ndjson")).stdout).map((line) => JSON.parse(line))
    expect(documents).toMatchObject([{ runId: second, batch: "batch", status: "partial" }, { runId }])
    expect(json<{ readonly runs: unknown }>(await place.pawl("runs", "--format", "json")).runs).toEqual(documents)
  })

  it("where there are none is an empty answer, with a note", async () => {
    const place = workplace()
    const answer = await place.pawl("runs", "--format", "json")
    expect(json(answer)).toEqual({ schema: "pawl.runs/v1", runs: [] })
    expect(answer).toMatchObject({ code: 0, stderr: "note: there are no runs in .pawl\n" })
  })
})

describe("pawl logs", () => {
  const odd = ["plain", "a/b", "a/b/c", "ä ö%", "../up", "..", "-dash", "x".repeat(250)]
  const manifest = `name: batch
failure: { retries: { maxAttempts: 2, backoffSeconds: 0 } }
targets:
  - forEach: { items: ${JSON.stringify(odd)} }
    id: "{{ item }}"
    steps:
      - { id: say, run: 'echo "out $PAWL_ATTEMPT of $PAWL_TARGET"; echo "err $PAWL_ATTEMPT" >&2; test "$PAWL_ATTEMPT" = 2' }
      - { id: last-words, run: 'printf "no line end"' }
`
  const timeless = (text: string): string => text.replace(/\d{4}-\S+Z/g, "TIME")

  it("says of a step that printed nothing that it succeeded, and names no log of it", async () => {
    const { place } = await ran(
      "name: batch\ntargets:\n  - { id: quiet, run: 'true' }\n  - { id: loud, run: 'echo loud' }\n"
    )
    const summary = json(await place.pawl("run", "batch.yaml", "--format", "json"))
    expect(summary.targets.map(({ steps }) => steps.map((step) => "log" in step))).toEqual([[false], [true]])
    const quiet = await place.pawl("logs", "batch", "quiet/run")
    expect([quiet.code, quiet.stdout]).toEqual([0, ""])
    expect(quiet.stderr).toContain("`quiet/run` succeeded without printing anything")
    expect((await place.pawl("logs", "batch")).stdout).not.toContain("quiet")
  })

  it("lists those there are, and prints those of a target, of a step, of an attempt, and of standard error", async () => {
    const { place } = await ran(manifest)
    const listing = lines((await place.pawl("logs", "batch")).stdout)
    expect(listing).toHaveLength(1 + 2 * odd.length)
    expect(listing[1]).toMatch(/^plain\/say +succeeded +2 +logs\/plain\/say\.out$/)
    const print = async (...words: ReadonlyArray<string>) =>
      timeless((await place.pawl("logs", "batch", ...words)).stdout)
    expect(await print("a/b/say")).toBe(
      "--- pawl: attempt 1, TIME ---\nout 1 of a/b\n--- pawl: attempt 2, TIME ---\nout 2 of a/b\n"
    )
    expect(await print("a/b/say", "--attempt", "2")).toBe("out 2 of a/b\n")
    expect(await print("a/b/say", "--stderr", "--attempt", "1")).toBe("err 1\n")
    expect(await print("a/b")).toBe(
      "==> a/b/say <==\n--- pawl: attempt 1, TIME ---\nout 1 of a/b\n--- pawl: attempt 2, TIME ---\nout 2 of a/b\n\n==> a/b/last-words <==\n--- pawl: attempt 1, TIME ---\nno line end"
    )
  })

  it("finds every id, however odd, and keeps all logs in the run's directory", async () => {
    const { place, runId } = await ran(manifest)
    for (const id of odd) {
      const answer = await place.pawl("logs", "batch", "--attempt", "2", "--", `${id}/say`)
      expect(answer).toMatchObject({ code: 0, stderr: "", stdout: `out 2 of ${id}\n` })
    }
    expect(readdirSync(join(place.path, ".pawl/batch/runs", runId, "logs"))).toHaveLength(odd.length)
    expect(readdirSync(join(place.path, ".pawl/batch/runs"))).toEqual([runId])
  })

  it("of a word that is a target as well as another's step is the step, as help says", async () => {
    const { place } = await ran(manifest.replace(JSON.stringify(odd), "[plain, plain/say]"))
    const print = async (word: string) => (await place.pawl("logs", "batch", word, "--attempt", "2")).stdout
    expect(await print("plain/say")).toBe("out 2 of plain\n")
    expect(await print("plain/say/say")).toBe("out 2 of plain/say\n")
    const help = (await place.pawl("help", "logs")).stdout.replace(/\n/g, " ")
    expect(help).toContain("A word that could be a target as well as the step of another is the step.")
  })

  it("of what there is not says what there is", async () => {
    const { place, runId } = await ran(manifest)
    const refused = async (...words: ReadonlyArray<string>) => {
      const answer = await place.pawl("logs", ...words)
      expectRefused(answer, 64)
      return answer.stderr
    }
    expect(await refused("batch", "plian")).toContain("did you mean `plain`?")
    expect(await refused("batch", "plain/sya")).toContain("did you mean `plain/say`?")
    expect(await refused("batch", "plain/say", "--attempt", "3")).toMatch(/has no attempt 3\n\nhint: it has 2 attempts/)
    expect(await refused("batch", "\u001b[31mred")).toContain(`see \`pawl logs ${runId}\``)
    expect(await refused("batch", "\u001b[31mred")).not.toContain("\u001b")
  })

  it("prints bytes as they are, a great many too", async () => {
    const { place, runId } = await ran(
      "name: batch\ntargets:\n  - { id: a, run: 'head -c 3000000 /dev/zero; printf \"\\377\\033[31m\"' }\n"
    )
    const answer = await shell(
      place,
      `"$PAWL" logs batch a/run | tail -c +$(($(head -1 .pawl/batch/runs/${runId}/logs/a/run.out | wc -c) + 1)) | sha256sum; (head -c 3000000 /dev/zero; printf '\\377\\033[31m') | sha256sum`
    )
    const [printed, expected] = lines(answer.stdout)
    expect(printed).toBe(expected)
  })
})

describe("pawl validate", () => {
  it("of a good manifest says what it holds", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      "name: batch\ninputs: { b: { type: string, default: x }, a: { type: string, secret: true } }\ntargets:\n  - { forEach: { items: [1, 2] }, id: \"t{{ item }}\", steps: [{ id: s, run: 'true' }, { id: t, run: 'true' }] }\n"
    )
    const table = await place.pawl("validate", "batch.yaml")
    expect(table).toMatchObject({ code: 0, stderr: "" })
    expect(table.stdout).toMatch(
      /^valid batch\.yaml: batch batch, 2 targets, 4 steps\ninputs: a, b\nplan: sha256:[0-9a-f]{64}\n$/
    )
    const document = json(await place.pawl("validate", "batch.yaml", "--format", "json"))
    expect(document).toMatchObject({
      schema: "pawl.validation/v1",
      valid: true,
      batch: "batch",
      targets: 2,
      steps: 4,
      inputs: ["a", "b"]
    })
    expect(readdirSync(place.path)).toEqual(["batch.yaml"])
  })

  it("of a bad one tells every error, in the order of the file, in both forms", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      "nam: batch\ntargets:\n  - { id: a, run: 'echo {{ inputs.x }}', retries: 3 }\n  - { id: b, run: 'true', timeout: soon }\n"
    )
    const table = await place.pawl("validate", "batch.yaml")
    expectRefused(table, 65)
    const { errors } = refusalOf(await place.pawl("validate", "batch.yaml", "--format", "json"), 65)
    const places = errors.map(({ column = 0, line = 0 }) => line * 1000 + column)
    expect(places).toEqual(places.toSorted((a, b) => a - b))
    expect(errors.map(({ path }) => path)).toEqual(
      expect.arrayContaining(["nam", "targets[0].retries", "targets[0].run", "targets[1].timeout"])
    )
    expect(table.stderr).toContain(`${errors.length} errors`)
  })
})

describe("pawl plan", () => {
  const hash = async (place: Workplace, ...args: ReadonlyArray<string>) =>
    json<{ readonly hash: string }>(await place.pawl("plan", ...args, "--format", "json")).hash

  it("has one hash from any folder, for any order of keys, and for JSON as for YAML", async () => {
    const place = workplace()
    place.write(
      "a/batch.yaml",
      "name: batch\nenv: { A: '1', B: '2' }\ntargets:\n  - id: a\n    labels: { x: '1', y: '2' }\n    run: echo hi\n    timeout: 90s\n"
    )
    place.write(
      "b/other.yaml",
      "# the same\ntargets:\n  - timeout: 90s\n    run: \"echo hi\"\n    labels: { y: '2', x: '1' }\n    id: a\nenv: { B: '2', A: '1' }\nname: batch\n"
    )
    place.write(
      "b/batch.json",
      JSON.stringify({
        name: "batch",
        targets: [{ id: "a", run: "echo hi", timeout: "90s", labels: { x: "1", y: "2" } }],
        env: { A: "1", B: "2" }
      })
    )
    const hashes = [
      await hash(place, "a/batch.yaml"),
      await hash(place, join(place.path, "a/batch.yaml")),
      await hash(place, "b/other.yaml"),
      await hash(place, "b/batch.json")
    ]
    expect(new Set(hashes).size).toBe(1)
    expect(hashes[0]).toMatch(/^sha256:[0-9a-f]{64}$/)
  })

  it("has another hash where what is done differs, and prints the same bytes each time", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      "name: batch\ninputs: { x: { type: string, default: a } }\ntargets:\n  - { id: a, run: 'echo {{ inputs.x }}' }\n"
    )
    const first = await place.pawl("plan", "batch.yaml", "--format", "json")
    expect((await place.pawl("plan", "batch.yaml", "--format", "json")).stdout).toBe(first.stdout)
    expect(first.stdout).not.toContain(place.path)
    expect(await hash(place, "batch.yaml", "--input", "x=b")).not.toBe(json<{ readonly hash: string }>(first).hash)
    const { runId, planHash } = json<SummaryJson & { readonly planHash: string }>(
      await place.pawl("run", "batch.yaml", "--format", "json")
    )
    expect(planHash).toBe(json<{ readonly hash: string }>(first).hash)
    expect(JSON.parse(place.read(`.pawl/batch/runs/${runId}/plan.json`))).toEqual(json(first))
  })

  it("of a secret holds its name and not its value, which its hash tells from another", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      "name: batch\ninputs: { pin: { type: string, secret: true } }\ntargets:\n  - { id: a, env: { PIN: '{{ inputs.pin }}' }, run: 'true' }\n"
    )
    const planOf = (pin: string) => place.pawl("plan", "batch.yaml", "--input", `pin=${pin}`, "--format", "json")
    const [one, again, other] = [await planOf("1111"), await planOf("1111"), await planOf("2222")]
    expect(again.stdout).toBe(one.stdout)
    expect(json<Record<string, unknown>>(one)).toMatchObject({ secrets: ["pin"], inputs: {} })
    const { hash: first, ...rest } = json<Record<string, unknown>>(one)
    const { hash: second, ...others } = json<Record<string, unknown>>(other)
    expect(second).not.toBe(first)
    expect(others).toEqual(rest)
  })
})

describe("pawl init", () => {
  it("writes a manifest that validates and runs, and never replaces one", async () => {
    const place = workplace()
    expect(await place.pawl("init")).toMatchObject({
      code: 0,
      stdout: "wrote batch.yaml; run it with: pawl run batch.yaml\n"
    })
    const text = place.read("batch.yaml")
    expect((await place.pawl("validate", "batch.yaml")).code).toBe(0)
    place.write("quick.yaml", text.replace("backoffSeconds: 1", "backoffSeconds: 0"))
    const answer = await place.pawl("run", "quick.yaml", "--format", "json")
    expect(json(answer)).toMatchObject({ exitCode: 0, status: "completed", counts: { completed: 3 } })
    const again = await place.pawl("init")
    expectRefused(again, 64)
    expect(again.stderr).toContain("`batch.yaml` is there already")
    expect(place.read("batch.yaml")).toBe(text)
    expect((await place.pawl("init", "-")).stdout).toBe(text)
  })

  it("where there is no such folder says so in words", async () => {
    const answer = await workplace().pawl("init", "no/such/batch.yaml", "--format", "json")
    expect(refusalOf(answer, 74).errors).toHaveLength(1)
  })
})

describe("progress on a terminal", () => {
  const manifest = `name: batch
run: { autoAdvance: true }
targets:
  - { id: a-target-with-a-name-that-is-longer-than-a-narrow-terminal-is-wide, run: sleep 0.25 }
  - { id: second, run: 'sleep 0.25; exit 1', failure: { retries: { maxAttempts: 2, backoffSeconds: 0.9 } } }
  - { id: third, run: 'true' }
`
  const escapes = /\u001b\[[0-9;?]*[A-Za-z]/g
  const isArea = (line: string): boolean =>
    /\d+\/\d+ {2}\d+ done {2}/.test(line) || /^ {2}\S.*(attempt \d|\d+s$)/.test(line)

  /** What a terminal of so many columns shows in the end: text, line ends, cursor up, clear below. */
  const screen = (raw: string, columns: number): ReadonlyArray<string> => {
    const rows: Array<string> = [""]
    let row = 0
    let column = 0
    for (const [token] of raw.matchAll(/\u001b\[[0-9;?]*[A-Za-z]|[\s\S]/gu)) {
      if (token === "\r") column = 0
      else if (token === "\n") row += 1
      else if (/^\u001b\[\d*A$/.test(token)) row = Math.max(0, row - Number(token.slice(2, -1) || 1))
      else if (/^\u001b\[0?J$/.test(token)) rows.splice(row, Infinity, (rows[row] ?? "").slice(0, column))
      else if (!token.startsWith("\u001b")) {
        if (column === columns) {
          row += 1
          column = 0
        }
        while (rows.length <= row) rows.push("")
        rows[row] = (rows[row] ?? "").slice(0, column).padEnd(column) + token + (rows[row] ?? "").slice(column + 1)
        column += 1
      }
      while (rows.length <= row) rows.push("")
    }
    return rows
  }

  it.each([80, 40])("fits into %i columns, is wiped at the end, and leaves the cursor as it was", async (columns) => {
    const place = workplace()
    place.write("batch.yaml", manifest)
    const { code, raw } = await onTerminal(place, columns, ["run", "batch.yaml"])
    expect(code).toBe(0)
    const drawn = raw.split(/\r?\n/).map((line) => line.replace(escapes, "").replace(/^\r/, "")).filter(isArea)
    expect(drawn.length).toBeGreaterThan(3)
    for (const line of drawn) expect(line.length).toBeLessThanOrEqual(columns)
    const left = screen(raw, columns)
    expect(left.filter(isArea)).toEqual([])
    expect(left.join("\n")).toContain("2 completed, 1 blocked")
    expect(raw.lastIndexOf("\u001b[?25l")).toBeLessThanOrEqual(raw.lastIndexOf("\u001b[?25h"))
    expect(raw).toContain("\u001b[31mblocked")
  })

  it("tells the current target, step, attempt of how many, and the next attempt", async () => {
    const place = workplace()
    place.write("batch.yaml", manifest)
    const { raw } = await onTerminal(place, 100, ["run", "batch.yaml"])
    expect(raw).toMatch(/second\/run +attempt 1\/2, 0s/)
    expect(raw).toMatch(/second\/run +attempt 2\/2 in [01]s/)
    expect(raw).toMatch(/retry\S* second\/run: exit code 1; attempt 2 in [01]s, at \d{4}-/)
  })

  it("counts the targets that this invocation is about", async () => {
    const place = workplace()
    place.write("batch.yaml", manifest)
    const { raw } = await onTerminal(place, 100, ["run", "batch.yaml", "--target", "second", "--target", "third"])
    expect(raw).toMatch(/\] {2}0\/2\r\n0 done {2}2 left\r\n/)
    expect(raw).not.toContain("/3")
  })

  it("is wiped where the run is interrupted", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      `name: batch\ntargets:\n  - { id: a, run: 'sleep 0.3; kill -INT ${pawlPid}; exec sleep 300' }\n`
    )
    const { code, raw } = await onTerminal(place, 80, ["run", "batch.yaml"])
    expect(code).toBe(130)
    expect(screen(raw, 80).filter(isArea)).toEqual([])
  })

  it("is without colour with NO_COLOR, and not there on a dumb terminal or with -q", async () => {
    const place = workplace()
    place.write("batch.yaml", "name: batch\ntargets:\n  - { id: a, run: sleep 0.25 }\n")
    const plain = await onTerminal(place, 80, ["run", "batch.yaml", "--fresh"], { NO_COLOR: "1" })
    expect(plain.raw).not.toMatch(/\u001b\[\d*m/)
    expect(plain.raw).toMatch(/\] {2}0\/1\r\n0 done {2}1 left\r\n/)
    for (const [args, env] of [[[], { TERM: "dumb" }], [["-q"], {}]] as const) {
      const { raw } = await onTerminal(place, 80, ["run", "batch.yaml", "--fresh", ...args], env)
      expect(raw).not.toContain("0 done")
      expect(raw).not.toMatch(/\u001b\[\d*[AJ]/)
    }
  })

  it("and a stream of events on one terminal do not tear each other's lines", async () => {
    const place = workplace()
    place.write("batch.yaml", "name: batch\ntargets:\n  - { id: a, run: sleep 0.25 }\n")
    const { raw } = await onTerminal(place, 80, ["run", "batch.yaml", "--format", "ndjson"])
    for (const line of raw.trim().split("\r\n")) expect(() => JSON.parse(line)).not.toThrow()
  })
})
