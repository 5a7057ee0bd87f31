/** The build makes an executable that says what it is, or none. */
import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest"
import { createHash } from "node:crypto"
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { seal } from "../../scripts/build/Seal.ts"

const root = resolve(import.meta.dirname, "../..")

let folder = ""

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "pawl-build-"))
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const build = (name: string, source: string) => {
  const entry = join(folder, `${name}.ts`)
  const out = join(folder, name)
  writeFileSync(entry, source)
  const { exitCode, stderr, stdout } = Bun.spawnSync(
    [process.execPath, "build.ts", "--entry", entry, "--out-dir", out],
    { cwd: root }
  )
  return { exitCode, stdout: stdout.toString(), stderr: stderr.toString(), executable: join(out, "pawl") }
}

describe("the build", () => {
  it("leaves an executable and its checksum where it names version and commit", () => {
    const answer = "declare const PAWL_VERSION: string, PAWL_COMMIT: string\n"
      + "console.log(`pawl ${PAWL_VERSION} (${PAWL_COMMIT})`)\n"
    const { executable, exitCode, stderr, stdout } = build("good", answer)
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" })
    expect(stdout).toMatch(/^built .*pawl \d+\.\d+\.\d+ \((unknown|[0-9a-f]{12}(-dirty)?)\), .* s\n$/)
    const digest = createHash("sha256").update(readFileSync(executable)).digest("hex")
    expect(readFileSync(`${executable}.sha256`, "utf8")).toBe(`${digest}  pawl\n`)
  })

  it("closes the executable to variables that would make Bun of it", () => {
    const { executable } = build(
      "closed",
      "console.log(process.argv.slice(2).join(' '), process.env.BUN_OPTIONS)\n"
        + "declare const PAWL_VERSION: string, PAWL_COMMIT: string\nconsole.log(PAWL_VERSION, PAWL_COMMIT)\n"
    )
    const env = { BUN_BE_BUN: "1", BUN_OPTIONS: "--help" }
    const { stdout } = Bun.spawnSync([executable, "words"], { env })
    expect(stdout.toString()).toMatch(/^words --help\n/)
  })

  it("is none of a runtime that reads its variables in another way", () => {
    const file = join(folder, "other")
    writeFileSync(file, "\0BUN_BE_BUN\0 and BUN_OPTIONS\0")
    const before = readFileSync(file, "utf8")
    expect(seal(file)).toMatch(/^the runtime reads BUN_OPTIONS, BUN_INSPECT, .* in another way than before/)
    expect(readFileSync(file, "utf8")).toBe(before)
  })

  it("fails and leaves no executable where it does not name its commit", () => {
    const { executable, exitCode, stderr } = build("nameless", "console.log('pawl 0.1.0')\n")
    expect(stderr).toContain("`--version` does not name")
    expect(exitCode).toBe(1)
    expect(existsSync(executable)).toBe(false)
  })

  it("fails naming the line where the source does not bundle", () => {
    const { executable, exitCode, stderr } = build("broken", "import './nowhere.ts'\n")
    expect(stderr).toMatch(/broken\.ts:1:\d+: .*nowhere\.ts/)
    expect(exitCode).toBe(1)
    expect(existsSync(executable)).toBe(false)
  })
})
