/**
 * `pawl approve` and `pawl reject`: from a person's decision to its record.
 *
 * Owns the order of things: the state is looked at without a lock, the decision is left in the
 * run's inbox, and only then it is recorded. Must not print. The surprise: the file in the inbox
 * is what decides between two who come at once; who records it makes no difference.
 */
import { Clock, Effect, Either, Option } from "effect"
import { type Earlier, RunInbox } from "../checkpoint/Inbox.ts"
import type { StoredRun } from "../checkpoint/RunStore.ts"
import { nearest } from "../expression/Nearest.ts"
import { decidedAlready, findGate, gateWord, type WaitingGate } from "./FindGate.ts"
import { decideFact, type GateDecided, optionsOf, REJECT } from "./GateDecision.ts"
import { maskNote } from "./NoteMask.ts"
import { recordAtRest, type Recorded, recordedByOther } from "./RecordDecision.ts"
import { StateError } from "./StateError.ts"
import { UsageError } from "./UsageError.ts"

export interface DecideRequest {
  readonly stateDir: string
  readonly stored: StoredRun
  /** `TARGET/PATH`; the only gate that waits if left out. */
  readonly gate?: string
  readonly verdict: "approve" | "reject"
  /** Of an approval: which; the first one if left out. */
  readonly option?: string
  /** Who decides; not empty. */
  readonly by: string
  readonly note?: string
}

export interface Decided extends Pick<Recorded, "asksAgain" | "pid" | "notes"> {
  readonly fact: GateDecided
  /** `seq` of the opening that it answers. */
  readonly opened: number
  /** UTC, ISO-8601 with milliseconds. */
  readonly decidedAt: string
  /** It is in the journal. Otherwise it is in the inbox, for whoever works on the run. */
  readonly isRecorded: boolean
}

const wrong = (message: string, hint: string) => new UsageError({ problems: [{ message, hint }] })

/** The option that a verdict comes to. */
const chooseOption = (
  { option, stored, verdict }: Pick<DecideRequest, "option" | "stored" | "verdict">,
  waiting: WaitingGate
): Either.Either<string, UsageError> => {
  const word = gateWord(waiting)
  const options = optionsOf(waiting.gate)
  if (option !== undefined && !options.includes(option)) {
    const near = nearest(option, options)
    return Either.left(
      wrong(
        `gate ${word} has no option \`${option}\``,
        near === undefined ? `its options are ${options.join(", ")}` : `did you mean \`${near}\`?`
      )
    )
  }
  const chosen = option ?? (verdict === "reject" ? REJECT : options.find((each) => each !== REJECT) ?? REJECT)
  const meant = chosen === REJECT ? "reject" : "approve"
  if (meant === verdict) return Either.right(chosen)
  const call = `pawl ${meant} ${stored.ref.runId} ${word}${meant === "reject" ? "" : ` --option ${chosen}`}`
  return Either.left(wrong(`option \`${chosen}\` does not ${verdict}`, `did you mean \`${call}\`?`))
}

/** Why another decision stands in the way of this one. */
const refused = ({ stored }: DecideRequest, waiting: WaitingGate, { decision, file }: Earlier) => {
  const { path, target } = decision
  const fact = target === waiting.target && path === waiting.path
    ? decideFact(target, path, waiting.gate, decision)
    : Either.left(`it is about ${gateWord(decision)}`)
  return Either.match(fact, {
    onLeft: (why) =>
      new StateError({
        message: `${file} is in the way of a decision about ${gateWord(waiting)}, and decides nothing: ${why}`,
        hint: "look at it, and move it away; then decide again",
        path: file
      }),
    onRight: ({ by, option, outcome }) =>
      decidedAlready(
        { runId: stored.ref.runId, word: gateWord(waiting) },
        { option, outcome, by, at: decision.decidedAt }
      )
  })
}

/** Decides a gate of a run, live or at rest. Fails where it is not there, does not wait, or was decided first. */
export const decideGate = Effect.fn("DecideGate.decideGate")(function*(request: DecideRequest) {
  const { stateDir, stored } = request
  const { plan, ref, state } = stored
  const waiting = yield* findGate({ runId: ref.runId, plan, state }, request.gate)
  const option = yield* chooseOption(request, waiting)
  const { by, note } = yield* maskNote(ref, request)
  const decidedAt = new Date(yield* Clock.currentTimeMillis).toISOString()
  const answer = { option, by, ...(note === undefined ? {} : { note }), decidedAt }
  const { gate, path, target } = waiting
  const fact = yield* Either.mapLeft(decideFact(target, path, gate, answer), (why) => wrong(why, "choose another"))
  const inbox = yield* RunInbox
  const earlier = yield* inbox.drop(ref.directory, { target, path, opened: gate.opened, ...answer })
  if (Option.isSome(earlier)) return yield* refused(request, waiting, earlier.value)
  const { decision, ...recorded } = yield* recordAtRest(stateDir, stored, waiting).pipe(
    Effect.catchTag("RunHeldError", ({ pid }) => recordedByOther(stored, waiting, pid))
  )
  // Somebody at the terminal of the run may have been quicker than the process that looks into its inbox.
  if (decision !== undefined && (decision.option !== option || decision.by !== by)) {
    return yield* decidedAlready({ runId: ref.runId, word: gateWord(waiting) }, decision)
  }
  const decided: Decided = { ...recorded, fact, opened: gate.opened, decidedAt, isRecorded: decision !== undefined }
  return decided
})
