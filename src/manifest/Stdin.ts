/**
 * Standard input, read once and whole.
 *
 * Owns the reading and its bound. Must not decide who may read it: `plan/LoadPlan.ts` sees to
 * it that a manifest, a file of inputs and a `forEach` do not want it together.
 */
import { Context, Effect, Layer } from "effect"
import { readBounded } from "./BoundedStream.ts"
import { type ManifestError, manifestError } from "./ManifestError.ts"
import { moreThan } from "./SourceText.ts"

const tooMuch = (limit: number) => moreThan("-", "standard input", limit)

export class Stdin extends Context.Tag("pawl/Stdin")<Stdin, {
  /** All of it; reading stops with an error as soon as there is more than `limit` bytes. */
  readonly read: (limit: number) => Effect.Effect<Uint8Array, ManifestError>
}>() {
  /** Of this process. */
  static readonly layerProcess = Layer.succeed(this, {
    read: (limit) =>
      Effect.tryPromise({
        try: () => readBounded(Bun.stdin.stream(), limit),
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
