/**
 * Signals → `Shutdown`.
 *
 * Owns the listening. The surprise: a signal that whoever started pawl had told it to ignore
 * (`nohup`, a background job) stays ignored, though listening for it would undo that; and a
 * second signal ends the process at once, whatever it is doing.
 */
import { readFileSync } from "node:fs"
import { Deferred, Effect, Layer } from "effect"
import { ExitCode } from "../run/ExitCode.ts"
import { Shutdown } from "../run/Shutdown.ts"

export type Signal = "SIGHUP" | "SIGINT" | "SIGTERM"

export const signalCode: { readonly [Name in Signal]: ExitCode } = {
  SIGHUP: ExitCode.Hangup,
  SIGINT: ExitCode.Interrupted,
  SIGTERM: ExitCode.Terminated
}

const numbers: { readonly [Name in Signal]: number } = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 }
const names: ReadonlyArray<Signal> = ["SIGHUP", "SIGINT", "SIGTERM"]

/** Which of the signals a process ignores, by the text of `/proc/PID/status`. */
export const ignoredSignals = (status: string): ReadonlyArray<Signal> => {
  const mask = /^SigIgn:\s*([0-9a-f]+)$/m.exec(status)?.[1]
  if (mask === undefined) return []
  const bits = BigInt(`0x${mask}`)
  return names.filter((name) => (bits >> BigInt(numbers[name] - 1)) & 1n)
}

const readStatus = (): string => {
  try {
    return readFileSync("/proc/self/status", "utf8")
  } catch {
    // Only Linux tells; elsewhere nothing is taken for ignored.
    return ""
  }
}

/** Listens until its scope closes. */
export const layerSignals: Layer.Layer<Shutdown> = Layer.scoped(
  Shutdown,
  Effect.gen(function*() {
    const asked = yield* Deferred.make<Signal>()
    const ignored = ignoredSignals(readStatus())
    let isSecond = false
    const listener = (signal: Signal): void => {
      if (isSecond) process.exit(signalCode[signal])
      isSecond = true
      Deferred.unsafeDone(asked, Effect.succeed(signal))
    }
    const heard = names.filter((name) => !ignored.includes(name))
    yield* Effect.acquireRelease(
      Effect.sync(() => {
        for (const name of heard) process.on(name, listener)
      }),
      () =>
        Effect.sync(() => {
          for (const name of heard) process.off(name, listener)
        })
    )
    return { requested: Deferred.await(asked) }
  })
)
