/**
 * Standard input, read once: whole, or as it comes.
 *
 * Owns the reading and its bound. Must not decide who may read it: `plan/LoadPlan.ts` sees to
 * it that a manifest, a file of inputs and a `forEach` do not want it together. The surprise: a file
 * is read from where its descriptor stands, as every other program does: a shell may have read of it before.
 */
import { Context, Effect, Layer, Option } from "effect"
import { fstatSync, readSync } from "node:fs"
import { readBounded } from "./BoundedStream.ts"
import { type ManifestError, manifestError } from "./ManifestError.ts"
import { moreThan } from "./SourceText.ts"

const tooMuch = (limit: number) => moreThan("-", "standard input", limit)

const unreadable = (cause: unknown): ManifestError =>
  cause instanceof Error && "code" in cause && cause.code === "EISDIR"
    ? manifestError("-", "standard input is a directory", "pipe the content of a file in, as with `< FILE`")
    : manifestError("-", `standard input can't be read: ${String(cause)}`, "is it closed?")

/** Read at a time, bytes. */
const PART = 64 * 1024

const isFile = (): boolean => {
  try {
    return fstatSync(0).isFile()
  } catch {
    // The other way has the words for it.
    return false
  }
}

/** Bun reads a file from its beginning, wherever its descriptor stands. */
const fileStream = (): ReadableStream<Uint8Array> =>
  new ReadableStream({
    pull: (controller) => {
      const part = new Uint8Array(PART)
      const length = readSync(0, part, 0, PART, null)
      if (length === 0) controller.close()
      else controller.enqueue(part.subarray(0, length))
    }
  })

const stream = (): ReadableStream<Uint8Array> => isFile() ? fileStream() : Bun.stdin.stream()

export class Stdin extends Context.Tag("pawl/Stdin")<Stdin, {
  /** All of it; reading stops with an error as soon as there is more than `limit` bytes. */
  readonly read: (limit: number) => Effect.Effect<Uint8Array, ManifestError>
  /** Begins to read; each run of the effect that it gives is the next part, none at the end. */
  readonly parts: Effect.Effect<Effect.Effect<Option.Option<Uint8Array>, ManifestError>, ManifestError>
}>() {
  /** Of this process. */
  static readonly layerProcess = Layer.succeed(this, {
    read: (limit) =>
      Effect.tryPromise({ try: () => readBounded(stream(), limit), catch: unreadable }).pipe(
        Effect.flatMap((bytes) => bytes === undefined ? Effect.fail(tooMuch(limit)) : Effect.succeed(bytes))
      ),
    parts: Effect.map(
      // Of a directory there is not even a stream.
      Effect.try({ try: () => stream().getReader(), catch: unreadable }),
      (reader) =>
        Effect.map(
          Effect.tryPromise({ try: () => reader.read(), catch: unreadable }),
          ({ value }) => Option.fromNullable(value)
        )
    )
  })

  /** A text instead, for tests and rehearsals. */
  static readonly layerText = (text: string) => {
    const bytes = new TextEncoder().encode(text)
    return Layer.succeed(this, {
      read: (limit) => bytes.length > limit ? Effect.fail(tooMuch(limit)) : Effect.succeed(bytes),
      parts: Effect.sync(() => {
        let left = Option.some<Uint8Array>(bytes)
        return Effect.sync(() => {
          const part = left
          left = Option.none()
          return part
        })
      })
    })
  }
}
