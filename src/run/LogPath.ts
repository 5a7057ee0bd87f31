/**
 * Where the log of a step is, relative to the run's directory.
 *
 * Owns the way from ids to file names. The surprise: an id may hold anything but control
 * characters, so whatever is not plainly safe in a file name is percent-encoded, and a name
 * that would be too long is cut and told apart by a digest of the whole.
 */
import { createHash } from "node:crypto"

/** Room for the ending within the 255 bytes that file systems allow. */
const LONGEST = 200
const plain = /^[A-Za-z0-9_][A-Za-z0-9._@:+=-]*$/
const unsafe = /[^A-Za-z0-9._@:+=-]/gu

/** Half of a pair has no bytes of its own: all halves would come out as the same three. */
const half = /^[\uD800-\uDFFF]$/

const encodeCharacter = (character: string): string =>
  half.test(character) ? `%u${character.charCodeAt(0).toString(16).toUpperCase()}` : encodeBytes(character)

const encodeBytes = (character: string): string =>
  Array.from(new TextEncoder().encode(character), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`)
    .join("")

/** A file name for an id: no slash, never `.` or `..` or hidden, never the same for two ids. */
export const fileName = (id: string): string => {
  if (id.length <= LONGEST && plain.test(id)) return id
  const encoded = id.replace(unsafe, encodeCharacter).replace(/^[.-]/, encodeCharacter)
  if (encoded.length <= LONGEST) return encoded
  return `${encoded.slice(0, LONGEST - 17)}~${
    createHash("sha256").update(id.isWellFormed() ? id : encoded).digest("hex").slice(0, 16)
  }`
}

/** `logs/<target>/<path>`, without the ending that tells standard output from standard error. */
export const logPath = (target: string, path: string): string => `logs/${fileName(target)}/${fileName(path)}`
