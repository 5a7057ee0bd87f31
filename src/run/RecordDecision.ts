/**
 * From a decision in an inbox to its record, where nobody works on the run and where somebody does.
 *
 * Owns who records it: this process, if it can have the batch, or else the one that has it. Must
 * not decide. The surprise: a gate that is rejected with `retry` is opened again here as the
 * engine would, so that it can be decided anew without a run in between.
 */
import { Effect, Schedule } from "effect"
import { Checkpoint } from "../checkpoint/Checkpoint.ts"
import { RunStore, type StoredRun } from "../checkpoint/RunStore.ts"
import { gateAt, type WaitingGate } from "./FindGate.ts"
import { makeKeeper } from "./GateKeeper.ts"
import { makeMask } from "./Mask.ts"
import type { RunFact } from "./RunEvent.ts"
import { type RunState, targetState } from "./RunState.ts"
import type { GateDecision, OpenGate } from "./StepState.ts"
import { stepState } from "./TargetState.ts"

export interface Recorded {
  /** How the gate was decided; undefined: it is not in the journal yet. */
  readonly decision?: GateDecision
  /** The gate waits again. */
  readonly asksAgain: boolean
  /** The process that works on the batch. */
  readonly pid?: number
  readonly notes: ReadonlyArray<string>
}

const openAgain = (
  { path, target }: WaitingGate,
  { about, message, onReject, options, show }: OpenGate
): ReadonlyArray<RunFact> => [
  { type: "GateOpened", target, path, about, message, options, onReject, ...(show === undefined ? {} : { show }) },
  {
    type: "TargetPaused",
    target,
    step: path,
    reason: about === "in-flight" ? "in-flight" : "awaiting-approval",
    message
  }
]

/** How an opening was decided, as far as the state tells. */
const decisionOf = (state: RunState, { gate, path, target }: WaitingGate): GateDecision | undefined =>
  gateAt(state, target, path)?.opened === gate.opened
    ? undefined
    : stepState(targetState(state, target), path)?.decision

const recorded = (decision: GateDecision | undefined): Pick<Recorded, "decision"> =>
  decision === undefined ? {} : { decision }

/** How often, and for how long, who only records a decision is waited for: milliseconds. */
const patience = { schedule: Schedule.spaced(50), times: 20 }

/** Takes up what is in the inbox of a run at rest. Fails with `RunHeldError` where somebody works on the batch. */
export const recordAtRest = (stateDir: string, { ref, state: before }: StoredRun, waiting: WaitingGate) =>
  Effect.gen(function*() {
    const store = yield* RunStore
    const takeUp = (about: ReadonlyArray<string>) =>
      Effect.gen(function*() {
        const checkpoint = yield* Checkpoint
        const keeper = yield* makeKeeper(checkpoint, ref.directory, makeMask([], {}))
        yield* keeper.takeUp
        const state = yield* checkpoint.state
        const decision = decisionOf(state, waiting)
        const asksAgain = decision?.outcome === "rejected" && waiting.gate.onReject === "retry"
        if (asksAgain && gateAt(state, waiting.target, waiting.path) === undefined) {
          yield* checkpoint.append(openAgain(waiting, waiting.gate))
        }
        const { dropped } = checkpoint.recovery
        const torn = dropped === undefined
          ? []
          : [`line ${dropped.line} of the journal was torn by a crash and dropped`]
        const result: Recorded = {
          ...recorded(decision),
          asksAgain,
          notes: [...about, ...torn, ...(yield* keeper.notes)]
        }
        return result
      })
    return yield* Effect.scoped(Effect.flatMap(
      store.open(stateDir, ref.batch),
      ({ lost, notes }) => {
        const recording = takeUp(lost === undefined ? notes : [...notes, lost.message])
        // Which run it records is only known here, so this one layer can't be built in `main`.
        // oxlint-disable-next-line no-restricted-properties
        return Effect.provide(recording, store.checkpoint(ref))
      }
    )).pipe(
      Effect.retry({
        ...patience,
        while: ({ _tag }) => _tag === "RunHeldError" && before.halted !== undefined
      })
    )
  })

/** When to look whether the process that works on a run has taken a decision up, milliseconds after one another. */
const looks = [300, 600, 1200]

/** Waits a little for whoever works on a run to record a decision. */
export const recordedByOther = (stored: StoredRun, waiting: WaitingGate, pid: number | undefined) =>
  Effect.gen(function*() {
    const store = yield* RunStore
    const holder = pid === undefined ? {} : { pid }
    for (const look of looks) {
      yield* Effect.sleep(look)
      const { state } = yield* store.read(stored.ref)
      const decision = decisionOf(state, waiting)
      if (decision !== undefined) {
        const asksAgain = decision.outcome === "rejected" && waiting.gate.onReject === "retry"
        const result: Recorded = { decision, asksAgain, ...holder, notes: [] }
        return result
      }
    }
    const left: Recorded = { asksAgain: false, ...holder, notes: [] }
    return left
  })
