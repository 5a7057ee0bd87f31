/**
 * Starts commands by a process of their own, which outlives a pawl that is killed.
 *
 * Owns the launcher: compiling it, talking to it, ending it. Must not know of attempts or logs. The
 * surprise: it is C, compiled in memory by Bun when the first command is started, which takes some
 * milliseconds once. A wrapper around each command would cost more than the command itself.
 */
import { cc, FFIType, ptr } from "bun:ffi"
import { rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { GATES, launcherSource, MESSAGE_BYTES } from "./LauncherSource.ts"

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

/**
 * Called once a command has ended, with the status that `wait` gives; undefined where the launcher was killed before.
 * From `NOT_STARTED` on: the rest is the errno of a command that was made ready and could not be started.
 */
export type OnEnd = (status: number | undefined) => void

export const NOT_STARTED = 0x1_0000

/** A process that is there already and becomes its command when it is told to. */
export interface Waiting {
  readonly go: (onEnd: OnEnd) => Started
  /** It is not needed. */
  readonly drop: () => void
}

/** Started, or an errno; 0 where the launcher itself is gone. */
export type Started = { readonly pid: number; readonly pidStart?: number } | { readonly errno: number }

export interface Launcher {
  /** Makes a request of a command; it is started with the call that comes back, at most once. */
  readonly prepare: (command: Command) => (onEnd: OnEnd) => Started
  /** Makes the process of a command that is to start a little later; undefined where that can't be. */
  readonly makeReady: (command: Command) => Waiting | undefined
  /** It was killed; another one has to be opened. */
  readonly isGone: () => boolean
  /** It ends by itself once nothing that it started runs any more. */
  readonly close: () => void
}

/** Compiles the launcher; the compiler wants a file, for a moment. */
const compile = (folder: string) => {
  const file = join(folder, "launcher.c")
  rmSync(file, { force: true })
  writeFileSync(file, launcherSource, { mode: 0o600, flag: "wx" })
  try {
    return cc({
      source: file,
      symbols: {
        launcher_open: { args: [FFIType.ptr, FFIType.ptr], returns: FFIType.i32 },
        launcher_close: { args: [FFIType.i32, FFIType.i32], returns: FFIType.void },
        launcher_go: { args: [FFIType.u32, FFIType.ptr], returns: FFIType.i64_fast },
        launcher_drop: { args: [FFIType.u32], returns: FFIType.i32 },
        launcher_wait: { args: [FFIType.i32, FFIType.ptr, FFIType.u32, FFIType.i32], returns: FFIType.i32 },
        launcher_start: {
          args: [FFIType.i32, FFIType.ptr, FFIType.u32, FFIType.i32, FFIType.i32, FFIType.i32, FFIType.ptr],
          returns: FFIType.i64_fast
        }
      }
    }).symbols
  } finally {
    rmSync(file, { force: true })
  }
}

const E2BIG = 7
const EINVAL = 22
const ESRCH = 3
const HEAD_BYTES = 20
const NO_GATE = 0xffff_ffff
/** More words and variables than any system takes. */
const mostWords = 1_000_000

const zero = "\0"

/** The request as the launcher reads it, or an errno where no system could start that. */
const encode = (slot: number, gate: number, { env, path, tag, words, workdir }: Command): Buffer | number => {
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

const END_BYTES = 8
/** Ends that are read at once. */
const MOST_ENDS = 512

/**
 * How long pawl waits for an end and does nothing else, milliseconds. Most commands of a long batch are over by then,
 * and are told without the event loop.
 */
const LINGER_MS = 2

const readEnds = (bytes: Buffer, onEnd: (slot: number, status: number) => void): number => {
  let at = 0
  for (; at + END_BYTES <= bytes.length; at += END_BYTES) onEnd(bytes.readUInt32LE(at), bytes.readInt32LE(at + 4))
  return at
}

/** Tells of ends as they come; `onGone` where nothing more can come. */
const listen = async (
  fd: number,
  onEnd: (slot: number, status: number) => void,
  onGone: () => void
): Promise<void> => {
  let rest = Buffer.alloc(0)
  try {
    for await (const chunk of Bun.file(fd).stream()) {
      const bytes = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk])
      rest = bytes.subarray(readEnds(bytes, onEnd))
    }
  } finally {
    onGone()
  }
}

