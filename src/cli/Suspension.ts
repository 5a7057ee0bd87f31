/**
 * Ctrl-Z, and `fg` after it.
 *
 * Owns the stopping of this very process. Must not know of steps. The surprise: the call that stops
 * it returns when it is continued, so that no timer can go off in between.
 */
import { Context, Effect, Layer } from "effect"
import { ignoredSignals, readStatus } from "./Signals.ts"

export class Suspension extends Context.Tag("pawl/Suspension")<Suspension, {
  /** Returns when pawl is asked to suspend. While nobody waits for it, only pawl itself is suspended. */
  readonly requested: Effect.Effect<void>
  /** Stops this process until it is continued; gives how long that was, milliseconds. */
  readonly stop: () => number
}>() {
  /** Nobody ever asks. */
  static readonly layerNone: Layer.Layer<Suspension> = Layer.succeed(Suspension, {
    requested: Effect.never,
    stop: () => 0
  })
}

/** This process's own. */
export const layerSuspension: Layer.Layer<Suspension> = Layer.succeed(Suspension, {
  requested: Effect.async<void>((resume) => {
    if (ignoredSignals(readStatus()).includes("SIGTSTP")) return undefined
    const listener = (): void => resume(Effect.void)
    process.once("SIGTSTP", listener)
    return Effect.sync(() => process.off("SIGTSTP", listener))
  }),
  stop: () => {
    const before = performance.now()
    process.kill(process.pid, "SIGSTOP")
    return performance.now() - before
  }
})
