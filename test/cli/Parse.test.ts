import { FileSystem } from "@effect/platform"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { readArguments } from "../../src/cli/Arguments.ts"
import { logsData } from "../../src/cli/LookingCommands.ts"
import { runData } from "../../src/cli/RunningCommands.ts"
import { parseFlags } from "../../src/cli/Parse.ts"
import { optionsOf } from "../../src/cli/RunCommand.ts"

const run = (...words: ReadonlyArray<string>) =>
  parseFlags(runData.flags, readArguments(["run", "b.yaml", ...words])).pipe(
    Effect.provide(FileSystem.layerNoop({}))
  )

describe("the values of flags", () => {
  it.effect("have their types", () =>
    Effect.gen(function*() {
      const words = "--target a --target b --cap 3 -j4 --max-blocked 20% --strict --auto-advance --order longest-first"
      const flags = yield* run(
        ...words.split(" "),
        "--inputs",
        "-",
        "--format=json",
        "--input",
        "x= 1 ",
        "--input",
        "y="
      )
      expect(flags).toMatchObject({
        target: ["a", "b"],
        only: [],
        cap: 3,
        maxParallel: 4,
        maxBlocked: { percent: 20 },
        strict: true,
        fresh: false,
        autoAdvance: true,
        input: ["x= 1 ", "y="],
        inputs: "-",
        order: "longest-first",
        format: "json",
        color: "auto"
      })
    }))

  it.effect("that were not given leave the manifest to speak", () =>
    Effect.gen(function*() {
      const options = optionsOf(yield* run(), "b.yaml", undefined)
      expect(options).toEqual({
        manifest: "b.yaml",
        halt: "soon",
        tail: [],
        input: [],
        target: [],
        only: [],
        order: "manifest",
        fresh: false,
        retryErrors: false,
        retryBlocked: false,
        noWait: false,
        allowChanges: false
      })
    }))

  it.effect("about the machine are a load, a share of its processors, and bytes", () =>
    Effect.gen(function*() {
      const options = optionsOf(
        yield* run("--load", "2.5", "--memfree", "1.5G", "--halt", "now", "-j0"),
        "b",
        undefined
      )
      expect(options).toMatchObject({
        load: { average: 2.5 },
        memfree: 1.5 * 1024 ** 3,
        halt: "now",
        maxParallel: 0
      })
      const other = optionsOf(yield* run("--load=150%", "--memfree=500m"), "b", undefined)
      expect(other).toMatchObject({ load: { percent: 150 }, memfree: 500_000_000 })
    }))

  it.effect("say no where no was said", () =>
    Effect.gen(function*() {
      const options = optionsOf(yield* run("--no-auto-advance", "--max-blocked", "0"), "b.yaml", "/s")
      expect(options).toMatchObject({ autoAdvance: false, maxBlocked: { count: 0 }, stateDir: "/s" })
    }))

  it.effect("of another command are its own", () =>
    Effect.gen(function*() {
      const call = readArguments(["logs", "r", "--attempt", "2", "-f", "--stderr"])
      const flags = yield* Effect.provide(parseFlags(logsData.flags, call), FileSystem.layerNoop({}))
      expect(flags).toMatchObject({ attempt: 2, follow: true, stderr: true })
    }))
})
