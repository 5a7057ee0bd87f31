/**
 * Bytes to text: the first look at a manifest or a file of inputs, before any parsing.
 *
 * Owns the refusal of what can't be one: empty, binary, not UTF-8, too big. Must not read
 * files. All of it is linear and quick, whatever the bytes are.
 */
import { Either } from "effect"
import type { Source } from "./Finding.ts"
import { type ManifestError, manifestError } from "./ManifestError.ts"

/** What a manifest or a file of inputs may have, in bytes: 32 MiB. */
export const largestSource = 32 * 1024 * 1024

const mebibytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MiB`

const shorter = "keep a long list of targets in a file of its own and take it up with `forEach: { file: … }`"

/** A file that is known to be too big by its size alone, so that it need not be read. */
export const tooBig = (file: string, size: number): ManifestError =>
  manifestError(
    file,
    `the file has ${mebibytes(size)}, more than the ${largestSource / 1024 / 1024} MiB that it may have`,
    shorter
  )

/** What turned out to be too much while it was read; `what` names it, `limit` is in bytes. */
export const moreThan = (file: string, what: string, limit: number): ManifestError =>
  manifestError(file, `${what} holds more than the ${limit / 1024 / 1024} MiB that this may have`, shorter)

const lineOf = (bytes: Uint8Array, end: number): number => {
  let line = 1
  for (let at = bytes.indexOf(10); at !== -1 && at < end; at = bytes.indexOf(10, at + 1)) line++
  return line
}

/** UTF-8 to text without its byte order mark; the number of the first line that is not UTF-8 otherwise. */
export const decodeUtf8 = (bytes: Uint8Array): Either.Either<string, number> => {
  try {
    return Either.right(new TextDecoder("utf-8", { fatal: true }).decode(bytes))
  } catch {
    // The decoder does not say where: the lossy reading differs from the bytes there first.
    const lossy = new TextEncoder().encode(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes))
    const at = bytes.findIndex((byte, index) => byte !== lossy[index])
    return Either.left(lineOf(bytes, at === -1 ? bytes.length : at))
  }
}

/** The text of a manifest or of a file of inputs. */
export const sourceOf = (file: string, bytes: Uint8Array): Either.Either<Source, ManifestError> => {
  if (bytes.length > largestSource) return Either.left(tooBig(file, bytes.length))
  if (bytes.includes(0)) {
    return Either.left(manifestError(file, "the file is binary, not a text in YAML or JSON", "is it the right file?"))
  }
  const text = decodeUtf8(bytes)
  if (Either.isLeft(text)) {
    return Either.left(
      manifestError(file, `the file is not a text in UTF-8: line ${text.left} is not`, "save it as UTF-8")
    )
  }
  return text.right.trim() === ""
    ? Either.left(manifestError(file, "the file is empty", "`pawl init` writes a manifest to start from"))
    : Either.right({ file, text: text.right })
}
