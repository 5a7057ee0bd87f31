/**
 * `pawl simulate BATCH`: what would happen, or with a scenario the whole run rehearsed.
 *
 * Owns which of the two it is, and how the preview gets to its reader. The surprise: the document is written
 * while it is made, since that of a hundred thousand targets is larger than what should be in memory.
 */
import { Effect } from "effect"
import { ExitCode } from "../run/ExitCode.ts"
import { previewBatch, type PreviewOptions } from "../simulate/PreviewBatch.ts"
import { simulationText } from "../simulate/PreviewDocument.ts"
import { simulationTable } from "../simulate/SimulationTable.ts"
import type { simulateData } from "./RunningCommands.ts"
import type { Values } from "./Flag.ts"
import { Output } from "./Output.ts"
import type { Sink } from "./Streams.ts"

type SimulateFlags = Values<typeof simulateData.flags>

/** Characters that may be queued before a reader has to keep up. */
const mostQueued = 1 << 20

/** Writes pieces no faster than they are read. */
const writeAll = (sink: Sink, pieces: Iterable<string>) =>
  Effect.gen(function*() {
    let queued = 0
    for (const piece of pieces) {
      sink.write(piece)
      queued += piece.length
      if (queued < mostQueued) continue
      queued = 0
      yield* sink.drained
      if (sink.isClosed()) return
    }
  })

/** The preview, in the form asked for. */
export const previewCommand = Effect.fn("cli.preview")(function*(options: PreviewOptions) {
  const output = yield* Output
  const { notes, preview } = yield* previewBatch(options)
  yield* Effect.forEach(notes, output.note, { discard: true })
  if (output.format === "table") {
    yield* output.answer(
      () => undefined,
      (style, columns) => simulationTable(preview, { style, ...(columns === undefined ? {} : { columns }) })
    )
  } else yield* writeAll(output.sink, simulationText(preview))
  return ExitCode.Ok
})

/** Leaves out what was not said, so that the manifest's own `run:` can speak. */
const optionsOf = (flags: SimulateFlags, [manifest = "-"]: ReadonlyArray<string>): PreviewOptions => ({
  manifest,
  input: flags.input,
  target: flags.target,
  only: flags.only,
  order: flags.order,
  noWait: flags.noWait,
  halt: flags.halt,
  ...(flags.inputs === undefined ? {} : { inputs: flags.inputs }),
  ...(flags.autoAdvance === undefined ? {} : { autoAdvance: flags.autoAdvance }),
  ...(flags.strict ? { strict: true } : {}),
  ...(flags.cap === undefined ? {} : { cap: flags.cap }),
  ...(flags.maxParallel === undefined ? {} : { maxParallel: flags.maxParallel }),
  ...(flags.maxBlocked === undefined ? {} : { maxBlocked: flags.maxBlocked })
})

export const simulateCommand = Effect.fn("cli.simulate")(function*(
  flags: SimulateFlags,
  args: ReadonlyArray<string>
) {
  if (flags.scenario === undefined && flags.seed === undefined && !flags.chaos) {
    return yield* previewCommand(optionsOf(flags, args))
  }
  const { rehearseCommand } = yield* Effect.promise(() => import("./RehearseCommand.ts"))
  return yield* rehearseCommand(flags, args)
})
