import { readdirSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { completes } from "./manifestRun.ts"
import { json, workplace } from "./pawl.ts"

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
