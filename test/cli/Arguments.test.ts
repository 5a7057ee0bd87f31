import { describe, expect, it } from "@effect/vitest"
import * as fc from "fast-check"
import { readArguments } from "../../src/cli/Arguments.ts"
import { commands, rootFlags } from "../../src/cli/Commands.ts"
import type { FlagData } from "../../src/cli/Flag.ts"

const read = (line: string) => readArguments(line === "" ? [] : line.split(" "))
const flagsOf = (line: string) => Object.fromEntries(read(line).flags)
const problems = (line: string) => read(line).problems.map(({ hint, message }) => `${message} (${hint ?? ""})`)

describe("the words of the command line", () => {
  it.each([
    ["run batch.yaml --cap 3"],
    ["run --cap 3 batch.yaml"],
    ["--cap 3 run batch.yaml"],
    ["run --cap=3 batch.yaml"]
  ])("mean the same wherever the flags stand: %s", (line) => {
    const call = read(line)
    expect([call.command?.name, call.args, Object.fromEntries(call.flags), call.problems]).toEqual([
      "run",
      ["batch.yaml"],
      { cap: ["3"] },
      []
    ])
  })

  it.each([
    ["run b -j4"],
    ["run b -j 4"],
    ["run b -j=4"],
    ["run b --max-parallel=4"],
    ["run b --max-parallel 4"]
  ])("take a short flag with its value joined or apart: %s", (line) => {
    expect(flagsOf(line)).toEqual({ "max-parallel": ["4"] })
  })

  it("take several letters after one dash", () => {
    expect(flagsOf("run b -qj4")).toEqual({ quiet: [], "max-parallel": ["4"] })
    expect(flagsOf("run -hq")).toEqual({ help: [], quiet: [] })
  })

  it("are no flags after two dashes", () => {
    const call = read("run --cap 3 -- --strange.yaml")
    expect([call.args, call.problems]).toEqual([["--strange.yaml"], []])
  })

  it("name standard input by one dash, as an argument and as a value", () => {
    const call = read("run - --inputs -")
    expect([call.args, Object.fromEntries(call.flags), call.problems]).toEqual([["-"], { inputs: ["-"] }, []])
  })

  it("keep the order and the spaces of a repeated flag's values", () => {
    const call = readArguments(["run", "b", "--input", "a= x ", "--input=b=", "--input", "c=--x"])
    expect(call.flags.get("input")).toEqual(["a= x ", "b=", "c=--x"])
    expect(call.problems).toEqual([])
  })

  it("mean what was said last where a flag takes one value", () => {
    expect(flagsOf("run b --cap 1 --auto-advance --cap 2 --no-auto-advance")).toEqual({
      cap: ["2"],
      "auto-advance": ["false"]
    })
  })
})

