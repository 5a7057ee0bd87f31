import { describe, expect, it } from "@effect/vitest"
import { Ajv } from "ajv"
import { Effect } from "effect"
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { join } from "node:path"
import type { RunStore } from "../../src/checkpoint/RunStore.ts"
import { reportSchema, type ReportSchemaName } from "../../src/report/Schemas.ts"
import { banner } from "../../src/run/Banner.ts"
import { StateError } from "../../src/run/StateError.ts"
import { folder, pawl, storeOf } from "./house.ts"

const ajv = new Ajv({ strict: false })
const expectShape = (name: ReportSchemaName, text: string): Record<string, unknown> => {
  const document = JSON.parse(text)
  const validate = ajv.compile(reportSchema(name))
  expect([validate(document), validate.errors]).toEqual([true, null])
  return document
}

const manifest = `
name: nightly
targets:
  - { id: api, run: "true" }
  - { id: web, run: "true" }
`
const runs = (fail: ReadonlyArray<string>) => ({ target }: { readonly target: string }) => ({
  exitCode: fail.includes(target) ? 2 : 0
})
const withManifest = (): string => {
  const cwd = folder()
  writeFileSync(join(cwd, "b.yaml"), manifest)
  return cwd
}

describe("wrong use", () => {
  it.live("is told once on standard error, with exit code 64", () =>
    Effect.gen(function*() {
      const { code, stderr, stdout } = yield* pawl(["run", "--cap", "lots"])
      expect([code, stdout]).toEqual([64, ""])
      expect(stderr).toBe(
        "error: `--cap` can't be `lots`\n\nhint: it takes a whole number from 0\n\n"
          + "error: `pawl run` needs BATCH\n\nhint: see `pawl help run`\n\n2 errors\n"
      )
    }))

  it.live.each(["json", "ndjson"])(
    "is one document on standard output with --format %s, and text on the other",
    (format) =>
      Effect.gen(function*() {
        const { code, stderr, stdout } = yield* pawl(["run", "--cap", "lots", "--format", format])
        expect(expectShape("error", stdout)).toMatchObject({ exitCode: 64, errors: [{}, {}] })
        expect([code, stderr.startsWith("error: ")]).toEqual([64, true])
      })
  )

  it.live("is to name no command: help comes, but on standard error", () =>
    Effect.gen(function*() {
      const { code, stderr, stdout } = yield* pawl([])
      expect([code, stdout]).toEqual([64, ""])
      expect(stderr).toContain("Commands:")
    }))
})

describe("help, version and completions", () => {
  it.live.each([{ words: ["--help"] }, { words: ["-h"] }, { words: ["help"] }, { words: ["help", "help"] }, {
    words: ["run", "--cap", "x", "-h"]
  }])(
    "are data and go to standard output with exit code 0: %j",
    ({ words }) =>
      Effect.gen(function*() {
        const { code, stderr, stdout } = yield* pawl(words)
        expect([code, stderr]).toEqual([0, ""])
        expect(stdout).toContain("Usage:\n  pawl ")
      })
  )

  it.live("name the version wherever it is asked for", () =>
    Effect.gen(function*() {
      expect((yield* pawl(["run", "--version"])).stdout).toBe("pawl 1.2.3 (abc1234)\n")
    }))

  it.live.each(["json", "ndjson"])(
    "name the version as a document with --format %s",
    (format) =>
      Effect.gen(function*() {
        const { code, stdout } = yield* pawl(["--version", "--format", format])
        expect([code, stdout]).toEqual([
          0,
          "{\"schema\":\"pawl.version/v1\",\"version\":\"1.2.3\",\"commit\":\"abc1234\"}\n"
        ])
      })
  )

  it.live.each([
    { words: ["help", "run"], what: "help is text" },
    { words: ["run", "--help"], what: "help is text" },
    { words: ["--help"], what: "help is text" },
    { words: ["--completions", "bash"], what: "a completion script is text" },
    { words: ["init", "-"], what: "a manifest is text" }
  ])("that are text have no JSON form: %j", ({ what, words }) =>
    Effect.gen(function*() {
      const { code, stdout } = yield* pawl([...words, "--format", "json"])
      expect(expectShape("error", stdout)).toMatchObject({
        exitCode: 64,
        errors: [{ message: `${what}, and has no other format`, hint: "leave out `--format json`" }]
      })
      expect(code).toBe(64)
    }))

  it.live("print a script for a shell, and know which shells there are", () =>
    Effect.gen(function*() {
      expect((yield* pawl(["--completions", "fish"])).stdout).toContain("complete -c pawl")
      expect((yield* pawl(["--completions", "fihs"])).stderr).toContain("did you mean `fish`?")
      expect((yield* pawl(["--completions", "sh"])).code).toBe(64)
    }))
})

