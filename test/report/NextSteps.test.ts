import { describe, expect, it } from "@effect/vitest"
import { nextSteps, sameRun, shellWord } from "../../src/report/NextSteps.ts"
import { summarize } from "../../src/report/Summarize.ts"
import type { RunFact } from "../../src/run/RunEvent.ts"
import { all, blocked, completed, halted, plan, started, state } from "./plans.ts"

const two = plan(["api", "web"])
const commands = (...facts: ReadonlyArray<RunFact>) => {
  const summary = summarize({
    plan: two,
    state: state(started(two), ...facts),
    selection: all(two),
    exitCode: 0,
    outputs: {}
  })
  return nextSteps(summary, "pawl run b.yaml").map(({ command }) => command)
}

describe("what to do next", () => {
  it("is nothing where everything is through", () => {
    expect(commands(...completed("api"), ...completed("web"), halted("AllDoneOrBlocked"))).toEqual([])
  })

  it("is to look at the log and to retry where a target is blocked", () => {
    expect(commands(...blocked("api"), ...completed("web"), halted("AllDoneOrBlocked"))).toEqual([
      "pawl logs 20261120T030000-7f3a9c api/build",
      "pawl run b.yaml --retry-blocked"
    ])
  })

  it("is to go on, with or without the rest, where a blocked target halted the run", () => {
    expect(commands(...blocked("api"), halted("TargetBlocked"))).toEqual([
      "pawl logs 20261120T030000-7f3a9c api/build",
      "pawl run b.yaml",
      "pawl run b.yaml --auto-advance",
      "pawl run b.yaml --retry-blocked"
    ])
  })

  it("is to run again where a signal stopped the run", () => {
    expect(commands(...completed("api"), halted("ShutdownRequested"))).toEqual(["pawl run b.yaml"])
  })
})

describe("the call that goes on with a run", () => {
  it("has what the plan depends on, and how it was run", () => {
    expect(sameRun({
      manifest: "my batch.yaml",
      input: ["release=1.4", "note=it's"],
      inputs: "in.json",
      stateDir: "/var/pawl",
      secrets: [],
      autoAdvance: true,
      maxParallel: 4
    })).toBe(
      "pawl run 'my batch.yaml' --input release=1.4 --input 'note=it'\\''s' --inputs in.json --state-dir /var/pawl "
        + "--auto-advance -j 4"
    )
  })

  it("never shows the value of a secret input", () => {
    const line = sameRun({ manifest: "b.yaml", input: ["token=hunter2=x"], secrets: ["token"] })
    expect(line).toBe("pawl run b.yaml --input 'token=…'")
  })

  it("is quoted so that a shell gives the word back", () => {
    const words = ["", "a b", "it's", "$HOME", "x=1", "-", "`id`", "tab\there", "new\nline"]
    const { stdout } = Bun.spawnSync(["sh", "-c", `printf '%s\\0' ${words.map(shellWord).join(" ")}`])
    expect(stdout.toString().split("\0").slice(0, -1)).toEqual(words)
  })
})
