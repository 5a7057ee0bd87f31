/**
 * One log of a step: the child writes to it directly, pawl writes the banners and reads the end.
 *
 * Owns banner, tail and close. Must not see the output on its way: a step may print gigabytes.
 * The surprise: the child has a descriptor of its own, opened for appending and closed here once
 * the child has it, so that it can be told whether anything still writes to the file.
 */
import { closeSync, constants, fchmodSync, fstatSync, openSync, readSync, writeSync } from "node:fs"

export interface LogFile {
  /** For pawl: reading, and the banner. */
  readonly own: number
  /** For the child: appending. */
  readonly child: number
  /** Where this attempt's own output begins. */
  readonly start: number
}

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_RDWR, O_WRONLY } = constants
const OWN = O_RDWR | O_CREAT | O_NOFOLLOW
const CHILD = O_WRONLY | O_APPEND | O_NOFOLLOW
const OWNER = 0o600

/** Throws where a symbolic link, a pipe or the like stands in the place of a log: it could lead anywhere. */
const openOwn = (path: string): number => {
  try {
    return openSync(path, OWN, OWNER)
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ELOOP") throw new Error(LINK_IN_THE_WAY, { cause })
    throw cause
  }
}

/** What is wrong, and what to do, where a link stands in the place of a log or of its folder. */
export const LINK_IN_THE_WAY = "a symbolic link is in its place; remove the link, and see who made it"

/** Opens a log that there may be already (created 0600) and writes the banner line. Throws the system's error. */
export const openLog = (path: string, banner: string): LogFile => {
  const own = openOwn(path)
  try {
    const stat = fstatSync(own)
    if (!stat.isFile()) throw new Error("what is in its place is no plain file; move it away, and see who made it")
    // A umask can keep even the owner out of what it makes.
    if ((stat.mode & OWNER) !== OWNER) fchmodSync(own, OWNER)
    const child = openSync(path, CHILD)
    return { own, child, start: stat.size + writeSync(child, `${banner}\n`) }
  } catch (cause) {
    closeSync(own)
    throw cause
  }
}

/** Opens the child's end of a log that pawl has open and that holds nothing but a banner, which is replaced. */
export const reopenLog = (path: string, own: number, banner: string): LogFile => ({
  own,
  start: writeSync(own, `${banner}\n`, 0),
  child: openSync(path, CHILD)
})

/** Writes the banner of a log anew, in the place of one of the same length. */
export const renewBanner = ({ own, start }: LogFile, banner: string): void => {
  writeSync(own, `${banner}\n`, start - Buffer.byteLength(banner) - 1)
}

/** Closes the child's end, once the child has it. */
export const handOver = (log: LogFile): void => closeSync(log.child)

const statSize = (fd: number): number => fstatSync(fd).size

/** Bytes that this attempt has printed so far. */
export const lengthOf = (log: LogFile, sizeOf = statSize): number => sizeOf(log.own) - log.start

const decoder = new TextDecoder()

/** Leading bytes of a cut that belong to a character whose beginning was cut off. */
const brokenLead = (bytes: Uint8Array): number => {
  let lead = 0
  while (lead < 3 && lead < bytes.length && ((bytes[lead] ?? 0) & 0xc0) === 0x80) lead++
  return lead
}

/** The end of a stream, as text, and whether there was more. */
export interface Tail {
  readonly text: string
  readonly truncated: boolean
}

/** The last bytes of a stream as text. */
export const textOf = (bytes: Uint8Array, truncated: boolean): Tail => ({
  text: decoder.decode(truncated ? bytes.subarray(brokenLead(bytes)) : bytes),
  truncated
})

/** The last `keep` of this attempt's `length` bytes of output as text, and whether there was more. */
export const readTail = (log: LogFile, length: number, keep: number): Tail => {
  if (length <= 0) return { text: "", truncated: false }
  const truncated = length > keep
  const bytes = new Uint8Array(truncated ? keep : length)
  const from = log.start + length - bytes.length
  let read = 0
  while (read < bytes.length) {
    const count = readSync(log.own, bytes, read, bytes.length - read, from + read)
    if (count === 0) break
    read += count
  }
  return textOf(bytes.subarray(0, read), truncated)
}

export const closeLog = (log: LogFile): void => closeSync(log.own)