describe("a run", () => {
  it.live("answers with its summary as the one document, and keeps it on disk", () =>
    Effect.gen(function*() {
      const { code, cwd, stdout } = yield* pawl(["run", "b.yaml", "--format", "json", "--auto-advance"], {
        cwd: withManifest(),
        script: runs(["api"])
      })
      const summary = expectShape("summary", stdout)
      expect([code, summary["status"], summary["exitCode"]]).toEqual([0, "partial", 0])
      const folderOfRuns = join(cwd, ".pawl", "nightly", "runs")
      const kept = readFileSync(join(folderOfRuns, readdirSync(folderOfRuns)[0] ?? "", "summary.json"), "utf8")
      expect(kept).toBe(stdout)
    }))

  it.live("streams its events and then its summary as NDJSON", () =>
    Effect.gen(function*() {
      const { stdout } = yield* pawl(["run", "b.yaml", "--format", "ndjson"], { cwd: withManifest() })
      const lines = stdout.trimEnd().split("\n")
      const events = lines.slice(0, -1).map((line) => expectShape("event", line))
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1))
      expect([events[0]?.["type"], events.at(-1)?.["type"]]).toEqual(["RunStarted", "RunHalted"])
      expectShape("summary", lines.at(-1) ?? "")
    }))

  it.live("shows a table with what to type, progress on the other stream, and nothing of it when quiet", () =>
    Effect.gen(function*() {
      const cwd = withManifest()
      const first = yield* pawl(["run", "b.yaml"], { cwd, script: runs(["api"]) })
      expect([first.code, first.stderr]).toEqual([1, expect.stringContaining("blocked api at run: exit code 2")])
      expect(first.stdout).toContain("blocked  api")
      expect(first.stdout).toContain("    pawl run b.yaml --retry-blocked\n")
      const second = yield* pawl(["run", "b.yaml", "-q", "--retry-blocked"], { cwd })
      expect([second.code, second.stderr]).toEqual([0, ""])
    }))

  it.live("that is through changes no file and streams no event when it is run again", () =>
    Effect.gen(function*() {
      const cwd = withManifest()
      yield* pawl(["run", "b.yaml"], { cwd })
      const files = () =>
        readdirSync(join(cwd, ".pawl", "nightly", "runs"), { recursive: true, withFileTypes: true }).map((entry) => {
          const { ino, mtimeMs } = statSync(join(entry.parentPath, entry.name))
          return [entry.name, ino, mtimeMs]
        })
      const before = files()
      const again = yield* pawl(["run", "b.yaml", "--format", "ndjson"], { cwd })
      expect(files()).toEqual(before)
      expect(again.stdout.trimEnd().split("\n")).toHaveLength(1)
      expect(expectShape("summary", again.stdout)).toMatchObject({ status: "completed", stepsExecuted: 0 })
    }))

  it.live("of a manifest that is wrong leaves no run behind, and has the place in its document", () =>
    Effect.gen(function*() {
      const { code, cwd, stdout } = yield* pawl(["run", "-", "--format", "json"], { stdin: "name: x\ntargest: []\n" })
      expect(expectShape("error", stdout)).toMatchObject({ exitCode: 65 })
      expect([code, existsSync(join(cwd, ".pawl"))]).toEqual([65, false])
    }))

  it.live("draws on a terminal and wipes what it drew", () =>
    Effect.gen(function*() {
      const { stderr } = yield* pawl(["run", "b.yaml"], {
        cwd: withManifest(),
        script: () => ({ durationMs: 150 }),
        isTerminal: true,
        variables: { TERM: "xterm" }
      })
      expect(stderr).toContain("left")
      expect(stderr.lastIndexOf("\u001b[0J")).toBeGreaterThan(stderr.lastIndexOf(" left"))
    }))

  it.live("keeps to plain lines on a terminal that can't be drawn on", () =>
    Effect.gen(function*() {
      const { stderr, stdout } = yield* pawl(["run", "b.yaml"], {
        cwd: withManifest(),
        isTerminal: true,
        variables: { TERM: "dumb" }
      })
      expect(stderr + stdout).not.toContain("\u001b")
    }))

  it.live("that a signal ends before it began says so with the signal's code", () =>
    Effect.gen(function*() {
      const { code, cwd, stdout } = yield* pawl(["run", "b.yaml", "--format", "json"], {
        cwd: withManifest(),
        signal: Effect.succeed("SIGTERM")
      })
      expect([code, expectShape("error", stdout)["exitCode"]]).toEqual([143, 143])
      expect(existsSync(join(cwd, ".pawl", "nightly", "current"))).toBe(false)
    }))

  it.live("that a signal ends while it works saves its state and has the signal's code", () =>
    Effect.gen(function*() {
      const { code, stdout } = yield* pawl(["run", "b.yaml", "--format", "json"], {
        cwd: withManifest(),
        script: () => ({ durationMs: 60_000 }),
        signal: Effect.delay(Effect.succeed("SIGINT" as const), "300 millis")
      })
      expect(expectShape("summary", stdout)).toMatchObject({ status: "interrupted", exitCode: 130 })
      expect(code).toBe(130)
    }))
})

