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
import {
  type Command,
  encodeRequest,
  NO_GATE,
  readTold,
  type Started,
  startedOf,
  TOLD_BYTES
} from "./LauncherMessage.ts"
import { GATES, launcherSource } from "./LauncherSource.ts"

/** Called once, with what came of a start; at once where that is known at once. */
export type OnStarted = (started: Started) => void

/**
 * Called once a command that was started has ended, with the status that `wait` gives; undefined where the launcher was
 * killed before. From `NOT_STARTED` on: the rest is the errno of a command that was made ready and could not be started.
 */
export type OnEnd = (status: number | undefined) => void

/** Takes a start back that was not asked for yet: it never will be, and nothing is told. False: it is too late for that. */
export type TakeBack = () => boolean

export const tooLate: TakeBack = () => false

/** Starts a command, at most once. */
export type StartCommand = (onStarted: OnStarted, onEnd: OnEnd) => TakeBack

/** A process that is there already and becomes its command when it is told to. */
export interface Waiting {
  readonly go: StartCommand
  /** It is not needed. */
  readonly drop: () => void
}

export interface Launcher {
  /** Makes a request of a command. Its descriptors may be closed as soon as it was told to start. */
  readonly prepare: (command: Command) => StartCommand
  /** Whether one more process can wait for its turn. */
  readonly hasGate: () => boolean
  /** Makes the process of a command that is to start a little later; undefined where that can't be. */
  readonly makeReady: (command: Command) => Waiting | undefined
  /** Returns when everything that was asked for is answered; a launcher that somebody has stopped is not waited for long. */
  readonly settle: () => void
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
          args: [FFIType.i32, FFIType.ptr, FFIType.u32, FFIType.i32, FFIType.i32, FFIType.i32],
          returns: FFIType.i32
        }
      }
    }).symbols
  } finally {
    rmSync(file, { force: true })
  }
}

const ESRCH = 3
const gone: Started = { errno: 0 }

/** So much that is told is read at once. */
const MOST_TOLD = 512
/**
 * More starts than these are not asked for before some are answered. The system allows a user only so many descriptors
 * on their way, and the launcher has enough to do.
 */
const MOST_ASKED = 32

/**
 * How long pawl waits for an end and does nothing else, milliseconds. Most commands of a long batch are over by then,
 * and are told without the event loop.
 */
const LINGER_MS = 2
/** How long answers are waited for where it matters, milliseconds. */
const SETTLE_MS = 500

/** Reads what is told as it comes; `onGone` where nothing more can come. */
const listen = async (fd: number, read: (bytes: Buffer) => number, onGone: () => void): Promise<void> => {
  let rest = Buffer.alloc(0)
  try {
    for await (const chunk of Bun.file(fd).stream()) {
      const bytes = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk])
      rest = bytes.subarray(read(bytes))
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
  /** Asked for, and not answered yet. */
  const starting = new Map<number, OnStarted>()
  /** To be asked for when there are fewer of these. */
  const unasked = new Set<() => void>()
  let isAsking = false
  const askMore = (): void => {
    if (isAsking) return
    isAsking = true
    for (const ask of unasked) {
      if (starting.size >= MOST_ASKED) break
      unasked.delete(ask)
      ask()
    }
    isAsking = false
  }
  const running = new Map<number, OnEnd>()
  const reply = new BigUint64Array(1)
  const told = Buffer.alloc(MOST_TOLD * TOLD_BYTES)
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
  const started = (slot: number, answer: Started): void => {
    const tell = starting.get(slot)
    starting.delete(slot)
    if ("errno" in answer) {
      running.delete(slot)
      leaveGate(slot)
    }
    tell?.(answer)
    askMore()
  }
  const ended = (slot: number, status: number | undefined): void => {
    leaveGate(slot)
    const onEnd = running.get(slot)
    running.delete(slot)
    onEnd?.(status)
  }
  const read = (bytes: Buffer): number => readTold(bytes, { started, ended })
  void listen(ends, read, () => {
    isGone = true
    for (const slot of starting.keys()) started(slot, gone)
    for (const slot of running.keys()) ended(slot, undefined)
  })
  const readFor = (milliseconds: number): number =>
    read(told.subarray(0, native.launcher_wait(ends, ptr(told), told.length, milliseconds)))
  /** Comes after everything else that can be done now, such as starting what may run side by side. */
  const linger = (): void => {
    isLingering = false
    if (!isGone && running.size > 0) readFor(LINGER_MS)
  }
  const lingerSoon = (): void => {
    if (!isLingering) setImmediate(linger)
    isLingering = true
  }
  const nextSlot = (): number => slots++ % 0x1_0000_0000
  /** 1, 0 where there is no launcher any more, or an errno below zero. */
  const send = (message: Buffer, { record, stderr, stdout }: Command): number =>
    isGone ? 0 : native.launcher_start(control, ptr(message), message.length, stdout, stderr, record)
  /** Waits for the answer, unless that is there. */
  const begin = (slot: number, onStarted: OnStarted, onEnd: OnEnd, answer?: Started): void => {
    running.set(slot, onEnd)
    starting.set(slot, onStarted)
    lingerSoon()
    if (answer !== undefined) started(slot, answer)
  }
  return {
    isGone: () => isGone,
    settle: () => {
      const until = performance.now() + SETTLE_MS
      while (starting.size > 0 && !isGone && performance.now() < until) readFor(LINGER_MS)
    },
    prepare: (command) => {
      const slot = nextSlot()
      const message = encodeRequest(slot, NO_GATE, command)
      return (onStarted, onEnd) => {
        if (typeof message === "number") {
          onStarted({ errno: message })
          return tooLate
        }
        const ask = (): void => {
          const sent = send(message, command)
          begin(slot, onStarted, onEnd, sent === 1 ? undefined : startedOf(sent, 0))
        }
        unasked.add(ask)
        askMore()
        return () => unasked.delete(ask)
      }
    },
    hasGate: () => gates.length > 0 && !isGone,
    makeReady: (command) => {
      const gate = gates.pop()
      if (gate === undefined || isGone) return undefined
      const slot = nextSlot()
      const message = encodeRequest(slot, gate, command)
      if (typeof message === "number" || send(message, command) !== 1) {
        gates.push(gate)
        return undefined
      }
      gateOf.set(slot, gate)
      return {
        go: (onStarted, onEnd) => {
          // It was ended by somebody while it waited, or could not be made; or its launcher was ended.
          if (isGone || !gateOf.has(slot)) onStarted({ errno: ESRCH })
          else {
            const pid = Number(native.launcher_go(gate, ptr(reply)))
            begin(slot, onStarted, onEnd, pid === 0 ? undefined : startedOf(pid, Number(reply[0])))
          }
          return tooLate
        },
        /** Its gate is left when its end is told, or that it never was. */
        drop: () => {
          if (gateOf.has(slot)) native.launcher_drop(gate)
        }
      }
    },
    close: () => native.launcher_close(control, pid)
  }
}
