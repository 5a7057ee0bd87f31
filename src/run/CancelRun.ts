/**
 * `pawl cancel`: from somebody's wish to the end of a live run.
 *
 * Owns the order of things: who works on the run is asked first, the request is left in its inbox,
 * and then it is watched. Must not print, and must not signal: the process may be in another container.
 * The surprise: a request is for one invocation, so it is left anew where the process that works on the
 * run had not begun that invocation when it was asked.
 */
import { Clock, Effect, Option } from "effect"
import { RunInbox } from "../checkpoint/Inbox.ts"
import { type RunRef, RunStore, type StoredRun } from "../checkpoint/RunStore.ts"
import type { LeftCancel } from "./Gates.ts"
import { maskNote } from "./NoteMask.ts"
import type { RunState } from "./RunState.ts"
import { UsageError } from "./UsageError.ts"

export interface CancelRequest {
  readonly ref: RunRef
  /** Who cancels; not empty. */
  readonly by: string
  readonly note?: string
  /** Returns only once nothing works on the run any more. */
  readonly wait: boolean
}

export interface Cancelled {
  /** What asks the run to stop; somebody else's where they were quicker. */
  readonly request: LeftCancel
  /** Somebody had cancelled it already. */
  readonly isSecond: boolean
  /** The process that was asked. */
  readonly pid: number
  /** Nothing works on the run any more. */
  readonly isAtRest: boolean
  /** How it halted; absent while it has not, and where its process was killed. */
  readonly halted?: NonNullable<RunState["halted"]>
}

/** When to look what has become of it, milliseconds after one another; most runs stop within these. */
const looks = [100, 200, 300, 500, 900]
/** Between two looks of who waits for longer. */
const pace = 500

const wrong = (message: string, hint: string) => new UsageError({ problems: [{ message, hint }] })

const notLive = ({ ref: { runId }, state: { halted } }: StoredRun) =>
  wrong(
    `nothing works on run ${runId}, so there is nothing to cancel`,
    halted === undefined
      ? "whatever worked on it was killed; `pawl resume` goes on with it"
      : `it came to rest at ${halted.at} (${halted.reason}); see \`pawl runs\` for others`
  )

/** Asks a live run to stop, as SIGTERM would. Fails where nothing works on it. */
export const cancelRun = Effect.fn("CancelRun.cancelRun")(function*({ ref, wait, ...rest }: CancelRequest) {
  const store = yield* RunStore
  const { by, note } = yield* maskNote(ref, rest)
  const inbox = yield* RunInbox
  let asked: Cancelled | undefined

  /** Leaves a request, unless one is there for this invocation; true once the run is at rest. */
  const look = Effect.gen(function*() {
    const stored = yield* store.read(ref)
    const { live, state: { halted, invocations } } = stored
    if (live === undefined) {
      if (asked === undefined) return yield* notLive(stored)
      asked = { ...asked, isAtRest: true, ...(halted === undefined ? {} : { halted }) }
      return true
    }
    // Halted though live: it is about to begin, or has ended and is about to leave.
    if (halted !== undefined || asked?.request.invocation === invocations) return false
    const requestedAt = new Date(yield* Clock.currentTimeMillis).toISOString()
    const request = { invocation: invocations, by, ...(note === undefined ? {} : { note }), requestedAt }
    const first = yield* inbox.cancel(ref.directory, request)
    asked = {
      request: Option.getOrElse(first, () => request),
      isSecond: Option.isSome(first),
      pid: live.pid,
      isAtRest: false
    }
    return false
  })

  let isAtRest = yield* look
  for (let at = 0; !isAtRest && (wait || at < looks.length); at++) {
    yield* Effect.sleep(looks[at] ?? pace)
    const live = at < looks.length ? undefined : yield* store.live(ref)
    if (live === undefined) isAtRest = yield* look
  }
  if (asked !== undefined) return asked
  return yield* wrong(
    `run ${ref.runId} has not begun yet, or is just ending, and can't be cancelled`,
    "wait a moment, then try again"
  )
})
