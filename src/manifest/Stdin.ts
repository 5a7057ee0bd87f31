/**
 * Standard input, read once and whole.
 *
 * Owns the reading and its bound. Must not decide who may read it: `plan/LoadPlan.ts` sees to
 * it that a manifest, a file of inputs and a `forEach` do not want it together.
 */
import { Context, Effect, Layer } from "effect"
import { type ManifestError, manifestError } from "./ManifestError.ts"

const readBytes = async (limit: number, signal: AbortSignal): Promise<Uint8Array | undefined> => {
  const parts: Array<Uint8Array> = []
  let length = 0
  const reader = Bun.stdin.stream().getReader()
  signal.addEventListener("abort", () => void reader.cancel())
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value)
    length += part.value.length
    if (length > limit) {
      await reader.cancel()
      return undefined
    }
  }
  return Buffer.concat(parts)
}

const tooMuch = (limit: number) =>
  manifestError(
    "-",
    `standard input holds more than the ${limit / 1024 / 1024} MiB that this may have`,
    "keep a long list of targets in a file of its own and take it up with `forEach: { file: … }`"
  )

export class Stdin extends Context.Tag("pawl/Stdin")<Stdin, {
  /** All of it; reading stops with an error as soon as there is more than `limit` bytes. */
  readonly read: (limit: number) => Effect.Effect<Uint8Array, ManifestError>
}>() {
  /** Of this process. */
  static readonly layerProcess = Layer.succeed(this, {
    read: (limit) =>
      Effect.tryPromise({
        try: (signal) => readBytes(limit, signal),
        catch: (cause) => manifestError("-", `standard input can't be read: ${String(cause)}`, "is it closed?")
      }).pipe(Effect.flatMap((bytes) => bytes === undefined ? Effect.fail(tooMuch(limit)) : Effect.succeed(bytes)))
  })

  /** A text instead, for tests and rehearsals. */
  static readonly layerText = (text: string) => {
    const bytes = new TextEncoder().encode(text)
    return Layer.succeed(this, {
      read: (limit) => bytes.length > limit ? Effect.fail(tooMuch(limit)) : Effect.succeed(bytes)
    })
  }
}
