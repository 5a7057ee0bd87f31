/**
 * The end of a step that does not end by itself: TERM, then KILL for what is left after the grace.
 *
 * Owns the order of signals. Must not decide when a step ends. The surprise: it returns only once
 * nothing of the step is left, however long that takes after KILL: what still runs would get in
 * the way of the same step run again.
 */
import { Clock, Effect } from "effect"
import type { ProcessId } from "./ProcessRunner.ts"
import { signalGroup, signalProcess } from "./ProcessTable.ts"
import type { ProcessView } from "./ProcessView.ts"
import { type Member, type StepOf, type StepProcesses, stepProcesses } from "./StepProcesses.ts"

const POLL_MS = 10
/** Looking costs something; a step that takes its time is looked at less and less often. */
const SLOWEST_POLL_MS = 100
/** After so many looks in a row somebody else gets a turn: a signal that tells pawl to leave. */
const ROUNDS = 50

export interface Ending extends StepOf {
  /** Between TERM and KILL, milliseconds. */
  readonly graceMs: number
  /** Whether the grace is over before its time. */
  readonly isCutShort: () => boolean
}

const signalAll = (
  { giveUp }: StepProcesses,
  { pid: group }: ProcessId,
  members: ReadonlyArray<Member>,
  signal: NodeJS.Signals
): void => {
  const inGroup = members.filter(({ isInGroup }) => isInGroup)
  // All of a group at once, so that none of it can start another meanwhile.
  if (inGroup.length > 0 && signalGroup(group, signal) === "not-allowed") inGroup.forEach(giveUp)
  for (const member of members) {
    if (!member.isInGroup && signalProcess(member, signal) === "not-allowed") giveUp(member)
  }
}

/** Returns when nothing that is known runs any more, or no time is left, in milliseconds: false then. */
const awaitKnown = Effect.fn("EndStep.awaitKnown")(
  function*({ isAnyAlive }: StepProcesses, left: Effect.Effect<number>) {
    for (let pause = POLL_MS; isAnyAlive(); pause = Math.min(pause * 2, SLOWEST_POLL_MS)) {
      const leftMs = yield* left
      if (leftMs <= 0) return false
      yield* Effect.sleep(Math.min(pause, leftMs))
    }
    return true
  }
)

/**
 * What is left. That it is nothing is seen twice, and again as long as it isn't clear: a process has no environment, and
 * no marks, for the moment of an `exec`, which lasts where many want to run.
 */
const findLeft = Effect.fn("EndStep.findLeft")(function*({ find, isUnclear }: StepProcesses) {
  let found = find("now")
  for (let looks = 1; found.length === 0 && (looks < 2 || isUnclear()); looks++) {
    yield* Effect.sleep(POLL_MS)
    found = find("now")
  }
  return found
})

/** Returns when all has ended that was asked to, or no time is left: false then. */
const terminate = Effect.fn("EndStep.terminate")(function*(
  step: StepProcesses,
  id: ProcessId,
  first: ReadonlyArray<Member>,
  left: Effect.Effect<number>
) {
  const told = new Set<number>()
  for (let members = first; members.length > 0; members = yield* findLeft(step)) {
    const untold = members.filter(({ isOthers, pid }) => !isOthers && !told.has(pid))
    for (const { pid } of untold) told.add(pid)
    signalAll(step, id, untold, "SIGTERM")
    // One that is stopped hears it only when it goes on.
    signalAll(step, id, untold, "SIGCONT")
    if (!(yield* awaitKnown(step, left))) return false
  }
  return true
})

const endless = Effect.succeed(Number.POSITIVE_INFINITY)

/** Returns when nothing is left. What starts others as it dies is looked for again without a pause. */
const kill = Effect.fn("EndStep.kill")(function*(step: StepProcesses, id: ProcessId) {
  const told = new Set<number>()
  let rounds = 0
  for (let members = yield* findLeft(step); members.length > 0; members = yield* findLeft(step)) {
    const isNew = members.some(({ pid }) => !told.has(pid))
    for (const { pid } of members) told.add(pid)
    signalAll(step, id, members, "SIGKILL")
    rounds += 1
    if (!isNew || rounds % ROUNDS === 0) yield* awaitKnown(step, endless)
  }
})

/** Ends all of a step; returns when it is gone. False: there was nothing of it. */
export const endStep = Effect.fn("EndStep.endStep")(function*(view: ProcessView, ending: Ending) {
  const { graceMs, id, isCutShort } = ending
  const step = stepProcesses(view, ending)
  const lately = step.find("lately")
  const first = lately.length === 0 ? yield* findLeft(step) : lately
  if (first.length === 0) return false
  const end = (yield* Clock.currentTimeNanos) + BigInt(Math.round(graceMs)) * 1_000_000n
  const left = Effect.map(Clock.currentTimeNanos, (now) => isCutShort() ? 0 : Number(end - now) / 1_000_000)
  // No fiber is made for this: it runs where one is being interrupted, and so would be what it has made.
  if (!(yield* terminate(step, id, first, left))) yield* kill(step, id)
  return true
})
