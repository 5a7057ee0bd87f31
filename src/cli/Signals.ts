/**
 * Signals → `Shutdown`.
 *
 * Owns the listening: the first signal asks the run to stop, the second one to end its steps at
 * once, the third ends the process, whatever it is doing. The surprise: a signal that whoever
 * started pawl had told it to ignore (`nohup`, a background job) stays ignored, though listening
 * for it would undo that; and the same signal twice within a moment is one, since `timeout` and
 * shells send theirs to the process and to its group.
 */
import { readFileSync } from "node:fs"
import { Deferred, Effect, Layer } from "effect"
import { ExitCode } from "../run/ExitCode.ts"
import type { Signal } from "../run/Outcome.ts"
import { Shutdown } from "../run/Shutdown.ts"

export const signalCode: { readonly [Name in Signal]: ExitCode } = {
  SIGHUP: ExitCode.Hangup,
  SIGINT: ExitCode.Interrupted,
  SIGTERM: ExitCode.Terminated
}

const numbers = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15, SIGTSTP: 20 } as const
type Known = keyof typeof numbers
const asking = ["SIGHUP", "SIGINT", "SIGTERM"] as const
const names = [...asking, "SIGTSTP"] as const

/** Which of the signals a process ignores, by the text of `/proc/PID/status`. */
export const ignoredSignals = (status: string): ReadonlyArray<Known> => {
  const mask = /^SigIgn:\s*([0-9a-f]+)$/m.exec(status)?.[1]
  if (mask === undefined) return []
  const bits = BigInt(`0x${mask}`)
  return names.filter((name) => (bits >> BigInt(numbers[name] - 1)) & 1n)
}

export const readStatus = (): string => {
  try {
    return readFileSync("/proc/self/status", "utf8")
  } catch {
    // Only Linux tells; elsewhere nothing is taken for ignored.
    return ""
  }
}

/** Calls `listener` at those of the signals that are not ignored, until the scope closes. */
export const listen = <Name extends Known>(signals: ReadonlyArray<Name>, listener: (signal: Name) => void) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const ignored = ignoredSignals(readStatus())
      const heard = signals.filter((signal) => !ignored.includes(signal))
      const listeners = heard.map((signal) => [signal, () => listener(signal)] as const)
      for (const [signal, each] of listeners) process.on(signal, each)
      return listeners
    }),
    (listeners) =>
      Effect.sync(() => {
        for (const [signal, each] of listeners) process.off(signal, each)
      })
  )

/** The same signal again within this time is an echo of it, milliseconds. */
const echo = 100

/** Counts signals, each with its time in milliseconds, echoes left out: 0 for an echo, otherwise which it is. */
export const signalCounter = (): (signal: Signal, at: number) => number => {
  let count = 0
  let last: { readonly signal: Signal; readonly at: number } | undefined
  return (signal, at) => {
    const isEcho = last?.signal === signal && at - last.at < echo
    last = { signal, at }
    return isEcho ? 0 : ++count
  }
}

/** Listens until its scope closes. */
export const layerSignals: Layer.Layer<Shutdown> = Layer.scoped(
  Shutdown,
  Effect.gen(function*() {
    const asked = yield* Deferred.make<Signal>()
    const hurried = yield* Deferred.make<void>()
    const count = signalCounter()
    let first: Signal | undefined
    yield* listen(asking, (signal) => {
      const which = count(signal, performance.now())
      first ??= signal
      if (which === 1) Deferred.unsafeDone(asked, Effect.succeed(signal))
      if (which === 2) Deferred.unsafeDone(hurried, Effect.void)
      if (which > 2) process.exit(signalCode[first])
    })
    return { requested: Deferred.await(asked), hurried: Deferred.await(hurried) }
  })
)