describe("colour", () => {
  const coloured = (words: ReadonlyArray<string>, variables: Readonly<Record<string, string>>, isTerminal: boolean) =>
    Effect.map(
      pawl(["validate", "b.yaml", ...words], { cwd: withManifest(), variables, isTerminal }),
      ({ stdout }) => stdout.includes("\u001b[")
    )
  it.live.each([
    { words: [], variables: {}, isTerminal: true, expected: true },
    { words: [], variables: {}, isTerminal: false, expected: false },
    { words: [], variables: { NO_COLOR: "1" }, isTerminal: true, expected: false },
    { words: [], variables: { NO_COLOR: "" }, isTerminal: true, expected: true },
    { words: ["--color", "never"], variables: {}, isTerminal: true, expected: false },
    { words: ["--color", "always"], variables: { NO_COLOR: "1" }, isTerminal: false, expected: true }
  ])(
    "is there or not as flags, variables and terminal say: %j",
    ({ expected, isTerminal, variables, words }) =>
      Effect.map(coloured(words, variables, isTerminal), (found) => expect(found).toBe(expected))
  )
})

describe("looking at runs", () => {
  it.live("tells of the newest run, in the shape of its schema", () =>
    Effect.gen(function*() {
      const cwd = withManifest()
      yield* pawl(["run", "b.yaml", "--auto-advance"], { cwd, script: runs(["api"]) })
      const table = yield* pawl(["status"], { cwd })
      expect([table.code, table.stderr]).toEqual([0, ""])
      expect(table.stdout).toContain("blocked  api     run   1         step-exhausted")
      const { stdout } = yield* pawl(["status", "nightly", "--format", "json"], { cwd })
      expect(expectShape("status", stdout)).toMatchObject({ status: "partial", counts: { blocked: 1 } })
    }))

  it.live("finds them where PAWL_STATE_DIR or --state-dir says", () =>
    Effect.gen(function*() {
      const cwd = withManifest()
      yield* pawl(["run", "b.yaml", "--state-dir", "elsewhere"], { cwd })
      expect((yield* pawl(["status"], { cwd })).code).toBe(64)
      expect((yield* pawl(["status", "--state-dir", "elsewhere"], { cwd })).code).toBe(0)
      expect((yield* pawl(["status"], { cwd, variables: { PAWL_STATE_DIR: "elsewhere" } })).code).toBe(0)
    }))

  it.live("lists all of them, also none", () =>
    Effect.gen(function*() {
      const cwd = withManifest()
      const none = yield* pawl(["runs", "--format", "json"], { cwd })
      expect([none.code, none.stdout]).toEqual([0, "{\"schema\":\"pawl.runs/v1\",\"runs\":[]}\n"])
      yield* pawl(["run", "b.yaml"], { cwd })
      yield* pawl(["run", "b.yaml", "--fresh"], { cwd })
      const { stdout } = yield* pawl(["runs", "--format", "ndjson"], { cwd })
      expect(stdout.trimEnd().split("\n")).toHaveLength(2)
    }))
})

