/**
 * One log of a step: the child writes to it directly, pawl writes the banners and reads the end.
 *
 * Owns banner, tail and close. Must not see the output on its way: a step may print gigabytes.
 * The surprise: the child has a descriptor of its own, opened for appending and closed here once
 * the child has it, so that it can be told whether anything still writes to the file.
 */
import { closeSync, fstatSync, openSync, readSync, writeSync } from "node:fs"

export interface LogFile {
  /** For pawl: reading, and the banner. */
  readonly own: number
  /** For the child: appending. */
  readonly child: number
  /** Where this attempt's own output begins. */
  readonly start: number
}

/** Opens a log that there may be already (created 0600) and writes the banner line. Throws the system's error. */
export const openLog = (path: string, banner: string): LogFile => {
  const child = openSync(path, "a", 0o600)
  try {
    const own = openSync(path, "r+")
    return { own, child, start: fstatSync(own).size + writeSync(child, `${banner}\n`) }
  } catch (cause) {
    closeSync(child)
    throw cause
  }
}

/** Opens the child's end of a log that pawl has open and that holds nothing but a banner, which is replaced. */
export const reopenLog = (path: string, own: number, banner: string): LogFile => ({
  own,
  start: writeSync(own, `${banner}\n`, 0),
  child: openSync(path, "a")
})

/** Closes the child's end, once the child has it. */
export const handOver = (log: LogFile): void => closeSync(log.child)

/** Bytes that this attempt has printed so far. */
export const lengthOf = (log: LogFile): number => fstatSync(log.own).size - log.start

const decoder = new TextDecoder()

/** Leading bytes of a cut that belong to a character whose beginning was cut off. */
const brokenLead = (bytes: Uint8Array): number => {
  let lead = 0
  while (lead < 3 && lead < bytes.length && ((bytes[lead] ?? 0) & 0xc0) === 0x80) lead++
  return lead
}

/** The last `keep` of this attempt's `length` bytes of output as text, and whether there was more. */
export const readTail = (
  log: LogFile,
  length: number,
  keep: number
): { readonly text: string; readonly truncated: boolean } => {
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
  const whole = bytes.subarray(0, read)
  return { text: decoder.decode(truncated ? whole.subarray(brokenLead(whole)) : whole), truncated }
}

export const closeLog = (log: LogFile): void => closeSync(log.own)
