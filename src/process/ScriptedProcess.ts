/**
 * Commands that only say how they would have ended, on whatever clock there is.
 *
 * Owns the keeping of the promises that `ProcessRunner` makes: time-outs, logs that are cut, what
 * a killed pawl leaves behind. Must not start anything. The surprise: it remembers what was under
 * way when its caller was killed, so that the next invocation finds and ends it, as it would a
 * real process.
 */
import { Clock, Effect } from "effect"
import {
  type Attempt,
  type AttemptOrigin,
  CouldNotStart,
  type Exit,
  type LeftAttempt,
  type ProcessId,
  ProcessRunner
} from "./ProcessRunner.ts"

/** How one attempt goes. Nothing said: it takes no time and exits 0 in silence. */
export interface ScriptedEnd {
  readonly exitCode?: number
  /** Ended by this signal instead, such as `SIGKILL`. */
  readonly signal?: string
  /** Goes on until its time-out or an interruption ends it. */
  readonly hangs?: boolean
  /** Never starts, and why. */
  readonly couldNotStart?: string
  /** Milliseconds; longer than its time-out is a time-out. */
  readonly durationMs?: number
  readonly stdout?: string
  readonly stderr?: string
  /** What it writes to `$PAWL_OUTPUT`. */
  readonly outputs?: string
}

/** Which attempt it is. */
export interface ScriptedAttempt {
  readonly target: string
  readonly path: string
  /** From 1. */
  readonly attempt: number
  readonly timeoutMs?: number
}

export type ProcessScript = (attempt: ScriptedAttempt) => ScriptedEnd

/** Longer than this is not read from `$PAWL_OUTPUT`, bytes. */
const mostOutputs = 1024 * 1024

/** The last bytes of a text, and whether that is less than all of it. */
const tail = (text: string, bytes: number): { readonly text: string; readonly truncated: boolean } => {
  const encoded = new TextEncoder().encode(text)
  return encoded.length <= bytes
    ? { text, truncated: false }
    : { text: new TextDecoder().decode(encoded.subarray(encoded.length - bytes)), truncated: true }
}

const exitOf = ({ keep }: Attempt, end: ScriptedEnd, durationMs: number, timedOut: boolean): Exit => {
  const { exitCode = 0, outputs, signal = timedOut ? "SIGTERM" : undefined } = end
  const stdout = tail(end.stdout ?? "", keep.stdout)
  const stderr = tail(end.stderr ?? "", keep.stderr)
  const tooLong = outputs !== undefined && new TextEncoder().encode(outputs).length > mostOutputs
  return {
    ...(signal === undefined ? { exitCode } : { signal }),
    timedOut,
    durationMs,
    stdout: stdout.text,
    stderr: stderr.text,
    truncated: { stdout: stdout.truncated, stderr: stderr.truncated },
    ...(outputs === undefined ? {} : { outputs: { text: tooLong ? "" : outputs, tooLong } })
  }
}

const attemptOf = ({ env, timeoutMs }: Attempt): ScriptedAttempt => ({
  target: env["PAWL_TARGET"] ?? "",
  path: env["PAWL_STEP"] ?? "",
  attempt: Number(env["PAWL_ATTEMPT"]),
  ...(timeoutMs === undefined ? {} : { timeoutMs })
})

/** An attempt that is under way. */
export interface Living extends ScriptedAttempt {
  readonly origin?: AttemptOrigin
  /** Epoch milliseconds, if nobody ends it before; infinite for one that hangs. */
  readonly endsAt: number
  /** How it ends then. */
  readonly exit: Exit
}

export interface ScriptedRunner {
  readonly runner: ProcessRunner["Type"]
  /** What is under way, by process id. */
  readonly living: ReadonlyMap<number, Living>
}

/** Unlike `Effect.never` it holds no timer, which nobody would take down after a kill. */
const withoutEnd = Effect.async<never>(() => {})

/** A runner that asks `script` for every end. It outlives who uses it, as the processes of a machine do. */
export const makeScripted = (script: ProcessScript): ScriptedRunner => {
  const living = new Map<number, Living>()
  let last = 0

  const run = <E>(attempt: Attempt, onStart: (id: ProcessId) => Effect.Effect<void, E>) =>
    Effect.flatMap(Clock.currentTimeMillis, (now): Effect.Effect<Exit, CouldNotStart | E> => {
      const which = attemptOf(attempt)
      const end = script(which)
      if (end.couldNotStart !== undefined) return Effect.fail(new CouldNotStart({ message: end.couldNotStart }))
      const { timeoutMs = Number.POSITIVE_INFINITY } = attempt
      const wanted = end.hangs === true ? Number.POSITIVE_INFINITY : end.durationMs ?? 0
      const timedOut = wanted > timeoutMs
      const durationMs = Math.min(wanted, timeoutMs)
      const pid = ++last
      // The time-out is its caller's: where that is killed, nobody keeps to it.
      const { origin } = attempt
      living.set(pid, {
        ...which,
        ...(origin === undefined ? {} : { origin }),
        endsAt: now + wanted,
        exit: exitOf(attempt, end, wanted, false)
      })
      return Effect.zipRight(
        onStart({ pid }),
        durationMs === 0
          ? Effect.sync(() => exitOf(attempt, end, 0, timedOut))
          : Effect.as(
            Number.isFinite(durationMs) ? Effect.sleep(durationMs) : withoutEnd,
            exitOf(attempt, end, durationMs, timedOut)
          )
      ).pipe(Effect.ensuring(Effect.sync(() => living.delete(pid))))
    })

  return {
    living,
    runner: ProcessRunner.of({
      run,
      leftBehind: () =>
        Effect.map(
          Clock.currentTimeMillis,
          (now) =>
            Array.from(living, ([pid, { attempt, endsAt, exit, origin, path, target }]): LeftAttempt => ({
              ...(origin === undefined ? {} : { origin }),
              target,
              path,
              attempt,
              id: { pid },
              ...(endsAt > now ? {} : {
                take: () => {
                  living.delete(pid)
                  return { ...exit, endedAt: endsAt }
                }
              })
            }))
        ),
      endLeftover: ({ pid }) =>
        Effect.map(Clock.currentTimeMillis, (now) => {
          const left = living.get(pid)
          living.delete(pid)
          return left !== undefined && left.endsAt > now
        })
    })
  }
}