describe("what goes wrong around it", () => {
  const broken = (list: RunStore["Type"]["list"]) => storeOf({ list })

  it.live("in the state directory has exit code 74", () =>
    Effect.gen(function*() {
      const store = broken(() => new StateError({ message: "can't read it", hint: "mend it", path: "/s" }))
      const { code, stderr, stdout } = yield* pawl(["runs", "--format", "json"], { store })
      expect([code, expectShape("error", stdout)["exitCode"]]).toEqual([74, 74])
      expect(stderr).toBe("error: can't read it\n\nhint: mend it\n")
    }))

  it.live("in pawl itself has exit code 70, one paragraph and no stack trace", () =>
    Effect.gen(function*() {
      const store = broken(() => Effect.die(new Error("boom\u001b[2J")))
      const { code, stderr, stdout } = yield* pawl(["runs", "--format", "json"], { store })
      expect([code, expectShape("error", stdout)["exitCode"]]).toEqual([70, 70])
      expect(stderr).toContain("error: pawl met a defect of its own: boom\\e[2J\n\nhint: please report it")
      expect(stderr).toContain("pawl 1.2.3 (abc1234)")
      expect(stderr).not.toMatch(/\n\s+at /)
    }))

  it.live("in pawl itself has a stack trace only when that is asked for", () =>
    Effect.gen(function*() {
      const store = broken(() => Effect.die(new Error("boom")))
      const { stderr } = yield* pawl(["runs", "--log-level", "debug"], { store })
      expect(stderr).toMatch(/\n\s+at /)
    }))

  it.live("with a signal ends what is no run at once, with the signal's code", () =>
    Effect.gen(function*() {
      const { code } = yield* pawl(["runs"], { store: broken(() => Effect.never), signal: Effect.succeed("SIGHUP") })
      expect(code).toBe(129)
    }))
})

describe("standard output that can't be written to", () => {
  const failure = new Error("ENOSPC: no space left on device, write")
  const told = "error: can't write to standard output: no space left on device\n\nhint: make room, or name a file with "
    + "--output; nothing that a run has done is lost\n"

  it.live("is told of, with exit code 74", () =>
    Effect.gen(function*() {
      for (const words of [["runs"], ["plan", "b.yaml"], ["help"], ["--version"], ["runs", "--format", "json"]]) {
        const { code, stderr } = yield* pawl(words, { cwd: withManifest(), failure })
        expect([words, code, stderr.replace(/^note: .*\n/, "")]).toEqual([words, 74, told])
      }
    }))

  it.live("lets a run go on to its end first", () =>
    Effect.gen(function*() {
      const { code, cwd, stderr } = yield* pawl(["run", "b.yaml", "--format", "ndjson"], {
        cwd: withManifest(),
        failure
      })
      expect([code, stderr.endsWith(told)]).toEqual([74, true])
      expect((yield* pawl(["status"], { cwd })).stdout).toContain("2 targets: 2 completed")
    }))

  it.live("leaves the exit code of a signal and of a wrong call as it is", () =>
    Effect.gen(function*() {
      const stopped = yield* pawl(["run", "b.yaml", "--format", "json"], {
        cwd: withManifest(),
        failure,
        signal: Effect.succeed("SIGTERM")
      })
      expect([stopped.code, stopped.stderr]).toEqual([143, told])
      const wrong = yield* pawl(["nope"], { failure })
      expect([wrong.code, wrong.stderr.includes("standard output")]).toEqual([64, false])
    }))
})

