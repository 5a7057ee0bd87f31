import { describe, expect, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { stringifyJson, type ValueObject } from "../../src/expression/Value.ts"
import type { Inputs } from "../../src/manifest/Inputs.ts"
import { type InputSources, resolveInputs } from "../../src/manifest/ResolveInputs.ts"

const resolve = (declared: Inputs, sources: Partial<InputSources> = {}) =>
  resolveInputs({ declared, given: [], variables: {}, ...sources })
const problems = (declared: Inputs, sources?: Partial<InputSources>): ReadonlyArray<string> =>
  resolve(declared, sources).problems.map(({ hint, message, origin }) =>
    `${origin}: ${message}${hint === undefined ? "" : ` (${hint})`}`
  )
const values = (declared: Inputs, sources?: Partial<InputSources>): ValueObject => {
  expect(problems(declared, sources)).toEqual([])
  return resolve(declared, sources).values
}

describe("where the value of an input comes from", () => {
  const declared: Inputs = { a: { type: "string", env: "A", default: "default" } }
  const all = { given: ["a=given"], file: { a: "file" }, variables: { A: "variable" } }

  it.each<readonly [what: string, sources: Partial<InputSources>, value: string]>([
    ["--input goes before all", all, "given"],
    ["then --inputs", { ...all, given: [] }, "file"],
    ["then the environment", { variables: { A: "variable" } }, "variable"],
    ["then the default", {}, "default"],
    ["the later of two --input counts", { given: ["a=1", "a=2"] }, "2"],
    ["a variable that is set to nothing is a value", { variables: { A: "" } }, ""]
  ])("%s", (_what, sources, value) => {
    expect(values(declared, sources)).toEqual({ a: value })
  })

  it("an input without a value is absent", () => {
    expect(values({ a: { type: "string" } })).toEqual({})
  })
})

describe("what a text on the command line comes to", () => {
  it.prop("a string is kept to the letter", [FastCheck.string()], ([text]) => {
    expect(values({ a: { type: "string" } }, { given: [`a=${text}`] })).toEqual({ a: text })
  })

  it.prop("an integer keeps every digit", [FastCheck.bigInt({ min: -(10n ** 40n), max: 10n ** 40n })], ([integer]) => {
    expect(stringifyJson(values({ a: { type: "integer" } }, { given: [`a=${integer}`] })["a"])).toBe(String(integer))
  })

  it.each<readonly [type: Inputs[string]["type"], text: string, value: unknown]>([
    ["number", "1.5", 1.5],
    ["number", "-2e3", -2000],
    ["integer", "7", 7],
    ["boolean", "true", true],
    ["boolean", "false", false],
    ["array", "[1,\"a\"]", [1, "a"]],
    ["object", "{\"a\":12345678901234567890}", { a: 12345678901234567890n }]
  ])("%s %s", (type, text, value) => {
    expect(values({ a: { type } }, { given: [`a=${text}`] })).toEqual({ a: value })
  })

  it.each<readonly [type: Inputs[string]["type"], text: string, problem: string]>([
    ["number", "x", "given: input `a` must be a number, not `x` (for example `--input a=1.5`)"],
    ["number", "1e999", "given: input `a` must be a number, not `1e999` (for example `--input a=1.5`)"],
    ["integer", "1.5", "given: input `a` must be an integer, not `1.5` (for example `--input a=3`)"],
    ["integer", "", "given: input `a` must be an integer, not `` (for example `--input a=3`)"],
    ["boolean", "yes", "given: input `a` must be true or false, not `yes` (for example `--input a=true`)"],
    ["array", "a,b", "given: input `a` must be an array, not `a,b` (for example `--input a='[\"a\",\"b\"]'`)"],
    ["object", "[]", "given: input `a` must be an object, not `[]` (for example `--input a='{\"key\":\"value\"}'`)"]
  ])("%s %s is refused", (type, text, problem) => {
    expect(problems({ a: { type } }, { given: [`a=${text}`] })).toEqual([problem])
  })
})

describe("inputs that are wrong", () => {
  it("are told all at once", () => {
    expect(problems(
      {
        release: { type: "string", required: true, env: "REL", description: "Version under test" },
        level: { type: "string", enum: ["quick", "full"] },
        count: { type: "integer", env: "COUNT" }
      },
      { given: ["relase=1", "level=ful", "x", "=y"], file: { levl: "quick" }, variables: { COUNT: "many" } }
    )).toEqual([
      "given: unknown input `relase` (did you mean `release`?)",
      "given: `--input x` is not `name=value` (write `--input name=value`)",
      "given: `--input =y` is not `name=value` (write `--input name=value`)",
      "file: unknown input `levl` (did you mean `level`?)",
      "given: input `release` is required and has no value (give it with `--input release=…`, in a file with `--inputs` or in the environment variable `REL`: Version under test)",
      "given: input `level` must be one of \"quick\", \"full\", not `ful` (did you mean `full`?)",
      "manifest: input `count` must be an integer, not `many` (its value comes from the environment variable `COUNT`)"
    ])
  })

  it("a secret is never shown", () => {
    const declared: Inputs = {
      t: { type: "integer", secret: true, env: "T" },
      u: { type: "string", secret: true, enum: ["a"] }
    }
    expect(JSON.stringify(problems(declared, { given: ["u=hunter2"], variables: { T: "hunter3" } }))).not.toContain(
      "hunter"
    )
  })

  it("a name of every object is no input", () => {
    expect(problems({}, { given: ["constructor=1"] })).toEqual([
      "given: unknown input `constructor` (the manifest declares no inputs)"
    ])
  })
})
