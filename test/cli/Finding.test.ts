import { describe, expect, it } from "@effect/vitest"
import { Either } from "effect"
import type { RunRef } from "../../src/checkpoint/RunStore.ts"
import { pickRun } from "../../src/cli/FindRun.ts"
import { findLogs } from "../../src/cli/LogFiles.ts"
import { ignoredSignals } from "../../src/cli/Signals.ts"
import { plan } from "../report/plans.ts"

const ref = (runId: string, batch: string): RunRef => ({ runId, batch, directory: `/s/${batch}/runs/${runId}` })
const runs = [ref("20261121T01-b", "web"), ref("20261120T02-a", "nightly"), ref("20261120T01-a", "nightly")]

const picked = (word: string | undefined, among = runs): string =>
  Either.match(pickRun(among, word, ".pawl"), {
    onLeft: ({ hint, message }) => `${message} (${hint ?? ""})`,
    onRight: ({ runId }) => runId
  })

describe("the run that a word means", () => {
  it.each([
    [undefined, "20261121T01-b"],
    ["20261120T01-a", "20261120T01-a"],
    ["nightly", "20261120T02-a"],
    ["20261121", "20261121T01-b"],
    ["20261120T01", "20261120T01-a"]
  ])("for %s is %s", (word, runId) => {
    expect(picked(word)).toBe(runId)
  })

  it("is asked for again where several begin with it", () => {
    expect(picked("20261120")).toBe("2 runs begin with `20261120` (it is one of 20261120T02-a, 20261120T01-a)")
  })

  it("is guessed where there is none", () => {
    expect(picked("nightyl")).toBe("no run and no batch in `.pawl` is called `nightyl` (did you mean `nightly`?)")
    expect(picked("zzz")).toBe(
      "no run and no batch in `.pawl` is called `zzz` (see `pawl runs` for those that there are)"
    )
  })

  it("is missing where there are no runs, and the folder is named", () => {
    expect(picked(undefined, [])).toBe(
      "there are no runs in `.pawl` (start one with `pawl run BATCH`, or name another folder with --state-dir)"
    )
  })
})

const stored = { plan: plan(["api", "a/b", "a"], ["build", "ship"]), ref: ref("r", "nightly") }
const logs = (word: string, ending: "out" | "err" = "out"): ReadonlyArray<string> | string =>
  Either.match(findLogs(stored, word, ending), {
    onLeft: ({ hint, message }) => `${message} (${hint ?? ""})`,
    onRight: (files) => files.map(({ file }) => file)
  })

describe("the logs that TARGET/STEP means", () => {
  it("are all of a target, in the order of its steps", () => {
    expect(logs("api")).toEqual(["/s/nightly/runs/r/logs/api/build.out", "/s/nightly/runs/r/logs/api/ship.out"])
  })

  it("is one of a step", () => {
    expect(logs("api/ship", "err")).toEqual(["/s/nightly/runs/r/logs/api/ship.err"])
  })

  it("are found where an id holds a slash", () => {
    expect(logs("a/b")).toHaveLength(2)
    expect(logs("a/b/ship")).toEqual(["/s/nightly/runs/r/logs/a%2Fb/ship.out"])
    expect(logs("a/ship")).toEqual(["/s/nightly/runs/r/logs/a/ship.out"])
  })

  it("are those of a step where an id reads the same, since that is how a step is written everywhere", () => {
    const both = { ...stored, plan: plan(["a", "a/ship", "a/x"], ["build", "ship"]) }
    const found = (word: string) =>
      Either.getOrThrow(findLogs(both, word, "out")).map(({ path, target }) => `${target} ${path}`)
    expect(found("a/ship")).toEqual(["a ship"])
    expect(found("a/ship/ship")).toEqual(["a/ship ship"])
    expect(found("a/x")).toEqual(["a/x build", "a/x ship"])
  })

  it("are guessed where there are none", () => {
    expect(logs("api/shpi")).toBe("target `api` has no step `shpi` (did you mean `api/ship`?)")
    expect(logs("api/x/ship")).toBe("target `api` has no step `x/ship` (did you mean `api/ship`?)")
    expect(logs("apo")).toBe("run r has no target `apo` (did you mean `api`?)")
    expect(logs("apo/ship")).toBe("run r has no target `apo/ship` (did you mean `api`?)")
    expect(logs("zzzzz")).toBe("run r has no target `zzzzz` (see `pawl logs r` for those that there are)")
  })
})

describe("signals that pawl was told to ignore", () => {
  it.each([
    ["SigIgn:\t0000000000000000\n", []],
    ["SigQ: 1\nSigIgn:\t0000000000000001\n", ["SIGHUP"]],
    ["SigIgn:\t0000000000004003\n", ["SIGHUP", "SIGINT", "SIGTERM"]],
    ["", []]
  ])("are read from %j", (status, signals) => {
    expect(ignoredSignals(status)).toEqual(signals)
  })
})
