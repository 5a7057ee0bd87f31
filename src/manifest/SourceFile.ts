/**
 * The bytes of a manifest or of a file of inputs, from wherever its name leads.
 *
 * Owns the words for what can't be read, and the bound while reading. Must not look at the bytes
 * (`SourceText.ts` does). The surprise: a pipe or a device is as good as a file, but has no size
 * to go by, and may have no end.
 */
import { FileSystem, Path } from "@effect/platform"
import { Effect } from "effect"
import { createReadStream } from "node:fs"
import { readBounded } from "./BoundedStream.ts"
import { Environment } from "./Environment.ts"
import { reasonOf } from "./FileProblem.ts"
import { manifestError } from "./ManifestError.ts"
import { largestSource, moreThan, tooBig } from "./SourceText.ts"

/** All bytes of a file, within the bound that a manifest or a file of inputs has; `what` names it in errors. */
export const readSourceFile = Effect.fn("SourceFile.readSourceFile")(function*(file: string, what: string) {
  const fs = yield* FileSystem.FileSystem
  const { resolve } = yield* Path.Path
  const { cwd } = yield* Environment
  const full = resolve(cwd, file)
  const fail = Effect.mapError((error: Parameters<typeof reasonOf>[0]) => {
    const { hint, message } = reasonOf(error)
    return manifestError(
      file,
      `${what} ${message}`,
      hint ?? (message === "is not there" ? `looked for ${full}` : undefined)
    )
  })
  const { size, type } = yield* fs.stat(full).pipe(fail)
  if (type === "Directory") return yield* manifestError(file, `${what} is a directory`, "name a file in it")
  if (type === "Socket") return yield* manifestError(file, `${what} is a socket`, "name a file, a pipe or a device")
  if (size > largestSource) return yield* tooBig(file, Number(size))
  if (type === "File") return yield* fs.readFile(full).pipe(fail)
  yield* fs.access(full, { readable: true }).pipe(fail)
  const bytes = yield* Effect.tryPromise({
    try: (signal) => readBounded(createReadStream(full, { signal }), largestSource),
    catch: (cause) =>
      manifestError(
        file,
        `${what} can't be read: ${cause instanceof Error ? cause.message : String(cause)}`,
        "name a file, a pipe or a device with a text in it"
      )
  })
  return bytes ?? (yield* moreThan(file, what, largestSource))
})
