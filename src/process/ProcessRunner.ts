/**
 * One attempt of one command, as the engine sees it.
 *
 * Owns the shape of an attempt and of its end. Must not retry, record or judge. The surprise:
 * a command that ends badly is a value, not an error; only one that never ran is an error.
 */
import { Context, type Effect, Schema } from "effect"
import type { MaskStream } from "../run/MaskStream.ts"
import type { StateError } from "../run/StateError.ts"
import type { StepMarks } from "./StepProcesses.ts"

export interface AttemptOrigin {
  /** Of the run, from 1. */
  readonly invocation: number
  /** The hash of its target. */
  readonly definition: string
}

export interface Attempt {
  /** The program and its arguments; the program is looked up in `env.PATH`. */
  readonly command: readonly [string, ...ReadonlyArray<string>]
  /** The same without the shell in front, where the script is one plain command; tried first, if it is a program. */
  readonly simple?: readonly [string, ...ReadonlyArray<string>]
  /** The whole environment of the process, but for `PAWL_OUTPUT`: the runner has the file that it names. */
  readonly env: Readonly<Record<string, string>>
  /** Absolute. */
  readonly workdir: string
  /** The same as the user wrote it, for messages. */
  readonly shownWorkdir: string
  readonly timeoutMs?: number
  /** Where it belongs, for a later pawl that has to know whether its end counts; absent: it never does. */
  readonly origin?: AttemptOrigin
  /**
   * Absolute paths of the logs, appended to; `logs/<target>/<step>.out` and `.err`. A first attempt
   * that succeeds at once and prints nothing leaves none.
   */
  readonly out: string
  readonly err: string
  /** The line that opens this attempt in both logs. */
  readonly banner: string
  /** How many of the last bytes of each stream come back. */
  readonly keep: { readonly stdout: number; readonly stderr: number }
  /** Makes what masks one stream on its way to its log; absent where nothing is secret. What comes back is not masked. */
  readonly mask?: () => MaskStream
}

export interface ProcessId {
  readonly pid: number
  /** Start time in clock ticks since boot, where the system tells. */
  readonly pidStart?: number
}

export interface Exit {
  /** Absent where the process was ended by a signal. */
  readonly exitCode?: number
  /** Such as `SIGKILL`. */
  readonly signal?: string
  readonly timedOut: boolean
  readonly durationMs: number
  /** The last bytes of each. */
  readonly stdout: string
  readonly stderr: string
  /** Standard output was longer than that, or standard error was. */
  readonly truncated: { readonly stdout: boolean; readonly stderr: boolean }
  /** What the step wrote to its output file, if it did; more than 1 MiB is not read. */
  readonly outputs?: { readonly text: string; readonly tooLong: boolean }
}

/** The end of an attempt that nobody was there to see. */
export interface LeftExit extends Exit {
  /** Epoch milliseconds. */
  readonly endedAt: number
}

/** An attempt that an earlier pawl began and did not come to the end of. */
export interface LeftAttempt {
  readonly target: string
  readonly path: string
  readonly attempt: number
  readonly origin?: AttemptOrigin
  readonly id: ProcessId
  /** The end of its output may be missing: it went through a mask, and what pawl had not read is lost. */
  readonly masked?: true
  /**
   * Its end, where it came to one by itself while no pawl was there to see it. `log` is the absolute path of its logs
   * without `.out` and `.err`: they are put there. Throws the system's error.
   */
  readonly take?: (log: string, keep: Attempt["keep"]) => LeftExit
}

/** The command could not be started: not found, not executable, no such working directory. */
export class CouldNotStart extends Schema.TaggedError<CouldNotStart>()("CouldNotStart", {
  message: Schema.String
}) {}

export class ProcessRunner extends Context.Tag("pawl/ProcessRunner")<ProcessRunner, {
  /**
   * Runs a command in a process group of its own and waits for it. Interruption and the time-out
   * end the whole group: TERM, then KILL after a grace.
   */
  readonly run: <E>(
    attempt: Attempt,
    onStart: (id: ProcessId) => Effect.Effect<void, E>
  ) => Effect.Effect<Exit, CouldNotStart | StateError | E>
  /**
   * Makes ready what an attempt will need that is likely to be the next to run. Starts nothing; only a hint, and of
   * several the last one counts. Absent where there is nothing to make ready.
   */
  readonly expect?: (attempt: Attempt) => void
  /**
   * What an earlier pawl that was killed began in a run, by the records that its launcher kept. To be asked before the
   * first attempt is made, which takes these away.
   */
  readonly leftBehind: (runDir: string) => Effect.Effect<ReadonlyArray<LeftAttempt>, StateError>
  /**
   * Ends what is left of an attempt that an earlier pawl started: its process and group, if it still is that
   * process, and what carries its marks. False: nothing of it is left.
   */
  readonly endLeftover: (id: ProcessId, marks?: StepMarks) => Effect.Effect<boolean>
  /** The first process of each attempt that runs now. Absent where none is real. */
  readonly running?: () => ReadonlyArray<ProcessId>
}>() {}
