import { chmodSync, readdirSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { type Answer, json, statuses, type Workplace, workplace } from "./pawl.ts"
import { expectRefused, refusalOf } from "./refusal.ts"
import { shell } from "./shell.ts"

const commands = [
  "run",
  "resume",
  "each",
  "approve",
  "reject",
  "cancel",
  "simulate",
  "validate",
  "plan",
  "status",
  "runs",
  "logs",
  "events",
  "cleanup",
  "schema",
  "init",
  "import",
  "help"
]

const batch = `name: batch
inputs: { who: { type: string, default: nobody } }
targets:
  - { id: a, run: 'echo "a {{ inputs.who }}" >> ran.txt' }
  - { id: b, run: 'echo "b {{ inputs.who }}" >> ran.txt' }
`

const columns = (text: string): number => Math.max(...text.split("\n").map((line) => [...line].length))

describe("help", () => {
  it.each([
    [["help"]],
    [["--help"]],
    [["-h"]],
    ...commands.flatMap((command) => [[["help", command]], [[command, "--help"]], [[command, "-h"]]])
  ])("%j is on standard output, within 80 columns, without escape codes, and succeeds", async (args) => {
    const answer = await workplace().pawl(...args)
    expect(answer).toMatchObject({ code: 0, stderr: "" })
    expect(answer.stdout).toContain("Usage:\n  pawl ")
    expect(answer.stdout).not.toContain("\u001b")
    expect(columns(answer.stdout)).toBeLessThanOrEqual(80)
    expect(answer.stdout).not.toMatch(/[ \t]$/m)
  })

  it("of a command is the same however it is asked for, and names every flag that the command takes", async () => {
    const place = workplace()
    const general = (await place.pawl("help")).stdout
    for (const command of commands.filter((each) => each !== "help")) {
      const { stdout } = await place.pawl("help", command)
      expect((await place.pawl(command, "--help")).stdout).toBe(stdout)
      expect(general).toMatch(new RegExp(`^  ${command} +\\S`, "m"))
      for (const flag of ["--format", "--output", "--state-dir", "--color", "--log-level", "--quiet", "--help"]) {
        expect(stdout).toContain(flag)
      }
    }
    const run = (await place.pawl("help", "run")).stdout
    for (
      const flag of [
        "--input ",
        "--inputs",
        "--target",
        "--only",
        "auto-advance",
        "--strict",
        "--cap",
        "-j, --max-parallel",
        "--max-blocked",
        "--order",
        "--fresh",
        "--retry-errors",
        "--retry-blocked",
        "--run-id",
        "--expect-plan",
        "--allow-changes"
      ]
    ) expect(run).toContain(flag)
    const codes = run.slice(run.indexOf("Exit codes:"), run.indexOf("Arguments:"))
    for (const code of [0, 1, 2, 3, 64, 65, 70, 74, 75, 129, 130, 143]) {
      expect(codes).toMatch(new RegExp(`\\b${code},?\\s`))
    }
  })

  it("is asked for even where the rest of the call is wrong", async () => {
    const answer = await workplace().pawl("run", "--nope", "--help")
    expect(answer.code).toBe(0)
    expect(answer.stdout).toContain("pawl run")
  })

  it("has colour only with --color always", async () => {
    expect((await workplace().pawl("help", "run", "--color", "always")).stdout).toContain("\u001b[")
  })
})

describe("a call", () => {
  it("without a command is wrong use, and shows what there is on standard error", async () => {
    const answer = await workplace().pawl()
    expect(answer).toMatchObject({ code: 64, stdout: "" })
    expect(answer.stderr).toContain("Commands:\n  run ")
    expect(answer.stderr).toContain("error: no command was given")
  })

  it.each([
    [["rnu", "batch.yaml"], ["unknown command `rnu`", "did you mean `pawl run`?"]],
    [["stats"], ["unknown command `stats`", "did you mean `pawl status`?"]],
    [["batch.yaml"], ["unknown command `batch.yaml`", "did you mean `pawl run batch.yaml`?"]],
    [["run"], ["`pawl run` needs BATCH"]],
    [["run", ""], ["BATCH is empty"]],
    [["runs", "x", "y"], ["unexpected argument `x`", "unexpected argument `y`", "2 errors"]],
    [["status", "--cap", "3"], ["`pawl status` has no flag `--cap`", "it belongs to `pawl run`"]],
    [["run", "batch.yaml", "--auto-advanc", "--fersh"], [
      "unknown flag `--auto-advanc`",
      "did you mean `--auto-advance`?",
      "unknown flag `--fersh`",
      "did you mean `--fresh`?",
      "2 errors"
    ]],
    [["run", "batch.yaml", "--cap", "x", "-j-1", "--max-blocked", "200%", "--order", "up", "--color", "red"], [
      "`--cap` can't be `x`",
      "`-j` can't be `-1`",
      "`--max-blocked` can't be `200%`",
      "`--order` can't be `up`",
      "`--color` can't be `red`",
      "5 errors"
    ]],
    [["run", "batch.yaml", "--format"], ["`--format` needs a value", "table|json|ndjson"]],
    [["run", "batch.yaml", "--strict=yes"], ["`--strict` takes no value"]],
    [["run", "batch.yaml", "--target", "--strict"], ["`--target` needs a value", "--target=--strict"]],
    [["run", "batch.yaml", "--cap", "99999999999999999999"], ["`--cap` can't be `99999999999999999999`"]],
    [["-x"], ["unknown flag `-x`"]],
    [["help", "rnu"], ["unknown COMMAND `rnu`", "did you mean `run`?"]],
    [["--completions", "tcsh"], ["`--completions` can't be `tcsh`"]]
  ])("such as %j is refused with 64: all that is wrong, with suggestions, on standard error", async (args, says) => {
    const place = workplace()
    place.write("batch.yaml", batch)
    const answer = await place.pawl(...args)
    expectRefused(answer, 64)
    for (const words of says) expect(answer.stderr).toContain(words)
    expect(readdirSync(place.path)).toEqual(["batch.yaml"])
  })

  it("with an unknown flag does not blame the manifest after it", async () => {
    const place = workplace()
    place.write("batch.yaml", batch)
    const answer = await place.pawl("run", "--targt", "a", "batch.yaml", "--format", "json")
    expect(refusalOf(answer, 64).errors.map(({ message }) => message)).toEqual(["unknown flag `--targt`"])
  })

  it.each([
    ["flags after", ["run", "batch.yaml", "--input", "who=x", "--target", "b", "--format", "json"]],
    ["flags before", ["--format", "json", "--input", "who=x", "--target", "b", "run", "batch.yaml"]],
    ["flags between", ["run", "--input", "who=x", "--target", "b", "--format", "json", "batch.yaml"]],
    ["values behind =", ["run", "--input=who=x", "--target=b", "--format=json", "batch.yaml"]],
    ["short flags together", ["run", "-qj2", "--input=who=x", "--target=b", "--format=json", "batch.yaml"]],
    ["a short flag with its value", ["run", "-j4", "--input=who=x", "--target=b", "--format=json", "batch.yaml"]],
    ["a short flag before its value", ["run", "-j", "4", "--input=who=x", "--target=b", "--format=json", "batch.yaml"]],
    ["a short flag with =", ["run", "-j=4", "--input=who=x", "--target=b", "--format=json", "batch.yaml"]],
    ["arguments after --", ["run", "--input=who=x", "--target=b", "--format=json", "--", "batch.yaml"]],
    ["a flag given twice, the last counts", [
      "run",
      "--format=table",
      "--input=who=y",
      "--input=who=x",
      "--target=b",
      "--format=json",
      "batch.yaml"
    ]]
  ])("with %s is understood", async (_, args) => {
    const place = workplace()
    place.write("batch.yaml", batch)
    const answer = await place.pawl(...args)
    expect({ code: answer.code, stderr: answer.stderr }).toMatchObject({ code: 0 })
    expect(statuses(answer)).toEqual(["a skipped", "b completed"])
    expect(place.read("ran.txt")).toBe("b x\n")
  })

  it("takes --no-auto-advance over what the manifest says, and -- before a name that begins with a hyphen", async () => {
    const place = workplace()
    place.write(
      "-batch.yaml",
      "name: batch\nrun: { autoAdvance: true }\ntargets:\n  - { id: a, run: exit 1 }\n  - { id: b, run: 'true' }\n"
    )
    const answer = await place.pawl("run", "--no-auto-advance", "--format", "json", "--", "-batch.yaml")
    expect(statuses(answer)).toEqual(["a blocked", "b pending"])
  })

  it("takes values as they are: spaces, quotes, leading hyphens, nothing", async () => {
    const place = workplace()
    place.write("batch.yaml", batch)
    for (const value of ["  two  words ", "true", "-1", "--x", "a=b", "", "'\"$HOME`"]) {
      await place.pawl("run", "batch.yaml", "--fresh", "--target", "a", `--input=who=${value}`)
      await place.pawl("run", "batch.yaml", "--fresh", "--target", "a", "--input", `who=${value}`)
      expect(place.read("ran.txt")).toBe(`a ${value}\na ${value}\n`)
      place.write("ran.txt", "")
    }
  })
})

describe("--version", () => {
  it("says version and commit, from anywhere, with -V and beside a command too", async () => {
    const place = workplace()
    const answer = await place.pawl("--version")
    expect(answer).toMatchObject({ code: 0, stderr: "" })
    expect(answer.stdout).toMatch(/^pawl \d+\.\d+\.\d+ \([0-9a-f]{7,40}(-dirty)?\)\n$/)
    expect((await place.pawl("-V")).stdout).toBe(answer.stdout)
    const bare = await shell(place, "cd / && env -i \"$PAWL\" --version")
    expect(bare).toMatchObject({ code: 0, stdout: answer.stdout, stderr: "" })
  })
})

describe("completions", () => {
  const complete = async (place: Workplace, ...words: ReadonlyArray<string>): Promise<ReadonlyArray<string>> => {
    const list = words.map((word) => `'${word}'`).join(" ")
    const answer = await shell(
      place,
      `source <("$PAWL" --completions bash); COMP_WORDS=(${list}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _pawl; printf '%s\\n' "\${COMPREPLY[@]}"`
    )
    expect(answer).toMatchObject({ code: 0, stderr: "" })
    return answer.stdout.split("\n").filter((word) => word !== "")
  }

  it("for bash complete commands, their flags, the words of a flag and the names of schemas", async () => {
    const place = workplace()
    expect(await complete(place, "pawl", "")).toEqual(commands)
    expect(await complete(place, "pawl", "ru")).toEqual(["run", "runs"])
    expect(await complete(place, "pawl", "--ver")).toEqual(["--version"])
    expect(await complete(place, "pawl", "run", "--re")).toEqual(["--retry-errors", "--retry-blocked"])
    expect(await complete(place, "pawl", "run", "--au")).toEqual(["--auto-advance"])
    expect(await complete(place, "pawl", "run", "--no-a")).toEqual(["--no-auto-advance"])
    expect(await complete(place, "pawl", "status", "--ca")).toEqual([])
    expect(await complete(place, "pawl", "run", "batch.yaml", "--format", "")).toEqual(["table", "json", "ndjson"])
    expect(await complete(place, "pawl", "run", "batch.yaml", "--format", "=", "j")).toEqual(["json"])
    expect(await complete(place, "pawl", "run", "--order", "l")).toEqual(["longest-first"])
    expect(await complete(place, "pawl", "-q", "schema", "s")).toEqual(["summary", "status", "simulation", "scenario"])
    expect(await complete(place, "pawl", "help", "val")).toEqual(["validate"])
    // Nothing of its own to offer: bash then completes file names.
    expect(await complete(place, "pawl", "run", "")).toEqual([])
    expect(await complete(place, "pawl", "run", "--inputs", "")).toEqual([])
  })

  it("for bash are registered for `pawl`, and fall back on file names", async () => {
    const answer = await shell(workplace(), "source <(\"$PAWL\" --completions bash); complete -p pawl")
    expect(answer.stdout.trim()).toBe("complete -o default -F _pawl pawl")
  })

  const balanced = (script: string): boolean => {
    const quotes = script.replace(/\\./g, "").match(/'/g) ?? []
    return quotes.length % 2 === 0
  }

  it("for zsh and fish name every command and every flag that help names", async () => {
    const place = workplace()
    const scripts = {
      zsh: (await place.pawl("--completions", "zsh")).stdout,
      fish: (await place.pawl("--completions", "fish")).stdout
    }
    expect(scripts.zsh).toMatch(/^#compdef pawl\n/)
    expect(scripts.zsh).toContain("_arguments")
    expect(scripts.fish).toMatch(/^complete -c pawl /m)
    for (const script of Object.values(scripts)) {
      expect(balanced(script)).toBe(true)
      for (const command of commands) expect(script).toContain(command)
    }
    for (const command of commands) {
      const help = (await place.pawl(command, "--help")).stdout
      for (const [, name = ""] of help.matchAll(/^ {2}(?:-\w, | {4})--(?:\[no-\])?([a-z-]+)/gm)) {
        expect(scripts.zsh).toContain(`--${name}`)
        expect(scripts.fish).toMatch(new RegExp(`__fish_seen_subcommand_from ${command}' .*-l ${name}\\b`))
      }
    }
  })

  it("for each shell that help names are a script that this shell can read, where it is there", async () => {
    const place = workplace()
    const [, shells = ""] = /--completions (\S+)/.exec((await place.pawl("help")).stdout) ?? []
    expect(shells.split("|")).toContain("bash")
    for (const name of shells.split("|")) {
      const answer = await shell(
        place,
        `"$PAWL" --completions ${name} > script && if command -v ${name} > /dev/null; then ${name} -n script; fi`
      )
      expect({ name, ...answer }).toMatchObject({ name, code: 0, stderr: "" })
    }
  })
})

describe("what lies in the folder where pawl is started", () => {
  const traps: Readonly<Record<string, string>> = {
    ".env": "PAWL_STATE_DIR=trapped\nNO_COLOR=1\nWHO=trapped\nBUN_OPTIONS=--version\n",
    ".env.local": "PAWL_STATE_DIR=trapped\nWHO=trapped\n",
    ".env.production": "WHO=trapped\n",
    "bunfig.toml": "preload = [\"./trap.ts\"]\nlogLevel = \"debug\"\n[run]\nshell = \"nope\"\n",
    "package.json":
      "{\"name\": \"trap\", \"type\": \"commonjs\", \"imports\": {\"#x\": \"./trap.ts\"}, \"scripts\": {\"run\": \"echo trapped\", \"status\": \"echo trapped\"}",
    "tsconfig.json":
      "{\"compilerOptions\": {\"jsx\": \"react\", \"paths\": {\"*\": [\"./trap.ts\"]}, \"experimentalDecorators\": true}",
    "trap.ts":
      "import { writeFileSync } from \"node:fs\"\nwriteFileSync(\"trapped.txt\", \"\")\nconsole.log(\"trapped\")\n",
    "node_modules/effect/index.js": "throw new Error('trapped')\n",
    "node_modules/effect/package.json": "{\"name\": \"effect\", \"main\": \"index.js\"}",
    run: "echo trapped\n",
    ".npmrc": "trapped\n"
  }

  it("changes nothing: no .env, bunfig.toml, package.json, tsconfig.json or node_modules is read", async () => {
    const manifest =
      "name: batch\ninputs: { who: { type: string, default: fine, env: WHO } }\ntargets:\n  - { id: a, run: 'echo \"{{ inputs.who }} [$WHO]\" >> ran.txt' }\n"
    const clean = workplace()
    clean.write("batch.yaml", manifest)
    const trapped = workplace()
    for (const [file, text] of Object.entries(traps)) trapped.write(file, text)
    chmodSync(`${trapped.path}/run`, 0o755)
    trapped.write("batch.yaml", manifest)
    const ask = async (place: Workplace): Promise<ReadonlyArray<Answer>> => [
      await place.pawl("--version"),
      await place.pawl("help"),
      await place.pawl("plan", "batch.yaml", "--format", "json"),
      await place.pawl("schema", "event")
    ]
    expect(await ask(trapped)).toEqual(await ask(clean))
    const answer = await trapped.pawl("run", "batch.yaml", "--format", "json", "-q")
    expect(answer).toMatchObject({ code: 0, stderr: "" })
    expect(json(answer).status).toBe("completed")
    expect(trapped.read("ran.txt")).toBe("fine []\n")
    expect(readdirSync(trapped.path).sort()).toEqual(
      [".pawl", "batch.yaml", "ran.txt", ...new Set(Object.keys(traps).map((file) => file.split("/")[0] ?? ""))].sort()
    )
  })

  it.each([["NODE_OPTIONS", "--require ./trap.ts"], ["BUN_CONFIG_PRELOAD", "./trap.ts"], ["BUN_INSPECT", ""]])(
    "nor does the variable %s",
    async (name, value) => {
      const place = workplace()
      place.write("trap.ts", traps["trap.ts"] ?? "")
      const answer = await place.pawlWith({ env: { [name]: value } }, "--version")
      expect(answer.stdout).toMatch(/^pawl \d\S+ \(\S+\)\n$/)
      expect(answer.stderr).toBe("")
      expect(readdirSync(place.path)).toEqual(["trap.ts"])
    }
  )
})
