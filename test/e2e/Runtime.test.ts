import { chmodSync, existsSync, readdirSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { binary, type Workplace, workplace } from "./pawl.ts"
import { expectRefused } from "./refusal.ts"
import { shell } from "./shell.ts"

const batch = `name: batch
targets:
  - { id: a, run: 'echo ran >> ran.txt; env' }
`

/** Code that leaves a trace wherever it runs. */
const evil = "require('node:fs').appendFileSync(`${__dirname}/owned`, 'owned')\n"

const said = (...args: ReadonlyArray<string>): string =>
  Bun.spawnSync([binary, ...args], { cwd: "/", env: { TERM: "dumb" } }).stdout.toString()

const version = said("--version")
const help = said("help", "run")

/** A batch, and code that waits to be run. */
const baited = (): Workplace => {
  const place = workplace()
  place.write("batch.yaml", batch)
  for (const name of ["evil.js", "evil.cjs"]) place.write(name, evil)
  place.write("evil.mjs", "import { appendFileSync } from 'node:fs'\nappendFileSync('owned', 'owned')\n")
  return place
}

/** pawl says and does what it always does, and none of the bait was taken. The variables that the step saw. */
const expectPawl = async (place: Workplace, env: Readonly<Record<string, string>> = {}) => {
  expect(await place.pawlWith({ env }, "--version")).toMatchObject({ code: 0, stdout: version, stderr: "" })
  expect(await place.pawlWith({ env }, "help", "run")).toMatchObject({ code: 0, stdout: help, stderr: "" })
  const run = await place.pawlWith({ env }, "run", "batch.yaml", "--format", "json")
  expect({ code: run.code, stderr: run.stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^run .*\n/) })
  expect(JSON.parse(run.stdout)).toMatchObject({ status: "completed", exitCode: 0 })
  expect(place.read("ran.txt")).toBe("ran\n")
  expect(readdirSync(place.path)).not.toContain("owned")
  return (await place.pawl("logs", "batch", "a")).stdout.split("\n")
}

describe("files of the current folder", () => {
  const preload = "preload = [\"./evil.js\"]\n"
  const files: ReadonlyArray<readonly [string, string]> = [
    [".env", "SEEN=1\nBUN_OPTIONS=--version\nPAWL_STATE_DIR=elsewhere\nNO_COLOR=\n"],
    [".env.local", "SEEN=1\n"],
    [".env.production", "SEEN=1\n"],
    [".env.development", "SEEN=1\n"],
    ["bunfig.toml", `${preload}logLevel = "debug"\n[run]\nshell = "none"\n[test]\n${preload}`],
    [".bunfig.toml", preload],
    [
      "package.json",
      "{\"name\":\"evil\",\"type\":\"commonjs\",\"main\":\"./evil.js\",\"imports\":{\"#x\":\"./evil.js\"},\"pawl\":{\"x\":1}}"
    ],
    [
      "tsconfig.json",
      "{\"compilerOptions\":{\"paths\":{\"effect\":[\"./evil.js\"],\"*\":[\"./evil.js\"]},\"jsxImportSource\":\"./evil.js\"}}"
    ],
    ["jsconfig.json", "{\"compilerOptions\":{\"paths\":{\"*\":[\"./evil.js\"]}}}"],
    [".npmrc", "node-options=--require ./evil.js\n"],
    ["node_modules/effect/index.js", evil],
    ["node_modules/node:fs/index.js", evil],
    ["node_modules/@effect/platform/index.js", evil],
    ["node_modules/yaml/index.js", evil],
    ["node_modules/re2js/index.js", evil],
    ["index.js", evil],
    ["index.ts", evil],
    ["batch.js", evil],
    ["batch.yaml.js", evil]
  ]

  it("change nothing of what pawl says and does, nor what a step sees", async () => {
    const place = baited()
    for (const [name, text] of files) place.write(name, text)
    const seen = await expectPawl(place)
    expect(seen.filter((line) => /SEEN|BUN_OPTIONS|PAWL_STATE_DIR/.test(line))).toEqual([])
  })

  it("damaged and of every kind are not looked at", async () => {
    const place = baited()
    for (const [name] of files) place.write(name, "\u0000{{{ [[ = \n")
    expect((await expectPawl(place)).length).toBeGreaterThan(5)
  })

  it("of the home folder are not looked at", async () => {
    const place = baited()
    for (const [name, text] of files) {
      place.write(`home/${name}`, text)
      place.write(`home/.config/${name}`, text)
    }
    await expectPawl(place, { HOME: join(place.path, "home"), XDG_CONFIG_HOME: join(place.path, "home/.config") })
    expect(existsSync(join(place.path, "home/owned"))).toBe(false)
  })
})

