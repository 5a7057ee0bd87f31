/**
 * One log of a step: the child writes to it directly, pawl writes the banners and reads the end.
 *
 * Owns open, banner, tail and close. Must not see the output on its way: a step may print
 * gigabytes. The surprise: the file is opened for appending and reading at once, so that the
 * tail is read through the descriptor that the child was given.
 */
import { closeSync, fstatSync, openSync, readSync, writeSync } from "node:fs"

export interface LogFile {
  readonly fd: number
  /** Where this attempt's own output begins. */
  readonly start: number
  /** An earlier attempt has left something in it. */
  readonly appended: boolean
}

/** Opens a log (created 0600) and writes the banner line. Throws the system's error. */
export const openLog = (path: string, banner: string): LogFile => {
  const fd = openSync(path, "a+", 0o600)
  const before = fstatSync(fd).size
  return { fd, start: before + writeSync(fd, `${banner}\n`), appended: before > 0 }
}

const decoder = new TextDecoder()

/** Leading bytes of a cut that belong to a character whose beginning was cut off. */
const brokenLead = (bytes: Uint8Array): number => {
  let lead = 0
  while (lead < 3 && lead < bytes.length && ((bytes[lead] ?? 0) & 0xc0) === 0x80) lead++
  return lead
}

/** The last `keep` bytes of this attempt's output as text, and whether there was more. */
export const readTail = (log: LogFile, keep: number): { readonly text: string; readonly truncated: boolean } => {
  const size = fstatSync(log.fd).size
  const length = size - log.start
  if (length <= 0) return { text: "", truncated: false }
  const truncated = length > keep
  const bytes = new Uint8Array(truncated ? keep : length)
  let read = 0
  while (read < bytes.length) {
    const count = readSync(log.fd, bytes, read, bytes.length - read, size - bytes.length + read)
    if (count === 0) break
    read += count
  }
  const whole = bytes.subarray(0, read)
  return { text: decoder.decode(truncated ? whole.subarray(brokenLead(whole)) : whole), truncated }
}

export const closeLog = (log: LogFile): void => closeSync(log.fd)
