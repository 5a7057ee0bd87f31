/**
 * `pawl run BATCH`: flags → the run → its summary.
 *
 * Owns who watches: nobody, plain lines, a terminal, or a reader of NDJSON.
 */
import { Effect, Either } from "effect"
import { RunStore } from "../checkpoint/RunStore.ts"
import { stringifyJson } from "../expression/Value.ts"
import { Environment } from "../manifest/Environment.ts"
import { errorReport } from "../report/ErrorReport.ts"
import { nextSteps, sameRun, shellWord } from "../report/NextSteps.ts"
import { progressLive } from "../report/ProgressLive.ts"
import { progressPlain } from "../report/ProgressPlain.ts"
import { summarize } from "../report/Summarize.ts"
import type { Summary } from "../report/Summary.ts"
import { summaryTable } from "../report/SummaryTable.ts"
import { ExitCode } from "../run/ExitCode.ts"
import { runBatch, type RunOutcome } from "../run/RunBatch.ts"
import { Shutdown } from "../run/Shutdown.ts"
import type { RunOptions } from "../run/RunOptions.ts"
import type { runData } from "./Commands.ts"
import type { Values } from "./Flag.ts"
import { endedBy } from "./Ending.ts"
import { Output } from "./Output.ts"
import { shownPath } from "./ShownPath.ts"
import { namedStateDir } from "./StateDir.ts"
import { Watchers } from "./Watchers.ts"

type RunFlags = Values<typeof runData.flags>

/** Leaves out what was not said, so that the manifest's own `run:` can speak. */
export const optionsOf = (flags: RunFlags, manifest: string, stateDir: string | undefined): RunOptions => ({
  manifest,
  input: flags.input,
  target: flags.target,
  only: flags.only,
  order: flags.order,
  fresh: flags.fresh,
  retryErrors: flags.retryErrors,
  retryBlocked: flags.retryBlocked,
  allowChanges: flags.allowChanges,
  ...(flags.inputs === undefined ? {} : { inputs: flags.inputs }),
  ...(stateDir === undefined ? {} : { stateDir }),
  ...(flags.autoAdvance === undefined ? {} : { autoAdvance: flags.autoAdvance }),
  ...(flags.strict ? { strict: true } : {}),
  ...(flags.cap === undefined ? {} : { cap: flags.cap }),
  ...(flags.maxParallel === undefined ? {} : { maxParallel: flags.maxParallel }),
  ...(flags.maxBlocked === undefined ? {} : { maxBlocked: flags.maxBlocked }),
  ...(flags.runId === undefined ? {} : { runId: flags.runId }),
  ...(flags.expectPlan === undefined ? {} : { expectPlan: flags.expectPlan })
})

const watch = Effect.gen(function*() {
  const { errorStyle, errors, format, quiet, sink } = yield* Output
  const { variables } = yield* Environment
  const { attach } = yield* Watchers
  if (format === "ndjson") {
    yield* attach({ observe: (event) => sink.write(`${stringifyJson(event)}\n`) })
  }
  // Two streams on one terminal would tear each other's lines.
  if (quiet || (format === "ndjson" && sink.isTerminal)) return
  yield* attach(
    errors.isTerminal && variables["TERM"] !== "dumb"
      ? yield* progressLive(errors, errorStyle)
      : progressPlain(errors.write, errorStyle)
  )
})

const save = Effect.fn("cli.run.save")(function*(outcome: RunOutcome, summary: Summary) {
  const store = yield* RunStore
  // A run whose journal can't be written, or that is not through, has no summary on disk.
  if (outcome.error === undefined && summary.counts.pending === 0) {
    yield* store.saveSummary(outcome.ref, `${stringifyJson(summary)}\n`)
  }
})

/**
 * The run with its watchers, and whether anything happened in it. A signal before anything did
 * ends it here; after that the run itself answers to it, and saves its state.
 */
const watched = (options: RunOptions) =>
  Effect.scoped(Effect.gen(function*() {
    const { attach } = yield* Watchers
    const { requested } = yield* Shutdown
    let happened = false
    yield* attach({
      observe: () => {
        happened = true
      }
    })
    yield* watch
    const early = Effect.flatMap(requested, (signal) => happened ? Effect.never : Effect.succeed(signal))
    const outcome = yield* Effect.raceFirst(runBatch(options), early)
    return typeof outcome === "string" ? outcome : { outcome, happened }
  }))

export const runCommand = Effect.fn("cli.run")(function*(flags: RunFlags, args: ReadonlyArray<string>) {
  const output = yield* Output
  const [manifest = "-"] = args
  const stateDir = yield* namedStateDir(flags)
  const options = optionsOf(flags, manifest, stateDir)
  const watching = yield* watched(options)
  if (typeof watching === "string") return yield* endedBy(watching)
  const { happened, outcome } = watching
  const first = summarize(happened ? outcome : { ...outcome, state: { ...outcome.state, stepsExecuted: 0 } })
  // A batch that is through is run again without changing a file.
  const saved = happened ? yield* Effect.either(save(outcome, first)) : Either.void
  const problem = Either.isLeft(saved) ? saved.left : outcome.error
  const summary: Summary = Either.isLeft(saved)
    ? { ...first, exitCode: ExitCode.State, error: { message: saved.left.message, hint: saved.left.hint } }
    : first
  yield* Effect.forEach(outcome.notes, output.note, { discard: true })
  if (problem !== undefined) yield* output.complain(errorReport(problem, output.errorStyle))
  const again = sameRun({ ...options, secrets: outcome.plan.secrets })
  const place = stateDir === undefined ? "" : ` --state-dir ${shellWord(stateDir)}`
  const directory = yield* shownPath(outcome.ref.directory)
  yield* output.answer(
    () => summary,
    (style, columns) =>
      summaryTable(summary, {
        style,
        next: nextSteps(summary, again, place),
        directory,
        ...(columns === undefined ? {} : { columns })
      })
  )
  return Either.isLeft(saved) ? ExitCode.State : outcome.exitCode
})
