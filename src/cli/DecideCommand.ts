/**
 * `pawl approve [RUN] [GATE]` and `pawl reject [RUN] [GATE]`: a decision → how it was recorded.
 *
 * The surprise: a single word that holds a slash is a gate, since neither a run's id nor a batch's
 * name can hold one.
 */
import { Effect } from "effect"
import { type DecisionDocument, decisionLines } from "../report/DecisionDocument.ts"
import { shellWord } from "../report/NextSteps.ts"
import { type Decided, decideGate, type DecideRequest } from "../run/DecideGate.ts"
import { ExitCode } from "../run/ExitCode.ts"
import { UsageError } from "../run/UsageError.ts"
import type { approveData } from "./RunningCommands.ts"
import { findRun } from "./FindRun.ts"
import type { Values } from "./Flag.ts"
import { Output } from "./Output.ts"
import { userName } from "./UserName.ts"

type DecideFlags = Values<typeof approveData.flags>

/** Which words are the run and the gate. */
export const readWords = (
  args: ReadonlyArray<string>
): { readonly run: string | undefined; readonly gate: string | undefined } => {
  const [first, second] = args
  return first !== undefined && second === undefined && first.includes("/")
    ? { run: undefined, gate: first }
    : { run: first, gate: second }
}

const nextOf = (
  { ref }: DecideRequest["stored"],
  { asksAgain, isRecorded, pid }: Decided,
  place: string
): DecisionDocument["next"] => {
  if (pid !== undefined) return []
  if (asksAgain) return [{ why: "see what waits", command: `pawl status ${shellWord(ref.runId)}${place}` }]
  const why = isRecorded ? "go on with what was decided" : "go on, and take it up"
  return [{ why, command: `pawl resume ${shellWord(ref.runId)}${place}` }]
}

const documentOf = (stored: DecideRequest["stored"], decided: Decided, place: string): DecisionDocument => {
  const { asksAgain, decidedAt, fact, isRecorded, opened, pid } = decided
  return {
    schema: "pawl.decision/v1",
    runId: stored.ref.runId,
    batch: stored.ref.batch,
    target: fact.target,
    path: fact.path,
    opened,
    option: fact.option,
    outcome: fact.outcome,
    by: fact.by,
    ...(fact.note === undefined ? {} : { note: fact.note }),
    decidedAt,
    recorded: isRecorded,
    asksAgain,
    live: pid === undefined ? null : { pid },
    next: nextOf(stored, decided, place)
  }
}

export const decideCommand = Effect.fn("cli.decide")(function*(
  verdict: "approve" | "reject",
  flags: DecideFlags,
  args: ReadonlyArray<string>
) {
  const output = yield* Output
  const { gate, run } = readWords(args)
  const by = (flags.by ?? (yield* userName)).trim()
  if (by === "") {
    return yield* new UsageError({ problems: [{ message: "`--by` is empty", hint: "say who decides" }] })
  }
  const { place, stored } = yield* findRun(flags, run)
  const decided = yield* decideGate({
    stateDir: place.absolute,
    stored,
    verdict,
    by,
    ...(gate === undefined ? {} : { gate }),
    ...(flags.option === undefined ? {} : { option: flags.option }),
    ...(flags.note === undefined ? {} : { note: flags.note })
  })
  yield* Effect.forEach(decided.notes, output.note, { discard: true })
  const named = place.named === undefined ? "" : ` --state-dir ${shellWord(place.named)}`
  const document = documentOf(stored, decided, named)
  yield* output.answer(() => document, (style) => decisionLines(document, style))
  return ExitCode.Ok
})
