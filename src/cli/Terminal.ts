/**
 * The person at the terminal that pawl was started on: lines that are typed there.
 *
 * Owns the reading. Must not print. The surprise: it opens the terminal for itself and looks
 * whether there is a line, instead of waiting for one: a read that waits can't be called off, and
 * would swallow the line that is typed next. What was typed before a question is no answer to it.
 */
import { closeSync, constants, openSync, readFileSync, readSync } from "node:fs"
import { Context, Effect, Layer, Option, type Scope } from "effect"
import { isTerminalAt } from "./FdSink.ts"

export interface Lines {
  /** The next line without its end; none at the end of input, or where the terminal is gone. */
  readonly next: Effect.Effect<Option.Option<string>>
}

export class Terminal extends Context.Tag("pawl/Terminal")<Terminal, {
  /** Standard input is a terminal, and pawl is what is in front on it. */
  readonly isThere: Effect.Effect<boolean>
  /** What is typed from now on, until the scope closes. */
  readonly lines: Effect.Effect<Lines, never, Scope.Scope>
}>() {}

/** Between two looks at the terminal, milliseconds. */
const interval = 50
/** The controlling terminal first: another user's `su` may have left standard input's without rights to it. */
const paths = ["/dev/tty", "/proc/self/fd/0", "/dev/fd/0"]

/**
 * Whether a process, by the text of its `/proc/PID/stat`, is in the group in front on its terminal: who is in
 * the background is stopped as soon as it reads. Only Linux tells; elsewhere it is taken to be.
 */
export const isInFront = (stat: string): boolean => {
  // The name of the program is in parentheses, and may hold any of what stands between the fields.
  const [, , group, , , front] = stat.slice(stat.lastIndexOf(")") + 1).trim().split(" ")
  return group === undefined || front === group
}

const readStat = (): string => {
  try {
    return readFileSync("/proc/self/stat", "utf8")
  } catch {
    // Not Linux.
    return ""
  }
}

const openTerminal = (): number | undefined => {
  for (const path of paths) {
    try {
      return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
    } catch {
      // Not there, or not this user's: the next one is tried, and without any there is nobody to ask.
    }
  }
  return undefined
}

/** What is there to read: undefined for nothing yet; empty at the end of input. */
const readNow = (fd: number): Uint8Array | undefined => {
  const bytes = new Uint8Array(4096)
  try {
    return bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, null))
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "EAGAIN") return undefined
    // The terminal is gone.
    return new Uint8Array()
  }
}

const linesOf = (fd: number | undefined): Lines => {
  if (fd === undefined) return { next: Effect.succeed(Option.none()) }
  for (let early = readNow(fd); early !== undefined && early.length > 0;) early = readNow(fd)
  const decoder = new TextDecoder()
  let typed = ""
  const next: Lines["next"] = Effect.gen(function*() {
    while (true) {
      const end = typed.indexOf("\n")
      if (end >= 0) {
        const line = typed.slice(0, end)
        typed = typed.slice(end + 1)
        return Option.some(line)
      }
      const bytes = readNow(fd)
      if (bytes === undefined) yield* Effect.sleep(interval)
      else if (bytes.length === 0) return Option.none()
      else typed += decoder.decode(bytes, { stream: true })
    }
  })
  return { next }
}

/** The terminal of this process. */
export const layerTerminal: Layer.Layer<Terminal> = Layer.succeed(Terminal, {
  isThere: Effect.sync(() => isTerminalAt(0) && isInFront(readStat())),
  lines: Effect.map(
    Effect.acquireRelease(
      Effect.sync(openTerminal),
      (fd) => Effect.sync(() => fd === undefined ? undefined : closeSync(fd))
    ),
    linesOf
  )
})