describe("--output", () => {
  const plan = ["plan", "b.yaml", "--format", "json", "--output"]

  it.live("puts the answer into a file, whole, and nothing on standard output", () =>
    Effect.gen(function*() {
      const { code, cwd, stdout } = yield* pawl([...plan, "out.json"], { cwd: withManifest() })
      expect([code, stdout]).toEqual([0, ""])
      expect(JSON.parse(readFileSync(join(cwd, "out.json"), "utf8"))).toMatchObject({ batch: "nightly" })
      expect(readdirSync(cwd).sort()).toEqual(["b.yaml", "out.json"])
    }))

  it.live("replaces a file, and what a link leads to", () =>
    Effect.gen(function*() {
      const cwd = withManifest()
      writeFileSync(join(cwd, "out.json"), "x".repeat(100_000))
      symlinkSync("out.json", join(cwd, "link"))
      const before = statSync(join(cwd, "out.json")).ino
      yield* pawl([...plan, "link"], { cwd })
      expect(statSync(join(cwd, "out.json")).ino).not.toBe(before)
      expect(lstatSync(join(cwd, "link")).isSymbolicLink()).toBe(true)
      expect(JSON.parse(readFileSync(join(cwd, "out.json"), "utf8"))).toMatchObject({ batch: "nightly" })
    }))

  it.live("writes to a device as it is", () =>
    Effect.gen(function*() {
      const { code } = yield* pawl([...plan, "/dev/null"], { cwd: withManifest() })
      expect([code, lstatSync("/dev/null").isCharacterDevice()]).toEqual([0, true])
    }))

  it.live.each(["/dev/fd/1", "/proc/self/fd/2", "/dev/fd/9999"])(
    "takes %s for a descriptor, not for a file",
    (file) =>
      Effect.gen(function*() {
        const { cwd, stderr } = yield* pawl(["runs", "-q", "--format", "ndjson", "--output", file])
        expect(stderr).toBe(
          file === "/dev/fd/9999"
            ? "error: can't write `/dev/fd/9999`: bad file descriptor\n\nhint: name a file in a folder that is there and that you may write to\n"
            : ""
        )
        expect(readdirSync(cwd)).toEqual([])
      })
  )

  it.live("leaves a table that is there where the answer failed", () =>
    Effect.gen(function*() {
      const cwd = withManifest()
      writeFileSync(join(cwd, "out"), "before")
      const { code } = yield* pawl(["plan", "nope.yaml", "--output", "out"], { cwd })
      expect([code, readFileSync(join(cwd, "out"), "utf8"), readdirSync(cwd).length]).toEqual([65, "before", 2])
    }))

  it.live("holds the document of an error", () =>
    Effect.gen(function*() {
      const { code, cwd, stdout } = yield* pawl(["plan", "nope.yaml", "--format", "json", "--output", "out"])
      expect([code, stdout]).toEqual([65, ""])
      expectShape("error", readFileSync(join(cwd, "out"), "utf8"))
    }))

  it.live("to a folder that isn't there is refused before a run begins", () =>
    Effect.gen(function*() {
      const { code, cwd, stderr, stdout } = yield* pawl(["run", "b.yaml", "--format", "json", "--output", "nope/x"], {
        cwd: withManifest()
      })
      expect([code, expectShape("error", stdout)["exitCode"]]).toEqual([74, 74])
      expect(stderr).toContain("can't write `nope/x`: no such file or directory")
      expect(existsSync(join(cwd, ".pawl"))).toBe(false)
    }))
})

