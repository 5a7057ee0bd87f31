/**
 * A run that this call drives, from its watchers to its summary and exit code.
 *
 * Owns what `pawl run` and `pawl resume` have in common. Must not know which of them it is.
 */
import { Effect, Either } from "effect"
import { RunStore } from "../checkpoint/RunStore.ts"
import { jsonLine } from "../expression/JsonChunks.ts"
import { durationMs } from "../manifest/Scalars.ts"
import { isOpen } from "../plan/OpenPlan.ts"
import { Patience } from "../process/Patience.ts"
import { Shortage } from "../process/Shortage.ts"
import { errorReport } from "../report/ErrorReport.ts"
import { nextSteps, shellWord } from "../report/NextSteps.ts"
import { summarize } from "../report/Summarize.ts"
import type { Summary } from "../report/Summary.ts"
import type { Style } from "../report/Style.ts"
import { summaryTable } from "../report/SummaryTable.ts"
import { ExitCode } from "../run/ExitCode.ts"
import { Gates } from "../run/Gates.ts"
import type { RunOutcome } from "../run/RunLoaded.ts"
import { Shutdown } from "../run/Shutdown.ts"
import type { Printer } from "./EachOutput.ts"
import { endedBy } from "./Ending.ts"
import { gatesHere } from "./LiveGates.ts"
import { holdNotes, shortageTold } from "./HoldNotes.ts"
import { Output } from "./Output.ts"
import { shownPath } from "./ShownPath.ts"
import { stopping } from "./Stopping.ts"
import { type Asked, watch } from "./Watch.ts"
import { Watchers } from "./Watchers.ts"

const save = Effect.fn("cli.PerformRun.save")(function*(outcome: RunOutcome, summary: Summary) {
  const store = yield* RunStore
  // A run whose journal can't be written, or that is not through, has no summary on disk.
  const isThrough = summary.counts.pending === 0 && summary.counts.paused === 0 && !isOpen(outcome.plan)
  if (outcome.error === undefined && isThrough) {
    yield* store.saveSummary(outcome.ref, () => jsonLine(summary))
  }
})

/**
 * The run with its watchers, and whether anything happened in it. A signal before anything did
 * ends it here; after that the run itself answers to it, and saves its state.
 */
const watched = <E, R>(run: Effect.Effect<RunOutcome, E, R>, graceMs: number, asked: Asked, printer: Told["printer"]) =>
  Effect.scoped(Effect.gen(function*() {
    const { attach } = yield* Watchers
    const { requested } = yield* Shutdown
    let happened = false
    yield* attach({
      observe: () => {
        happened = true
      }
    })
    const { around, hold } = yield* watch(asked)
    yield* holdNotes(hold)
    const { finish } = printer === undefined ? { finish: Effect.void } : yield* printer(hold)
    const early = Effect.flatMap(requested, (signal) => happened ? Effect.never : Effect.succeed(signal))
    const asking = around(run).pipe(
      Effect.provideServiceEffect(Gates, gatesHere(hold)),
      Effect.provideServiceEffect(Patience, stopping(graceMs, hold)),
      Effect.provideServiceEffect(Shortage, shortageTold)
    )
    const outcome = yield* Effect.raceFirst(asking, early)
    // A reader that does not read must not keep a pawl from ending that was told to.
    yield* Effect.raceFirst(finish, Effect.delay(requested, patience))
    return typeof outcome === "string" ? outcome : { outcome, happened }
  }))

/** What could not be used of a list counts for more than what became of the rest, unless that asks for something else. */
const codeOf = ({ exitCode, refused }: RunOutcome): ExitCode =>
  refused !== undefined && (exitCode === ExitCode.Ok || exitCode === ExitCode.Stuck)
    ? ExitCode.NotAcceptable
    : exitCode

const withRefused = (summary: Summary, outcome: RunOutcome): Summary => {
  const { refused } = outcome
  if (refused === undefined || summary.error !== null) return summary
  const [{ hint = "see standard error" }, ...others] = refused.diagnostics
  const count = refused.total ?? others.length + 1
  const isOfItems = refused.diagnostics.some(({ line }) => line !== undefined)
  const message = isOfItems ? `${count} of the items can't be used: ${refused.message}` : refused.message
  return { ...summary, exitCode: codeOf(outcome), error: { message, hint } }
}

export interface Told extends Asked {
  /** The call that goes on with this run in the same manner. */
  readonly again: (outcome: RunOutcome) => string
  /** The state directory, where the user named one. */
  readonly stateDir: string | undefined
  /** The value of `--grace`. */
  readonly grace: string | undefined
  /** Prints what the steps print where standard output is theirs; the table then goes to standard error. */
  readonly printer?: Printer
}

/** For what is still to be printed after a signal. */
const patience = "2 seconds"

/** What steps get to end in where nothing else was said. */
const usualGrace = "10s"
/** What a timer takes, milliseconds. */
const longest = 2 ** 31 - 1

/** Drives a run and tells how it ended; gives the exit code. */
export const performRun = <E, R>(
  run: Effect.Effect<RunOutcome, E, R>,
  { again, grace, printer, stateDir, ...asked }: Told
) =>
  Effect.gen(function*() {
    const output = yield* Output
    const watching = yield* watched(run, Math.min(durationMs(grace ?? usualGrace), longest), asked, printer)
    if (typeof watching === "string") return yield* endedBy(watching)
    const { happened, outcome } = watching
    const first = summarize(happened ? outcome : { ...outcome, state: { ...outcome.state, stepsExecuted: 0 } })
    // A batch that is through is run again without changing a file.
    const saved = happened ? yield* Effect.either(save(outcome, first)) : Either.void
    const problem = Either.isLeft(saved) ? saved.left : outcome.error
    const code = Either.isLeft(saved) ? ExitCode.State : codeOf(outcome)
    const summary: Summary = Either.isLeft(saved)
      ? { ...first, exitCode: ExitCode.State, error: { message: saved.left.message, hint: saved.left.hint } }
      : withRefused(first, outcome)
    yield* Effect.forEach(outcome.notes, output.note, { discard: true })
    for (const error of [problem, outcome.refused]) {
      if (error !== undefined) yield* output.complain(errorReport(error, output.errorStyle))
    }
    const place = stateDir === undefined ? "" : ` --state-dir ${shellWord(stateDir)}`
    const directory = yield* shownPath(outcome.ref.directory)
    const table = (style: Style, columns: number | undefined) =>
      summaryTable(summary, {
        style,
        next: nextSteps(summary, { again: again(outcome), place }),
        directory,
        ...(columns === undefined ? {} : { columns })
      })
    if (printer === undefined) yield* output.answer(() => summary, table)
    else if (!output.quiet || code !== ExitCode.Ok) {
      const { errorStyle, errors } = output
      yield* output.complain(table(errorStyle, errors.isTerminal ? errors.columns() : undefined))
    }
    return code
  })
