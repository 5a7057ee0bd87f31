import { describe, expect, it } from "vitest"
import { type Case, forEach, one, refuse, withInputs } from "./badCase.ts"

const calls: ReadonlyArray<Case> = [
  {
    what: "a required input without a value",
    manifest: withInputs,
    says: ["input `release` is required", "--input release=…", "Version under test"]
  },
  {
    what: "inputs of the wrong type, not in the enum and unknown, all at once",
    manifest: withInputs,
    args: ["--input", "release=1", "--input", "tries=many", "--input", "level=quik", "--input", "lvel=full"],
    says: [
      "input `tries` must be an integer, not `many`",
      "input `level` must be one of \"quick\", \"full\", not `quik`",
      "did you mean `quick`?",
      "unknown input `lvel`",
      "did you mean `level`?",
      "3 errors"
    ]
  },
  {
    what: "a file of inputs that is wrong, with places in it",
    manifest: withInputs,
    prepare: ({ write }) => void write("inputs.json", "{\"release\": 3,\n \"relase\": \"x\"}"),
    args: ["--inputs", "inputs.json"],
    says: [
      "inputs.json:1:13: input `release` must be a string",
      "inputs.json:2:2: unknown input `relase`",
      "did you mean `release`?"
    ]
  },
  {
    what: "a file of inputs that is not there",
    manifest: withInputs,
    args: ["--inputs", "inputs.json"],
    says: ["inputs.json: the file of inputs is not there", "hint: looked for"]
  },
  {
    what: "an `--input` that is no pair",
    manifest: withInputs,
    args: ["--input", "release"],
    code: 64,
    says: ["`--input` got a value without a name", "NAME=VALUE"]
  },
  {
    what: "several unknown targets",
    manifest: withInputs,
    args: ["--input", "release=1", "--target", "alpa", "--target", "bta"],
    code: 64,
    says: ["unknown target `alpa`", "did you mean `alpha`?", "unknown target `bta`", "did you mean `beta`?", "2 errors"]
  },
  {
    what: "filters that are none, and one of an unknown label",
    manifest: withInputs,
    args: ["--input", "release=1", "--only", "tier", "--only", "teir=T1"],
    code: 64,
    says: ["`--only tier` is not a filter", "--only key=value", "no target has a label `teir`", "did you mean `tier`?"]
  },
  {
    what: "an unknown target and an unknown input, together",
    manifest: withInputs,
    args: ["--input", "release=1", "--input", "lvel=full", "--target", "alpa"],
    code: 64,
    says: [
      "unknown input `lvel`",
      "did you mean `level`?",
      "unknown target `alpa`",
      "did you mean `alpha`?",
      "2 errors"
    ]
  },
  {
    what: "an unknown target and an input unknown in a file, together and with its place",
    manifest: withInputs,
    prepare: ({ write }) => void write("inputs.json", "{\"release\": \"3\",\n \"lvel\": \"x\"}"),
    args: ["--inputs", "inputs.json", "--target", "alpa"],
    code: 64,
    says: ["inputs.json:2:2: unknown input `lvel`", "unknown target `alpa`", "2 errors"]
  },
  {
    what: "an unknown input alone",
    manifest: withInputs,
    args: ["--input", "release=1", "--input", "lvel=full", "--target", "alpha"],
    says: ["unknown input `lvel`", "did you mean `level`?"]
  },
  {
    what: "another plan than the one that is expected",
    manifest: one,
    args: ["--expect-plan", `sha256:${"0".repeat(64)}`],
    says: ["--expect-plan", "sha256:"]
  },
  {
    what: "standard input wanted twice",
    manifest: forEach("stdin: true"),
    args: ["--inputs", "-"],
    says: ["standard input is wanted by", "put one of them into a file"]
  }
]

describe("a call with", () => {
  it.each(calls)("$what is refused, and no run is begun", async (bad) => {
    expect(await refuse(bad)).not.toContain(".pawl")
  })
})