describe("init", () => {
  it.live("writes a manifest that validates and runs, and never replaces one", () =>
    Effect.gen(function*() {
      const { code, cwd } = yield* pawl(["init"])
      const valid = yield* pawl(["validate", "batch.yaml"], { cwd })
      expect([code, valid.code, valid.stderr]).toEqual([0, 0, ""])
      const run = yield* pawl(["run", "batch.yaml"], { cwd })
      expect([run.code, run.stdout]).toEqual([0, expect.stringContaining("3 targets: 3 completed")])
      const again = yield* pawl(["init", "--format", "json"], { cwd })
      expect([again.code, expectShape("error", again.stdout)["exitCode"]]).toEqual([64, 64])
    }))

  it.live.each([
    { file: "no/such/x.yaml", why: "no such file or directory" },
    { file: "file/x.yaml", why: "not a directory" }
  ])("says in words why it can't write $file", ({ file, why }) =>
    Effect.gen(function*() {
      const cwd = folder()
      writeFileSync(join(cwd, "file"), "")
      const { code, stderr } = yield* pawl(["init", file], { cwd })
      expect([code, stderr]).toEqual([
        74,
        `error: can't write \`${file}\`: ${why}\n\nhint: name a file in a folder that is there and that you may write to\n`
      ])
    }))

  it.live("prints it where that is asked for", () =>
    Effect.gen(function*() {
      const { cwd, stdout } = yield* pawl(["init", "-"])
      expect([stdout.startsWith("# A batch"), readdirSync(cwd)]).toEqual([true, []])
    }))
})

describe("logs", () => {
  const withLogs = Effect.gen(function*() {
    const cwd = withManifest()
    yield* pawl(["run", "b.yaml"], { cwd, script: () => ({ stdout: "something\n" }) })
    const runsFolder = join(cwd, ".pawl", "nightly", "runs")
    const directory = join(runsFolder, readdirSync(runsFolder)[0] ?? "", "logs", "api")
    mkdirSync(directory, { recursive: true })
    const at = "2026-11-20T03:00:00.000Z"
    const bytes = Buffer.concat([
      Buffer.from(`${banner(1, at)}\n`),
      Buffer.from([0, 255, 10]),
      Buffer.from(`${banner(2, at)}\ntwo\n`)
    ])
    writeFileSync(join(directory, "run.out"), bytes)
    return { cwd, bytes }
  })

  it.live("are listed where no target is named", () =>
    Effect.gen(function*() {
      const { cwd } = yield* withLogs
      const { stdout } = yield* pawl(["logs", "nightly"], { cwd })
      expect(stdout).toContain("api/run      succeeded  1         logs/api/run.out\n")
    }))

  it.live("are printed as they are", () =>
    Effect.gen(function*() {
      const { bytes, cwd } = yield* withLogs
      const { code, raw } = yield* pawl(["logs", "nightly", "api/run"], { cwd })
      expect([code, Buffer.compare(raw, bytes)]).toEqual([0, 0])
    }))

  it.live("are cut to one attempt, and say which there are", () =>
    Effect.gen(function*() {
      const { cwd } = yield* withLogs
      expect((yield* pawl(["logs", "nightly", "api", "--attempt", "2"], { cwd })).stdout).toBe("two\n")
      const none = yield* pawl(["logs", "nightly", "api", "--attempt", "3"], { cwd })
      expect([none.code, none.stderr]).toEqual([
        64,
        "error: `api` has no attempt 3\n\nhint: it has 2 attempts\n"
      ])
    }))

  it.live("that are gone are told of", () =>
    Effect.gen(function*() {
      const { cwd } = yield* withLogs
      const { code, stderr } = yield* pawl(["logs", "nightly", "web"], { cwd })
      expect([code, stderr.startsWith("error: the log of `web/run` is gone")]).toEqual([74, true])
    }))

  it.live("have no JSON form", () =>
    Effect.gen(function*() {
      const { cwd } = yield* withLogs
      const { code, stdout } = yield* pawl(["logs", "nightly", "api", "--format", "json"], { cwd })
      expect([code, expectShape("error", stdout)["exitCode"]]).toEqual([64, 64])
    }))
})

describe("schemas", () => {
  it.live.each(["manifest", "summary", "event", "error", "status"])(
    "of %s are printed as JSON",
    (name) =>
      Effect.gen(function*() {
        const { code, stdout } = yield* pawl(["schema", name])
        expect([code, typeof JSON.parse(stdout)]).toEqual([0, "object"])
      })
  )
})
