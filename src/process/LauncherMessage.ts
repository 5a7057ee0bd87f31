/**
 * What pawl and the launcher tell each other, as bytes.
 *
 * Owns the layout, which is that of the structures in `LauncherSystem.ts`. Pure. The surprise: what the launcher tells
 * has a size that is a power of two, so that no buffer of any reader ends in the middle of it.
 */
import { MESSAGE_BYTES } from "./LauncherSource.ts"

export interface Command {
  /** What is executed. */
  readonly path: string
  /** What it is told; the first is its own name. */
  readonly words: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string>>
  readonly workdir: string
  /** Open descriptors; the launcher takes copies. */
  readonly stdout: number
  readonly stderr: number
  /** Where begin and end are recorded, a line of JSON each, and what else stands in the first one. */
  readonly record: number
  readonly tag: Readonly<Record<string, string | number>>
}

const E2BIG = 7
const EINVAL = 22
const HEAD_BYTES = 20
/** Of a command that is to be started at once. */
export const NO_GATE = 0xffff_ffff
/** More words and variables than any system takes. */
const mostWords = 1_000_000

const zero = "\0"

/** The request as the launcher reads it, or an errno where no system could start that. */
export const encodeRequest = (
  slot: number,
  gate: number,
  { env, path, tag, words, workdir }: Command
): Buffer | number => {
  let isWhole = !path.includes(zero) && !workdir.includes(zero)
  let text = `${path}\0${workdir}\0${JSON.stringify(tag).slice(1, -1)}\0`
  for (const word of words) {
    isWhole &&= !word.includes(zero)
    text += word + zero
  }
  let count = 0
  for (const name in env) {
    const variable = `${name}=${env[name]}`
    isWhole &&= !variable.includes(zero)
    text += variable + zero
    count += 1
  }
  // What follows a NUL would be taken for the next word.
  if (!isWhole) return EINVAL
  if (text.length > MESSAGE_BYTES / 4 || words.length + count > mostWords) return E2BIG
  const message = Buffer.allocUnsafe(HEAD_BYTES + text.length * 3)
  const length = message.write(text, HEAD_BYTES)
  message.writeUInt32LE(length, 0)
  message.writeUInt32LE(slot, 4)
  message.writeUInt32LE(words.length, 8)
  message.writeUInt32LE(count, 12)
  message.writeUInt32LE(gate, 16)
  return message.subarray(0, HEAD_BYTES + length)
}

/** Started, or an errno; 0 where the launcher itself is gone. */
export type Started = { readonly pid: number; readonly pidStart?: number } | { readonly errno: number }

/** What became of a request, by its slot. */
export interface Told {
  readonly started: (slot: number, started: Started) => void
  /** The status that `wait` gives; from `NOT_STARTED` on the rest is the errno of what could not become its command. */
  readonly ended: (slot: number, status: number) => void
}

export const NOT_STARTED = 0x1_0000
const STARTED = 0x2_0000

/** Bytes of one thing that is told. */
export const TOLD_BYTES = 32

/** `pid` as the launcher gives it: an errno below zero where nothing was started. `pidStart`: 0 where it is not known. */
export const startedOf = (pid: number, pidStart: number): Started =>
  pid <= 0 ? { errno: -pid } : pidStart === 0 ? { pid } : { pid, pidStart }

/** Reads what is whole; gives the number of bytes that it was. */
export const readTold = (bytes: Buffer, { ended, started }: Told): number => {
  let at = 0
  for (; at + TOLD_BYTES <= bytes.length; at += TOLD_BYTES) {
    const slot = bytes.readUInt32LE(at)
    const status = bytes.readInt32LE(at + 4)
    if (status === STARTED) {
      started(slot, startedOf(Number(bytes.readBigInt64LE(at + 8)), Number(bytes.readBigUInt64LE(at + 16))))
    } else ended(slot, status)
  }
  return at
}