describe("variables that a Bun program reads", () => {
  const variables: ReadonlyArray<readonly [string, string]> = [
    ["BUN_OPTIONS", "--version"],
    ["BUN_OPTIONS", "--help"],
    ["BUN_OPTIONS", "--preload ./evil.js"],
    ["BUN_OPTIONS", "--require ./evil.cjs --import ./evil.mjs"],
    ["BUN_OPTIONS", "--print 1+1"],
    ["BUN_OPTIONS", "--eval 1"],
    ["BUN_OPTIONS", "--cwd /"],
    ["BUN_OPTIONS", "--config=./none.toml"],
    ["BUN_OPTIONS", "--env-file=./none.env"],
    ["BUN_OPTIONS", "--watch"],
    ["BUN_OPTIONS", "--hot"],
    ["BUN_OPTIONS", "--inspect-wait"],
    ["BUN_OPTIONS", "--no-such-option"],
    ["BUN_BE_BUN", "1"],
    ["BUN_INSPECT", "ws://127.0.0.1:0/x?wait=1"],
    ["BUN_INSPECT", "1"],
    ["BUN_INSPECT_CONNECT_TO", "ws://127.0.0.1:9"],
    ["BUN_BYTECODE_ORDER_OUT", "owned"],
    ["BUN_BYTECODE_ORDER_NAMES_OUT", "owned"],
    ["BUN_BYTECODE_DIGEST_OUT", "owned"]
  ]

  it.each(variables)("(%s=%s) change nothing, and reach the steps as they are", async (name, value) => {
    const place = baited()
    expect(await expectPawl(place, { [name]: value })).toContain(`${name}=${value}`)
  })

  const others: ReadonlyArray<readonly [string, string]> = [
    ["BUN_INSPECT_NOTIFY", "unix:///nonexistent"],
    ["BUN_INSPECT_PRELOAD", "./evil.js"],
    ["BUN_CONFIG_PRELOAD", "./evil.js"],
    ["BUN_RUNTIME_TRANSPILER_CACHE_PATH", "./owned"],
    ["BUN_WATCHER_TRACE", "owned"],
    ["BUN_TRACE", "owned"],
    ["BUN_DEBUG", "owned"],
    ["BUN_DEBUG_ALL", "1"],
    ["BUN_CONFIG_VERBOSE_FETCH", "curl"],
    ["BUN_INSTALL", "/nonexistent"],
    ["BUN_TMPDIR", "/nonexistent"],
    ["BUN_FEATURE_FLAG_INTERNAL_FOR_TESTING", "1"],
    ["BUN_GARBAGE_COLLECTOR_LEVEL", "2"],
    ["NODE_OPTIONS", "--require ./evil.cjs --import ./evil.mjs --inspect-brk"],
    ["NODE_PATH", "./node_modules"],
    ["NODE_ENV", "production"],
    ["NODE_DEBUG", "fs,child_process"],
    ["NODE_COMPILE_CACHE", "./owned"],
    ["NODE_V8_COVERAGE", "./owned"],
    ["NODE_REDIRECT_WARNINGS", "owned"],
    ["NODE_EXTRA_CA_CERTS", "/nonexistent"],
    ["NODE_TLS_REJECT_UNAUTHORIZED", "0"],
    ["JSC_useJIT", "0"],
    ["JSC_PROFILER_PATH", "owned"],
    ["SSL_CERT_FILE", "/nonexistent"],
    ["MIMALLOC_SHOW_STATS", "1"]
  ]

  it("and that load, listen or write in other programs change nothing all together", async () => {
    const place = baited()
    expect(await expectPawl(place, Object.fromEntries(others)))
      .toEqual(expect.arrayContaining(others.map(([name, value]) => `${name}=${value}`)))
  })

  it("(BUN_JSC_…) can make the engine fail, but not do something else", async () => {
    const place = baited()
    const env = { BUN_JSC_useJIT: "0" }
    expect((await place.pawlWith({ env }, "--version")).stdout).toBe(version)
    const answer = await place.pawlWith({ env }, "run", "batch.yaml")
    expectRefused(answer, 74)
    expect(answer.stderr).toContain("there are no locks (flock)")
    const unknown = await place.pawlWith({ env: { BUN_JSC_noSuchOption: "1" } }, "run", "batch.yaml")
    expect(unknown.code).not.toBe(0)
    expect(readdirSync(place.path)).not.toContain("ran.txt")
  })
})

describe("the name that pawl is started by", () => {
  it.each(["node", "bun", "bunx", "npx"])("(%s) does not make it something else", async (name) => {
    const place = baited()
    symlinkSync(binary, join(place.path, name))
    chmodSync(place.path, 0o755)
    expect(await shell(place, `./${name} --version`)).toMatchObject({ code: 0, stdout: version })
    expect(await shell(place, `./${name} run batch.yaml`)).toMatchObject({ code: 0 })
    expect(readdirSync(place.path)).not.toContain("owned")
  })
})
