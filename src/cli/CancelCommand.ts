/**
 * `pawl cancel [RUN]`: a live run → how it was asked to stop.
 *
 * Owns which run is meant. The surprise: only live runs count; where none is named there must be but one,
 * and a batch means the run of it that is live, not the newest.
 */
import { Effect, Either } from "effect"
import { type RunRef, RunStore } from "../checkpoint/RunStore.ts"
import { type CancelDocument, cancelLines } from "../report/CancelDocument.ts"
import { shellWord } from "../report/NextSteps.ts"
import { type Cancelled, cancelRun } from "../run/CancelRun.ts"
import { ExitCode } from "../run/ExitCode.ts"
import { type Problem, UsageError } from "../run/UsageError.ts"
import { pickRun } from "./FindRun.ts"
import type { Values } from "./Flag.ts"
import { Output } from "./Output.ts"
import type { cancelData } from "./RunningCommands.ts"
import { stateDirOf } from "./StateDir.ts"
import { userName } from "./UserName.ts"

type CancelFlags = Values<typeof cancelData.flags>

const shownRuns = 5

/** The run that a word means among `runs` (newest first), of which `live` are being worked on. */
export const pickLive = (
  runs: ReadonlyArray<RunRef>,
  live: ReadonlyArray<RunRef>,
  word: string | undefined,
  where: string
): Either.Either<RunRef, Problem> => {
  if (word !== undefined) {
    const ofBatch = runs.some(({ runId }) => runId === word) ? undefined : live.find(({ batch }) => batch === word)
    return ofBatch === undefined ? pickRun(runs, word, where) : Either.right(ofBatch)
  }
  const [only, ...others] = live
  if (only === undefined) {
    return Either.left({ message: `no run in \`${where}\` is live`, hint: "see `pawl runs` for those that there are" })
  }
  if (others.length === 0) return Either.right(only)
  const more = live.length > shownRuns ? `, and ${live.length - shownRuns} more` : ""
  return Either.left({
    message: `${live.length} runs in \`${where}\` are live, and none is named`,
    hint: `name one of ${live.slice(0, shownRuns).map(({ batch, runId }) => `${runId} (${batch})`).join(", ")}${more}`
  })
}

const nextOf = ({ halted, isAtRest }: Cancelled, { runId }: RunRef, place: string): CancelDocument["next"] => {
  if (!isAtRest) return [{ why: "see how it stands", command: `pawl status ${shellWord(runId)}${place}` }]
  return halted === undefined || halted.reason === "ShutdownRequested"
    ? [{ why: "go on with it", command: `pawl resume ${shellWord(runId)}${place}` }]
    : []
}

export const cancelCommand = Effect.fn("cli.cancel")(function*(flags: CancelFlags, args: ReadonlyArray<string>) {
  const output = yield* Output
  const store = yield* RunStore
  const by = (flags.by ?? (yield* userName)).trim()
  if (by === "") {
    return yield* new UsageError({ problems: [{ message: "`--by` is empty", hint: "say who cancels" }] })
  }
  const place = yield* stateDirOf(flags)
  const runs = yield* store.list(place.absolute)
  const live = yield* Effect.filter(runs, (ref) => Effect.map(store.live(ref), (process) => process !== undefined))
  const picked = pickLive(runs, live, args[0], place.shown)
  if (Either.isLeft(picked)) return yield* new UsageError({ problems: [picked.left] })
  const ref = picked.right
  const { note, wait } = flags
  const cancelled = yield* cancelRun({ ref, by, wait, ...(note === undefined ? {} : { note }) })
  const { halted, isSecond, pid, request } = cancelled
  const named = place.named === undefined ? "" : ` --state-dir ${shellWord(place.named)}`
  const document: CancelDocument = {
    schema: "pawl.cancel/v1",
    runId: ref.runId,
    batch: ref.batch,
    ...request,
    already: isSecond,
    pid,
    stopped: cancelled.isAtRest,
    haltReason: halted?.reason ?? null,
    next: nextOf(cancelled, ref, named)
  }
  yield* output.answer(() => document, (style) => cancelLines(document, style))
  return ExitCode.Ok
})
