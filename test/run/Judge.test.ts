import { describe, expect, it } from "@effect/vitest"
import { Either } from "effect"
import type { Exit } from "../../src/process/ProcessRunner.ts"
import { cutOutput, judge, parseOutputFile } from "../../src/run/Judge.ts"

const ended: Exit = {
  exitCode: 0,
  timedOut: false,
  durationMs: 5,
  stdout: "",
  stderr: "",
  truncated: { stdout: false, stderr: false }
}

describe("the end of an attempt", () => {
  const cases: ReadonlyArray<readonly [string, Partial<Exit>, "text" | "json", object | undefined]> = [
    ["exit code 0 is a success", {}, "text", undefined],
    ["another exit code is a failure", { exitCode: 2 }, "text", {
      reason: "exit-code",
      message: "exit code 2",
      exitCode: 2
    }],
    ["JSON that is there is a success", { stdout: "{\"a\":1}\n" }, "json", undefined],
    ["promised JSON that is not there is a failure", { stdout: "oops" }, "json", { reason: "bad-output" }],
    ["no output is not JSON", {}, "json", { reason: "bad-output" }],
    ["JSON that is nested too deep is a failure", { stdout: "[".repeat(50_000) + "]".repeat(50_000) }, "json", {
      reason: "bad-output",
      message: "standard output holds lists or maps more than 200 deep in each other"
    }],
    ["a number that is more than JSON can hold is a failure", { stdout: "[1e999]" }, "json", {
      reason: "bad-output",
      message: "standard output holds a number that JSON can't hold"
    }],
    ["JSON does not matter where the command failed", { exitCode: 1, stdout: "oops" }, "json", { reason: "exit-code" }],
    ["a bad line in the output file is a failure", { outputs: { text: "=x", tooLong: false } }, "text", {
      reason: "bad-output",
      message: "$PAWL_OUTPUT: line 1 is not key=value"
    }],
    ["an output file that is too long is a failure", { outputs: { text: "", tooLong: true } }, "text", {
      reason: "bad-output"
    }],
    ["JSON that was cut is a failure", { stdout: "1", truncated: { stdout: true, stderr: false } }, "json", {
      reason: "bad-output"
    }]
  ]
  it.each(cases)("%s", (_, exit, outputs, failure) => {
    const verdict = judge({ ...ended, ...exit }, outputs)
    if (failure === undefined) expect(verdict.failure).toBeUndefined()
    else expect(verdict.failure).toMatchObject(failure)
  })

  it("by a signal has no exit code and names the signal", () => {
    const { exitCode: _, ...signalled } = { ...ended, signal: "SIGKILL" }
    const verdict = judge(signalled, "text")
    expect(verdict.failure).toEqual({ reason: "signal", message: "ended by SIGKILL", signal: "SIGKILL" })
    expect(verdict.output.exit_code).toBeUndefined()
  })

  it.each([[200, "0.2 s"], [90_000, "1.5 min"], [7_200_000, "2 h"]])(
    "by a time-out of %i ms says so in a unit that fits",
    (ms, words) => {
      expect(judge({ ...ended, timedOut: true }, "text", ms).failure?.message).toBe(`no end after ${words}`)
    }
  )

  it("keeps integers exact and records only the end of long JSON", () => {
    const long = `{"n":12345678901234567890,"pad":"${"x".repeat(20_000)}"}`
    const output = cutOutput(judge({ ...ended, stdout: long }, "json").output)
    expect(output.json).toMatchObject({ n: 12345678901234567890n })
    expect(output.stdout.length).toBe(16 * 1024)
    expect(output.truncated).toBe(true)
  })
})

describe("the output file of a step", () => {
  const cases: ReadonlyArray<readonly [string, string, object | string]> = [
    ["key=value lines", "a=1\nb=two = 2\n", { a: "1", b: "two = 2" }],
    ["one JSON object a line", "{\"a\":{\"b\":[1]}}\n", { a: { b: [1] } }],
    ["both, where later ones win", "a=1\n{\"a\":2}\n", { a: 2 }],
    ["an empty value", "a=\n", { a: "" }],
    ["a line that is neither is named", "a=1\nnonsense\n", "line 2 is not key=value"],
    ["a list is not an object", "{\"a\":1}\n[1]\n", "line 2 is not key=value"],
    ["broken JSON is named", "{\"a\":\n", "line 1 is not a JSON object"],
    [
      "JSON that is nested too deep is named",
      `{"a":${"[".repeat(200)}${"]".repeat(200)}}\n`,
      "line 1 holds lists or maps more than 200 deep in each other"
    ],
    ["a key that only a prototype has is a key like any other", "{\"__proto__\":1}\n", { ["__proto__"]: 1 }]
  ]
  it.each(cases)("%s", (_, text, expected) => {
    const parsed = parseOutputFile(text)
    if (typeof expected === "string") expect(parsed).toEqual(Either.left(expected))
    else expect(Either.getOrThrow(parsed)).toEqual(expected)
  })
})