/** Forks the launcher; undefined where this system can't have one. `folder` is one that nobody else may write to. */
export const openLauncher = (folder: string): Launcher | undefined => {
  let native: ReturnType<typeof compile>
  const fds = new Int32Array(3)
  try {
    native = compile(folder)
    if (native.launcher_open(ptr(fds), ptr(Buffer.from(`${folder}\0`))) !== 0) return undefined
  } catch {
    // No compiler for this machine, or none of the calls that the launcher makes.
    return undefined
  }
  const [control = -1, ends = -1, pid = -1] = fds
  const running = new Map<number, OnEnd>()
  const reply = new BigUint64Array(1)
  const told = Buffer.alloc(MOST_ENDS * END_BYTES)
  let slots = 0
  let isGone = false
  let isLingering = false
  /** Gates that nobody waits at. */
  const gates = Array.from({ length: GATES }, (_, gate) => gate)
  const gateOf = new Map<number, number>()
  const leaveGate = (slot: number): void => {
    const gate = gateOf.get(slot)
    gateOf.delete(slot)
    if (gate !== undefined) gates.push(gate)
  }
  const finish = (slot: number, status: number | undefined): void => {
    leaveGate(slot)
    const onEnd = running.get(slot)
    running.delete(slot)
    onEnd?.(status)
  }
  void listen(ends, finish, () => {
    isGone = true
    for (const slot of running.keys()) finish(slot, undefined)
  })
  /** Comes after everything else that can be done now, such as starting what may run side by side. */
  const linger = (): void => {
    isLingering = false
    if (isGone || running.size === 0) return
    readEnds(told.subarray(0, native.launcher_wait(ends, ptr(told), told.length, LINGER_MS)), finish)
  }
  const nextSlot = (): number => slots++ % 0x1_0000_0000
  const send = (message: Buffer, { record, stderr, stdout }: Command): number =>
    Number(native.launcher_start(control, ptr(message), message.length, stdout, stderr, record, ptr(reply)))
  const begun = (slot: number, started: number): Started => {
    if (started <= 0) {
      running.delete(slot)
      return { errno: -started }
    }
    if (!isLingering) setImmediate(linger)
    isLingering = true
    const pidStart = Number(reply[0])
    return pidStart === 0 ? { pid: started } : { pid: started, pidStart }
  }
  return {
    isGone: () => isGone,
    prepare: (command) => {
      const slot = nextSlot()
      const message = encode(slot, NO_GATE, command)
      return (onEnd) => {
        if (typeof message === "number") return { errno: message }
        running.set(slot, onEnd)
        return begun(slot, send(message, command))
      }
    },
    makeReady: (command) => {
      const gate = gates.pop()
      if (gate === undefined || isGone) return undefined
      const slot = nextSlot()
      const message = encode(slot, gate, command)
      if (typeof message === "number" || send(message, command) !== 1) {
        gates.push(gate)
        return undefined
      }
      gateOf.set(slot, gate)
      /** Its gate is left when its end is told, or now where there is no process to end. */
      const drop = (): void => {
        if (gateOf.has(slot) && native.launcher_drop(gate) < 0) leaveGate(slot)
      }
      return {
        go: (onEnd) => {
          // It was ended by somebody while it waited; or its launcher was, and nobody would tell of its end.
          if (isGone || !gateOf.has(slot)) return { errno: ESRCH }
          running.set(slot, onEnd)
          const started = begun(slot, Number(native.launcher_go(gate, ptr(reply))))
          if ("errno" in started) drop()
          return started
        },
        drop
      }
    },
    close: () => native.launcher_close(control, pid)
  }
}
