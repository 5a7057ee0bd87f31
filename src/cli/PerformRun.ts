/**
 * A run that this call drives, from its watchers to its summary and exit code.
 *
 * Owns what `pawl run` and `pawl resume` have in common. Must not know which of them it is.
 */
import { Effect, Either } from "effect"
import { RunStore } from "../checkpoint/RunStore.ts"
import { stringifyJson } from "../expression/Value.ts"
import { durationMs } from "../manifest/Scalars.ts"
import { Patience } from "../process/Patience.ts"
import { errorReport } from "../report/ErrorReport.ts"
import { nextSteps, shellWord } from "../report/NextSteps.ts"
import { summarize } from "../report/Summarize.ts"
import type { Summary } from "../report/Summary.ts"
import { summaryTable } from "../report/SummaryTable.ts"
import { ExitCode } from "../run/ExitCode.ts"
import { Gates } from "../run/Gates.ts"
import type { RunOutcome } from "../run/RunLoaded.ts"
import { Shutdown } from "../run/Shutdown.ts"
import { endedBy } from "./Ending.ts"
import { gatesHere } from "./LiveGates.ts"
import { Output } from "./Output.ts"
import { shownPath } from "./ShownPath.ts"
import { stopping } from "./Stopping.ts"
import { watch } from "./Watch.ts"
import { Watchers } from "./Watchers.ts"

const save = Effect.fn("cli.PerformRun.save")(function*(outcome: RunOutcome, summary: Summary) {
  const store = yield* RunStore
  // A run whose journal can't be written, or that is not through, has no summary on disk.
  if (outcome.error === undefined && summary.counts.pending === 0 && summary.counts.paused === 0) {
    yield* store.saveSummary(outcome.ref, `${stringifyJson(summary)}\n`)
  }
})

/**
 * The run with its watchers, and whether anything happened in it. A signal before anything did
 * ends it here; after that the run itself answers to it, and saves its state.
 */
const watched = <E, R>(run: Effect.Effect<RunOutcome, E, R>, graceMs: number) =>
  Effect.scoped(Effect.gen(function*() {
    const { attach } = yield* Watchers
    const { requested } = yield* Shutdown
    let happened = false
    yield* attach({
      observe: () => {
        happened = true
      }
    })
    const { hold } = yield* watch
    const early = Effect.flatMap(requested, (signal) => happened ? Effect.never : Effect.succeed(signal))
    const asking = run.pipe(
      Effect.provideServiceEffect(Gates, gatesHere(hold)),
      Effect.provideServiceEffect(Patience, stopping(graceMs, hold))
    )
    const outcome = yield* Effect.raceFirst(asking, early)
    return typeof outcome === "string" ? outcome : { outcome, happened }
  }))

export interface Told {
  /** The call that goes on with this run in the same manner. */
  readonly again: (outcome: RunOutcome) => string
  /** The state directory, where the user named one. */
  readonly stateDir: string | undefined
  /** The value of `--grace`. */
  readonly grace: string | undefined
}

/** What steps get to end in where nothing else was said. */
const usualGrace = "10s"
/** What a timer takes, milliseconds. */
const longest = 2 ** 31 - 1

/** Drives a run and tells how it ended; gives the exit code. */
export const performRun = <E, R>(run: Effect.Effect<RunOutcome, E, R>, { again, grace, stateDir }: Told) =>
  Effect.gen(function*() {
    const output = yield* Output
    const watching = yield* watched(run, Math.min(durationMs(grace ?? usualGrace), longest))
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
    const place = stateDir === undefined ? "" : ` --state-dir ${shellWord(stateDir)}`
    const directory = yield* shownPath(outcome.ref.directory)
    yield* output.answer(
      () => summary,
      (style, columns) =>
        summaryTable(summary, {
          style,
          next: nextSteps(summary, { again: again(outcome), place }),
          directory,
          ...(columns === undefined ? {} : { columns })
        })
    )
    return Either.isLeft(saved) ? ExitCode.State : outcome.exitCode
  })
