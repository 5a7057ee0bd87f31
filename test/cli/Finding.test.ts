import { describe, expect, it } from "@effect/vitest"
import { Either } from "effect"
import type { RunRef } from "../../src/checkpoint/RunStore.ts"
import { pickRun } from "../../src/cli/FindRun.ts"
import { findLogs, logFiles, loggedPaths } from "../../src/cli/LogFiles.ts"
import { ignoredSignals } from "../../src/cli/Signals.ts"
import type { Plan } from "../../src/plan/Plan.ts"
import type { RunFact } from "../../src/run/RunEvent.ts"
import { fileName } from "../../src/run/LogPath.ts"
import { targetState } from "../../src/run/RunState.ts"
import { branching, entered, gate, loop, map, plan, planOf, started, state, step, succeeded } from "../report/plans.ts"

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

const flat = plan(["api", "a/b", "a"], ["build", "ship"])
const logs = (
  word: string,
  more: { readonly of?: Plan; readonly facts?: ReadonlyArray<RunFact>; readonly names?: ReadonlyArray<string> } = {}
): ReadonlyArray<string> | string => {
  const { facts = [], names = [], of = flat } = more
  return Either.match(findLogs(of, "r", word), {
    onLeft: ({ hint, message }) => `${message} (${hint ?? ""})`,
    onRight: (wanted) =>
      logFiles(wanted, "/run", targetState(state(started(of), ...facts), wanted.target), names, "out").map(({ file }) =>
        file
      )
  })
}

describe("the logs that TARGET/STEP means", () => {
  it("are all of a target, in the order of its steps", () => {
    expect(logs("api")).toEqual(["/run/logs/api/build.out", "/run/logs/api/ship.out"])
  })

  it("is one of a step", () => {
    expect(logs("api/ship")).toEqual(["/run/logs/api/ship.out"])
  })

  it("are found where an id holds a slash", () => {
    expect(logs("a/b")).toHaveLength(2)
    expect(logs("a/b/ship")).toEqual(["/run/logs/a%2Fb/ship.out"])
    expect(logs("a/ship")).toEqual(["/run/logs/a/ship.out"])
  })

  it("are those of a step where an id reads the same, since that is how a step is written everywhere", () => {
    const both = plan(["a", "a/ship", "a/x"], ["build", "ship"])
    expect(logs("a/ship", { of: both })).toEqual(["/run/logs/a/ship.out"])
    expect(logs("a/ship/ship", { of: both })).toEqual(["/run/logs/a%2Fship/ship.out"])
    expect(logs("a/x", { of: both })).toEqual(["/run/logs/a%2Fx/build.out", "/run/logs/a%2Fx/ship.out"])
  })

  it("are guessed where there are none", () => {
    expect(logs("api/shpi")).toBe("target `api` has no step `shpi` (did you mean `api/ship`?)")
    expect(logs("api/x/ship")).toBe("target `api` has no step `x/ship` (did you mean `api/ship`?)")
    expect(logs("apo")).toBe("run r has no target `apo` (did you mean `api`?)")
    expect(logs("apo/ship")).toBe("run r has no target `apo/ship` (did you mean `api`?)")
    expect(logs("zzzzz")).toBe("run r has no target `zzzzz` (see `pawl logs r` for those that there are)")
  })
})

const nested = planOf(["web"], [
  step("build"),
  map("shards", [step("prepare"), branching("kind", [step("fast")], [step("slow")])]),
  loop("poll", [step("ask")]),
  gate("ship")
])
const begun: ReadonlyArray<RunFact> = [
  entered("web", "shards", "map", { items: 2 }),
  ...succeeded("web", "shards[1]::prepare"),
  ...succeeded("web", "shards[0]::prepare"),
  entered("web", "shards[1]::kind", "if", { branch: "else" }),
  ...succeeded("web", "shards[1]::kind::slow")
]
const within = (word: string, names: ReadonlyArray<string> = []) => {
  const found = logs(word, { of: nested, facts: begun, names })
  return typeof found === "string"
    ? found
    : found.map((file) => decodeURIComponent(file.replace("/run/logs/web/", "").replace(".out", "")))
}

describe("the logs of steps in steps", () => {
  it.each([
    ["web/shards[0]::prepare", ["shards[0]::prepare"]],
    ["web/shards::prepare", ["shards[0]::prepare", "shards[1]::prepare"]],
    ["web/shards[1]", ["shards[1]::prepare", "shards[1]::kind::slow"]],
    ["web/shards", ["shards[0]::prepare", "shards[1]::prepare", "shards[1]::kind::slow"]],
    ["web/shards::kind", ["shards[1]::kind::slow"]],
    ["web", ["build", "shards[0]::prepare", "shards[1]::prepare", "shards[1]::kind::slow"]],
    ["web/shards[7]::prepare", []],
    ["web/poll", []],
    ["web/ship", []]
  ])("that %s means are those of the instances there are", (word, paths) => {
    expect(within(word)).toEqual(paths)
  })

  it("are those in the folder too: of iterations that are over nothing else is left", () => {
    const names = ["poll%5B10%5D::ask.out", "poll%5B2%5D::ask.err", "poll%5B0%5D::ask.out", "nonsense%ZZ.out", "x.txt"]
    expect(within("web/poll", names)).toEqual(["poll[0]::ask", "poll[2]::ask", "poll[10]::ask"])
    expect(within("web/poll[2]::ask", names)).toEqual(["poll[2]::ask"])
  })

  it("are not those of a name that pawl gives to no log, or that it had to cut", () => {
    const cut = fileName(`poll[0]::${"a".repeat(300)}`)
    const names = ["poll%5B0%5D::ask.out", "poll%5b1%5d::ask.out", "poll%FF.out", "poll%.out", `${cut}.out`, "notes"]
    expect(loggedPaths([loop("poll", [step("ask")])], names)).toEqual(["poll[0]::ask"])
  })

  it("are guessed where there is no such step", () => {
    expect(within("web/shards[0]::prepaer")).toBe(
      "target `web` has no step `shards[0]::prepaer` (did you mean `web/shards::prepare`?)"
    )
    expect(within("web/zzzzzzzz")).toBe(
      "target `web` has no step `zzzzzzzz` (its steps are build, shards, shards::prepare, shards::kind, "
        + "shards::kind::fast, shards::kind::slow, poll, poll::ask, ship)"
    )
  })

  it.each([
    ["web/build", true],
    ["web/shards[0]::prepare", true],
    ["web/shards::prepare", false],
    ["web/shards[0]", false],
    ["web/poll", false],
    ["web/poll[0]", true],
    ["web", false]
  ])("need headings unless there can be but one: %s", (word, isOne) => {
    expect(Either.map(findLogs(nested, "r", word), (wanted) => wanted.isOne)).toEqual(Either.right(isOne))
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