describe("wrong use", () => {
  it("is told all at once, with what was probably meant", () => {
    expect(problems("run --cap lots --frmat xml --format xml -j -1 --strict=yes --max-blocked 200% --input x")).toEqual(
      [
        "unknown flag `--frmat` (did you mean `--format`?)",
        "`--strict` takes no value, but got `yes` (write `--strict` alone)",
        "`--cap` can't be `lots` (it takes a whole number from 0)",
        "`--format` can't be `xml` (it takes one of table, json, ndjson)",
        "`-j` can't be `-1` (it takes a whole number from 0)",
        "`--max-blocked` can't be `200%` (it takes a whole number such as 12 or a percentage such as 20%)",
        "`--input` got a value without a name (it takes NAME=VALUE)"
      ]
    )
  })

  it.each([
    ["rum b.yaml", "unknown command `rum` (did you mean `pawl run`?)"],
    ["batch.yaml", "unknown command `batch.yaml` (did you mean `pawl run batch.yaml`?)"],
    ["run", "`pawl run` needs BATCH (see `pawl help run`)"],
    ["run a b", "unexpected argument `b` (`pawl run` takes BATCH)"],
    ["runs a", "unexpected argument `a` (`pawl runs` takes no arguments)"],
    ["status --keep 3", "`pawl status` has no flag `--keep` (it belongs to `pawl cleanup`)"],
    ["cleanup --older-than soon", "`--older-than` can't be `soon` (it takes a length of time such as 12h or 30d)"],
    ["schema sumary", "unknown NAME `sumary` (did you mean `summary`?)"],
    ["help rnu", "unknown COMMAND `rnu` (did you mean `run`?)"],
    ["run b --cap", "`--cap` needs a value: N (write `--cap N`)"],
    ["run b --cap --strict", "`--cap` needs a value: N (if `--strict` is its value, write `--cap=--strict`)"],
    ["run b --output=", "`--output` got an empty value (it takes a value)"],
    ["run b -x", "unknown flag `-x` (see `pawl help run`; after `--` nothing is taken for a flag)"],
    ["run b --jobs 4", "unknown flag `--jobs` (`-j N` says how many run side by side)"],
    ["run b -P4", "unknown flag `-P4` (`-j N` says how many run side by side)"],
    ["run b --keep-going", "unknown flag `--keep-going` (`--auto-advance` goes on past what is blocked)"],
    [
      "cleanup --older-than 30",
      "`--older-than` can't be `30` (it takes a length of time with its unit: 30s, 30m, 30h or 30d)"
    ],
    ["run b --color alwys", "`--color` can't be `alwys` (did you mean `always`?)"],
    ["run b --cap 99999999999999999999", "`--cap` can't be `99999999999999999999` (it takes a whole number from 0)"],
    ["run b -j lots", "`-j` can't be `lots` (it takes a whole number from 0)"],
    ["run b -j 1.5", "`-j` can't be `1.5` (it takes a whole number from 0)"],
    ["run b -j=", "`-j` got an empty value (it takes a whole number from 0)"],
    ["resume -j 1e3", "`-j` can't be `1e3` (it takes a whole number from 0)"],
    ["simulate b -j -1", "`-j` can't be `-1` (it takes a whole number from 0)"],
    ["run b --halt later", "`--halt` can't be `later` (it takes one of soon, now)"],
    ...["0", "0%", "-1", "much", "1e3", "100%%"].map((value) => [
      `run b --load ${value}`,
      `\`--load\` can't be \`${value}\` (it takes a load above 0 such as 4 or 2.5, or a percentage of the processors such as 100%)`
    ]),
    ...["0", "0G", "-1G", "lots", "2GB", "9000T", "G"].map((value) => [
      `resume --memfree ${value}`,
      `\`--memfree\` can't be \`${value}\` (it takes an amount above 0 such as 500M or 2G: K, M, G, T are powers of 1024, k, m, g, t of 1000)`
    ])
  ])("such as `pawl %s` has a hint", (line, problem) => {
    const found = problems(line)
    expect(found).toContain(problem)
  })

  it("of a flag that there is not may have made an argument of its value, so that no argument is blamed", () => {
    expect(problems("run --targt a b.yaml")).toEqual(["unknown flag `--targt` (did you mean `--target`?)"])
    expect(problems("status --nope --keep 3 a b")).toEqual([
      "unknown flag `--nope` (see `pawl help status`; after `--` nothing is taken for a flag)",
      "`pawl status` has no flag `--keep` (it belongs to `pawl cleanup`)"
    ])
  })

  it.each(["--max-blocked 0", "--max-blocked 20%", "--max-blocked 0.5%", "--cap 0", "-j 1"])("is not %s", (flags) => {
    expect(problems(`run b ${flags}`)).toEqual([])
  })

  it("never throws, whatever the words are", () => {
    const words = fc.array(fc.oneof(
      fc.constantFrom("run", "--", "-", "-j", "--cap", "--input", "--no-strict", "-qq", "--=", "---", "-j=", "--cap="),
      fc.string()
    ))
    fc.assert(fc.property(words, (argv) => {
      expect(Array.isArray(readArguments(argv).problems)).toBe(true)
    }))
  })
})

describe("the flags", () => {
  it("mean one kind of value by one name in every command, since they may stand before it", () => {
    const kinds = new Map<string, string>()
    const every = [...commands.map(({ flags }) => flags), rootFlags]
    for (const flag of every.flatMap((flags) => Object.values<FlagData>(flags))) {
      const kind = `${flag.kind} ${flag.alias ?? ""} ${flag.repeatable}`
      expect([flag.name, kinds.get(flag.name) ?? kind]).toEqual([flag.name, kind])
      kinds.set(flag.name, kind)
    }
  })

  it("have no letter twice in one command", () => {
    for (const { flags, name } of commands) {
      const letters = Object.values<FlagData>(flags).flatMap(({ alias }) => alias ?? [])
      expect([name, new Set(letters).size]).toEqual([name, letters.length])
    }
  })
})
