/**
 * Who decides the gates of a run while it is live, and in which order.
 *
 * Owns that a gate is decided once: by the person at the terminal or by what lies in the inbox,
 * whichever is recorded first. Must not know what follows from a decision. The surprise: a
 * decision from the inbox ends the question at the terminal; and what asks the run to stop is
 * found here too, since it lies in the same inbox.
 */
import { Deferred, Effect, Either, Option } from "effect"
import { isAbsolute, resolve } from "node:path"
import type { Checkpoint } from "../checkpoint/Checkpoint.ts"
import { isInside } from "../plan/StepPath.ts"
import { decideFact, type GateDecided } from "./GateDecision.ts"
import { type GateAnswer, type GateQuestion, Gates, type LeftCancel, type LeftDecision } from "./Gates.ts"
import type { Mask } from "./Mask.ts"
import { type RunState, targetState } from "./RunState.ts"
import type { StateError } from "./StateError.ts"
import type { OpenGate } from "./StepState.ts"
import { stepState } from "./TargetState.ts"

export interface GateKeeper {
  /** Whether there is a person to ask. */
  readonly canAsk: boolean
  /** Asks about a gate that is open and recorded as such. Undefined: nobody decided. */
  readonly ask: (
    question: Omit<GateQuestion, "options" | "show">,
    gate: OpenGate,
    workdir: string
  ) => Effect.Effect<GateDecided | undefined, StateError>
  /** Records what lies in the inbox and answers a gate that is open; gives the targets that it is about. */
  readonly takeUp: Effect.Effect<ReadonlyArray<string>, StateError>
  /** What is open within a composite step is about to be recorded as interrupted: nothing is decided about it any more. */
  readonly interrupts: (target: string, path: string) => void
  /** A target is taken up: what was decided about it until now is known to its walk. */
  readonly takenUp: (target: string) => void
  /**
   * Records that a target rests, unless something about it has been decided that its walk does not
   * know of; false then, and nothing is recorded.
   */
  readonly rest: (target: string, record: Effect.Effect<void, StateError>) => Effect.Effect<boolean, StateError>
  /** Returns when there may be something new in the inbox. */
  readonly changed: Effect.Effect<void>
  /** Ends once `takeUp` has found a request to stop this invocation. */
  readonly cancelled: Effect.Effect<LeftCancel>
  /** What was found in the inbox and is of no use, each said once. */
  readonly notes: Effect.Effect<ReadonlyArray<string>>
}

const key = (target: string, path: string): string => `${path}\n${target}`

/** The keeper of one invocation. */
export const makeKeeper = (
  checkpoint: Checkpoint["Type"],
  runDir: string,
  mask: Mask
): Effect.Effect<GateKeeper, never, Gates> =>
  Effect.gen(function*() {
    const gates = yield* Gates
    const lock = yield* Effect.makeSemaphore(1)
    const asked = new Map<string, Deferred.Deferred<GateDecided>>()
    const cancelled = yield* Deferred.make<LeftCancel>()
    const notes = new Set<string>()
    /** Targets about which something was decided since they were taken up, and nobody there has heard of it. */
    const unheard = new Set<string>()
    /** The paths of composite steps, by their target, in which nothing more is decided. */
    const interrupted = new Map<string, ReadonlyArray<string>>()
    const isInterrupted = (target: string, path: string): boolean =>
      (interrupted.get(target) ?? []).some((group) => isInside(path, group))

    /** Records a decision if its gate is still open, as one unit. */
    const record = (target: string, path: string, opened: number, answer: GateAnswer) =>
      lock.withPermits(1)(Effect.gen(function*() {
        const openGate = (state: RunState): OpenGate | undefined => {
          const gate = stepState(targetState(state, target), path)?.gate
          return gate?.opened === opened && !isInterrupted(target, path) ? gate : undefined
        }
        const gate = openGate(yield* checkpoint.state)
        if (gate === undefined) return undefined
        const note = answer.note === undefined ? {} : { note: mask.text(answer.note) }
        const decided = decideFact(target, path, gate, { ...answer, by: mask.text(answer.by), ...note })
        if (Either.isLeft(decided)) {
          notes.add(`a decision about ${target}/${path} is of no use: ${decided.left}`)
          return undefined
        }
        // Whoever halts meanwhile finds it recorded, or not begun. A failure beside it may end the target first.
        const isRecorded = yield* Effect.uninterruptible(
          checkpoint.appendIf((state) => openGate(state) !== undefined, [decided.right])
        )
        if (!isRecorded) return undefined
        const waiting = asked.get(key(target, path))
        if (waiting === undefined) unheard.add(target)
        else yield* Deferred.succeed(waiting, decided.right)
        return decided.right
      }))

    const ask: GateKeeper["ask"] = ({ message, path, target }, gate, workdir) =>
      Effect.gen(function*() {
        const elsewhere = yield* Deferred.make<GateDecided>()
        asked.set(key(target, path), elsewhere)
        const { options, show } = gate
        const shown = show === undefined ? {} : { show: isAbsolute(show) ? show : resolve(workdir, show) }
        const here = Effect.flatMap(
          gates.ask({ target, path, message, options, ...shown, mask: mask.text }),
          Option.match({
            onNone: () => Effect.void,
            onSome: (answer) =>
              // Told through `elsewhere` where it was too late: that decision has been recorded.
              Effect.flatMap(
                record(target, path, gate.opened, answer),
                (decided) => decided === undefined ? Deferred.await(elsewhere) : Effect.succeed(decided)
              )
          })
        )
        return (yield* Effect.raceFirst(here, Deferred.await(elsewhere))) ?? undefined
      }).pipe(Effect.ensuring(Effect.sync(() => asked.delete(key(target, path)))))

    const answer = ({ by, decidedAt, note, option }: LeftDecision): GateAnswer => ({
      option,
      by,
      ...(note === undefined ? {} : { note }),
      ...(decidedAt === undefined ? {} : { decidedAt })
    })

    return {
      canAsk: gates.canAsk,
      ask,
      takeUp: Effect.gen(function*() {
        const { cancels, decisions, unreadable } = yield* gates.inbox(runDir)
        for (const each of unreadable) notes.add(each)
        if (cancels.length > 0) {
          const { invocations } = yield* checkpoint.state
          const meant = cancels.find(({ invocation }) => invocation === invocations)
          const note = meant?.note === undefined ? {} : { note: mask.text(meant.note) }
          if (meant !== undefined) yield* Deferred.succeed(cancelled, { ...meant, by: mask.text(meant.by), ...note })
        }
        const about: Array<string> = []
        for (const left of decisions) {
          const decided = yield* record(left.target, left.path, left.opened, answer(left))
          if (decided !== undefined) about.push(left.target)
        }
        return about
      }),
      interrupts: (target, path) => void interrupted.set(target, [...interrupted.get(target) ?? [], path]),
      takenUp: (target) => {
        unheard.delete(target)
        interrupted.delete(target)
      },
      rest: (target, record) =>
        lock.withPermits(1)(
          Effect.suspend(() => unheard.has(target) ? Effect.succeed(false) : Effect.as(record, true))
        ),
      changed: gates.changed(runDir),
      cancelled: Deferred.await(cancelled),
      notes: Effect.sync(() => [...notes])
    }
  })
