/**
 * Targets that rest until somebody decides, and what is decided about targets while the run goes on.
 *
 * Owns who rests, and who is put back. Must not decide what starts. The surprise: something may be decided about a
 * target that is under way, whose walk does not know of it; that target is to be taken up again when it comes to rest.
 */
import { Effect, HashMap } from "effect"
import type { Checkpoint } from "../checkpoint/Checkpoint.ts"
import { type Frontier, waitsForOthers } from "./Frontier.ts"
import type { GateKeeper } from "./GateKeeper.ts"
import { type RunState, targetState } from "./RunState.ts"
import type { StateError } from "./StateError.ts"
import type { TargetState } from "./TargetState.ts"

export interface Resting {
  readonly count: () => number
  readonly rests: (id: string) => void
  /** A target is taken up. */
  readonly begins: (id: string) => void
  /** It has come to its end, or to rest; gives whether something was decided about it meanwhile. */
  readonly ends: (id: string) => boolean
  /** Whether anything is known of a target that is not under way: it has begun, or something was decided about it. */
  readonly isTouched: (id: string) => boolean
  /** The state of a target that is not under way. */
  readonly stateOf: (id: string) => Effect.Effect<TargetState>
  /** Takes in what was decided elsewhere; gives whether targets were put back for it. */
  readonly takeUp: Effect.Effect<boolean, StateError>
  /** Puts back what was decided about and rests all the same, where nobody takes up anything any more. */
  readonly putBackDecided: Effect.Effect<void>
}

export interface RestingRequest {
  readonly checkpoint: Checkpoint["Type"]
  readonly keeper: GateKeeper
  readonly frontier: Frontier
  /** As it was when the invocation began. */
  readonly initial: RunState
  /** The selected targets. */
  readonly ids: Iterable<string>
}

export const makeResting = ({ checkpoint, frontier, ids, initial, keeper }: RestingRequest): Resting => {
  const resting = new Set<string>()
  for (const id of ids) if (waitsForOthers(targetState(initial, id), keeper.canAsk)) resting.add(id)
  /** Targets that are under way, and of these the ones about which something was decided meanwhile. */
  const underWay = new Set<string>()
  const decided = new Set<string>()
  /** Targets whose state is no longer what it was when the invocation began. */
  const moved = new Set<string>()

  const putBack = (id: string, state: RunState): boolean => {
    if (!resting.has(id) || targetState(state, id).status !== "pending" || !frontier.again(id)) return false
    moved.add(id)
    return resting.delete(id)
  }

  return {
    count: () => resting.size,
    rests: (id) => void resting.add(id),
    begins: (id) => {
      underWay.add(id)
      keeper.takenUp(id)
    },
    ends: (id) => {
      underWay.delete(id)
      moved.add(id)
      return decided.delete(id)
    },
    isTouched: (id) => moved.has(id) || HashMap.has(initial.targets, id),
    stateOf: (id) =>
      moved.has(id)
        ? Effect.map(checkpoint.state, (state) => targetState(state, id))
        : Effect.succeed(targetState(initial, id)),
    takeUp: Effect.gen(function*() {
      const about = yield* keeper.takeUp
      if (about.length === 0) return false
      const state = yield* checkpoint.state
      let any = false
      // Several decisions about a target put it back once.
      for (const id of new Set(about)) {
        moved.add(id)
        if (underWay.has(id)) decided.add(id)
        else if (putBack(id, state)) any = true
      }
      return any
    }),
    putBackDecided: Effect.map(checkpoint.state, (state) => {
      for (const id of resting) putBack(id, state)
    })
  }
}
