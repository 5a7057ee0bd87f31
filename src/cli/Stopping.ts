/**
 * What a person is told while a run is being stopped or suspended, and the time that its steps get.
 *
 * Owns the words. Must not end a step: whoever runs it asks `Patience`. The surprise: the time in which
 * everything was suspended is nobody's, so no time-out counts it.
 */
import { Deferred, Effect, type Scope } from "effect"
import type { Given } from "../process/Patience.ts"
import { type ProcessId, ProcessRunner } from "../process/ProcessRunner.ts"
import { isAlive, signalGroup } from "../process/ProcessTable.ts"
import { countdown } from "../report/Duration.ts"
import { cancelledLine } from "../report/SummaryTable.ts"
import { Shutdown, type StopRequest } from "../run/Shutdown.ts"
import { Output } from "./Output.ts"
import { Suspension } from "./Suspension.ts"
import { Watchers } from "./Watchers.ts"

const several = (count: number): string => `${count} ${count === 1 ? "step" : "steps"}`

/** What is said when a run is asked to stop while `count` steps run, which get `graceMs`. */
export const stoppingWords = ({ cancelled, signal }: StopRequest, count: number, graceMs: number): string => {
  const why = cancelled === undefined ? signal : cancelledLine(cancelled)
  if (count === 0) return `stopping (${why})`
  return `stopping (${why}); waiting up to ${graceMs < 1000 ? `${graceMs}ms` : countdown(graceMs)} for ${
    several(count)
  } to end, `
    + `${cancelled === undefined ? "a second" : "a"} signal ends them at once`
}

const none = (): ReadonlyArray<ProcessId> => []

/** Steps are stopped with SIGSTOP: each is in a session of its own, where SIGTSTP has no effect. */
const signalAll = (steps: ReadonlyArray<ProcessId>, signal: "SIGSTOP" | "SIGCONT"): void => {
  for (const id of steps) if (isAlive(id)) signalGroup(id.pid, signal)
}

const suspendable = (hold: Effect.Effect<void, never, Scope.Scope>) =>
  Effect.gen(function*() {
    const { running = none } = yield* ProcessRunner
    const { requested, stop } = yield* Suspension
    const { errors } = yield* Output
    let suspendedMs = 0
    const pause = Effect.scoped(Effect.gen(function*() {
      yield* hold
      yield* errors.drained
      // One turn for all of it: nothing may start or be timed out meanwhile.
      yield* Effect.sync(() => {
        const steps = running()
        signalAll(steps, "SIGSTOP")
        suspendedMs += stop()
        signalAll(steps, "SIGCONT")
      })
    }))
    yield* Effect.forkScoped(Effect.forever(Effect.zipRight(requested, pause)))
    return () => suspendedMs
  })

/**
 * Tells of a run that is asked to stop, and suspends its steps with pawl, until the scope closes; gives the time that
 * they get. `hold` keeps others off the screen until its scope closes.
 */
export const stopping = (graceMs: number, hold: Effect.Effect<void, never, Scope.Scope>) =>
  Effect.gen(function*() {
    const { note } = yield* Output
    const { hurried: second, requested } = yield* Shutdown
    const { attach } = yield* Watchers
    const { running = none } = yield* ProcessRunner
    const asked = yield* Deferred.make<StopRequest>()
    // After a cancel request the first signal is the second time that somebody asks.
    const hurried = Effect.raceFirst(
      second,
      Effect.flatMap(
        Deferred.await(asked),
        ({ cancelled }) => cancelled === undefined ? Effect.never : Effect.asVoid(requested)
      )
    )
    let isCutShort = false
    const tell = (words: () => string) => Effect.scoped(Effect.zipRight(hold, Effect.suspend(() => note(words()))))
    yield* attach({ observe: () => {}, stopping: (request) => Deferred.unsafeDone(asked, Effect.succeed(request)) })
    yield* Effect.forkScoped(Effect.gen(function*() {
      const request = yield* Deferred.await(asked)
      yield* tell(() => stoppingWords(request, running().length, graceMs))
      yield* hurried
      isCutShort = true
      yield* tell(() => `ending ${several(running().length)} at once`)
    }))
    const given: Given = { graceMs, isCutShort: () => isCutShort, suspendedMs: yield* suspendable(hold) }
    return given
  })
