/** `pawl each COMMAND`: flags and words → the run of a list → what its items print, and its summary. */
import { Effect, Either } from "effect"
import { readCall } from "../each/CallWords.ts"
import { type EachOptions, runEach } from "../each/EachRun.ts"
import type { RunDefaults } from "../plan/Plan.ts"
import { sameResume } from "../report/NextSteps.ts"
import { UsageError } from "../run/UsageError.ts"
import type { eachData } from "./EachFlags.ts"
import { itemPrinter } from "./EachOutput.ts"
import { isTerminalAt } from "./FdSink.ts"
import type { Values } from "./Flag.ts"
import { Output } from "./Output.ts"
import { performRun } from "./PerformRun.ts"
import { stateDirOf } from "./StateDir.ts"

type EachFlags = Values<typeof eachData.flags>

/** How a run goes where nothing else is said: like a pipe, all of it, and told as failed where any of it failed. */
const defaultsOf = ({ autoAdvance, maxBlocked, maxParallel, strict }: EachFlags): RunDefaults => ({
  autoAdvance: autoAdvance ?? true,
  ...(strict || autoAdvance === undefined ? { strict: true } : {}),
  ...(maxParallel === undefined ? {} : { maxParallel }),
  ...(maxBlocked === undefined ? {} : { maxBlocked })
})

const optionsOf = (flags: EachFlags, words: EachOptions["words"], stateDir: string | undefined): EachOptions => {
  const run = defaultsOf(flags)
  return {
    words,
    isNul: flags.null,
    isJson: flags.jsonl,
    run,
    ...run,
    fresh: flags.fresh,
    retryErrors: flags.retryErrors,
    retryBlocked: flags.retryBlocked,
    allowChanges: flags.allowChanges,
    noWait: flags.noWait,
    halt: flags.halt,
    tail: flags.tail,
    ...(flags.load === undefined ? {} : { load: flags.load }),
    ...(flags.memfree === undefined ? {} : { memfree: flags.memfree }),
    ...(flags.cap === undefined ? {} : { cap: flags.cap }),
    ...(flags.retries === undefined ? {} : { retries: flags.retries }),
    ...(flags.timeout === undefined ? {} : { timeout: flags.timeout }),
    ...(flags.name === undefined ? {} : { name: flags.name }),
    ...(flags.runId === undefined ? {} : { runId: flags.runId }),
    ...(stateDir === undefined ? {} : { stateDir })
  }
}

export const eachCommand = Effect.fn("cli.each")(function*(flags: EachFlags, args: ReadonlyArray<string>) {
  const words = readCall(args, { isNul: flags.null, isJson: flags.jsonl })
  if (Either.isLeft(words)) return yield* new UsageError({ problems: words.left })
  const { format, note } = yield* Output
  const { absolute, named: stateDir } = yield* stateDirOf(flags)
  if (words.right.sources === undefined && isTerminalAt(0)) {
    yield* note("the items are read from the terminal, one a line; Ctrl-D ends the list, and `:::` names them instead")
  }
  return yield* performRun(runEach(optionsOf(flags, words.right, stateDir)), {
    again: ({ ref }) =>
      sameResume({
        input: [],
        secrets: [],
        runId: ref.runId,
        halt: flags.halt,
        ...(flags.load === undefined ? {} : { load: flags.load }),
        ...(flags.memfree === undefined ? {} : { memfree: flags.memfree }),
        ...(stateDir === undefined ? {} : { stateDir })
      }),
    stateDir,
    grace: flags.grace,
    progress: flags.progress,
    tail: flags.tail,
    ...(format === "table" ? { printer: yield* itemPrinter(flags, absolute) } : {})
  })
})
