import { describe, expect, it } from "@effect/vitest"
import { type Manner, mannerOf, type Surroundings } from "../../src/cli/ProgressManner.ts"

const terminal: Surroundings = {
  asked: undefined,
  quiet: false,
  isTerminal: true,
  isDumb: false,
  eventsOnTerminal: false
}
const pipe: Surroundings = { ...terminal, isTerminal: false }

describe("how a run is shown", () => {
  it.each<readonly [string, Surroundings, Manner]>([
    ["a display on a terminal", terminal, "live"],
    ["lines elsewhere", pipe, "plain"],
    ["lines on a terminal that knows no more", { ...terminal, isDumb: true }, "plain"],
    ["nothing where it would tear the events on the same terminal", { ...terminal, eventsOnTerminal: true }, "none"],
    ["nothing when quiet, whatever was asked for", { ...terminal, quiet: true, asked: "live" }, "none"],
    ["nothing as asked", { ...terminal, asked: "none" }, "none"],
    ["lines as asked", { ...terminal, asked: "plain" }, "plain"],
    ["lines as asked, between events too", { ...terminal, asked: "plain", eventsOnTerminal: true }, "plain"],
    ["lines where a display was asked for and there is no terminal", { ...pipe, asked: "live" }, "plain"],
    [
      "lines where a display was asked for among events",
      { ...terminal, asked: "live", eventsOnTerminal: true },
      "plain"
    ],
    ["the display that was asked for on a terminal that says it knows none", {
      ...terminal,
      isDumb: true,
      asked: "live"
    }, "live"]
  ])("%s", (_, surroundings, manner) => {
    expect(mannerOf(surroundings)).toBe(manner)
  })
})
