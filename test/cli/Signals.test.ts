import { describe, expect, it } from "vitest"
import { ignoredSignals, signalCounter } from "../../src/cli/Signals.ts"
import { stoppingWords } from "../../src/cli/Stopping.ts"
import type { Signal } from "../../src/run/Outcome.ts"

type Come = readonly [signal: Signal, at: number]

describe("signals that come", () => {
  it.each<[string, ReadonlyArray<Come>, ReadonlyArray<number>]>([
    ["one after the other", [["SIGINT", 0], ["SIGINT", 400], ["SIGINT", 900]], [1, 2, 3]],
    ["as `timeout` sends them, to the process and to its group", [["SIGTERM", 0], ["SIGTERM", 1]], [1, 0]],
    ["over and over within a moment", [["SIGHUP", 0], ["SIGHUP", 60], ["SIGHUP", 120], ["SIGHUP", 400]], [1, 0, 0, 2]],
    ["of different kinds at once", [["SIGINT", 0], ["SIGTERM", 1], ["SIGHUP", 2]], [1, 2, 3]]
  ])("are counted, echoes left out: %s", (_, signals, counts) => {
    const count = signalCounter()
    expect(signals.map(([signal, at]) => count(signal, at))).toEqual(counts)
  })
})

describe("a signal that pawl was told to ignore", () => {
  it("is found, Ctrl-Z too", () => {
    expect(ignoredSignals("SigIgn:\t0000000000084003\n")).toEqual(["SIGHUP", "SIGINT", "SIGTERM", "SIGTSTP"])
  })
})

describe("what is said of a run that is asked to stop", () => {
  it.each(
    [
      [{ signal: "SIGTERM" }, 0, 10_000, "stopping (SIGTERM)"],
      [
        { signal: "SIGINT" },
        1,
        10_000,
        "stopping (SIGINT); waiting up to 10s for 1 step to end, a second signal ends them at once"
      ],
      [
        { signal: "SIGTERM", cancelled: { by: "al\u001b[31mice", note: "no disk" } },
        3,
        250,
        "stopping (cancelled by al\\e[31mice: no disk); waiting up to 250ms for 3 steps to end, a signal ends them at once"
      ]
    ] as const
  )("is why, and for how long: %j", (request, count, graceMs, words) => {
    expect(stoppingWords(request, count, graceMs)).toBe(words)
  })
})
